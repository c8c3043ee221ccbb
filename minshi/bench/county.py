"""The county whose clocks are swept: everybody who is notified, the matters that are
due, and those that are merely there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from cases import deadlines
from cases.bulk import Matter, adopt
from cases.deadlines.calendar import load_calendar
from cases.deadlines.counting import Counting
from cases.models import Case, Clock, Event
from cases.models.choices import (
    Category,
    CloseReason,
    Grade,
    Handling,
    Level,
    Outcome,
    Satisfaction,
    Solved,
    Stage,
    SupervisionLevel,
)
from cases.workflow import Action, Officer, System
from cases.workflow.record import new_event
from cases.workflow.sealed_rows import rows_beside
from minshi import workdays
from minshi.demo.places import DIVISIONS
from minshi.workdays import ONE_DAY
from supervision.models import (
    Chase,
    ChaseStep,
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeState,
    OrderState,
    Robot,
    SupervisionOrder,
)
from supervision.orders.final import ORDER
from villages.divisions import load_divisions
from villages.duty.finals import LEAVE
from villages.finals import seal_all
from villages.let_in import seal_accounts
from villages.models import (
    DutyLeave,
    Office,
    Post,
    Role,
    Town,
    User,
    Village,
)
from villages.named import OFFICE
from villages.posts import create_posts

COUNTY = "621226"
SOURCE = "压力测试"
YEARS = 6  # in office for longer than the oldest matter is old
OPEN = (Stage.SPEAK, Stage.DELIBERATE, Stage.HANDLE, Stage.SUPERVISE, Stage.RATE)
# else the stage's own name
RULES = {
    Stage.SPEAK: "speak",
    Stage.HANDLE: "led",
    Stage.RATE: "rate",
}
LEVELS = (*[Level.VILLAGE] * 7, *[Level.TOWN] * 2, Level.COUNTY)
LATE = 6  # working days at most: past every step of the ladder
# a deadline in calendar days that ends on a day off ends later
HOLIDAYS = timedelta(days=10)
# one in so many
ADDED_SHARE = 10
GREY_SHARE = 50
ORDER_SHARE = 10
SIGNED_SHARE = 100
AWAY_SHARE = 20
CHASED_SHARE = 4


@dataclass(frozen=True)
class County:
    """The people who serve in the county: the reviewer who takes matters over, and who
    leads at each level.
    """

    by: Officer
    villages: list[Village]
    cadres: dict[int, Post]  # by village
    stations: dict[int, Office]  # by town
    bureau: Office

    def lead(self, village: Village, level: Level) -> Post | Office:
        if level == Level.VILLAGE:
            return self.cadres[village.pk]
        if level == Level.TOWN:
            return self.stations[village.town_id]
        return self.bureau


def make_county(at: datetime) -> County:
    """Make 礼县 with all its towns and villages, a robot in each town, and everybody
    who is notified of matters, all by e-mail too.
    """
    load_calendar(None, at)
    with DIVISIONS.open(encoding="utf-8-sig") as lines:
        load_divisions(lines, COUNTY, at=at)
    villages = list(Village.objects.select_related("town"))
    towns = list(Town.objects.all())
    Robot.objects.bulk_create(
        Robot(town=town, name="干部群", url="https://robot.test/") for town in towns
    )

    bureau = Office.objects.create(name="县局", county_code=COUNTY)
    stations = Office.objects.bulk_create(
        Office(name="司法所", town=town) for town in towns
    )
    seal_all(OFFICE, [bureau.pk, *(office.pk for office in stations)], at=at)

    wanted = _wanted_posts(towns, villages, [bureau, *stations])
    posts = _appointed(wanted, at)
    _send_away(posts, at)

    cadres = {}
    for post in posts:
        if post.village_id and post.role == Role.COMMITTEE_MEMBER:
            cadres[post.village_id] = post
    by_town = {office.town_id: office for office in stations if office.town_id}
    reviewer = Officer(posts[0].user, posts[0])
    return County(reviewer, villages, cadres, by_town, bureau)


def _wanted_posts(
    towns: list[Town], villages: list[Village], offices: list[Office]
) -> list[Post]:
    """Return the posts to be filled; the county's reviewer is the first."""
    above_villages = (Role.REVIEWER, Role.SUPERVISOR)
    in_village = (Role.SECRETARY, Role.DUTY_OFFICER, Role.COMMITTEE_MEMBER)

    posts = [Post(role=role, county_code=COUNTY) for role in above_villages]
    for town in towns:
        posts += [Post(role=role, town=town) for role in above_villages]
    for office in offices:
        posts.append(Post(role=Role.OFFICE_HANDLER, office=office))
    for village in villages:
        posts += [Post(role=role, village=village) for role in in_village]
    return posts


