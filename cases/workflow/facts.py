"""The facts a move is judged by, read once in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.db.models import Q

from cases.models import (
    Assignment,
    Case,
    CaseAccess,
    Clock,
    Concern,
    Event,
    FourTwoProcess,
    FourTwoStep,
    HandBack,
    JoinedVillage,
    Rating,
    TimeRequest,
)
from cases.models.choices import (
    AssignmentEnd,
    AssignmentRole,
    Confidentiality,
    Level,
    RequestKind,
    RequestState,
    Satisfaction,
)
from cases.workflow.actions import Action
from minshi import workdays
from villages.duty import standing_among, with_standing
from villages.models import Office, Post, Role

# later moves are judged by these events
REMEMBERED = (
    Action.SETTLE,
    Action.SEND_BACK,
    Action.ATTEMPT,
    Action.URGE,
    Action.SUPPLEMENT,
    Action.REOPEN,
    Action.DEFER,
    Action.ALARM,
    Action.MANDATORY_REPORT,
    Action.RECEIPT,
)
# these lead back to 议 while a clock that runs already goes on
INTO_DELIBERATION = (
    Action.RETURN,
    Action.REJECT,
    Action.RECUSE,
    Action.REHOME,
    Action.RECEIVE_MERGED,
)
ACTIONS_READ = (*REMEMBERED, *INTO_DELIBERATION)


@dataclass
class Facts:
    """A case with its people, assignments and clocks as they stand at one moment."""

    case: Case
    at: datetime
    # current ones that have to do with the case, first appointed first
    posts: list[Post]
    assignments: list[Assignment] = field(default_factory=list)
    concerns: list[Concern] = field(default_factory=list)
    named: set[int] = field(default_factory=set)  # posts in CaseAccess
    ratings: list[Rating] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)  # of ACTIONS_READ, oldest first
    requests: list[TimeRequest] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    # those that wait for a ruling
    hand_backs: list[HandBack] = field(default_factory=list)
    # office → users with a post in it, ever
    office_people: dict[int, set[int]] = field(default_factory=dict)
    # who settles it in this very move, whose event is still to come
    settling: set[int] = field(default_factory=set)
    # who may lead or assist, once it was asked
    holders_on_offer: dict[str, Post | Office] | None = None

    @cached_property
    def in_four_two(self) -> bool:
        """True while 四议两公开 runs for the case; asked of major matters alone."""
        return FourTwoProcess.objects.filter(case=self.case, dropped_at=None).exists()

    @cached_property
    def resolved_by_villagers(self) -> bool:
        """True once a 四议两公开 of the case has passed its 4th step (domain §3,
        decide).
        """
        passed = FourTwoStep.objects.filter(
            process__case=self.case, process__dropped_at=None, nth=4, passed=True
        )
        return passed.exists()

    @property
    def on(self) -> date:
        return workdays.local_day(self.at)

    @cached_property
    def on_duty(self) -> list[Post]:
        """The posts on duty in the case's village now, the primary first.

        Whoever stands in is among them.
        """
        return standing_among(self.posts, self.case.village_id)

    # --- assignments
    @property
    def active(self) -> list[Assignment]:
        return [item for item in self.assignments if item.ended_at is None]

    @property
    def last_round(self) -> list[Assignment]:
        """The assignments that lasted until the end of the latest round."""
        lasted = (AssignmentEnd.CLOSED, AssignmentEnd.ROUND_OVER)
        worked = [item for item in self.assignments if item.end in lasted]
        latest = max((item.round for item in worked), default=0)
        return [item for item in worked if item.round == latest]

    @property
    def lead(self) -> Assignment | None:
        for item in self.active:
            if item.role == AssignmentRole.LEAD:
                return item
        return None

    @property
    def assistants(self) -> list[Assignment]:
        return [item for item in self.active if item.role == AssignmentRole.ASSISTANT]

    @property
    def awaited_assistants(self) -> list[Assignment]:
        """The assistants who have neither reported nor been waived."""
        return [
            item for item in self.assistants if not (item.reported_at or item.waived_at)
        ]

    def holders(self, assignments: Iterable[Assignment]) -> list[Post]:
        """Return the current posts that hold one of the assignments.

        An office holds it through each of its handlers.
        """
        posts = set[int | None]()
        offices = set[int | None]()
        for item in assignments:
            posts.add(item.post_id)
            offices.add(item.office_id)
        offices.discard(None)

        found = []
        for post in self.posts:
            if post.pk in posts or post.office_id in offices:
                found.append(post)
        return found

    def held_by(
        self, post: Post, assignments: Iterable[Assignment]
    ) -> list[Assignment]:
        """Return the assignments that the post holds, itself or through its office."""
        held = []
        for item in assignments:
            of_office = item.office_id and item.office_id == post.office_id
            if item.post_id == post.pk or of_office:
                held.append(item)
        return held

    def handlers(self, *, ever: bool = False) -> set[int]:
        """Return the users who handled the case in this round, or ever.

        They were lead or assistant, everybody of an office among them, or settled it.
        """
        users = set(self.settling)
        for item in self.assignments:
            if not ever and item.round != self.case.round:
                continue
            if item.post:
                users.add(item.post.user_id)
            else:
                users |= self.office_people.get(item.office_id or 0, set())

        for event in self.happened(Action.SETTLE, this_round=not ever):
            if event.user_id:
                users.add(event.user_id)
        return users

    # --- sight
    def in_conflict(self, post: Post) -> bool:
        """True for whoever is named in the case, under any post.

        And for every post of whoever serves in the village of a cadre so named (domain
        §3, conflict).
        """
        if not self.concerns:
            return False
        if any(concern.user_id == post.user_id for concern in self.concerns):
            return True

        villages = {
            concern.village_id for concern in self.concerns if concern.village_id
        }
        same_user = [other for other in self.posts if other.user_id == post.user_id]
        return any(village_of(each) in villages for each in (post, *same_user))

    def is_named(self, post: Post) -> bool:
        """True for whoever may read the content of the case.

        That is anybody, unless the case is 保密.
        """
        case = self.case
        if case.confidentiality != Confidentiality.SECRET:
            return True
        if post.pk in self.named:
            return True
        if post.pk in (case.recorded_by_id, case.owner_post_id):
            return True
        return post in self.holders(self.active)

    def may_see(self, post: Post) -> bool:
        return not self.in_conflict(post) and self.is_named(post)

    # --- history
    @property
    def clock(self) -> Clock | None:
        """The running clock."""
        for clock in self.clocks:
            if clock.stopped_at is None:
                return clock
        return None

    @property
    def rating(self) -> Rating | None:
        """The rating of this round."""
        for item in self.ratings:
            if item.round == self.case.round:
                return item
        return None

    @property
    def dissatisfied(self) -> int:
        """The number of dissatisfied ratings of the case."""
        answers = [item.satisfaction for item in self.ratings]
        return answers.count(Satisfaction.DISSATISFIED)

    @property
    def replied(self) -> bool:
        """True where a reply was given since the round's 办结."""
        replied_at = self.case.replied_at
        completed_at = self.case.completed_at
        if replied_at is None or completed_at is None:
            return False
        return replied_at >= completed_at

    def happened(self, action: str, *, this_round: bool = True) -> list[Event]:
        """Return the events of an action, which must be one of ACTIONS_READ."""
        found = []
        for event in self.events:
            in_round = not this_round or event.round == self.case.round
            if event.action == action and in_round:
                found.append(event)
        return found

    def deferred_this_visit(self) -> bool:
        """True where 议 was put off since the case last came in.

        Also where the 办 clock goes on in 议.
        """
        clock = self.clock
        if clock is None or not any(pause["kind"] == "defer" for pause in clock.pauses):
            return False

        deferred = self.happened(Action.DEFER, this_round=False)
        last_deferred = max((event.sequence for event in deferred), default=0)
        came_in_since = any(
            event.action in INTO_DELIBERATION and event.sequence > last_deferred
            for event in self.events
        )
        return not came_in_since

    def alarmed(self) -> bool:
        """True where an alarm was raised for where the case stands now."""
        here = (self.case.stage, self.case.level, self.case.round)
        return any(
            (event.target, event.level, event.round) == here
            for event in self.happened(Action.ALARM, this_round=False)
        )

    # --- requests for time
    def open_request(self, kind: RequestKind) -> TimeRequest | None:
        for item in self.requests:
            if item.kind == kind and item.state == RequestState.OPEN:
                return item
        return None

    def _granted(self, kind: RequestKind) -> list[TimeRequest]:
        return [
            item
            for item in self.requests
            if item.kind == kind and item.state == RequestState.GRANTED
        ]

    @property
    def extended_to(self) -> date | None:
        """The day to which the time for this round was extended."""
        for item in self._granted(RequestKind.EXTENSION):
            if item.round == self.case.round:
                return item.until_on
        return None

    @property
    def suspension(self) -> TimeRequest | None:
        """The granted suspension that still runs."""
        for item in self._granted(RequestKind.SUSPENSION):
            if item.ended_at is None:
                return item
        return None

    # --- posts
    def at_level(self, level: Level, roles: Iterable[str]) -> list[Post]:
        """Return the current posts of the roles at the case's node of that level.

        Whoever is on shift has the duty officer's rights there (domain §2,
        committee_member).
        """
        on_shift = set[int]()
        if Role.DUTY_OFFICER in roles:
            on_shift = {post.pk for post in self.on_duty}

        found = []
        for post in self.posts:
            has_role = post.role in roles or post.pk in on_shift
            if has_role and stands_at(post, self.case, level):
                found.append(post)
        return found


