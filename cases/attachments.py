"""Photos and papers: type by content, size-capped, re-encoded without EXIF, stored
under opaque names (lessons 7).
"""

import contextlib
import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any, TypeVar
from uuid import uuid4

import filetype
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from PIL import ExifTags, Image

from cases.models import Attachment, Case
from cases.models.attachment import KeptFile
from minshi.errors import InputRefused, MoveRefused, PhotosWaiting, StorageFailed
from villages.finals import Columns, Final, seal_final
from villages.models import Post

File = TypeVar("File", bound=KeptFile)
# recorded when it is added, shown to the speaker or taken off
ATTACHMENT = Final(
    "attachment",
    Columns(
        Attachment,
        (
            "case_id",
            "uuid",
            "file",
            "thumbnail",
            "content_type",
            "size",
            "received_sha256",
            "at",
            "post_id",
            "from_speaker",
            "is_public",
        ),
    ),
)
DIGESTS = ("file_sha256", "thumbnail_sha256")
# noted as it is stored; with its file it goes, which has a record of its own
ATTACHMENT_BYTES = Final(
    "attachment-bytes",
    Columns(Attachment, DIGESTS),
    may_go=True,
    label=pgettext_lazy("sealed", "digest of a file of a matter"),
)
PHOTOS = {
    "image/jpeg": ("JPEG", "jpg"),
    "image/png": ("PNG", "png"),
    "image/webp": ("WEBP", "webp"),
}
PAPERS = {"application/pdf": "pdf"}
LONGEST_SIDE = 2560  # pixels, as THUMBNAIL
THUMBNAIL = 320
MOST_FILES = 60  # a case; more is a mistake or an attack, and no page shows it well
# A telephone's photo has 12 to 24 million. What a picture costs to decode its pixels
# say and not its bytes: one of 230 KB had 59 million.
MOST_PIXELS = 25_000_000
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
# Every row costs as well, however short: 24 million rows of one pixel took ten seconds.
# A long picture of a screen has some 20,000.
MOST_PIXELS_ON_A_SIDE = 30_000
# So does every scan of a JPEG, in which its whole surface is refined once more: cameras
# write a dozen, and one of 1.8 MB with 100,000 took 48 seconds. Among the ten million
# bytes of a file these two stand some 150 times by chance.
BEGINS_SCAN = b"\xff\xda"
MOST_SCANS = 500
MIXED = ("L", "LA", "RGB", "RGBA")  # the others have colours by number, or of print
WHITE = (255, 255, 255)
# how a picture is turned that was taken so (Exif 2.32, 4.6.4, Orientation)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Decoding one photo takes up to 150 MB: one at a time in a process.
decoding = threading.Semaphore()
PATIENCE = 20  # seconds a photo waits for those before it


def attach(
    case: Case,
    upload: IO[bytes],
    *,
    at: datetime,
    post: Post | None,
    from_speaker: bool = False,
    came_with_it: bool = False,
) -> Attachment:
    """Store one file with the case, and record it with a seal; the same bytes sent
    again give the first one.

    InputRefused when the case has MOST_FILES already, or the file is too large, of
    another kind than JPEG, PNG, WebP or PDF by its content, or broken. MoveRefused: an
    officer adds to a closed case, unless the file `came_with_it` as it was taken down:
    settled and rated at the counter it is closed by then.
    """

    def record(file: Attachment) -> None:
        by = post.user if post else None
        seal_final(ATTACHMENT, file, at=at, user=by)
        seal_final(ATTACHMENT_BYTES, file, at=at, user=by)

    row = Attachment(case=case, from_speaker=from_speaker, at=at, post=post)
    locked = Case.objects.select_for_update(of=("self",)).filter(pk=case.pk)
    beside = Attachment.objects.filter(case=case)
    is_added_later = not (from_speaker or came_with_it)
    refuse = _refuse_closed if is_added_later else None
    return store_file(row, beside, upload, locked, refuse=refuse, record=record)


