"""Whom an event concerns: who is asked to rule or to sign, who has a part, and who is
alarmed where nobody hears.
"""

from datetime import timedelta

import pytest

from cases.models import Case, Event
from cases.workflow import MOVES, Action, Speaker, make_move, read_facts, who_rules
from cases.workflow.inputs import Ask
from cases.workflow.who import Handled
from minshi.workdays import local_day
from supervision.models import NoticeKind, SupervisionOrder
from supervision.notices.inbox import inbox_of
from supervision.orders import standard_demand
from supervision.telling import tell_events
from tests import roles
from tests.cases.roads import DAY, NOON, accepted, decided, officer, staff
from tests.supervision.test_telling import just_told
from tests.villages.duty_desk import away

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def asked_for_an_order(here, case, note="久拖不办", **fields):
    values = {"supervision_level": "order", "note": note, **fields}
    return make_move(
        case, Action.SUPERVISE, by=officer(here.supervisor), at=NOON, **values
    )


def test_an_order_asked_for_by_hand_demands_what_was_typed_and_its_signers_are_told(
    here,
):
    case = decided(here)
    tell_events(NOON)

    asked_for_an_order(here, case)

    assert (here.signer.user, NoticeKind.ORDER_TO_SIGN) in just_told()
    order = SupervisionOrder.objects.get()
    assert (order.reason, order.raised_by, order.chases.get().by) == (
        "未逾期，督办人员主动督办",
        here.supervisor,
        here.supervisor,
    )
    assert order.demand == f"久拖不办\n{standard_demand()}"
    assert just_told(NOON + MINUTE) == []


def test_a_demand_so_long_that_no_more_goes_in_stands_alone(here):
    words = "灯还没修，孩子们上学看不见路。" * 132

    asked_for_an_order(here, decided(here), note=words)
    tell_events(NOON)

    order = SupervisionOrder.objects.get()
    assert order.demand == words


def test_an_order_asked_for_where_nobody_may_sign_alarms_the_town_office():
    here = staff()
    case = decided(here)
    tell_events(NOON)

    asked_for_an_order(here, case)

    assert (here.reviewer.user, NoticeKind.ALARM) in just_told()


def ask_for_time(case, by):
    until_on = local_day(NOON + 20 * DAY)
    return make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(by),
        at=NOON,
        reason="下雨",
        until_on=until_on,
    )


def test_where_the_secretary_leads_whoever_must_rule_is_asked():
    here = staff()
    case = decided(here, lead=here.secretary)
    tell_events(NOON)

    ask_for_time(case, here.secretary)

    assert just_told() == [(here.reviewer.user, NoticeKind.RULE)]


def test_where_the_secretary_gives_a_part_back_whoever_must_rule_is_asked():
    here = staff()
    case = decided(
        here, handling="joint", lead=here.office, assistants=[here.secretary]
    )
    tell_events(NOON)

    make_move(
        case, Action.HAND_BACK, by=officer(here.secretary), at=NOON, reason="不归我管"
    )

    assert just_told() == [(here.reviewer.user, NoticeKind.RULE)]


def test_where_a_village_has_no_secretary_whoever_must_rule_is_asked():
    here = staff()
    case = decided(here)
    tell_events(NOON)
    here.secretary.until_on = local_day(NOON - DAY)
    here.secretary.save()

    ask_for_time(case, here.handler)

    assert just_told() == [(here.reviewer.user, NoticeKind.RULE)]


def test_who_stands_in_for_whoever_must_rule_is_asked_beside_them():
    here = staff()
    case = decided(here)
    tell_events(NOON)
    away(here.secretary, here.member)

    ask_for_time(case, here.handler)

    assert just_told() == [
        (here.secretary.user, NoticeKind.RULE),
        (here.member.user, NoticeKind.RULE),
    ]


def test_where_nobody_can_rule_an_alarm_is_raised():
    here = staff()
    case = decided(here, lead=here.secretary)
    tell_events(NOON)
    for post in (here.reviewer, here.county_reviewer):
        post.until_on = local_day(NOON - DAY)
        post.save()

    ask_for_time(case, here.secretary)

    assert just_told() == [(here.supervisor.user, NoticeKind.ALARM)]


@pytest.mark.parametrize("count", [1, 5])
def test_who_rules_is_asked_once_for_all_cases(count, django_assert_num_queries):
    here = staff()
    cases = [ask_for_time(decided(here), here.handler) for _nth in range(count)]

    with django_assert_num_queries(5):
        found = who_rules(
            Case.objects.filter(pk__in=[case.pk for case in cases]).select_related(
                "town"
            ),
            NOON,
        )

    assert list(found.values()) == [[here.secretary]] * count


@pytest.mark.parametrize(
    "road", [decided, lambda here: decided(here, lead=here.secretary)]
)
def test_who_rules_is_who_the_ruling_is_open_to(road):
    here = staff()
    case = road(here)
    case = ask_for_time(case, here.secretary if case.owner_post else here.handler)

    facts = read_facts(case, NOON)

    assert who_rules([case], NOON)[case.pk] == MOVES[Action.RULE_EXTENSION].who.may(
        facts, Handled.THIS_ROUND
    )