def stands_at(post: Post, case: Case, level: Level) -> bool:
    """True for a post at the case's node of that level; a group's is at the village."""
    if level == Level.TOWN:
        return post.town_id == case.town_id
    if level == Level.COUNTY:
        return post.county_code == case.town.county_code

    if case.village_id is not None and post.village_id == case.village_id:
        return True
    return case.group_id is not None and post.group_id == case.group_id


def village_of(post: Post) -> int | None:
    return post.village_id or (post.group.village_id if post.group else None)


def level_of(post: Post) -> Level | None:
    """Return the level a cadre stands at; None for the 三员."""
    if post.village_id or post.group_id:
        return Level.VILLAGE
    if post.town_id or (post.office and post.office.town_id):
        return Level.TOWN
    return Level.COUNTY if post.county_code or post.office_id else None


def posts_about(
    case: Case,
    at: datetime,
    assignments: Iterable[Assignment] = (),
    concerns: Iterable[Concern] = (),
) -> list[Post]:
    """Return every current post that has to do with the case. One query.

    It could own, decide, check or handle the case, or bars its holder from it.
    """
    assignments = list(assignments)
    villages = {concern.village_id for concern in concerns if concern.village_id}
    if case.village_id:
        villages.add(case.village_id)
    joined = JoinedVillage.objects.filter(case=case.pk).values("village")
    of_case = [pk for pk in (case.recorded_by_id, case.owner_post_id) if pk]
    of_assignments = [item.post_id for item in assignments if item.post_id]
    current = [item for item in assignments if item.ended_at is None]
    offices = [item.office_id for item in current if item.office_id]

    where = Q(town=case.town_id) | Q(county_code=case.town.county_code)
    where |= Q(village__in=villages) | Q(group__village__in=villages)
    where |= Q(village__in=joined)
    where |= Q(pk__in=of_case) | Q(pk__in=of_assignments)
    where |= Q(office__in=offices)

    posts = Post.objects.current(workdays.local_day(at)).filter(where)
    posts = posts.select_related("user", "office", "group").in_order()
    return list(with_standing(posts, at))


