"""The admin shows words written at a table as they are read there: also those that name
somebody who was joined to a hidden matter only later.
"""

import uuid
from dataclasses import dataclass, replace
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.urls import reverse

from cases.meetings import (
    call_meeting,
    close_meeting,
    conclude,
    correct_minutes,
    save_minutes,
    set_aside,
)
from cases.meetings.four_two import correct_step, drop_process, record_step
from cases.models import (
    AgendaItem,
    Case,
    FourTwoProcess,
    FourTwoStep,
    Meeting,
    MinutesCorrection,
    StepAside,
    StepCorrection,
)
from cases.privacy.table import TEXTS, TO_MEETING, TO_PROCESS
from cases.workflow import Action, make_move
from tests.cases.council import present, seats
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, Staff, accepted, officer, staff
from tests.cases.test_four_two import begun, major, meeting

pytestmark = pytest.mark.django_db
SPEAKER, JOINED = "李建国", "赵铁柱"
BLANK = "［…］"
GUESS = f"请问张长生、{JOINED}、{SPEAKER}"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@dataclass
class Written:
    """Rows with words on them, one of each model, by the model."""

    here: Staff
    case: Case
    rows: dict[type, Any]


def write_meeting(here: Staff, by: Any, words: str) -> Written:
    """Somebody calls a meeting about a hidden matter and writes these words wherever
    they may.
    """
    seats(here)
    case = accepted(here, speaker_name=SPEAKER, confidentiality="hidden")
    sitting = call_meeting(
        "two_committees",
        here.village,
        starts_at=NOON,
        by=by,
        at=NOON,
        place=f"{words}家院子",
        cases=[case],
        subjects=[f"{words}说的路灯"],
    )
    present(sitting, here, 7)
    save_minutes(sitting, f"{words}说路灯坏了", version=0, by=by, at=NOON)
    item = sitting.items.get(case=case)
    subject = sitting.items.get(case=None)
    person = sitting.attendees.filter(is_chair=False).first()
    set_aside(subject, {person.pk: f"是{words}的亲戚"}, by=by, at=NOON)
    conclude(item, "not_passed", by=by, at=NOON, votes=(0, 7, 0), resolution=words)
    conclude(subject, "not_passed", by=by, at=NOON, votes=(0, 6, 0), resolution=words)
    close_meeting(sitting, by=by, at=NOON)
    correction = correct_minutes(
        sitting,
        wrong=f"写成了{words}",
        right=f"是{words}说的",
        key=uuid.uuid4(),
        by=by,
        at=NOON,
    )
    rows = {
        Meeting: sitting,
        AgendaItem: subject,
        StepAside: subject.asides.get(attendee=person),
        MinutesCorrection: correction,
    }
    return Written(here, case, rows)


def write_steps(here: Staff, by: Any, words: str) -> Written:
    """Somebody does the same with the six steps of a hidden matter."""
    case = major(here, speaker_name=SPEAKER, confidentiality="hidden")
    begins = replace(here, secretary=by.post)
    process = begun(begins, case, subject=f"{words}家门口修路")
    held = replace(meeting(30, 30, 30), content=f"{words}家门口修路")
    step = record_step(process, 1, held, by=by, at=NOON)
    correction = correct_step(
        step,
        wrong=f"写成了{words}",
        right=f"是{words}说的",
        key=uuid.uuid4(),
        by=by,
        at=NOON,
    )
    drop_process(process, f"{words}不同意了", by=by, at=NOON)
    rows = {
        FourTwoProcess: process,
        FourTwoStep: step,
        StepCorrection: correction,
    }
    return Written(here, case, rows)


def written(model: type, who: str, words: str) -> Written:
    """A row of this model, and then somebody joined to its matter."""
    here = staff()
    write = write_meeting if model in TO_MEETING else write_steps
    found = write(here, officer(getattr(here, who)), words)
    make_move(found.case, Action.AMEND, by=officer(here.duty), at=NOON, others=JOINED)
    return found


def pages_of(model: type, found: Written) -> str:
    """The list of the model's window and the page of its row, as the secretary, who may
    not know who spoke, reads them.
    """
    client = logged_in(found.here.secretary)
    name = f"admin:cases_{model.__name__.lower()}"
    addresses = [
        reverse(f"{name}_changelist"),
        reverse(f"{name}_change", args=[found.rows[model].pk]),
    ]
    answers = [client.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200, 200]
    return "".join(answer.content.decode() for answer in answers)


def test_every_model_at_a_table_leads_to_it():
    assert {*TO_MEETING, *TO_PROCESS} == set(TEXTS)
    assert set(TEXTS) <= set(admin.site._registry)


@pytest.mark.parametrize("model", TEXTS)
def test_a_name_joined_later_is_blanked_in_what_one_who_knows_wrote(model):
    found = written(model, "duty", f"{JOINED}和{SPEAKER}")

    shown = pages_of(model, found)

    assert JOINED not in shown
    assert SPEAKER not in shown
    assert BLANK in shown


@pytest.mark.parametrize("model", TEXTS)
def test_a_guess_is_shown_as_it_was_typed(model):
    found = written(model, "secretary", GUESS)

    shown = pages_of(model, found)

    assert GUESS in shown
    assert BLANK not in shown
