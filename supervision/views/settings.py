"""A town's ladder and the words of its notices: for every officer to read, for its
reviewer to set.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.views.timing import TownView
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken
from supervision.chasing.steps import LADDER, Setting, ladders_of
from supervision.forms import RungForm, TextForm
from supervision.models import ChaseStep, NoticeKind, NoticeText, Rung, Told
from supervision.models.chase import COUNTED
from supervision.models.notice_kinds import FACTS, TO_OFFICERS
from supervision.notices.words import example_of, standard_words
from supervision.town_settings import drop_rung, set_rung, set_text


@dataclass(frozen=True)
class StepRow:
    """A step of the ladder as the town has set it."""

    step: ChaseStep
    level: str
    days: int
    told: str
    is_own: bool

    @classmethod
    def of(cls, step: ChaseStep, setting: Setting, *, is_own: bool) -> "StepRow":
        return cls(
            step=step,
            level=str(setting.level.label),
            days=setting.days,
            told=told_in_words(setting),
            is_own=is_own,
        )


def told_in_words(setting: Setting) -> str:
    """Name in words the people notified at a step, and the ways."""
    if not setting.is_on:
        return _("This step is not taken.")

    words = "、".join(str(Told(who).label) for who in setting.told)
    if not setting.by_letter:
        words += f"（{_('in the inbox alone')}）"
    if setting.by_robot:
        words += "、" + _("the town's group")

    return words


class Ladder(TownView):
    def get(self, request: HttpRequest) -> HttpResponse:
        context = self.context(steps=self._steps(), texts=self._texts())
        return render(request, "supervision/settings/ladder.html", context)

    def _steps(self) -> list[StepRow]:
        own = set(Rung.objects.filter(town=self.town).values_list("step", flat=True))
        ladder = ladders_of([self.town.pk])[self.town.pk]
        return [
            StepRow.of(step, setting, is_own=step in own)
            for step, setting in ladder.items()
        ]

    def _texts(self) -> list[tuple[NoticeKind, str, bool]]:
        """Return each kind of notice, its words, and if they are the town's own."""
        rows = NoticeText.objects.filter(town=self.town)
        own = dict(rows.values_list("kind", "text"))

        texts = []
        for kind in TO_OFFICERS:
            words = own.get(kind) or standard_words(kind)
            texts.append((kind, words, kind in own))

        return texts


class EditRung(TownView):
    def get(self, _request: HttpRequest, step: str) -> HttpResponse:
        ladder = ladders_of([self.town.pk])[self.town.pk]
        setting = ladder[self.step(step)]
        return self.show(ChaseStep(step), RungForm(initial=vars(setting)))

    def post(self, request: HttpRequest, step: str) -> HttpResponse:
        chase_step = self.step(step)
        form = RungForm(request.POST)

        try:
            if "default" in request.POST:
                drop_rung(self.town, chase_step, by=self.user, at=now())
                return redirect(self.here("supervision:ladder"))
            if form.is_valid():
                values = form.cleaned_data
                set_rung(self.town, chase_step, by=self.user, at=now(), **values)
                return redirect(self.here("supervision:ladder"))
        except RuleBroken as refusal:
            form.refuse(refusal)

        return self.show(chase_step, form, UNPROCESSABLE)

    def step(self, step: str) -> ChaseStep:
        """Return a step by its name. Http404: there is none, or the reader may not set
        it.
        """
        if step not in LADDER or not self.may_set:
            raise Http404
        return ChaseStep(step)

    def show(self, step: ChaseStep, form: RungForm, status: int = 200) -> HttpResponse:
        if step not in COUNTED:
            form.fields.pop("days", None)

        context = self.context(form=form, heading=step.label)
        return render(
            self.request, "supervision/settings/rung.html", context, status=status
        )


class EditText(TownView):
    """The words of a kind of notice, with an example to look at before they are set."""

    def get(self, _request: HttpRequest, kind: str) -> HttpResponse:
        notice_kind = self.kind(kind)
        own = NoticeText.objects.filter(town=self.town, kind=kind).first()
        text = own.text if own else standard_words(kind)

        return self.show(notice_kind, TextForm(initial={"text": text}))

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        notice_kind = self.kind(kind)
        form = TextForm(request.POST)
        if not form.is_valid():
            return self.show(notice_kind, form, UNPROCESSABLE)

        text = form.cleaned_data["text"]
        if "default" in request.POST:
            text = ""

        if "look" in request.POST:
            example = example_of(notice_kind, text, today())
            return self.show(notice_kind, form, example=example)

        if text == standard_words(notice_kind):
            text = ""  # the standard words are not stored as the town's own
        try:
            set_text(self.town, notice_kind, text, by=self.user, at=now())
        except RuleBroken as refusal:
            form.refuse(refusal)
            return self.show(notice_kind, form, UNPROCESSABLE)

        return redirect(self.here("supervision:ladder"))

    def kind(self, kind: str) -> NoticeKind:
        """Return a kind of notice by its name. Http404: there is none, or the reader
        may not word it.
        """
        if kind not in TO_OFFICERS or not self.may_set:
            raise Http404
        return NoticeKind(kind)

    def show(
        self, kind: NoticeKind, form: TextForm, status: int = 200, example: str = ""
    ) -> HttpResponse:
        context = self.context(
            form=form, heading=kind.label, example=example, names=FACTS[kind]
        )
        return render(
            self.request, "supervision/settings/text.html", context, status=status
        )
