"""A town's own deadlines and days off: who sets them, what a change shows before it
holds, and what keeps its day.
"""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from cases.deadlines.calendar import drop_day, load_calendar, set_day
from cases.deadlines.counting import Spent, default_span, spent_of
from cases.deadlines.rules import change_of, set_rule
from cases.models import CalendarDay, Clock, DeadlineRule, TimeRequest
from cases.models.choices import Rule
from cases.templatetags.days import doubt
from cases.templatetags.lamps import counted_of, left_of
from cases.workflow import Action, Spoken, make_move, register
from minshi.errors import InputRefused, NoSuchRight
from minshi.workdays import Span, Unit
from tests.cases.roads import DAY, NOON, accepted, decided, officer, staff, words
from tests.roles import reviewer_of

pytestmark = pytest.mark.django_db
FIVE = Span(5, Unit.WORKING)


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def told(here, at):
    return register(
        Spoken(verbatim="路灯坏了", village=here.village), by=officer(here.duty), at=at
    )


def set_so(here, rule, span, at=NOON):
    set_rule(here.town, rule, span, by=here.reviewer.user, at=at)


def test_a_rule_counts_for_what_begins_after_it_and_moves_nothing_that_runs():
    here = staff()
    before = told(here, NOON)

    set_so(here, Rule.SPEAK, FIVE, NOON + DAY / 24)
    after = told(here, NOON + DAY / 12)

    before.refresh_from_db()
    assert before.due_on == date(2026, 3, 3)
    assert after.due_on == date(2026, 3, 9)
    assert Clock.objects.get(case=after).amount == 5


def test_the_newest_rule_counts_and_the_default_can_be_had_back():
    here = staff()
    set_so(here, Rule.SPEAK, FIVE)
    set_so(here, Rule.SPEAK, Span(2, Unit.CALENDAR), NOON + DAY / 24)
    assert told(here, NOON + DAY / 12).due_on == date(2026, 3, 4)

    set_so(here, Rule.SPEAK, default_span(Rule.SPEAK), NOON + DAY / 8)

    assert told(here, NOON + DAY / 6).due_on == date(2026, 3, 3)
    assert DeadlineRule.objects.count() == 3


def test_setting_what_holds_already_writes_nothing():
    here = staff()
    set_so(here, Rule.LED, Span(7, Unit.WORKING))
    set_so(here, Rule.LED, default_span(Rule.LED))

    assert not DeadlineRule.objects.exists()


def test_another_town_keeps_its_own():
    here, elsewhere = staff(), staff()
    set_so(here, Rule.SPEAK, FIVE)

    assert told(elsewhere, NOON + DAY / 24).due_on == date(2026, 3, 3)


def test_a_promise_is_not_moved_by_a_rule_set_after_it():
    here = staff()
    case = decided(here)
    promised = case.promised_on

    set_so(here, Rule.REPLY, Span(10, Unit.WORKING), NOON + DAY / 24)
    case = make_move(case, Action.ACKNOWLEDGE, by=officer(here.handler), at=NOON + DAY)

    assert case.promised_on == promised


@pytest.mark.parametrize("days", [0, 1, 10])
def test_a_town_grants_as_much_more_time_as_it_has_set(days):
    here = staff()
    set_so(here, Rule.EXTENSION, Span(days, Unit.CALENDAR))
    case = decided(here)

    def ask(beyond):
        values = words(
            Action.ASK_EXTENSION, NOON + DAY, until_on=case.due_on + beyond * DAY
        )
        make_move(
            case,
            Action.ASK_EXTENSION,
            by=officer(here.handler),
            at=NOON + DAY,
            **values,
        )

    with pytest.raises(InputRefused):
        ask(days + 1)
    if days:
        ask(days)
        assert TimeRequest.objects.get(case=case).until_on == case.due_on + days * DAY


@pytest.mark.parametrize(
    ("rule", "span"),
    [
        (Rule.SPEAK, Span(0, Unit.WORKING)),
        (Rule.LED, Span(366, Unit.CALENDAR)),
        (Rule.EXTENSION, FIVE),
    ],
)
def test_no_length_that_makes_no_sense(rule, span):
    here = staff()

    with pytest.raises(InputRefused):
        set_so(here, rule, span)


def test_only_the_towns_reviewer_sets_rules_and_days():
    here, elsewhere = staff(), staff()

    for post in (here.secretary, here.supervisor, reviewer_of(elsewhere.town)):
        with pytest.raises(NoSuchRight):
            set_rule(here.town, Rule.SPEAK, FIVE, by=post.user, at=NOON)
        with pytest.raises(NoSuchRight):
            set_day(
                here.town,
                date(2026, 3, 9),
                is_working=False,
                name="",
                by=post.user,
                at=NOON,
            )
        with pytest.raises(NoSuchRight):
            drop_day(here.town, date(2026, 3, 9), by=post.user, at=NOON)