def store_file(
    row: File,
    beside: QuerySet[File],
    upload: IO[bytes],
    locked: QuerySet[Any],
    *,
    refuse: Callable[[Any], None] | None = None,
    record: Callable[[File], None] | None = None,
) -> File:
    """Store an upload as `row` and return it; `beside` are the files there are, and
    `locked` is the row they belong to, which one of several at once has at a time, and
    which `refuse` is asked about then. What is stored is given to `record` with it.

    A row that is not stored leaves no file behind; what a process leaves that is killed
    in between, `cases.orphan_files` sweeps.

    1. Refuse a file that is too large.
    2. Return the file that has the same bytes, if there is one.
    3. Refuse one more than MOST_FILES, and other kinds than photos and papers.
    4. Write the file and its thumbnail.
    5. Write the row, if its owner takes it and no other file was the last meanwhile.
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
    _refuse_too_many(beside)

    kind = filetype.guess_mime(content) or ""
    stored = content
    thumbnail = b""
    if kind in PHOTOS:
        stored, thumbnail = reencoded(content, kind)
        ending = PHOTOS[kind][1]
    elif kind in PAPERS:
        ending = PAPERS[kind]
    else:
        raise _refused(_("Only photos (JPEG, PNG, WebP) and PDF papers can be added."))

    row.uuid = uuid4()
    row.content_type = kind
    row.size = len(stored)
    row.file_sha256 = hashlib.sha256(stored).hexdigest()
    if thumbnail:
        row.thumbnail_sha256 = hashlib.sha256(thumbnail).hexdigest()
    name = f"{row.uuid}.{ending}"
    small_name = f"{row.uuid}-small.{ending}"
    try:
        with _removed_on_failure(row.file.storage, name, small_name):
            row.file.save(name, ContentFile(stored), save=False)
            if thumbnail:
                row.thumbnail.save(small_name, ContentFile(thumbnail), save=False)
            with transaction.atomic():
                owner = locked.get()
                if refuse:
                    refuse(owner)
                if not beside.filter(received_sha256=row.received_sha256).exists():
                    _refuse_too_many(beside)
                row.save()
                if record:
                    record(row)
    except IntegrityError:  # the same file came twice at once; the first one stands
        return beside.get(received_sha256=row.received_sha256)
    except OSError as error:
        raise StorageFailed from error

    return row


def _refuse_closed(case: Case) -> None:
    if not case.is_open:
        raise MoveRefused(
            _(
                "This matter is closed: no more files are added to it, unless it is"
                " opened again."
            )
        )


def _refuse_too_many(beside: QuerySet[File]) -> None:
    if beside.count() < MOST_FILES:
        return
    words = _("This matter has %(most)s files already; no more can be added.")
    raise _refused(words % {"most": MOST_FILES})


@contextlib.contextmanager
def _removed_on_failure(storage: Storage, *names: str) -> Iterator[None]:
    """Remove files whose row is not stored after all, also a part of one."""
    with contextlib.ExitStack() as undo:
        for name in names:
            undo.callback(remove_stored, storage, name)
        yield
        undo.pop_all()


def remove_stored(storage: Storage, name: str) -> None:
    """Remove a file that no row names any more.

    A disk that does not do so raises nothing: the sweep of orphan files will.
    """
    with contextlib.suppress(OSError):
        storage.delete(name)


def reencoded(content: bytes, kind: str) -> tuple[bytes, bytes]:
    """Return the photo turned upright, on white and without EXIF, and its thumbnail.

    PhotosWaiting: others are decoded, and did not end within PATIENCE.
    """
    if not decoding.acquire(timeout=PATIENCE):
        raise PhotosWaiting(
            _("Many photos are coming in just now. Send this one again in a minute.")
        )
    try:
        photo = _decoded(content, kind)
    finally:
        decoding.release()

    full = _encoded(photo, kind)
    photo.thumbnail((THUMBNAIL, THUMBNAIL))
    return full, _encoded(photo, kind)


def _decoded(content: bytes, kind: str) -> Image.Image:
    """Return a photo that fits into LONGEST_SIDE.

    1. Read its size from the head, and refuse more than MOST_PIXELS, more than
       MOST_PIXELS_ON_A_SIDE, or a JPEG of more than MOST_SCANS.
    2. Decode it, a JPEG at a half or a quarter of its size, and make it smaller.
    3. Turn it upright, and put what is transparent on white.
    """
    try:
        with Image.open(io.BytesIO(content), formats=[PHOTOS[kind][0]]) as photo:
            if photo.width * photo.height > MOST_PIXELS:
                raise _refused(_too_many_pixels())
            if max(photo.size) > MOST_PIXELS_ON_A_SIDE:
                raise _refused(_too_long())
            if kind == "image/jpeg" and content.count(BEGINS_SCAN) > MOST_SCANS:
                raise _refused(_cannot_be_read())

            small = _made_smaller(photo)
            upright = _on_white(_upright(small))
            upright.info.clear()  # else a comment or a profile would be saved again
            return upright
    except InputRefused:
        raise
    except Image.DecompressionBombError:
        raise _refused(_too_many_pixels()) from None
    except Exception as fault:  # Pillow raises whatever broken bytes lead it to
        raise _refused(_cannot_be_read()) from fault


def _upright(photo: Image.Image) -> Image.Image:
    """Return a photo turned as its camera notes; as it lies where that cannot be read,
    for the picture is whole.
    """
    turn = TURNS.get(_orientation(photo))
    return photo if turn is None else photo.transpose(turn)


def _orientation(photo: Image.Image) -> Any:
    """Return how the camera was held; None where it does not say so."""
    # Pillow reads notes as their writer claims them to be: broken ones were seen to
    # raise struct.error, TypeError, AttributeError and AssertionError, and the list
    # has no end. Nothing is lost with them: the picture itself is whole.
    try:
        return photo.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # noqa: BLE001 - see above
        return None


def _made_smaller(photo: Image.Image) -> Image.Image:
    """Return a photo that fits into LONGEST_SIDE, in colours that can be mixed."""
    size = (LONGEST_SIDE, LONGEST_SIDE)
    photo.draft("RGB", size)  # of a JPEG only
    if photo.mode not in MIXED:
        photo = photo.convert("RGBA" if photo.has_transparency_data else "RGB")

    photo.thumbnail(size)
    return photo


def _on_white(photo: Image.Image) -> Image.Image:
    """Return the photo on white paper; a signature on nothing came out black."""
    if photo.has_transparency_data:
        photo = photo.convert("RGBA")
        paper = Image.new("RGB", photo.size, WHITE)
        paper.paste(photo, mask=photo.getchannel("A"))
        return paper
    return photo.convert("RGB")


def _too_many_pixels() -> str:
    return _(
        "The photo has more than %(millions)s million pixels. Take it with a lower"
        " resolution, or make it smaller."
    ) % {"millions": MOST_PIXELS // 1_000_000}


def _too_long() -> str:
    return _(
        "The photo is longer than %(pixels)s pixels. Cut it into several, or make it"
        " smaller."
    ) % {"pixels": MOST_PIXELS_ON_A_SIDE}


def _cannot_be_read() -> str:
    return _("The photo cannot be read.")


def _encoded(photo: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    photo.save(out, PHOTOS[kind][0], quality=85)
    return out.getvalue()


def _refused(words: str) -> InputRefused:
    return InputRefused.at(file=words)
