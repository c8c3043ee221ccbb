"""Over the API as on the pages: the standard texts of a step, and what the speaker
would read of it.
"""

import pytest
import time_machine

from cases.models import StandardText
from cases.workflow import Action, make_move
from minshi.errors import InputRefused
from tests.api import Api
from tests.cases.roads import NOON, accepted, completed, officer, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def body(case, reply):
    return {"action": "verify", "version": case.version, "reply": reply}


def test_the_texts_of_a_step_come_filled_in_by_their_input():
    here = staff()
    case = completed(here)
    StandardText.objects.create(
        action="verify",
        input="reply",
        title="修好了",
        text="您说的{编号}，【谁】修好了。",
    )

    rows = Api(here.secretary).get(f"cases/{case.number}/moves/verify/texts/").json()

    assert rows == [
        {
            "input": "reply",
            "title": "修好了",
            "text": f"您说的{case.number}，【谁】修好了。",
        }
    ]


def test_a_preview_shows_the_speakers_words_and_moves_nothing():
    here = staff()
    case = completed(here, at=NOON)

    told = (
        Api(here.secretary)
        .post(f"cases/{case.number}/moves/verify/preview/", body(case, "灯修好了"))
        .json()
    )

    assert (told["reply"], told["state"], told["is_open"]) == ("灯修好了", 3, True)
    case.refresh_from_db()
    assert case.stage == "supervise"
    assert not case.events.filter(action=Action.VERIFY).exists()


def test_a_preview_refuses_as_the_step_itself_does():
    here = staff()
    case = completed(here)
    answer = Api(here.secretary).post(
        f"cases/{case.number}/moves/verify/preview/", body(case, " ")
    )

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["reply"]


@pytest.mark.parametrize("part", ["texts", "preview"])
def test_a_step_not_open_to_somebody_has_neither(part):
    here = staff()
    case = accepted(here)
    asked = (
        (lambda api, what: api.get(what))
        if part == "texts"
        else (lambda api, what: api.post(what, {}))
    )

    assert (
        asked(
            Api(here.secretary), f"cases/{case.number}/moves/verify/{part}/"
        ).status_code
        == 404
    )
    assert (
        asked(Api(here.leader), f"cases/{case.number}/moves/decide/{part}/").status_code
        == 404
    )
    assert (
        asked(
            Api(staff().secretary), f"cases/{case.number}/moves/decide/{part}/"
        ).status_code
        == 404
    )
    assert (
        asked(
            Api(here.secretary), f"cases/{case.number}/moves/nonsense/{part}/"
        ).status_code
        == 404
    )


@pytest.mark.parametrize("reply", ["。", "……", "\u20dd"])
def test_a_reply_that_says_nothing_is_refused(reply):
    here = staff()
    case = completed(here)

    for path in ("moves/", "moves/verify/preview/"):
        answer = Api(here.secretary).post(
            f"cases/{case.number}/{path}", body(case, reply)
        )
        assert answer.status_code == 400
        assert set(answer.json()["fields"]) == {"reply"}

    with pytest.raises(InputRefused) as caught:
        make_move(case, Action.VERIFY, by=officer(here.secretary), at=NOON, reply=reply)
    assert "reply" in caught.value.fields
