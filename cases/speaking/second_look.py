"""What is worth a second look while the villager is still there: asked of a matter that
was just taken down.
"""

import re

from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Channel
from minshi.text import Letters

# 三组, 3社, 第三村民小组, read with digits
GROUP = re.compile(r"(?<!\d)(\d{1,2})(?:村民小组|村民组|[组社])")


def second_look_at(case: Case) -> list[str]:
    """Return what may be missing in a matter that was just taken down, in words."""
    words = []
    if case.channel == Channel.PHONE and not case.speaker_phone:
        words.append(
            _(
                "It was said by telephone, and no number is noted: without it nobody"
                " can ring back."
            )
        )

    named = groups_named_in(case.verbatim)
    if named and case.group and not case.place and case.group.number not in named:
        words.append(
            _(
                "The words name group %(named)s, and the matter stands in group"
                " %(group)s, where the speaker lives: if it is elsewhere, put in the"
                " place."
            )
            % {
                "named": "、".join(map(str, named)),
                "group": case.group.number,
            }
        )
    return words


def groups_named_in(text: str) -> list[int]:
    """Return the numbers of the groups that a text names, in its order."""
    found = GROUP.findall(Letters(text).in_digits.plain)
    return list(dict.fromkeys(map(int, found)))
