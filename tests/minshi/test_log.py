"""What must never stand in a log line."""

from minshi.log import drop_queries, scrub_phones


def test_a_phone_is_scrubbed():
    assert scrub_phones(None, "", {"event": "叫 13993912345 来"})["event"] == "叫 139****2345 来"


def test_a_request_is_logged_without_its_query():
    assert drop_queries(None, "", {"request": "GET /t/BG-2026-0001/?k=ABCDEF"})["request"] == "GET /t/BG-2026-0001/"
