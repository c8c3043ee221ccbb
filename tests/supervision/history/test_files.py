"""Files of a case: one that SQL put in, moved, changed or took away is found, and one
that the program added, showed or took off is not.
"""

import io
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from PIL import Image

from cases.attachments import ATTACHMENT_BYTES, attach
from cases.meetings.finals import SHEET_BYTES
from cases.meetings.signed_sheets import attach_sheet
from cases.models import Attachment
from cases.stored_files import note_digests
from cases.tasks import digest_files
from cases.workflow.files import show, take_off
from minshi.history import history_lifted
from supervision.sealing.files import check_files
from supervision.sealing.findings import LogWrong
from tests import roles
from tests.cases.council import called
from tests.cases.roads import NOON, accepted, spoken
from tests.supervision.history.attacks import MINUTE, NIGHT, by_sql, found
from tests.supervision.history.migrating import migrate_back_before, migrate_to_the_end
from villages.finals import seal_all
from villages.models import AuditRecord

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


def on_disk(file):
    return Path(settings.MEDIA_ROOT) / file.name


def wrong_files():
    return [each.wrong for each in check_files() if each]


def replace_bytes(path):
    """Put other bytes of the same number in the place of a file's."""
    path.write_bytes(path.read_bytes()[::-1])


@pytest.mark.parametrize("column", ["file", "thumbnail"])
def test_bytes_of_the_same_number_in_the_place_of_a_file_are_found(photo, column):
    assert wrong_files() == []

    replace_bytes(on_disk(getattr(photo, column)))

    assert wrong_files() == [LogWrong.FILE]
    with pytest.raises(CommandError, match="1 处对不上"):
        call_command("verify", stdout=io.StringIO())


def test_it_is_said_how_many_files_are_as_they_were_added(photo):
    out = io.StringIO()

    call_command("verify", stdout=out)

    assert "个存放的文件都和当初上传的一样。" in out.getvalue()


def test_a_stored_file_that_is_gone_is_found_and_one_taken_off_is_not(here, photo):
    on_disk(photo.file).unlink()
    assert wrong_files() == [LogWrong.FILE_GONE]

    photo.case.refresh_from_db()
    take_off(photo, by=here.duty.user, at=NOON + MINUTE)
    assert wrong_files() == []


def test_a_name_that_leads_out_of_the_folder_is_found(photo):
    by_sql("attachment", "UPDATE cases_attachment SET file = '../x.jpg'", id=photo.pk)

    assert wrong_files() == [LogWrong.FILE]


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_another_digest_is_found_and_is_not_noted_anew(photo, digest):
    Attachment.objects.filter(pk=photo.pk).update(file_sha256=digest)
    replace_bytes(on_disk(photo.file))
    assert found() == {LogWrong.CLOSED}

    note_digests(NIGHT)
    assert found() == {LogWrong.CLOSED}


def stored_before(*files):
    """Bring rows to what an earlier version stored: no digests, and none sealed."""
    with history_lifted():
        AuditRecord.objects.filter(subject__contains="-bytes:").delete()
    for file in files:
        type(file).objects.update(file_sha256="", thumbnail_sha256="")
    for final in (ATTACHMENT_BYTES, SHEET_BYTES):
        seal_all(final, final.rows().values_list("pk", flat=True), at=NOON)


def test_digests_of_files_from_before_are_noted(photo, here):
    roles.record_made(NOON)
    sheet = attach_sheet(called(here), a_photo(), at=NOON, post=here.secretary)
    stored_before(photo, sheet)
    assert wrong_files() == []
    out = io.StringIO()

    call_command("digest_files", stdout=out)

    assert out.getvalue() == "已登记 2 个文件的校验值。\n"
    assert found() == set()
    replace_bytes(on_disk(photo.file))
    replace_bytes(on_disk(sheet.thumbnail))
    assert wrong_files() == [LogWrong.FILE, LogWrong.FILE]
    assert note_digests(NIGHT) == 0


def test_a_file_from_before_that_is_not_there_keeps_none(photo):
    stored_before(photo)
    on_disk(photo.file).unlink()

    assert note_digests(NIGHT) == 0
    assert found() == set()


@pytest.mark.django_db(transaction=True)
def test_files_of_before_are_sealed_by_the_update_and_noted_by_the_job(photo):
    migrate_back_before("0038_digests_of_stored_files")
    with history_lifted():
        AuditRecord.objects.filter(subject__contains="-bytes:").delete()

    migrate_to_the_end()
    digest_files()

    assert len(Attachment.objects.get().file_sha256) == 64
    assert not found(NIGHT) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}


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
