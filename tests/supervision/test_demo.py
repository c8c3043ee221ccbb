"""The demo town: exact figures, real moves, at any time of the year, all or nothing,
and nothing the second time.
"""

from datetime import date, datetime, time, timedelta
from io import StringIO
from random import SystemRandom

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from django.db.models import Count

from cases.models import (
    AgendaItem,
    Case,
    Clock,
    Event,
    FourTwoProcess,
    HandBack,
    JoinedVillage,
    MandatoryReport,
    Meeting,
)
from cases.models.choices import CloseReason, Confidentiality, Light, Stage
from cases.models.scope import Sight
from cases.tasks import follow_roster_due
from minshi import workdays
from minshi.demo import make_demo, make_neighbour
from minshi.demo.load import Writer
from minshi.demo.making import calendar_of_the_year
from minshi.demo.names import GIVEN
from minshi.demo.samples import read_samples
from supervision.figures.asking import days_named
from supervision.figures.board import Board, Links
from supervision.figures.definitions import COUNTS
from supervision.figures.places import Place
from supervision.figures.reading import Reading
from supervision.figures.storing import store_touched
from supervision.models import Log, Notice, SupervisionOrder, TrackedCase
from supervision.sealing.checking import check_everything
from supervision.sealing.seals import seal_logs
from supervision.telling import tell_events
from tests.cases.roads import SHANGHAI
from tests.chains import findings_of
from tests.supervision.figures.world import in_sql
from villages.duty import who_is_on_duty
from villages.lookup import find_residents
from villages.models import (
    DutyLeave,
    DutyShift,
    HandOver,
    Household,
    Post,
    Resident,
    Role,
    Seat,
    SwapRequest,
    TalkRoom,
    User,
    Village,
)
from villages.models.bodies import VILLAGE_BODIES
from villages.models.grid import Sex

pytestmark = [pytest.mark.django_db, pytest.mark.costly_world]
CODE = "621226118"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=SHANGHAI)
TODAY = NOW.date()
PASSWORD = "baiguan-2026"


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """Made once for all tests that only look at it."""
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic():
            yield make_demo(CODE, PASSWORD, seed=1, at=NOW)
            transaction.set_rollback(True)


def test_exactly_183_cases_50_online_178_concluded(town):
    assert Case.objects.count() == 183
    assert Case.objects.online().count() == 50
    assert Case.objects.concluded().count() == 178
    assert not Case.objects.filter(close_reason=CloseReason.MERGED).exists()
    assert not Case.objects.exclude(adopted_from="").exists()


def test_the_open_five_are_one_in_each_place_and_alive(town):
    lights = sorted((case.stage, case.light(NOW)) for case in Case.objects.open())

    assert lights == sorted(
        [
            (Stage.SPEAK, Light.GREEN),
            (Stage.DELIBERATE, Light.GREEN),
            (Stage.HANDLE, Light.GREEN),
            (Stage.HANDLE, Light.YELLOW),
            (Stage.SUPERVISE, Light.RED),
        ]
    )
    assert Case.objects.open().filter(village__name="白关村").count() == 3


def test_the_year_ends_today_and_numbers_follow_it(town):
    first = TODAY - timedelta(days=364)
    days = [
        workdays.local_day(at)
        for at in Case.objects.order_by("pk").values_list("registered_at", flat=True)
    ]

    assert days == sorted(days)
    assert first <= days[0] <= first + timedelta(days=10)
    assert days[-1] == TODAY
    assert {day.strftime("%Y-%m") for day in days} == {
        "2025-11", "2025-12", *(f"2026-{month:02d}" for month in range(1, 12)),
    }  # fmt: skip
    numbers = list(Case.objects.order_by("pk").values_list("number", flat=True))
    in_2025 = sum(day.year == 2025 for day in days)
    assert numbers == [f"BG-2025-{nth:04d}" for nth in range(1, in_2025 + 1)] + [
        f"BG-2026-{nth:04d}" for nth in range(1, 184 - in_2025)
    ]


def test_every_village_has_cases_and_a_person_in_every_role(town):
    assert Village.objects.count() == 26
    assert all(
        count
        for _pk, count in Village.objects.annotate(n=Count("cases")).values_list(
            "pk", "n"
        )
    )
    for village in Village.objects.all():
        roles = set(Post.objects.filter(village=village).values_list("role", flat=True))
        assert roles == {Role.DUTY_OFFICER, Role.SECRETARY, Role.COMMITTEE_MEMBER}
        assert not village.groups.filter(posts=None).exists()
    assert set(Post.objects.values_list("role", flat=True)) == set(Role)


