"""Acts on the roster: each page is one form over one function of `villages.duty`."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from minshi.celery import follow_roster_soon
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken, Text
from minshi.workdays import day_in_words
from villages import duty
from villages.duty.drafting import draft_hand_over
from villages.duty.notes import show_notes
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

SHIFTS_OFFERED = 40  # in return, the nearest ones


class RosterAct(DutyView):
    """A form page; for whoever may not do it there is none. Rows start from the
    villages of the user's posts in `roles`.
    """

    title: Text
    button: Text
    roles: Roles = TAKE_DUTY

    def own_villages(self) -> QuerySet[Village]:
        """Return the villages where the user has a post that may do this."""
        keys = []
        for post in self.user.posts_on(today()):
            if post.role in self.roles and post.village_id:
                keys.append(post.village_id)

        return Village.objects.filter(pk__in=keys).select_related("town").order_by("pk")

    def own_shifts(self) -> QuerySet[DutyShift]:
        """Return the shifts of those villages, with their people."""
        return DutyShift.objects.with_people().filter(village__in=self.own_villages())

    def people(self, village: Village) -> QuerySet[Post]:
        return duty.eligible_posts(village, today())

    def by_and_at(self) -> dict[str, Any]:
        return {"by": self.user, "at": now()}

    def show(
        self, form: RuleForm, village: Village, status: int = 200, **shown: Any
    ) -> HttpResponse:
        context = {
            "form": form,
            "village": village,
            "title": self.title,
            "button": self.button,
            "roster": roster_of(village, week_of(shown.get("shift"))),
            "nav": "duty",
            **shown,
        }
        return render(self.request, "villages/duty_form.html", context, status=status)

    def try_form(
        self,
        form: RuleForm,
        village: Village,
        act: Callable[[], Any],
        done: Text,
        shift: DutyShift | None = None,
    ) -> HttpResponse:
        """Run the act and go back to the roster, or show the form again with what was
        typed and why it was refused.
        """
        if form.is_valid():
            try:
                made = act()
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                messages.success(self.request, str(done))
                return back_to(village, week_of(made) or week_of(shift))

        return self.show(form, village, UNPROCESSABLE, shift=shift)

    def chosen_village(self, villages: QuerySet[Village]) -> Village:
        """Return the village that the address names, else the first. Http404: none."""
        if self.request.GET.get("village"):
            villages = villages.filter(pk=self.village.pk)

        village = villages.first()
        if village is None:
            raise Http404
        return village


def back_to(village: Village, on: date | None = None) -> HttpResponse:
    return redirect(roster_of(village, on))


NOBODY_ON_DUTY = _("%(day)s: nobody is on duty now; please name somebody.")
NO_BACKUP = _("%(day)s has no backup now; please name one.")


def say_open(request: HttpRequest, words: Text, days: Iterable[date]) -> None:
    """Warn of days that an act on the roster has left open, in one sentence."""
    named = "、".join(day_in_words(day, today()) for day in sorted(days))
    if named:
        messages.warning(request, words % {"day": named})


def week_of(made: Any) -> date | None:
    """Return a day of the week in which an act on the roster is seen: that of a shift,
    or the first one ahead of a leave; None for anything else.
    """
    if isinstance(made, DutyShift):
        return made.on
    if isinstance(made, DutyLeave):
        return max(made.from_on, today())
    return None


def roster_of(village: Village, on: date | None) -> str:
    """Return the address of a village's roster, at the week of a day if given."""
    week = f"&week={on}" if on else ""
    return f"{reverse('villages:duty')}?village={village.pk}{week}"


class ShiftNew(RosterAct):
    title = _("Put somebody on duty")
    button = _("Put on the roster")
    roles = ARRANGE_DUTY

    def get(self, request: HttpRequest) -> HttpResponse:
        village = self.chosen_village(self.own_villages())
        first = {"day": request.GET.get("day") or today()}
        form = ShiftForm(people=self.people(village), initial=first)
        return self.show(form, village)

    def post(self, request: HttpRequest) -> HttpResponse:
        village = self.chosen_village(self.own_villages())
        form = ShiftForm(request.POST, people=self.people(village))

        def act() -> DutyShift:
            return duty.arrange_shift(village, **form.entered, **self.by_and_at())

        return self.try_form(form, village, act, _("It is on the roster."))


