"""History that nobody rewrites quietly: each way of doing so is found, and where nobody
did nothing is.
"""

import hashlib
import json
from datetime import UTC, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from cases.models import (
    Assignment,
    Case,
    CaseRevision,
    Clock,
    Concern,
    Event,
    NumberCounter,
    Rating,
    Reply,
)
from cases.tasks import close_unrated_due
from cases.workflow import Action, Speaker, System, make_move
from cases.workflow.proof import Wrong
from cases.workflow.record import chain_hash
from cases.workflow.state import GROUPS, NOT_SEALED
from minshi.errors import Overtaken
from minshi.history import history_lifted
from supervision.models import HistoryCheck, Log, Notice, Seal
from supervision.notices.delivering import deliver
from supervision.notices.words import words_of
from supervision.sealing.checking import LogWrong, check_everything, check_history
from supervision.sealing.heads import file_of_heads, kept_lines
from supervision.sealing.logs import SOURCES
from supervision.sealing.seals import seal_logs
from supervision.sealing.spans import keys_in, merged, text_of
from supervision.sealing.watching import watch
from tests import roles
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
from tests.chains import findings_of
from villages.audit import record_audit
from villages.models import AuditRecord, FieldHistory, Town
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
NIGHT = NOON + 3 * DAY
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def here():
    return staff()


@pytest.fixture
def case(here):
    """Rated and closed, with a corrected place."""
    case = make_move(
        spoken(here),
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        place="村口",
        reason="补地点",
    )
    return rated(
        here, verified(here, completed(here, decided(here, accepted(here, case))))
    )


def found(at=NIGHT):
    result = check_everything(at)
    assert result.found == len(result.findings)
    return {each.wrong for each in result.findings}


def by_sql(table, what, **where):
    """Change rows as somebody at the database does, triggers lifted."""
    conditions = " AND ".join(f"{column} = %s" for column in where)
    with history_lifted(), connection.cursor() as cursor:
        cursor.execute(f"{what} WHERE {conditions}", list(where.values()))
        assert cursor.rowcount > 0, table


def delete_case(case):
    """Delete a case with everything that hangs on it."""
    with history_lifted():
        CaseRevision.objects.filter(event__case=case).delete()
        Event.objects.filter(case=case)._raw_delete("default")
        Case.objects.filter(pk=case.pk).delete()


# --- where nobody did anything


def test_nothing_is_found_where_nobody_did_anything(here, case):
    decided(here)
    spoken(here, speaker_phone="13993912345", concerns=())
    record_audit(AuditKind.LOGIN, at=NOON, user=here.duty.user)

    assert found() == set()
    seal_logs(NIGHT)
    assert found(NIGHT + DAY) == set()


def test_every_column_of_a_case_is_sealed_or_named_as_not():
    columns = {field.attname for field in Case._meta.concrete_fields}
    in_groups = [column for group in GROUPS.values() for column in group]

    assert len(in_groups) == len(set(in_groups))
    assert {*in_groups, *NOT_SEALED} == columns


# --- the case against its events


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"verbatim": "没有这回事"}, {Wrong.VERBATIM, Wrong.WORDS}),
        ({"title": "没有这回事"}, {Wrong.WORDS}),
        ({"speaker_name": "王二"}, {Wrong.WORDS}),
        ({"result": "全都修好了"}, {Wrong.RESULT}),
        ({"decision": "不修"}, {Wrong.RESULT}),
        ({"completed_at": NOON}, {Wrong.RESULT}),
        ({"satisfaction": "dissatisfied"}, {Wrong.RATING}),
        ({"solved": "no"}, {Wrong.RATING}),
        ({"level": "town"}, {Wrong.STAGE}),
        ({"round": 2}, {Wrong.STAGE}),
        ({"closed_at": NOON}, {Wrong.STAGE}),
        ({"grade": "minor"}, {Wrong.KIND}),
        ({"registered_at": NOON - DAY}, {Wrong.ORIGIN}),
        ({"event_count": 3}, {Wrong.CUT}),
        ({"event_hash": "0" * 64}, {Wrong.CUT}),
    ],
)
def test_a_case_changed_by_sql_is_found(case, changed, wrong):
    Case.objects.filter(pk=case.pk).update(**changed)

    assert found() == wrong


def test_a_deadline_moved_by_sql_is_found(here):
    case = decided(here)
    later = case.due_at + DAY
    Case.objects.filter(pk=case.pk).update(due_at=later)
    assert found() == {Wrong.DUE}

    Clock.objects.filter(case=case, stopped_at=None).update(due_at=later)
    assert found() == {Wrong.DUE}


