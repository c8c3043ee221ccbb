"""The heads kept elsewhere, whoever is told, and the check itself is watched."""

import shutil
import sqlite3
from contextlib import closing

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from cases.models import Case, Event
from cases.workflow.findings import Wrong
from minshi.history import history_lifted
from supervision.models import HistoryCheck, Log, Notice, Seal
from supervision.notices.delivering import deliver
from supervision.notices.words import words_of
from supervision.sealing.checking import LogWrong, check_history
from supervision.sealing.heads import (
    file_of_heads,
    file_of_newest,
    kept_lines,
    newest_line,
)
from supervision.sealing.seals import seal_logs
from supervision.sealing.watching import watch
from tests import roles
from tests.cases.roads import DAY, NOON, spoken
from tests.supervision.history.attacks import HOUR, MINUTE, NIGHT, found
from villages.audit import record_audit
from villages.models import AuditRecord
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db


# --- the heads kept elsewhere, and whoever is told


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


# --- the newest heads, which every seal writes


def log_in(here, at):
    record_audit(AuditKind.LOGIN, at=at, user=here.duty.user)
    seal_logs(at)


def take_away(rows):
    with history_lifted():
        rows._raw_delete("default")


def test_seals_that_are_all_gone_in_the_first_hour_are_found(here):
    log_in(here, NIGHT)

    take_away(Seal.objects.all())
    assert found(NIGHT + MINUTE) == {LogWrong.SHORTER}

    seal_logs(NIGHT + 2 * MINUTE)  # what is left is sealed anew, under the right key
    assert found(NIGHT + 3 * MINUTE) == {LogWrong.OTHER_HEAD}


def test_rows_cut_off_with_their_seals_since_the_heads_of_the_day_are_found(here):
    log_in(here, NIGHT)
    check_history(NIGHT)
    log_in(here, NIGHT + HOUR)
    log_in(here, NIGHT + 2 * HOUR)
    assert found(NIGHT + 3 * HOUR) == set()

    last = Seal.objects.filter(log=Log.AUDIT).latest("sequence")
    take_away(AuditRecord.objects.filter(pk=last.highest))
    take_away(Seal.objects.filter(pk=last.pk))

    assert found(NIGHT + 3 * HOUR) == {LogWrong.SHORTER}
    seal_logs(NIGHT + 3 * HOUR)
    assert found(NIGHT + 4 * HOUR) == {LogWrong.SHORTER}
    log_in(here, NIGHT + 4 * HOUR)
    assert found(NIGHT + 5 * HOUR) == {LogWrong.OTHER_HEAD}


def test_the_newest_heads_are_nobody_elses_to_read(here):
    log_in(here, NIGHT)

    assert file_of_newest().stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file_of_newest().parent.iterdir()] == [
        file_of_newest().name
    ]


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_head_never_outlives_its_seal_when_power_fails(here, tmp_path):
    """SQLite keeps what was committed in a file beside, which a power cut may lose."""
    log_in(here, NIGHT)

    after_power_cut = tmp_path / "after.sqlite3"
    shutil.copyfile(connection.settings_dict["NAME"], after_power_cut)

    with closing(sqlite3.connect(after_power_cut)) as database:
        rows = database.execute("SELECT log, hash FROM supervision_seal").fetchall()
    assert {(head.log, head.hash) for head in newest_line().heads} == set(rows) != set()


def test_newest_heads_that_were_damaged_stay_and_are_found(here):
    log_in(here, NIGHT)
    file_of_newest().write_text("x\n")

    log_in(here, NIGHT + HOUR)

    assert file_of_newest().read_text() == "x\n"
    assert found(NIGHT + 2 * HOUR) == {LogWrong.HEADS}


def test_newest_heads_taken_away_with_the_end_of_a_log_are_found(here):
    MigrationRecorder.Migration.objects.update(applied=NOON - DAY)
    log_in(here, NIGHT)
    check_history(NIGHT)
    log_in(here, NIGHT + 2 * HOUR)
    last = Seal.objects.filter(log=Log.AUDIT).latest("sequence")
    take_away(AuditRecord.objects.filter(pk=last.highest))
    take_away(Seal.objects.filter(pk=last.pk))

    file_of_newest().unlink()
    seal_logs(NIGHT + 3 * HOUR)
    assert found(NIGHT + 3 * HOUR) == {LogWrong.HEADS_GONE}

    assert check_history(NIGHT + DAY).found == 1
    assert found(NIGHT + DAY + HOUR) == set()


def test_newest_heads_begin_with_the_first_seals_and_after_an_update(here):
    MigrationRecorder.Migration.objects.update(applied=NOON - DAY)
    log_in(here, NIGHT)
    assert file_of_newest().exists()

    file_of_newest().unlink()
    MigrationRecorder.Migration.objects.update(applied=NIGHT + DAY)
    seal_logs(NIGHT + DAY + MINUTE)

    assert file_of_newest().exists()


def test_heads_of_a_day_are_no_newest_heads(here):
    log_in(here, NIGHT)
    check_history(NIGHT)
    file_of_newest().write_text(file_of_heads().read_text())

    assert found(NIGHT + HOUR) == {LogWrong.HEADS}


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


def test_a_clock_that_was_set_back_takes_no_day_away(case):
    check_history(NIGHT + 8 * DAY)
    check_history(NIGHT)

    kept = [line.day for line in kept_lines()]
    assert kept == ["2026-03-13", "2026-03-05"]
    assert LogWrong.HEADS_GONE not in found(NIGHT)


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
