"""A town's ladder and the words of its notices: for every officer to read, for its reviewer to set."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.views.access import UNPROCESSABLE
from cases.views.timing import TownView
from minshi.clock import now, today
from minshi.errors import RuleBroken
from supervision.channels.sms import TEMPLATES
from supervision.forms import RungForm, TextForm
from supervision.ladder import LADDER, ladders_of
from supervision.models import ChaseStep, NoticeKind, NoticeText, Rung, Told
from supervision.models.chase import COUNTED
from supervision.models.notice import FILLED_IN
from supervision.town_settings import drop_rung, set_rung, set_text
from supervision.words import example_of, standard_words

WORDED = tuple(
    kind for kind in NoticeKind if kind not in TEMPLATES
)  # messages to speakers are templates of the service


class Ladder(TownView):
    def get(self, request: HttpRequest) -> HttpResponse:
        context = self.context()
        town = context["town"]
        ladder, own = ladders_of([town.pk])[town.pk], set(Rung.objects.filter(town=town).values_list("step", flat=True))
        context["steps"] = [
            (step, setting, [Told(who).label for who in setting.told], step in own) for step, setting in ladder.items()
        ]
        texts = dict(NoticeText.objects.filter(town=town).values_list("kind", "text"))
        context["texts"] = [(kind, texts.get(kind) or standard_words(kind), kind in texts) for kind in WORDED]
        return render(request, "supervision/settings/ladder.html", context)


class EditRung(TownView):
    def get(self, _request: HttpRequest, step: str) -> HttpResponse:
        town = self.context()["town"]
        held = ladders_of([town.pk])[town.pk].get(ChaseStep(step)) if step in ChaseStep.values else None
        if held is None:
            raise Http404
        return self.show(step, RungForm(initial=vars(held)))

    def post(self, request: HttpRequest, step: str) -> HttpResponse:
        town, form = self.context()["town"], RungForm(request.POST)
        if step not in LADDER:
            raise Http404
        try:
            if "default" in request.POST:
                drop_rung(town, ChaseStep(step), by=self.user, at=now())
                return redirect(self.here("supervision:ladder", town))
            if form.is_valid():
                values = {"days": 0, **form.cleaned_data} if step in COUNTED else {**form.cleaned_data, "days": 0}
                set_rung(town, ChaseStep(step), by=self.user, at=now(), **values)
                return redirect(self.here("supervision:ladder", town))
        except RuleBroken as refusal:
            form.refuse(refusal)
        return self.show(step, form, UNPROCESSABLE)

    def show(self, step: str, form: RungForm, status: int = 200) -> HttpResponse:
        context = self.context()
        if not context["may_set"]:
            raise Http404
        if step not in COUNTED:
            form.fields.pop("days", None)
        context |= {"form": form, "heading": ChaseStep(step).label}
        return render(self.request, "supervision/settings/rung.html", context, status=status)


class EditText(TownView):
    """The words, with what they would say looked at before they hold."""

    def get(self, _request: HttpRequest, kind: str) -> HttpResponse:
        kind, own = self.kind(kind), NoticeText.objects.filter(town=self.context()["town"], kind=kind).first()
        return self.show(kind, TextForm(initial={"text": own.text if own else standard_words(kind)}))

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        kind, form, town = self.kind(kind), TextForm(request.POST), self.context()["town"]
        if not form.is_valid():
            return self.show(kind, form, UNPROCESSABLE)
        text = "" if "default" in request.POST else form.cleaned_data["text"]
        if "look" in request.POST:
            return self.show(kind, form, example=example_of(kind, text, today()))
        try:
            set_text(town, NoticeKind(kind), "" if text == standard_words(kind) else text, by=self.user, at=now())
        except RuleBroken as refusal:
            form.refuse(refusal)
            return self.show(kind, form, UNPROCESSABLE)
        return redirect(self.here("supervision:ladder", town))

    def kind(self, kind: str) -> str:
        """Http404: no such notice, or not to be worded by this reader."""
        if kind not in WORDED or not self.context()["may_set"]:
            raise Http404
        return kind

    def show(self, kind: str, form: TextForm, status: int = 200, example: str = "") -> HttpResponse:
        context = self.context(form=form, heading=NoticeKind(kind).label, example=example, names=FILLED_IN)
        return render(self.request, "supervision/settings/text.html", context, status=status)
