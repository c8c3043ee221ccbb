"""The demo's bodies, and the decisions taken at meetings: all those of the town, and
the joint ones of the villages.
"""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings

from cases.meetings import (
    call_meeting,
    call_roll,
    close_meeting,
    conclude,
    save_minutes,
    set_aside,
)
from cases.meetings.four_two import record_step, start_process
from cases.meetings.roll import set_parties_aside
from cases.meetings.step_record import StepRecord
from cases.models import Case, FourTwoProcess
from cases.models.choices import Handling
from cases.workflow import Action, Officer
from minshi import workdays
from minshi.demo.diary import opening_before
from minshi.demo.names import Names
from minshi.demo.people import Cast
from minshi.workdays import ONE_DAY
from villages.finals import seal_all
from villages.models import Body, MeetingKind, Role, Seat, User
from villages.models.grid import Sex
from villages.named import SEAT

VILLAGE_BODIES = {
    Body.MINSHI_COMMITTEE: 9,
    Body.TWO_COMMITTEES: 7,
    Body.REPRESENTATIVES: 36,  # of them 7 of the committees: others are 4/5 (组织法 29)
    Body.PARTY_MEMBERS: 24,
    Body.BRANCH_COMMITTEE: 5,
    Body.MEMBER_DELEGATES: 25,
}
WITHOUT_TERM = (Body.PARTY_MEMBERS,)
TERM_YEARS = 5
ELECTED_IN = 2021  # as in every fifth year after it
ELECTION_DAY = (3, 20)  # month and day
OVERSEERS = 3  # the last on the list: none of them sits in a committee (组织法 37)
TOWN_COMMITTEE = 9
BORN = 1968
FEW = 3  # people; of so few nobody is left out
AWAY = 1  # of a committee, somebody is mostly away
PLACES = {
    MeetingKind.MINSHI_COMMITTEE: "群众说事室",
    MeetingKind.TWO_COMMITTEES: "村党群服务中心",
    MeetingKind.MASS_CONGRESS: "村文化广场",
    MeetingKind.PARTY_MASS_DAY: "村党群服务中心",
    MeetingKind.TOWN_COMMITTEE: "镇政府三楼会议室",
}
# What a village does jointly, by what it is about; else the two committees decide.
KINDS = {
    "水利": MeetingKind.MASS_CONGRESS,
    "产业发展": MeetingKind.PARTY_MASS_DAY,
    "通行": MeetingKind.MINSHI_COMMITTEE,
    "排水": MeetingKind.MINSHI_COMMITTEE,
}
SOON = timedelta(minutes=5)
NEXT_DOOR = "是当事人的邻居"
OPINIONS = {
    MeetingKind.MINSHI_COMMITTEE: "委员们把两边的话都听了，认为要先到现场，再定办法。",
    MeetingKind.TWO_COMMITTEES: (
        "大家先看了现场情况，都同意早办；对由谁牵头有不同看法，商量后统一。"
    ),
    MeetingKind.MASS_CONGRESS: "代表们都赞成早动工；有人问工钱怎么算，当场作了说明。",
    MeetingKind.PARTY_MASS_DAY: "党员和群众一起算了账，党员带头认领，群众没有意见。",
    MeetingKind.TOWN_COMMITTEE: "分管领导汇报了实地查看的情况，一致认为应尽快办理。",
}
MINUTES = "先通报上次会议议定事项的办理结果，再逐件议。"
PROPOSED = (
    "村党支部委员会提议",
    "村“两委”商议，定了初步方案",
    "党员大会审议方案，提了两条意见",
    "村民代表会议决议，同意方案",
)
ENTITLED = (5, 7, 24, 36)  # people, at each of these steps