def test_a_clock_moved_by_sql_is_found(here):
    case = decided(here)
    Clock.objects.filter(case=case, stopped_at=None).update(due_at=case.due_at + DAY)

    assert found() == {Wrong.DUE}


def test_a_rating_changed_beside_the_case_is_found(case):
    Rating.objects.filter(case=case).update(satisfaction="mostly")
    assert found() == {Wrong.RATING}

    Rating.objects.filter(case=case).delete()
    assert found() == {Wrong.RATING}


def test_a_reply_that_was_changed_or_is_gone_is_found(case):
    Reply.objects.filter(case=case).update(text="修不了")
    assert found() == {Wrong.REPLY}

    Reply.objects.filter(case=case).delete()
    assert found() == {Wrong.REPLY}


def put_in_reply(case, at, text="已经修好了，请放心"):
    """Put an answer in by SQL, as the attack did: later than the one that was given."""
    columns = "case_id, round, at, text, post_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO cases_reply ({columns}) VALUES (%s, %s, %s, %s, NULL)",  # noqa: S608 - names of ours
            [case.pk, case.round, at, text],
        )


def test_a_reply_that_was_put_in_is_found(case):
    put_in_reply(case, NOON + 2 * DAY)

    assert found() == {Wrong.REPLY}


def test_a_reply_put_in_at_the_moment_of_another_event_is_found(case):
    put_in_reply(case, Reply.objects.get(case=case).at)

    assert found() == {Wrong.REPLY}


@pytest.mark.parametrize("column", ["round", "post"])
def test_a_reply_moved_to_another_round_or_post_is_found(here, case, column):
    changed = {"round": 2, "post": here.reviewer}
    Reply.objects.filter(case=case).update(**{column: changed[column]})

    assert found() == {Wrong.REPLY}


def test_a_reply_from_before_replies_were_sealed_is_no_finding(here, case):
    event = Event.objects.get(case=case, action=Action.VERIFY)
    resealed_without(event, "reply")
    assert found() == set()

    put_in_reply(case, event.at + HOUR)
    assert found() == {Wrong.REPLY}


def resealed_without(event, key):
    """Bring a chain to what an earlier version wrote: no such fact in this event."""
    events = list(Event.objects.filter(case=event.case).order_by("sequence"))
    previous = ""
    for each in events:
        if each.pk == event.pk:
            del each.data[key]
        each.previous_hash = previous
        each.hash = previous = chain_hash(each)

    with history_lifted():
        Event.objects.bulk_update(events, ["data", "previous_hash", "hash"])
        Case.objects.filter(pk=event.case_id).update(event_hash=previous)


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": "没有说过的话"},
        {"how": "phone"},
        {"on_the_spot": True},
        {"drawn": True},
        {"round": 2},
        {"entered_by": None},
    ],
)
def test_every_column_of_a_rating_that_an_event_holds_is_compared(case, changed):
    Rating.objects.filter(case=case).update(**changed)

    assert found() == {Wrong.RATING}


def test_the_reason_of_a_rating_is_that_of_the_record_though_it_names_somebody(here):
    case = verified(here)
    name = Case.objects.get(pk=case.pk).speaker_name
    case = make_move(
        case,
        Action.RATE,
        by=Speaker(case, via="code"),
        at=NOON + 2 * DAY,
        satisfaction="dissatisfied",
        solved="no",
        reason=f"{name}家门口还是黑的",
    )
    assert found() == set()

    Rating.objects.filter(case=case).update(reason="挺好")
    assert found() == {Wrong.RATING}


@pytest.mark.parametrize(
    "change",
    [
        lambda rows, here: rows.delete(),
        lambda rows, here: rows.update(post=here.secretary, office=None),
        lambda rows, here: rows.update(round=2),
        lambda rows, here: rows.update(role="assistant"),
        lambda rows, here: rows.update(assigned_at=NOON - DAY),
        lambda rows, here: rows.update(ended_at=NOON - DAY, end="returned"),
        lambda rows, here: rows.update(ended_at=None, end=""),
    ],
)
def test_whoever_handled_it_is_compared_with_the_record(here, case, change):
    change(Assignment.objects.filter(case=case), here)

    assert found() == {Wrong.HANDLERS}


