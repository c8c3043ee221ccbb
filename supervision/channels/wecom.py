"""企业微信 group robot: one message for a group, with numbers and villages only; success is errcode 0, not HTTP 200."""

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supervision.channels.posting import post
from supervision.channels.refusal import NotSent
from supervision.models import Notice
from supervision.words import line_of

LONGEST = 2048  # bytes of a text message, by the documentation of the robot
OK = 200
WRONG_ADDRESS = frozenset({93000, 40058, 40003})  # the webhook is invalid or gone


def send_to_group(notices: Sequence[Notice]) -> None:
    """One text message with a line for each notice, which are one group's.

    NotSent: no connection, an HTTP error, or an errcode; for good where the address itself is wrong.
    """
    robot = notices[0].robot
    if robot is None or not robot.is_on:
        raise NotSent(_("The group's robot is switched off."), for_good=True)
    count = len(notices)
    head = ngettext("%(count)s matter needs you:", "%(count)s matters need you:", count) % {"count": count}
    _post(robot.url or "", {"msgtype": "text", "text": {"content": _fitting([head, *map(line_of, notices)])}})


def _fitting(lines: list[str]) -> str:
    """As many whole lines as fit, and how many more there are."""
    kept = list(lines)
    while len("\n".join(kept).encode()) > LONGEST - 40 and len(kept) > 1:
        kept.pop()
    left = len(lines) - len(kept)
    return "\n".join(kept + ([_("and %(count)s more") % {"count": left}] if left else []))


def _post(url: str, body: dict[str, object]) -> None:
    parts = urlsplit(url)
    if parts.hostname not in settings.WECOM_HOSTS or parts.scheme not in ("https", "http"):
        raise NotSent(_("This is no address of a group's robot."), for_good=True)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    status, told = post(url, json.dumps(body, ensure_ascii=False).encode(), headers)
    if status != OK:
        raise NotSent(f"HTTP {status}")
    try:
        said = json.loads(told)
        code, words = int(said["errcode"]), str(said.get("errmsg", ""))
    except (ValueError, KeyError, TypeError) as error:
        raise NotSent(_("The robot's answer cannot be read.")) from error
    if code:
        raise NotSent(f"{code} {words}"[:200], for_good=code in WRONG_ADDRESS)
