"""委员会和议事规则: who sits in which body, and how many must attend and agree."""

from typing import Any, cast

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.generic import View

from minshi.clock import now, today
from minshi.errors import RuleBroken
from villages.bodies import Place, drop_procedure, end_seat, places_of, set_procedure, take_seat
from villages.forms import EndSeatForm, ProcedureForm, SeatForm, offer
from villages.models import MeetingKind, Procedure, Role, Seat, Town, User, Village
from villages.models.people import ADMINISTRATORS
from villages.procedure import BODY_OF, DEFAULTS, OF_COUNTY, Rules, as_rules

UNPROCESSABLE = 422


class BodiesView(LoginRequiredMixin, View):
    """For everybody who deals with matters; whoever may not seat people reads."""

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    def readable(self) -> list[Place]:
        """The places whose bodies the reader may look at: their own villages, or what they oversee."""
        posts = self.user.posts_on(today())
        if not any(post.role not in ADMINISTRATORS for post in posts):
            raise Http404
        own = places_of(posts)
        known = {place.key for place in own}
        villages = Village.objects.filter(pk__in=self.user.reach(today()).villages).order_by("code")
        own += [place for village in villages if (place := Place(village, village.name)).key not in known]
        return own

    def place(self, key: str) -> Place:
        """One of the readable places; a reviewer or supervisor also reads any village of their territory."""
        places = self.readable()
        if found := next((place for place in places if place.key == key or not key), None):
            return found
        over = Village.objects.overseen_by(self.user, today(), (Role.REVIEWER, Role.SUPERVISOR))
        if key.startswith("v") and key[1:].isdigit() and (village := over.filter(pk=int(key[1:])).first()):
            return Place(village, village.name)
        town = Town.objects.overseen_by(self.user, today(), (Role.SUPERVISOR, Role.REVIEWER)).first()
        if town and not key:
            return Place(town, town.name)
        raise Http404


class Bodies(BodiesView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, self.place(request.GET.get("at", "")), SeatForm(initial={"from_on": today()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        place = self.place(request.GET.get("at", ""))
        form = SeatForm(request.POST)
        offer(form, "body", ((body.value, body.label) for body in place.bodies))
        if form.is_valid():
            try:
                take_seat(place, by=self.user, at=now(), **form.cleaned_data)
                return redirect(f"{reverse('villages:bodies')}?at={place.key}")
            except RuleBroken as refusal:
                form.refuse(refusal)
        return self.show(request, place, form, UNPROCESSABLE)

    def show(self, request: HttpRequest, place: Place, form: SeatForm, status: int = 200) -> HttpResponse:
        offer(form, "body", ((body.value, body.label) for body in place.bodies))
        seats = list(Seat.objects.filter(**place.fields).current(today()).in_order())
        places = self.readable()
        town = (
            place.where.town
            if isinstance(place.where, Village)
            else place.where
            if isinstance(place.where, Town)
            else None
        )
        context: dict[str, Any] = {
            "nav": "meetings",
            "place": place,
            "places": places if len(places) > 1 else [],
            "seated": [(body, [seat for seat in seats if seat.body == body]) for body in place.bodies],
            "may_seat": place.key in {own.key for own in places_of(self.user.posts_on(today()))},
            "form": form,
            "rules": self._rules(town),
            "may_set": town is not None and town.pk in self.user.reach(today(), (Role.REVIEWER,)).towns,
        }
        return render(request, "villages/bodies.html", context, status=status)

    def _rules(self, town: Town | None) -> list[tuple[MeetingKind, Rules, bool]]:
        """Every kind of meeting with its rules, and whether the town set them itself."""
        own = {row.kind: row for row in Procedure.objects.filter(town=town)} if town else {}
        kinds = [kind for kind in MeetingKind if kind not in OF_COUNTY or town is None]
        return [(kind, as_rules(own[kind]) if kind in own else DEFAULTS[kind], kind in own) for kind in kinds]


class EndSeat(BodiesView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, self._seat(pk), EndSeatForm(initial={"until_on": today()}))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        seat, form = self._seat(pk), EndSeatForm(request.POST)
        if form.is_valid():
            try:
                end_seat(seat, form.cleaned_data["until_on"], by=self.user, at=now())
                return redirect("villages:bodies")
            except RuleBroken as refusal:
                form.refuse(refusal)
        return self._show(request, seat, form, UNPROCESSABLE)

    def _seat(self, pk: int) -> Seat:
        """A seat of a place whose bodies the user seats; any other does not exist."""
        own = Seat.objects.none()
        for place in places_of(self.user.posts_on(today())):
            own |= Seat.objects.filter(**place.fields)
        return get_object_or_404(own, pk=pk)

    def _show(self, request: HttpRequest, seat: Seat, form: EndSeatForm, status: int = 200) -> HttpResponse:
        return render(request, "villages/end_seat.html", {"nav": "meetings", "seat": seat, "form": form}, status=status)


class EditProcedure(BodiesView):
    """The town's own rules for one kind of meeting, or back to the default."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        town = self._town(kind)
        own = Procedure.objects.filter(town=town, kind=kind).first()
        return self._show(request, kind, ProcedureForm(initial=_numbers(as_rules(own) if own else DEFAULTS[kind])))

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
        towns = self.user.reach(today(), (Role.REVIEWER,)).towns
        if kind not in BODY_OF or kind in OF_COUNTY or not towns:
            raise Http404
        return Town.objects.get(pk=min(towns))

    def _show(self, request: HttpRequest, kind: str, form: ProcedureForm, status: int = 200) -> HttpResponse:
        context = {"nav": "meetings", "kind": MeetingKind(kind), "form": form}
        return render(request, "villages/procedure.html", context, status=status)


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
