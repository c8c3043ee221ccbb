"""The pages of 四议两公开: the list, and one process step by step."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases.forms import CorrectionForm, DropForm, HeldForm, StartForm
from cases.forms.four_two import MOST_SUBJECT
from cases.ledgers.exports import may_print_of
from cases.lists.paging import page_of
from cases.meetings.four_two import (
    correct_step,
    drop_process,
    last_held,
    may_run,
    record_step,
    redacted,
    start_process,
)
from cases.meetings.six_steps import (
    RESOLUTION,
    SIX_STEPS,
    STEPS,
    StepRule,
    due_by_roll,
    for_matter,
    next_step,
    rules_in_words,
)
from cases.models import Case, FourTwoProcess, FourTwoStep
from cases.models.scope import Sight, hides_speaker
from cases.privacy.redactor import reader_redactor, title_for
from cases.slips.notices import TITLES, may_be_posted, notices_of
from cases.templatetags.days import day, moment
from cases.views.access import StaffView
from cases.views.late import typed_in_form
from cases.views.meetings.paper import attach_sheets
from cases.views.six_step_rows import (
    not_yet,
    process_standing,
    steps_of,
    what_next,
)
from cases.workflow import Officer
from minshi.clock import now, today
from minshi.errors import CONFLICT, UNPROCESSABLE, RuleBroken
from minshi.text.clauses import first_sentence, whole_clauses
from villages.requests import whole_number

ORDER = ("-started_at", "-id")


class FourTwoView(StaffView):
    """Processes of the villages in reach; any other does not exist."""

    def processes(self) -> QuerySet[FourTwoProcess]:
        visible = FourTwoProcess.objects.visible_to(self.user, today())
        return visible.select_related("village__town", "case__town")

    def process(self, pk: int) -> FourTwoProcess:
        """Return a process with its steps, redacted; Http404: out of reach."""
        steps = FourTwoStep.objects.select_related("recorded_by__user", "process")
        steps = steps.prefetch_related("sheets", "corrections__post__user")
        processes = self.processes().prefetch_related(Prefetch("steps", steps))

        found: FourTwoProcess = get_object_or_404(processes, pk=pk)
        return redacted([found])[0]

    def runner(self, village_id: int | None) -> Officer | None:
        """Return the officer as whom the reader writes the steps down."""
        for post in self.user.posts_on(today()):
            by = Officer(self.user, post)
            if village_id and may_run(by, village_id, now()):
                return by
        return None

    def may_print(self, process: FourTwoProcess) -> bool:
        return may_print_of(
            self.user,
            today(),
            village_id=process.village_id,
            town=process.village.town,
            county_code="",
        )

    def may_post(self, process: FourTwoProcess) -> bool:
        """Tell whether the reader prints the notices of a process, once there are."""
        return self.may_print(process) and may_be_posted(process)

    def seen_case(self, process: FourTwoProcess) -> Case | None:
        """Return the case of a process, if it has one that the reader sees."""
        if not process.case_id:
            return None
        return self.visible().filter(pk=process.case_id).first()


class FourTwoList(FourTwoView):
    def get(self, request: HttpRequest) -> HttpResponse:
        processes = self.processes().prefetch_related("steps")
        page = page_of(processes, ORDER, request.GET.get("after", ""))

        rows = []
        for process in redacted(page.rows, with_steps=False):
            rows.append((process, process_standing(process)))

        context = {"nav": "meetings", "rows": rows, "page": page}
        return render(request, "cases/four_two/list.html", context)


def first_subject(case: Case, sight: Sight) -> str:
    """Return the subject that the form of a new process starts with.

    It is the case's title; the sentence of the speaker that the title is the beginning
    of, if that fits.
    """
    title = title_for(case, sight)
    words = reader_redactor(case, sight)(case.verbatim)

    sentence = first_sentence(words)
    if sentence.startswith(title.rstrip("…")) and len(sentence) <= MOST_SUBJECT:
        return sentence
    return whole_clauses(title).rstrip("…")


class FourTwoStart(FourTwoView):
    """For a case: its village's cadres begin it from the case's page."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.case(number)
        self._starter(case)

        first = {
            "key": uuid4(),
            "subject": first_subject(case, self.sight()),
            "matter": case.reserved,
        }
        return self._show(request, case, StartForm(initial=first))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.case(number)
        by = self._starter(case)
        form = StartForm(request.POST)

        if form.is_valid() and case.village:
            try:
                process = start_process(
                    case.village, case=case, by=by, at=now(), **form.cleaned_data
                )
                return redirect(process)
            except RuleBroken as refusal:
                form.refuse(refusal)

        return self._show(request, case, form, UNPROCESSABLE)

    def _starter(self, case: Case) -> Officer:
        """Return the officer as whom the reader begins; Http404: they may not."""
        by = self.runner(case.village_id)
        if by is None:
            raise Http404
        return by

    def _show(
        self, request: HttpRequest, case: Case, form: StartForm, status: int = 200
    ) -> HttpResponse:
        return render(
            request,
            "cases/four_two/start.html",
            {
                "nav": "meetings",
                "case": case,
                "is_name_hidden": hides_speaker(case),
                "form": form,
                "steps": SIX_STEPS,
            },
            status=status,
        )


