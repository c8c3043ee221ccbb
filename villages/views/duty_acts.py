"""What is done about the roster: each page is one form over one function of
`villages.duty`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from minshi.celery import follow_roster_soon
from minshi.clock import now, today
from minshi.errors import RuleBroken, Text
from villages import duty
from villages.forms.accounts import RuleForm, offer_rows
from villages.forms.duty import (
    HandOverForm,
    LeaveForm,
    ShiftForm,
    SwapForm,
    TalkRoomForm,
)
from villages.models import (
    DutyLeave,
    DutyShift,
    HandOver,
    Post,
    SwapRequest,
    TalkRoom,
    Village,
)
from villages.rights import ARRANGE_DUTY, DESCRIBE_TALK_ROOM, TAKE_DUTY, Roles
from villages.views.duty import DutyView

UNPROCESSABLE = 422
SHIFTS_OFFERED = 40  # in return, the nearest ones


class RosterAct(DutyView):
    """A form page; whoever may not do it finds none. Rows start from the villages of
    posts that take duty.
    """

    title: Text
    button: Text
    roles: Roles = TAKE_DUTY

    def own(self) -> QuerySet[Village]:
        """The villages where the user has a post that may do this."""
        keys = [
            post.village_id
            for post in self.user.posts_on(today())
            if post.role in self.roles and post.village_id
        ]
        return Village.objects.filter(pk__in=keys).select_related("town").order_by("pk")

    def people(self, village: Village) -> QuerySet[Post]:
        return duty.eligible_posts(village, today())

    def doing(self) -> dict[str, Any]:
        return {"by": self.user, "at": now()}

    def show(
        self, form: RuleForm, village: Village, status: int = 200, **shown: Any
    ) -> HttpResponse:
        context = {
            "form": form,
            "village": village,
            "title": self.title,
            "button": self.button,
            "roster": roster_of(village, shown.get("shift")),
            "nav": "duty",
            **shown,
        }
        return render(self.request, "villages/duty_form.html", context, status=status)

    def tried(
        self,
        form: RuleForm,
        village: Village,
        act: Callable[[], Any],
        done: Text,
        shift: DutyShift | None = None,
    ) -> HttpResponse:
        """Does it, or shows the form again with what was typed and what stands in the
        way.
        """
        if form.is_valid():
            try:
                made = act()
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                messages.success(self.request, str(done))
                return back_to(village, made if isinstance(made, DutyShift) else shift)
        return self.show(form, village, UNPROCESSABLE, shift=shift)

    def one_of(self, villages: QuerySet[Village]) -> Village:
        """The village the address names, else the first. Http404: none."""
        asked = self.request.GET.get("village")
        found = villages.filter(pk=self.village.pk) if asked else villages
        village = found.first()
        if village is None:
            raise Http404
        return village


def back_to(village: Village, shift: DutyShift | None = None) -> HttpResponse:
    return redirect(roster_of(village, shift))


def roster_of(village: Village, shift: DutyShift | None) -> str:
    """The address of a village's roster, at the week of a shift where there is one."""
    week = f"&week={shift.on}" if shift else ""
    return f"{reverse('villages:duty')}?village={village.pk}{week}"


