"""Backups by the clock: one a night, a proof a week, and word to the auditor when one
fails or is late.

Each is due, not scheduled: a machine that is off at night makes up for it when it is
on, and a failure is tried again every hour.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from minshi import workdays
from minshi.workdays import SHANGHAI
from supervision.backups.keeping import backups_in, thin_out
from supervision.backups.making import Backup, make_backup
from supervision.backups.proving import Proof, page_of
from supervision.backups.refusals import BackupRefused, does_not_exist
from supervision.backups.restoring import check_backup
from supervision.models import BackupRun, BackupStep, NoticeKind
from supervision.notices.system import notify_auditors

NIGHT = 2  # o'clock in Shanghai, from which the day's backup is due
LATE = timedelta(hours=26)  # a day, and time to make it
PROOF_EVERY = timedelta(days=7)
PROOF_LATE = timedelta(days=8)
FAILED = {
    BackupStep.MADE: NoticeKind.BACKUP_FAILED,
    BackupStep.PROVED: NoticeKind.PROOF_FAILED,
}


@dataclass(frozen=True)
class Standing:
    """The last good backup and the last good proof, and if they are late."""

    made: BackupRun | None
    proved: BackupRun | None
    failed: BackupRun | None  # the last failure of either, where nothing good followed
    is_made_late: bool
    is_proved_late: bool


def standing(at: datetime) -> Standing:
    """Tell how backups stand. Five queries."""
    made = _last_good(BackupStep.MADE)
    proved = _last_good(BackupStep.PROVED)
    began = _installed_at()

    return Standing(
        made=made,
        proved=proved,
        failed=_last_failure(made, proved),
        is_made_late=(made.at if made else began) < at - LATE,
        is_proved_late=(proved.at if proved else began) < at - PROOF_LATE,
    )


def back_up_if_due(at: datetime) -> Backup | None:
    """Make the backup of the night, unless there is one. None: none is due, or no key
    is set, and so no backups are wanted here.

    BackupRefused: it failed; that is noted, and the auditor knows.
    """
    night = datetime.combine(workdays.local_day(at), time(NIGHT), SHANGHAI)
    if at < night:
        night -= timedelta(days=1)

    last = _last_good(BackupStep.MADE)
    if not settings.BACKUP_KEY or (last and last.at >= night):
        return None

    folder = Path(settings.BACKUP_DIR)
    made = back_up(folder, at)
    thin_out(folder)
    return made


def back_up(folder: Path, at: datetime) -> Backup:
    """Make a backup in `folder` and note it. BackupRefused: as `make_backup`, noted and
    told to the auditor.
    """
    try:
        made = make_backup(folder, at)
    except BackupRefused as refusal:
        note_failure(BackupStep.MADE, "", str(refusal), at)
        raise

    BackupRun.objects.create(
        step=BackupStep.MADE,
        at=at,
        file=made.path.name,
        size=made.size,
        is_good=True,
        words=words_of(made),
    )
    return made


def prove_if_due(at: datetime) -> Proof | None:
    """Restore the newest backup to prove it, once a week and at once where the last
    proof failed. None: it is not due, or there is none to prove.

    BackupRefused: it cannot be restored, or what came out is wrong; that is noted, and
    the auditor knows.
    """
    backups = backups_in(Path(settings.BACKUP_DIR))
    last = _last_good(BackupStep.PROVED)
    is_due = last is None or last.at <= at - PROOF_EVERY
    if not settings.BACKUP_KEY or not backups or not is_due:
        return None

    return prove_backup(backups[0], Path(settings.BACKUP_DIR), at)


def prove_backup(file: Path, folder: Path, at: datetime) -> Proof:
    """Restore a backup in `folder`, and note what came of it. BackupRefused: see
    there; a file that is not there is a slip of the pen, and not noted.
    """
    if file.is_dir():
        words = _("%(name)s is a folder. Name the file in it that is to be proved.")
        raise BackupRefused(words % {"name": file})
    if not file.is_file():
        raise does_not_exist(file)

    try:
        proof = check_backup(file, folder)
    except BackupRefused as refusal:
        note_failure(BackupStep.PROVED, file.name, str(refusal), at)
        raise

    page = page_of(proof, file, at)
    if not proof.is_good:
        note_failure(BackupStep.PROVED, file.name, page, at)
        raise BackupRefused(page)

    _note_proof(file, page, at)
    return proof


def _note_proof(file: Path, page: str, at: datetime) -> None:
    """Note a proof, where there is a database to note it in: a backup can be proved on
    a machine that has none.
    """
    if not _keeps_notes():
        return
    BackupRun.objects.create(
        step=BackupStep.PROVED,
        at=at,
        file=file.name[:80],
        size=file.stat().st_size,
        is_good=True,
        words=page,
    )


def note_failure(step: BackupStep, file: str, words: str, at: datetime) -> None:
    """Note what failed and notify the auditors, once a day."""
    if not _keeps_notes():
        return
    BackupRun.objects.create(
        step=step, at=at, file=file[:80], is_good=False, words=words
    )
    day = workdays.local_day(at)
    notify_auditors(FAILED[step], about=f"{step}-failed:{day}", day=day, at=at)


def watch(at: datetime) -> None:
    """Notify the auditors, once a day, of a backup or a proof that is late."""
    now = standing(at)
    day = workdays.local_day(at)

    if now.is_made_late:
        last = workdays.local_day(now.made.at) if now.made else None
        notify_auditors(NoticeKind.BACKUP_LATE, about=f"late:{day}", day=last, at=at)
    elif now.is_proved_late:  # there is one to prove
        last = workdays.local_day(now.proved.at) if now.proved else None
        notify_auditors(NoticeKind.PROOF_LATE, about=f"unproved:{day}", day=last, at=at)


def words_of(made: Backup) -> str:
    """Return in a sentence or two what a backup holds."""
    words = _("%(tables)s tables with %(rows)s rows, %(files)s files.")
    said = words % {"tables": made.tables, "rows": made.rows, "files": made.files}
    if not made.missing:
        return said

    missing = ngettext(
        "%(count)s file that the database names is not on the disk.",
        "%(count)s files that the database names are not on the disk.",
        made.missing,
    )
    return said + missing % {"count": made.missing}


def _keeps_notes() -> bool:
    from supervision.backups.databases import exists

    if not exists():
        return False
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    return BackupRun._meta.db_table in tables


def _last_good(step: BackupStep) -> BackupRun | None:
    return BackupRun.objects.filter(step=step, is_good=True).order_by("-at").first()


def _last_failure(*good: BackupRun | None) -> BackupRun | None:
    """Return the last failure that nothing good of its step followed."""
    failures = BackupRun.objects.filter(is_good=False)
    for run in good:
        if run:
            failures = failures.exclude(step=run.step, at__lte=run.at)
    return failures.order_by("-at").first()


def _installed_at() -> datetime:
    """Return the moment at which the database was made."""
    migrations = MigrationRecorder.Migration.objects
    made: datetime = migrations.aggregate(first=Min("applied"))["first"]
    return made
