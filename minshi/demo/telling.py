"""The telling of a planned matter by real moves: every step is made by the post whose
turn it is.
"""

from datetime import datetime, timedelta
from typing import Any

from cases import deadlines
from cases.models import Case, Topic
from cases.models.choices import (
    Category,
    Channel,
    Confidentiality,
    Handling,
    How,
    Level,
    Outcome,
)
from cases.workflow import Action, Actor, Officer, Speaker, Spoken, make_move, register
from minshi import workdays
from minshi.demo import council, words
from minshi.demo.people import Cast
from minshi.demo.plan import Story
from supervision.chasing.tracking import begin_tracking, end_tracking, say_of
from supervision.models import SupervisionOrder, TrackingVerdict
from supervision.orders import (
    check_reply,
    latest_reply_on,
    raise_order,
    reply_to_order,
    send_orders_due,
)
from villages.models import MeetingKind, Office, Post, Resident, Role, User

BY_THE_VILLAGER = (Channel.QR_CODE, Channel.MINI_PROGRAM)
EXTENSION_DAYS = 10


def officer(post: Post) -> Officer:
    return Officer(post.user, post)


class StoryTelling:
    """The steps of one story by name; `tell` makes the next one."""

    case: Case
    written: SupervisionOrder

    def __init__(self, story: Story, cast: Cast, topics: dict[str, Topic]) -> None:
        self.story = story
        self.cast = cast
        self.topics = topics

        self.sample = story.sample
        self.village = story.group.village
        self.at: datetime = story.steps[0][1]

    def tell(self, step: str, at: datetime) -> None:
        self.at = at
        getattr(self, step)()

    def move(self, action: Action, by: Actor | None = None, **values: Any) -> None:
        self.case = make_move(
            self.case, action, by=by or self.owner(), at=self.at, **values
        )

    def owner(self) -> Officer:
        """The officer whose turn it is: the owner's post, or the handler of the office
        that owns.
        """
        if self.case.owner_office:
            return officer(self.cast.handler(self.case.owner_office))
        assert self.case.owner_post  # an open case has one owner, by constraint
        return officer(self.case.owner_post)

    # --- 说
    def register(self) -> None:
        sample = self.sample
        speaker = self.story.speaker

        resident: Resident | None = speaker
        concerned: tuple[User, ...] = ()
        if sample.topic == words.ABOUT_A_CADRE:
            resident = None
            member = self.cast.one(Role.COMMITTEE_MEMBER, village=self.village)
            concerned = (member.user,)

        spoken = Spoken(
            verbatim=self.story.verbatim,
            title=self.story.title,
            village=self.village,
            group=self.story.group,
            resident=resident,
            topic=self.topics[sample.topic],
            channel=sample.channel,
            confidentiality=sample.confidentiality,
            said_at=self.at - timedelta(minutes=10),
            concerns=concerned,
        )
        self.case = register(spoken, by=self._recorder(), at=self.at)

    def _recorder(self) -> Actor:
        if self.sample.channel in BY_THE_VILLAGER:
            return Speaker(None, self.sample.channel)
        if self.sample.channel == Channel.HOME_VISIT:
            return officer(self.cast.one(Role.GROUP_LEADER, group=self.story.group))
        return officer(self.cast.one(Role.DUTY_OFFICER, village=self.village))

    def settle(self) -> None:
        self.move(
            Action.SETTLE, category=self.sample.category, result=self.sample.result
        )

    def accept(self) -> None:
        self.move(Action.ACCEPT, category=self.sample.category, grade=self.sample.grade)

    def mandatory_report(self) -> None:
        if self.case.recorded_by:
            recorder = officer(self.case.recorded_by)
        else:
            recorder = self.owner()

        self.move(
            Action.MANDATORY_REPORT,
            recorder,
            told=words.REPORTED_TO,
            happened=words.HAPPENED,
            told_at=self.at,
            receipt=words.RECEIPT,
        )

    def escalate(self) -> None:
        if self.sample.confidentiality == Confidentiality.SECRET:
            reason = words.WHY_UP_IN_CONFIDENCE
        elif self.sample.topic == words.DANGER:
            reason = words.WHY_UP_AT_ONCE
        else:
            reason = words.WHY_UP[Handling(self.sample.handling)]
        self.move(Action.ESCALATE, reason=reason)

    def divert(self) -> None:
        if self.sample.topic == words.ABOUT_A_CADRE:
            route = words.ROUTE_OF_A_CADRE
        else:
            route = words.ROUTE_OF_A_QUARREL
        self.move(Action.DIVERT, route=route, told=self.sample.result)

    def withdraw(self) -> None:
        speaker = Speaker(self.case, How.CODE)
        self.move(Action.WITHDRAW, speaker, reason=words.TAKEN_BACK)

    # --- 议
    def decide(self) -> None:
        handling = self.sample.handling
        kind = council.kind_for(self.case, handling)
        if kind:
            self.decide_at(kind, handling)
        else:
            self.move(Action.DECIDE, **self.decided(handling))

    def decide_at(
        self, kind: MeetingKind, handling: str, away: int | None = None
    ) -> None:
        decided = self.decided(handling)
        self.case = council.decide_at_meeting(
            self.case, kind, self.owner(), self.at, away=away, **decided
        )

    def decided(self, handling: str) -> dict[str, Any]:
        lead, *assistants = self.holders()
        return {
            "handling": handling,
            "decision": words.decision(handling, lead, assistants, self.story.due_on),
            "lead": lead,
            "assistants": assistants,
            "due_on": self.story.due_on,
        }

    def holders(self) -> list[Post | Office]:
        """Return who leads and who assists: a committee member or the group's leader in
        the village, the stations for what the town decided.
        """
        stations: list[Post | Office] = []
        for name in words.stations_for(self.sample.topic):
            stations.append(self.cast.offices[name])

        if self.sample.level != Level.VILLAGE:
            secretary = self.cast.one(Role.SECRETARY, village=self.village)
            return [*stations, secretary]

        members = self.cast.at(Role.COMMITTEE_MEMBER, village=self.village)
        leader = self.cast.one(Role.GROUP_LEADER, group=self.story.group)
        lead = (*members, leader)[self.sample.no % 3]
        if self.sample.handling == Handling.JOINT:
            return [lead, *stations]
        return [lead]

    # --- 办
    def acknowledge(self) -> None:
        self.move(Action.ACKNOWLEDGE)

    def progress(self) -> None:
        text = words.PROGRESS[Category(self.sample.category)]
        if self.sample.topic == words.DANGER:
            text = words.PROGRESS_IN_DANGER
        self.move(Action.PROGRESS, text=text, public=True)

    def report(self) -> None:
        unreported = self.case.assignments.filter(
            ended_at=None, role="assistant", reported_at=None
        )
        for item in unreported:
            post = self.cast.handler(item.office) if item.office else item.post
            assert post  # exactly one of both, by constraint
            self.move(Action.REPORT, officer(post), result=words.PART_DONE)

    def ask_extension(self) -> None:
        assert self.case.due_on  # it is open
        calendar = deadlines.calendar_of(self.case.town_id, workdays.local_day(self.at))
        until_on = calendar.add_working_days(self.case.due_on, EXTENSION_DAYS)
        self.move(Action.ASK_EXTENSION, reason=words.MORE_TIME, until_on=until_on)

    def grant_extension(self) -> None:
        secretary = officer(self.cast.one(Role.SECRETARY, village=self.village))
        self.move(Action.RULE_EXTENSION, secretary, ruling="granted")

    def chase(self) -> None:
        self.move(
            Action.SUPERVISE,
            self._of_town(Role.SUPERVISOR),
            supervision_level="urge",
            text=words.HURRY,
        )

    def make_safe(self) -> None:
        self.move(Action.PROGRESS, text=words.MADE_SAFE, public=True)

    # --- 督办
    def order(self) -> None:
        """Write an order and sign it; it goes out when its grace is over."""
        self.written = raise_order(
            self.case,
            reason=words.WHY_ORDERED,
            demand=words.DEMANDED,
            reply_on=latest_reply_on(self.case, self.at),
            key=None,
            by=self._of_town(Role.REVIEWER),
            at=self.at,
        )

    def send_order(self) -> None:
        _sent, refused = send_orders_due(self.at)
        assert not refused, refused  # its matter is open
        self.case.refresh_from_db()

    def answer_order(self) -> None:
        reply_to_order(self.written, words.ORDER_ANSWERED, by=self.owner(), at=self.at)

    def check_order(self) -> None:
        check_reply(
            self.written,
            good=True,
            finding=words.ORDER_FOUND_GOOD,
            by=self._of_town(Role.SUPERVISOR),
            at=self.at,
        )

    def track(self) -> None:
        """跟踪督办: the town goes through what is overdue."""
        user = self._of_town(Role.REVIEWER).user  # the check is the supervisor's
        meeting = begin_tracking(self.cast.town, by=user, at=self.at)
        say_of(
            meeting.items.get(case=self.case),
            TrackingVerdict.HELPED,
            words.AGREED_AMONG_US,
            by=user,
            at=self.at,
        )
        end_tracking(meeting, by=user, at=self.at + timedelta(minutes=40))

    def _of_town(self, role: Role) -> Officer:
        return officer(self.cast.one(role, town=self.cast.town))

    def complete(self) -> None:
        if not self.sample.solved:
            outcome = Outcome.EXPLAINED
        elif self.sample.solved == "yes":
            outcome = Outcome.DONE
        else:
            outcome = Outcome.PARTLY

        result = self.sample.result
        if self.case.round > 1:
            result = words.ONCE_MORE + result
        self.move(Action.COMPLETE, outcome=outcome, result=result)

    # --- 督
    def verify(self) -> None:
        reply = words.reply(self.story.title, self.sample.result)
        self.move(Action.VERIFY, reply=reply)

    def reject(self) -> None:
        self.move(Action.REJECT, reason=words.NOT_YET)

    def redo(self) -> None:
        self.move(Action.REDO, self._of_town(Role.SUPERVISOR), reason=words.REDO)

    def explain(self) -> None:
        self.move(
            Action.EXPLAIN,
            self._of_town(Role.REVIEWER),
            text=words.EXPLAINED,
            explained_at=self.at,
        )

    # --- 评
    def rate(self) -> None:
        self._rate(satisfaction=self.sample.satisfaction, solved=self.sample.solved)

    def rate_badly(self) -> None:
        reason = words.STILL_BAD if self.case.round == 1 else words.BAD_AGAIN
        self._rate(satisfaction="dissatisfied", solved="no", reason=reason)

    def _rate(self, **answers: Any) -> None:
        """Answer at the counter on the turned screen, online by the code, or to an
        officer who calls or visits.
        """
        if self.sample.at_the_counter:
            self.move(Action.RATE, Speaker(self.case, How.COUNTER), **answers)
        elif self.sample.is_online:
            self.move(Action.RATE, Speaker(self.case, How.CODE), **answers)
        else:
            how = How.VISIT if self.sample.channel == Channel.HOME_VISIT else How.CALL
            self.move(Action.RATE, how=how, **answers)

    def attempt(self) -> None:
        self.move(Action.ATTEMPT, how=How.CALL, text=words.NOBODY_ANSWERED)

    def close_unrated(self) -> None:
        self.move(Action.CLOSE_UNRATED)

    # --- after closing
    def say_more(self) -> None:
        speaker = Speaker(self.case, How.CODE)
        self.move(Action.AFTERWORD, speaker, text=words.ONE_MORE_WORD)
