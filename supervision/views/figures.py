"""Pages of figures: of a place, of the rows behind one of them, what each means."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cases.ledgers.period import in_words
from cases.lists.paging import MOST_COUNTED, page_of
from cases.views.access import StaffView
from minshi.clock import now, today
from minshi.errors import InputRefused
from supervision.figures.asking import PERIODS, Asked, days_of_month
from supervision.figures.board import Board, Links
from supervision.figures.definitions import FIGURES
from supervision.figures.drawn import (
    bars_of,
    chart_of,
    seen_in_rows,
    seen_in_topics,
    seen_in_weeks,
)
from supervision.figures.own import OwnWork
from supervision.figures.periods import Days
from supervision.figures.places import Open, Place
from supervision.figures.reading import Reading
from supervision.figures.rows import Behind
from supervision.figures.small import may_name_few, topics_of
from supervision.figures.tallying import SPLIT_MARK
from villages.models import Post
from villages.rights import READ_FIGURES, READ_REPORTS

SHOWN_OF_ROW = ("town", "village", "group", "owner_office", "owner_post__user")
OWN_ORDER = ("-stopped_at", "-id")
PARAMETERS = ("period", "month")


class FiguresView(StaffView):
    """A page for posts of a village, and those that oversee a town or county."""

    def is_for(self, posts: Iterable[Post]) -> bool:
        return any(post.role in READ_FIGURES for post in posts)

    def place(self) -> Place:
        """Return the place that the address names, else the widest that is open.
        Http404: there is none.
        """
        open_to = Open(self.user, today())
        code = self.request.GET.get("place", "")
        place = open_to.place(code) if code else open_to.widest()
        if place is None:
            raise Http404
        return place

    def days_asked(self) -> Days:
        """Return the days that the address names. InputRefused: they are none."""
        named = self.request.GET
        return Asked(named.get("period", ""), named.get("month", "")).days(today())

    def days(self) -> Days:
        """Return the days that the address names. Http404: they are none."""
        try:
            return self.days_asked()
        except InputRefused as refusal:
            raise Http404 from refusal

    def days_shown(self) -> tuple[Days, str]:
        """Return the days that the address names and "", else the usual days and what
        is wrong with the name.
        """
        try:
            return self.days_asked(), ""
        except InputRefused as refusal:
            words = next(iter(refusal.fields.values()), refusal.detail)
            return Asked().days(today()), str(words)

    def month_shown(self, days: Days, refused: str) -> str:
        """Return the month as its box shows it: in the one form that the box of a
        browser takes, where it was understood.
        """
        typed = self.request.GET.get("month", "")
        return f"{days.first:%Y-%m}" if typed and not refused else typed

    def links(self, place: Place) -> Links:
        query = {}
        for name in PARAMETERS:
            value = self.request.GET.get(name, "")
            if value:
                query[name] = value
        return Links(place.code, query)

    def above(self, place: Place) -> list[Place]:
        """Return the wider places that are open as well, the widest first."""
        if place.town is None:
            return []
        open_to = Open(self.user, today())
        codes = [place.town.county_code]
        if not place.is_town:
            codes.append(place.town.code)

        places = [open_to.place(code) for code in codes]
        return [wider for wider in places if wider]


class FiguresPage(FiguresView):
    def get(self, request: HttpRequest) -> HttpResponse:
        place = self.place()
        days, refused = self.days_shown()
        at = now()
        links = self.links(place) if not refused else Links(place.code, {})
        board = Board(Reading(place, at, self.sight()), days, links)

        weeks = board.weeks()
        topics = board.topics()
        ages = board.ages()
        context = {
            "nav": "figures",
            "at": at,
            "place": place,
            "reads_reports": self.user.holds(today(), *READ_REPORTS),
            "board": board,
            "above": [(wider, links.page(wider.code)) for wider in self.above(place)],
            "period": in_words(days.first, days.last),
            "periods": PERIODS,
            "chosen": request.GET.get("period", "") or PERIODS[0][0],
            "month": self.month_shown(days, refused),
            "refused": refused,
            "six": board.six(),
            "compared": board.compared(),
            "part_rows": board.part_rows(),
            "weeks": weeks,
            "chart": chart_of(weeks),
            "seen": seen_in_weeks(weeks),
            "topics": topics,
            "topic_bars": bars_of(topics),
            "seen_topics": seen_in_topics(topics),
            "ages": ages,
            "age_bars": bars_of(ages),
            "seen_ages": seen_in_rows(ages),
            "splits": board.splits(),
            "at_risk": board.at_risk(self.sight()),
            "sight": self.sight(),
        }
        return render(request, "supervision/figures/place.html", context)


class FigureMeanings(StaffView):
    """指标口径: every figure with its code; for everybody who deals with matters."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"nav": "figures", "figures": list(FIGURES.values())}
        return render(request, "supervision/figures/definitions.html", context)