def test_a_handler_who_was_put_in_is_found(here):
    case = decided(here)
    Assignment.objects.create(
        case=case, round=1, role="assistant", post=here.secretary, assigned_at=NOON
    )

    assert found() == {Wrong.HANDLERS}


def test_cadres_whom_a_case_concerns_are_compared_with_the_record(here):
    case = spoken(here, concerns=(here.secretary.user,))
    assert found() == set()

    Concern.objects.filter(case=case).update(user=here.duty.user)
    assert found() == {Wrong.CONCERNS}
    Concern.objects.filter(case=case).delete()
    assert found() == {Wrong.CONCERNS}


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


def test_an_erased_revision_is_no_finding(case):
    revision_of(case).update(old="", new="", erased_at=NOON)

    assert found() == set()


# --- the logs


@pytest.fixture
def audited(here):
    for minutes in range(4):
        record_audit(
            AuditKind.UNMASK,
            at=NOON + minutes * MINUTE,
            user=here.secretary.user,
            subject="电话",
            reason="回访",
        )
    seal_logs(NIGHT)
    return list(AuditRecord.objects.order_by("pk"))


def test_every_column_of_the_audit_log_is_sealed():
    columns = {field.attname for field in AuditRecord._meta.concrete_fields}

    assert {"id", *SOURCES[Log.AUDIT].columns} == columns


def test_audit_rows_that_are_gone_are_found(audited):
    by_sql("audit", "DELETE FROM villages_auditrecord", id=audited[1].pk)

    result = check_everything(NIGHT)

    assert {each.wrong for each in result.findings} == {LogWrong.ROWS_GONE}
    assert "审计日志" in result.findings[0].where or "audit" in result.findings[0].where


def test_the_end_of_the_audit_log_that_is_gone_is_found(audited):
    for row in audited[2:]:
        by_sql("audit", "DELETE FROM villages_auditrecord", id=row.pk)

    assert found() == {LogWrong.ROWS_GONE}


def test_an_audit_row_that_was_changed_is_found(audited):
    by_sql("audit", "UPDATE villages_auditrecord SET reason = 'x'", id=audited[1].pk)

    assert found() == {LogWrong.ROWS_CHANGED}


def test_an_audit_row_put_in_long_after_is_found(audited, here):
    row = audited[1]
    by_sql("audit", "UPDATE villages_auditrecord SET id = 0", id=row.pk)

    assert found(NIGHT + DAY) == {LogWrong.ROWS_GONE, LogWrong.ROWS_ADDED}


def test_field_history_that_is_gone_is_found(here):
    town = Town.objects.get(pk=here.town.pk)
    town.name = "别的镇"
    town.save()
    assert FieldHistory.objects.exists()
    seal_logs(NIGHT)
    assert found() == set()

    FieldHistory.objects.all().delete()

    assert found() == {LogWrong.ROWS_GONE}


def test_a_seal_that_was_changed_or_is_gone_is_found(audited, here):
    record_audit(AuditKind.LOGIN, at=NIGHT, user=here.duty.user)
    seal_logs(NIGHT + MINUTE)
    first, second = Seal.objects.filter(log=Log.AUDIT).order_by("sequence")

    by_sql("seals", "UPDATE supervision_seal SET count = 9", id=second.pk)
    assert found() == {LogWrong.SEAL}

    by_sql("seals", "DELETE FROM supervision_seal", id=first.pk)
    assert LogWrong.SEAL_GONE in found()


def test_a_log_whose_seals_are_all_gone_is_found(audited):
    with history_lifted():
        Seal.objects.all()._raw_delete("default")
    assert found() == set()  # brought up to date within the hour

    MigrationRecorder.Migration.objects.update(applied=NOON)
    assert found() == {LogWrong.UNSEALED}
    assert found(NOON + 30 * MINUTE) == set()


def test_a_log_whose_first_row_is_new_has_no_seal_yet(here):
    MigrationRecorder.Migration.objects.update(applied=NOON - DAY)
    record_audit(AuditKind.LOGIN, at=NOON, user=here.duty.user)

    assert found(NOON + MINUTE) == set()


def test_a_row_that_was_committed_late_is_sealed_later(audited):
    late = audited[1]
    with history_lifted():
        AuditRecord.objects.filter(pk=late.pk)._raw_delete("default")
        Seal.objects.all()._raw_delete("default")
    seal_logs(NIGHT)
    with history_lifted():
        late.save(force_insert=True)

    assert seal_logs(NIGHT + 2 * MINUTE) == 1
    assert seal_logs(NIGHT + 3 * MINUTE) == 0
    assert found(NIGHT + DAY) == set()


