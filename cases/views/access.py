"""What every page of cases starts from: a logged-in user with a post, and the cases
they see.
"""

import re
from typing import Any, cast

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.generic import View

from cases.models import Case
from cases.models.scope import CaseQuerySet, Sight
from minshi.clock import today
from villages.models import User
from villages.requests import whole_number
from villages.rights import deals_with_cases

UNPROCESSABLE = 422
CONFLICT = 409
MOST_TOGETHER = 50  # cases in one batch
NUMBER = re.compile(r"[A-Z0-9]{2,5}-\d{4}-\d{4,6}")


class StaffView(LoginRequiredMixin, View):
    """For posts that deal with cases; to the 三员 and to accounts without a post such a
    page does not exist.
    """

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if request.user.is_authenticated and not deals_with_cases(
            request.user.posts_on(today())
        ):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def user(self) -> User:
        return cast("User", self.request.user)  # nobody else gets past dispatch

    def visible(self) -> CaseQuerySet:
        return Case.objects.visible_to(self.user, today())

    def case(self, number: str) -> Case:
        """The case by its number, within sight; 404 for a foreign or hidden one."""
        found: Case = get_object_or_404(self.visible().with_page(), number=number)
        return found

    def ticked(self) -> tuple[list[Case], dict[int, int]]:
        """The cases ticked in a list (number:version) within sight, by due day, and the
        version each was seen at.
        """
        ticked = dict(
            text.rpartition(":")[::2]
            for text in self.request.POST.getlist("cases")[:MOST_TOGETHER]
        )
        found = list(
            self.visible().filter(number__in=ticked).with_row().order_by("due_at", "pk")
        )
        versions = {case.pk: whole_number(ticked[case.number]) for case in found}
        return found, {
            pk: version for pk, version in versions.items() if version is not None
        }

    def gone(self, found: list[Case]) -> list[str]:
        """The numbers of those ticked that left one's sight meanwhile."""
        there = {case.number for case in found}
        ticked = (
            text.rpartition(":")[0]
            for text in self.request.POST.getlist("cases")[:MOST_TOGETHER]
        )
        return [
            number
            for number in dict.fromkeys(ticked)
            if NUMBER.fullmatch(number) and number not in there
        ]

    def sight(self) -> Sight:
        return Sight.of(self.user, today())
