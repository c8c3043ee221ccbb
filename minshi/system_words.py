"""Why the system refused, in the words of whoever reads it: the C library says so in
English, whatever the language of the program.
"""

import errno
import os
import socket
import ssl
from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import pgettext, pgettext_lazy

from minshi.errors import Text

MISSING = pgettext_lazy("system", "it is not there")
NOT_ALLOWED = pgettext_lazy("system", "this account has no right to it")
FULL = pgettext_lazy("system", "there is no room left on the disk")
READ_ONLY = pgettext_lazy("system", "the disk can only be read")
DISK_FAULT = pgettext_lazy("system", "the disk reports a fault")
DISK_AWAY = pgettext_lazy("system", "the disk or share is no longer connected")
IN_USE = pgettext_lazy("system", "another program is using it")
TOO_MANY_FILES = pgettext_lazy("system", "too many files are open")
NO_ANSWER = pgettext_lazy("system", "there was no answer in time")
BROKEN_OFF = pgettext_lazy("system", "the connection was broken off")
NOT_REACHED = pgettext_lazy("system", "the network does not reach it")
NO_SUCH_HOST = pgettext_lazy("system", "there is no machine of that name")
NOT_TRUSTED = pgettext_lazy("system", "its certificate or encryption is not accepted")

REASONS: Mapping[int, Text] = MappingProxyType(
    {
        errno.ENOENT: MISSING,
        errno.EPERM: NOT_ALLOWED,
        errno.EACCES: NOT_ALLOWED,
        errno.EEXIST: pgettext_lazy("system", "it is there already"),
        errno.ENOTDIR: pgettext_lazy("system", "part of the path is no folder"),
        errno.EISDIR: pgettext_lazy("system", "it is a folder"),
        errno.ENOTEMPTY: pgettext_lazy("system", "the folder is not empty"),
        errno.ENAMETOOLONG: pgettext_lazy("system", "the name is too long"),
        errno.ENOSPC: FULL,
        errno.EDQUOT: FULL,
        errno.EFBIG: pgettext_lazy("system", "the file is too large for this disk"),
        errno.EROFS: READ_ONLY,
        errno.EIO: DISK_FAULT,
        errno.ENODEV: DISK_AWAY,
        errno.ENXIO: DISK_AWAY,
        errno.ESTALE: DISK_AWAY,
        errno.EBUSY: IN_USE,
        errno.ETXTBSY: IN_USE,
        errno.EAGAIN: IN_USE,
        errno.EMFILE: TOO_MANY_FILES,
        errno.ENFILE: TOO_MANY_FILES,
        errno.ENOMEM: pgettext_lazy("system", "the machine has no memory left"),
        errno.ETIMEDOUT: NO_ANSWER,
        errno.ECONNREFUSED: pgettext_lazy("system", "nobody answers there"),
        errno.ECONNRESET: BROKEN_OFF,
        errno.ECONNABORTED: BROKEN_OFF,
        errno.EPIPE: BROKEN_OFF,
        errno.EHOSTUNREACH: NOT_REACHED,
        errno.EHOSTDOWN: NOT_REACHED,
        errno.ENETUNREACH: NOT_REACHED,
        errno.ENETDOWN: NOT_REACHED,
    }
)


def reason_of(error: OSError) -> str:
    """Return the reason of a refusal; one that is not usual by its number."""
    # their numbers are of another list
    if isinstance(error, socket.gaierror):
        return str(NO_SUCH_HOST)
    if isinstance(error, ssl.SSLError):
        return str(NOT_TRUSTED)
    if isinstance(error, TimeoutError):
        return str(NO_ANSWER)

    if error.errno is None and isinstance(error, ConnectionError):
        return str(BROKEN_OFF)

    if error.errno is None:
        return reason_in(str(error))
    if reason := REASONS.get(error.errno):
        return str(reason)
    return pgettext("system", "error %(number)s of the system") % {
        "number": error.errno
    }


def reason_in(text: str) -> str:
    """Return the reason that another program gives in the C library's words, where it
    is a usual one, else its whole text.
    """
    for number, reason in REASONS.items():
        if os.strerror(number) in text:
            return str(reason)
    return text