def test_seals_cannot_be_changed(audited):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Seal.objects.update(count=0)


def test_spans_hold_any_keys():
    keys = [1, 2, 3, 7, 9, 10]

    assert text_of(keys) == "1-3,7,9-10"
    assert keys_in(text_of(keys)) == keys
    assert merged([(9, 10), (1, 3), (4, 4), (2, 3)]) == [(1, 4), (9, 10)]


# --- the heads kept elsewhere, and whoever is told


@pytest.fixture
def auditor():
    post = roles.auditor()
    post.user.email = "auditor@example.cn"
    post.user.save()
    return post


def test_the_heads_are_kept_once_a_day(case):
    check_history(NIGHT)
    check_history(NIGHT + HOUR)
    check_history(NIGHT + DAY)

    lines = list(kept_lines())
    assert [line.day for line in lines] == ["2026-03-05", "2026-03-06"]
    assert lines[0].heads[0].total == Event.objects.count()
    assert file_of_heads().stat().st_mode & 0o777 == 0o600
    assert found(NIGHT + 2 * DAY) == set()


def test_kept_heads_that_were_changed_or_are_gone_are_found(case):
    check_history(NIGHT)
    file = file_of_heads()
    whole = file.read_text()

    file.write_text(whole.replace("2026-03-05", "2026-03-04"))
    assert found() == {LogWrong.HEADS}
    file.write_text("x\n")
    assert found() == {LogWrong.HEADS}
    file.unlink()
    assert found() == {LogWrong.HEADS_GONE}


def test_a_damaged_file_of_heads_is_not_written_on(case):
    check_history(NIGHT)
    file_of_heads().write_text("x\n")

    check = check_history(NIGHT + DAY)

    assert (check.found, check.kept_on) == (1, None)
    assert file_of_heads().read_text() == "x\n"


def test_the_auditor_has_the_heads_by_mail(case, auditor):
    check_history(NIGHT)
    deliver(NIGHT + MINUTE)

    (letter,) = mail.outbox
    assert letter.to == ["auditor@example.cn"]
    assert Seal.objects.get(log=Log.EVENTS).hash in letter.body
    assert Notice.objects.get().kind == "heads"


def test_the_auditor_is_told_by_mail_of_what_does_not_fit(case, auditor):
    Case.objects.filter(pk=case.pk).update(result="全都修好了")

    check_history(NIGHT)
    deliver(NIGHT + MINUTE)

    (letter,) = mail.outbox
    assert f"{case.number}：{Wrong.RESULT.label}" in letter.body
    assert sorted(Notice.objects.values_list("kind", "channel")) == [
        ("heads", "email"),
        ("history", "email"),
        ("history", "inbox"),
    ]


def test_whoever_is_auditor_no_more_has_no_letter(case, auditor):
    check_history(NIGHT)
    auditor.until_on = NIGHT.date() - DAY
    auditor.from_on = auditor.until_on
    auditor.save()

    deliver(NIGHT + MINUTE)

    assert mail.outbox == []


def test_the_status_page_names_what_was_found_to_the_auditor_alone(
    client, case, auditor
):
    Case.objects.filter(pk=case.pk).update(result="全都修好了")
    check_history(NIGHT)

    client.force_login(auditor.user)
    assert case.number in client.get(reverse("supervision:status")).text
    client.force_login(roles.system_admin().user)
    page = client.get(reverse("supervision:status"))
    assert page.status_code == 200
    assert case.number not in page.text
    assert page.context["check"].found == 1


def test_the_check_itself_leaves_its_mark(case):
    check = check_history(NIGHT)

    assert HistoryCheck.objects.get() == check
    assert (check.cases, check.found, check.kept_on) == (1, 0, NIGHT.date())


# --- the check itself is watched


def told(auditor):
    rows = Notice.objects.filter(recipient=auditor.user, channel="inbox")
    return list(rows.values_list("kind", flat=True))


def test_the_auditor_is_told_daily_that_the_check_has_stopped(case, auditor):
    check_history(NIGHT)

    watch(NIGHT + 26 * HOUR)
    assert told(auditor) == []
    for hours in (27, 28, 27 + 24):
        watch(NIGHT + hours * HOUR)

    assert told(auditor) == ["history_late", "history_late"]
    assert "3月5日" in words_of(Notice.objects.filter(kind="history_late").last())


