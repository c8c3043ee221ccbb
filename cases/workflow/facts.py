"""The facts a move is judged by, read once in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from cases.models import (
    Afterword,
    Assignment,
    Case,
    Clock,
    Concern,
    Event,
    FourTwoProcess,
    FourTwoStep,
    HandBack,
    Rating,
    TimeRequest,
)
from cases.models.choices import (
    ActorKind,
    AssignmentEnd,
    AssignmentRole,
    Confidentiality,
    Level,
    RequestKind,
    RequestState,
    Satisfaction,
)
from cases.workflow.actions import Action
from cases.workflow.standing import stands_at, village_of
from cases.workflow.writers import Writers, writers_of
from minshi import workdays
from villages.duty import standing_among
from villages.models import Office, Post, Role

# later moves are judged by these events
REMEMBERED = (
    Action.SETTLE,
    Action.SEND_BACK,
    Action.ATTEMPT,
    Action.URGE,
    Action.SUPPLEMENT,
    Action.AFTERWORD,
    Action.REOPEN,
    Action.DEFER,
    Action.ALARM,
    Action.MANDATORY_REPORT,
    Action.RECEIPT,
)
# these lead back to 议 while a clock that runs already goes on
INTO_DELIBERATION = (
    Action.RETURN,
    Action.RECONSIDER,
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
    # who may lead or assist, once it was asked; then those used to the topic first
    holders_on_offer: dict[str, Post | Office] | None = None
    holders_in_order: dict[str, Post | Office] | None = None

    @cached_property
    def in_four_two(self) -> bool:
        """True while 四议两公开 runs for the case; asked of major and reserved
        matters alone.
        """
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

    @cached_property
    def afterword(self) -> Afterword | None:
        """What was said after closing and waits for an answer. No query where nothing
        ever was.
        """
        if not self.happened(Action.AFTERWORD, this_round=False):
            return None
        waiting = Afterword.objects.filter(case=self.case, answered_at=None)
        return waiting.select_related("owner__user", "owner__group").first()

    @cached_property
    def writers(self) -> Writers:
        """Who wrote the words of the case and its parts. One query, when asked."""
        return writers_of([self.case])[self.case.pk]

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

    @property
    def urged_at(self) -> datetime | None:
        """When the speaker last asked to hurry; None of a case that is closed.

        In whatever round: what they ask stands until the case is closed, and the same
        day they may not ask again.
        """
        urged = self.happened(Action.URGE, this_round=False)
        return urged[-1].at if urged and self.case.is_open else None

    @property
    def danger_at(self) -> datetime | None:
        """When it was last reported as a red line; None of a case that is closed."""
        reported = self.happened(Action.MANDATORY_REPORT, this_round=False)
        return reported[-1].at if reported and self.case.is_open else None

    def deferred_this_visit(self) -> bool:
        """True where 议 was put off since the case last came in.

        Also where the 办 clock goes on in 议.
        """
        clock = self.clock
        if clock is None or not any(pause["kind"] == "defer" for pause in clock.pauses):
            return False

        deferred = [
            event.sequence
            for event in self.happened(Action.DEFER, this_round=False)
            if event.actor_kind == ActorKind.OFFICER
        ]
        last_deferred = max(deferred, default=0)
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
