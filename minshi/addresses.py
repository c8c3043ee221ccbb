"""Pages, and the addresses that only a form is sent to: where a reader goes instead;
and whether another computer opens an address.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve


def page_of(address: str) -> str:
    """Return the page that an address belongs to: itself, unless only a form is sent to
    it, as /imports/1/enter/; then the nearest page above, /imports/1/.

    What is no address of ours is returned as it is.
    """
    path = urlsplit(address).path
    try:
        if _opens(path):
            return address
    except Resolver404:
        return address
    return page_above(path)


def page_above(path: str) -> str:
    """Return the nearest page above an address; in the end the first page."""
    while path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            if _opens(path):
                return path
        except Resolver404:
            continue
    return "/"


def is_only_here(address: str) -> bool:
    """Tell whether only the computer on which the program runs opens an address, such
    as http://127.0.0.1:8000/: on paper it leads nobody here.
    """
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _opens(path: str) -> bool:
    """Tell whether an address shows a page to whoever opens it. Resolver404: there is
    none.
    """
    view = resolve(path).func
    page = getattr(view, "view_class", None)
    return page is None or hasattr(page, "get")
