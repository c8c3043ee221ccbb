"""Cases whose last event is older than the seals of today: sealed at the update, in the
state they were in then.
"""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from cases.models import (
    Assignment,
    Case,
    CoSpeaker,
    Event,
    StateAtUpdate,
)
from cases.workflow import Action, Speaker, make_move
from cases.workflow.findings import Wrong
from cases.workflow.record import chain_hash
from cases.workflow.sealed_rows import GROUPS_OF_ROWS
from minshi.history import history_lifted
from supervision.sealing.checking import check_everything
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    rated,
    spoken,
    verified,
)
from tests.supervision.history.attacks import NIGHT, by_sql, found
from tests.supervision.history.migrating import migrate_back_before, migrate_to_the_end
from tests.supervision.history.test_chain import forge_with_plain_hashes

pytestmark = pytest.mark.django_db
# what migrations do with the rows that are there, one after the other
SEALING = (
    ("0015_seal_what_no_event_had_sealed", "seal_cases"),
    ("0019_afterwords", "seal_without_afterwords"),
    ("0022_what_was_found_and_its_ground", "seal_without_findings"),
    ("0031_names_that_stay_hidden", "seal_names"),
    ("0036_what_the_register_says", "seal_what_the_register_says"),
    ("0041_further_words_to_blank", "seal_further_words"),
)
NEWER = {
    "blanked",
    "further",
    "hidden",
    "investigated",
    "registered",
    "reserved",
    *GROUPS_OF_ROWS,
}


def of_before(here):
    """Closed, said by two, by a version that sealed the case alone."""
    case = accepted(here, spoken(here, co_speakers=("赵秀英",)))
    case = rated(here, verified(here, completed(here, decided(here, case))))
    with_seals_of_before(case)
    return case


@pytest.fixture
def old(here):
    """The same, brought up to date since."""
    case = of_before(here)
    bring_rows_up_to_date()
    return case


def bring_rows_up_to_date():
    """What the migrations do with rows, without the tables made anew: that they do it
    is a test of its own.
    """
    editor = SimpleNamespace(connection=connection)
    for migration, function in SEALING:
        module = import_module(f"cases.migrations.{migration}")
        getattr(module, function)(apps, editor)


def with_seals_of_before(case):
    """Bring a chain to what an earlier version wrote: no seals of people and work."""
    events = list(Event.objects.filter(case=case).order_by("sequence"))
    previous = ""
    for event in events:
        for name in NEWER & event.state.keys():
            del event.state[name]
        event.previous_hash = previous
        event.hash = previous = chain_hash(event)

    with history_lifted():
        Event.objects.bulk_update(events, ["state", "previous_hash", "hash"])
        Case.objects.filter(pk=case.pk).update(event_hash=previous)


@pytest.mark.django_db(transaction=True)
def test_the_migrations_sign_whole_chains_and_seal_what_is_there(here):
    """Once for chains without a key and for cases whose events seal less than today; a
    broken chain is left to be found.
    """
    case = of_before(here)
    whole = rated(here)
    changed = rated(here)
    for each in (case, whole, changed):
        note = Event.objects.get(case=each, sequence=1).note
        forge_with_plain_hashes(each, 1, note)
    with history_lifted():
        Event.objects.filter(case=changed, sequence=3).update(note="没人要求过")

    migrate_back_before("state_of_events")
    migrate_to_the_end()

    findings = check_everything(NIGHT).findings
    assert [(each.where, each.wrong) for each in findings] == [
        (f"{changed.number} #1", Wrong.RECORD)
    ]
    sealed = {row.case_id: row.state.keys() for row in StateAtUpdate.objects.all()}
    assert sealed == {case.pk: NEWER, whole.pk: NEWER, changed.pk: NEWER}
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.update(note="x")


def test_a_case_that_nobody_moved_since_is_sealed_at_the_update(old):
    assert StateAtUpdate.objects.get().state.keys() == NEWER
    assert found() == set()

    Assignment.objects.filter(case=old).update(ask="只拍照，不用修")
    CoSpeaker.objects.filter(case=old).update(phone_hash="0" * 64)
    Case.objects.filter(pk=old.pk).update(also_personal="村支书")

    assert found() == {Wrong.WORK, Wrong.PEOPLE, Wrong.BLANKED}


def test_seals_made_at_an_update_that_are_gone_or_changed_are_found(old):
    row = StateAtUpdate.objects.get()
    StateAtUpdate.objects.update(state=row.state | {"work": "0" * 16})
    assert found() == {Wrong.WORK}

    StateAtUpdate.objects.update(state={"work": row.state["work"]})
    assert found() == {Wrong.UNSEALED}

    StateAtUpdate.objects.all().delete()
    assert found() == {Wrong.UNSEALED}


def test_the_next_event_takes_the_place_of_what_was_sealed_at_the_update(here):
    case = decided(here)
    with_seals_of_before(case)
    bring_rows_up_to_date()
    case = Case.objects.get(pk=case.pk)

    speaker = Speaker(case, via="code")
    make_move(
        case,
        Action.SUPPLEMENT,
        by=speaker,
        at=NOON + DAY,
        text="还有一盏",
        co_speaker="王二",
    )

    assert found() == set()
    StateAtUpdate.objects.all().delete()
    assert found() == set()


def test_cases_whose_events_seal_all_are_not_sealed_twice(here):
    spoken(here)

    bring_rows_up_to_date()

    assert not StateAtUpdate.objects.exists()


def test_a_value_that_nobody_can_open_does_not_stop_the_update(here):
    cases = [spoken(here, co_speakers=("赵秀英",)) for _time in range(2)]
    for case in cases:
        with_seals_of_before(case)
    key = CoSpeaker.objects.get(case=cases[0]).pk
    by_sql("people", "UPDATE cases_cospeaker SET phone = 'x'", id=key)

    bring_rows_up_to_date()

    sealed = [row for row in StateAtUpdate.objects.all() if "people" in row.state]
    assert [row.case_id for row in sealed] == [cases[1].pk]
    assert found() == {Wrong.UNREADABLE}
