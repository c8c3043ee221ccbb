"""Every night and every week by the clock; the auditor hears of what fails or is late;
the page shows the last good one.
"""

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from supervision import tasks
from supervision.backups import contents
from supervision.backups.keeping import backups_in
from supervision.backups.refusals import BackupRefused
from supervision.backups.watching import (
    back_up,
    back_up_if_due,
    prove_backup,
    prove_if_due,
    standing,
    watch,
)
from supervision.models import BackupRun, JobRun, Notice, NoticeChannel, NoticeKind
from supervision.notices.delivering import deliver
from supervision.notices.words import words_of
from tests import roles
from tests.cases.roads import DAY, NOON, staff
from tests.supervision.backups.world import OTHER_KEY, with_papers
from tests.supervision.letters import EIGHT, text_of

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _installed_at_noon():
    MigrationRecorder.Migration.objects.update(applied=NOON)


def told(user):
    rows = Notice.objects.filter(recipient=user, channel=NoticeChannel.INBOX)
    return list(rows.order_by("pk").values_list("kind", flat=True))


def test_one_a_night_and_what_was_missed_is_made_up_for(folder):
    with_papers(staff(), 1)

    first = back_up_if_due(NOON)  # no backup since two o'clock
    assert first.path.parent == folder
    assert back_up_if_due(NOON + HOUR) is None
    night = (NOON + DAY).replace(hour=2)
    assert back_up_if_due(night - HOUR) is None
    assert back_up_if_due(night) is not None
    assert back_up_if_due(NOON + 5 * DAY) is not None  # it was off meanwhile

    assert len(backups_in(folder)) == 3
    runs = BackupRun.objects.values_list("is_good", "file")
    assert {file for _good, file in runs} == {path.name for path in backups_in(folder)}
    assert all(is_good for is_good, _file in runs)


def test_without_a_key_none_is_made(folder, settings):
    settings.BACKUP_KEY = ""

    assert back_up_if_due(NOON) is None
    assert prove_if_due(NOON) is None
    assert not folder.exists()


def test_one_a_week_is_proved(folder):
    with_papers(staff(), 1)
    assert prove_if_due(NOON) is None  # there is none

    back_up_if_due(NOON)
    assert prove_if_due(NOON).is_good
    back_up_if_due(NOON + DAY)
    assert prove_if_due(NOON + 6 * DAY) is None
    assert prove_if_due(NOON + 7 * DAY).is_good

    proved = BackupRun.objects.filter(step="proved", is_good=True).first()
    assert proved.file == backups_in(folder)[0].name
    assert "都能恢复" in proved.words


def test_a_failure_is_noted_told_once_a_day_and_tried_again(folder):
    auditor, other = roles.auditor(), roles.system_admin()
    folder.write_text("a file where the folder should be")

    for hours in (0, 1, 2):
        with pytest.raises(BackupRefused):
            back_up_if_due(NOON + hours * HOUR)

    assert told(auditor.user) == [NoticeKind.BACKUP_FAILED]
    assert told(other.user) == []
    assert BackupRun.objects.filter(is_good=False).count() == 3
    folder.unlink()
    assert back_up_if_due(NOON + 3 * HOUR) is not None
    assert standing(NOON + 3 * HOUR).failed is None


def test_a_backup_that_cannot_be_opened_is_told_and_looked_at_again(folder, settings):
    auditor = roles.auditor()
    back_up_if_due(NOON)
    settings.BACKUP_KEY = OTHER_KEY

    with pytest.raises(BackupRefused):
        prove_if_due(NOON)

    assert told(auditor.user) == [NoticeKind.PROOF_FAILED]
    assert "密钥" in standing(NOON).failed.words
    assert standing(NOON).proved is None


def test_a_name_mistyped_alarms_nobody(folder):
    auditor = roles.auditor()

    with pytest.raises(BackupRefused, match="不存在"):
        prove_backup(folder / "minshi-mistyped.backup", folder, NOON)

    assert told(auditor.user) == []
    assert standing(NOON).failed is None


def test_a_folder_is_told_as_a_folder(folder):
    folder.mkdir()

    with pytest.raises(BackupRefused) as refused:
        prove_backup(folder, folder, NOON)

    assert str(folder) in str(refused.value)
    assert "不存在" not in str(refused.value)


