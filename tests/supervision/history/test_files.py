"""Files of a case: one that SQL put in, moved, changed or took away is found, and one
that the program added, showed or took off is not.
"""

import io
import uuid

import pytest
from PIL import Image

from cases.attachments import attach
from cases.models import Attachment
from cases.workflow.files import show, take_off
from supervision.sealing.findings import LogWrong
from tests.cases.roads import NOON, accepted, spoken
from tests.supervision.history.attacks import MINUTE, by_sql, found

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def a_photo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(out, "JPEG")
    out.seek(0)
    out.name = "lamp.jpg"
    return out


@pytest.fixture
def photo(here):
    case = accepted(here)
    return attach(case, a_photo(), at=NOON, post=here.duty)


def test_what_is_added_shown_and_taken_off_is_recorded(here, photo):
    assert found() == set()

    show(photo, public=True, by=here.secretary.user, at=NOON + MINUTE)
    assert Attachment.objects.get().is_public
    assert found() == set()

    photo.case.refresh_from_db()
    take_off(photo, by=here.duty.user, at=NOON + 2 * MINUTE)
    assert not Attachment.objects.exists()
    assert found() == set()


def test_a_photo_from_the_speaker_is_recorded(here):
    attach(spoken(here), a_photo(), at=NOON, post=None, from_speaker=True)

    assert found() == set()


@pytest.mark.parametrize(
    "change",
    [
        "SET at = '2026-01-01 00:00:00+00:00'",
        "SET post_id = {other}",
        "SET received_sha256 = '0'",
        "SET is_public = TRUE",
        "SET from_speaker = TRUE",
        "SET file = 'other.jpg'",
        "SET case_id = {case}",
    ],
)
def test_a_changed_file_is_found(here, photo, change):
    words = {"other": here.secretary.pk, "case": spoken(here).pk}
    statement = f"UPDATE cases_attachment {change.format(**words)}"
    by_sql("attachment", statement, id=photo.pk)

    assert found() == {LogWrong.CLOSED}


def test_a_file_that_was_put_in_is_found(photo):
    photo.pk = None
    photo.uuid = uuid.uuid4()
    photo.received_sha256 = "0"
    photo.save(force_insert=True)

    assert found() == {LogWrong.CLOSED}


def test_a_file_that_was_taken_away_is_found(photo):
    Attachment.objects.all()._raw_delete("default")

    assert found() == {LogWrong.CLOSED_GONE}