class ShiftAct(RosterAct):
    """A form page about one shift."""

    def shift(self, pk: int) -> DutyShift:
        return get_object_or_404(self.own_shifts(), pk=pk)


class ShiftChange(ShiftAct):
    title = _("Change a shift")
    button = _("Save the change")
    roles = ARRANGE_DUTY

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        people = self.people(shift.village)
        form = ShiftForm(people=people, initial=ShiftForm.showing(shift))
        return self.show(form, shift.village, shift=shift, cancels=True)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        form = ShiftForm(request.POST, people=self.people(shift.village))

        def act() -> DutyShift:
            return duty.change_shift(shift, **form.entered, **self.by_and_at())

        return self.try_form(
            form, shift.village, act, _("The shift was changed."), shift
        )


class OneClick(RosterAct):
    """A button without a form: a refusal is shown on the roster."""

    title = button = ""

    def done(
        self,
        village: Village,
        act: Callable[[], Any],
        words: Text,
        row: DutyShift | DutyLeave | None,
    ) -> HttpResponse:
        """Run the act and go back to the roster, to the week of the shift or leave that
        it is about.
        """
        try:
            act()
        except RuleBroken as refusal:
            messages.error(self.request, str(refusal))
        else:
            messages.success(self.request, str(words))
        return back_to(village, week_of(row))


class ShiftCancel(OneClick):
    roles = ARRANGE_DUTY

    def post(self, _request: HttpRequest, pk: int) -> HttpResponse:
        shift = get_object_or_404(self.own_shifts(), pk=pk)

        def act() -> None:
            duty.cancel_shift(shift, **self.by_and_at())

        words = _("The shift is off the roster.")
        return self.done(shift.village, act, words, shift)


class SwapAskPage(ShiftAct):
    title = _("Ask somebody to take your shift")
    button = _("Ask them")

    def shift(self, pk: int) -> DutyShift:
        """Return one of the user's own shifts. Http404: somebody else's."""
        own = self.own_shifts().filter(primary__user=self.user)
        return get_object_or_404(own, pk=pk)

    def form(self, shift: DutyShift, data: Any = None) -> SwapForm:
        people = self.people(shift.village).exclude(user=self.user)

        ahead = DutyShift.objects.filter(
            village=shift.village, starts_at__gt=now(), primary__in=people.order_by()
        )
        near = ahead.order_by("starts_at").values("pk")[:SHIFTS_OFFERED]
        keys = duty.held_by_those_on_them(row["pk"] for row in near)
        offered = DutyShift.objects.with_people().filter(pk__in=keys)

        return SwapForm(data, people=people, shift=shift, shifts=offered)

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        return self.show(self.form(shift), shift.village, shift=shift)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        form = self.form(shift, request.POST)

        def act() -> SwapRequest:
            return duty.ask_swap(shift, **form.cleaned_data, **self.by_and_at())

        words = _("They are asked. Nothing changes until they agree.")
        return self.try_form(form, shift.village, act, words, shift)


SWAP_ANSWERS: Mapping[str, tuple[Callable[..., Any], Text]] = {
    "agree": (duty.agree, _("Agreed: the roster is changed.")),
    "decline": (duty.decline, _("Declined: the roster stays as it was.")),
    "withdraw": (duty.withdraw_swap, _("The question is taken back.")),
}


class SwapAnswer(OneClick):
    def post(self, _request: HttpRequest, pk: int, answer: str) -> HttpResponse:
        swaps = SwapRequest.objects.of(self.user).with_shifts()
        swap = get_object_or_404(
            swaps.filter(shift__village__in=self.own_villages()), pk=pk
        )
        if answer not in SWAP_ANSWERS:
            raise Http404
        give_answer, words = SWAP_ANSWERS[answer]
        had_backup = _days_with_backup(swap)

        def act() -> None:
            answered = give_answer(swap, **self.by_and_at())
            say_open(self.request, NO_BACKUP, had_backup - _days_with_backup(answered))

        return self.done(swap.shift.village, act, words, swap.shift)


def _days_with_backup(swap: SwapRequest) -> set[date]:
    shifts = [swap.shift, swap.in_return]
    return {shift.on for shift in shifts if shift and shift.backup_id}