def read_facts(
    case: Case, at: datetime, events: Sequence[Event] | None = None
) -> Facts:
    """Read the facts in at most 10 queries, whatever the case's history.

    `events` are all of the case, newest first, where the caller has read them already.
    """
    assignments = list(
        Assignment.objects.filter(case=case).select_related(
            "post__user", "post__group", "office"
        )
    )
    # the floor stands with them
    concerns = list(Concern.objects.filter(case=case)) if case.conflict_floor else []
    requests = TimeRequest.objects.filter(case=case).select_related("asked_by__user")

    return Facts(
        case=case,
        at=at,
        posts=posts_about(case, at, assignments, concerns),
        assignments=assignments,
        concerns=concerns,
        named=_named_in(case),
        ratings=list(Rating.objects.filter(case=case)),
        events=_events_of(case, events),
        requests=list(requests),
        clocks=list(Clock.objects.filter(case=case).order_by("nth")),
        hand_backs=_waiting_hand_backs(assignments),
        office_people=_people_of_offices(assignments),
    )


def _named_in(case: Case) -> set[int]:
    if case.confidentiality != Confidentiality.SECRET:
        return set()
    rows = CaseAccess.objects.filter(case=case)
    return set(rows.values_list("post_id", flat=True))


def _events_of(case: Case, events: Sequence[Event] | None) -> list[Event]:
    """Return the events of ACTIONS_READ, oldest first."""
    if events is None:
        rows = Event.objects.filter(case=case, action__in=ACTIONS_READ)
        return list(rows.order_by("sequence"))
    return [event for event in reversed(events) if event.action in ACTIONS_READ]


def _people_of_offices(assignments: Iterable[Assignment]) -> dict[int, set[int]]:
    """Return the users who ever had a post in an office that was assigned."""
    offices = {item.office_id for item in assignments if item.office_id}
    people: dict[int, set[int]] = {}
    if not offices:
        return people

    posts = Post.objects.filter(office__in=offices)
    for office, user in posts.values_list("office_id", "user_id"):
        people.setdefault(office or 0, set()).add(user)
    return people


def _waiting_hand_backs(assignments: Iterable[Assignment]) -> list[HandBack]:
    """Return the parts given back that wait for a ruling.

    No query where nobody assists.
    """
    assisting = {}
    for item in assignments:
        if item.ended_at is None and item.role == AssignmentRole.ASSISTANT:
            assisting[item.pk] = item
    if not assisting:
        return []

    rows = HandBack.objects.filter(assignment__in=assisting, state=RequestState.OPEN)
    waiting = list(rows.select_related("asked_by__user"))
    for hand_back in waiting:
        hand_back.assignment = assisting[hand_back.assignment_id]
    return waiting


def holder_key(holder: Post | Office) -> str:
    """Return the name of a holder in an event's data: "post:12" or "office:3"."""
    kind = "post" if isinstance(holder, Post) else "office"
    return f"{kind}:{holder.pk}"


def holder_name(holder: Post | Office | None) -> str:
    if isinstance(holder, Post):
        return str(holder.user)
    return str(holder or "")
