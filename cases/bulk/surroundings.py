"""What the rows of a ledger share, read once: posts, possible leads, calendars; and the
rows made of a matter.
"""

from datetime import date, datetime
from functools import cached_property
from typing import Any

from cases import deadlines
from cases.bulk.matter import Matter, came_to_stage_at, case_of
from cases.deadlines.counting import Counting
from cases.models import Assignment, Case, Clock
from cases.models.choices import AssignmentRole, Stage
from cases.workflow import Facts, Officer
from cases.workflow.candidates import possible_holders
from cases.workflow.clocks import STAGE_RULE
from cases.workflow.facts import posts_about
from cases.workflow.who import find_owner
from minshi import workdays
from villages.models import Office, Post

WORKED_ON = (Stage.HANDLE, Stage.SUPERVISE, Stage.RATE)


class Surroundings:
    """Who adopts, when, and what many rows share: posts, possible leads and calendars,
    each read once.
    """

    def __init__(self, by: Officer, at: datetime) -> None:
        self.by, self.at, self.on = by, at, workdays.local_day(at)
        self._posts: dict[tuple[int, int | None, int | None], list[Post]] = {}
        self._leads: dict[
            tuple[int, int | None, int | None, str], list[Post | Office]
        ] = {}
        self._counting: dict[tuple[int, int, int], Counting] = {}

    def facts(self, case: Case, assignment: Assignment | None = None) -> Facts:
        place = (case.town_id, case.village_id, case.group_id)
        if place not in self._posts:
            self._posts[place] = posts_about(case, self.at)
        facts = Facts(
            case=case,
            at=self.at,
            posts=self._posts[place],
            assignments=[assignment] if assignment else [],
        )
        if assignment and assignment.office_id:
            facts.office_people = {
                assignment.office_id: self._people[assignment.office_id]
            }
        return facts

    @cached_property
    def _people(self) -> "_OfficePeople":
        return _OfficePeople()

    def may_lead(self, case: Case, lead: Post | Office) -> bool:
        key = (case.town_id, case.village_id, case.group_id, case.level)
        if key not in self._leads:
            case.pk = 0  # not written yet: no village has joined it
            self._leads[key] = list(possible_holders(self.facts(case)).values())
        return lead in self._leads[key]

    def counting(self, town_id: int, day: date) -> Counting:
        month = (town_id, day.year, day.month)
        if month not in self._counting:
            self._counting[month] = deadlines.counting_of(town_id, day)
        return self._counting[month]

    def adopted(self, matter: Matter) -> tuple[Case, Clock | None, Assignment | None]:
        """The unsaved rows of a matter without fault; a closed one has neither clock
        nor assignment.
        """
        case = case_of(matter)
        if case.stage == Stage.CLOSED:
            return case, None, None
        since = came_to_stage_at(matter)
        assignment = (
            _assignment(case, matter.lead, since)
            if case.stage in WORKED_ON and matter.lead
            else None
        )
        owner, _alarm = find_owner(self.facts(case, assignment))
        case.owner_post = owner if isinstance(owner, Post) else None
        case.owner_office = owner if isinstance(owner, Office) else None
        counting = self.counting(case.town_id, workdays.local_day(since))
        clock = deadlines.new_clock(
            case, 1, Stage(case.stage), _rule(case), since, counting
        )
        case.due_at, case.yellow_at = clock.due_at, clock.yellow_at
        case.promised_on = deadlines.promised_on(case, clock, None, counting)
        return case, clock, assignment


class _OfficePeople(dict[int, set[int]]):
    """The users with a post in an office, ever; read when first asked for."""

    def __missing__(self, office_id: int) -> set[int]:
        self[office_id] = set(
            Post.objects.filter(office=office_id).values_list("user_id", flat=True)
        )
        return self[office_id]


def _assignment(case: Case, lead: Post | Office, since: datetime) -> Assignment:
    holder: dict[str, Any] = (
        {"post": lead} if isinstance(lead, Post) else {"office": lead}
    )
    given = case.decided_at or since
    return Assignment(
        case=case,
        round=1,
        role=AssignmentRole.LEAD,
        assigned_at=given,
        acknowledged_at=since,
        **holder,
    )


def _rule(case: Case) -> str:
    if case.stage == Stage.RATE:
        replied = (
            case.replied_at
            and case.completed_at
            and case.replied_at >= case.completed_at
        )
        return "rate" if replied else "reply"
    return STAGE_RULE.get(Stage(case.stage)) or case.handling
