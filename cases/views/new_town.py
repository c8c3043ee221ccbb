"""The check-list of a new town: for those who enter what it needs."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from cases.models import Topic
from cases.new_town import (
    Item,
    begin_with_usual_topics,
    check_list,
    copy_topics_and_texts,
    towns_begun,
)
from minshi.clock import now, today
from villages.imports.kinds import KINDS
from villages.imports.starting import ListPlace
from villages.models import Role, Town, User, Village
from villages.requests import whole_number
from villages.rights import CONFIGURE, IMPORT_LISTS, MANAGE_ACCOUNTS

# what the form says instead of the town from which topics are taken
USUAL = "usual"
SUMMED_UP = 5  # towns, of some fourteen queries each


class NewTownView(LoginRequiredMixin, View):
    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    def roles(self) -> set[Role]:
        """Return the reader's roles that enter something. Http404: none."""
        posts = self.user.posts_on(today())
        roles = {Role(post.role) for post in posts if post.role in IMPORT_LISTS}
        if not roles:
            raise Http404
        return roles

    def towns(self) -> QuerySet[Town]:
        """Return the towns whose list the reader may look at."""
        if self.user.holds(today(), *CONFIGURE, *MANAGE_ACCOUNTS):
            return Town.objects.all()
        return Town.objects.in_reach_of(self.user, today(), IMPORT_LISTS)

    def place(self) -> tuple[Town | None, Village | None]:
        """Return the town asked for, else the first that is at work; of a secretary the
        village. Http404: another's town.
        """
        self.roles()
        reach = self.user.reach(today(), IMPORT_LISTS)
        asked = whole_number(self.request.GET.get("town", ""))
        if asked is not None:
            town = self.towns().filter(pk=asked).first()
            if town is None:
                raise Http404
            return town, None

        if reach.villages and not (reach.towns or reach.counties):
            village = Village.objects.select_related("town").get(pk=min(reach.villages))
            return village.town, village

        begun = towns_begun(self.towns()).first()
        return begun or self.towns().first(), None

    def items(self) -> list[tuple[Item, str, str]]:
        """Return the list, each item with who enters it and, for them, the page."""
        town, village = self.place()
        if town is None:
            return []
        roles = self.roles()
        rows = []
        for item in check_list(town, village, now()):
            who = "、".join(str(Role(role).label) for role in item.who)
            rows.append((item, who, _page_of(item, roles, None if village else town)))
        return rows


def _page_of(item: Item, roles: set[Role], town: Town | None) -> str:
    """Return where a reader enters an item, for the town whose list this is; empty
    where others do.
    """
    if roles.isdisjoint(item.who):
        return ""
    if item.part and not item.is_done:
        return f"#{item.part}"
    if item.kind and not roles.isdisjoint(KINDS[item.kind].roles):
        page = reverse("villages:import_new", args=[item.kind])
        return f"{page}?at={ListPlace(town).key}" if town else page
    if not item.page:
        return ""
    if item.is_the_town and town:
        return reverse(item.page, args=[town.pk])
    page = reverse(item.page)
    return f"{page}?town={town.pk}" if item.is_for_town and town else page


class NewTown(NewTownView):
    def get(self, request: HttpRequest) -> HttpResponse:
        town, village = self.place()
        towns = self.towns()
        sources = Town.objects.filter(Exists(Topic.objects.filter(town=OuterRef("pk"))))
        may_copy = town is not None and self.user.holds(today(), *CONFIGURE)

        context: dict[str, Any] = {
            "town": town,
            "village": village,
            "towns": [] if village else list(towns),
            "items": self.items(),
            "may_copy": may_copy,
            "usual": USUAL,
            "sources": list(sources.exclude(pk=town.pk)) if town and may_copy else [],
        }
        return render(request, "cases/new_town.html", context)


class NewTownSummary(NewTownView):
    """A line on the home of those who enter something for each town where something
    lacks: of many towns, the last that were added.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        town, village = self.place()
        if village:
            lines = [self._line(village.town, village)]
        else:
            begun = list(towns_begun(self.towns()).order_by("-pk")[:SUMMED_UP])
            if town and not begun:
                begun = [town]
            lines = [self._line(each, None) for each in begun]

        context = {"lines": [line for line in lines if line["lacking"]]}
        return render(request, "cases/_new_town_line.html", context)

    def _line(self, town: Town, village: Village | None) -> dict[str, Any]:
        items = check_list(town, village, now())
        lacking = [item for item in items if not item.is_done]
        return {"town": town, "village": village, "lacking": len(lacking)}


class CopyTopics(NewTownView):
    """Topics and standard texts of another town, or the usual topics, for the system
    administrator.
    """

    def post(self, request: HttpRequest) -> HttpResponse:
        if not self.user.holds(today(), *CONFIGURE):
            raise Http404
        town = self._town("town")

        if request.POST.get("source") == USUAL:
            new = begin_with_usual_topics(town, by=self.user, at=now())
        else:
            source = self._town("source")
            new = copy_topics_and_texts(source, town, by=self.user, at=now())

        words = ngettext("%(new)s was copied.", "%(new)s were copied.", new)
        messages.success(
            request, words % {"new": new} if new else _("Nothing was new.")
        )
        return redirect(f"{reverse('cases:new_town')}?town={town.pk}")

    def _town(self, name: str) -> Town:
        key = whole_number(self.request.POST.get(name, ""))
        town = Town.objects.filter(pk=key).first() if key is not None else None
        if town is None:
            raise Http404
        return town