def test_a_database_that_refuses_is_noted_and_told(folder, monkeypatch):
    """As a file of SQLite that is damaged, or PostgreSQL that went away meanwhile."""
    auditor = roles.auditor()

    def refuses(_alias):
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(contents, "rows_by_table", refuses)
    with pytest.raises(BackupRefused, match="disk I/O error"):
        back_up_if_due(NOON)

    assert told(auditor.user) == [NoticeKind.BACKUP_FAILED]
    assert not standing(NOON).failed.is_good


def test_without_a_key_it_is_said_once_that_none_are_made(settings):
    settings.BACKUP_KEY = ""
    auditor = roles.auditor()

    for days in range(5):
        watch(NOON + days * DAY)

    assert told(auditor.user) == [NoticeKind.NO_BACKUPS]


def test_the_worker_without_the_key_watches_what_another_makes(settings):
    auditor = roles.auditor()
    back_up_if_due(NOON)
    settings.BACKUP_KEY = ""

    watch(NOON + 2 * DAY)
    watch(NOON + 3 * DAY)

    assert told(auditor.user) == [NoticeKind.BACKUP_LATE, NoticeKind.BACKUP_LATE]


def test_a_backup_made_elsewhere_is_not_the_nights(folder, tmp_path):
    with_papers(staff(), 1)

    back_up(tmp_path / "usb", NOON)

    assert standing(NOON).made is None
    assert standing(NOON).made_elsewhere == BackupRun.objects.get()
    assert back_up_if_due(NOON + HOUR) is not None
    assert BackupRun.objects.count() == 2
    assert standing(NOON + HOUR).made_elsewhere is None


def test_the_page_names_a_backup_made_elsewhere_as_none_of_the_nights(
    client, folder, tmp_path
):
    client.force_login(roles.system_admin().user)
    run = {"step": "made", "size": 10, "is_good": True}
    BackupRun.objects.create(at=NOON, file="usb.backup", counts=False, **run)
    address = reverse("supervision:status")

    with time_machine.travel(NOON + 2 * DAY, tick=False):
        alone = client.get(address).text
        BackupRun.objects.create(at=NOON + DAY, file="night.backup", **run)
        beside = client.get(address).text

    assert "usb.backup · 10 字节 · 不算每晚的备份" in " ".join(alone.split())
    assert "还没有备份" not in alone
    assert "night.backup" in beside
    assert "usb.backup" not in beside, "an older one says nothing more"


def test_an_old_backup_that_was_proved_is_not_the_weeks(folder, tmp_path):
    with_papers(staff(), 1)
    old = back_up(tmp_path / "usb", NOON - 30 * DAY)

    prove_backup(old.path, tmp_path, NOON)

    assert BackupRun.objects.filter(step="proved", is_good=True).count() == 1
    assert standing(NOON).proved is None
    back_up_if_due(NOON)
    assert prove_if_due(NOON + HOUR).is_good


@pytest.mark.parametrize(
    ("hours", "kinds"), [(26, []), (27, ["backup_late"]), (24 * 9, ["backup_late"])]
)
def test_a_backup_that_was_never_made_is_late_from_the_second_day(hours, kinds):
    auditor = roles.auditor()

    watch(NOON + hours * HOUR)
    watch(NOON + hours * HOUR)

    assert told(auditor.user) == kinds


def test_late_is_counted_from_the_last_good_one_and_names_it(folder):
    auditor = roles.auditor()
    back_up_if_due(NOON + 3 * DAY)

    watch(NOON + 4 * DAY)
    assert told(auditor.user) == []
    watch(NOON + 5 * DAY)

    notice = Notice.objects.get(recipient=auditor.user)
    assert notice.kind == NoticeKind.BACKUP_LATE
    assert "3月5日" in words_of(notice)


def test_what_is_made_and_never_proved_is_late_after_a_week(folder):
    auditor = roles.auditor()
    back_up_if_due(NOON + 9 * DAY)

    watch(NOON + 9 * DAY)

    assert told(auditor.user) == [NoticeKind.PROOF_LATE]


# --- where it is read