class LeaveNew(RosterAct):
    title = _("Note leave")
    button = _("Note it")

    def form(self, village: Village, data: Any = None) -> LeaveForm:
        own_posts = duty.posts_of(self.user, village, today())
        first = {"post": own_posts[0].pk, "from_on": today(), "until_on": today()}
        form = LeaveForm(data, people=self.people(village), initial=first)

        if not duty.may_arrange(self.user, village, today()):
            offer_rows(form, "post", self.people(village).filter(user=self.user))
        return form

    def get(self, _request: HttpRequest) -> HttpResponse:
        village = self.chosen_village(self.own_villages())
        return self.show(self.form(village), village)

    def post(self, request: HttpRequest) -> HttpResponse:
        village = self.chosen_village(self.own_villages())
        form = self.form(village, request.POST)

        def act() -> DutyLeave:
            leave = duty.note_leave(**form.cleaned_data, **self.by_and_at())
            left = duty.left_open_by(leave, now())
            say_open(request, NOBODY_ON_DUTY, left.without_anybody)
            say_open(request, NO_BACKUP, left.without_backup)
            return leave

        return self.try_form(form, village, act, _("The leave is noted."))


class LeaveEnd(OneClick):
    def post(self, _request: HttpRequest, pk: int) -> HttpResponse:
        leaves = DutyLeave.objects.filter(post__village__in=self.own_villages())
        leaves = leaves.select_related("post__village", "post__user")
        leave = get_object_or_404(leaves, pk=pk)

        village = leave.post.village
        if village is None or not duty.may_note_leave(self.user, leave.post, today()):
            raise Http404

        def act() -> None:
            duty.end_leave(leave, **self.by_and_at())

        words = _("From today on they take their shifts again.")
        return self.done(village, act, words, leave)


class HandOverPage(ShiftAct):
    title = button = _("Hand over")

    def shift(self, pk: int) -> DutyShift:
        """Return a shift that the user is on. Http404: any other."""
        shift = super().shift(pk)
        on_duty = duty.read_roster([shift]).on_duty(shift)
        if duty.post_held_by(on_duty, self.user) is None:
            raise Http404
        return shift

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        handed = HandOver.objects.filter(shift=shift).first()
        if handed:
            show_notes([handed])
            initial = {"note": handed.note, "visitors": handed.visitors}
        else:
            initial = self._draft(shift)
        initial["seen"] = duty.mark_of_hand_over(handed)
        return self.show(HandOverForm(initial=initial), shift.village, shift=shift)

    def _draft(self, shift: DutyShift) -> dict[str, Any]:
        roster = duty.read_roster([shift])
        note, visitors = draft_hand_over(shift, roster, user=self.user, at=now())
        return {"note": note, "visitors": visitors or None}

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(pk)
        form = HandOverForm(request.POST)

        def act() -> None:
            duty.hand_over(shift, **form.cleaned_data, **self.by_and_at())
            transaction.on_commit(follow_roster_soon)

        words = _("Handed over; the next shift sees it.")
        return self.try_form(form, shift.village, act, words, shift)


class TakeOver(OneClick):
    def post(self, _request: HttpRequest, pk: int) -> HttpResponse:
        rows = HandOver.objects.filter(shift__village__in=self.own_villages())
        handed = get_object_or_404(rows.select_related("shift__village"), pk=pk)

        def act() -> None:
            duty.take_over(handed, **self.by_and_at())
            transaction.on_commit(follow_roster_soon)

        return self.done(handed.shift.village, act, _("Taken over."), None)


class TalkRoomPage(RosterAct):
    title = _("The talk room")
    button = _("Save")
    roles = DESCRIBE_TALK_ROOM

    def get(self, _request: HttpRequest) -> HttpResponse:
        village = self.chosen_village(self.own_villages())
        room = TalkRoom.objects.filter(village=village).first()
        initial: dict[str, Any] = model_to_dict(room) if room else {"talk_day": 10}
        initial["seen"] = duty.mark_of_talk_room(room)
        return self.show(TalkRoomForm(initial=initial), village)

    def post(self, request: HttpRequest) -> HttpResponse:
        village = self.chosen_village(self.own_villages())
        form = TalkRoomForm(request.POST)

        def act() -> None:
            duty.describe_talk_room(village, **form.cleaned_data, **self.by_and_at())

        return self.try_form(form, village, act, _("The talk room is described."))
