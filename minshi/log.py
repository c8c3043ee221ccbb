"""Logs as fields on one line, phone numbers scrubbed before they are written."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from minshi.text.finding import GAP_IN_PHONE as GAP

PHONE = re.compile(
    rf"(?<!\d)(?:(\+?0{{0,2}}86){GAP})?([1１]{GAP}[3-9３-９]{GAP}\d){GAP}(?:\d{GAP}){{4}}((?:\d{GAP}){{3}}\d)(?!\d)"
)


def scrub_phones(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Return the event with the middle digits of every phone number starred."""
    scrubbed = {}
    for key, value in event.items():
        if isinstance(value, str):
            scrubbed[key] = PHONE.sub(r"\1\2****\3", value)
        else:
            scrubbed[key] = value
    return scrubbed


def drop_queries(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop the query of a logged request: a tracking code or a name looked up has no
    business in a log.
    """
    if isinstance(event.get("request"), str):
        event["request"] = event["request"].partition("?")[0]
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    scrub_phones,
    drop_queries,
]
structlog.configure(
    processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            scrub_phones,
            drop_queries,
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "logger", "event"], bool_as_flag=False
            ),
        ],
        foreign_pre_chain=SHARED,
    )
