"""登记 and 回执: taking a matter down, similar matters, the printable receipt."""

import uuid
from typing import Any, TypeVar

import segno
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.attachments import attach
from cases.forms import IntakeForm
from cases.models import Case
from cases.models.choices import Category, Channel, Confidentiality, Grade, How
from cases.privacy.disclosure import may_print_receipt
from cases.privacy.redactor import speaker_redactor
from cases.views.access import StaffView
from cases.views.namesakes import namesakes_of
from cases.views.pasted import fillings_for
from cases.workflow import Action, Officer, Speaker, Spoken, make_move, read_facts
from cases.workflow.intake import OnTheSpot, similar_to, take_down
from cases.workflow.pasted import without_numbers
from cases.workflow.register import in_territory
from cases.workflow.speakers import checked_name
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, KeyReused, MoveRefused, RuleBroken
from villages.lookup import neighbourhood_of
from villages.models import Group, Post, Town, Village
from villages.models.people import ADMINISTRATORS
from villages.requests import whole_number
from villages.rights import SETTLE
from villages.staying import asked_by_script

Row = TypeVar("Row", bound=Model)
LAST = "last_intake"  # the session stores the last channel used, and on which day
COPIED = (
    "speaker_name",
    "speaker_phone",
    "speaker_address",
    "proxy_speaker",
    "place",
    "request_text",
)