def test_the_auditor_reads_it_in_the_inbox_and_by_letter(client, mail, folder):
    auditor = roles.auditor()
    auditor.user.email = "auditor@example.cn"
    auditor.user.save()
    watch(NOON - 4 * HOUR + 30 * DAY)
    client.force_login(auditor.user)

    with time_machine.travel(NOON + 30 * DAY, tick=False):
        inbox = client.get(reverse("supervision:inbox")).text
        unread = client.get(reverse("supervision:unread")).text
        notice = Notice.objects.get(channel=NoticeChannel.INBOX)
        opened = client.get(reverse("supervision:open", args=[notice.pk]))
    deliver(EIGHT + 30 * DAY)

    assert "备份没有按时做" in inbox
    assert '<span class="badge">1</span>' in unread
    assert opened.url == reverse("supervision:status")
    (letter,) = mail.letters
    assert "备份没有按时做" in "".join(text_of(letter))


def test_others_do_not_read_it(client):
    here, auditor = staff(), roles.auditor()
    watch(NOON + 2 * DAY)
    notice = Notice.objects.get(recipient=auditor.user)

    for post in (here.supervisor, roles.auditor()):
        client.force_login(post.user)
        with time_machine.travel(NOON + 2 * DAY, tick=False):
            url = reverse("supervision:open", args=[notice.pk])
            assert client.get(url).status_code == 404
    for post in (roles.system_admin(), roles.security_admin()):
        client.force_login(post.user)
        assert client.get(reverse("supervision:inbox")).status_code == 404


def test_the_page_shows_the_last_good_one_and_the_last_proof(client, folder, settings):
    with_papers(staff(), 1)
    client.force_login(roles.auditor().user)

    def page(at):
        with time_machine.travel(at, tick=False):
            return client.get(reverse("supervision:status")).text

    assert "要是这台机器坏了" in page(NOON + 2 * DAY)

    back_up_if_due(NOON + 2 * DAY)
    prove_if_due(NOON + 2 * DAY)
    good = page(NOON + 2 * DAY)
    assert backups_in(folder)[0].name in good
    assert "备份恢复验证记录" in good
    assert "要是这台机器坏了" not in good

    settings.BACKUP_KEY = "no key"
    with pytest.raises(BackupRefused):
        back_up_if_due(NOON + 3 * DAY)
    assert "BACKUP_KEY 不是一把完整的密钥" in page(NOON + 3 * DAY)
    assert "已经过了一天多" in page(NOON + 4 * DAY)


def test_what_a_backup_holds_is_counted_for_no_overseer(client, folder):
    """The rows of a table are a total of the matters that concern a cadre too."""
    here = staff()
    with_papers(here, 1)
    back_up_if_due(NOON + 2 * DAY)
    prove_if_due(NOON + 2 * DAY)

    def page(post):
        client.force_login(post.user)
        with time_machine.travel(NOON + 2 * DAY, tick=False):
            return client.get(reverse("supervision:status")).text

    for words in ("备份恢复验证记录", BackupRun.objects.get(step="made").words):
        assert words in page(roles.auditor())
        assert words not in page(here.supervisor)
    assert backups_in(folder)[0].name in page(here.supervisor)


def test_prometheus_reads_the_same(client, settings, folder):
    settings.METRICS_TOKEN = "a long word"
    back_up_if_due(NOON)

    headers = {"Authorization": "Bearer a long word"}
    text = client.get(reverse("supervision:metrics"), headers=headers).text

    samples = {
        sample.labels["step"]: sample.value
        for family in text_string_to_metric_families(text)
        if family.name == "minshi_backup_good_seconds"
        for sample in family.samples
    }
    assert samples == {"made": NOON.timestamp(), "proved": 0}


def test_the_jobs_run_and_one_that_fails_is_noted_as_failed(folder, settings):
    with time_machine.travel(NOON, tick=False):
        tasks.back_up.apply()
        tasks.prove_backup.apply()
        tasks.watch_backups.apply()

    runs = JobRun.objects.filter(name__contains="backup") | JobRun.objects.filter(
        name__endswith="back_up"
    )
    assert {run.name.rpartition(".")[2]: run.failures for run in runs} == {
        "back_up": 0,
        "prove_backup": 0,
        "watch_backups": 0,
    }
    assert standing(NOON).made
    assert standing(NOON).proved

    settings.BACKUP_KEY = "no key"
    with time_machine.travel(NOON + DAY, tick=False):
        tasks.back_up.apply()
    run = JobRun.objects.get(name="supervision.tasks.back_up")
    assert (run.failures, run.error) == (1, "BackupRefused")
