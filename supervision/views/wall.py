"""大屏: the wall itself, and the page where the system's administrator gives and ends
walls.
"""

from typing import cast
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View

from minshi.addresses import is_only_here
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, KeyReused, RuleBroken
from supervision.figures.drawn import chart_of, seen_in_weeks
from supervision.figures.wall import end_wall, give_wall, on_wall, wall_of
from supervision.models import Wall
from villages.forms.accounts import RuleForm
from villages.models import Town, User
from villages.rights import CONFIGURE

SHOWN = 50  # of those that were ended


@never_cache
@require_safe
def show_wall(request: HttpRequest) -> HttpResponse:
    """Show the figures of the town whose token the address brings. Http404: it opens
    nothing.

    The token is in the query, which no log has.
    """
    wall = wall_of(request.GET.get("k", ""))
    if wall is None:
        raise Http404

    shown = on_wall(wall.town, now())
    context = {
        "wall": shown,
        "chart": chart_of(shown.weeks),
        "seen": seen_in_weeks(shown.weeks),
    }
    response = render(request, "supervision/wall.html", context)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


class WallForm(RuleForm):
    town = forms.ModelChoiceField(
        Town.objects.all(), label=gettext_lazy("Town"), empty_label=None
    )
    name = forms.CharField(label=gettext_lazy("Where it hangs"), max_length=40)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    @classmethod
    def empty(cls) -> "WallForm":
        return cls(initial={"key": uuid4()})


class WallsView(LoginRequiredMixin, View):
    """For the system's administrator, who sees no matter, and here none either."""

    def dispatch(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        user = request.user
        if user.is_authenticated and not user.holds(today(), *CONFIGURE):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def user(self) -> User:
        return cast("User", self.request.user)  # nobody else gets past dispatch

    def show(
        self, request: HttpRequest, form: WallForm, status: int = 200, token: str = ""
    ) -> HttpResponse:
        address = ""
        if token:
            path = reverse("supervision:wall")
            address = request.build_absolute_uri(f"{path}?k={token}")
        walls = Wall.objects.select_related("town", "given_by")
        # none that shows something is ever out of sight
        showing = walls.filter(ended_at=None)
        ended = walls.exclude(ended_at=None)[:SHOWN]
        context = {
            "nav": "walls",
            "form": form,
            "walls": [*showing, *ended],
            "address": address,
            "is_only_here": is_only_here(address),
        }
        response = render(request, "supervision/walls.html", context, status=status)
        response["Cache-Control"] = "no-store"
        return response


class Walls(WallsView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, WallForm.empty())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Give a wall, and show its address this once."""
        form = WallForm(request.POST)
        if not form.is_valid():
            return self.show(request, form, UNPROCESSABLE)

        try:
            _wall, token = give_wall(
                **form.cleaned_data, by=self.user, at=now(), request=request
            )
        except RuleBroken as refusal:
            if isinstance(refusal, KeyReused):
                form = WallForm({**request.POST.dict(), "key": uuid4()})
                form.is_valid()
            form.refuse(refusal)
            return self.show(request, form, UNPROCESSABLE)

        return self.show(request, WallForm.empty(), token=token)


class EndWall(WallsView):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Lead back to the list after a login in between."""
        get_object_or_404(Wall, pk=pk)
        return redirect("supervision:walls")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        wall = get_object_or_404(Wall.objects.select_related("town"), pk=pk)
        end_wall(wall, by=self.user, at=now(), request=request)
        messages.success(request, _("It shows nothing any more."))
        return redirect("supervision:walls")
