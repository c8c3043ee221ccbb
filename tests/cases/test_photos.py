"""What a photo may cost, how it is put on paper, and what a failed upload leaves."""

import io
import os
import resource
import struct
import subprocess
import sys
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import FileField
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageOps

from cases import attachments
from cases.attachments import attach, reencoded
from cases.models import Attachment, SignedSheet
from cases.orphan_files import LEFT_ALONE, remove_orphans
from cases.tasks import remove_orphan_files
from minshi.clock import machine_now
from minshi.errors import InputRefused, PhotosWaiting, StorageFailed
from tests.cases.roads import NOON, spoken, staff
from tests.environment import ROOT
from villages.models import Post

pytestmark = pytest.mark.django_db
MOST_MEGABYTES = 220  # what decoding one photo may add to a process


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def here():
    return staff()


def picture(kind, size, mode="RGB", colour="green", **options):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def paper(size):
    return io.BytesIO(b"%PDF-1.4\n" + os.urandom(size))


# --- what it costs
@pytest.mark.parametrize("size", [(1, 24_000_000), (30_001, 1)])
def test_a_picture_as_long_as_no_screen_is_refused_before_it_is_decoded(here, size):
    """23 KB, a single pixel wide: its 24 million rows took ten seconds to decode."""
    case = spoken(here)
    head = picture("PNG", size, "L", 255)[:100]

    with pytest.raises(InputRefused) as refusal:
        attach(case, io.BytesIO(head), at=NOON, post=here.duty)

    assert set(refusal.value.fields) == {"file"}
    assert "30000" in str(refusal.value)
    assert not case.attachments.exists()


def test_a_long_picture_of_a_screen_is_taken(here):
    tall = picture("PNG", (720, 30_000), "L", 255)

    kept = attach(spoken(here), io.BytesIO(tall), at=NOON, post=here.duty)

    with kept.file.open() as file, Image.open(file) as image:
        assert image.size == (61, 2560)


def test_a_small_file_of_very_many_pixels_is_refused_before_it_is_decoded(here):
    """230 KB, 59 million pixels: it once cost 660 MB."""
    case = spoken(here)
    bomb = picture("PNG", (7700, 7700), "L", 255)
    assert len(bomb) < 300_000
    head = bomb[:100]  # says how large it is; whoever decodes it finds no pixels

    with pytest.raises(InputRefused) as refusal:
        attach(case, io.BytesIO(head), at=NOON, post=here.duty)

    assert "2500 万像素" in str(refusal.value)
    assert not case.attachments.exists()


def of_scans(repeated: int) -> bytes:
    """A JPEG in whose last scan the picture is refined so many times more."""
    jpeg = picture("JPEG", (64, 64), progressive=True)
    begins = jpeg.rindex(b"\xff\xda")
    end = jpeg.rindex(b"\xff\xd9")
    return jpeg[:begins] + jpeg[begins:end] * (repeated + 1) + jpeg[end:]


def test_a_jpeg_of_very_many_scans_is_refused_before_it_is_decoded(here):
    """1.8 MB in 100,000 scans took 48 seconds, and every other photo waited."""
    case = spoken(here)

    attach(case, io.BytesIO(of_scans(400)), at=NOON, post=here.duty)
    with pytest.raises(InputRefused) as refusal:
        attach(case, io.BytesIO(of_scans(500)), at=NOON, post=here.duty)

    assert set(refusal.value.fields) == {"file"}
    assert case.attachments.count() == 1


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("WEBP", "RGBA"),
    ],
)
def test_the_largest_photo_that_is_taken_costs_a_bounded_memory(tmp_path, kind, mode):
    file = tmp_path / "photo"
    file.write_bytes(picture(kind, (5000, 5000), mode, 0))

    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(file), f"image/{kind.lower()}"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "minshi.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MOST_MEGABYTES


