"""Photos and papers: type by content, size-capped, re-encoded without EXIF, stored
under opaque names (lessons 7).
"""

import hashlib
import io
from datetime import datetime
from typing import IO, TypeVar
from uuid import uuid4

import filetype
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from cases.models import Attachment, Case, FourTwoStep, Meeting, SignedSheet
from cases.models.attachment import KeptFile
from minshi.errors import InputRefused
from villages.models import Post

File = TypeVar("File", bound=KeptFile)
PHOTOS = {
    "image/jpeg": ("JPEG", "jpg"),
    "image/png": ("PNG", "png"),
    "image/webp": ("WEBP", "webp"),
}
PAPERS = {"application/pdf": "pdf"}
LONGEST_SIDE = 2560  # pixels, as THUMBNAIL
THUMBNAIL = 320
MOST_FILES = 60  # a case; more is a mistake or an attack, and no page shows it well
MOST_PIXELS = 60_000_000
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def attach(
    case: Case,
    upload: IO[bytes],
    *,
    at: datetime,
    post: Post | None,
    from_speaker: bool = False,
) -> Attachment:
    """Store one file with the case; the same bytes sent again give the first one.

    InputRefused when the case has MOST_FILES already, or the file is too large, of
    another kind than JPEG, PNG, WebP or PDF by its content, or broken.
    """
    row = Attachment(case=case, from_speaker=from_speaker, at=at, post=post)
    return _store(row, Attachment.objects.filter(case=case), upload)


def attach_sheet(
    owner: Meeting | FourTwoStep, upload: IO[bytes], *, at: datetime, post: Post
) -> SignedSheet:
    """Store the photo of a paper that was signed, of a closed meeting, too.

    InputRefused as in `attach`.
    """
    part = {"meeting" if isinstance(owner, Meeting) else "step": owner}
    row = SignedSheet(at=at, post=post, **part)
    return _store(row, SignedSheet.objects.filter(**part), upload)


def _store(row: File, beside: QuerySet[File], upload: IO[bytes]) -> File:
    """Store an upload as `row` and return it; `beside` are the files there are.

    1. Refuse a file that is too large.
    2. Return the file that has the same bytes, if there is one.
    3. Refuse one more than MOST_FILES, and other kinds than photos and papers.
    4. Write the file and its thumbnail, then the row.
    """
    content = upload.read(settings.ATTACHMENT_MAX_BYTES + 1)
    if len(content) > settings.ATTACHMENT_MAX_BYTES:
        megabytes = settings.ATTACHMENT_MAX_BYTES // 1_048_576
        raise _refused(
            _("The file is larger than %(megabytes)s MB.") % {"megabytes": megabytes}
        )

    row.received_sha256 = hashlib.sha256(content).hexdigest()
    if same := beside.filter(received_sha256=row.received_sha256).first():
        return same
    if beside.count() >= MOST_FILES:
        raise _refused(
            _("This matter has %(most)s files already; no more can be added.")
            % {"most": MOST_FILES}
        )

    kind = filetype.guess_mime(content) or ""
    stored = content
    thumbnail = b""
    if kind in PHOTOS:
        stored, thumbnail = _reencoded(content, kind)
        ending = PHOTOS[kind][1]
    elif kind in PAPERS:
        ending = PAPERS[kind]
    else:
        raise _refused(_("Only photos (JPEG, PNG, WebP) and PDF papers can be added."))

    row.uuid = uuid4()
    row.content_type = kind
    row.size = len(stored)
    row.file.save(f"{row.uuid}.{ending}", ContentFile(stored), save=False)
    if thumbnail:
        row.thumbnail.save(
            f"{row.uuid}-small.{ending}", ContentFile(thumbnail), save=False
        )

    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the same file came twice at once; the first one stands
        row.file.delete(save=False)
        row.thumbnail.delete(save=False)
        return beside.get(received_sha256=row.received_sha256)

    return row


def _reencoded(content: bytes, kind: str) -> tuple[bytes, bytes]:
    """Return the photo turned upright and without EXIF, and its thumbnail."""
    try:
        with Image.open(io.BytesIO(content), formats=[PHOTOS[kind][0]]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _refused(_("The photo is too large."))
            photo = ImageOps.exif_transpose(opened).convert("RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        KeyError,
    ):
        raise _refused(_("The photo cannot be read.")) from None

    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    full = _encoded(photo, kind)

    photo.thumbnail((THUMBNAIL, THUMBNAIL))
    return full, _encoded(photo, kind)


def _encoded(photo: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    photo.save(out, PHOTOS[kind][0], quality=85)
    return out.getvalue()


def _refused(words: str) -> InputRefused:
    return InputRefused.at(file=words)
