"""The digests of an archive package confirm no guess at who spoke in confidence."""

import io
import json
import zipfile

import pytest

from cases.workflow import Action, make_move
from tests.cases.ledger_desk import logged_in
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

pytestmark = pytest.mark.django_db
APRIL = NOON + 40 * DAY
WORDS = "我欧阳建国家门口路灯坏了"


@pytest.fixture(autouse=True)
def _in_april(time_machine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(APRIL, tick=False)


@pytest.fixture
def here():
    return staff()


def closed(here, case):
    case = accepted(here, case)
    return rated(here, verified(here, completed(here, decided(here, case))))


def events(post, case):
    """The chain as the package of a matter has it."""
    address = f"{case.get_absolute_url()}archive/"
    answer = logged_in(post).post(address, {"reason": "归档"})
    package = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    lines = package.read("events.jsonl").decode().splitlines()
    return [json.loads(line) for line in lines]


def test_the_digest_of_the_words_answers_no_guess(here):
    hidden = spoken(
        here,
        by=here.reviewer,
        confidentiality="hidden",
        speaker_name="欧阳建国",
        verbatim=WORDS,
    )
    hidden = closed(here, hidden)
    # the secretary takes down what they read, with a guess in the gap
    guessed = closed(here, spoken(here, by=here.secretary, verbatim=WORDS))

    of_hidden = events(here.secretary, hidden)[0]["data"]
    of_guess = events(here.secretary, guessed)[0]["data"]

    assert of_guess["verbatim"]
    assert of_hidden.get("verbatim") != of_guess["verbatim"]


def test_the_digest_of_a_correction_answers_no_guess(here):
    hidden = spoken(here, by=here.reviewer, confidentiality="hidden", speaker_name="")
    hidden = corrected(here.reviewer, hidden, "欧阳建国")
    hidden = closed(here, hidden)
    own = spoken(here, by=here.secretary, speaker_name="")
    for guess in ("李强", "", "欧阳建国", ""):  # through the roll of the village
        own = corrected(here.secretary, own, guess)
    own = closed(here, own)

    of_own = digests(events(here.secretary, own))

    assert of_own
    assert not digests(events(here.secretary, hidden)) & of_own


def corrected(post, case, name):
    said = {"speaker_name": name, "reason": "补姓名"}
    return make_move(case, Action.AMEND, by=officer(post), at=NOON, **said)


def digests(rows) -> set[str]:
    found: set[str] = set()
    for row in rows:
        found |= set(row["data"].get("revisions", {}).values())
    return found
