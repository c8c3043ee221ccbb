"""Joint handling: each part with its own ask and day, given back with a ground, ruled
by whoever assigned it.
"""

from datetime import timedelta

import pytest

from cases.forms import MoveForm
from cases.models import Case, HandBack
from cases.workflow import Action, make_move, moves_open_to, offer_to, read_facts
from cases.workflow.inputs import Ask
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from tests import roles
from tests.cases.roads import DAY, NOON, accepted, decided, officer, staff
from tests.villages.factories import OfficeFactory, VillageFactory

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def joint(here, **chosen):
    """Led by the office, a water station and the group leader assist; due after 15
    working days, on 2026-03-23.
    """
    station = roles.handler_of(OfficeFactory(town=here.town))
    case = decided(
        here, handling="joint", assistants=[station.office, here.leader], **chosen
    )
    return case, station


def test_each_part_has_its_own_ask_and_day():
    here = staff()
    station = roles.handler_of(OfficeFactory(town=here.town))
    asks = [
        Ask(station.office, "三天内通水", TODAY + 3 * DAY),
        Ask(here.leader, "组织出工"),
    ]

    case = decided(
        here, handling="joint", assistants=[station.office, here.leader], asks=asks
    )

    parts = {part.holder: (part.ask, part.due_on) for part in case.assignments.all()}
    assert parts[station.office] == ("三天内通水", TODAY + 3 * DAY)
    assert parts[here.leader] == ("组织出工", None)
    assert parts[here.handler.office] == ("", None)


@pytest.mark.parametrize(("length", "refused"), [(200, False), (201, True)])
def test_what_is_asked_is_never_cut(length, refused):
    here = staff()
    station = roles.handler_of(OfficeFactory(town=here.town))
    asks = [Ask(station.office, "通" * length)]

    if refused:
        with pytest.raises(InputRefused) as error:
            decided(here, handling="joint", assistants=[station.office], asks=asks)
        assert set(error.value.fields) == {"asks"}
    else:
        case = decided(here, handling="joint", assistants=[station.office], asks=asks)
        assert case.assignments.get(office=station.office).ask == "通" * length


@pytest.mark.parametrize(
    ("days", "refused"), [(-1, True), (0, False), (21, False), (22, True)]
)
def test_no_part_is_due_later_than_the_case_or_in_the_past(days, refused):
    here = staff()
    station = roles.handler_of(OfficeFactory(town=here.town))
    asks = [Ask(station.office, "通水", TODAY + timedelta(days=days))]

    if refused:
        with pytest.raises(InputRefused) as error:
            decided(here, handling="joint", assistants=[station.office], asks=asks)
        assert set(error.value.fields) == {"asks"}
    else:
        assert (
            decided(
                here, handling="joint", assistants=[station.office], asks=asks
            ).due_on
            == TODAY + 21 * DAY
        )


def test_what_is_asked_changes_without_changing_hands():
    here = staff()
    case, station = joint(here)
    parts = {
        "lead": here.handler.office,
        "assistants": [station.office, here.leader],
        "reason": "提前",
    }

    with pytest.raises(MoveRefused):
        make_move(case, Action.REASSIGN, by=officer(here.secretary), at=NOON, **parts)
    asks = [Ask(station.office, "明天通水", TODAY + DAY)]
    case = make_move(
        case, Action.REASSIGN, by=officer(here.secretary), at=NOON, asks=asks, **parts
    )

    assert case.assignments.get(office=station.office).ask == "明天通水"
    assert case.assignments.count() == 3


def test_a_part_given_back_stays_theirs_until_the_ruling():
    here = staff()
    case, station = joint(here)

    case = make_move(
        case, Action.HAND_BACK, by=officer(station), at=NOON, reason="管线归县水务局"
    )

    assert case.stage == "handle"
    assert HandBack.objects.get().state == "open"
    assert Case.objects.visible_to(station.user, TODAY).filter(pk=case.pk).exists()
    with pytest.raises(MoveRefused):
        make_move(
            case, Action.HAND_BACK, by=officer(station), at=NOON, reason="再说一遍"
        )


def test_overruled_with_a_reason_the_part_goes_on():
    here = staff()
    case, station = joint(here)
    case = make_move(
        case, Action.HAND_BACK, by=officer(station), at=NOON, reason="管线归县水务局"
    )
    ruling = {"part": station.office, "ruling": "refused"}

    with pytest.raises(InputRefused):
        make_move(
            case, Action.RULE_HAND_BACK, by=officer(here.secretary), at=NOON, **ruling
        )
    case = make_move(
        case,
        Action.RULE_HAND_BACK,
        by=officer(here.secretary),
        at=NOON,
        reason="先抢通，再移交",
        **ruling,
    )
    case = make_move(case, Action.REPORT, by=officer(station), at=NOON, result="通水了")

    assert case.assignments.get(office=station.office).reported_at == NOON
    assert HandBack.objects.get().state == "refused"


def test_granted_the_part_ends_and_the_office_sees_the_case_no_more():
    here = staff()
    case, station = joint(here)
    case = make_move(
        case, Action.HAND_BACK, by=officer(station), at=NOON, reason="管线归县水务局"
    )

    case = make_move(
        case,
        Action.RULE_HAND_BACK,
        by=officer(here.secretary),
        at=NOON,
        part=station.office,
        ruling="granted",
    )

    assert case.assignments.get(office=station.office).end == "returned"
    assert not Case.objects.visible_to(station.user, TODAY).filter(pk=case.pk).exists()