def test_its_whole_history_fits(town, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    seal_logs(NOW)

    result = check_everything(NOW + timedelta(days=1))

    assert (result.cases, result.findings) == (183, [])
    assert result.rows[Log.EVENTS] == Event.objects.count()


def test_every_event_is_a_real_move_in_order_by_a_post_and_not_after_now(town):
    assert findings_of(Case.objects.all()) == []
    for case in Case.objects.prefetch_related("events"):
        moments = [
            event.at
            for event in sorted(case.events.all(), key=lambda event: event.sequence)
        ]
        assert moments == sorted(moments)
        assert moments[-1] <= NOW
    at = list(Event.objects.order_by("pk").values_list("at", flat=True))
    assert at == sorted(at)


def test_officers_act_on_working_days_in_office_hours(town):
    calendar = calendar_of_the_year(town, NOW)
    for event in Event.objects.filter(actor_kind="officer").exclude(action="register"):
        local = event.at.astimezone(SHANGHAI)
        assert calendar.is_working_day(local.date()), event
        assert 8 <= local.hour < 18, event


def test_closed_cases_have_a_result_and_are_rated_but_for_a_few(town):
    reasons = dict(
        Case.objects.concluded().values_list("close_reason").annotate(Count("pk"))
    )

    assert reasons.pop(CloseReason.RATED) >= 160
    assert set(reasons) == {
        CloseReason.DIVERTED,
        CloseReason.EXPLAINED,
        CloseReason.UNRATED,
        CloseReason.WITHDRAWN,
    }
    assert not Case.objects.filter(close_reason=CloseReason.RATED, result="").exists()


def test_whoever_settled_or_handled_a_matter_entered_no_rating(town):
    for event in Event.objects.filter(
        action="rate", actor_kind="officer"
    ).select_related("case"):
        handlers = set(
            event.case.events.filter(action__in=("settle", "complete")).values_list(
                "user", flat=True
            )
        )
        assert event.user_id not in handlers


def test_a_matter_settled_away_from_the_counter_gets_its_answer_later(town):
    settled = Event.objects.filter(action="settle").select_related("case")
    later = [event.case for event in settled if event.case.channel != "talk_room"]

    assert later
    for case in later:
        assert not case.ratings.filter(on_the_spot=True).exists()
        assert workdays.local_day(case.closed_at) > workdays.local_day(
            case.completed_at
        )


def test_a_few_clocks_ran_over_and_most_did_not(town):
    stopped = [
        clock
        for clock in Clock.objects.exclude(stopped_at=None)
        if clock.stage == Stage.HANDLE
    ]
    late = sum(clock.is_overdue(NOW) for clock in stopped)

    assert 0 < late <= len(stopped) / 10


def test_secret_matters_are_not_repeated(town):
    secret = Case.objects.filter(confidentiality=Confidentiality.SECRET)

    assert (
        secret.count()
        == sum(sample.confidentiality == "secret" for sample in read_samples())
        == 2
    )


def test_about_a_thousand_households_can_be_looked_up(town):
    assert 900 <= Household.objects.count() <= 1150
    person = Resident.objects.filter(is_head=True).first()
    village = person.household.group.village

    assert person.name in [
        found.name for found in find_residents(person.name, [village])
    ]
    assert [found.id for found in find_residents(person.phone, [village])] == [
        person.pk
    ]


def test_every_account_has_the_one_password_and_need_not_change_it(town):
    assert len(set(User.objects.values_list("password", flat=True))) == 1
    assert check_password(PASSWORD, User.objects.get(username="duty.baiguan").password)
    assert not User.objects.filter(must_change_password=True).exists()
    assert not User.objects.filter(is_superuser=True).exists()


def test_every_village_keeps_a_roster_and_one_is_looked_at_with_its_past(town):
    shifts = DutyShift.objects.filter(village__name="白关村")
    handed = HandOver.objects.filter(shift__in=shifts)

    assert (
        DutyShift.objects.values("village").distinct().count()
        == TalkRoom.objects.count()
        == 26
    )
    assert {shift.on for shift in shifts} >= {
        TODAY,
        TODAY - timedelta(days=14),
        TODAY + timedelta(days=14),
    }
    assert (
        who_is_on_duty(Village.objects.get(name="白关村"), NOW)[0].user.username
        == "duty.baiguan"
    )
    assert (
        handed.count()
        == handed.filter(taken_at__isnull=False).count()
        == shifts.filter(ends_at__lte=NOW).count()
    )
    assert SwapRequest.objects.waiting(NOW).count() == 1
    assert DutyLeave.objects.get().substitute.role == Role.SECRETARY


def test_only_what_is_due_today_is_unread(town):
    told = Notice.objects.filter(state="sent").values_list("kind", flat=True)

    assert sorted(told) == ["urge", "urge", "yellow"]
    assert tell_events(NOW) == (0, [])


# --- as an official would believe it


def test_a_red_line_is_reported_within_the_hour(town):
    reports = MandatoryReport.objects.select_related("case")

    assert reports
    for report in reports:
        assert report.told_at - report.case.registered_at <= timedelta(hours=1)


def test_a_slope_that_may_slide_is_decided_and_made_safe_on_the_day_it_is_told(town):
    case = Case.objects.get(title="滑坡隐患")
    first = case.events.filter(action="progress").order_by("sequence").first()

    days = {workdays.local_day(at) for at in (case.registered_at, case.decided_at)}
    assert days == {workdays.local_day(first.at)}
    assert "转移" in first.note or "转移" in str(first.data)


def test_every_village_has_its_bodies_as_the_law_asks(town):
    """组织法 29: representatives are 4/5 of their assembly, women a third of them."""
    women = {*GIVEN[Sex.FEMALE, "old"], *GIVEN[Sex.FEMALE, "young"]}

    for village in Village.objects.all():
        seats = Seat.objects.filter(village=village).current(TODAY)
        assert set(seats.values_list("body", flat=True)) == set(VILLAGE_BODIES)

        committees = set(seats.filter(body="two_committees").values_list("name"))
        congress = set(seats.filter(body="representatives").values_list("name"))
        representatives = congress - committees
        assert len(representatives) * 5 >= len(congress) * 4
        named_so = [name for (name,) in representatives if name[1:] in women]
        assert len(named_so) * 3 >= len(representatives)


def test_terms_are_of_five_years_and_cover_every_day_of_the_demo(town):
    terms = set(Seat.objects.exclude(until_on=None).values_list("from_on", "until_on"))

    assert terms == {
        (date(2021, 3, 20), date(2026, 3, 19)),
        (date(2026, 3, 20), date(2031, 3, 19)),
    }
    assert not Post.objects.filter(from_on__gt=date(2025, 11, 1)).exists()


def test_meetings_of_every_kind_of_the_article_are_held_in_office_hours(town):
    meetings = Meeting.objects.all()

    assert set(meetings.values_list("kind", flat=True)) == {
        "minshi_committee",
        "two_committees",
        "mass_congress",
        "party_mass_day",
        "town_committee",
    }
    calendar = calendar_of_the_year(town, NOW)
    for meeting in meetings:
        start = meeting.starts_at.astimezone(SHANGHAI)
        assert calendar.is_working_day(start.date())
        assert time(8, 30) <= start.time() < time(18)
        assert meeting.starts_at + timedelta(minutes=20) <= meeting.closed_at


def test_no_meeting_is_called_before_its_matter_was_told(town):
    for item in AgendaItem.objects.select_related("case", "meeting"):
        assert item.case.registered_at < item.meeting.called_at
        assert item.meeting.called_at <= item.meeting.starts_at


def test_orders_are_answered_and_closed_and_the_town_goes_through_what_drags_on(town):
    assert set(SupervisionOrder.objects.values_list("state", flat=True)) == {"closed"}
    assert SupervisionOrder.objects.count() == 2
    for order in SupervisionOrder.objects.all():
        assert order.sent_at < order.replied_at < order.checked_at

    tracked = TrackedCase.objects.exclude(verdict="")
    assert {item.case.stage for item in tracked} == {Stage.SUPERVISE}
    assert all(item.meeting.ended_at for item in tracked)


def test_some_are_dissatisfied_and_are_answered_by_work_or_in_words(town):
    done = Event.objects.filter(action__in=("redo", "explain"))

    assert sorted(done.values_list("action", flat=True)) == ["explain", "redo"]
    for event in done:
        answers = event.case.ratings.filter(satisfaction="dissatisfied")
        assert answers.count() == 2
    assert Case.objects.filter(satisfaction="dissatisfied").count() == 1


def test_a_resolution_hangs_for_fifteen_days_at_least(town):
    shown = [
        step
        for process in FourTwoProcess.objects.all()
        for step in process.steps.filter(nth__gte=5)
    ]

    assert shown
    for step in shown:
        assert step.public_until - step.held_on >= timedelta(days=15)


def test_the_roster_moves_no_matter_of_the_demo(town):
    assert follow_roster_due(NOW) == 0


# --- one of each road


def actions(case):
    return list(case.events.order_by("sequence").values_list("action", flat=True))


def test_a_quarrel_told_by_phone_is_led_by_a_cadre_as_the_two_committees_voted(town):
    item = AgendaItem.objects.get(
        meeting__kind="two_committees",
        votes_for=5,
        votes_against=1,
        votes_abstain=0,
        case__channel="phone",
    )
    case, lead = item.case, item.case.assignments.get().post

    assert (item.due, item.present, item.aside, item.state) == (6, 6, 1, "passed")
    present = item.meeting.attendees.filter(is_present=True)
    assert present.filter(is_guest=False).count() == 7
    assert [person.oversees for person in present.filter(is_guest=True)] == [True] * 3
    assert item.asides.get().reason
    assert (case.category, case.level, case.village.name) == (
        "neighbour",
        "village",
        "白关村",
    )
    assert (lead.village, lead.role) == (case.village, Role.COMMITTEE_MEMBER)
    assert case.events.get(action="decide").data["item"] == item.pk
    assert actions(case) == [
        "register",
        "accept",
        "decide",
        "acknowledge",
        "progress",
        "complete",
        "verify",
        "rate",
        "afterword",
    ]
    assert (case.stage, case.close_reason) == (Stage.CLOSED, CloseReason.RATED)


def the_cut_road():
    return JoinedVillage.objects.get().case


def test_the_cut_road_is_taken_up_in_a_batch_and_decided_by_the_towns_committee(town):
    case = the_cut_road()
    together, decided = case.events.filter(action="decide").order_by("sequence")
    item = AgendaItem.objects.get(case=case)

    assert (case.title, case.recorded_by.village) == ("产业路被雨冲断", case.village)
    (other,) = Event.objects.filter(action="decide", at=together.at).exclude(case=case)
    assert "item" not in together.data
    assert other.case.village != case.village
    assert (other.note, other.case.title, other.case.close_reason) == (
        together.note,
        case.title,
        CloseReason.RATED,
    )
    assert (item.meeting.kind, item.meeting.town, item.state) == (
        "town_committee",
        town,
        "passed",
    )
    assert (decided.data["item"], decided.data["meeting_kind"], case.handling) == (
        item.pk,
        "town_committee",
        "meeting",
    )
    assert actions(case) == [
        "register",
        "accept",
        "escalate",
        "decide",
        "return",
        "join",
        "decide",
        *["acknowledge"] * 5,
        "hand_back",
        "rule_hand_back",
        "progress",
        *["report"] * 4,
        "complete",
        "verify",
        "rate",
    ]
    assert (case.stage, case.close_reason) == (Stage.CLOSED, CloseReason.RATED)


def test_three_offices_and_two_villages_mend_the_road_and_none_gets_rid_of_its_part(
    town,
):
    case = the_cut_road()
    # not those of the batch, which ended
    parts = case.assignments.filter(assigned_at=case.decided_at)
    back = HandBack.objects.get()

    assert len({part.office for part in parts if part.office}) == 3
    assert {part.post.village for part in parts if part.post} == {
        case.village,
        JoinedVillage.objects.get().village,
    }
    assert parts.get(role="lead").office
    assert all(part.acknowledged_at for part in parts)
    assert all(
        part.reported_at and part.report for part in parts if part.role == "assistant"
    )
    assert back.assignment in parts
    assert (back.state, bool(back.ground), bool(back.ruled_by)) == (
        "refused",
        True,
        True,
    )
    assert case.events.get(action="rule_hand_back").note


def test_the_collectives_income_is_shared_out_as_the_villagers_resolved_in_six_steps(
    town,
):
    processes = list(FourTwoProcess.objects.all())
    marked = Case.objects.filter(reserved="collective_income")
    assert {process.case for process in processes} == set(marked)

    for process in processes:
        case = process.case
        steps = list(process.steps.all())
        assert [(step.nth, step.passed) for step in steps] == [
            (nth, True) for nth in range(1, 7)
        ]
        days = [step.held_on for step in steps]
        assert (
            workdays.local_day(case.accepted_at)
            <= days[0]
            < days[3]
            == workdays.local_day(case.decided_at)
        )
        assert days == sorted(days)
        assert {(step.public_until - step.held_on).days for step in steps[4:]} == {15}
        assert case.title == "集体分红算法"
        assert (case.grade, case.level, case.close_reason) == (
            "major",
            "village",
            CloseReason.RATED,
        )
        assert case.events.get(action="decide").data["four_two"] is True
        assert "escalate" not in actions(case)


@pytest.mark.parametrize(
    "moment", ["2026-02-18T12:00", "2026-10-05T03:00", "2026-11-22T20:00"]
)
def test_a_roster_can_be_made_at_any_time(moment):
    made = make_demo(
        CODE,
        PASSWORD,
        seed=1,
        at=datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI),
    )

    assert DutyShift.objects.filter(village__town=made).exists()


