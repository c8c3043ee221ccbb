"""The start page: cases with the reader by due time, and the queues of their roles."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cases.lists.after_closing import afterwords_with
from cases.lists.desk import desk_work
from cases.lists.filters import CaseFilter
from cases.lists.paging import capped_counts
from cases.lists.queue import work_for_committee
from cases.lists.red_lines import oversees
from cases.meetings import on_no_agenda
from cases.models import Assignment, Case
from cases.models.choices import AssignmentRole, Level, Stage
from cases.models.scope import CaseQuerySet
from cases.privacy.redactor import reader_redactor
from cases.views.access import StaffView
from cases.workflow.writers import writers_for
from minshi import workdays
from minshi.clock import now, today
from villages.duty.today import duties_today
from villages.models import Post, Role
from villages.rights import CALL_BACK, DECIDE

SHOWN = 30
QUEUE = "cases:queue"
FIRST_PAGE = {
    Role.SECURITY_ADMIN: "villages:accounts",
    Role.AUDITOR: "villages:audit",
    Role.SYSTEM_ADMIN: "supervision:status",
}


@dataclass(frozen=True)
class WorkQueue:
    """One kind of work of a role: its words, and the filter of the list behind it."""

    label: str | Promise
    query: dict[str, str]
    page: str = "cases:list"  # or another page with a filter of the same level

    @property
    def name(self) -> str:
        return "_".join(f"{key}_{value}" for key, value in self.query.items())

    @property
    def address(self) -> str:
        query = {} if self.page == QUEUE else self.query
        return f"{reverse(self.page)}?{urlencode(query)}"


def queues_of(posts: list[Post], *, on_duty: bool = False) -> list[WorkQueue]:
    """List the queues of somebody's roles, each once, in the order of the five steps.

    Somebody on duty has the duty officer's, too.
    """
    queues: list[WorkQueue] = []
    for post in posts:
        level = _level_of(post)
        if on_duty or post.role in DECIDE or post.role == Role.DUTY_OFFICER:
            queues.append(_to_be_accepted(level))
        if post.role in DECIDE:
            queues += _queues_of_decider(level)
        if post.role == Role.SUPERVISOR:
            queues += _queues_of_supervisor(level)
        if on_duty or post.role in CALL_BACK:
            queues.append(WorkQueue(_("To be called back"), {"stage": Stage.RATE}))
            queues.append(_said_after_closing())

    by_name = {queue.name: queue for queue in queues}
    return list(by_name.values())


def _level_of(post: Post) -> Level:
    if post.county_code:
        return Level.COUNTY
    if post.town_id:
        return Level.TOWN
    return Level.VILLAGE


def _to_be_accepted(level: Level) -> WorkQueue:
    return WorkQueue(
        _("Waiting to be accepted"), {"stage": Stage.SPEAK, "level": level}
    )


def _queues_of_decider(level: Level) -> list[WorkQueue]:
    return [
        WorkQueue(
            _("Waiting for a decision"),
            {"stage": Stage.DELIBERATE, "level": level},
            QUEUE,
        ),
        WorkQueue(
            _("For the villagers to decide"),
            {"stage": Stage.DELIBERATE, "level": level, "reserved": "true"},
        ),
        _to_be_checked(level),
        WorkQueue(
            _("Parts given back, for you to settle"),
            {"given_back": "true", "level": level},
        ),
        WorkQueue(
            _("Waiting for a ruling on time"),
            {"asked": "true", "level": level},
            "cases:requests",
        ),
    ]


def _queues_of_supervisor(level: Level) -> list[WorkQueue]:
    return [
        WorkQueue(_("Overdue"), {"overdue": "true"}),
        WorkQueue(_("Dissatisfied twice, needs an order"), {"needs_order": "true"}),
        WorkQueue(
            _("Satisfied, but not wholly solved (to look at only)"),
            {"unsolved": "true"},
        ),
        WorkQueue(_("Drawn for a call-back"), {"to_call_back": "true"}),
        _said_after_closing(),
        _to_be_checked(level),
    ]


def _to_be_checked(level: Level) -> WorkQueue:
    return WorkQueue(_("Waiting to be checked"), {"to_check": "true", "level": level})


def _said_after_closing() -> WorkQueue:
    return WorkQueue(_("Said after closing, to be answered"), {"afterword": "true"})


class Home(StaffView):
    def dispatch(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        if request.user.is_authenticated:
            posts = self.user.posts_on(today())
            if not posts:
                return render(request, "cases/no_post.html")
            if page := FIRST_PAGE.get(Role(posts[0].role)):
                return redirect(page)

        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        at = now()
        visible = self.visible()

        owned = visible.owned_by(self.sight().reach).order_by("due_at", "pk")
        mine = list(owned.with_row().with_doubt().with_danger()[: SHOWN + 1])
        shown = mine[:SHOWN]

        desks = duties_today(self.user, at)
        on_duty = {post.user_id for desk in desks for post in desk.on}
        queues = queues_of(self.user.posts_on(today()), on_duty=self.user.pk in on_duty)
        counts = self._counts(visible, queues)
        further = work_for_committee(self.user, at) + desk_work(self.user, at)

        context = {
            "drafts": f"act-{self.user.pk}-",
            "nav": "home",
            "at": at,
            "sight": self.sight(),
            "desks": desks,
            "parts": self._parts(visible),
            "afterwords": list(afterwords_with(self.sight().reach, visible)[:SHOWN]),
            "mine": shown,
            "more": len(mine) > SHOWN,
            "overdue": sum(case.light(at) == "red" for case in shown),
            "soon": sum(case.light(at) == "yellow" for case in shown),
            "oversees": oversees(self.user, today()),
            "queues": [(queue, counts[queue.name]) for queue in queues],
            "further": further,
            "waiting": any(counts[queue.name] for queue in queues)
            or any(work.count for work in further),
            "counts": counts,
        }
        return render(request, "cases/home.html", context)

    def _counts(self, visible: CaseQuerySet, queues: list[WorkQueue]) -> dict[str, int]:
        """Count the queues by name, and today's matters. One query.

        A secret matter of others stands in a list, but not where one decides.
        """
        where_decided = on_no_agenda(visible).annotate(redacted=Value(False))
        where_listed = Case.objects.counted_for(self.user, today())
        counted = {}
        for queue in queues:
            cases = where_decided if queue.page == QUEUE else where_listed
            counted[queue.name] = self._narrowed(queue, cases)

        midnight = workdays.due_at(today() - workdays.ONE_DAY)
        of_today = where_listed.heard().filter(registered_at__gte=midnight)
        counted["today"] = of_today
        counted["today_settled"] = of_today.settled()
        return capped_counts(counted)

    def _parts(self, visible: CaseQuerySet) -> list[Assignment]:
        """List the parts asked of the reader or their office in matters led by others.

        Without those given back or lost.
        """
        reach = self.sight().reach
        mine = Assignment.objects.filter(
            Q(post__in=reach.posts) | Q(office__in=reach.offices), case__in=visible
        )
        waiting = mine.filter(
            role=AssignmentRole.ASSISTANT,
            ended_at=None,
            reported_at=None,
            waived_at=None,
        )
        with_case = waiting.select_related("case__town", "case__village")
        parts = list(with_case.order_by("case__due_at", "pk")[:SHOWN])

        writers = writers_for([part.case for part in parts], self.sight())
        for part in parts:  # to read, not to save
            redact = reader_redactor(part.case, self.sight())
            by = writers[part.case_id].of_ask(part)
            part.ask = redact(part.ask, by=by)
        return parts

    def _narrowed(self, queue: WorkQueue, cases: CaseQuerySet) -> QuerySet[Case]:
        """Return the cases that the page behind a queue lists."""
        query = QueryDict(urlencode(queue.query))
        filtered = CaseFilter(query, cases, request=self.request, shown=())
        narrowed: QuerySet[Case] = filtered.qs
        return narrowed