def test_the_page_shows_what_would_change_before_it_does(client):
    here = staff()
    told(here, NOON)
    told(here, NOON)
    client.force_login(here.reviewer.user)
    address = reverse("cases:deadline", args=["speak"])

    looked = client.post(address, {"amount": 5, "unit": "working"})

    assert looked.context["change"] == change_of(here.town, Rule.SPEAK, FIVE, NOON)
    shown = looked.context["change"]
    assert (shown.last_before, shown.last_after, shown.running) == (
        date(2026, 3, 3),
        date(2026, 3, 9),
        2,
    )
    assert not DeadlineRule.objects.exists()

    another = client.post(
        address, {"amount": 7, "unit": "working", "sure": "5 working"}
    )
    # the one looked at was of 5
    assert another.context["change"].after == Span(7, Unit.WORKING)
    assert not DeadlineRule.objects.exists()

    done = client.post(address, {"amount": 5, "unit": "working", "sure": "5 working"})
    assert done.status_code == 302
    assert DeadlineRule.objects.get().set_by == here.reviewer
    assert "5个工作日" in client.get(done.url).text


def test_a_wrong_number_is_told_beside_the_field_and_kept(client):
    here = staff()
    client.force_login(here.reviewer.user)
    address = reverse("cases:deadline", args=["speak"])

    for amount in ("400", "-1", "三"):
        answer = client.post(address, {"amount": amount, "unit": "working"})
        assert answer.status_code == 422
        assert f'value="{amount}"' in answer.text
    assert client.post(address, {"amount": "0", "unit": "working"}).status_code == 422


def test_a_secretary_reads_and_sets_nothing_and_a_foreign_town_does_not_exist(client):
    here, elsewhere = staff(), staff()
    client.force_login(here.secretary.user)

    assert client.get(reverse("cases:deadlines")).status_code == 200
    assert client.get(reverse("cases:workdays")).status_code == 200
    assert client.get(reverse("cases:deadline", args=["speak"])).status_code == 404
    assert (
        client.post(
            reverse("cases:workdays"), {"day": "2026-03-09", "works": "off"}
        ).status_code
        == 404
    )
    for name in ("cases:deadlines", "cases:workdays"):
        assert (
            client.get(f"{reverse(name)}?town={elsewhere.town.pk}").status_code == 404
        )


def test_a_day_set_by_the_town_counts_and_can_be_taken_back(client):
    here = staff()
    client.force_login(here.reviewer.user)
    address = reverse("cases:workdays")

    client.post(address, {"day": "2026-03-03", "works": "off", "name": "庙会"})
    assert told(here, NOON).due_on == date(2026, 3, 4)
    assert "庙会" in client.get(address).text

    client.post(address, {"drop": "2026-03-03"})
    assert not CalendarDay.objects.filter(town=here.town).exists()
    assert told(here, NOON).due_on == date(2026, 3, 3)


def test_a_day_beyond_the_next_year_is_refused():
    here = staff()

    set_day(
        here.town,
        date(2027, 12, 31),
        is_working=False,
        name="",
        by=here.reviewer.user,
        at=NOON,
    )
    with pytest.raises(InputRefused):
        set_day(
            here.town,
            date(2028, 1, 1),
            is_working=False,
            name="",
            by=here.reviewer.user,
            at=NOON,
        )


def test_a_day_that_is_past_is_refused(client):
    here = staff()
    client.force_login(here.reviewer.user)

    answer = client.post(
        reverse("cases:workdays"), {"day": "2026-03-01", "works": "off"}
    )

    assert answer.status_code == 422
    assert "那天已经过去了" in answer.text or "过去" in answer.text
    assert not CalendarDay.objects.filter(town=here.town).exists()


def test_the_calendar_shows_days_off_and_make_up_days_and_says_when_a_year_is_not_known(
    client,
):
    here = staff()
    load_calendar([2026, 2027], NOON)
    client.force_login(here.secretary.user)

    this_year = client.get(reverse("cases:workdays"))
    assert this_year.context["is_known"]
    months = {month.number: month for month in this_year.context["months"]}
    february = {day.number: day for week in months[2].weeks for day in week if day}
    assert (february[14].look, february[14].mark) == ("make-up", "班")
    assert (february[16].look, february[16].mark) == ("off", "休")
    assert (february[25].look, february[25].mark) == ("", "")

    next_year = client.get(f"{reverse('cases:workdays')}?year=2027")
    assert not next_year.context["is_known"]
    for odd in ("2031", "x", "-5"):
        assert (
            client.get(f"{reverse('cases:workdays')}?year={odd}").context["year"]
            == 2026
        )


def test_a_day_counted_to_a_year_without_data_says_so_on_its_page(client):
    here = staff()
    client.force_login(here.secretary.user)
    case = told(here, NOON)
    assert "暂按周一至周五算" in client.get(case.get_absolute_url()).text

    load_calendar([2026], NOON)
    known = told(here, NOON)
    assert "暂按周一至周五算" not in client.get(known.get_absolute_url()).text


