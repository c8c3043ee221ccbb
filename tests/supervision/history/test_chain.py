"""Chains of events, the cases and numbers they belong to, and revisions."""

import hashlib
import json
from datetime import UTC, timedelta

import pytest

from cases.models import Case, CaseRevision, Event, NumberCounter
from cases.workflow import Action, Speaker, make_move
from cases.workflow.findings import Wrong
from minshi.history import history_lifted
from supervision.models import Log, Seal
from supervision.sealing.checking import LogWrong, check_everything, check_history
from supervision.sealing.seals import seal_logs
from tests.cases.roads import NOON, decided, spoken
from tests.supervision.history.attacks import NIGHT, by_sql, delete_case, found

pytestmark = pytest.mark.django_db


# --- the chain


def forge_with_plain_hashes(case, sequence, note):
    """Rewrite a note and every hash from there on, as one can without the key."""
    events = list(Event.objects.filter(case=case).order_by("sequence"))
    previous = ""
    for event in events:
        if event.sequence == sequence:
            event.note = note
        if event.sequence >= sequence:
            event.previous_hash = previous
            event.hash = plain_hash(event)
        previous = event.hash

    with history_lifted():
        Event.objects.bulk_update(events, ["note", "previous_hash", "hash"])
        Case.objects.filter(pk=case.pk).update(event_hash=previous)


def plain_hash(event):
    columns = [
        event.previous_hash,
        event.case_id,
        event.sequence,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.action,
        event.actor_kind,
        event.user_id,
        event.post_id,
        event.via,
        event.source,
        event.target,
        event.level,
        event.round,
        event.note,
        event.data,
        str(event.key) if event.key else None,
    ]
    canonical = json.dumps(
        columns, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def test_a_forged_note_is_found_though_every_hash_was_made_anew(case):
    forge_with_plain_hashes(case, 4, "没人要求过")

    result = check_everything(NIGHT)

    assert [str(each.where) for each in result.findings] == [f"{case.number} #4"]
    assert found() == {Wrong.RECORD}


def test_an_event_sealed_under_another_key_is_found(case, settings):
    settings.INDEX_KEY = "another key"

    assert Wrong.RECORD in found()


def cut_tail(case):
    """Take the last event away and set the head on the case back to the one before."""
    last, before = Event.objects.filter(case=case).order_by("-sequence")[:2]
    with history_lifted():
        Event.objects.filter(pk=last.pk)._raw_delete("default")
    Case.objects.filter(pk=case.pk).update(
        event_count=before.sequence, event_hash=before.hash, last_event_at=before.at
    )


def test_a_tail_cut_with_the_head_set_back_does_not_fit_the_case(case):
    cut_tail(case)

    assert {Wrong.STAGE, Wrong.RATING} <= found()


@pytest.fixture
def urged(here):
    """A case whose last event left it as it was, and the version it had before."""
    case = decided(here)
    return make_move(case, Action.URGE, by=Speaker(case, via="code"), at=NOON)


def test_a_tail_cut_with_case_and_head_set_back_does_not_fit_the_seals(here, urged):
    seal_logs(NIGHT)

    cut_tail(urged)
    Case.objects.filter(pk=urged.pk).update(version=urged.version - 1)

    assert found() == {LogWrong.ROWS_GONE}


def test_a_tail_cut_together_with_its_seals_does_not_fit_the_kept_heads(here, urged):
    first = Event.objects.filter(case=urged).order_by("sequence").first()
    check_history(NIGHT)
    assert found() == set()

    with history_lifted():
        Seal.objects.filter(log=Log.EVENTS)._raw_delete("default")
    cut_tail(urged)
    Case.objects.filter(pk=urged.pk).update(version=urged.version - 1)
    seal_logs(NIGHT)  # what is left is sealed anew, under the right key

    assert first is not None
    assert found() == {LogWrong.OTHER_HEAD}


def test_a_log_that_is_shorter_than_its_kept_head_is_found(here, urged):
    check_history(NIGHT)
    with history_lifted():
        Seal.objects.filter(log=Log.EVENTS)._raw_delete("default")

    assert found() == {LogWrong.SHORTER}


# --- whole cases


def test_a_case_that_is_gone_is_found_by_its_number(here, case):
    decided(here)
    delete_case(case)

    result = check_everything(NIGHT)

    assert [(each.where, each.wrong) for each in result.findings] == [
        (case.number, Wrong.NUMBER)
    ]


def test_a_case_gone_with_its_number_is_found_by_the_seals(here, case):
    seal_logs(NIGHT)
    delete_case(case)
    NumberCounter.objects.update(last=0)

    assert found() == {LogWrong.ROWS_GONE}


@pytest.mark.parametrize("key", [0, -5, 99999])
def test_a_case_put_in_under_any_key_is_found(here, case, key):
    counter = NumberCounter.objects.get(town=here.town)
    counter.last += 1
    counter.save()
    forged = Case.objects.get(pk=case.pk)
    forged.pk = key
    forged.number = f"{here.town.abbreviation}-{counter.year}-{counter.last:04d}"
    forged.event_count = 0
    forged.key = None
    forged.save(force_insert=True)

    result = check_everything(NIGHT)

    assert [each.where for each in result.findings] == [f"{forged.number} #1"]
    assert result.cases == 2


def test_a_counter_set_back_is_found(here, case):
    NumberCounter.objects.update(last=0)

    assert found() == {Wrong.COUNTER}


def test_cases_whose_counter_is_gone_are_found(here, case):
    NumberCounter.objects.all().delete()

    assert found() == {Wrong.COUNTER_GONE}


# --- revisions


def revision_of(case):
    return CaseRevision.objects.filter(event__case=case, field="place")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"new": "村尾"}, Wrong.REVISION),
        ({"erased_at": NOON, "new": "村尾"}, Wrong.REVISION),
        ({"erased_at": NOON}, Wrong.REVISION),
        ({"digest": "0" * 64}, Wrong.REVISION),
        ({"field": "remark"}, Wrong.REVISION_GONE),
    ],
)
def test_a_revision_changed_is_found(case, change, wrong):
    revision_of(case).update(**change)

    assert wrong in found()


