"""The start of every page of cases: a logged-in user with a post, and the cases they
see.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, cast

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic import View

from cases.models import Case
from cases.models.scope import CaseQuerySet, Sight
from cases.privacy.disclosure import note_reading
from minshi.clock import now, today
from minshi.prepared import prepared
from villages.models import Post, User
from villages.requests import whole_number
from villages.rights import deals_with_cases

MOST_TOGETHER = 50  # cases in one batch
NUMBER = re.compile(r"[A-Z0-9]{2,5}-\d{4}-\d{4,6}")


@prepared
def _with_page(number: str, sight: Sight) -> CaseQuerySet:
    return Case.objects.filter(number=number).visible_by(sight).with_page()


class StaffView(LoginRequiredMixin, View):
    """A page for posts that deal with cases.

    To the 三员 and to accounts without a post it does not exist.
    """

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if request.user.is_authenticated:
            posts = request.user.posts_on(today())
            if not self.is_for(posts):
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def is_for(self, posts: Iterable[Post]) -> bool:
        """Return if the page exists for somebody with these posts."""
        return deals_with_cases(posts)

    @property
    def user(self) -> User:
        return cast("User", self.request.user)  # nobody else gets past dispatch

    def visible(self) -> CaseQuerySet:
        return Case.objects.visible_to(self.user, today())

    def case(self, number: str) -> Case:
        """Return the case of that number; Http404 unless the user sees it."""
        cases = _with_page(number, self.sight())
        if not cases:
            raise Http404

        (found,) = cases
        note_reading(found, by=self.user, at=now(), request=self.request)
        return found

    def ticked(self) -> tuple[list[Case], dict[int, int]]:
        """Return the cases ticked in a list that the user sees, by day due, and the
        version that each was seen at, by its key.
        """
        ticks = self._ticks()
        of_ticks = self.visible().filter(number__in=ticks).with_row()
        cases = list(of_ticks.order_by("due_at", "pk"))

        versions = {}
        for case in cases:
            version = whole_number(ticks[case.number])
            if version is not None:
                versions[case.pk] = version

        return cases, versions

    def gone(self, found: list[Case]) -> list[str]:
        """Return the ticked numbers that are not found: the user sees them no more."""
        there = {case.number for case in found}
        missing = [number for number in self._ticks() if number not in there]
        return [number for number in missing if NUMBER.fullmatch(number)]

    def _ticks(self) -> dict[str, str]:
        """Return the version sent with each number that was ticked, as typed.

        A list sends them as number:version.
        """
        ticks = {}
        for text in self.request.POST.getlist("cases")[:MOST_TOGETHER]:
            number, _colon, version = text.rpartition(":")
            ticks[number] = version
        return ticks

    def sight(self) -> Sight:
        return self._sight

    @cached_property
    def _sight(self) -> Sight:
        return Sight.of(self.user, today())
