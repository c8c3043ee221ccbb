"""登记: taking a matter down."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    QueryDict,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.forms import IntakeForm
from cases.forms.intake import spoken_of, town_from_form
from cases.models import Case
from cases.models.choices import Category, Channel, Confidentiality, Grade, How
from cases.models.scope import hides_speaker
from cases.speaking.promise import promise_to_officers
from cases.speaking.second_look import second_look_at
from cases.templatetags.days import day
from cases.views.access import StaffView
from cases.views.attachments import attach_sent
from cases.views.hidden_words import INTAKE, card_for
from cases.views.namesakes import namesakes_of
from cases.views.similar import fillings_for
from cases.workflow import (
    Action,
    Officer,
    Speaker,
    holder_name,
    make_move,
    read_facts,
)
from cases.workflow.intake import OnTheSpot, take_down
from cases.workflow.register import in_territory
from cases.workflow.speakers import is_same_name
from minshi.clock import now, today
from minshi.errors import (
    UNPROCESSABLE,
    InputRefused,
    KeyReused,
    RuleBroken,
)
from villages.duty import on_shift_in
from villages.lookup import known_line, neighbourhood_of
from villages.lookup_counts import TooMany, count_lookup
from villages.models import Post, Village
from villages.models.roles import ADMINISTRATORS
from villages.rights import SETTLE
from villages.staying import lead_on

# The inputs of 补充, by the fields of the form in which they are typed.
FIELD_OF_INPUT = {
    "text": "verbatim",
    "co_speaker": "speaker_name",
    "co_speaker_phone": "speaker_phone",
    "co_speaker_resident": "resident",
    "as_typed": "as_typed",
    "co_speakers": "co_speakers",
}
SHOWN_BESIDE = {"co_speaker_resident": "speaker_name"}  # its own field is hidden
# Filled in by somebody, and of a matter of its own alone.
NOT_ADDED = (
    "settled",
    "concerns",
    "speaker_address",
    "proxy_speaker",
    "place",
    "request_text",
    "said_at",
    "topic",
)
LAST = "last_intake"  # the session stores the last channel used, and on which day


class Intake(StaffView):
    def get(self, request: HttpRequest) -> HttpResponse:
        form = self._form(initial=self._initial(request))

        done = None
        may_open = False
        promise = ""
        goes_on_with = ""
        card = None
        if number := request.GET.get("done"):
            sight = self.sight()
            mine = Case.objects.filter(number=number, recorded_by__in=sight.reach.posts)
            done = mine.select_related(
                "resident__household__group",
                "group",
                "owner_post__user",
                "owner_office",
            ).first()
            may_open = self.visible().filter(number=number).exists()

        if done:
            promise = promise_to_officers(done, day(done.reply_by))
        if done and may_open and _is_done_again(done):
            goes_on_with = holder_name(done.owner)
        if done and may_open and hides_speaker(done):
            card = card_for(self.user, read_facts(done, now()), back=INTAKE)
        return self._show(
            request,
            form,
            done=done,
            may_open=may_open,
            promise=promise,
            goes_on_with=goes_on_with,
            card=card,
            second_look=second_look_at(done) if done and may_open else [],
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        if "choose" in request.POST:
            # the village, whose groups and cadres are wanted; nothing is checked yet
            return self._show(request, self._form(initial=_typed(request.POST)))
        if "fill" in request.POST:
            return self._fill(request)

        form = self._form(request.POST)
        was_offered = "offered" in request.POST
        fillings = [] if was_offered else fillings_for(self.user, request.POST.dict())
        if form.is_valid() and not fillings:
            try:
                if "add_to" in request.POST:
                    return lead_on(request, self._add_to(request, form))
                case = self._take_down(form)
            except KeyReused as refusal:
                form = self._with_new_key(request.POST, refusal)
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                return lead_on(request, self._go_on(request, form, case))

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
        post = self._post_for(case.village)
        attach_sent(request, case, "photo", post=post, came_with_it=True)

    def _form(self, data: QueryDict | None = None, **options: Any) -> IntakeForm:
        residents = neighbourhood_of(self.user, today()).residents
        town = town_from_form(self._post_for(None))
        return IntakeForm(
            self._villages(), residents, data, town=town, at=now(), **options
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
        name beside the first speaker's, with whoever came along.
        """
        case = self.case(request.POST["add_to"])
        data = form.cleaned_data
        _refuse_what_is_not_added(case, data)
        try:
            make_move(
                case,
                Action.SUPPLEMENT,
                by=Speaker(case, How.COUNTER, self._post_for(case.village)),
                at=now(),
                key=data["key"],
                **_as_supplement(data),
            )
        except InputRefused as refusal:
            raise _on_the_form(refusal) from refusal

        self._attach(request, case)
        words = _(
            "Added to %(number)s. It has no receipt of its own; write the number down"
            " for whoever spoke, to ask by."
        )
        messages.success(request, words % {"number": case.number})
        return redirect(f"{case.get_absolute_url()}?sent={data['key']}")

    def _show(
        self, request: HttpRequest, form: IntakeForm, status: int = 200, **shown: Any
    ) -> HttpResponse:
        posts = self.user.posts_on(today())
        context = {
            "nav": "intake",
            "form": form,
            "may_settle": self._may_settle(posts),
            "namesakes": namesakes_of(self.user, form),
            "known": self._known(form),
            "channel_stays": not form.is_bound and bool(_channel_of_the_day(request)),
            **shown,
        }
        return render(request, "cases/intake.html", context, status=status)

    def _may_settle(self, posts: list[Post]) -> bool:
        """Tell whether the user settles matters on the spot: by a post, or because they
        are on shift now. Two queries for other posts of a village.
        """
        if any(post.role in SETTLE for post in posts):
            return True
        villages = {post.village_id for post in posts if post.village_id}
        return bool(on_shift_in(self.user, villages, now()))

    def _known(self, form: IntakeForm) -> str:
        """Say which neighbour was chosen on a form that is shown once more; "" where
        another name stands there. It counts as a lookup, beyond which nothing is said.
        """
        chosen = form.cleaned_data.get("resident") if form.is_bound else None
        typed = form.cleaned_data.get("speaker_name", "") if chosen else ""
        if chosen is None or not is_same_name(chosen.name, typed):
            return ""
        try:
            count_lookup(self.user, today())
        except TooMany:
            return ""
        return known_line(chosen, self.user, today())