def test_time_used_and_left_is_told_for_every_stage_of_a_round(client):
    here = staff()
    case = decided(here)

    spent = spent_of(Clock.objects.filter(case=case), NOON + 2 * DAY)

    assert [(row.round, row.used, row.left, row.in_time) for row in spent[:2]] == [
        (1, 0, None, True)
    ] * 2
    assert (spent[-1].used, spent[-1].left, spent[-1].in_time) == (
        2,
        (case.due_on - NOON.date()).days - 2,
        True,
    )
    client.force_login(here.secretary.user)
    assert client.get(case.get_absolute_url()).context["spent"] == spent_of(
        Clock.objects.filter(case=case), NOON
    )


def test_what_was_returned_is_said_to_be_talked_over_while_its_time_goes_on(client):
    here = staff()
    case = decided(here)
    client.force_login(here.secretary.user)
    assert "还在办" in client.get(case.get_absolute_url()).text

    case = make_move(
        case, Action.RETURN, by=officer(here.handler), at=NOON, reason="不归我们管"
    )

    page = client.get(case.get_absolute_url()).text
    assert "回到议了，期限接着算" in page
    assert "还在办" not in page


def test_days_on_hold_are_not_used_up():
    here = staff()
    case = make_move(
        accepted(here),
        Action.DEFER,
        by=officer(here.secretary),
        at=NOON,
        **words(Action.DEFER, NOON),
    )

    running = spent_of(Clock.objects.filter(case=case), NOON + 7 * DAY)[-1]

    assert (running.used, running.paused) == (2, 5)


def test_lists_cost_the_same_whatever_is_set(client, django_assert_num_queries):
    here = staff()
    client.force_login(here.reviewer.user)
    accepted(here)
    for rule in (Rule.SPEAK, Rule.LED):
        set_so(here, rule, FIVE)

    client.get(reverse("cases:deadlines"))
    with django_assert_num_queries(4):
        client.get(reverse("cases:deadlines"))
    with django_assert_num_queries(5):
        client.get(reverse("cases:workdays"))


# --- what is counted
@pytest.mark.parametrize(
    ("span", "last_on", "words"),
    [
        (Span(60, Unit.CALENDAR), date(2026, 12, 7), "10月8日起60天"),
        (Span(60, Unit.CALENDAR), date(2026, 12, 1), "10月8日起54天，规定60天"),
        (Span(60, Unit.CALENDAR), date(2027, 1, 6), "10月8日起90天，规定60天"),
        (Span(7, Unit.WORKING), date(2026, 10, 19), "10月8日起，规定7个工作日"),
        (Span(7, Unit.WORKING), date(2026, 10, 11), "10月8日起3天，规定7个工作日"),
    ],
)
def test_the_days_beside_a_deadline_are_those_up_to_it(span, last_on, words):
    row = Spent(
        round=1,
        stage="办",
        level="村",
        span=span,
        used=0,
        paused=0,
        started_on=date(2026, 10, 8),
        last_on=last_on,
        stopped_on=None,
        left=1,
        in_time=True,
    )

    with override("zh-hans"):
        assert counted_of(row) == words


def test_a_clock_that_rests_says_until_when_and_not_how_much_is_left():
    here = staff()
    case = accepted(here)
    until = (NOON + 14 * DAY).date()
    make_move(
        case,
        Action.DEFER,
        by=officer(here.secretary),
        at=NOON,
        until_on=until,
        reason="等雨停",
    )

    def last_words(at):
        row = spent_of(Clock.objects.filter(case=case), at)[-1]
        with override("zh-hans"):
            return left_of(row)

    assert last_words(NOON) == "暂停到3月16日"
    assert last_words(NOON + 13 * DAY) == "暂停到3月16日"
    assert last_words(NOON + 14 * DAY).startswith("剩")


def test_a_deadline_counted_without_the_days_off_says_how():
    with override("zh-hans"):
        assert "暂按周一至周五算，法定节日扣除" in doubt(date(2031, 2, 11))


def test_time_used_over_the_turn_of_a_year_has_the_year_on_every_day(client):
    at = datetime(2025, 12, 30, 4, tzinfo=UTC)
    here = staff()
    with time_machine.travel(at, tick=False):
        case = told(here, at)
        case = make_move(
            case,
            Action.ACCEPT,
            by=officer(here.secretary),
            at=at,
            category="village",
            grade="minor",
        )
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url()).text
    table = page[page.index('id="spent"') :]
    table = table[: table.index("</table>")]

    days = re.findall(r"(\d{4}年)?(\d+月\d+日)", table)
    assert any(row.last_on.year == 2026 for row in spent_of(case.clocks.all(), NOON))
    assert [day for year, day in days if not year] == []