def test_what_was_never_checked_is_late_after_its_first_row(here, auditor):
    MigrationRecorder.Migration.objects.update(applied=NOON - DAY)
    watch(NOON + DAY)
    assert told(auditor) == []

    spoken(here)
    watch(NOON + 26 * HOUR - MINUTE)
    assert told(auditor) == []
    watch(NOON + 26 * HOUR)
    assert told(auditor) == ["history_late"]


def test_after_an_update_the_check_has_a_day_to_run(here, auditor):
    spoken(here)
    MigrationRecorder.Migration.objects.update(applied=NIGHT)

    watch(NIGHT + 26 * HOUR)

    assert told(auditor) == []


def test_the_page_says_that_the_check_has_stopped(client, case, auditor):
    check_history(NIGHT)
    client.force_login(auditor.user)

    def is_late(at):
        with time_machine.travel(at, tick=False):
            return client.get(reverse("supervision:status")).context["check_is_late"]

    assert not is_late(NIGHT + DAY)
    assert is_late(NIGHT + 27 * HOUR)


# --- forward only


def added_words(case):
    return {"text": "还有一盏", "by": Speaker(case, via="code")}


@pytest.mark.parametrize("who", ["officer", "speaker"])
def test_somebody_whose_clock_is_a_little_behind_is_not_refused(here, who):
    case = accepted(here)
    make_move(case, Action.SUPPLEMENT, **added_words(case), at=NOON + 2 * MINUTE)
    if who == "officer":
        act = {"action": Action.AMEND, "by": officer(here.duty), "place": "村口"}
    else:
        act = {"action": Action.SUPPLEMENT, **added_words(case)}

    moved = make_move(case, at=NOON, **act)

    assert moved.events.latest("sequence").at == NOON + 2 * MINUTE
    assert findings_of([moved]) == []


def test_a_job_whose_clock_is_behind_leaves_it_to_the_next_run(here):
    case = decided(here)
    make_move(case, Action.SUPPLEMENT, **added_words(case), at=NOON + 2 * MINUTE)
    urge = {"supervision_level": "urge", "text": "请抓紧"}

    with pytest.raises(Overtaken):
        make_move(case, Action.SUPERVISE, by=System("ladder"), at=NOON, **urge)


def test_a_merge_into_a_matter_moved_a_moment_later_is_not_refused(here):
    case, target = accepted(here), accepted(here)
    make_move(target, Action.SUPPLEMENT, **added_words(target), at=NOON + MINUTE)

    make_move(case, Action.MERGE, by=officer(here.secretary), at=NOON, into=target)

    target.refresh_from_db()
    assert target.last_event_at == NOON + MINUTE
    assert findings_of([case, target]) == []


def test_an_event_much_earlier_than_the_last_is_refused(here):
    case = accepted(here)
    values = added_words(case)

    with pytest.raises(Overtaken):
        make_move(case, Action.SUPPLEMENT, at=NOON - HOUR, **values)

    assert Event.objects.filter(case=case).count() == 2
    assert make_move(case, Action.SUPPLEMENT, at=NOON, **values).event_count == 3


def test_a_job_that_was_overtaken_leaves_the_case_to_its_next_run(here, settings):
    case = verified(here)
    late = NOON + 60 * DAY
    speaker = Speaker(case, via="code")
    make_move(case, Action.SUPPLEMENT, by=speaker, at=late, text="还有一盏")

    assert close_unrated_due(late - MINUTE) == 0
    assert close_unrated_due(late) == 1


# --- chains from before


@pytest.mark.django_db(transaction=True)
def test_chains_from_before_are_signed_once_and_broken_ones_left_to_be_found(here):
    whole, changed = rated(here), rated(here)
    for case in (whole, changed):
        forge_with_plain_hashes(case, 1, Event.objects.get(case=case, sequence=1).note)
    with history_lifted():
        Event.objects.filter(case=changed, sequence=3).update(note="没人要求过")

    migrate_back_before("state_of_events")
    migrate_to_the_end()

    result = check_everything(NIGHT)
    assert [(each.where, each.wrong) for each in result.findings] == [
        (f"{changed.number} #1", Wrong.RECORD)
    ]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.update(note="x")


def migrate_back_before(name):
    """Undo the migration of cases that ends in `name`, and what stands on it."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    (node,) = [each for each in graph.nodes if each[0] == "cases" and name in each[1]]
    (before,) = [
        parent for parent in graph.node_map[node].parents if parent[0] == "cases"
    ]
    executor.migrate([(before.key[0], before.key[1])])


def migrate_to_the_end():
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


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
