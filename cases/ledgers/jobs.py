"""Files of many rows: asked for on a page, written by a worker, fetched for a day by
whoever may still take them away.

A job is a row: a worker that dies leaves it to the next one, and a restart loses none.
"""

import hashlib
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from cases.ledgers import BOOKS
from cases.ledgers.asked import Asked
from cases.ledgers.conditions import Conditions
from cases.ledgers.exports import (
    Export,
    may_export,
    may_unmask_anything,
    not_theirs_to_take,
    nothing_fits,
)
from cases.ledgers.together import file_of, name_of, refuse_form
from cases.models import Event, ExportJob
from cases.models.export_job import EXPORTS, ExportState
from cases.privacy.reasons import reason_of
from cases.workflow import Action
from minshi.celery import write_exports_soon
from minshi.errors import MoveRefused, RuleBroken, said_purpose
from minshi.idempotency import fingerprint, once
from minshi.workdays import local_day
from villages.audit import record_audit
from villages.models import Town, User
from villages.models.audit import AuditKind
from villages.rights import EXPORT

# after these steps somebody reads less of a matter
HIDING = (Action.PROTECT, Action.HIDE_WORDS, Action.RECUSE, Action.MERGE)
MOST_AT_ONCE = 2_000  # rows of a file that is handed out at once (ux 2.8)
MOST_WAITING = 3  # files that a reader has written at a time
STAYS = timedelta(days=1)
LEASE = timedelta(minutes=30)  # a job held longer was left by a worker that died
MOST_TRIES = 3  # of a job that ends its worker
logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def exports_for(
    asked: Asked,
    keys: Sequence[str],
    *,
    at: datetime,
    reason: str,
    unmasked: bool,
) -> list[Export]:
    """Return an export for each of the ledgers, none of them written yet."""
    user, on = asked.user, asked.on
    exports = []
    for key in keys:
        book = BOOKS[key].for_reader(user, on)
        rows = asked.rows(book)
        exports.append(
            Export(
                book,
                rows,
                user,
                at,
                asked.period.bounds(on),
                reason,
                asked.filters,
                unmasked=unmasked,
                conditions=Conditions.of(asked.lists[book.filterset]),
            )
        )
    return exports


def count_rows(exports: Sequence[Export], most: int) -> int:
    """Count the rows of exports together, no further than one more than `most` each."""
    return sum(export.up_to(most) for export in exports)


# --- asking
@transaction.atomic
def ask_for_file(
    exports: Sequence[Export], query: str, form: str, *, key: UUID | None = None
) -> ExportJob:
    """Have a worker write the file; the same form sent again is the job there is.

    NoSuchRight: the user may not take ledgers away, or not with names. InputRefused: no
    reason. MoveRefused: no rows, too many files wait already, or what `refuse_form`
    refuses. KeyReused: the form asked for another file before.
    """
    first = exports[0]
    for export in exports:
        export.refuse()
    refuse_form(exports, form)

    asked = ExportJob(
        user=first.user,
        key=key,
        posts=posts_to_export(first.user, first.at),
        ledgers=[export.book.key for export in exports],
        query=query,
        form=form,
        language=translation.get_language(),
        reason=said_purpose(first.reason),
        unmasked=first.unmasked,
        asked_at=first.at,
    )
    before = _asked_before(asked)
    if before is not None:
        return before

    waiting = (ExportState.WAITING, ExportState.RUNNING)
    if jobs_of(first.user).filter(state__in=waiting).count() >= MOST_WAITING:
        raise MoveRefused(_("Some files are being written already; wait for them."))
    asked.rows = sum(export.takeable_rows().order_by().count() for export in exports)
    if not asked.rows:
        raise nothing_fits()

    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError:
        # the same form a second time, at this very moment
        before = _asked_before(asked)
        if before is None:
            raise
        return before
    transaction.on_commit(write_exports_soon)
    return asked


def _asked_before(asked: ExportJob) -> ExportJob | None:
    """Return the job that the key of a new one made before, or None. KeyReused: that
    was another file.
    """
    own = jobs_of(asked.user)
    return once(own, asked.key, _fingerprint(asked), said_before=_fingerprint)


def _fingerprint(job: ExportJob) -> str:
    words = {
        "ledgers": job.ledgers,
        "query": job.query,
        "form": job.form,
        "reason": job.reason,
        "unmasked": job.unmasked,
    }
    return fingerprint("export", words)