# the peak of a process before and after, in kilobytes
MEASURED = """
import resource, sys
import django

django.setup()
from pathlib import Path
from PIL import Image, ImageOps
from cases.attachments import reencoded

Image.init()
content = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reencoded(content, sys.argv[2])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_photos_are_decoded_one_at_a_time_and_whoever_waits_too_long_is_told(
    here, monkeypatch
):
    monkeypatch.setattr(attachments, "PATIENCE", 0.1)
    case = spoken(here)
    content = io.BytesIO(picture("JPEG", (40, 30)))

    with attachments.decoding, pytest.raises(PhotosWaiting) as refusal:
        attach(case, content, at=NOON, post=here.duty)

    assert "传照片的人较多" in str(refusal.value)
    content.seek(0)
    assert attach(case, content, at=NOON, post=here.duty).pk


# --- how it looks
@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("WEBP", "webp")])
def test_what_is_transparent_comes_out_white(here, kind, ending):
    signature = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    signature.paste((0, 0, 0, 255), (100, 80, 300, 120))
    out = io.BytesIO()
    signature.save(out, kind, lossless=True)
    out.seek(0)

    stored = attach(spoken(here), out, at=NOON, post=here.duty)

    with stored.file.open() as file, Image.open(file) as image:
        assert image.mode == "RGB"
        assert min(image.getpixel((10, 10))) > 250
        assert max(image.getpixel((200, 100))) < 5
    with stored.thumbnail.open() as file, Image.open(file) as image:
        assert min(image.getpixel((10, 10))) > 250


@pytest.mark.parametrize(
    ("kind", "noted"),
    [("JPEG", "comment"), ("JPEG", "icc_profile"), ("PNG", "icc_profile")],
)
def test_what_is_noted_beside_the_picture_is_not_kept(kind, noted):
    """Where it was taken, whose telephone: also where no camera notes it."""
    words = b"34.19N 105.18E 13912345678"
    content = picture(kind, (300, 200), **{noted: words})

    for kept in reencoded(content, f"image/{kind.lower()}"):
        found = Image.open(io.BytesIO(kept)).info
        assert words not in found.values()
        assert words not in kept


def notes_of_a_camera(turn: int) -> bytes:
    """Whole notes, but for a description that is a fraction where words belong."""
    description_at = 100
    head = b"II*\0" + struct.pack("<IH", 8, 2)
    words = struct.pack("<HHII", 0x010E, 5, 1, description_at)
    held = struct.pack("<HHIHH", 0x0112, 3, 1, turn, 0)
    fraction = struct.pack("<II", 1, 2)
    return b"Exif\0\0" + (head + words + held).ljust(description_at, b"\0") + fraction


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_else_a_camera_notes_does_not_cost_the_photo(kind):
    content = picture(kind, (300, 200), exif=notes_of_a_camera(6))

    for kept in reencoded(content, f"image/{kind.lower()}"):
        upright = Image.open(io.BytesIO(kept))
        assert upright.width < upright.height
        assert not upright.getexif()


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_is_turned_as_it_was_taken(turn):
    taken = Image.new("L", (80, 40), 255)
    taken.paste(0, (0, 0, 20, 20))  # one corner alone tells all eight apart
    notes = Image.Exif()
    notes[0x0112] = turn
    out = io.BytesIO()
    taken.save(out, "PNG", exif=notes)

    full, _small = reencoded(out.getvalue(), "image/png")

    found = Image.open(io.BytesIO(full)).convert("L")
    expected = ImageOps.exif_transpose(Image.open(out))
    assert found.size == expected.size
    assert found.tobytes() == expected.tobytes()


def test_a_picture_whose_colours_are_missing_is_refused_in_words(here):
    by_number = picture("PNG", (40, 40), "P", 0)
    begins = by_number.index(b"PLTE") - 4
    length = int.from_bytes(by_number[begins : begins + 4], "big")
    without = by_number[:begins] + by_number[begins + length + 12 :]

    with pytest.raises(InputRefused):
        attach(spoken(here), io.BytesIO(without), at=NOON, post=here.duty)


def test_colours_by_number_and_grey_ones_may_be_transparent_too(here):
    by_number = Image.new("P", (40, 40), 0)
    by_number.putpalette([0, 0, 0, 255, 0, 0])
    out = io.BytesIO()
    by_number.save(out, "PNG", transparency=0)
    grey = picture("PNG", (40, 40), "LA", (0, 0))

    for content in (out.getvalue(), grey):
        stored = attach(spoken(here), io.BytesIO(content), at=NOON, post=here.duty)
        with stored.file.open() as file, Image.open(file) as image:
            assert min(image.getpixel((5, 5))) > 250


# --- a disk that takes no more
@pytest.fixture
def full_disk():
    """From here on no file of this process grows beyond eight megabytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * 1_048_576, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_the_disk_does_not_take_is_refused_and_leaves_nothing(
    here, media, full_disk
):
    case = spoken(here)

    with pytest.raises(StorageFailed) as refusal:
        attach(case, paper(9 * 1_048_576), at=NOON, post=here.duty)

    assert "磁盘满了" in str(refusal.value)
    assert list(media.iterdir()) == []
    assert not case.attachments.exists()


