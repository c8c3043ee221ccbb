"""Notices about files that took long: to whoever asked, once it is ready or failed."""

from datetime import datetime, timedelta

from cases.models import ExportJob
from cases.models.export_job import ExportState
from minshi import workdays
from supervision.models import Notice, NoticeChannel, NoticeKind, NoticeState

LOOKED_BACK = timedelta(days=1)  # after a longer downtime the list of files says it
KINDS = {
    ExportState.READY.value: NoticeKind.EXPORT_READY,
    ExportState.FAILED.value: NoticeKind.EXPORT_FAILED,
}


def tell_of_exports(at: datetime) -> int:
    """Put a notice into the inbox of everybody whose file was written, or could not
    be; return how many files were looked at. Safe to run twice: each has a key.
    """
    ended = ExportJob.objects.filter(
        state__in=KINDS, ended_at__gt=at - LOOKED_BACK, ended_at__lte=at
    )
    rows = [_notice(job, at) for job in ended]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _notice(job: ExportJob, at: datetime) -> Notice:
    until = job.expires_at
    return Notice(
        key=f"export:{job.uuid.hex}:{job.user_id}:{NoticeChannel.INBOX}",
        kind=KINDS[job.state],
        channel=NoticeChannel.INBOX,
        recipient_id=job.user_id,
        day=workdays.local_day(until) if until else None,
        state=NoticeState.SENT,
        created_at=at,
        send_after=at,
        sent_at=at,
    )
