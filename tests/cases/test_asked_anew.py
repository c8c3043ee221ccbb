"""What a holder of a hidden speaker's matter is asked for, worded by more than one."""

import pytest
import time_machine

from cases.models import Case
from cases.workflow import Action, make_move
from cases.workflow.inputs import Ask
from tests import roles
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, accepted, decided, officer, spoken, staff
from villages.models import Post

pytestmark = pytest.mark.django_db
NAME = "欧阳雪松"
GUESS = f"问过张长生、{NAME}、赵铁柱"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    found = staff()
    found.recorder = roles.secretary_of(found.village)
    return found


def asked(here, text: str, by: Post) -> Case:
    case = spoken(here, by=here.recorder, speaker_name=NAME, confidentiality="hidden")
    case = decided(
        here, accepted(here, case), handling="joint", assistants=[here.member]
    )
    return asked_anew(here, case, text, by)


def asked_anew(here, case: Case, text: str, by: Post) -> Case:
    return make_move(
        case,
        Action.REASSIGN,
        by=officer(by),
        at=NOON,
        reason="说清楚",
        lead=here.office,
        assistants=[here.member],
        asks=[Ask(here.member, text, None)],
    )


def ask_of(here, case: Case) -> str:
    return case.assignments.get(post=here.member, ended_at=None).ask


def test_whoever_may_know_blanks_nothing_of_what_another_asked(here):
    case = asked(here, GUESS, here.secretary)

    case = asked_anew(here, case, f"{GUESS}，到{NAME}家看看", here.recorder)

    page = logged_in(here.secretary).get(case.get_absolute_url()).content.decode()
    assert ask_of(here, case) == f"{GUESS}，到［…］家看看"
    assert f"{GUESS}，到［…］家看看" in page


@pytest.mark.parametrize("guessed", [NAME, "欧阳雪梅"])
def test_a_guess_at_what_is_asked_is_answered_like_any_other(here, guessed):
    case = asked(here, f"到{NAME}家看看", here.recorder)

    case = asked_anew(here, case, f"到{guessed}家看看", here.secretary)

    page = logged_in(here.secretary).get(case.get_absolute_url()).content.decode()
    assert f"到{guessed}家看看" in page


def test_what_is_given_back_as_it_was_read_changes_nothing(here):
    case = asked(here, f"到{NAME}家看看", here.recorder)

    case = make_move(
        case,
        Action.REASSIGN,
        by=officer(here.secretary),
        at=NOON,
        reason="说清楚",
        lead=here.leader,
        assistants=[here.member],
        asks=[Ask(here.member, "到［…］家看看", None)],
    )

    assert ask_of(here, case) == f"到{NAME}家看看"
