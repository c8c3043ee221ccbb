"""Whatever is wrong with what was sent is named at once, each beside its field."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.meetings.four_two import record_step, start_process
from cases.meetings.step_record import StepRecord
from cases.workflow import Action, make_move, register
from cases.workflow.register import Spoken
from minshi.errors import Faults, InputRefused
from minshi.workdays import SHANGHAI
from tests.api import Api
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    spoken,
    staff,
)
from tests.roles import security_admin
from tests.villages.factories import GroupFactory, UserFactory
from villages.accounts import create_account
from villages.appointing import appoint
from villages.duty import arrange_shift, note_leave
from villages.models import Role

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


def test_a_day_later_than_the_rules_is_named_beside_what_is_missing(client, here):
    case = accepted(here)
    client.force_login(here.secretary.user)
    form = reverse("cases:act", args=[case.number, "decide"])
    sent = {
        "version": case.version,
        "key": uuid.uuid4(),
        "handling": "led",
        "due_on": (NOON + 300 * DAY).date(),
    }

    answer = client.post(form, sent)

    assert {"decision", "lead", "due_on"} <= errors_of(answer)
    assert "按规定最迟到 3月11日" in answer.text


def test_the_domain_names_all_faults_of_one_of_the_six_steps(here):
    process = start_process(
        here.village,
        subject="村口修路",
        origin="people",
        matter="works",
        by=officer(here.secretary),
        at=NOON,
    )
    record = StepRecord(held_on=(NOON + DAY).date(), content=" ", due=5, present=6)

    with pytest.raises(InputRefused) as refused:
        record_step(process, 1, record, by=officer(here.secretary), at=NOON)

    assert {"held_on", "content", "votes_for"} <= set(refused.value.fields)


def test_the_domain_names_all_faults_of_a_shift(here):
    stranger = staff().duty

    with pytest.raises(InputRefused) as refused:
        arrange_shift(
            here.village,
            starts_at=NOON + DAY,
            ends_at=NOON,
            primary=stranger,
            backup=stranger,
            by=here.secretary.user,
            at=NOON,
        )

    assert set(refused.value.fields) == {"ends_at", "primary", "backup"}


def test_the_domain_names_all_faults_of_a_leave(here):
    with pytest.raises(InputRefused) as refused:
        note_leave(
            here.duty,
            from_on=(NOON + DAY).date(),
            until_on=NOON.date(),
            reason="。",
            substitute=here.duty,
            by=here.duty.user,
            at=NOON,
        )

    assert set(refused.value.fields) == {"until_on", "reason", "substitute"}


def test_the_domain_names_all_faults_of_an_account_and_of_a_post(here):
    by = security_admin().user

    with pytest.raises(InputRefused) as refused:
        create_account("张 三", "", by=by, at=NOON)
    assert set(refused.value.fields) == {"username", "name"}

    with pytest.raises(InputRefused) as refused:
        appoint(
            UserFactory(),
            Role.SECRETARY,
            here.town,
            from_on=NOON.date(),
            until_on=(NOON - DAY).date(),
            by=by,
            at=NOON,
        )
    assert set(refused.value.fields) == {"until_on", "role"}


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


REPORTED = {"told": "白关派出所", "happened": "孩子被打"}


@pytest.mark.parametrize(
    "told_at",
    [
        "1950-01-01T00:00",
        (NOON - DAY - timedelta(minutes=1)).astimezone(SHANGHAI).isoformat()[:16],
    ],
)
def test_what_was_done_was_not_done_long_before_it_was_said(client, here, told_at):
    case = spoken(here)
    client.force_login(here.duty.user)
    form = reverse("cases:act", args=[case.number, "mandatory_report"])
    sent = {"version": case.version, "key": uuid.uuid4(), "told_at": told_at}

    page = client.post(form, sent)
    sent = {**REPORTED, "told_at": f"{told_at}:00+08:00"}
    answer = Api(here.duty).move(case, "mandatory_report", **sent)

    assert {"told", "told_at"} <= errors_of(page)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"told_at"}
    assert not case.mandatory_reports.exists()


def test_what_was_done_the_day_before_it_was_said_is_taken(here):
    values = {**REPORTED, "told_at": NOON - DAY}
    case = spoken(here)

    make_move(case, Action.MANDATORY_REPORT, by=officer(here.duty), at=NOON, **values)

    assert case.mandatory_reports.get().told_at == NOON - DAY


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


def test_a_name_that_is_none_is_named_beside_a_phone_that_is_none(client, here):
    client.force_login(here.duty.user)
    sent = {
        "key": uuid.uuid4(),
        "channel": "talk_room",
        "village": here.village.pk,
        "verbatim": "路灯坏了",
        "speaker_name": "yxs",
        "speaker_phone": "12345",
    }

    answer = client.post(reverse("cases:intake"), sent)

    assert errors_of(answer) == {"speaker_name", "speaker_phone"}
