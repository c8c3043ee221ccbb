"""Logs as fields on one line, numbers of persons scrubbed before they are written."""

import ipaddress
import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from minshi.text.finding import long_numbers_in

STARS = "****"
KEPT_OF_PHONE = (3, 4)  # characters at the beginning and at the end


def scrub_numbers(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Return the event with stars for the middle of every phone number, and for all of
    an identity or bank card number, in whatever digits and with whatever between.
    """
    scrubbed = {}
    for key, value in event.items():
        scrubbed[key] = _scrubbed(value) if isinstance(value, str) else value
    return scrubbed


def _scrubbed(text: str) -> str:
    phones, papers = long_numbers_in(text)
    stars = dict.fromkeys(papers, STARS)

    first, last = KEPT_OF_PHONE
    for start, end in phones:
        number = text[start:end]
        if not _is_address(number):
            stars[start, end] = number[:first] + STARS + number[-last:]

    for (start, end), instead in sorted(stars.items(), reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def _is_address(text: str) -> bool:
    """True for an address in the network, which may have eleven digits as well."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


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
    structlog.processors.format_exc_info,
    scrub_numbers,
    drop_queries,
    structlog.processors.TimeStamper(fmt="iso"),  # a moment is no telephone
]
structlog.configure(
    # first: a line that nobody asked for is not read for telephones
    processors=[
        structlog.stdlib.filter_by_level,
        *SHARED,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            scrub_numbers,
            drop_queries,
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "logger", "event"], bool_as_flag=False
            ),
        ],
        foreign_pre_chain=SHARED,
    )
