"""登记 and 回执: taking a matter down, the hint at a similar one, the printable receipt."""

import uuid
from typing import Any

import segno
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.forms import IntakeForm
from cases.intake import OnTheSpot, similar_to, take_down
from cases.models import Case
from cases.models.choices import Category, Channel, Confidentiality, Grade, How
from cases.views.access import UNPROCESSABLE, StaffView
from cases.workflow import Action, Officer, Speaker, Spoken, make_move
from cases.workflow.register import in_territory
from minshi.clock import now, today
from minshi.errors import RuleBroken
from villages.lookup import neighbourhood_of
from villages.models import Post, Resident, Role, Village
from villages.models.people import ADMINISTRATORS

SETTLERS = (Role.DUTY_OFFICER, Role.SECRETARY, Role.REVIEWER)
LAST = "last_intake"  # the session keeps the last channel, category and grade used


class Intake(StaffView):
    def get(self, request: HttpRequest) -> HttpResponse:
        form = IntakeForm(self._villages(), self._residents(), initial=self._initial(request))
        number = request.GET.get("done")
        done = Case.objects.filter(number=number, recorded_by__user=self.user).first() if number else None
        return self._show(request, form, done=done)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = IntakeForm(self._villages(), self._residents(), request.POST)
        if form.is_valid():
            try:
                if "add_to" in request.POST:
                    return self._add_to(request, form)
                case = self._take_down(form)
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                data = form.cleaned_data
                request.session[LAST] = {name: str(data[name]) for name in ("channel", "category", "grade")}
                if "print" in request.POST:
                    return redirect(f"{reverse('cases:receipt', args=[case.number])}?print=1")
                return redirect(f"{reverse('cases:intake')}?done={case.number}")
        return self._show(request, form, status=UNPROCESSABLE)

    def _villages(self) -> list[Village]:
        """The villages to choose from; an officer of villages alone has them read with the posts."""
        posts = self.user.posts_on(today())
        if all(post.village for post in posts):
            return list(dict.fromkeys(post.village for post in posts if post.village))
        return list(Village.objects.overseen_by(self.user, today()).select_related("town"))

    def _residents(self) -> QuerySet[Resident]:
        return neighbourhood_of(self.user, today()).residents

    def _initial(self, request: HttpRequest) -> dict[str, Any]:
        last = request.session.get(LAST, {})
        return {
            "key": uuid.uuid4(),
            "channel": last.get("channel") or Channel.TALK_ROOM,
            "category": last.get("category") or Category.VILLAGE,
            "grade": last.get("grade") or Grade.MINOR,
            "confidentiality": Confidentiality.NORMAL,
        }

    def _post_for(self, village: Village | None) -> Post:
        """The post acted from: the first that reaches the village (domain §2, an act names its post)."""
        posts = [post for post in self.user.posts_on(today()) if post.role not in ADMINISTRATORS]
        reaching = [p for p in posts if village is None or in_territory(p, village, None, now())]
        return (reaching or posts)[0]

    def _take_down(self, form: IntakeForm) -> Case:
        data = form.cleaned_data
        post = self._post_for(data["village"])
        on_the_spot = None
        if data["settled"]:
            on_the_spot = OnTheSpot(data["result"], data["satisfaction"], data["solved"], data["reason"])
        by = Officer(self.user, post)
        return take_down(spoken_of(data, post), by=by, at=now(), key=data["key"], on_the_spot=on_the_spot)

    def _add_to(self, request: HttpRequest, form: IntakeForm) -> HttpResponse:
        """加到那件: the villager's words are added to a matter already known, their name beside the first speaker's."""
        case, data = self.case(request.POST["add_to"]), form.cleaned_data
        make_move(
            case,
            Action.SUPPLEMENT,
            by=Speaker(case, How.COUNTER),
            at=now(),
            key=data["key"],
            text=data["verbatim"],
            co_speaker=data["speaker_name"],
        )
        messages.success(request, _("Added to %(number)s.") % {"number": case.number})
        return redirect(case)

    def _show(self, request: HttpRequest, form: IntakeForm, status: int = 200, **shown: Any) -> HttpResponse:
        posts = self.user.posts_on(today())
        context = {"nav": "intake", "form": form, "may_settle": any(post.role in SETTLERS for post in posts), **shown}
        return render(request, "cases/intake.html", context, status=status)


def spoken_of(data: dict[str, Any], post: Post) -> Spoken:
    """The form's answers as what was spoken; without a village the matter is the post's town's."""
    office_town = post.office.town if post.office else None
    names = ("speaker_name", "speaker_phone", "speaker_address", "proxy_speaker", "place", "request_text")
    return Spoken(
        verbatim=data["verbatim"],
        village=data["village"],
        town=post.town or office_town,
        group=data.get("group"),
        resident=data["resident"],
        category=data["category"],
        grade=data["grade"],
        topic=data.get("topic"),
        channel=data["channel"],
        confidentiality=data["confidentiality"] or Confidentiality.NORMAL,
        said_at=data["said_at"],
        co_speakers=tuple(
            name.strip() for name in data["co_speakers"].replace("，", ",").replace("、", ",").split(",")
        ),
        concerns=tuple(data.get("concerns") or ()),
        **{name: data[name] for name in names},
    )


class Similar(StaffView):
    """A fragment under the words: up to three open matters that sound the same."""

    def get(self, request: HttpRequest) -> HttpResponse:
        villages = Village.objects.overseen_by(self.user, today()).select_related("town")
        chosen = request.GET.get("village", "")
        village = villages.filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 19 else None  # noqa: PLR2004
        found = (
            similar_to(
                request.GET.get("verbatim", ""),
                user=self.user,
                village=village,
                group=None,
                category=request.GET.get("category", ""),
                at=now(),
            )
            if village
            else []
        )
        return render(request, "cases/_similar.html", {"similar": found, "at": now()})


class Receipt(StaffView):
    """回执, 80 mm or A5: for whoever sees the case, and for its recorder even when it is hidden from them."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        mine = Case.objects.filter(number=number, recorded_by__user=self.user)
        case = mine.select_related("town", "village", "recorded_by__user").first() or self.case(number)
        if not case.tracking_code:
            raise Http404
        address = request.build_absolute_uri(tracking_address(case))
        qr = segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2)
        return render(request, "cases/receipt.html", {"case": case, "qr": qr, "address": address, "nav": "intake"})


def tracking_address(case: Case) -> str:
    return f"{reverse('cases:track', args=[case.number])}?k={case.tracking_code}"