def test_a_full_disk_is_said_on_the_page_and_over_the_api(here, full_disk):
    """The file on its way in is the first that does not fit."""
    case = spoken(here)
    client = Client(raise_request_exception=False)
    client.force_login(here.duty.user)

    def send(address):
        file = SimpleUploadedFile("a.pdf", paper(9 * 1_048_576).getvalue())
        return client.post(address, {"file": file}, HTTP_ACCEPT_LANGUAGE="zh-CN")

    page = send(reverse("cases:upload", args=[case.number]))
    api = send(f"/api/v1/cases/{case.number}/attachments/")

    assert (page.status_code, api.status_code) == (507, 507)
    assert "磁盘满了" in page.content.decode()
    assert api.json()["code"] == "storage_failed"
    assert not case.attachments.exists()


# --- what a failed upload leaves
def test_a_row_that_cannot_be_written_leaves_no_file(here, media):
    """It names a post that was never stored."""
    case = spoken(here)

    with pytest.raises(ValueError, match="unsaved"):
        attach(case, paper(100), at=NOON, post=Post())

    assert left(media) == []


def left(media):
    return list(media.iterdir()) if media.exists() else []


def test_files_whose_transaction_was_taken_back_are_swept_and_the_others_stay(
    here, media
):
    kept = attach(
        spoken(here), io.BytesIO(picture("JPEG", (40, 30))), at=NOON, post=here.duty
    )
    with transaction.atomic():
        attach(spoken(here), paper(100), at=NOON, post=here.duty)
        transaction.set_rollback(True)
    (media / "readme.txt").write_text("not ours")
    assert len(left(media)) == 4

    assert remove_orphans(machine_now()) == 0  # somebody may just be writing the row
    assert remove_orphans(machine_now() + LEFT_ALONE + timedelta(minutes=1)) == 1

    names = {file.name for file in left(media)}
    assert names == {kept.file.name, kept.thumbnail.name, "readme.txt"}


def test_the_job_sweeps_what_is_older_than_a_day(here, media):
    with transaction.atomic():
        attach(spoken(here), paper(100), at=NOON, post=here.duty)
        transaction.set_rollback(True)
    (orphan,) = left(media)
    long_ago = (machine_now() - LEFT_ALONE - timedelta(minutes=1)).timestamp()

    remove_orphan_files()
    assert orphan.exists()
    os.utime(orphan, (long_ago, long_ago))
    remove_orphan_files()

    assert not orphan.exists()


@pytest.mark.any_database
def test_the_sweep_knows_every_column_that_names_a_file():
    with_files = {
        model
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FileField)
    }

    assert with_files == {Attachment, SignedSheet}
    for model in with_files:
        names = {f.name for f in model._meta.fields if isinstance(f, FileField)}
        assert names == {"file", "thumbnail"}
