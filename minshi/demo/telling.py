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
from villages.models import MeetingKind, Office, Post, Resident, Role, User

BY_THE_VILLAGER = (Channel.QR_CODE, Channel.MINI_PROGRAM)
EXTENSION_DAYS = 10


def officer(post: Post) -> Officer:
    return Officer(post.user, post)


class StoryTelling:
    """The steps of one story by name; `tell` makes the next one."""

    case: Case

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
        assert self.case.owner_post  # noqa: S101 - an open case has one owner, by constraint
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
            told_at=self.at,
            receipt=words.RECEIPT,
        )

    def escalate(self) -> None:
        if self.sample.confidentiality == Confidentiality.SECRET:
            reason = words.WHY_UP_IN_CONFIDENCE
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
        self, kind: MeetingKind, handling: str, away: int = council.AWAY
    ) -> None:
        decided = self.decided(handling)
        self.case = council.decide_at_meeting(
            self.case, kind, self.owner(), self.at, away=away, **decided
        )

    def decided(self, handling: str) -> dict[str, Any]:
        lead, *assistants = self.holders()
        return {
            "handling": handling,
            "decision": words.decision(handling, lead, assistants),
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
        self.move(Action.PROGRESS, text=text, public=True)

    def report(self) -> None:
        unreported = self.case.assignments.filter(
            ended_at=None, role="assistant", reported_at=None
        )
        for item in unreported:
            post = self.cast.handler(item.office) if item.office else item.post
            assert post  # noqa: S101 - exactly one of both, by constraint
            self.move(Action.REPORT, officer(post), result=words.PART_DONE)

    def ask_extension(self) -> None:
        assert self.case.due_on  # noqa: S101 - it is open
        calendar = deadlines.calendar_of(self.case.town_id, workdays.local_day(self.at))
        until_on = calendar.add_working_days(self.case.due_on, EXTENSION_DAYS)
        self.move(Action.ASK_EXTENSION, reason=words.MORE_TIME, until_on=until_on)

    def grant_extension(self) -> None:
        secretary = officer(self.cast.one(Role.SECRETARY, village=self.village))
        self.move(Action.RULE_EXTENSION, secretary, ruling="granted")

    def chase(self) -> None:
        supervisor = officer(self.cast.one(Role.SUPERVISOR, town=self.cast.town))
        self.move(
            Action.SUPERVISE, supervisor, supervision_level="urge", text=words.HURRY
        )

    def complete(self) -> None:
        if not self.sample.solved:
            outcome = Outcome.EXPLAINED
        elif self.sample.solved == "yes":
            outcome = Outcome.DONE
        else:
            outcome = Outcome.PARTLY
        self.move(Action.COMPLETE, outcome=outcome, result=self.sample.result)

    # --- 督
    def verify(self) -> None:
        reply = words.reply(self.story.title, self.sample.result)
        self.move(Action.VERIFY, reply=reply)

    def reject(self) -> None:
        self.move(Action.REJECT, reason=words.NOT_YET)

    # --- 评
    def rate(self) -> None:
        self._rate(satisfaction=self.sample.satisfaction, solved=self.sample.solved)

    def rate_badly(self) -> None:
        self._rate(satisfaction="dissatisfied", solved="no", reason=words.STILL_BAD)

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
