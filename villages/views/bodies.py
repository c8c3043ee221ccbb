"""委员会和议事规则: the pages of bodies and their seats, and of the rules by which they
meet.
"""

from dataclasses import dataclass, field
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken
from minshi.workdays import day_in_words
from villages.bodies import (
    BodyPlace,
    cadres_at,
    drop_procedure,
    end_seat,
    places_of,
    readable_place,
    readable_places,
    rules_of,
    seats_seated_by,
    set_procedure,
    take_seat,
)
from villages.forms.accounts import EndSeatForm, ProcedureForm, SeatForm, offer
from villages.models import Body, MeetingKind, Procedure, Seat, Town, User
from villages.procedure import (
    CONSULTATION_BY_LAW,
    DEFAULTS,
    OF_COUNTY,
    Rules,
    as_rules,
)
from villages.rights import SET_TOWN_RULES, deals_with_cases


@dataclass
class Seated:
    """A body with those who sit in it, and those whose term is yet to begin."""

    body: Body
    seats: list[Seat] = field(default_factory=list)
    coming: list[Seat] = field(default_factory=list)


class BodiesView(LoginRequiredMixin, View):
    """A page for all who deal with matters; whoever may not seat people reads."""

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    def readable(self) -> list[BodyPlace]:
        """Return the places whose bodies the reader may look at. Http404: the reader
        deals with no matters.
        """
        if not deals_with_cases(self.user.posts_on(today())):
            raise Http404
        return readable_places(self.user, today())

    def place(self, key: str) -> BodyPlace:
        """Return the place of a key. Http404: out of the reader's sight."""
        self.readable()
        place = readable_place(self.user, today(), key)
        if place is None:
            raise Http404
        return place


class BodiesPage(BodiesView):
    def get(self, request: HttpRequest) -> HttpResponse:
        place = self.place(request.GET.get("at", ""))
        form = SeatForm(initial={"from_on": today(), "body": place.bodies[0]})
        return self.show(request, place, _offering(form, place))

    def post(self, request: HttpRequest) -> HttpResponse:
        place = self.place(request.GET.get("at", ""))
        form = _offering(SeatForm(request.POST), place)

        if form.is_valid():
            try:
                seat = take_seat(place, by=self.user, at=now(), **form.cleaned_data)
                messages.success(request, _as_seated(seat))
                return redirect(f"{reverse('villages:bodies')}?at={place.key}")
            except RuleBroken as refusal:
                form.refuse(refusal)

        return self.show(request, place, form, UNPROCESSABLE)

    def show(
        self, request: HttpRequest, place: BodyPlace, form: SeatForm, status: int = 200
    ) -> HttpResponse:
        places = self.readable()
        towns = self.user.reach(today(), SET_TOWN_RULES).towns
        context: dict[str, Any] = {
            "nav": "meetings",
            "place": place,
            "places": places if len(places) > 1 else [],
            "bodies": _seated_at(place),
            "may_seat": place in places_of(self.user.posts_on(today())),
            "form": form,
            "rules": rules_of(place.town),
            "consultation_by_law": CONSULTATION_BY_LAW,
            "may_set": place.town is not None and place.town.pk in towns,
        }
        return render(request, "villages/bodies.html", context, status=status)


class EndSeat(BodiesView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        seat = self._seat(pk)
        form = EndSeatForm(initial={"until_on": max(today(), seat.from_on)})
        return self._show(request, seat, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        seat = self._seat(pk)
        form = EndSeatForm(request.POST)

        if form.is_valid():
            try:
                end_seat(seat, form.cleaned_data["until_on"], by=self.user, at=now())
                return redirect("villages:bodies")
            except RuleBroken as refusal:
                form.refuse(refusal)

        return self._show(request, seat, form, UNPROCESSABLE)

    def _seat(self, pk: int) -> Seat:
        """Return a seat of a place whose bodies the user seats. Http404: any other."""
        return get_object_or_404(seats_seated_by(self.user, today()), pk=pk)

    def _show(
        self, request: HttpRequest, seat: Seat, form: EndSeatForm, status: int = 200
    ) -> HttpResponse:
        context = {"nav": "meetings", "seat": seat, "form": form}
        return render(request, "villages/end_seat.html", context, status=status)


class EditProcedure(BodiesView):
    """A town's own rules for one kind of meeting, or back to the default."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        town = self._town(kind)
        own = Procedure.objects.filter(town=town, kind=kind).first()
        rules = as_rules(own) if own else DEFAULTS[kind]
        return self._show(request, kind, ProcedureForm(initial=_numbers(rules)))

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        town = self._town(kind)
        if "default" in request.POST:
            drop_procedure(town, kind, by=self.user, at=now())
            return redirect("villages:bodies")

        form = ProcedureForm(request.POST)
        if form.is_valid():
            try:
                set_procedure(town, kind, by=self.user, at=now(), **form.cleaned_data)
                return redirect("villages:bodies")
            except RuleBroken as refusal:
                form.refuse(refusal)

        return self._show(request, kind, form, UNPROCESSABLE)

    def _town(self, kind: str) -> Town:
        towns = self.user.reach(today(), SET_TOWN_RULES).towns
        if kind not in DEFAULTS or kind in OF_COUNTY or not towns:
            raise Http404
        return Town.objects.get(pk=min(towns))

    def _show(
        self, request: HttpRequest, kind: str, form: ProcedureForm, status: int = 200
    ) -> HttpResponse:
        context = {"nav": "meetings", "kind": MeetingKind(kind), "form": form}
        return render(request, "villages/procedure.html", context, status=status)


def _seated_at(place: BodyPlace) -> list[Seated]:
    """Return the bodies of a place with who sits in each, and who is to. One query."""
    seated = {body: Seated(body) for body in place.bodies}
    on = today()
    for seat in Seat.objects.filter(**place.fields).not_over(on).in_order():
        of_body = seated[Body(seat.body)]
        if seat.from_on > on:
            of_body.coming.append(seat)
        else:
            of_body.seats.append(seat)

    return list(seated.values())


def _as_seated(seat: Seat) -> str:
    """Say who sits where and from when, as it is stored: of one held before, too."""
    words = _("Seated: %(name)s, %(body)s, from %(day)s on.")
    day = day_in_words(seat.from_on, today())
    return words % {"name": seat.name, "body": seat.get_body_display(), "day": day}


def _offering(form: SeatForm, place: BodyPlace) -> SeatForm:
    """Offer the bodies that sit at a place, and its cadres with their roles, which tell
    namesakes apart.
    """
    offer(form, "body", ((body.value, body.label) for body in place.bodies))

    choices: list[tuple[Any, Any]] = [("", _("by the name"))]
    for user, roles in cadres_at(place, today()).items():
        choices.append((user.pk, f"{user} · {'、'.join(roles)}"))
    offer(form, "user", choices)

    return form


def _numbers(rules: Rules) -> dict[str, Any]:
    return {
        "quorum_of": rules.quorum.of,
        "quorum_in": rules.quorum.among,
        "quorum_above": rules.quorum.above,
        "pass_of": rules.majority.of,
        "pass_in": rules.majority.among,
        "pass_above": rules.majority.above,
        "pass_base": rules.base,
        "substitutes_vote": rules.substitutes_vote,
        "article": rules.article,
    }
