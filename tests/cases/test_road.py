"""The whole road 说 → 议 → 办 → 督 → 评 → closed, and the turns back."""

import pytest

from cases.models import Clock, Event
from cases.models.choices import CloseReason, Stage
from cases.workflow import Action, Speaker, make_move
from minshi.errors import MoveRefused, NoSuchRight, StaleVersion
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.chains import findings_of

pytestmark = pytest.mark.django_db


def test_the_whole_road_ends_closed_with_a_rating():
    here = staff()

    case = rated(here)

    assert (case.stage, case.close_reason, case.satisfaction) == (
        Stage.CLOSED,
        CloseReason.RATED,
        "satisfied",
    )
    assert list(case.events.values_list("action", flat=True)) == [
        "register",
        "accept",
        "decide",
        "complete",
        "verify",
        "rate",
    ]
    assert findings_of([case]) == []
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()


def test_each_stage_has_its_owner():
    here = staff()

    assert spoken(here).owner == here.duty
    assert accepted(here).owner == here.secretary
    assert decided(here).owner == here.office
    assert completed(here).owner == here.secretary
    assert verified(here).owner == here.duty


def test_first_dissatisfied_goes_back_to_the_same_lead_in_a_new_round():
    here = staff()

    case = rated(here, satisfaction="dissatisfied", solved="no", reason="又灭了")

    assert (case.stage, case.round, case.owner) == (Stage.HANDLE, 2, here.office)
    assert case.completed_at is None


def test_second_dissatisfied_waits_for_an_order():
    here = staff()
    case = rated(here, satisfaction="dissatisfied", solved="no", reason="又灭了")
    case = verified(here, completed(here, case, at=NOON + 3 * DAY), at=NOON + 3 * DAY)

    case = rated(
        here,
        case,
        at=NOON + 4 * DAY,
        satisfaction="dissatisfied",
        solved="no",
        reason="还是不亮",
    )

    assert (case.stage, case.needs_order, case.owner) == (
        Stage.SUPERVISE,
        True,
        here.supervisor,
    )
    with pytest.raises(MoveRefused):
        make_move(
            case,
            Action.VERIFY,
            by=officer(here.secretary),
            at=NOON + 4 * DAY,
            reply="x",
        )


def test_who_handled_does_not_verify_and_the_supervisor_steps_in():
    here = staff()
    case = completed(here, decided(here, lead=here.secretary), by=here.secretary)

    assert case.owner == here.supervisor
    with pytest.raises(NoSuchRight):
        make_move(
            case,
            Action.VERIFY,
            by=officer(here.secretary),
            at=NOON + DAY,
            reply="修好了",
        )


def test_speaker_rates_behind_the_code():
    here = staff()
    case = verified(here)

    case = make_move(
        case,
        Action.RATE,
        by=Speaker(case, "code"),
        at=NOON + DAY,
        satisfaction="mostly",
        solved="partly",
    )

    assert case.stage == Stage.CLOSED


def test_stale_version_is_refused_and_nothing_written():
    here = staff()
    case = accepted(here)

    with pytest.raises(StaleVersion):
        make_move(
            case,
            Action.ESCALATE,
            by=officer(here.secretary),
            at=NOON,
            version=1,
            reason="钱不够",
        )

    assert Event.objects.filter(case=case).count() == 2
