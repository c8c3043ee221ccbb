"""Photos on the tracking page: those said to be public, of one's own matter, and no
others.
"""

import pytest
from django.urls import reverse

from cases.attachments import attach
from cases.models import Case
from cases.privacy.redactor import NOTHING
from cases.templatetags.days import day
from cases.views.timeline import entry_of
from cases.workflow import Action, Speaker, make_move
from cases.workflow.files import show
from minshi.errors import MoveRefused, NoSuchRight
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.cases.test_attachments import photo
from tests.cases.test_photos import paper
from tests.cases.track_page import page_of, photo_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_only_a_photo_said_to_be_public_is_seen_behind_the_code(client, here):
    case = decided(here)
    file = attach(case, photo(size=(640, 480)), at=NOON, post=here.handler)
    address = photo_address(case, file)

    before = client.get(address, {"k": case.tracking_code})
    show(file, public=True, by=here.handler.user, at=NOON)
    after = client.get(address, {"k": case.tracking_code})
    page = page_of(client, case)

    assert before.status_code == 404
    assert after.status_code == 200
    assert after["Content-Type"] == "image/jpeg"
    assert "no-store" in after["Cache-Control"]
    assert b"".join(after.streaming_content)
    assert address in page


def test_a_photo_is_taken_back_from_the_page(client, here):
    case = decided(here)
    file = attach(case, photo(size=(640, 480)), at=NOON, post=here.handler)
    show(file, public=True, by=here.handler.user, at=NOON)

    show(file, public=False, by=here.handler.user, at=NOON)

    assert photo_address(case, file) not in page_of(client, case)
    said = [event.data["public"] for event in case.events.filter(action="show_file")]
    assert said == [True, False]


def test_the_history_tells_whether_a_photo_is_shown(here):
    case = decided(here)
    file = attach(case, photo(size=(640, 480)), at=NOON, post=here.handler)
    show(file, public=True, by=here.handler.user, at=NOON)
    show(file, public=False, by=here.handler.user, at=NOON)

    events = case.events.filter(action="show_file").order_by("sequence")
    shown, taken_back = [entry_of(case, event, redact=NOTHING) for event in events]

    assert shown.label == "让群众也能看到照片"
    assert taken_back.label == "照片不再给群众看"


def test_a_wrong_code_shows_no_photo(client, here):
    case = decided(here)
    file = attach(case, photo(size=(640, 480)), at=NOON, post=here.handler)
    show(file, public=True, by=here.handler.user, at=NOON)

    answer = client.get(photo_address(case, file), {"k": "000000000000"})

    assert answer.status_code == 404


def test_the_code_of_another_matter_shows_no_photo(client, here):
    case, other = decided(here), decided(here)
    file = attach(case, photo(size=(640, 480)), at=NOON, post=here.handler)
    show(file, public=True, by=here.handler.user, at=NOON)

    answer = client.get(photo_address(other, file), {"k": other.tracking_code})

    assert answer.status_code == 404


def shown_photo(here, case):
    file = attach(case, photo(size=(640, 480)), at=NOON, post=here.secretary)
    show(file, public=True, by=here.secretary.user, at=NOON)
    return file


@pytest.mark.parametrize("confidentiality", ["normal", "secret"])
def test_a_merged_speaker_sees_their_own_photos_and_none_of_the_other(
    client, here, confidentiality
):
    own, other = accepted(here), accepted(here)
    mine, theirs = shown_photo(here, own), shown_photo(here, other)
    make_move(own, Action.MERGE, by=officer(here.secretary), at=NOON, into=other)
    Case.objects.filter(pk=other.pk).update(confidentiality=confidentiality)

    page = page_of(client, own)

    assert photo_address(own, mine) in page
    assert photo_address(own, theirs) not in page
    code = {"k": own.tracking_code}
    answer = client.get(photo_address(own, mine), code)
    assert b"".join(answer.streaming_content)
    assert client.get(photo_address(own, theirs), code).status_code == 404


def test_no_photo_of_a_secret_matter_is_shown(client, here):
    case = accepted(here)
    file = shown_photo(here, case)
    Case.objects.filter(pk=case.pk).update(confidentiality="secret")

    assert photo_address(case, file) not in page_of(client, case)
    answer = client.get(photo_address(case, file), {"k": case.tracking_code})
    assert answer.status_code == 404


def test_a_merged_speaker_reads_nothing_that_the_other_did(client, here):
    own = spoken(here, said_at=NOON - 3 * DAY)
    other = spoken(here, said_at=NOON - 2 * DAY)
    make_move(own, Action.MERGE, by=officer(here.secretary), at=NOON, into=other)
    other.refresh_from_db()
    other = make_move(other, Action.URGE, by=Speaker(other, "code"), at=NOON)

    address = reverse("cases:track", args=[own.number])
    answer = client.get(address, {"k": own.tracking_code})

    assert answer.context["urged_at"] is None
    assert f"您{day(own.said_at)}说的" in answer.content.decode()
    assert day(other.said_at) not in answer.content.decode()
    assert f"您{day(NOON)}催过" in page_of(client, other)

    work = completed(here, decided(here, accepted(here, other)))
    other = rated(here, verified(here, work))
    assert not other.is_open
    assert "您的回答" in page_of(client, other)
    assert "您的回答" not in page_of(client, own)


def test_a_paper_is_no_photo(here):
    case = decided(here)
    file = attach(case, paper(5_000), at=NOON, post=here.handler)

    with pytest.raises(MoveRefused):
        show(file, public=True, by=here.handler.user, at=NOON)


def test_whoever_only_reads_a_matter_shows_none_of_its_photos(client, here):
    case = decided(here)
    file = attach(case, photo(size=(640, 480)), at=NOON, post=here.handler)

    with pytest.raises(NoSuchRight):
        show(file, public=True, by=here.member.user, at=NOON)


def test_the_button_beside_a_photo_shows_it_and_takes_it_back(client, here):
    case = decided(here)
    file = attach(case, photo(size=(640, 480)), at=NOON, post=here.handler)
    client.force_login(here.handler.user)
    address = reverse("cases:show_file", args=[file.uuid])

    client.post(address, {"public": "1"})
    file.refresh_from_db()
    assert file.is_public

    client.post(address)
    file.refresh_from_db()
    assert not file.is_public
