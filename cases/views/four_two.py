"""The pages of 四议两公开: the list, one process step by step, and its printed form."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.forms import CorrectionForm, DropForm, HeldForm, StartForm
from cases.forms.four_two import MOST_SUBJECT
from cases.ledgers.exports import may_print_of
from cases.lists.paging import page_of
from cases.meetings import votes_in_words
from cases.meetings.four_two import (
    RESOLUTION,
    STEPS,
    StepRule,
    correct_step,
    drop_process,
    last_held,
    may_run,
    next_step,
    record_step,
    redacted,
    rules_in_words,
    start_process,
)
from cases.models import Case, FourTwoProcess, FourTwoStep, StepCorrection
from cases.models.scope import Sight
from cases.privacy.redactor import reader_redactor, title_for
from cases.templatetags.minshi import day
from cases.views.access import UNPROCESSABLE, StaffView
from cases.views.meetings.paper import in_words, keep_sheets
from cases.workflow import Officer
from minshi.clock import now, today
from minshi.errors import RuleBroken
from villages.audit import record_audit
from villages.models.audit import AuditKind

ORDER = ("-started_at", "-id")


class FourTwoView(StaffView):
    """Processes of the villages in reach; any other does not exist."""

    def processes(self) -> QuerySet[FourTwoProcess]:
        return FourTwoProcess.objects.visible_to(self.user, today()).select_related(
            "village__town", "case__town"
        )

    def process(self, pk: int) -> FourTwoProcess:
        steps = FourTwoStep.objects.select_related("recorded_by__user", "process")
        steps = steps.prefetch_related("sheets", "corrections__post__user")
        found: FourTwoProcess = get_object_or_404(
            self.processes().prefetch_related(Prefetch("steps", steps)), pk=pk
        )
        return redacted([found])[0]

    def runner(self, village_id: int | None) -> Officer | None:
        """The officer as whom the reader writes the steps down."""
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

    def seen_case(self, process: FourTwoProcess) -> Case | None:
        return (
            self.visible().filter(pk=process.case_id).first()
            if process.case_id
            else None
        )


class FourTwoList(FourTwoView):
    def get(self, request: HttpRequest) -> HttpResponse:
        processes = self.processes().prefetch_related("steps")
        page = page_of(processes, ORDER, request.GET.get("after", ""))
        rows = [
            (process, standing_of(process))
            for process in redacted(page.rows, with_steps=False)
        ]
        context = {"nav": "meetings", "rows": rows, "page": page}
        return render(request, "cases/four_two/list.html", context)


def standing_of(process: FourTwoProcess) -> str:
    """The step that is due, or how the process ended."""
    if process.dropped_at:
        return _("given up")
    due = next_step(process)
    return f"{due.nth}/6 {due.name}" if due else _("all six steps done")


def whole_title(case: Case, sight: Sight) -> str:
    """What stands on the official form: the words whole where they fit, else the title,
    which they are typed over.
    """
    title = title_for(case, sight)
    if not title.endswith("…"):
        return title
    words = reader_redactor(case, sight)(case.verbatim)
    return words if len(words) <= MOST_SUBJECT else title.rstrip("…")


class FourTwoStart(FourTwoView):
    """For a case: its village's cadres begin it from the case's page."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case, _by = self._begun_by(number)
        first = {"key": uuid4(), "subject": whole_title(case, self.sight())}
        return self._show(request, case, StartForm(initial=first))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case, by = self._begun_by(number)
        form = StartForm(request.POST)
        if form.is_valid() and case.village:
            try:
                return redirect(
                    start_process(
                        case.village, case=case, by=by, at=now(), **form.cleaned_data
                    )
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
        return self._show(request, case, form, UNPROCESSABLE)

    def _begun_by(self, number: str) -> tuple[Case, Officer]:
        case = self.case(number)
        by = self.runner(case.village_id)
        if by is None:
            raise Http404
        return case, by

    def _show(
        self, request: HttpRequest, case: Case, form: StartForm, status: int = 200
    ) -> HttpResponse:
        return render(
            request,
            "cases/four_two/start.html",
            {"nav": "meetings", "case": case, "form": form},
            status=status,
        )


class FourTwoPage(FourTwoView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(request, self.process(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Writes down the step that is due."""
        process = self.process(pk)
        by, due = self.runner(process.village_id), next_step(process)
        if by is None:
            raise Http404
        if due is None:
            messages.error(request, _("Another step is due now; reload the page."))
            return redirect(process)
        form = HeldForm(due, request.POST)
        nth = request.POST.get("nth", "")
        if form.is_valid():
            try:
                step = record_step(
                    process,
                    int(nth) if nth in "123456" and nth else 0,
                    form.held(),
                    by=by,
                    at=now(),
                    key=form.cleaned_data["key"],
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                words = (
                    _("Written down: the step has passed.")
                    if step.passed
                    else _("Written down: it has not passed.")
                )
                (messages.success if step.passed else messages.warning)(request, words)
                return redirect(process)
        return self.show(request, self.process(pk), UNPROCESSABLE, form=form)

    def show(
        self,
        request: HttpRequest,
        process: FourTwoProcess,
        status: int = 200,
        corrections: Mapping[int, CorrectionForm] = MappingProxyType({}),
        **shown: Any,
    ) -> HttpResponse:
        by, due = self.runner(process.village_id), next_step(process)
        steps = steps_of(process, due)
        for step in steps:
            nth = step.rule.nth
            if by and step.held:
                step.correction = corrections.get(nth) or correction_form(nth)

        may_write = by is not None and due is not None
        context = {
            "nav": "meetings",
            "process": process,
            "case": self.seen_case(process),
            "steps": steps,
            "may_write": may_write,
            "asked": rules_in_words(process, due) if due and may_write else [],
            "may_print": self.may_print(process),
            "form": (
                HeldForm(due, initial={"key": uuid4(), "held_on": today()})
                if due and may_write
                else None
            ),
            "drop": (
                DropForm()
                if by and not process.dropped_at and not _is_resolved(process)
                else None
            ),
            "is_runner": by is not None,
            **shown,
        }
        return render(request, "cases/four_two/process.html", context, status=status)


def _is_resolved(process: FourTwoProcess) -> bool:
    return any(step.nth == RESOLUTION and step.passed for step in process.steps.all())


@dataclass(frozen=True)
class Lamp:
    """A sign that says in colour, shape and words how something stands."""

    colour: str
    sign: str
    words: str


@dataclass(frozen=True)
class HeldRow:
    """One time that a step was held, in the words of page and form."""

    row: FourTwoStep

    @property
    def day_and_form(self) -> str:
        words = f"{day(self.row.held_on)} {self.row.get_kind_display()}".strip()
        if self.row.public_until:
            words += f" — {day(self.row.public_until)}"
        return words

    @property
    def lamp(self) -> Lamp:
        if self.row.public_until and self.row.public_until >= today():
            return Lamp("yellow", "▲", _("hangs now"))
        if self.row.passed:
            return Lamp("green", "✓", self.verdict)
        return Lamp("red", "●", self.verdict)

    @property
    def verdict(self) -> str:
        if self.row.passed:
            return pgettext("verdict", "passed")
        return pgettext("verdict", "not passed")

    @property
    def present_and_share(self) -> str:
        """Who came, with their share of those due in whole per cent."""
        present, due = self.row.present or 0, self.row.due or 0
        share = round(present / due * 100) if due else 0
        return f"{present}（{share}%）"

    @property
    def attendance_and_needed(self) -> str:
        needed = _needed(self.row.present_needed)
        return f"{self.row.due} / {self.present_and_share}{needed}"

    @property
    def votes_and_needed(self) -> str:
        return f"{votes_in_words(self.row)}（{_needed(self.row.votes_needed)}）"

    @property
    def votes_and_verdict(self) -> str:
        return f"{votes_in_words(self.row)} {self.verdict}"

    @property
    def corrections(self) -> list[tuple[StepCorrection, str]]:
        """What was put right of it, each in the words of the printed form."""
        return [(row, in_words(row)) for row in self.row.corrections.all()]


def _needed(number: int | None) -> str:
    return _("%(needed)s needed") % {"needed": number}


@dataclass
class StepPart:
    """One of the six steps on page and form, with the times it was held."""

    rule: StepRule
    held: list[HeldRow]
    is_due: bool
    correction: CorrectionForm | None = None

    @property
    def last(self) -> HeldRow | None:
        return self.held[-1] if self.held else None

    @property
    def file_id(self) -> str:
        return f"file-{self.rule.nth}"


def steps_of(process: FourTwoProcess, due: StepRule | None) -> list[StepPart]:
    """All six steps, each with the times it was held, the last one last."""
    held: dict[int, list[HeldRow]] = {}
    for step in process.steps.all():
        held.setdefault(step.nth, []).append(HeldRow(step))
    return [
        StepPart(rule, held.get(nth, []), is_due=rule == due)
        for nth, rule in STEPS.items()
    ]


def correction_form(nth: int, *sent: QueryDict) -> CorrectionForm:
    """One for each step of the page, told apart by its ids and its key."""
    return CorrectionForm(*sent, initial={"key": uuid4()}, auto_id=f"id_{nth}_%s")


class FourTwoDrop(FourTwoPage):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Back from a login in between."""
        return redirect(self.process(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        process = self.process(pk)
        by, form = self.runner(process.village_id), DropForm(request.POST)
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
        """Back from a login in between: the file has to be chosen once more."""
        return redirect(self.process(pk))

    def post(self, request: HttpRequest, pk: int, nth: int) -> HttpResponse:
        process = self.process(pk)
        by = self.runner(process.village_id)
        step = last_held(process, nth)
        if by is None or step is None:
            raise Http404
        keep_sheets(request, step, by.post)
        return redirect(f"{process.get_absolute_url()}#step-{nth}")


class FourTwoCorrect(FourTwoPage):
    """What was written down wrongly of a step."""

    def get(self, _request: HttpRequest, pk: int, nth: int) -> HttpResponse:  # type: ignore[override]
        """Back from a login in between."""
        return redirect(self.process(pk))

    def post(self, request: HttpRequest, pk: int, nth: int) -> HttpResponse:  # type: ignore[override]
        process = self.process(pk)
        by, step = self.runner(process.village_id), last_held(process, nth)
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


class FourTwoPrint(FourTwoView):
    """四议两公开登记表: six parts on paper (ledgers 10); by POST, for a print leaves
    a trace.
    """

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Back from a login in between."""
        return redirect(self.process(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        process = self.process(pk)
        if not self.may_print(process):
            raise Http404
        subject = _("register of the six steps of %(village)s") % {
            "village": process.village
        }
        record_audit(
            AuditKind.PRINT, at=now(), user=self.user, subject=subject, request=request
        )
        context = {
            "process": process,
            "case": self.seen_case(process),
            "steps": steps_of(process, None),
        }
        return render(request, "cases/four_two/print.html", context)
