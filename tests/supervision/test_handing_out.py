"""export_all: all that a town has, and nothing of another."""

import errno
import hashlib
import io
import json

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from PIL import Image

from cases.attachments import attach
from supervision import handing_out
from supervision.handing_out import LEFT_OUT, OF_TOWN
from tests.cases.roads import NOON, rated, spoken, staff
from villages.models import AuditRecord
from villages.models.audit import AuditKind

APPS = ("villages", "cases", "supervision")


@pytest.mark.any_database
def test_every_kind_of_row_is_handed_out_or_named_as_left_out():
    labels = {
        model._meta.label
        for name in APPS
        for model in apps.get_app_config(name).get_models()
    }

    assert OF_TOWN.keys() | LEFT_OUT == labels
    assert not OF_TOWN.keys() & LEFT_OUT


@pytest.fixture
def handed(db, settings, tmp_path):
    """A town with a rated matter and a photo, and a neighbour with one matter."""
    settings.MEDIA_ROOT = tmp_path / "stored"
    here, there = staff(), staff()
    case = rated(here)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "JPEG")
    photo = SimpleUploadedFile("x.jpg", picture.getvalue(), "image/jpeg")
    attach(case, photo, at=NOON, post=here.duty, came_with_it=True)
    spoken(here, speaker_phone="13993912345", verbatim="水管漏了")
    spoken(there, verbatim="邻镇的事")

    folder = tmp_path / "out"
    call_command("export_all", here.town.code, str(folder), reason="换系统")
    return here, folder


def lines(folder, label):
    text = (folder / f"data/{label.lower()}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_rows_stand_in_clear_and_none_is_of_another_town(handed):
    here, folder = handed

    cases = lines(folder, "cases.Case")

    assert len(cases) == 2
    assert {case["town_id"] for case in cases} == {here.town.pk}
    assert [case["speaker_phone"] for case in cases if case["speaker_phone"]] == [
        "13993912345"
    ]
    every = "".join(
        path.read_text(encoding="utf-8") for path in (folder / "data").iterdir()
    )
    assert "邻镇的事" not in every
    assert '"password"' not in every
    assert "tracking_code" not in every
    assert len(lines(folder, "cases.Rating")) == 1
    users = {user["id"] for user in lines(folder, "villages.User")}
    assert here.handler.user_id in users


def test_files_lie_beside_and_every_checksum_holds(handed):
    _here, folder = handed
    listed = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in listed)

    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["files"] == 2  # the photo and its small picture
    assert manifest["rows"]["cases.Case"] == 2
    assert any(name.startswith("media/") for name in sums)
    assert folder.stat().st_mode & 0o077 == 0


def test_what_a_full_disk_ends_leaves_a_trace_and_no_name(
    handed, tmp_path, monkeypatch
):
    here, _folder = handed
    out = tmp_path / "again"

    def full(_path):
        assert (out / "data").is_dir()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(handing_out, "_checksum", full)
    with pytest.raises(OSError, match="No space left"):
        call_command("export_all", here.town.code, str(out), reason="再来")

    assert not out.exists()
    assert AuditRecord.objects.filter(kind=AuditKind.EXPORT, reason="再来").exists()


def test_it_leaves_a_trace_and_writes_over_nothing(handed):
    here, folder = handed

    record = AuditRecord.objects.get(kind=AuditKind.EXPORT)
    assert (record.reason, here.town.code in record.subject) == ("换系统", True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert f"{sum(manifest['rows'].values())} 行" in record.subject
    with pytest.raises(CommandError):
        call_command("export_all", here.town.code, str(folder), reason="再来")
    with pytest.raises(CommandError):
        call_command("export_all", "000000000", f"{folder}2", reason="x")
    with pytest.raises(CommandError):
        call_command("export_all", here.town.code, f"{folder}3", reason=" ")
