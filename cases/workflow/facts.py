"""What a move is judged by: read once in a fixed number of queries, then only looked
at.
"""

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
from cases.privacy.redactor import names_of
from minshi import workdays
from villages.duty import standing_among, with_standing
from villages.models import Office, Post, Role

# Events that later moves depend on; the second line: what leads back to 议 under a
# clock that runs already.
REMEMBERED = (
    "settle",
    "send_back",
    "attempt",
    "urge",
    "supplement",
    "reopen",
    "defer",
    "alarm",
    "mandatory_report",
    "receipt",
)
INTO_DELIBERATION = ("return", "reject", "recuse", "rehome", "receive_merged")


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
    events: list[Event] = field(default_factory=list)  # the remembered ones
    requests: list[TimeRequest] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    # those that wait for a ruling
    hand_backs: list[HandBack] = field(default_factory=list)
    # office → users with a post in it, ever
    office_people: dict[int, set[int]] = field(default_factory=dict)
    # who settles it in this very move, whose event is still to come
    settling: set[int] = field(default_factory=set)
    holders_on_offer: dict[str, Post | Office] | None = (
        None  # who may lead or assist, once it was asked
    )

    @cached_property
    def names(self) -> set[str]:
        """Whom no event may name, asked for once however many events a move writes."""
        return names_of(self.case)

    @cached_property
    def in_four_two(self) -> bool:
        """Whether 四议两公开 runs for the case; asked of major matters alone."""
        return FourTwoProcess.objects.filter(case=self.case, dropped_at=None).exists()

    @cached_property
    def resolved_by_villagers(self) -> bool:
        """Whether a 四议两公开 of the case has passed its 4th step (domain §3,
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
        """Who is on duty in the case's village now, whoever stands in included; the
        primary first.
        """
        return standing_among(self.posts, self.case.village_id)

    # --- assignments
    @property
    def active(self) -> list[Assignment]:
        return [
            assignment for assignment in self.assignments if assignment.ended_at is None
        ]

    @property
    def last_round(self) -> list[Assignment]:
        """Who worked on it until its latest round was over."""
        worked = [
            item
            for item in self.assignments
            if item.end in (AssignmentEnd.CLOSED, AssignmentEnd.ROUND_OVER)
        ]
        latest = max((item.round for item in worked), default=0)
        return [item for item in worked if item.round == latest]

    @property
    def lead(self) -> Assignment | None:
        return next(
            (item for item in self.active if item.role == AssignmentRole.LEAD), None
        )

    @property
    def assistants(self) -> list[Assignment]:
        return [item for item in self.active if item.role == AssignmentRole.ASSISTANT]

    def holders(self, assignments: Iterable[Assignment]) -> list[Post]:
        """The current posts that hold one of the assignments, an office's through its
        handlers.
        """
        posts, offices = set(), set()
        for item in assignments:
            posts.add(item.post_id)
            offices.add(item.office_id)
        return [
            post
            for post in self.posts
            if post.pk in posts or (post.office_id and post.office_id in offices)
        ]

    def held_by(
        self, post: Post, assignments: Iterable[Assignment]
    ) -> list[Assignment]:
        """Those of the assignments that the post holds, itself or through its
        office.
        """
        return [
            item
            for item in assignments
            if item.post_id == post.pk
            or (item.office_id and item.office_id == post.office_id)
        ]

    def handlers(self, *, ever: bool = False) -> set[int]:
        """Users who handled: lead, assistant or settler of this round (or ever), an
        office's people all.
        """
        users: set[int] = set()
        for item in self.assignments:
            if ever or item.round == self.case.round:
                users |= (
                    {item.post.user_id}
                    if item.post
                    else self.office_people.get(item.office_id or 0, set())
                )
        settled = self.happened("settle", this_round=not ever)
        return (
            users
            | self.settling
            | {event.user_id for event in settled if event.user_id}
        )

    # --- sight
    def in_conflict(self, post: Post) -> bool:
        """Named in the case, or serving in the village of a named village cadre (domain
        §3, conflict).
        """
        if not self.concerns:
            return False
        users = {concern.user_id for concern in self.concerns}
        villages = {
            concern.village_id for concern in self.concerns if concern.village_id
        }
        theirs = [
            post,
            *(other for other in self.posts if other.user_id == post.user_id),
        ]
        return post.user_id in users or any(
            village_of(other) in villages for other in theirs
        )

    def is_named(self, post: Post) -> bool:
        """May read the content: always, unless the case is 保密 and the post is not
        named.
        """
        if self.case.confidentiality != Confidentiality.SECRET:
            return True
        return (
            post.pk in self.named
            or post.pk in (self.case.recorded_by_id, self.case.owner_post_id)
            or post in self.holders(self.active)
        )

    def may_see(self, post: Post) -> bool:
        return not self.in_conflict(post) and self.is_named(post)

    # --- history
    @property
    def clock(self) -> Clock | None:
        return next((clock for clock in self.clocks if clock.stopped_at is None), None)

    @property
    def rating(self) -> Rating | None:
        return next(
            (item for item in self.ratings if item.round == self.case.round), None
        )

    @property
    def dissatisfied(self) -> int:
        return sum(
            item.satisfaction == Satisfaction.DISSATISFIED for item in self.ratings
        )

    def happened(self, action: str, *, this_round: bool = True) -> list[Event]:
        return [
            event
            for event in self.events
            if event.action == action
            and (not this_round or event.round == self.case.round)
        ]

    def deferred_this_visit(self) -> bool:
        """Whether 议 was put off since the case last came in, also where the 办 clock
        goes on in it.
        """
        clock = self.clock
        if clock is None or not any(pause["kind"] == "defer" for pause in clock.pauses):
            return False
        last = max(
            (event.sequence for event in self.events if event.action == "defer"),
            default=0,
        )
        return not any(
            event.action in INTO_DELIBERATION and event.sequence > last
            for event in self.events
        )

    def alarmed(self) -> bool:
        """Whether an alarm was raised for where the case stands now."""
        here = (self.case.stage, self.case.level, self.case.round)
        return any(
            (event.target, event.level, event.round) == here
            for event in self.events
            if event.action == "alarm"
        )

    def open_request(self, kind: RequestKind) -> TimeRequest | None:
        return next(
            (
                item
                for item in self.requests
                if item.kind == kind and item.state == RequestState.OPEN
            ),
            None,
        )

    @property
    def extended_to(self) -> date | None:
        """The day to which the time for this round was extended."""
        granted = (
            item
            for item in self.requests
            if item.kind == RequestKind.EXTENSION and item.state == "granted"
        )
        return next(
            (item.until_on for item in granted if item.round == self.case.round), None
        )

    @property
    def suspension(self) -> TimeRequest | None:
        """The granted suspension that still runs."""
        return next(
            (
                item
                for item in self.requests
                if item.kind == RequestKind.SUSPENSION
                and item.state == RequestState.GRANTED
                and item.ended_at is None
            ),
            None,
        )

    def at_level(self, level: Level, roles: Iterable[str]) -> list[Post]:
        """Current posts of the roles at the case's node of that level.

        Whoever is on shift has the duty officer's rights there (domain §2,
        committee_member).
        """
        on_shift = (
            {post.pk for post in self.on_duty} if Role.DUTY_OFFICER in roles else set()
        )
        may = [post for post in self.posts if post.role in roles or post.pk in on_shift]
        return [post for post in may if stands_at(post, self.case, level)]


def stands_at(post: Post, case: Case, level: Level) -> bool:
    """Whether a post is at the case's node of that level; a group's at the village
    level.
    """
    if level == Level.VILLAGE:
        here = case.village_id is not None and post.village_id == case.village_id
        return here or (case.group_id is not None and post.group_id == case.group_id)
    if level == Level.TOWN:
        return post.town_id == case.town_id
    return post.county_code == case.town.county_code


def village_of(post: Post) -> int | None:
    return post.village_id or (post.group.village_id if post.group else None)


def level_of(post: Post) -> Level | None:
    """The level a cadre stands at; None for the 三员."""
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
    """Every current post that could own, decide, check or handle the case or bars its
    holder, in one query.
    """
    villages = {concern.village_id for concern in concerns if concern.village_id}
    villages |= {case.village_id} if case.village_id else set()
    where = Q(town=case.town_id) | Q(county_code=case.town.county_code)
    where |= Q(village__in=villages) | Q(group__village__in=villages)
    where |= Q(village__in=JoinedVillage.objects.filter(case=case.pk).values("village"))
    where |= Q(pk__in=[pk for pk in (case.recorded_by_id, case.owner_post_id) if pk])
    held = [item for item in assignments if item.ended_at is None]
    where |= Q(pk__in=[item.post_id for item in assignments if item.post_id])
    where |= Q(office__in=[item.office_id for item in held if item.office_id])
    posts = (
        Post.objects.current(workdays.local_day(at))
        .filter(where)
        .select_related("user", "office", "group")
    )
    return list(with_standing(posts.in_order(), at))


def read_facts(
    case: Case, at: datetime, events: Sequence[Event] | None = None
) -> Facts:
    """Reads the facts in at most 10 queries, whatever the case's history; `events`,
    newest first, if read already.
    """
    assignments = list(
        Assignment.objects.filter(case=case).select_related(
            "post__user", "post__group", "office"
        )
    )
    offices = {item.office_id for item in assignments if item.office_id}
    people: dict[int, set[int]] = {}
    if offices:
        for office, user in Post.objects.filter(office__in=offices).values_list(
            "office_id", "user_id"
        ):
            people.setdefault(office or 0, set()).add(user)
    # the floor stands with them
    concerns = list(Concern.objects.filter(case=case)) if case.conflict_floor else []
    secret = case.confidentiality == Confidentiality.SECRET
    if events is None:
        remembered = Event.objects.filter(
            case=case, action__in=REMEMBERED + INTO_DELIBERATION
        )
        events = list(remembered.order_by("-sequence"))
    return Facts(
        case=case,
        at=at,
        posts=posts_about(case, at, assignments, concerns),
        assignments=assignments,
        concerns=concerns,
        named=(
            set(CaseAccess.objects.filter(case=case).values_list("post_id", flat=True))
            if secret
            else set()
        ),
        ratings=list(Rating.objects.filter(case=case)),
        events=[
            event
            for event in reversed(events)
            if event.action in REMEMBERED + INTO_DELIBERATION
        ],
        requests=list(
            TimeRequest.objects.filter(case=case).select_related("asked_by__user")
        ),
        clocks=list(Clock.objects.filter(case=case).order_by("nth")),
        hand_backs=_waiting_hand_backs(assignments),
        office_people=people,
    )


def _waiting_hand_backs(assignments: Iterable[Assignment]) -> list[HandBack]:
    """Asked for only where somebody assists."""
    assisting = {
        item.pk: item
        for item in assignments
        if item.ended_at is None and item.role == AssignmentRole.ASSISTANT
    }
    if not assisting:
        return []
    waiting = HandBack.objects.filter(
        assignment__in=assisting, state=RequestState.OPEN
    ).select_related("asked_by__user")
    found = list(waiting)
    for item in found:
        item.assignment = assisting[item.assignment_id]
    return found


def holder_key(holder: Post | Office) -> str:
    """How an event's data names a holder."""
    return f"{'post' if isinstance(holder, Post) else 'office'}:{holder.pk}"


def holder_name(holder: Post | Office | None) -> str:
    if isinstance(holder, Post):
        return str(holder.user)
    return str(holder or "")