class OwnMonth(StaffView):
    """我的工作: for everybody who deals with matters, each their own."""

    def get(self, request: HttpRequest) -> HttpResponse:
        typed = request.GET.get("month", "")
        days, refused = self._days_shown(typed)
        own = OwnWork(self.sight(), days, now())
        listed = own.listed()
        page = page_of(listed, OWN_ORDER, request.GET.get("after", ""))
        context = {
            "nav": "own_month",
            "at": own.at,
            "sight": self.sight(),
            "month": typed if refused else f"{days.first:%Y-%m}",
            "refused": refused,
            "period": in_words(days.first, days.last),
            "share": own.in_time,
            "taken_down": own.taken_down().count(),
            "waiting": own.waiting().count(),
            "cases": [clock.case for clock in page.rows],
            "unlisted": own.in_time.whole - listed.count(),
            "after": page.after,
        }
        return render(request, "supervision/figures/mine.html", context)

    def _days_shown(self, typed: str) -> tuple[Days, str]:
        """Return the month that was typed and "", else this month and what is wrong."""
        this_month = Days(today().replace(day=1), today())
        if not typed:
            return this_month, ""
        try:
            return days_of_month(typed, today()), ""
        except InputRefused as refusal:
            return this_month, str(refusal)


class FigureRows(FiguresView):
    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        place = self.place()
        days = self.days()
        try:
            behind = Behind.of(code, request.GET.get("part", ""))
        except InputRefused as refusal:
            raise Http404 from refusal

        at = now()
        reading = Reading(place, at, self.sight())
        self._refuse_few(behind, reading, days)
        counted = behind.rows(reading, days)
        listed = behind.listed(counted, self.sight())
        number = counted.order_by().count()
        unlisted = 0
        if number < MOST_COUNTED:
            unlisted = number - listed.order_by().count()

        of_rounds = behind.count.is_of_rounds
        shown = _with_row(listed, of_rounds=of_rounds)
        page = page_of(shown, behind.order, request.GET.get("after", ""))

        context = {
            "nav": "figures",
            "at": at,
            "place": place,
            "figure": behind.count,
            "is_of_now": not behind.count.day,
            "part": behind.part,
            "period": in_words(days.first, days.last),
            "number": number,
            "unlisted": unlisted,
            "is_long": number >= MOST_COUNTED,
            "after": page.after,
            "cases": [row.case if of_rounds else row for row in page.rows],
            "sight": self.sight(),
            "back": self.links(place).page(place.code),
        }
        return render(request, "supervision/figures/rows.html", context)

    def _refuse_few(self, behind: Behind, reading: Reading, days: Days) -> None:
        """Http404: few matters of a delicate topic in the village of a reader who may
        not open them. Above a village nobody reads figures who may not.
        """
        of_topic = f"topic{SPLIT_MARK}"
        place = reading.place
        if not behind.part.startswith(of_topic) or not place.is_village:
            return
        if may_name_few(place, reading.sight):
            return
        named = topics_of(reading.of(days), leaves_village=True)
        if behind.part.removeprefix(of_topic) not in {cell.value for cell in named}:
            raise Http404


def _with_row(rows: QuerySet[Any], *, of_rounds: bool) -> QuerySet[Any]:
    if of_rounds:
        return rows.select_related(*[f"case__{name}" for name in SHOWN_OF_ROW])
    return rows.select_related(*SHOWN_OF_ROW)
