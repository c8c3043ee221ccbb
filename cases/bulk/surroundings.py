"""Data that a ledger's rows share, each read once, and the rows made of a matter."""

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
from cases.workflow.reading_facts import posts_about
from cases.workflow.who import find_owner
from minshi import workdays
from villages.models import Office, Post

Place = tuple[int, int | None, int | None]  # keys of town, village and group
WORKED_ON = (Stage.HANDLE, Stage.SUPERVISE, Stage.RATE)


class Surroundings:
    """The officer and moment of a bulk import, and the data that many rows share.

    Posts, possible leads and calendars are each read once.
    """

    def __init__(self, by: Officer, at: datetime) -> None:
        self.by = by
        self.at = at
        self._posts: dict[Place, list[Post]] = {}
        self._leads: dict[tuple[Place, str], list[Post | Office]] = {}
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
            office = assignment.office_id
            facts.office_people = {office: self._people[office]}
        return facts

    @cached_property
    def _people(self) -> "_OfficePeople":
        return _OfficePeople()

    def may_lead(self, case: Case, lead: Post | Office) -> bool:
        key = ((case.town_id, case.village_id, case.group_id), case.level)
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
        """Return the unsaved rows of a matter without fault.

        A closed one has neither clock nor assignment.
        """
        case = case_of(matter)
        if case.stage == Stage.CLOSED:
            return case, None, None

        since = came_to_stage_at(matter)
        assignment = None
        if case.stage in WORKED_ON and matter.lead:
            assignment = _assignment(case, matter.lead, since)

        owner, _alarm = find_owner(self.facts(case, assignment))
        case.owner_post = owner if isinstance(owner, Post) else None
        case.owner_office = owner if isinstance(owner, Office) else None

        counting = self.counting(case.town_id, workdays.local_day(since))
        clock = deadlines.new_clock(
            case, 1, Stage(case.stage), _rule(case), since, counting
        )
        case.due_at = clock.due_at
        case.yellow_at = clock.yellow_at
        case.promised_on = deadlines.promised_on(case, clock, None, counting)

        return case, clock, assignment


class _OfficePeople(dict[int, set[int]]):
    """The users who have or had a post in an office, by office; read on first use."""

    def __missing__(self, office_id: int) -> set[int]:
        posts = Post.objects.filter(office=office_id)
        self[office_id] = set(posts.values_list("user_id", flat=True))
        return self[office_id]


def _assignment(case: Case, lead: Post | Office, since: datetime) -> Assignment:
    holder: dict[str, Any] = (
        {"post": lead} if isinstance(lead, Post) else {"office": lead}
    )
    return Assignment(
        case=case,
        round=1,
        role=AssignmentRole.LEAD,
        assigned_at=case.decided_at or since,
        acknowledged_at=since,
        **holder,
    )


def _rule(case: Case) -> str:
    """Return the deadline that the case's stage runs by."""
    if case.stage != Stage.RATE:
        return STAGE_RULE.get(Stage(case.stage)) or case.handling

    replied_at = case.replied_at
    completed_at = case.completed_at
    if replied_at and completed_at and replied_at >= completed_at:
        return "rate"
    return "reply"
