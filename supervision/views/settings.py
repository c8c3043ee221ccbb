"""A town's ladder and the words of its notices: for every officer to read, for its
reviewer to set.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.views.access import UNPROCESSABLE
from cases.views.timing import TownView
from minshi.clock import now, today
from minshi.errors import RuleBroken
from supervision.chasing.steps import LADDER, Setting, ladders_of
from supervision.forms import RungForm, TextForm
from supervision.models import ChaseStep, NoticeKind, NoticeText, Rung, Told
from supervision.models.chase import COUNTED
from supervision.models.notice import FACTS, TO_OFFICERS
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
        told = told_in_words(setting)
        return cls(step, str(setting.level.label), setting.days, told, is_own)


def told_in_words(setting: Setting) -> str:
    """Who is told at a step, and by which ways."""
    if not setting.is_on:
        return _("This step is not taken.")

    told = "、".join(str(Told(who).label) for who in setting.told)
    if not setting.by_letter:
        told += f"（{_('in the inbox alone')}）"
    if setting.by_robot:
        told += "、" + _("the town's group")
    return told


class Ladder(TownView):
    def get(self, request: HttpRequest) -> HttpResponse:
        own = set(Rung.objects.filter(town=self.town).values_list("step", flat=True))
        steps = [
            StepRow.of(step, setting, is_own=step in own)
            for step, setting in ladders_of([self.town.pk])[self.town.pk].items()
        ]
        said = dict(
            NoticeText.objects.filter(town=self.town).values_list("kind", "text")
        )
        texts = [
            (kind, said.get(kind) or standard_words(kind), kind in said)
            for kind in TO_OFFICERS
        ]
        return render(
            request,
            "supervision/settings/ladder.html",
            self.context(steps=steps, texts=texts),
        )


class EditRung(TownView):
    def get(self, _request: HttpRequest, step: str) -> HttpResponse:
        held = ladders_of([self.town.pk])[self.town.pk][self.step(step)]
        return self.show(ChaseStep(step), RungForm(initial=vars(held)))

    def post(self, request: HttpRequest, step: str) -> HttpResponse:
        known, form = self.step(step), RungForm(request.POST)
        try:
            if "default" in request.POST:
                drop_rung(self.town, known, by=self.user, at=now())
                return redirect(self.here("supervision:ladder"))
            if form.is_valid():
                set_rung(self.town, known, by=self.user, at=now(), **form.cleaned_data)
                return redirect(self.here("supervision:ladder"))
        except RuleBroken as refusal:
            form.refuse(refusal)
        return self.show(known, form, UNPROCESSABLE)

    def step(self, step: str) -> ChaseStep:
        """Http404: no step of the ladder, or not to be set by this reader."""
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
    """The words, with what they would say looked at before they hold."""

    def get(self, _request: HttpRequest, kind: str) -> HttpResponse:
        known, own = (
            self.kind(kind),
            NoticeText.objects.filter(town=self.town, kind=kind).first(),
        )
        return self.show(
            known, TextForm(initial={"text": own.text if own else standard_words(kind)})
        )

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        known, form = self.kind(kind), TextForm(request.POST)
        if not form.is_valid():
            return self.show(known, form, UNPROCESSABLE)
        text = "" if "default" in request.POST else form.cleaned_data["text"]
        if "look" in request.POST:
            return self.show(known, form, example=example_of(known, text, today()))
        try:
            set_text(
                self.town,
                known,
                "" if text == standard_words(known) else text,
                by=self.user,
                at=now(),
            )
        except RuleBroken as refusal:
            form.refuse(refusal)
            return self.show(known, form, UNPROCESSABLE)
        return redirect(self.here("supervision:ladder"))

    def kind(self, kind: str) -> NoticeKind:
        """Http404: no such notice, or not to be worded by this reader."""
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
