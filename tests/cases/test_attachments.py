"""Photos and papers: what is kept, what is refused, and who reads them."""

import io
from uuid import uuid4

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cases import attachments
from cases.attachments import attach
from cases.models import Attachment, Case
from cases.workflow import Action, make_move
from cases.workflow.files import show, take_off
from minshi.errors import InputRefused, MoveRefused
from tests.api import Api
from tests.cases.roads import NOON, accepted, decided, officer, spoken, staff

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


@pytest.mark.parametrize("value", [0, 26])
def test_broken_notes_of_a_camera_do_not_cost_the_photo(here, value):
    """17 bytes after its head begins the first note: of a kind that does not fit."""
    content = bytearray(photo(turned=True).getvalue())
    content[content.index(b"Exif\0\0") + 17] = value

    file = attach(spoken(here), io.BytesIO(content), at=NOON, post=here.duty)

    assert file.content_type == "image/jpeg"


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


# --- with the intake, and taken off again
def as_upload(kind="JPEG", name="ditu.jpg"):
    return SimpleUploadedFile(name, photo(kind, (640, 480)).read(), "image/jpeg")


def walk_in(here, **fields):
    return {
        "key": str(uuid4()),
        "channel": "talk_room",
        "village": here.village.pk,
        "verbatim": "路灯坏了",
        **fields,
    }


def test_photos_come_with_the_matter_that_is_taken_down(client, here):
    client.force_login(here.duty.user)

    client.post(reverse("cases:intake"), walk_in(here, photo=as_upload()))

    stored = Case.objects.get().attachments.get()
    assert (stored.content_type, stored.post) == ("image/jpeg", here.duty)


def test_a_photo_that_cannot_be_read_does_not_cost_the_matter(client, here):
    client.force_login(here.duty.user)
    broken = SimpleUploadedFile("x.jpg", b"\xff\xd8\xff no photo", "image/jpeg")

    answer = client.post(
        reverse("cases:intake"), walk_in(here, photo=broken), follow=True
    )

    assert not Case.objects.get().attachments.exists()
    assert any("x.jpg" in str(message) for message in answer.context["messages"])


@pytest.fixture
def own(here):
    return attach(spoken(here), photo(), at=NOON, post=here.duty)


def test_whoever_added_a_file_takes_it_off_and_it_is_gone_from_the_disk(
    client, here, own, tmp_path, django_capture_on_commit_callbacks
):
    client.force_login(here.duty.user)
    page = client.get(own.case.get_absolute_url()).content.decode()
    assert len(list(tmp_path.iterdir())) == 2

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("cases:remove_file", args=[own.uuid]))

    event = own.case.events.get(action="remove_file")
    assert reverse("cases:remove_file", args=[own.uuid]) in page
    assert not own.case.attachments.exists()
    assert list(tmp_path.iterdir()) == []
    assert event.data["file"] == str(own.uuid)
    assert event.data["sha256"] == own.received_sha256


def test_a_disk_that_does_not_remove_it_is_left_to_the_sweep(
    client, here, own, monkeypatch, django_capture_on_commit_callbacks
):
    def fail(_storage, _name):
        raise OSError("read-only file system")

    monkeypatch.setattr(FileSystemStorage, "delete", fail)
    client.force_login(here.duty.user)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("cases:remove_file", args=[own.uuid]))

    assert answer.status_code == 302
    assert not own.case.attachments.exists()


def test_a_file_that_was_taken_off_a_moment_ago_makes_no_second_event(here, own):
    read_before_the_first = Attachment.objects.select_related("case").get()
    take_off(own, by=here.duty.user, at=NOON)

    with pytest.raises(MoveRefused):
        take_off(read_before_the_first, by=here.duty.user, at=NOON)

    assert own.case.events.filter(action="remove_file").count() == 1


def test_the_api_takes_it_off_as_well(here, own):
    address = f"cases/{own.case.number}/attachments/{own.uuid}/"

    assert Api(here.secretary).delete(address).status_code == 403
    assert Api(here.duty).delete(address).status_code == 204
    assert Api(here.duty).get(address).status_code == 404