def posts_to_export(user: User, at: datetime) -> list[int]:
    """Return the keys of the user's posts from which ledgers are taken away."""
    posts = user.posts_on(local_day(at))
    return sorted(post.pk for post in posts if post.role in EXPORT)


# --- writing
class TakenUp(Exception):
    """Another worker has taken up the job meanwhile."""


@dataclass(frozen=True)
class Claim:
    """A job as one worker holds it: the number of the try tells it from later ones."""

    job: ExportJob
    number: int
    clock: Clock

    @property
    def held(self) -> QuerySet[ExportJob]:
        """The row of the job; none once another worker has taken it up."""
        return ExportJob.objects.filter(
            pk=self.job.pk, state=ExportState.RUNNING, tries=self.number
        )

    @property
    def draft(self) -> Path:
        """Where this try writes, and no other."""
        return _folder() / _draft_name(self.job, self.number)

    def renew(self, done: int) -> None:
        """Note how many rows are written, and hold the job for another LEASE. TakenUp:
        it is held no more.
        """
        if not self.held.update(done=done, claimed_at=self.clock()):
            raise TakenUp


def to_write(at: datetime) -> QuerySet[ExportJob]:
    """Return the jobs that wait, and those left by a worker that died."""
    left = Q(state=ExportState.RUNNING, claimed_at__lt=at - LEASE)
    return ExportJob.objects.filter(Q(state=ExportState.WAITING) | left)


def write_next(clock: Clock) -> bool:
    """Write the file that is waited for longest; tell whether there was one.

    1. Claim it by an UPDATE, so that two workers never write the same.
    2. Write it outside of any transaction, noting how far it is.
    3. Put it in its place and say that it is ready, or why it is not.
    """
    at = clock()
    waiting = to_write(at)
    job = waiting.order_by("asked_at", "pk").first()
    if job is None:
        return False

    claim = Claim(job, job.tries + 1, clock)
    is_mine = waiting.filter(pk=job.pk, tries=job.tries).update(
        state=ExportState.RUNNING, claimed_at=at, done=0, tries=claim.number
    )
    if is_mine:
        with translation.override(job.language):
            _write(claim, at)
    return True


def _write(claim: Claim, at: datetime) -> None:
    """Write one job's file, or say why it could not be."""
    job = claim.job
    if claim.number > MOST_TRIES:
        logger.error("The export %s ended its worker %s times", job.pk, MOST_TRIES)
        _give_up(claim, _("It could not be written; ask again."))
        return

    try:
        _write_file(claim, at)
    except TakenUp:
        claim.draft.unlink(missing_ok=True)
        logger.warning("The export %s was taken up by another worker", job.pk)
    except RuleBroken as refusal:
        _give_up(claim, str(refusal))
    except Exception:
        # whatever it is, the job must not be waited for for ever; it is in the log
        logger.exception("The export %s could not be written", job.pk)
        _give_up(claim, _("It could not be written; ask again."))


def _write_file(claim: Claim, at: datetime) -> None:
    """Write the file and say that it is ready. TakenUp: another worker writes it."""
    job, on = claim.job, local_day(at)
    user = User.objects.get(pk=job.user_id, is_active=True)
    user.keep_posts(on)  # all rows are those of the posts noted with them

    asked = Asked.read(user, on, QueryDict(job.query))
    exports = exports_for(
        asked, job.ledgers, at=at, reason=job.reason, unmasked=job.unmasked
    )
    before = 0
    for export in exports:
        export.tell = _telling(claim, before)
        before += export.up_to(job.rows)

    with file_of(exports, job.form) as file:
        size, checksum = _draft(claim, file)

    ended, count = claim.clock(), sum(export.count for export in exports)
    path = f"{EXPORTS}/{_file_name(job)}"
    with transaction.atomic():
        is_mine = claim.held.update(
            state=ExportState.READY,
            posts=posts_to_export(user, at),
            ended_at=ended,
            expires_at=ended + STAYS,
            file=path,
            name=name_of(exports, job.form),
            size=size,
            sha256=checksum,
            rows=count,
            done=count,
        )
        if not is_mine:
            raise TakenUp
        claim.draft.replace(Path(settings.MEDIA_ROOT) / path)


def _telling(claim: Claim, before: int) -> Callable[[int], None]:
    """Return what notes how far the job is, `before` rows of other ledgers counted."""

    def tell(count: int) -> None:
        claim.renew(before + count)

    return tell


