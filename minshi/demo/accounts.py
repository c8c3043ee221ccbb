"""The accounts that may log in to the demo, as a table."""

import unicodedata
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from villages.models import Post, Town

SHOWN = (
    "duty.baiguan",
    "secretary.baiguan",
    "secretary.maya",
    "group.baiguan",
    "committee.baiguan",
    "reviewer",
    "reviewer.county",
    "supervisor",
    "supervisor.county",
    "office.sifa",
    "sysadmin",
    "secadmin",
    "auditor",
)


def accounts_of(town: Town, on: date) -> list[tuple[str, str, str, str]]:
    """Return user name, name, place and role of the accounts worth trying; in another
    town those above the villages.
    """
    posts = Post.objects.current(on).filter(user__username__in=SHOWN).with_places()
    by_username = {post.user.username: post for post in posts.select_related("user")}

    rows = []
    for username in SHOWN:
        post = by_username.get(username)
        if post:
            rows.append((username, post.user.name, post.place, post.get_role_display()))
    return rows


def table(rows: list[tuple[str, str, str, str]]) -> str:
    """Set the rows under a head, in columns as wide as a terminal shows them."""
    head = (
        _("account"),
        pgettext("person", "name"),
        pgettext("post", "Place"),
        _("role"),
    )
    lines = [head, *rows]
    widths = []
    for column in zip(*lines, strict=True):
        widths.append(max(_width(cell) for cell in column))

    text = []
    for line in lines:
        cells = []
        for cell, width in zip(line, widths, strict=True):
            cells.append(cell + " " * (width - _width(cell)))
        text.append("  ".join(cells).rstrip())

    text.append(
        _(
            "And in every village: duty.…, secretary.…, committee.…, group.…; in every"
            " station: office.…"
        )
    )
    return "\n".join(text)


def _width(text: str) -> int:
    """Return the columns that a terminal gives a text: two for each Chinese letter."""
    width = 0
    for letter in text:
        is_wide = unicodedata.east_asian_width(letter) in "WF"
        width += 2 if is_wide else 1
    return width