def test_nobody_else_takes_a_file_off(client, here, own):
    from_speaker = attach(own.case, photo("PNG"), at=NOON, post=None, from_speaker=True)
    client.force_login(here.secretary.user)
    page = client.get(own.case.get_absolute_url()).content.decode()

    for file in (own, from_speaker):
        client.post(reverse("cases:remove_file", args=[file.uuid]))

    assert "/off/" not in page
    assert own.case.attachments.count() == 2


def test_a_closed_matter_takes_no_more_files_from_officers(client, here, own):
    closed = voided(own.case, here)
    client.force_login(here.duty.user)
    address = reverse("cases:upload", args=[closed.number])
    upload = SimpleUploadedFile("p.png", photo("PNG").read(), "image/png")

    page = client.get(closed.get_absolute_url()).content.decode()
    answer = client.post(address, {"file": upload}, follow=True)
    api = Api(here.duty).client.post(
        f"/api/v1/cases/{closed.number}/attachments/", {"file": photo("PNG")}
    )

    assert address not in page
    assert [each.level_tag for each in answer.context["messages"]] == ["error"]
    assert api.status_code == 409
    assert api.json()["detail"]
    assert closed.attachments.get() == own


def test_the_photo_of_the_form_that_settled_a_matter_is_stored(client, here):
    client.force_login(here.duty.user)
    sent = {
        "key": uuid4(),
        "verbatim": "路灯坏了",
        "channel": "talk_room",
        "village": here.village.pk,
        "category": "village",
        "grade": "minor",
        "confidentiality": "normal",
        "settled": "on",
        "result": "当场换了灯泡",
        "satisfaction": "satisfied",
        "solved": "yes",
        "photo": SimpleUploadedFile("p.jpg", photo().read(), "image/jpeg"),
    }

    client.post(reverse("cases:intake"), sent)

    case = Case.objects.get()
    assert not case.is_open
    assert case.attachments.count() == 1


def test_what_a_speaker_sends_of_a_closed_matter_is_stored(here, own):
    closed = voided(own.case, here)

    attach(closed, photo("PNG"), at=NOON, post=None, from_speaker=True)

    assert closed.attachments.count() == 2


def test_the_same_file_sent_again_after_closing_is_the_first_one(here, own):
    closed = voided(own.case, here)

    assert attach(closed, photo(), at=NOON, post=here.duty) == own


def test_a_closed_matter_keeps_its_files(here, own):
    closed = voided(own.case, here)

    with pytest.raises(MoveRefused):
        take_off(closed.attachments.get(), by=here.duty.user, at=NOON)


def voided(case, here):
    return make_move(
        case,
        Action.VOID,
        by=officer(here.duty),
        at=NOON,
        void_as="void",
        reason="点错了",
    )


# --- with a step
def step_sent(client, case, action, **words):
    """Send a step with the words given and a photo; the same form may go again."""
    address = reverse("cases:act", args=[case.number, action])
    form = client.get(address).context["form"]
    sent = {"version": form["version"].value(), "key": str(form["key"].value())}
    return client.post(address, {**sent, **words, "photo": as_upload()})


DONE = {"outcome": "done", "result": "换了三盏灯"}


def test_whoever_did_something_adds_the_photo_where_they_write_it(client, here):
    case = decided(here)
    client.force_login(here.handler.user)
    address = reverse("cases:act", args=[case.number, "complete"])

    page = client.get(address).text
    step_sent(client, case, "complete", **DONE)

    assert 'enctype="multipart/form-data"' in page
    assert "照片" in page
    assert 'name="photo"' in page
    file = Attachment.objects.get(case=case)
    assert (file.post, file.from_speaker, file.is_public) == (
        here.handler,
        False,
        False,
    )


def photos_told(client, case):
    address = reverse("cases:track", args=[case.number])
    page = client.get(address, {"k": case.tracking_code})
    return list(page.context["photos"])


