"""What must never stand in a log line."""

import pytest

from minshi.log import drop_queries, scrub_phones

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("叫 13993912345 来", "叫 139****2345 来"),
        ("+8613993912345", "+86139****2345"),
        ("Key (phone)=(139 9391 2345)", "Key (phone)=(139****2345)"),
        ("139-9391-2345。", "139****2345。"),
        ("１３９９３９１２３４５", "１３９****２３４５"),
        ("139  9391 - 2345", "139****2345"),
        ("621226118201 13 1764", "621226118201 13 1764"),
        ("2026-11-24T08:34:01.648897", "2026-11-24T08:34:01.648897"),
    ],
)
def test_a_phone_is_scrubbed(written, kept):
    assert scrub_phones(None, "", {"event": written})["event"] == kept


def test_a_request_is_logged_without_its_query():
    assert (
        drop_queries(None, "", {"request": "GET /t/BG-2026-0001/?k=ABCDEF"})["request"]
        == "GET /t/BG-2026-0001/"
    )
