"""What a holder of a hidden speaker's matter is asked for, worded by more than one."""

import pytest
import time_machine

from cases.models import Case
from cases.workflow import Action, make_move
from cases.workflow.inputs import Ask
from minshi.errors import InputRefused
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


@pytest.mark.parametrize("speaker", [NAME, "赵铁柱"])
def test_a_second_writer_blanks_nothing_of_the_first(here, speaker):
    """Neither of them may know who spoke; the second gives back what they read."""
    case = asked(here, GUESS, here.secretary)
    Case.objects.filter(pk=case.pk).update(speaker_name=speaker)
    case.refresh_from_db()
    second = roles.secretary_of(here.village)
    read = GUESS.replace(speaker, "［…］")

    with pytest.raises(InputRefused) as refused:
        asked_anew(here, case, f"{read}，下午去", second)

    assert list(refused.value.fields) == ["asks"]
    page = logged_in(here.secretary).get(case.get_absolute_url()).content.decode()
    assert GUESS in page


def test_a_second_writer_may_word_it_all_anew(here):
    case = asked(here, GUESS, here.secretary)
    second = roles.secretary_of(here.village)

    case = asked_anew(here, case, f"下午再问{NAME}一次", second)

    assert ask_of(here, case) == f"下午再问{NAME}一次"
    page = logged_in(second).get(case.get_absolute_url()).content.decode()
    assert f"下午再问{NAME}一次" in page


def test_a_writer_goes_on_in_their_own_words_with_a_placeholder_in_them(here):
    case = asked(here, GUESS, here.secretary)
    case = asked_anew(here, case, f"{GUESS}，到{NAME}家看看", here.recorder)

    case = asked_anew(here, case, f"{GUESS}，到［…］家看看，快些", here.secretary)

    assert ask_of(here, case) == f"{GUESS}，到［…］家看看，快些"