class Intake(StaffView):
    def get(self, request: HttpRequest) -> HttpResponse:
        form = self._form(initial=self._initial(request))

        done = None
        if number := request.GET.get("done"):
            mine = Case.objects.filter(number=number, recorded_by__user=self.user)
            with_group = mine.select_related("resident__household__group")
            done = with_group.first()

        return self._show(request, form, done=done)

    def post(self, request: HttpRequest) -> HttpResponse:
        if "choose" in request.POST:
            # the village, whose groups and cadres are wanted; nothing is checked yet
            return self._show(request, self._form(initial=_typed(request.POST)))
        if "fill" in request.POST:
            return self._fill(request)

        form = self._form(request.POST)
        if request.POST.get("officer", str(self.user.pk)) != str(self.user.pk):
            words = _("Somebody else was logged in when this was written.")
            form.add_error(None, words)
        was_offered = "offered" in request.POST
        fillings = [] if was_offered else fillings_for(self.user, request.POST.dict())
        if form.is_valid() and not fillings:
            try:
                if "add_to" in request.POST:
                    return _lead(request, self._add_to(request, form))
                case = self._take_down(form)
            except KeyReused as refusal:
                form = self._with_new_key(request.POST, refusal)
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                return _lead(request, self._go_on(request, form, case))

        return self._show(
            request, form, status=UNPROCESSABLE, fillings=fillings, offered=True
        )

    def _fill(self, request: HttpRequest) -> HttpResponse:
        """Show the form as it was typed, a field filled with what the words hold.

        For browsers without JavaScript; nothing is checked yet.
        """
        typed = _typed(request.POST)
        for filling in fillings_for(self.user, request.POST.dict()):
            if filling.field == request.POST["fill"]:
                typed[filling.field] = filling.value

        form = self._form(initial=typed)
        left = fillings_for(self.user, typed)
        return self._show(request, form, fillings=left, offered=True)

    def _with_new_key(self, sent: QueryDict, refusal: KeyReused) -> IntakeForm:
        """Return the same answers under a new key, asking to send them again."""
        again = sent.copy()
        again["key"] = str(uuid.uuid4())
        form = self._form(again)

        words = _("%(refusal)s This is another matter: send it again.")
        form.add_error(None, words % {"refusal": refusal})
        return form

    def _go_on(
        self, request: HttpRequest, form: IntakeForm, case: Case
    ) -> HttpResponse:
        """Remember the channel for the next matter, and lead to the receipt or on."""
        self._attach(request, case)

        data = form.cleaned_data
        request.session[LAST] = {"channel": data["channel"], "on": str(today())}

        sent = f"sent={data['key']}"  # the browser drops its draft of that key
        if "print" in request.POST:
            receipt = reverse("cases:receipt", args=[case.number])
            return redirect(f"{receipt}?print=1&{sent}")
        return redirect(f"{reverse('cases:intake')}?done={case.number}&{sent}")

    def _attach(self, request: HttpRequest, case: Case) -> None:
        """Store the photos with the case, which stands whatever becomes of them."""
        post = self._post_for(case.village)
        for upload in request.FILES.getlist("photo"):
            try:
                attach(case, upload, at=now(), post=post)
            except RuleBroken as refusal:
                messages.error(request, f"{upload.name}：{refusal}")

    def _form(self, data: QueryDict | None = None, **options: Any) -> IntakeForm:
        residents = neighbourhood_of(self.user, today()).residents
        town = town_from_form(self._post_for(None))
        return IntakeForm(
            self._villages(), residents, data, town=town, on=today(), **options
        )

    def _villages(self) -> list[Village]:
        """List the villages to choose from.

        No query for an officer of villages alone: theirs were read with the posts.
        """
        posts = self.user.posts_on(today())
        if all(post.village for post in posts):
            return list(dict.fromkeys(post.village for post in posts if post.village))

        overseen = Village.objects.in_reach_of(self.user, today())
        return list(overseen.select_related("town"))

    def _initial(self, request: HttpRequest) -> dict[str, Any]:
        """Return the answers of an empty form.

        Of the matter before it only the channel stays, for whoever goes from door to
        door; what it is about belongs to each villager alone.
        """
        return {
            "key": uuid.uuid4(),
            "channel": _channel_of_the_day(request) or Channel.TALK_ROOM,
            "category": Category.VILLAGE,
            "grade": Grade.MINOR,
            "confidentiality": Confidentiality.NORMAL,
        }

    def _post_for(self, village: Village | None) -> Post:
        """Return the post to act from: the first that reaches the village.

        Without one that does, the first post (domain §2, an act names its post).
        """
        posts = [
            post
            for post in self.user.posts_on(today())
            if post.role not in ADMINISTRATORS
        ]
        if village is None:
            return posts[0]

        reaching = [post for post in posts if in_territory(post, village, None, now())]
        return (reaching or posts)[0]

    def _take_down(self, form: IntakeForm) -> Case:
        data = form.cleaned_data
        post = self._post_for(data["village"])

        on_the_spot = None
        if data["settled"]:
            on_the_spot = OnTheSpot(
                data["result"], data["satisfaction"], data["solved"], data["reason"]
            )

        return take_down(
            spoken_of(data, post),
            by=Officer(self.user, post),
            at=now(),
            key=data["key"],
            on_the_spot=on_the_spot,
        )

    def _add_to(self, request: HttpRequest, form: IntakeForm) -> HttpResponse:
        """加到那件: add the villager's words to a matter taken down before, and their
        name beside the first speaker's.
        """
        case = self.case(request.POST["add_to"])
        data = form.cleaned_data

        is_ordinary = data["confidentiality"] in ("", Confidentiality.NORMAL)
        is_protected = not is_ordinary or data.get("concerns")
        if (
            is_protected
            or data["settled"]
            or data["speaker_phone"]
            or data["request_text"]
        ):
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
            co_speaker=checked_name(
                data["speaker_name"], data["resident"], as_typed=data["as_typed"]
            ),
        )

        self._attach(request, case)
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
            "namesakes": namesakes_of(self.user, form),
            "channel_stays": not form.is_bound and bool(_channel_of_the_day(request)),
            **shown,
        }
        return render(request, "cases/intake.html", context, status=status)