class ShiftNew(RosterAct):
    title, button, roles = (
        _("Put somebody on duty"),
        _("Put on the roster"),
        ARRANGE_DUTY,
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        village = self.one_of(self.own())
        first = {"day": request.GET.get("day") or today()}
        return self.show(ShiftForm(people=self.people(village), initial=first), village)

    def post(self, request: HttpRequest) -> HttpResponse:
        village = self.one_of(self.own())
        form = ShiftForm(request.POST, people=self.people(village))
        return self.tried(
            form,
            village,
            lambda: duty.arrange_shift(village, **form.asked, **self.doing()),
            _("It is on the roster."),
        )


class ShiftAct(RosterAct):
    """About one shift."""

    def shift(self, pk: int) -> DutyShift:
        return get_object_or_404(
            DutyShift.objects.with_people().filter(village__in=self.own()), pk=pk
        )


class ShiftChange(ShiftAct):
    title, button, roles = _("Change a shift"), _("Save the change"), ARRANGE_DUTY

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        form = ShiftForm(
            people=self.people(shift.village), initial=ShiftForm.showing(shift)
        )
        return self.show(form, shift.village, shift=shift, cancels=True)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        form = ShiftForm(request.POST, people=self.people(shift.village))
        return self.tried(
            form,
            shift.village,
            lambda: duty.change_shift(shift, **form.asked, **self.doing()),
            _("The shift was changed."),
            shift,
        )


class OneClick(RosterAct):
    """A button without a form: what is refused is said on the roster."""

    title = button = ""

    def done(
        self,
        village: Village,
        act: Callable[[], Any],
        words: Text,
        shift: DutyShift | None,
    ) -> HttpResponse:
        try:
            act()
        except RuleBroken as refusal:
            messages.error(self.request, str(refusal))
        else:
            messages.success(self.request, str(words))
        return back_to(village, shift)


class ShiftCancel(OneClick):
    roles = ARRANGE_DUTY

    def post(self, _request: HttpRequest, pk: int) -> HttpResponse:
        shift = get_object_or_404(
            DutyShift.objects.with_people().filter(village__in=self.own()), pk=pk
        )
        words = _("The shift is off the roster.")
        return self.done(
            shift.village,
            lambda: duty.cancel_shift(shift, **self.doing()),
            words,
            shift,
        )


class SwapAsk(ShiftAct):
    title, button = _("Ask somebody to take your shift"), _("Ask them")

    def shift(self, pk: int) -> DutyShift:
        own = DutyShift.objects.with_people().filter(
            village__in=self.own(), primary__user=self.user
        )
        return get_object_or_404(own, pk=pk)

    def form(self, shift: DutyShift, data: Any = None) -> SwapForm:
        people = self.people(shift.village).exclude(user=self.user)
        ahead = DutyShift.objects.filter(
            village=shift.village, starts_at__gt=now(), primary__in=people.order_by()
        )
        near = ahead.order_by("starts_at").values("pk")[:SHIFTS_OFFERED]
        keys = [row["pk"] for row in near]
        offered = DutyShift.objects.with_people().filter(pk__in=keys)
        return SwapForm(data, people=people, shift=shift, shifts=offered)

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        return self.show(self.form(shift), shift.village, shift=shift)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        form = self.form(shift, request.POST)
        return self.tried(
            form,
            shift.village,
            lambda: duty.ask_swap(shift, **form.cleaned_data, **self.doing()),
            _("They are asked. Nothing changes until they agree."),
            shift,
        )


SWAP_ANSWERS: Mapping[str, tuple[Callable[..., Any], Text]] = {
    "agree": (duty.agree, _("Agreed: the roster is changed.")),
    "decline": (duty.decline, _("Declined: the roster stays as it was.")),
    "withdraw": (duty.withdraw_swap, _("The question is taken back.")),
}


class SwapAnswer(OneClick):
    def post(self, _request: HttpRequest, pk: int, answer: str) -> HttpResponse:
        mine = SwapRequest.objects.filter(
            Q(asked__user=self.user) | Q(asker__user=self.user)
        )
        swap = get_object_or_404(
            mine.with_shifts().filter(shift__village__in=self.own()), pk=pk
        )
        if answer not in SWAP_ANSWERS:
            raise Http404
        act, words = SWAP_ANSWERS[answer]
        return self.done(
            swap.shift.village, lambda: act(swap, **self.doing()), words, swap.shift
        )


class LeaveNew(RosterAct):
    title, button = _("Note leave"), _("Note it")

    def form(self, village: Village, data: Any = None) -> LeaveForm:
        own = duty.posts_of(self.user, village, today())
        first = {"post": own[0].pk, "from_on": today(), "until_on": today()}
        form = LeaveForm(data, people=self.people(village), initial=first)
        if not duty.may_arrange(self.user, village, today()):
            offer_rows(form, "post", self.people(village).filter(user=self.user))
        return form

    def get(self, _request: HttpRequest) -> HttpResponse:
        village = self.one_of(self.own())
        return self.show(self.form(village), village)

    def post(self, request: HttpRequest) -> HttpResponse:
        village = self.one_of(self.own())
        form = self.form(village, request.POST)
        return self.tried(
            form,
            village,
            lambda: duty.note_leave(**form.cleaned_data, **self.doing()),
            _("The leave is noted."),
        )


class LeaveEnd(OneClick):
    def post(self, _request: HttpRequest, pk: int) -> HttpResponse:
        rows = DutyLeave.objects.select_related("post__village", "post__user").filter(
            post__village__in=self.own()
        )
        leave = get_object_or_404(rows, pk=pk)
        village = leave.post.village
        if village is None or not (
            leave.post.user_id == self.user.pk
            or duty.may_arrange(self.user, village, today())
        ):
            raise Http404
        words = _("From today on they take their shifts again.")
        return self.done(
            village, lambda: duty.end_leave(leave, **self.doing()), words, None
        )


class HandOverPage(ShiftAct):
    title, button = _("Hand over"), _("Hand over")

    def shift(self, pk: int) -> DutyShift:
        """Http404: not on in that shift oneself."""
        shift = super().shift(pk)
        if not any(
            post.user_id == self.user.pk
            for post in duty.read_roster([shift]).on_duty(shift)
        ):
            raise Http404
        return shift

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        known = HandOver.objects.filter(shift=shift).values("note", "visitors").first()
        return self.show(HandOverForm(initial=known or {}), shift.village, shift=shift)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        form = HandOverForm(request.POST)

        def act() -> None:
            duty.hand_over(shift, **form.cleaned_data, **self.doing())
            transaction.on_commit(follow_roster_soon)

        return self.tried(
            form, shift.village, act, _("Handed over; the next shift sees it."), shift
        )


class HandOverTake(OneClick):
    def post(self, _request: HttpRequest, pk: int) -> HttpResponse:
        rows = HandOver.objects.select_related("shift__village").filter(
            shift__village__in=self.own()
        )
        handed = get_object_or_404(rows, pk=pk)

        def act() -> None:
            duty.take_over(handed, **self.doing())
            transaction.on_commit(follow_roster_soon)

        return self.done(handed.shift.village, act, _("Taken over."), None)


class TalkRoomPage(RosterAct):
    title, button, roles = _("The talk room"), _("Save"), DESCRIBE_TALK_ROOM

    def get(self, _request: HttpRequest) -> HttpResponse:
        village = self.one_of(self.own())
        known = (
            TalkRoom.objects.filter(village=village)
            .values("place", "hours", "phone", "talk_day")
            .first()
        )
        return self.show(TalkRoomForm(initial=known or {"talk_day": 10}), village)

    def post(self, request: HttpRequest) -> HttpResponse:
        village, form = self.one_of(self.own()), TalkRoomForm(request.POST)
        return self.tried(
            form,
            village,
            lambda: duty.describe_talk_room(
                village, **form.cleaned_data, **self.doing()
            ),
            _("The talk room is described."),
        )
