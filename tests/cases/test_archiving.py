"""The archive package of a closed matter: what is in it, who takes it, how long it is
kept.
"""

import hashlib
import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from cases.archiving import Retention, retention_of
from cases.attachments import attach
from cases.models import Case
from cases.workflow import Action, make_move
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import (
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    staff,
    verified,
)
from villages.models import AuditRecord
from villages.models.audit import LONGEST_REASON, AuditKind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stored_here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def here():
    return staff()


def closed(here, **fields) -> Case:
    case = accepted(here, speaker_name="李建国", speaker_phone="13993912345", **fields)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "JPEG")
    photo = SimpleUploadedFile("x.jpg", picture.getvalue(), "image/jpeg")
    attach(case, photo, at=NOON, post=here.duty)
    return rated(here, verified(here, completed(here, decided(here, case))))


def taken(post, case, reason="归档") -> zipfile.ZipFile:
    answer = logged_in(post).post(
        reverse("cases:archive", args=[case.number]), {"reason": reason}
    )
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_package_has_papers_files_events_and_a_checksum_of_each(here):
    case = closed(here)

    package = taken(here.secretary, case)

    names = set(package.namelist())
    assert {"papers/00.html", "files/01.jpg", "events.jsonl", "manifest.json"} <= names
    assert {"papers/01-handover.html", "papers/02-report.html"} <= names
    lines = package.read("SHA256SUMS").decode().splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in lines)
    assert sums.keys() == names - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256(package.read(name)).hexdigest() == digest


def test_the_manifest_names_the_class_and_the_head_of_the_chain(here):
    case = closed(here)

    package = taken(here.secretary, case)

    manifest = json.loads(package.read("manifest.json"))
    case.refresh_from_db()
    events = package.read("events.jsonl").decode().splitlines()
    assert manifest["retention"] == "thirty"  # it was complex
    assert manifest["last_hash"] == case.event_hash
    assert manifest["events"] == len(events) == case.event_count


def test_names_are_masked_in_the_papers_and_the_trace_has_the_reason(here):
    case = closed(here)

    package = taken(here.secretary, case)

    papers = "".join(
        package.read(name).decode()
        for name in package.namelist()
        if name.startswith("papers/0") and "handover" in name
    )
    assert "李*国" in papers
    assert "13993912345" not in papers
    record = AuditRecord.objects.get(kind=AuditKind.EXPORT)
    assert (case.number in record.subject, record.reason) == (True, "归档")


def test_a_hidden_speaker_is_named_to_nobody_who_may_not_know(here):
    case = closed(here, confidentiality="hidden", verbatim="我李建国家门口路灯坏了")

    package = taken(here.supervisor, case)

    whole = "".join(
        package.read(name).decode(errors="ignore") for name in package.namelist()
    )
    assert "李建国" not in whole
    assert "13993912345" not in whole


def test_what_the_reader_wrote_of_a_hidden_matter_is_as_they_typed_it(here):
    """What is blanked in a list of names would tell its writer who spoke."""
    said = "来过的有张长生、李建国、赵铁柱"
    case = accepted(here, speaker_name="李建国", confidentiality="hidden")
    case = decided(here, case, decision=said)
    by = officer(here.secretary)
    case = make_move(case, Action.REGRADE, by=by, at=NOON, grade="minor", reason=said)
    rated(here, verified(here, completed(here, case)))

    package = taken(here.secretary, case)
    of_others = taken(here.supervisor, case)

    events = package.read("events.jsonl").decode()
    assert events.count("来过的有") == events.count(said) >= 1
    assert "李建国" not in of_others.read("events.jsonl").decode()
    assert "来过的有张长生" in of_others.read("events.jsonl").decode()


@pytest.mark.parametrize(
    ("fields", "acts", "kept"),
    [
        ({"grade": "minor"}, (), Retention.TEN),
        ({"grade": "complex"}, (), Retention.THIRTY),
        ({"grade": "minor"}, ("supervise",), Retention.THIRTY),
        ({"grade": "minor", "satisfaction": "dissatisfied"}, (), Retention.THIRTY),
        ({"grade": "major"}, (), Retention.PERMANENT),
        ({"grade": "minor", "reserved": "village_plan"}, (), Retention.PERMANENT),
    ],
)
@pytest.mark.any_database
def test_how_long_it_is_kept_follows_from_the_matter(fields, acts, kept):
    assert retention_of(Case(**fields), acts) == kept


def test_only_whoever_may_take_it_away_finds_the_page_and_only_once_closed(here):
    case = closed(here)
    going_on = decided(here)
    address = reverse("cases:archive", args=[case.number])

    for post in (here.leader, here.member, here.handler):
        assert logged_in(post).get(address).status_code == 404
        assert logged_in(post).post(address, {"reason": "x"}).status_code == 404
    of_open = reverse("cases:archive", args=[going_on.number])
    assert logged_in(here.secretary).get(of_open).status_code == 404
    assert "30年" in logged_in(here.secretary).get(address).content.decode()
    shown = logged_in(here.secretary).get(case.get_absolute_url()).content.decode()
    assert address in shown


def test_without_a_reason_nothing_is_packed(here):
    case = closed(here)
    address = reverse("cases:archive", args=[case.number])

    assert logged_in(here.secretary).post(address, {"reason": ""}).status_code == 422
    assert not AuditRecord.objects.filter(kind=AuditKind.EXPORT).exists()


def test_the_page_asks_what_the_package_is_for(here):
    address = reverse("cases:archive", args=[closed(here).number])

    asked = logged_in(here.secretary).get(address).content.decode()

    assert "用途" in asked
    assert "号码" not in asked


def test_page_and_api_take_a_reason_of_the_same_length(here):
    case = closed(here)
    reason = "归" * LONGEST_REASON

    page = logged_in(here.secretary).post(
        reverse("cases:archive", args=[case.number]), {"reason": reason}
    )
    answer = Api(here.secretary).post(
        f"cases/{case.number}/archive/", {"reason": reason}
    )

    assert (page.status_code, answer.status_code) == (200, 200)
    page.close()
    answer.close()


def test_the_api_gives_the_same_package(here):
    case = closed(here)

    answer = Api(here.secretary).post(
        f"cases/{case.number}/archive/",
        {"reason": "归档"},
        accept="application/zip",
    )
    package = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))

    assert "manifest.json" in package.namelist()
    refused = Api(here.leader).post(f"cases/{case.number}/archive/", {"reason": "归档"})
    assert refused.status_code == 404
