"""What the page without a matter says: what is wrong with a number and a code, and whom
to ring who has lost the receipt.
"""

import re

from django.utils.translation import gettext as _

from cases.workflow.numbering import (
    CODE_LENGTH,
    code_of,
    is_number,
    number_of,
    signs_of,
)
from villages.models import TalkRoom

MOST_ROOMS = 100
LETTERS = re.compile(r"[A-Z][A-Z0-9]{1,3}")  # of a town


def wrong_in_words(number: str, code: str) -> str:
    """Say what is wrong with a number and a code, from how they are typed alone:
    whether there is such a number nobody learns here.
    """
    if not is_number(number_of(number)):
        return _("Type the whole number, for example BG-2026-0183.")

    signs = signs_of(code)
    if not code_of(code) and signs.isdigit():
        words = _("The code on the receipt has %(length)s digits; you typed %(typed)s.")
        return words % {"length": CODE_LENGTH, "typed": len(signs)}

    return _(
        "Number and code do not belong together. Look at the receipt again, or ask at"
        " the counter."
    )


def rooms_to_ring(number: str) -> list[TalkRoom]:
    """Return the talk rooms of the town that a number begins with, those that have a
    telephone; without such a town, those of the only one that has any.

    Nothing of a matter is read: whether there is such a number nobody learns. At most
    two queries.
    """
    with_phone = TalkRoom.objects.exclude(phone="").select_related("village__town")
    in_order = with_phone.order_by("village__code")

    letters = number_of(number).partition("-")[0]
    if LETTERS.fullmatch(letters):
        of_town = in_order.filter(village__town__abbreviation=letters)[:MOST_ROOMS]
        if of_town:
            return list(of_town)

    rooms = list(in_order[:MOST_ROOMS])
    towns = {room.village.town_id for room in rooms}
    return rooms if len(towns) == 1 else []