def _is_done_again(case: Case) -> bool:
    """Tell whether it was settled on the spot, and not to the speaker's mind."""
    return case.is_open and case.round > 1


def _refuse_what_is_not_added(case: Case, data: dict[str, Any]) -> None:
    """Refuse what was filled in and would be lost, each field with its words.

    The group of the matter, or of the neighbour who speaks, is known there already.
    """
    lost = [name for name in NOT_ADDED if data.get(name)]
    if data["confidentiality"] not in ("", Confidentiality.NORMAL):
        lost.append("confidentiality")

    resident = data["resident"]
    groups = [None, case.group]
    if resident:
        groups.append(resident.household.group)
    if data.get("group") not in groups:
        lost.append("group")

    if lost:
        words = _(
            "Only words and who says so can be added to a known matter. Take this"
            " down as a new one."
        )
        raise InputRefused(words, dict.fromkeys(lost, words))


def _as_supplement(data: dict[str, Any]) -> dict[str, Any]:
    """Return the form's answers by the inputs of 补充."""
    return {name: data[field] for name, field in FIELD_OF_INPUT.items()}


def _on_the_form(refusal: InputRefused) -> InputRefused:
    """Return a refusal of 补充 beside the fields in which it was typed."""
    fields = {}
    for name, words in refusal.fields.items():
        fields[SHOWN_BESIDE.get(name) or FIELD_OF_INPUT.get(name, name)] = words
    return InputRefused(refusal.detail, fields)


def _channel_of_the_day(request: HttpRequest) -> str:
    """Return the channel of the last matter of today, other than the usual one."""
    last = request.session.get(LAST, {})
    if last.get("on") != str(today()):
        return ""
    channel: str = last["channel"]
    return channel if channel != Channel.TALK_ROOM else ""


def _typed(data: QueryDict) -> dict[str, Any]:
    """Return the answers typed so far, to fill a form that is not checked yet."""
    return {**data.dict(), "concerns": data.getlist("concerns")}