def test_a_red_line_that_nobody_else_hears_of_alarms_the_town_office():
    here = staff()
    case = accepted(here)
    tell_events(NOON)
    here.supervisor.until_on = local_day(NOON - DAY)
    here.supervisor.save()

    make_move(
        case,
        Action.MANDATORY_REPORT,
        by=officer(here.secretary),
        at=NOON,
        told="派出所",
        happened="孩子被打，已送邻居家",
        told_at=NOON,
    )

    assert just_told() == [(here.reviewer.user, NoticeKind.ALARM)]


def test_a_matter_handed_to_nobody_alarms_the_town_office():
    here = staff()
    decided(here)
    here.handler.until_on = local_day(NOON - DAY)
    here.handler.save()

    assert just_told() == [(here.reviewer.user, NoticeKind.ALARM)]


def test_a_word_from_the_speaker_that_nobody_hears_alarms_nobody():
    here = staff()
    case = decided(here)
    tell_events(NOON)
    here.handler.until_on = local_day(NOON - DAY)
    here.handler.save()

    make_move(case, Action.URGE, by=Speaker(case, "code"), at=NOON)

    assert just_told() == []


def test_the_alarm_that_nobody_is_left_to_act_reaches_the_town_office():
    here = staff()
    case = accepted(here)
    for post in (here.county_supervisor, here.county_reviewer):
        post.until_on = local_day(NOON - DAY)
        post.save()
    tell_events(NOON)
    other = roles.supervisor_of(here.town)

    make_move(
        case,
        Action.RECUSE,
        by=officer(here.supervisor),
        at=NOON,
        concerns=[here.reviewer.user],
    )

    assert Event.objects.filter(action=Action.ALARM).exists()
    assert {
        (here.supervisor.user, NoticeKind.ALARM),
        (other.user, NoticeKind.ALARM),
    } <= set(just_told())


def test_who_keeps_their_part_is_not_asked_for_it_again():
    here = staff()
    case = decided(here, handling="joint", lead=here.office, assistants=[here.member])
    tell_events(NOON)
    values = {
        "lead": here.office,
        "assistants": [here.member, here.leader],
        "reason": "人手不够",
    }

    make_move(
        case, Action.REASSIGN, by=officer(here.secretary), at=NOON + MINUTE, **values
    )

    assert just_told() == [(here.leader.user, NoticeKind.PART)]


def test_of_whom_something_else_is_asked_hears_of_it():
    here = staff()
    case = decided(
        here, handling="joint", lead=here.office, assistants=[here.member, here.leader]
    )
    tell_events(NOON)
    asks = [Ask(here.member, "先断电", None)]
    values = {
        "lead": here.office,
        "assistants": [here.member, here.leader],
        "asks": asks,
        "reason": "分工",
    }

    make_move(
        case, Action.REASSIGN, by=officer(here.secretary), at=NOON + MINUTE, **values
    )

    assert just_told() == [(here.member.user, NoticeKind.PART)]


def test_a_new_lead_hears_of_it():
    here = staff()
    case = decided(here)
    tell_events(NOON)
    values = {"lead": here.member, "assistants": [], "reason": "出差"}

    make_move(
        case, Action.REASSIGN, by=officer(here.secretary), at=NOON + MINUTE, **values
    )

    assert just_told() == [(here.member.user, NoticeKind.YOURS)]


def test_what_the_speaker_took_back_is_told_to_whoever_had_it(client):
    here = staff()
    case = decided(here, handling="joint", lead=here.office, assistants=[here.member])
    tell_events(NOON)

    make_move(
        case,
        Action.WITHDRAW,
        by=Speaker(case, "code"),
        at=NOON + MINUTE,
        reason="自己修好了",
    )

    assert just_told() == [
        (here.handler.user, NoticeKind.TAKEN_BACK),
        (here.member.user, NoticeKind.TAKEN_BACK),
    ]
    (notice,) = inbox_of(here.handler.user, NOON + MINUTE).filter(
        kind=NoticeKind.TAKEN_BACK
    )
    assert not notice.in_sight  # an office that lost a matter no longer opens it
    case.concerns.create(user=here.handler.user)
    assert (
        not inbox_of(here.handler.user, NOON + MINUTE)
        .filter(kind=NoticeKind.TAKEN_BACK)
        .exists()
    )


def test_what_was_taken_back_before_anybody_decided_is_told_to_its_owner():
    here = staff()
    case = accepted(here)
    tell_events(NOON)

    make_move(case, Action.WITHDRAW, by=Speaker(case, "code"), at=NOON, reason="想通了")

    assert just_told() == [(here.secretary.user, NoticeKind.TAKEN_BACK)]


def test_a_matter_made_secret_is_told_to_whoever_has_it_from_then_on_alone():
    here = staff()
    case = accepted(here)
    tell_events(NOON)

    make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=NOON,
        confidentiality="secret",
        reason="怕报复",
    )

    assert just_told() == []