def test_a_second_run_changes_nothing(town, settings):
    settings.DEBUG, settings.DEMO_PASSWORD = True, PASSWORD
    before = (
        Case.objects.count(),
        Event.objects.count(),
        User.objects.count(),
        Resident.objects.count(),
    )
    out = StringIO()

    with time_machine.travel(NOW + timedelta(days=40), tick=False):
        call_command("demo_data", town=CODE, seed=7, stdout=out)

    assert (
        Case.objects.count(),
        Event.objects.count(),
        User.objects.count(),
        Resident.objects.count(),
    ) == before
    for name in (
        "duty.baiguan",
        "secretary.maya",
        "reviewer.county",
        "office.sifa",
        "auditor",
    ):
        assert name in out.getvalue()
    assert PASSWORD not in out.getvalue()


def test_more_is_adopted_up_to_the_number_asked_for_and_the_figures_stay(
    town, settings
):
    settings.DEBUG, settings.DEMO_PASSWORD = True, PASSWORD
    for wanted in (120, 120, 150):
        with time_machine.travel(NOW, tick=False):
            call_command(
                "demo_data",
                town=CODE,
                load=wanted,
                stdout=StringIO(),
                stderr=StringIO(),
            )
        assert Case.objects.exclude(adopted_from="").count() == wanted

    adopted = Case.objects.exclude(adopted_from="")
    assert findings_of(adopted) == []
    assert Case.objects.filter(adopted_from="").count() == 183


