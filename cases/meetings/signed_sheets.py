"""Photos of what was signed on paper, at a meeting or at a step of the six."""

from datetime import datetime
from typing import IO, Any

from django.db.models import QuerySet

from cases.attachments import store_file
from cases.meetings.finals import SHEET_BYTES, SIGNED_SHEET
from cases.models import FourTwoStep, Meeting, SignedSheet
from villages.finals import seal_final
from villages.models import Post


def attach_sheet(
    owner: Meeting | FourTwoStep, upload: IO[bytes], *, at: datetime, post: Post
) -> SignedSheet:
    """Store the photo of a paper that was signed, of a closed meeting, too, and record
    it with a seal; the same bytes sent again give the first one.

    InputRefused as in `attach`.
    """

    def record(sheet: SignedSheet) -> None:
        seal_final(SIGNED_SHEET, sheet, at=at, user=post.user)
        seal_final(SHEET_BYTES, sheet, at=at, user=post.user)

    part = {"meeting" if isinstance(owner, Meeting) else "step": owner}
    row = SignedSheet(at=at, post=post, **part)
    locked: QuerySet[Any]
    if isinstance(owner, Meeting):
        locked = Meeting.objects.select_for_update(of=("self",))
    else:
        locked = FourTwoStep.objects.select_for_update(of=("self",))

    beside = SignedSheet.objects.filter(**part)
    return store_file(row, beside, upload, locked.filter(pk=owner.pk), record=record)