def _appointed(posts: list[Post], at: datetime) -> list[Post]:
    locked = make_password(None)
    since = date(workdays.local_day(at).year - YEARS, 1, 1)
    users = User.objects.bulk_create(
        User(
            username=f"cadre{nth}",
            name=f"干部{nth}",
            email=f"cadre{nth}@county.test",
            password=locked,
        )
        for nth in range(len(posts))
    )
    seal_accounts([user.pk for user in users], at=at)

    for post, user in zip(posts, users, strict=True):
        post.user = user
        post.from_on = since
        post.may_sign = post.role == Role.REVIEWER
    return create_posts(posts, at=at)


def _send_away(posts: list[Post], at: datetime) -> None:
    """Send some of the villages' cadres on leave; the next one of the list stands
    in.
    """
    serving = [post for post in posts if post.village_id]
    pairs = list(pairwise(serving))[::AWAY_SHARE]
    on = workdays.local_day(at)

    leaves = []
    for away, other in pairs:
        leave = DutyLeave(
            post=away,
            substitute=other,
            noted_by=posts[0],
            noted_at=at,
            from_on=on,
            until_on=on + ONE_DAY,
        )
        leaves.append(leave)
    created = DutyLeave.objects.bulk_create(leaves)
    seal_all(LEAVE, [leave.pk for leave in created], at=at)