def test_nobody_rules_on_what_they_gave_back():
    here = staff()
    case = decided(
        here, handling="joint", lead=here.handler.office, assistants=[here.secretary]
    )
    case = make_move(
        case, Action.HAND_BACK, by=officer(here.secretary), at=NOON, reason="我不合适"
    )
    ruling = {"part": here.secretary, "ruling": "granted"}

    with pytest.raises(NoSuchRight):
        make_move(
            case, Action.RULE_HAND_BACK, by=officer(here.secretary), at=NOON, **ruling
        )
    case = make_move(
        case, Action.RULE_HAND_BACK, by=officer(here.reviewer), at=NOON, **ruling
    )

    assert case.assignments.get(post=here.secretary).end == "returned"


def test_a_part_reported_is_not_given_back():
    here = staff()
    case, station = joint(here)
    case = make_move(case, Action.REPORT, by=officer(station), at=NOON, result="通水了")

    offered = {offer.action for offer in moves_open_to(station.user, case, NOON)}

    assert Action.HAND_BACK not in offered


def test_leaving_the_stage_lapses_what_waits_for_a_ruling():
    here = staff()
    case, station = joint(here)
    case = make_move(
        case, Action.HAND_BACK, by=officer(station), at=NOON, reason="管线归县水务局"
    )

    make_move(
        case, Action.RETURN, by=officer(here.handler), at=NOON, reason="牵头办不了"
    )

    assert HandBack.objects.get().state == "lapsed"


def test_completion_waits_for_every_part():
    here = staff()
    case, station = joint(here)
    done = {"outcome": "done", "result": "都办好了"}
    case = make_move(case, Action.REPORT, by=officer(station), at=NOON, result="通水了")

    with pytest.raises(MoveRefused):
        make_move(case, Action.COMPLETE, by=officer(here.handler), at=NOON, **done)
    case = make_move(
        case, Action.REPORT, by=officer(here.leader), at=NOON, result="出了工"
    )
    case = make_move(case, Action.COMPLETE, by=officer(here.handler), at=NOON, **done)

    assert case.stage == "supervise"


def test_a_second_village_joins_and_sees_exactly_that_case():
    here = staff()
    neighbour = VillageFactory(town=here.town)
    their_secretary = roles.secretary_of(neighbour)
    case, other = accepted(here), accepted(here)
    case = make_move(
        case, Action.JOIN, by=officer(here.secretary), at=NOON, village=neighbour
    )

    case = decided(here, case, handling="joint", assistants=[their_secretary])
    case = make_move(
        case,
        Action.REPORT,
        by=officer(their_secretary),
        at=NOON,
        result="我们村那段也通了",
    )

    assert list(Case.objects.visible_to(their_secretary.user, TODAY)) == [case]
    assert other not in Case.objects.visible_to(their_secretary.user, TODAY)


@pytest.mark.parametrize(
    "way", ["reported after all", "waived", "handed to somebody else"]
)
def test_a_part_that_is_settled_otherwise_waits_for_no_ruling(way):
    here = staff()
    case, station = joint(here)
    case = make_move(
        case, Action.HAND_BACK, by=officer(station), at=NOON, reason="管线归县水务局"
    )
    ways = {
        "reported after all": (Action.REPORT, station, {"result": "还是通了"}),
        "waived": (
            Action.WAIVE,
            here.handler,
            {"holder": station.office, "reason": "不用了"},
        ),
        "handed to somebody else": (
            Action.REASSIGN,
            here.secretary,
            {
                "lead": here.handler.office,
                "assistants": [here.leader],
                "reason": "换人",
            },
        ),
    }
    action, by, values = ways[way]

    case = make_move(case, action, by=officer(by), at=NOON, **values)

    assert HandBack.objects.get().state == "lapsed"
    offered = {offer.action for offer in moves_open_to(here.secretary.user, case, NOON)}
    assert Action.RULE_HAND_BACK not in offered


def test_a_part_whose_day_is_past_stays_as_it_is_while_the_matter_changes_hands():
    here = staff()
    case, station = joint(here)
    asks = [Ask(station.office, "明天通水", TODAY + DAY)]
    parts = {
        "lead": here.handler.office,
        "assistants": [station.office, here.leader],
        "reason": "提前",
    }
    case = make_move(
        case, Action.REASSIGN, by=officer(here.secretary), at=NOON, asks=asks, **parts
    )
    later = NOON + 3 * DAY

    parts = {**parts, "assistants": [station.office], "asks": asks}
    case = make_move(
        case, Action.REASSIGN, by=officer(here.secretary), at=later, **parts
    )

    assert case.assignments.get(office=station.office).due_on == TODAY + DAY
    parts = {**parts, "asks": [Ask(station.office, "昨天通水", later.date() - DAY)]}
    with pytest.raises(InputRefused):
        make_move(case, Action.REASSIGN, by=officer(here.secretary), at=later, **parts)


def test_a_village_is_invited_by_its_name_with_the_town_where_there_are_several():
    here = staff()
    near = VillageFactory(town=here.town)
    far = VillageFactory(town__county_code=here.town.county_code)
    facts = read_facts(decided(here), NOON)
    offer = offer_to(here.secretary.user, facts.case, Action.JOIN, NOON, facts)

    form = MoveForm(offer, facts, here.secretary.user)

    villages = [label for value, label in form.fields["village"].choices if value]
    assert villages == [f"{near.town} {near}", f"{far.town} {far}"]
