"""Who may log in to the demo, as a table."""

import unicodedata
from datetime import date

from django.utils.translation import gettext as _

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
    """User name, name, place and role of the accounts worth trying; in another town
    those above the villages.
    """
    posts = Post.objects.current(on).filter(user__username__in=SHOWN).with_places()
    rows = {post.user.username: post for post in posts.select_related("user")}
    return [
        (name, post.user.name, post.place, post.get_role_display())
        for name in SHOWN
        if (post := rows.get(name))
    ]


def table(rows: list[tuple[str, str, str, str]]) -> str:
    """The rows under a head, in columns as wide as a terminal shows them."""
    lines = [(_("account"), _("name"), _("place"), _("role")), *rows]
    widths = [max(_width(line[nth]) for line in lines) for nth in range(len(lines[0]))]
    text = "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell))
            for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )
    more = _(
        "And in every village: duty.…, secretary.…, committee.…, group.…; in every"
        " station: office.…"
    )
    return f"{text}\n{more}"


def _width(text: str) -> int:
    return sum(
        2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text
    )