def _draft(claim: Claim, file: IO[bytes]) -> tuple[int, str]:
    """Copy a file to the draft of a try and return its bytes and their checksum."""
    claim.draft.parent.mkdir(parents=True, exist_ok=True)

    with claim.draft.open("wb") as out:
        shutil.copyfileobj(file, out)
    with claim.draft.open("rb") as written:
        checksum = hashlib.file_digest(written, "sha256").hexdigest()
    return claim.draft.stat().st_size, checksum


def _give_up(claim: Claim, error: str) -> None:
    """Say why a file is not there, and leave nothing of it: it may be full of names.

    Of a job that another worker has taken up, only the own draft.
    """
    claim.draft.unlink(missing_ok=True)
    gave_up = claim.held.update(
        state=ExportState.FAILED, ended_at=claim.clock(), error=error[:200]
    )
    if gave_up:
        for part in _folder().glob(f"{claim.job.uuid}.*"):
            part.unlink(missing_ok=True)


# --- fetching
def jobs_of(user: User) -> QuerySet[ExportJob]:
    """Return the user's own exports, the newest first."""
    return ExportJob.objects.filter(user=user).order_by("-asked_at", "-pk")


def fetch(
    job: ExportJob, *, by: User, at: datetime, request: HttpRequest | None = None
) -> IO[bytes]:
    """Return the file, open, and note in the audit log that it was fetched.

    NoSuchRight: they hold the posts no more from which they asked, or may no longer
    take ledgers away or open names. MoveRefused: it is not there, or holds what may not
    be read any more.
    """
    on = local_day(at)
    holds = set(job.posts) <= set(posts_to_export(by, at))
    may = may_export(by, on) and (not job.unmasked or may_unmask_anything(by, on))
    if job.user_id != by.pk or not holds or not may:
        raise not_theirs_to_take()
    if job.state != ExportState.READY or not job.expires_at or job.expires_at <= at:
        raise MoveRefused(_("This file is no longer there; ask for it again."))

    if _is_hidden_since(job, at):
        raise MoveRefused(
            _(
                "Since this file was written a matter has become confidential; ask for"
                " it again."
            )
        )

    stored = Path(settings.MEDIA_ROOT) / job.file
    if not stored.is_file():  # no backup has it: it is not there where one was restored
        raise MoveRefused(_("This file is no longer there; ask for it again."))

    file = stored.open("rb")
    record_audit(
        AuditKind.EXPORT,
        at=at,
        user=by,
        subject=_("fetched: %(file)s") % {"file": job.name},
        reason=reason_of(by, on, job.reason),
        request=request,
    )
    return file


def _is_hidden_since(job: ExportJob, at: datetime) -> bool:
    """Tell whether a matter of the reader's towns may have been hidden from them since
    a file was begun. One query.
    """
    towns = Town.objects.in_reach_of(job.user, local_day(at))
    hidden = Event.objects.filter(
        action__in=HIDING, at__gte=job.claimed_at, case__town__in=towns
    )
    return hidden.exists()


def remove_expired(at: datetime) -> int:
    """Remove the files that nobody may fetch any more, and what no job speaks of;
    return how many jobs are over.
    """
    over = ExportJob.objects.filter(state=ExportState.READY, expires_at__lte=at)
    removed = 0
    for job in over.only("pk", "file"):
        (Path(settings.MEDIA_ROOT) / job.file).unlink(missing_ok=True)
        removed += ExportJob.objects.filter(pk=job.pk, state=ExportState.READY).update(
            state=ExportState.EXPIRED, file="", done=F("rows")
        )
    _remove_left()
    return removed


def _remove_left() -> None:
    """Remove the files, finished or half written, of jobs that failed, are over or are
    no more, and what former tries left. One query.
    """
    stored = [file for file in _folder().glob("*.*") if file.is_file()]
    wanted = ExportJob.objects.filter(
        state__in=(ExportState.WAITING, ExportState.RUNNING, ExportState.READY)
    )
    # read after the folder: what was begun since is not in it
    kept = set()
    for job in wanted.only("uuid", "form", "tries"):
        kept |= {_file_name(job), _draft_name(job, job.tries)}

    for file in stored:
        if file.name not in kept:
            file.unlink(missing_ok=True)
            logger.warning("The file %s of an export was left over", file.name)


def _file_name(job: ExportJob) -> str:
    return f"{job.uuid}.{job.form}"


def _draft_name(job: ExportJob, number: int) -> str:
    return f"{job.uuid}.{number}.draft"


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / EXPORTS
