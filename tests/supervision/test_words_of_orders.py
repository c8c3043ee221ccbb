"""Words of orders and of tracking meetings about a hidden speaker's matter: they tell
their writer nothing, whoever signs or adds to them.
"""

import re

import pytest
import time_machine
from django.urls import reverse

from cases.workflow import Action
from minshi.crypto import masked_name
from minshi.errors import MoveRefused
from supervision.chasing.tracking import begin_tracking, say_of
from supervision.models import TrackedCase, TrackingVerdict
from supervision.orders import send_orders_due, sign_order
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import DAY, NOON, accepted, decided, officer, spoken
from tests.supervision.test_orders import GRACE, raised

pytestmark = pytest.mark.django_db
SPEAKERS = ("欧阳雪松", "欧阳雪梅")
GUESS = f"问过张长生、{'、'.join(SPEAKERS)}、赵铁柱"
LATE = NOON + 10 * DAY


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def hidden(here, speaker: str):
    return decided(here, accepted(here, speaker_name=speaker, confidentiality="hidden"))


def read_of(here, order) -> dict[str, list[str]]:
    """All that whoever wrote the order reads of it and of its matter."""
    case = order.case
    client = logged_in(here.supervisor)
    api = Api(here.supervisor)
    answers = {
        "order": client.get(order.get_absolute_url()),
        "case": client.get(case.get_absolute_url()),
        "api": api.get(f"orders/{order.pk}/"),
        "events": api.get(f"cases/{case.number}/events/"),
    }
    pages = {name: answer.content.decode() for name, answer in answers.items()}
    return {name: re.findall(r"问过[^<\"']*", page) for name, page in pages.items()}


@pytest.mark.parametrize("added", ["", "另请到各家看看", "{speaker}急等"])
def test_whoever_writes_an_order_reads_the_same_whoever_spoke(here, added):
    worlds = []
    for speaker in SPEAKERS:
        order = raised(here, hidden(here, speaker), reason=GUESS, demand=GUESS)
        demand = f"{GUESS}，{added.format(speaker=speaker)}" if added else None
        sign_order(order, by=officer(here.signer), at=NOON, demand=demand)
        send_orders_due(NOON + GRACE)
        order.refresh_from_db()
        worlds.append(read_of(here, order))

    assert worlds[0] == worlds[1]
    for name in ("order", "case", "events"):
        assert GUESS in worlds[0][name][0]
    assert not [text for text in worlds[0]["order"] if f"{SPEAKERS[0]}急" in text]


def test_the_event_of_an_order_is_the_supervisors_own_though_the_system_sent_it(here):
    order = raised(here, hidden(here, SPEAKERS[0]), reason=GUESS)
    sign_order(order, by=officer(here.signer), at=NOON)
    send_orders_due(NOON + GRACE)

    event = order.case.events.get(action=Action.SUPERVISE)

    assert SPEAKERS[0] not in event.note
    assert event.data["entered_by"] == here.supervisor.pk


@pytest.mark.parametrize("guessed", SPEAKERS)
def test_a_guess_at_what_another_said_of_a_matter_is_answered_like_any_other(
    here, guessed
):
    case = spoken(here, speaker_name=SPEAKERS[0], confidentiality="hidden")
    with time_machine.travel(LATE, tick=False):
        meeting = begin_tracking(here.town, by=here.signer.user, at=LATE)
        item = TrackedCase.objects.get(meeting=meeting, case=case)
        words = f"{SPEAKERS[0]}等着回话"
        say_of(item, TrackingVerdict.URGED, words, by=here.signer.user, at=LATE)

        with pytest.raises(MoveRefused):
            say_of(
                item,
                TrackingVerdict.URGED,
                f"{guessed}等着回话",
                by=here.supervisor.user,
                at=LATE,
            )


def test_the_paper_of_an_order_names_no_hidden_speaker_whoever_prints_it(here):
    order = raised(here, hidden(here, SPEAKERS[0]), by=here.signer, demand=GUESS)
    send_orders_due(NOON + GRACE)
    order.refresh_from_db()

    client = logged_in(here.signer)
    page = client.get(order.get_absolute_url()).text
    paper = client.post(reverse("supervision:order_print", args=[order.pk])).text

    assert SPEAKERS[0] in page
    assert order.number in paper
    assert SPEAKERS[0] not in paper
    assert masked_name(SPEAKERS[0]) not in paper
