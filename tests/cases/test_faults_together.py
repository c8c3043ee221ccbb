"""Whatever is wrong with what was sent is named at once, each beside its field."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.workflow import Action, make_move, register
from cases.workflow.register import Spoken
from minshi.errors import Faults, InputRefused
from tests.api import Api
from tests.cases.roads import DAY, NOON, accepted, completed, decided, officer, staff
from tests.villages.factories import GroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    return staff()


def errors_of(answer):
    assert answer.status_code == 422
    return set(answer.context["form"].errors)


def test_a_step_names_what_is_missing_and_what_is_wrong_together(client, here):
    case = accepted(here)
    client.force_login(here.secretary.user)
    form = reverse("cases:act", args=[case.number, "decide"])
    sent = {"version": case.version, "key": uuid.uuid4(), "due_on": "2026-02-01"}

    answer = client.post(form, sent)

    assert {"handling", "decision", "lead", "due_on"} <= errors_of(answer)
    assert "这一天已经过去了" in answer.text


def test_taking_down_names_what_is_missing_and_what_is_wrong_together(client, here):
    client.force_login(here.duty.user)
    sent = {
        "key": uuid.uuid4(),
        "verbatim": "",
        "channel": "talk_room",
        "village": here.village.pk,
        "speaker_phone": "12",
        "said_at": "2026-03-03T08:00",
    }

    answer = client.post(reverse("cases:intake"), sent)

    assert errors_of(answer) == {"verbatim", "speaker_phone", "said_at"}
    assert 'value="12"' in answer.text


def test_the_domain_names_all_faults_of_a_matter(here):
    spoken = Spoken(
        verbatim="",
        village=here.village,
        group=GroupFactory(),
        speaker_phone="****8821",
        said_at=NOON + DAY,
    )

    with pytest.raises(InputRefused) as refused:
        register(spoken, by=officer(here.duty), at=NOON)

    assert set(refused.value.fields) == {
        "verbatim",
        "group",
        "speaker_phone",
        "said_at",
    }


def test_the_domain_names_all_faults_of_a_decision(here):
    values = {
        "handling": "meeting",
        "decision": "换灯",
        "lead": here.supervisor,
        "assistants": [here.supervisor],
        "due_on": (NOON + 300 * DAY).date(),
    }

    with pytest.raises(InputRefused) as refused:
        make_move(
            accepted(here), Action.DECIDE, by=officer(here.secretary), at=NOON, **values
        )

    assert set(refused.value.fields) == {"handling", "lead", "assistants", "due_on"}


def test_the_api_names_them_together_as_well(here):
    case = accepted(here)
    body = {
        "action": "decide",
        "version": case.version,
        "handling": "meeting",
        "decision": "换灯",
        "lead": f"office:{here.office.pk}",
        "due_on": (NOON + 300 * DAY).date().isoformat(),
    }

    answer = Api(here.secretary).post(f"cases/{case.number}/moves/", body)

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"handling", "due_on"}


def test_what_was_done_is_not_still_to_come(here):
    case = completed(here, decided(here))
    later = NOON + timedelta(hours=30)

    with pytest.raises(InputRefused) as refused:
        make_move(
            case,
            Action.MANDATORY_REPORT,
            by=officer(here.secretary),
            at=NOON,
            told="",
            told_at=later,
        )

    assert set(refused.value.fields) >= {"told", "told_at"}


def test_of_a_field_named_twice_the_first_words_stand():
    faults = Faults()
    for words in ("先说的", "后说的"):
        with faults.noted():
            raise InputRefused.at(due_on=words)

    with pytest.raises(InputRefused) as refused:
        faults.refuse()

    assert (str(refused.value), refused.value.fields) == (
        "先说的",
        {"due_on": "先说的"},
    )


def test_without_a_fault_nothing_is_refused():
    faults = Faults()
    with faults.noted():
        pass

    assert faults.refuse() is None
