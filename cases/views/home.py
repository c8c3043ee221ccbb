"""The desk everybody starts from: what is with me by due time, and the queues of my
roles.
"""

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cases.lists.filters import CaseFilter
from cases.lists.paging import capped_counts
from cases.lists.red_lines import oversees
from cases.meetings import on_no_agenda
from cases.models import Assignment, Case
from cases.models.choices import AssignmentRole, Level, Stage
from cases.models.scope import CaseQuerySet
from cases.privacy.redactor import reader_redactor
from cases.views.access import StaffView
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
    Role.SYSTEM_ADMIN: "admin:index",
}


@dataclass(frozen=True)
class Queue:
    """One line of work of a role: its words and the filter of the list that shows
    it.
    """

    label: str | Promise
    query: dict[str, str]
    page: str = "cases:list"  # or another page that knows the same level

    @property
    def name(self) -> str:
        return "_".join(f"{key}_{value}" for key, value in self.query.items())

    @property
    def address(self) -> str:
        query = {} if self.page == QUEUE else self.query
        return f"{reverse(self.page)}?{urlencode(query)}"


def queues_of(posts: list[Post], *, on_duty: bool = False) -> list[Queue]:
    """The queues of somebody's roles, each once, in the order of the road; on duty also
    the duty officer's.
    """
    queues: list[Queue] = []
    for post in posts:
        level = (
            Level.COUNTY
            if post.county_code
            else Level.TOWN
            if post.town_id
            else Level.VILLAGE
        )
        if post.role in DECIDE:
            queues += [
                Queue(
                    _("Waiting for a decision"),
                    {"stage": Stage.DELIBERATE, "level": level},
                    QUEUE,
                ),
                Queue(
                    _("Waiting to be checked"),
                    {"stage": Stage.SUPERVISE, "level": level},
                ),
                Queue(
                    _("Parts given back, waiting for a ruling"),
                    {"given_back": "true", "level": level},
                ),
                Queue(
                    _("Waiting for a ruling on time"),
                    {"asked": "true", "level": level},
                    "cases:requests",
                ),
            ]
        if post.role == Role.SUPERVISOR:
            queues += [
                Queue(_("Overdue"), {"overdue": "true"}),
                Queue(_("Dissatisfied twice, needs an order"), {"needs_order": "true"}),
                Queue(
                    _("Waiting to be checked"),
                    {"stage": Stage.SUPERVISE, "level": level},
                ),
            ]
        if on_duty or post.role in CALL_BACK:
            queues.append(Queue(_("To be called back"), {"stage": Stage.RATE}))
    return list({queue.name: queue for queue in queues}.values())


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
        mine = list(
            visible.owned_by(self.sight().reach)
            .order_by("due_at", "pk")
            .with_row()
            .with_doubt()[: SHOWN + 1]
        )
        desks = duties_today(self.user, at)
        is_on = any(post.user_id == self.user.pk for desk in desks for post in desk.on)
        queues = queues_of(self.user.posts_on(today()), on_duty=is_on)
        midnight = workdays.due_at(today() - workdays.ONE_DAY)
        counted = {queue.name: self._narrowed(queue) for queue in queues}
        counted["today"] = visible.filter(registered_at__gte=midnight)
        counted["today_settled"] = visible.filter(
            registered_at__gte=midnight, handling="on_spot"
        )
        counts = capped_counts(counted)
        context = {
            "nav": "home",
            "at": at,
            "sight": self.sight(),
            "desks": desks,
            "parts": self._parts(visible),
            "mine": mine[:SHOWN],
            "more": len(mine) > SHOWN,
            "overdue": sum(case.light(at) == "red" for case in mine[:SHOWN]),
            "soon": sum(case.light(at) == "yellow" for case in mine[:SHOWN]),
            "oversees": oversees(self.user, today()),
            "queues": [(queue, counts[queue.name]) for queue in queues],
            "waiting": any(counts[queue.name] for queue in queues),
            "counts": counts,
        }
        return render(request, "cases/home.html", context)

    def _parts(self, visible: CaseQuerySet) -> list[Assignment]:
        """What is asked of me, or of my office, in matters somebody else leads; nothing
        given back or lost.
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
        parts = list(
            waiting.select_related("case__town", "case__village").order_by(
                "case__due_at", "pk"
            )[:SHOWN]
        )
        for part in parts:  # to read, not to save
            part.ask = reader_redactor(part.case, self.sight())(part.ask)
        return parts

    def _narrowed(self, queue: Queue) -> QuerySet[Case]:
        """What the page behind it lists: a secret matter of others stands in a list,
        not where one decides.
        """
        if queue.page == QUEUE:
            counted = on_no_agenda(self.visible()).annotate(redacted=Value(False))
        else:
            counted = Case.objects.counted_for(self.user, today())
        narrowed: QuerySet[Case] = CaseFilter(
            QueryDict(urlencode(queue.query)), counted, request=self.request
        ).qs
        return narrowed
