"""Backups by the clock: one a night, a proof a week, and word to the auditor when one
fails or is late.

Each is due, not scheduled: a machine that is off at night makes up for it when it is
on, and a failure is tried again every hour.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseRefused
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from minshi import workdays
from minshi.workdays import SHANGHAI
from supervision.backups.databases import exists
from supervision.backups.evidence import page_of
from supervision.backups.keeping import backups_in, thin_out
from supervision.backups.making import Backup, make_backup
from supervision.backups.proving import Proof
from supervision.backups.refusals import BackupRefused, does_not_exist
from supervision.backups.restoring import check_backup
from supervision.installation import installed_at
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
    """The last good backup and the last good proof that count, and if they are late."""

    made: BackupRun | None
    made_elsewhere: BackupRun | None  # the last good one, where it counts as none
    proved: BackupRun | None
    failed: BackupRun | None  # the last failure of either, where nothing good followed
    is_made_late: bool
    is_proved_late: bool


def standing(at: datetime) -> Standing:
    """Tell how backups stand. Five queries."""
    newest = _newest_made()
    made = next((run for run in newest if run.counts), None)
    elsewhere = [run for run in newest[:1] if not run.counts]
    proved = _last_good(BackupStep.PROVED)
    began = installed_at()

    return Standing(
        made=made,
        made_elsewhere=elsewhere[0] if elsewhere else None,
        proved=proved,
        failed=_last_failure(made, proved),
        is_made_late=(made.at if made else began) < at - LATE,
        is_proved_late=(proved.at if proved else began) < at - PROOF_LATE,
    )


def back_up_if_due(at: datetime) -> Backup | None:
    """Make the backup of the night, unless there is one. None: none is due, or this
    process has no key, and another makes them or none (`are_made_here`).

    BackupRefused: it failed; that is noted, and the auditor knows.
    """
    if not settings.BACKUP_KEY:
        return None
    night = datetime.combine(workdays.local_day(at), time(NIGHT), SHANGHAI)
    if at < night:
        night -= timedelta(days=1)

    last = _last_good(BackupStep.MADE)
    if last and last.at >= night:
        return None

    folder = Path(settings.BACKUP_DIR)
    made = back_up(folder, at)
    thin_out(folder)
    return made


def back_up(folder: Path, at: datetime) -> Backup:
    """Make a backup in `folder` and note it; elsewhere than in BACKUP_DIR it counts as
    none of the night's. BackupRefused: as `make_backup`, noted and told to the auditor.
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
        counts=_is_place_of_backups(folder),
        words=words_of(made),
    )
    return made


def _is_place_of_backups(folder: Path) -> bool:
    return folder.resolve() == Path(settings.BACKUP_DIR).resolve()


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
    """Restore a backup in `folder`, and note what came of it: as the week's proof, if
    the backup was made within the week.

    BackupRefused: see `check_backup`; a file that is not there is a slip of the pen,
    and not noted.
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

    made_at = datetime.fromisoformat(proof.about["made_at"])
    _note_proof(file, page, at, counts=made_at > at - PROOF_EVERY)
    return proof


def _note_proof(file: Path, page: str, at: datetime, *, counts: bool) -> None:
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
        counts=counts,
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


def are_made_here() -> bool:
    """Return if backups are made here: this process has the key, or another had it and
    noted a run. The worker that watches has none where one of its own makes them.
    """
    return bool(settings.BACKUP_KEY) or BackupRun.objects.exists()


def watch(at: datetime) -> None:
    """Notify the auditors, once a day, of a backup or a proof that is late; and once
    for all, where none are made here.
    """
    backups = standing(at)
    day = workdays.local_day(at)

    if backups.is_made_late and not are_made_here():
        notify_auditors(NoticeKind.NO_BACKUPS, about="no-backups", day=None, at=at)
    elif backups.is_made_late:
        last = workdays.local_day(backups.made.at) if backups.made else None
        notify_auditors(NoticeKind.BACKUP_LATE, about=f"late:{day}", day=last, at=at)
    elif backups.is_proved_late:  # there is one to prove
        last = workdays.local_day(backups.proved.at) if backups.proved else None
        notify_auditors(NoticeKind.PROOF_LATE, about=f"unproved:{day}", day=last, at=at)


def words_of(made: Backup) -> str:
    """Return in a sentence or two what a backup holds."""
    sentence = _("%(tables)s tables with %(rows)s rows, %(files)s files.")
    words = sentence % {"tables": made.tables, "rows": made.rows, "files": made.files}
    if not made.missing:
        return words

    missing = ngettext(
        "%(count)s file that the database names is not on the disk.",
        "%(count)s files that the database names are not on the disk.",
        made.missing,
    )
    return words + missing % {"count": made.missing}


def _keeps_notes() -> bool:
    """Return if there is a database that takes notes: none, where it does not answer or
    is not made yet.
    """
    try:
        if not exists():
            return False
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
    except DatabaseRefused:
        return False
    return BackupRun._meta.db_table in tables


def _newest_made() -> list[BackupRun]:
    """Return the last good backup wherever it was made, then the last that counts; one
    where both are the same. One query.
    """
    good = BackupRun.objects.filter(step=BackupStep.MADE, is_good=True)
    good = good.order_by("-at")
    last = good.values("pk")[:1]
    last_counting = good.filter(counts=True).values("pk")[:1]
    return list(good.filter(Q(pk__in=last) | Q(pk__in=last_counting)))


def _last_good(step: BackupStep) -> BackupRun | None:
    runs = BackupRun.objects.filter(step=step, is_good=True, counts=True)
    return runs.order_by("-at").first()


def _last_failure(*good: BackupRun | None) -> BackupRun | None:
    """Return the last failure that nothing good of its step followed."""
    failures = BackupRun.objects.filter(is_good=False)
    for run in good:
        if run:
            failures = failures.exclude(step=run.step, at__lte=run.at)
    return failures.order_by("-at").first()
