"""The request as pages behind a login get it, and the address it came from."""

import re
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from villages.models import User

IPV6_HALF = 64  # bits
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


# what a page asks for without anybody's doing says so (static/js/background.js)
BACKGROUND_HEADER = "X-Background"


class StaffRequest(HttpRequest):
    """A request of somebody who has logged in, for annotations."""

    user: User


def whole_number(text: str) -> int | None:
    """Return the number that a form or an address names, if a row's key can be that
    large; else None.
    """
    return int(text) if WHOLE_NUMBER.fullmatch(text) else None


def asks_by_itself(request: HttpRequest) -> bool:
    """Tell whether a page asked by itself: a count every minute, a part that is loaded
    afterwards.
    """
    return BACKGROUND_HEADER in request.headers


def counted_address(request: HttpRequest) -> str | None:
    """Return the address by which tries are counted: of IPv6 the first half, for a
    household or a telephone has all addresses behind it.
    """
    address = client_address(request)
    if address is None:
        return None

    parsed = ip_address(address)
    if not isinstance(parsed, IPv6Address) or parsed.ipv4_mapped:
        return address
    return str(ip_network((parsed, IPV6_HALF), strict=False).network_address)


def client_address(request: HttpRequest) -> str | None:
    """Return the client's network address, as the audit log stores it.

    Behind PROXY_COUNT proxies it is the entry that the outermost of ours wrote; what a
    client writes before that is not believed. None: no address that can be read.
    """
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    written = [entry.strip() for entry in entries if entry.strip()]

    address = request.META.get("REMOTE_ADDR", "")
    if settings.PROXY_COUNT and written:
        address = written[-min(settings.PROXY_COUNT, len(written))]

    try:
        return str(ip_address(address))
    except ValueError:
        return None