def test_the_last_of_a_million_matters_is_told_just_before_now(town):
    writer = Writer(Village.objects.first().town, 1_000_000, NOW)

    (matter,) = writer.matters(999_999, 1_000_000, SystemRandom())

    assert NOW - timedelta(minutes=3) < matter.registered_at < NOW


# --- figures


def test_the_boards_figures_are_those_of_the_article(town):
    supervisor = Post.objects.get(user__username="supervisor").user
    reading = Reading(Place.of_town(town), NOW, Sight.of(supervisor, TODAY))
    board = Board(reading, days_named("twelve_months", TODAY), Links(town.code, {}))

    six = {number.address.split("/")[-2]: number for number in board.six()}
    assert board.villages == 26
    assert six["case.received.count"].shown == "183"
    assert "50" in six["case.received.count"].note
    assert six["case.concluded.count"].shown == "178"
    assert six["ratio.concluded.whole"].shown == "97.3%"
    assert (six["case.open.count"].shown, six["case.overdue.count"].shown) == ("5", "1")


def test_every_figure_of_the_demo_is_counted_alike_by_plain_sql_and_from_the_store(
    town,
):
    days = days_named("twelve_months", TODAY)
    place = Place.of_town(town)
    live = Reading(place, NOW, None).of(days)
    store_touched(NOW)
    stored = Reading(place, NOW, None).of(days)

    assert +stored.numbers == +live.numbers
    for code in COUNTS:
        within = f"c.town_id = {town.pk}"
        assert live.count(code) == in_sql(code, days, within, NOW), code


def test_a_second_town_stands_beside_it_for_the_county_to_compare(town):
    other = make_neighbour(PASSWORD, seed=1, at=NOW)

    assert make_neighbour(PASSWORD, seed=2, at=NOW) == other
    assert findings_of(Case.objects.filter(town=other)) == []
    supervisor = Post.objects.get(user__username="supervisor.county").user
    county = Place(town.county_code, "礼县")
    reading = Reading(county, NOW, Sight.of(supervisor, TODAY))
    by_town = reading.by_part(days_named("twelve_months", TODAY))

    assert by_town[town.code].count("case.received.count") == 183
    figures = by_town[other.code]
    assert figures.count("case.received.count") >= 24
    assert figures.count("case.open.count") == 4
    assert figures.share("rate.satisfied").percent is not None
    assert not Notice.objects.filter(state="sent", created_at__lt=NOW).exists()
