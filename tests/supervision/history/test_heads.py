"""The heads kept elsewhere, whoever is told, and the check itself is watched."""

import pytest
import time_machine
from django.core import mail
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from cases.models import Case, Event
from cases.workflow.findings import Wrong
from supervision.models import HistoryCheck, Log, Notice, Seal
from supervision.notices.delivering import deliver
from supervision.notices.words import words_of
from supervision.sealing.checking import LogWrong, check_history
from supervision.sealing.heads import file_of_heads, kept_lines
from supervision.sealing.watching import watch
from tests import roles
from tests.cases.roads import DAY, NOON, spoken
from tests.supervision.history.attacks import HOUR, MINUTE, NIGHT, found

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