class ShownProcess(FourTwoView):
    """A process as it is drawn, whatever was asked of it."""

    def show(
        self,
        request: HttpRequest,
        process: FourTwoProcess,
        status: int = 200,
        corrections: Mapping[int, CorrectionForm] = MappingProxyType({}),
        **shown: Any,
    ) -> HttpResponse:
        """Draw the page; `corrections` are forms that were sent, by step, and `shown`
        is added to the context.
        """
        by = self.runner(process.village_id)
        due = next_step(process)
        due_here = due if by else None  # the step, if the reader writes it down

        steps = steps_of(process, due)
        for step in steps:
            nth = step.rule.nth
            if by and step.held:
                step.correction = corrections.get(nth) or correction_form(nth)

        posted = [step for step in steps if step.rule.nth in TITLES]
        if any(step.held or step.is_due for step in posted) and self.may_post(process):
            printable = notices_of(process)
            for step in posted:
                step.may_post = step.rule.nth in printable
                step.is_posted_then = step.is_due

        context = {
            "nav": "meetings",
            "process": process,
            "case": self.seen_case(process),
            "is_name_hidden": _hides_a_name(process),
            "steps": steps,
            "may_write": due_here is not None,
            "drafts": f"act-{self.user.pk}-four-two-{process.pk}-",
            "open_steps": due_here.nth if due_here else "",
            "asked": rules_in_words(process, due_here) if due_here else [],
            "what_next": what_next(process, due_here),
            # a form that was sent comes back with what was typed
            "not_yet": "" if "form" in shown else not_yet(process, due_here),
            "may_print": self.may_print(process),
            "form": _form_of(process, due_here) if due_here else None,
            "drop": DropForm() if by and _may_end(process) else None,
            "is_runner": by is not None,
            **shown,
        }
        return render(request, "cases/four_two/process.html", context, status=status)


def _form_of(process: FourTwoProcess, due: StepRule, *sent: QueryDict) -> HeldForm:
    """Return the form of a step, as it was sent or empty; one query where a meeting
    holds the step.
    """
    on_roll = due_by_roll(process.village_id, due.kinds, today()) if due.kinds else {}
    first = {"key": uuid4(), "held_on": today()}
    return HeldForm(due, *sent, initial=first, on_roll=on_roll)


def _hides_a_name(process: FourTwoProcess) -> bool:
    return process.case is not None and hides_speaker(process.case)


def _may_end(process: FourTwoProcess) -> bool:
    """Tell whether a process can be given up: it goes on, and nothing is resolved."""
    if process.dropped_at:
        return False
    return not any(
        step.nth == RESOLUTION and step.passed for step in process.steps.all()
    )