def test_a_revision_put_in_is_found(case):
    first = Event.objects.filter(case=case).order_by("sequence").first()
    CaseRevision.objects.create(event=first, field="title", old="甲", new="乙")

    assert found() == {Wrong.REVISION_ADDED}


def test_a_revision_emptied_is_found(case):
    """Nothing of ours erases one."""
    revision_of(case).update(old="", new="", erased_at=NOON)

    assert Wrong.REVISION in found()


@pytest.mark.parametrize("moved", [timedelta(days=9), -timedelta(days=9), None])
def test_the_time_of_the_last_record_moved_is_found(case, moved):
    """Ahead it bars every step; back, or away, it lets an earlier one in."""
    at = case.last_event_at + moved if moved else None
    Case.objects.filter(pk=case.pk).update(last_event_at=at)

    assert Wrong.CUT in found()


# --- what stands in the way of the check itself


def test_a_number_that_is_none_is_a_finding(case):
    prefix, _dash, _nth = case.number.rpartition("-")
    Case.objects.filter(pk=case.pk).update(number=f"{prefix}-x1")

    findings = check_everything(NIGHT).findings

    assert (f"{prefix}-x1", Wrong.NO_NUMBER) in {
        (each.where, each.wrong) for each in findings
    }


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("cases_case", "UPDATE cases_case SET speaker_phone = 'x'"),
        ("cases_caserevision", "UPDATE cases_caserevision SET old = 'x'"),
        ("cases_event", "UPDATE cases_event SET data = 'null'"),
        ("cases_event", "UPDATE cases_event SET data = '[]'"),
        ("cases_event", """UPDATE cases_event SET data = '{"revisions": []}'"""),
    ],
)
def test_one_value_that_nobody_can_open_leaves_the_other_cases_checked(
    here, case, table, what
):
    after = spoken(here)
    Case.objects.filter(pk=after.pk).update(title="没有这回事")
    key = case.pk
    if table == "cases_caserevision":
        key = CaseRevision.objects.values_list("pk", flat=True).get(field="place")
    if table == "cases_event":
        key = case.events.earliest("sequence").pk
    by_sql(table, what, id=key)

    check = check_history(NIGHT)

    assert check.cases == 2
    assert f"{case.number}：{Wrong.UNREADABLE.label}" in check.findings
    assert f"{after.number}：{Wrong.WORDS.label}" in check.findings
