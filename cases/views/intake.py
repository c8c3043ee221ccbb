"""登记 and 回执: taking a matter down, the hint at a similar one, the printable
receipt.
"""

import uuid
from typing import Any, TypeVar

import segno
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.forms import IntakeForm
from cases.models import Case
from cases.models.choices import Category, Channel, Confidentiality, Grade, How
from cases.privacy.disclosure import may_print_receipt
from cases.views.access import UNPROCESSABLE, StaffView
from cases.workflow import Action, Officer, Speaker, Spoken, make_move, read_facts
from cases.workflow.intake import OnTheSpot, similar_to, take_down
from cases.workflow.register import in_territory
from minshi.clock import now, today
from minshi.errors import KeyReused, MoveRefused, RuleBroken
from villages.lookup import neighbourhood_of
from villages.models import Group, Post, Town, Village
from villages.models.people import ADMINISTRATORS
from villages.requests import whole_number
from villages.rights import SETTLE

Row = TypeVar("Row", bound=Model)
LAST = "last_intake"  # the session keeps the last channel, category and grade used


class Intake(StaffView):
    def get(self, request: HttpRequest) -> HttpResponse:
        form = self._form(initial=self._initial(request))
        number = request.GET.get("done")
        done = (
            Case.objects.filter(number=number, recorded_by__user=self.user).first()
            if number
            else None
        )
        return self._show(request, form, done=done)

    def post(self, request: HttpRequest) -> HttpResponse:
        if (
            "choose" in request.POST
        ):  # the village, whose groups and cadres are wanted; nothing is checked yet
            return self._show(request, self._form(initial=_typed(request.POST)))
        form = self._form(request.POST)
        if form.is_valid():
            try:
                if "add_to" in request.POST:
                    return self._add_to(request, form)
                case = self._take_down(form)
            except KeyReused as refusal:
                again = request.POST.copy()
                again["key"] = str(uuid.uuid4())
                form = self._form(again)
                form.add_error(
                    None,
                    _("%(refusal)s This is another matter: send it again.")
                    % {"refusal": refusal},
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                data = form.cleaned_data
                request.session[LAST] = {
                    name: str(data[name]) for name in ("channel", "category", "grade")
                }
                sent = f"sent={data['key']}"  # the draft of that key has served
                if "print" in request.POST:
                    return redirect(
                        f"{reverse('cases:receipt', args=[case.number])}?print=1&{sent}"
                    )
                return redirect(f"{reverse('cases:intake')}?done={case.number}&{sent}")
        return self._show(request, form, status=UNPROCESSABLE)

    def _form(self, data: QueryDict | None = None, **options: Any) -> IntakeForm:
        residents = neighbourhood_of(self.user, today()).residents
        town = town_of(self._post_for(None))
        return IntakeForm(
            self._villages(), residents, data, town=town, on=today(), **options
        )

    def _villages(self) -> list[Village]:
        """The villages to choose from; an officer of villages alone has them read with
        the posts.
        """
        posts = self.user.posts_on(today())
        if all(post.village for post in posts):
            return list(dict.fromkeys(post.village for post in posts if post.village))
        return list(
            Village.objects.overseen_by(self.user, today()).select_related("town")
        )

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
        """The post acted from: the first that reaches the village (domain §2, an act
        names its post).
        """
        posts = [
            post
            for post in self.user.posts_on(today())
            if post.role not in ADMINISTRATORS
        ]
        reaching = [
            p for p in posts if village is None or in_territory(p, village, None, now())
        ]
        return (reaching or posts)[0]

    def _take_down(self, form: IntakeForm) -> Case:
        data = form.cleaned_data
        post = self._post_for(data["village"])
        on_the_spot = None
        if data["settled"]:
            on_the_spot = OnTheSpot(
                data["result"], data["satisfaction"], data["solved"], data["reason"]
            )
        by = Officer(self.user, post)
        return take_down(
            spoken_of(data, post),
            by=by,
            at=now(),
            key=data["key"],
            on_the_spot=on_the_spot,
        )

    def _add_to(self, request: HttpRequest, form: IntakeForm) -> HttpResponse:
        """加到那件: the villager's words are added to a matter already known, their
        name beside the first speaker's.
        """
        case, data = self.case(request.POST["add_to"]), form.cleaned_data
        guarded = data["confidentiality"] not in (
            "",
            Confidentiality.NORMAL,
        ) or data.get("concerns")
        if guarded or data["settled"] or data["speaker_phone"] or data["request_text"]:
            raise MoveRefused(
                _(
                    "Only words and a name can be added to a known matter. Take this"
                    " down as a new one."
                )
            )
        make_move(
            case,
            Action.SUPPLEMENT,
            by=Speaker(case, How.COUNTER, self._post_for(case.village)),
            at=now(),
            key=data["key"],
            text=data["verbatim"],
            co_speaker=data["speaker_name"],
        )
        messages.success(request, _("Added to %(number)s.") % {"number": case.number})
        return redirect(f"{case.get_absolute_url()}?sent={data['key']}")

    def _show(
        self, request: HttpRequest, form: IntakeForm, status: int = 200, **shown: Any
    ) -> HttpResponse:
        posts = self.user.posts_on(today())
        context = {
            "nav": "intake",
            "form": form,
            "may_settle": any(post.role in SETTLE for post in posts),
            **shown,
        }
        return render(request, "cases/intake.html", context, status=status)


def town_of(post: Post) -> Town | None:
    """The town whose matter it is without a village; none for the county."""
    return post.town or (post.office.town if post.office else None)


def _typed(data: QueryDict) -> dict[str, Any]:
    """What was typed so far, as the first answers of a form not checked yet."""
    return {**data.dict(), "concerns": data.getlist("concerns")}


def spoken_of(data: dict[str, Any], post: Post) -> Spoken:
    """The form's answers as what was spoken; without a village the matter is the post's
    town's.
    """
    names = (
        "speaker_name",
        "speaker_phone",
        "speaker_address",
        "proxy_speaker",
        "place",
        "request_text",
    )
    return Spoken(
        verbatim=data["verbatim"],
        village=data["village"],
        town=town_of(post),
        group=data.get("group"),
        resident=data["resident"],
        category=data["category"],
        grade=data["grade"],
        topic=data.get("topic"),
        channel=data["channel"],
        confidentiality=data["confidentiality"] or Confidentiality.NORMAL,
        said_at=data["said_at"],
        co_speakers=tuple(
            name.strip()
            for name in (
                data["co_speakers"].replace("，", ",").replace("、", ",").split(",")
            )
        ),
        concerns=tuple(data.get("concerns") or ()),
        **{name: data[name] for name in names},
    )


class Similar(StaffView):
    """A fragment under the words: up to three open matters that sound the same. By
    POST: the words stay out of logs.
    """

    def post(self, request: HttpRequest) -> HttpResponse:
        villages = Village.objects.overseen_by(self.user, today()).select_related(
            "town"
        )
        village = _chosen(villages, request.POST.get("village", ""))
        group = (
            _chosen(
                Group.objects.filter(village=village), request.POST.get("group", "")
            )
            if village
            else None
        )
        found: list[Case] = []
        if village:
            words, category = (
                request.POST.get("verbatim", ""),
                request.POST.get("category", ""),
            )
            found = similar_to(
                words,
                user=self.user,
                village=village,
                group=group,
                category=category,
                at=now(),
            )
        context = {"similar": found, "at": now(), "sight": self.sight()}
        return render(request, "cases/_similar.html", context)


def _chosen(rows: QuerySet[Row], key: str) -> Row | None:
    return None if (pk := whole_number(key)) is None else rows.filter(pk=pk).first()


class Receipt(StaffView):
    """回执, 80 mm or A5: for its recorder, even when the case is then hidden from them,
    and for whoever may rate.
    """

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        mine = Case.objects.filter(number=number, recorded_by__user=self.user)
        case = mine.select_related(
            "town", "village__talk_room", "recorded_by__user"
        ).first() or self._printable(number)
        address = request.build_absolute_uri(tracking_address(case))
        qr = segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2)
        is_named = (
            case.confidentiality == Confidentiality.NORMAL
            and self.visible().filter(pk=case.pk).exists()
        )
        context = {
            "case": case,
            "is_named": is_named,
            "qr": qr,
            "address": address,
            "nav": "intake",
        }
        return render(request, "cases/receipt.html", context)

    def _printable(self, number: str) -> Case:
        """Http404: out of sight, or the reader handled the case."""
        case = self.case(number)
        if not may_print_receipt(self.user, case, read_facts(case, now())):
            raise Http404
        return case


def tracking_address(case: Case) -> str:
    return f"{reverse('cases:track', args=[case.number])}?k={case.tracking_code}"
