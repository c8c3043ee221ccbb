"""One POST over HTTP, as the channels speak to the services outside."""

import http.client
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from minshi.system_words import BROKEN_OFF, reason_of
from supervision.notices.channels.refusal import NotSent, Unanswered

TIMEOUT = 10  # seconds


def split_address(url: str) -> SplitResult | None:
    """The parts of an address of http or https; None where it is none, its port
    included.
    """
    try:
        parts = urlsplit(url)
        _port = parts.port  # is read only when asked for
    except ValueError:
        return None
    return parts if parts.scheme in ("https", "http") and parts.hostname else None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Status and body of the answer, whatever they are. Unanswered: no connection, or
    no answer in time.

    NotSent: no address.
    """
    parts = split_address(url)
    if parts is None:
        raise NotSent(_("This is no address."), for_good=True)
    make = (
        http.client.HTTPSConnection
        if parts.scheme == "https"
        else http.client.HTTPConnection
    )
    connection = make(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request(
            "POST", f"{parts.path or '/'}?{parts.query}", body, dict(headers)
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (http.client.InvalidURL, UnicodeError) as error:
        raise NotSent(_("This is no address."), for_good=True) from error
    except OSError as error:
        raise Unanswered(reason_of(error)[:200]) from error
    except http.client.HTTPException as error:
        raise Unanswered(str(BROKEN_OFF)) from error
    finally:
        connection.close()
