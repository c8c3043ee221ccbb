"""What must never stand in a log line."""

import pytest

from minshi.log import drop_queries, scrub_phones
from minshi.text.folding import SEPARATORS

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


@pytest.mark.parametrize("between", SEPARATORS)
def test_a_phone_is_scrubbed_with_any_dot_or_dash_in_it(between):
    typed = between.join(["139", "9391", "2345"])

    assert scrub_phones(None, "", {"event": typed})["event"] == "139****2345"


def test_a_request_is_logged_without_its_query():
    assert (
        drop_queries(None, "", {"request": "GET /t/BG-2026-0001/?k=ABCDEF"})["request"]
        == "GET /t/BG-2026-0001/"
    )
