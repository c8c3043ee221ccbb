"""Photos and papers: what is kept, what is refused, and who reads them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from cases import attachments
from cases.attachments import attach
from minshi.errors import InputRefused
from tests.cases.roads import NOON, spoken, staff

pytestmark = pytest.mark.django_db
GPS = 0x8825


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def here():
    return staff()


def photo(kind="JPEG", size=(3000, 2000), turned=False):
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6 if turned else 1
    exif.get_ifd(GPS)[1] = "N"
    Image.new("RGB", size, "green").save(out, kind, exif=exif)
    out.seek(0)
    return out


def test_a_photo_is_turned_upright_made_smaller_and_loses_where_it_was_taken(here):
    kept = attach(spoken(here), photo(turned=True), at=NOON, post=here.duty)

    with kept.file.open() as file, Image.open(file) as image:
        assert image.size == (1707, 2560)
        assert not image.getexif()
    with kept.thumbnail.open() as file, Image.open(file) as image:
        assert max(image.size) == 320


def test_the_same_photo_sent_again_is_kept_once(here):
    case = spoken(here)

    first, second = (attach(case, photo(), at=NOON, post=here.duty) for _ in range(2))

    assert first == second
    assert case.attachments.count() == 1


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90\x00",
        b"",
    ],
    ids=["html", "svg", "program", "nothing"],
)
def test_what_is_no_photo_and_no_pdf_is_refused(here, content):
    case = spoken(here)

    with pytest.raises(InputRefused):
        attach(case, io.BytesIO(content), at=NOON, post=here.duty)

    assert not case.attachments.exists()


def test_a_broken_photo_is_refused_in_words(here):
    case = spoken(here)

    with pytest.raises(InputRefused):
        attach(case, io.BytesIO(photo().read()[:900]), at=NOON, post=here.duty)


def test_a_case_takes_no_more_files_than_a_page_can_show(here, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_FILES", 1)
    case = spoken(here)
    kept = attach(case, photo(), at=NOON, post=here.duty)

    with pytest.raises(InputRefused):
        attach(case, photo(turned=True), at=NOON, post=here.duty)

    assert attach(case, photo(), at=NOON, post=here.duty) == kept
    assert list(case.attachments.all()) == [kept]


def test_a_file_too_large_is_refused(here, settings):
    settings.ATTACHMENT_MAX_BYTES = 1000
    case = spoken(here)

    with pytest.raises(InputRefused):
        attach(case, photo(), at=NOON, post=here.duty)


def test_a_photo_is_added_on_the_page_and_read_back_only_within_sight(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)
    upload = SimpleUploadedFile("IMG_1.jpg", photo().read(), "image/jpeg")

    client.post(reverse("cases:upload", args=[case.number]), {"file": upload})
    address = reverse("cases:file", args=[case.attachments.get().uuid])
    seen = client.get(address)
    b"".join(seen.streaming_content)
    client.force_login(staff().secretary.user)

    assert (seen.status_code, seen["Content-Type"], seen["X-Content-Type-Options"]) == (
        200,
        "image/jpeg",
        "nosniff",
    )
    assert client.get(address).status_code == 404


def test_one_bad_file_does_not_lose_the_good_one(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)
    files = [
        SimpleUploadedFile("a.exe", b"MZ\x90\x00"),
        SimpleUploadedFile("b.jpg", photo().read()),
    ]

    page = client.post(
        reverse("cases:upload", args=[case.number]), {"file": files}, follow=True
    ).content.decode()

    assert case.attachments.count() == 1
    assert "a.exe" in page