class FourTwoPage(ShownProcess):
    """A process step by step, and writing down the step that is due."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(request, self.process(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        process = self.process(pk)
        by = self.runner(process.village_id)
        nth = _step_number(request.POST.get("nth", ""))
        if by is None or nth is None:
            raise Http404

        form = _form_of(process, for_matter(STEPS[nth], process), request.POST)
        if form.is_valid():
            try:
                step = record_step(
                    process,
                    nth,
                    form.held(),
                    by=by,
                    at=now(),
                    key=form.cleaned_data["key"],
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                _say_result(request, step)
                # by the key the page drops the draft that the browser stored
                arrived = urlencode({"sent": form.cleaned_data["key"]})
                return redirect(f"{process.get_absolute_url()}?{arrived}")

        process = self.process(pk)  # as it stands now
        due = next_step(process)
        if due is None or due.nth != nth:
            return self._answer_late(request, process, nth, form)
        return self.show(request, process, UNPROCESSABLE, form=form)

    def _answer_late(
        self, request: HttpRequest, process: FourTwoProcess, nth: int, form: HeldForm
    ) -> HttpResponse:
        """Answer the form of a step that was written down meanwhile, or of a process
        that was given up: with how it stands, and what was typed, to be copied.
        """
        why = _("This was given up; begin anew.")
        step = last_held(process, nth)
        if step:
            why = _("%(name)s wrote step %(nth)s down meanwhile, %(time)s.") % {
                "name": step.recorded_by.user,
                "nth": nth,
                "time": moment(step.recorded_at),
            }
        elif not process.dropped_at:
            why = _("This step is not due yet.")

        typed = typed_in_form(form)
        return self.show(request, process, CONFLICT, late=why, typed=typed)


def _step_number(text: str) -> int | None:
    """Return the number of the step that a form is of; None: of none."""
    nth = whole_number(text)
    return nth if nth in STEPS else None


def _say_result(request: HttpRequest, step: FourTwoStep) -> None:
    if step.public_until:
        words = _("Written down: it hangs until %(day)s.")
        messages.success(request, words % {"day": day(step.public_until)})
    elif step.passed:
        messages.success(request, _("Written down: the step has passed."))
    else:
        messages.warning(request, _("Written down: it has not passed."))


def correction_form(nth: int, *sent: QueryDict) -> CorrectionForm:
    """Return the form to correct one step.

    A page shows one for each step; ids and key tell them apart.
    """
    return CorrectionForm(*sent, initial={"key": uuid4()}, auto_id=f"id_{nth}_%s")


class FourTwoDrop(ShownProcess):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Return to the process after a login in between."""
        return redirect(self.process(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        process = self.process(pk)
        by = self.runner(process.village_id)
        form = DropForm(request.POST)
        if by is None:
            raise Http404

        if form.is_valid():
            try:
                drop_process(process, form.cleaned_data["why"], by=by, at=now())
                return redirect(process)
            except RuleBroken as refusal:
                form.refuse(refusal)

        return self.show(request, process, UNPROCESSABLE, drop=form)


class FourTwoSheet(FourTwoView):
    """The photo of a step's signatures."""

    def get(self, _request: HttpRequest, pk: int, nth: int) -> HttpResponse:
        """Return to the process after a login in between.

        The file has to be chosen once more.
        """
        return redirect(self.process(pk))

    def post(self, request: HttpRequest, pk: int, nth: int) -> HttpResponse:
        process = self.process(pk)
        by = self.runner(process.village_id)
        step = last_held(process, nth)
        if by is None or step is None:
            raise Http404

        attach_sheets(request, step, by.post)
        return redirect(f"{process.get_absolute_url()}#step-{nth}")


class FourTwoCorrect(ShownProcess):
    """Correcting what was written down wrongly of a step."""

    def get(self, _request: HttpRequest, pk: int, nth: int) -> HttpResponse:
        """Return to the process after a login in between."""
        return redirect(self.process(pk))

    def post(self, request: HttpRequest, pk: int, nth: int) -> HttpResponse:
        process = self.process(pk)
        by = self.runner(process.village_id)
        step = last_held(process, nth)
        if by is None or step is None:
            raise Http404

        form = correction_form(nth, request.POST)
        if form.is_valid():
            try:
                correct_step(step, by=by, at=now(), **form.cleaned_data)
                return redirect(f"{process.get_absolute_url()}#step-{nth}")
            except RuleBroken as refusal:
                form.refuse(refusal)

        return self.show(request, process, UNPROCESSABLE, corrections={nth: form})
