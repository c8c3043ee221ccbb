"""Photos and papers: type by content, size-capped, re-encoded without EXIF, kept under opaque names (lessons 7)."""

import hashlib
import io
from datetime import datetime
from typing import IO
from uuid import uuid4

import filetype
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from cases.models import Attachment, Case
from minshi.errors import InputRefused
from villages.models import Post

PHOTOS = {"image/jpeg": ("JPEG", "jpg"), "image/png": ("PNG", "png"), "image/webp": ("WEBP", "webp")}
PAPERS = {"application/pdf": "pdf"}
LONGEST_SIDE = 2560
THUMBNAIL = 320
MOST_FILES = 60  # a case; more is a mistake or an attack, and no page shows it well
MOST_PIXELS = 60_000_000
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def attach(case: Case, upload: IO[bytes], *, at: datetime, post: Post | None, from_speaker: bool = False) -> Attachment:
    """Keeps one file with the case; the same bytes sent again give the attachment there is.

    InputRefused when the case has MOST_FILES already, or the file is too large, of another kind than JPEG, PNG,
    WebP or PDF by its content, or broken.
    """
    content = upload.read(settings.ATTACHMENT_MAX_BYTES + 1)
    if len(content) > settings.ATTACHMENT_MAX_BYTES:
        megabytes = settings.ATTACHMENT_MAX_BYTES // 1_048_576
        raise _refused(_("The file is larger than %(megabytes)s MB.") % {"megabytes": megabytes})
    received = hashlib.sha256(content).hexdigest()
    if known := case.attachments.filter(received_sha256=received).first():
        return known
    if case.attachments.count() >= MOST_FILES:
        raise _refused(_("This matter has %(most)s files already; no more can be added.") % {"most": MOST_FILES})
    kind = filetype.guess_mime(content) or ""
    if kind in PHOTOS:
        kept, thumbnail = _reencoded(content, kind)
        ending = PHOTOS[kind][1]
    elif kind in PAPERS:
        kept, thumbnail, ending = content, b"", PAPERS[kind]
    else:
        raise _refused(_("Only photos (JPEG, PNG, WebP) and PDF papers can be added."))
    name = uuid4()
    attachment = Attachment(
        uuid=name, case=case, content_type=kind, size=len(kept), received_sha256=received,
        from_speaker=from_speaker, at=at, post=post,
    )  # fmt: skip
    attachment.file.save(f"{name}.{ending}", ContentFile(kept), save=False)
    if thumbnail:
        attachment.thumbnail.save(f"{name}-small.{ending}", ContentFile(thumbnail), save=False)
    try:
        with transaction.atomic():
            attachment.save()
    except IntegrityError:  # the same file came twice at once; the first one stands
        attachment.file.delete(save=False)
        attachment.thumbnail.delete(save=False)
        return case.attachments.get(received_sha256=received)
    return attachment


def _reencoded(content: bytes, kind: str) -> tuple[bytes, bytes]:
    """The photo turned upright, without EXIF, and a thumbnail."""
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
    kept = _written(photo, kind)
    photo.thumbnail((THUMBNAIL, THUMBNAIL))
    return kept, _written(photo, kind)


def _written(photo: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    photo.save(out, PHOTOS[kind][0], quality=85)
    return out.getvalue()


def _refused(words: str) -> InputRefused:
    return InputRefused(words, {"file": words})