def _lead(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Redirect a browser; give a script of the page the address to go to."""
    if asked_by_script(request):
        return JsonResponse({"go": response["Location"]})
    return response


def _channel_of_the_day(request: HttpRequest) -> str:
    """Return the channel of the last matter of today, other than the usual one."""
    last = request.session.get(LAST, {})
    if last.get("on") != str(today()):
        return ""
    channel: str = last["channel"]
    return channel if channel != Channel.TALK_ROOM else ""


def town_from_form(post: Post) -> Town | None:
    """Return the post's town, whose matter it is without a village; None for the
    county.
    """
    if post.town:
        return post.town
    return post.office.town if post.office else None


def _typed(data: QueryDict) -> dict[str, Any]:
    """Return the answers typed so far, to fill a form that is not checked yet."""
    return {**data.dict(), "concerns": data.getlist("concerns")}


def spoken_of(data: dict[str, Any], post: Post) -> Spoken:
    """Return the form's answers as a matter to take down.

    Without a village it belongs to the post's town.
    """
    commas = data["co_speakers"].replace("，", ",").replace("、", ",")
    co_speakers = tuple(name.strip() for name in commas.split(","))
    copied = {name: data[name] for name in COPIED}

    return Spoken(
        verbatim=data["verbatim"],
        village=data["village"],
        town=town_from_form(post),
        group=data.get("group"),
        resident=data["resident"],
        as_typed=data["as_typed"],
        category=data["category"],
        grade=data["grade"],
        topic=data.get("topic"),
        channel=data["channel"],
        confidentiality=data["confidentiality"] or Confidentiality.NORMAL,
        said_at=data["said_at"],
        co_speakers=co_speakers,
        concerns=tuple(data.get("concerns") or ()),
        **copied,
    )


class Similar(StaffView):
    """A fragment under the words: what belongs in a field of its own, and up to three
    open matters that sound the same.

    By POST, so that the words stay out of logs.
    """

    def post(self, request: HttpRequest) -> HttpResponse:
        overseen = Village.objects.in_reach_of(self.user, today())
        villages = overseen.select_related("town")
        village = _chosen(villages, request.POST.get("village", ""))

        found: list[Case] = []
        if village:
            groups = Group.objects.filter(village=village)
            found = similar_to(
                request.POST.get("verbatim", ""),
                user=self.user,
                village=village,
                group=_chosen(groups, request.POST.get("group", "")),
                category=request.POST.get("category", ""),
                at=now(),
            )

        context = {
            "similar": found,
            "fillings": fillings_for(self.user, request.POST.dict()),
            "at": now(),
            "sight": self.sight(),
        }
        return render(request, "cases/_similar.html", context)


def _chosen(rows: QuerySet[Row], key: str) -> Row | None:
    pk = whole_number(key)
    if pk is None:
        return None
    return rows.filter(pk=pk).first()


class Receipt(StaffView):
    """回执, 80 mm or A5: for its recorder, and for whoever may rate.

    The recorder prints it even where the case is hidden from them afterwards.
    """

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        mine = Case.objects.filter(number=number, recorded_by__user=self.user)
        with_row = mine.select_related(
            "town", "village__talk_room", "recorded_by__user"
        )
        case = with_row.first() or self._printable(number)

        address = request.build_absolute_uri(tracking_address(case))
        qr = segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2)

        is_named = (
            case.confidentiality == Confidentiality.NORMAL
            and self.visible().filter(pk=case.pk).exists()
        )

        context = {
            "case": case,
            "matter": _on_paper(case, case.title) if is_named else "",
            "is_settled": case.was_settled,
            "answer": _answer_on_paper(case) if is_named else "",
            "qr": qr,
            "address": address,
            "nav": "intake",
        }
        return render(request, "cases/receipt.html", context)

    def _printable(self, number: str) -> Case:
        """Return the case of a reader who may rate it.

        Http404: out of sight, or the reader handled the case.
        """
        case = self.case(number)
        if not may_print_receipt(self.user, case, read_facts(case, now())):
            raise Http404
        return case


def _on_paper(case: Case, words: str) -> str:
    """Return words for a receipt, which may be lost on the road: it names nobody, also
    where somebody has written the title since.
    """
    redact = speaker_redactor(case)
    return without_numbers(redact(words))


def _answer_on_paper(case: Case) -> str:
    """Return the answer that the villager got on the spot; "" where there was none."""
    return _on_paper(case, case.result) if case.was_settled else ""


def tracking_address(case: Case) -> str:
    return f"{reverse('cases:track', args=[case.number])}?k={case.tracking_code}"