@dataclass(frozen=True)
class CountyLedger:
    """The writer of the county's matters: due ones of every stage, level and step of
    the ladder, and others.
    """

    county: County
    at: datetime

    @cached_property
    def counting(self) -> Counting:
        return deadlines.counting_of(
            self.county.villages[0].town_id, workdays.local_day(self.at)
        )

    def add_due(self, count: int) -> None:
        """Add matters whose clock is due at the moment, from the day it turns yellow to
        long after.

        Some are suspended, some wait for an order after a second 不满意, and to some
        their speaker has just added. Beside them there are orders to be sent and to be
        circulated.
        """
        last = Case.objects.order_by("pk").last()
        matters = (self._open(nth, self._since(nth)) for nth in range(count))
        adopt(matters, self.county.by, self.at)
        new = Case.objects.filter(pk__gt=last.pk if last else 0)

        checked = new.filter(stage=Stage.SUPERVISE)
        checked.filter(pk__in=_one_in(ORDER_SHARE, checked)).update(needs_order=True)

        grey_until = self.at + ONE_DAY
        new.filter(pk__in=_one_in(GREY_SHARE, new)).update(grey_until=grey_until)

        self._add_words(new.filter(pk__in=_one_in(ADDED_SHARE, new)))
        self._add_orders(count // SIGNED_SHARE)

    def _add_words(self, cases: QuerySet[Case]) -> None:
        rows = list(cases)
        by = System("bench")
        beside = rows_beside([case.pk for case in rows])
        Event.objects.bulk_create(
            new_event(
                case,
                Action.SUPPLEMENT,
                by=by,
                at=self.at,
                source=case.stage,
                beside=beside[case.pk],
            )
            for case in rows
        )
        head = ["event_count", "event_hash", "last_event_at"]
        Case.objects.bulk_update(rows, head, batch_size=500)

    def add_others(self, count: int, *, open_share: int) -> None:
        """Add closed matters, some of which were chased, and one in `open_share` open
        and far from due.
        """
        adopt(self._others(count, open_share), self.county.by, self.at)

        closed = Case.objects.filter(stage=Stage.CLOSED).select_related("town")
        clocks = Clock.objects.bulk_create(
            (self._stopped(case) for case in closed), batch_size=1000
        )
        chases = Chase.objects.bulk_create(
            (_reminded(clock) for clock in clocks[::CHASED_SHARE]), batch_size=1000
        )
        Notice.objects.bulk_create(
            (self._read(chase) for chase in chases), batch_size=1000
        )

    def _others(self, count: int, open_share: int) -> Iterator[Matter]:
        an_hour_ago = self.at - timedelta(hours=1)
        for nth in range(count):
            if nth % open_share == 0:
                yield self._open(nth, an_hour_ago, OPEN[1:])
            else:
                yield self._closed(nth, count)

    def _since(self, nth: int) -> datetime:
        """Return the moment when the nth came to its stage, for its clock to be due:
        from its last day to some working days late.
        """
        span = deadlines.default_span(_rule(_stage(nth, OPEN)))
        late = nth // len(OPEN) % (LATE + 1)

        today = workdays.local_day(self.at)
        if span.unit == workdays.Unit.WORKING:
            calendar = self.counting.calendar
            day = calendar.subtract_working_days(today, span.amount + late)
        else:
            day = today - ONE_DAY * (span.amount + 2 * late) - HOLIDAYS
        return self.at - (today - day)

    def _open(
        self, nth: int, since: datetime, stages: tuple[Stage, ...] = OPEN
    ) -> Matter:
        stage = _stage(nth, stages)
        turn = nth // len(stages)
        villages = self.county.villages
        village = villages[turn % len(villages)]
        # another one at every round of the villages
        level = LEVELS[(turn + turn // len(villages)) % len(LEVELS)]

        progress = self._progress(village, level, stage, since)
        return Matter(
            source=SOURCE,
            title=f"水渠堵了{nth}",
            verbatim="三组的水渠堵了，浇不上地，请尽快派人来看",
            registered_at=since - timedelta(hours=1),
            village=village,
            speaker_name="王秀英",
            speaker_phone=f"1620000{nth % 10_000:04d}",
            category=Category.VILLAGE,
            grade=Grade.COMPLEX,
            level=level,
            stage=stage,
            since=since,
            **progress,
        )

    def _progress(
        self, village: Village, level: Level, stage: Stage, since: datetime
    ) -> dict[str, Any]:
        """Return the dates and words of the stages that the matter has been through."""
        upto = OPEN.index(stage)

        progress: dict[str, Any] = {}
        if upto >= OPEN.index(Stage.DELIBERATE):
            progress["accepted_at"] = since
        if upto >= OPEN.index(Stage.HANDLE):
            progress["decided_at"] = since
            progress["handling"] = Handling.LED
            progress["decision"] = "派人清淤"
            progress["lead"] = self.county.lead(village, level)
        if upto >= OPEN.index(Stage.SUPERVISE):
            progress["completed_at"] = since
            progress["outcome"] = Outcome.DONE
            progress["result"] = "已经清通"
        if stage == Stage.RATE:
            progress["replied_at"] = since

        return progress

    def _closed(self, nth: int, count: int) -> Matter:
        told = self.at - timedelta(days=30 + 365 * (YEARS - 1) * (count - nth) / count)
        return Matter(
            source=SOURCE,
            title=f"路灯坏了{nth}",
            verbatim="村口的路灯又坏了两盏，晚上看不见路",
            registered_at=told,
            village=self.county.villages[nth % len(self.county.villages)],
            speaker_name="张长生",
            category=Category.VILLAGE,
            grade=Grade.MINOR,
            closed_at=told + timedelta(days=21),
            close_reason=CloseReason.RATED,
            satisfaction=Satisfaction.SATISFIED,
            solved=Solved.YES,
        )

    def _stopped(self, case: Case) -> Clock:
        """Return a stopped clock. It keeps the moment of its next look: a closed case
        is left out all the same.
        """
        clock = deadlines.new_clock(
            case, 1, Stage.RATE, "rate", case.registered_at, self.counting
        )
        clock.stopped_at = case.closed_at
        return clock

    def _read(self, chase: Chase) -> Notice:
        return Notice(
            key=f"chase:{chase.pk}",
            kind=NoticeKind.YELLOW,
            channel=NoticeChannel.INBOX,
            recipient=self.county.by.user,
            case=chase.case,
            chase=chase,
            state=NoticeState.READ,
            created_at=chase.at,
            send_after=chase.at,
            sent_at=chase.at,
            read_at=chase.at,
        )

    def _add_orders(self, count: int) -> None:
        """Add so many orders whose grace is over, and as many whose answer is late; for
        matters that are not due.
        """
        free = Case.objects.filter(
            stage=Stage.HANDLE, due_at__gt=self.at, orders=None
        ).select_related("town")
        orders = [self._signed(case) for case in free.order_by("pk")[: 2 * count]]

        for nth, order in enumerate(orders[count:]):
            order.state = OrderState.SENT
            order.sent_at = order.send_at
            order.number = f"{order.case.number}/{nth}"
            order.reply_on -= ONE_DAY
        SupervisionOrder.objects.bulk_create(orders)
        seal_all(ORDER, [order.pk for order in orders], at=self.at)

    def _signed(self, case: Case) -> SupervisionOrder:
        yesterday = self.at - ONE_DAY
        return SupervisionOrder(
            case=case,
            county_code=COUNTY,
            state=OrderState.SIGNED,
            reason="拖得太久",
            demand="请立即办理并书面答复",
            reply_on=workdays.local_day(self.at),
            raised_at=yesterday,
            raised_by=self.county.by.post,
            signed_at=yesterday,
            signed_by=self.county.by.post,
            send_at=yesterday,
        )


def _reminded(clock: Clock) -> Chase:
    return Chase(
        case=clock.case,
        clock=clock,
        due_at=clock.due_at,
        step=ChaseStep.YELLOW,
        level=SupervisionLevel.REMIND,
        at=clock.yellow_at,
    )


def _stage(nth: int, stages: tuple[Stage, ...]) -> Stage:
    return stages[nth % len(stages)]


def _rule(stage: Stage) -> str:
    return RULES.get(stage, stage.value)


def _one_in(share: int, cases: QuerySet[Case]) -> list[int]:
    return list(cases.order_by("pk").values_list("pk", flat=True)[::share])