def term_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the term of office that a day is in."""
    first = date(ELECTED_IN, *ELECTION_DAY)
    while (following := first.replace(year=first.year + TERM_YEARS)) <= day:
        first = following
    return first, following - ONE_DAY


def seat_everybody(
    cast: Cast, first_day: date, today: date, rng: Random, *, at: datetime
) -> None:
    """Fill the bodies of every village and the town's committee, for the terms from the
    first day of the demo's year to today; all of them were elected again.

    Those who hold a post come first; the others have no account.
    """
    terms = sorted({term_of(first_day), term_of(today)})
    seats = []
    for village in cast.town.villages.all():
        posts = [post for post in cast.posts if post.village_id == village.pk]
        posts.sort(key=lambda post: post.role != Role.SECRETARY)
        officers: dict[str, User | None] = {str(post.user): post.user for post in posts}
        villagers = _with_others(officers, max(VILLAGE_BODIES.values()), rng)

        members = {body: villagers[:count] for body, count in VILLAGE_BODIES.items()}
        members[Body.OVERSIGHT] = villagers[-OVERSEERS:]
        for body, people in members.items():
            seats += _seats(body, people, terms, village=village)

    reviewer = cast.one(Role.REVIEWER, town=cast.town)
    committee = _with_others({str(reviewer.user): reviewer.user}, TOWN_COMMITTEE, rng)
    seats += _seats(Body.TOWN_COMMITTEE, committee, terms, town=cast.town)

    created = Seat.objects.bulk_create(seats, batch_size=500)
    seal_all(SEAT, [seat.pk for seat in created], at=at)


def _seats(
    body: Body,
    people: list[tuple[str, User | None]],
    terms: list[tuple[date, date]],
    **place: Any,
) -> list[Seat]:
    if body in WITHOUT_TERM:
        spans: list[tuple[date, date | None]] = [(terms[0][0], None)]
    else:
        spans = [*terms]

    seats = []
    for from_on, until_on in spans:
        for nth, (name, user) in enumerate(people):
            seat = Seat(
                body=body,
                name=name,
                user=user,
                is_chair=nth == 0,
                from_on=from_on,
                until_on=until_on,
                **place,
            )
            seats.append(seat)
    return seats


def _with_others(
    officers: dict[str, User | None], count: int, rng: Random
) -> list[tuple[str, User | None]]:
    """Return `count` people by name, the officers first; no name comes twice.

    Of the others every second one is a woman: at least a third of them all (组织法 29).
    """
    people = dict(officers)
    names = Names(rng)
    while len(people) < count:
        sex = Sex.FEMALE if len(people) % 2 else Sex.MALE
        people.setdefault(names.person(sex, BORN), None)

    return list(people.items())


def kind_for(case: Case, handling: str) -> MeetingKind | None:
    """Return the meeting that decides, or None where nobody has to meet.

    The town's committee decides what it takes up, the bodies of the village what a
    village does jointly.
    """
    if case.village and handling == Handling.JOINT and case.level == "village":
        topic = case.topic.name if case.topic else ""
        return KINDS.get(topic, MeetingKind.TWO_COMMITTEES)
    if handling == Handling.MEETING and case.level == "town":
        return MeetingKind.TOWN_COMMITTEE
    return None


def decide_at_meeting(
    case: Case,
    kind: MeetingKind,
    by: Officer,
    at: datetime,
    *,
    away: int | None = None,
    **values: Any,
) -> Case:
    """Hold a meeting with one item, all but one in favour, and return the decided case.

    It is called when the matter begins to wait for it, and begins in office hours.

    1. Call the meeting.
    2. Call the roll: `away` people are missing, else one in eight.
    3. In a quarrel between neighbours, let somebody step aside.
    4. Decide, write the minutes, close the meeting.
    """
    body: Any = case.town if kind == MeetingKind.TOWN_COMMITTEE else case.village
    assert case.last_event_at  # it was registered
    waits_since = min(case.last_event_at + SOON, at)
    starts_at = max(at - timedelta(hours=1), opening_before(at), waits_since)
    meeting = call_meeting(
        kind,
        body,
        starts_at=starts_at,
        place=PLACES[kind],
        by=by,
        at=waits_since,
        cases=[case],
    )

    overseers = list(meeting.attendees.filter(is_guest=True))
    people = list(meeting.attendees.filter(is_guest=False))
    if away is None:
        away = max(AWAY, len(people) // 8)
    if len(people) <= away + 1:
        away = 0
    present = [*people[: len(people) - away], *overseers]
    call_roll(meeting, {person.pk: True for person in present}, by=by, at=at)

    item = meeting.items.get()
    if case.category == "neighbour" and len(people) > away + FEW:
        neighbour = people[-away - 1]
        set_aside(item, {neighbour.pk: NEXT_DOOR}, by=by, at=at)
    # whoever spoke may sit there, by the same name
    asides = set_parties_aside([item], meeting.attendees.all())[item.pk]
    stepped_aside = {aside.attendee_id for aside in asides}

    voting = people[: len(people) - away]
    entitled = sum(person.pk not in stepped_aside for person in voting)
    against = 1 if entitled > FEW else 0
    item = conclude(
        item,
        "passed",
        by=by,
        at=at,
        opinions=OPINIONS[kind],
        votes=(entitled - against, against, 0),
        action=Action.DECIDE,
        **values,
    )

    save_minutes(meeting, MINUTES, version=0, by=by, at=at)
    close_meeting(meeting, by=by, at=at)
    assert item.case  # it was put on the agenda above
    return item.case


def begin_six_steps(case: Case, by: Officer, at: datetime) -> FourTwoProcess:
    assert case.village  # only a village runs it
    return start_process(
        case.village,
        case=case,
        matter="collective_income",
        origin="people",
        subject=case.title,
        by=by,
        at=at,
    )


def resolve_by_villagers(process: FourTwoProcess, by: Officer, at: datetime) -> None:
    """Take the first four steps, one a day up to the decision and none before the
    process began; then put the resolution up.
    """
    began = workdays.local_day(process.started_at)
    today = workdays.local_day(at)

    steps = zip(PROPOSED, ENTITLED, strict=True)
    for nth, (content, due) in enumerate(steps, 1):
        present = due - due // 8
        against = due // 10
        day = max(began, today - timedelta(days=len(PROPOSED) - nth))
        step = StepRecord(
            day,
            content,
            due=due,
            present=present,
            votes=(present - against, against, 0),
        )
        record_step(process, nth, step, by=by, at=at)

    put_up = StepRecord(
        today,
        "村务公开栏、微信群同时公开",
        public_until=today + timedelta(days=settings.FOUR_TWO_PUBLIC_DAYS),
        oversight="村务监督委员会到公示栏前核对过，内容与决议一致",
    )
    record_step(process, 5, put_up, by=by, at=at)


def show_outcome(process: FourTwoProcess, by: Officer, at: datetime) -> None:
    today = workdays.local_day(at)
    shown = StepRecord(
        today,
        "实施结果在村务公开栏公开",
        public_until=today + timedelta(days=settings.FOUR_TWO_PUBLIC_DAYS),
        oversight="群众认可",
    )
    record_step(process, 6, shown, by=by, at=at)
