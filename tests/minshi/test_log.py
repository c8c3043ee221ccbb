"""What must never stand in a log line."""

import logging

import pytest
import structlog

from minshi import log
from minshi.log import drop_queries, scrub_numbers
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
        ("一三九九三九一二三四五", "一三九****二三四五"),
        ("①③⑨⑨③⑨①②③④⑤", "①③⑨****②③④⑤"),
        ("١٣٩٩٣٩١٢٣٤٥", "١٣٩****٢٣٤٥"),
        ("１３９ ９３９１ ２３４５", "１３９****２３４５"),
        ("１３９－９３９１－２３４５", "１３９****２３４５"),
        ("139 9391 234五", "139****234五"),
        ("(139)93912345", "(139****2345"),
        ("laowang13993912345", "laowang139****2345"),
        ("身份证110105194912310021", "身份证****"),
        ("11010519491231002X。", "****。"),
        ("110105 19491231 002x", "****"),
        ("１１０１０５－１９４９１２３１－００２Ｘ", "****"),
        ("110105491231002", "****"),
        ("110105-491231-002", "****"),
        ("一一零一零五四九一二三一零零二", "****"),
        ("卡6222 0211 0000 0000 007", "卡****"),
        ("duration=0.0139 rows=12 case=BG-2026-0183", None),
        ("1,399,391,234 bytes", None),
        ("a0139c93-91ab-2345-8f00-13993a912345", None),
        ("621226118201 13 1764", "621226118201 13 1764"),
        ("2026-11-24T08:34:01.648897", "2026-11-24T08:34:01.648897"),
    ],
)
def test_a_phone_is_scrubbed(written, kept):
    expected = written if kept is None else kept

    assert scrub_numbers(None, "", {"event": written})["event"] == expected


def test_what_is_no_text_is_left_as_it_is():
    event = {"event": "x", "count": 13993912345, "rows": [1]}

    assert scrub_numbers(None, "", dict(event)) == event


@pytest.mark.parametrize("between", SEPARATORS)
def test_a_phone_is_scrubbed_with_any_dot_or_dash_in_it(between):
    typed = between.join(["139", "9391", "2345"])

    assert scrub_numbers(None, "", {"event": typed})["event"] == "139****2345"


def test_a_request_is_logged_without_its_query():
    assert (
        drop_queries(None, "", {"request": "GET /t/BG-2026-0001/?k=ABCDEF"})["request"]
        == "GET /t/BG-2026-0001/"
    )


@pytest.mark.parametrize(("level", "is_read"), [("WARNING", False), ("INFO", True)])
def test_a_line_below_the_level_is_not_even_read(level, is_read, monkeypatch):
    read = []
    monkeypatch.setattr(log, "_scrubbed", lambda text: read.append(text) or text)
    logging.getLogger("tests.level").setLevel(level)

    structlog.get_logger("tests.level").info("照常")

    assert ("照常" in read) is is_read


@pytest.mark.django_db
def test_the_address_in_the_log_is_none_that_a_visitor_writes(client, caplog):
    client.get("/nowhere/", headers={"X-Forwarded-For": "203.0.113.7"})

    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [line["ip"] for line in lines if "code" in line] == ["127.0.0.1"]