def test_the_photo_of_a_step_that_the_speaker_may_see_is_seen_by_them(client, here):
    case = decided(here)
    client.force_login(here.handler.user)

    form = client.get(reverse("cases:act", args=[case.number, "progress"])).text
    for_all = {"text": "挖好了沟", "public": "on"}
    step_sent(client, case, "progress", **for_all)

    assert "勾了“群众可以看到”的，照片也一起给群众看" in form
    file = Attachment.objects.get(case=case)
    assert photos_told(client, case) == [file]
    assert case.events.filter(action="show_file", data__public=True).count() == 1


def test_the_photo_of_a_step_that_stays_inside_is_not_seen_by_the_speaker(client, here):
    case = decided(here)
    client.force_login(here.handler.user)

    step_sent(client, case, "progress", text="挖好了沟")

    assert Attachment.objects.filter(case=case).exists()
    assert photos_told(client, case) == []


def test_no_photo_of_a_secret_matter_goes_to_the_speaker_and_the_form_says_so(
    client, here
):
    case = decided(here, accepted(here, confidentiality="secret"))
    client.force_login(here.handler.user)

    form = client.get(reverse("cases:act", args=[case.number, "progress"])).text
    step_sent(client, case, "progress", text="挖好了沟", public="on")

    assert "保密的事，照片不给群众看" in form
    file = Attachment.objects.get(case=case)
    assert not file.is_public
    with pytest.raises(MoveRefused):
        show(file, public=True, by=here.handler.user, at=timezone.now())
    page = client.get(case.get_absolute_url()).text
    assert "让群众也能看到" not in page


def test_a_step_sent_twice_shows_its_photo_once(client, here):
    case = decided(here)
    client.force_login(here.handler.user)
    address = reverse("cases:act", args=[case.number, "progress"])
    form = client.get(address).context["form"]
    sent = {"version": form["version"].value(), "key": str(form["key"].value())}

    for _nth in range(2):
        words = {"text": "挖好了沟", "public": "on"}
        client.post(address, {**sent, **words, "photo": as_upload()})

    assert Attachment.objects.filter(case=case, is_public=True).count() == 1
    assert case.events.filter(action="show_file").count() == 1


def test_a_step_that_shows_nothing_done_asks_for_no_photo(client, here):
    case = decided(here)
    client.force_login(here.handler.user)

    page = client.get(reverse("cases:act", args=[case.number, "return"])).text

    assert 'name="photo"' not in page
    assert "multipart" not in page.split('id="act"')[1].split(">")[0]


def test_a_refused_step_stores_no_photo_and_asks_for_it_again(client, here):
    case = decided(here)
    client.force_login(here.handler.user)

    answer = step_sent(client, case, "complete", **DONE | {"result": ""})

    assert answer.status_code == 422
    assert "照片请再选一次。" in answer.text
    assert not Attachment.objects.exists()


def test_a_photo_that_is_refused_takes_no_step_back(client, here):
    case = decided(here)
    client.force_login(here.handler.user)
    address = reverse("cases:act", args=[case.number, "complete"])
    form = client.get(address).context["form"]
    sent = {"version": form["version"].value(), "key": str(form["key"].value())}
    broken = SimpleUploadedFile("huai.jpg", b"no photo", "image/jpeg")

    answer = client.post(address, {**sent, **DONE, "photo": broken}, follow=True)

    case.refresh_from_db()
    assert case.stage == "supervise"
    assert "huai.jpg" in answer.text


def test_a_step_sent_twice_stores_its_photo_once(client, here):
    case = decided(here)
    client.force_login(here.handler.user)
    address = reverse("cases:act", args=[case.number, "complete"])
    form = client.get(address).context["form"]
    sent = {"version": form["version"].value(), "key": str(form["key"].value())}

    for _nth in range(2):
        client.post(address, {**sent, **DONE, "photo": as_upload()})

    assert Attachment.objects.filter(case=case).count() == 1
