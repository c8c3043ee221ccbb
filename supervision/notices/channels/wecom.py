"""企业微信 group robot: one message for a group, with numbers and villages only;
success is errcode 0, not HTTP 200.
"""

import json
from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supervision.models import Notice
from supervision.notices.channels.posting import post, split_address
from supervision.notices.channels.refusal import NotSent, TooMany
from supervision.notices.words import line_of

LONGEST = 2048  # bytes of a text message, by the documentation of the robot
OK = 200
WRONG_ADDRESS = 93000  # the webhook is invalid, or the robot was taken out of its group
TOO_MANY = 45009  # a robot takes 20 messages a minute


def send_to_group(notices: Sequence[Notice]) -> int:
    """One text message with a line for each notice, which are one group's, as many as
    it may hold; how many.

    NotSent: no connection, an HTTP error, or an errcode; for good where the address
    itself is wrong. TooMany: the robot's limit.
    """
    robot = notices[0].robot
    if robot is None or not robot.is_on:
        raise NotSent(_("The group's robot is switched off."), for_good=True)
    count = len(notices)
    head = ngettext(
        "%(count)s matter needs you:", "%(count)s matters need you:", count
    ) % {"count": count}
    lines = _fitting([head, *map(line_of, notices)])
    held = len(lines) - 1
    if held < count:
        lines.append(_("%(count)s more follow.") % {"count": count - held})
    _post(robot.url or "", {"msgtype": "text", "text": {"content": "\n".join(lines)}})
    return held


def is_robots_address(url: str) -> bool:
    """Of a host that WECOM_HOSTS names, in a form that can be called."""
    parts = split_address(url)
    return parts is not None and parts.hostname in settings.WECOM_HOSTS


def _fitting(lines: list[str]) -> list[str]:
    """The first of the lines, the head and one at least, that fit whole; room is kept
    for how many follow.
    """
    kept = list(lines)
    while len("\n".join(kept).encode()) > LONGEST - 40 and len(kept) > 2:  # noqa: PLR2004 - the head and one line
        kept.pop()
    return kept


def _post(url: str, body: dict[str, object]) -> None:
    if not is_robots_address(url):
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
    if code == TOO_MANY:
        raise TooMany(f"{code} {words}"[:200])
    if code:
        raise NotSent(f"{code} {words}"[:200], for_good=code == WRONG_ADDRESS)
