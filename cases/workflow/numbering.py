"""Case numbers, from one locked counter row per town and year; tracking codes."""

import secrets

from cases.models import NumberCounter
from villages.models import Town

UNMISTAKABLE = "ABCDEFGHJKMNPQRTUVWXY346789"  # no look-alikes: 0 O, 1 I L, 2 Z, 5 S
CODE_LENGTH = 10


def reserve_numbers(town: Town, year: int, count: int = 1) -> list[str]:
    """Return the next `count` numbers, e.g. BG-2026-0183; they may pass 9999.

    Call inside a transaction, which keeps the row locked and, rolled back, gives its
    numbers back (domain §3).
    """
    counter, _new = NumberCounter.objects.select_for_update().get_or_create(
        town=town, year=year
    )
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])

    return [
        f"{town.abbreviation}-{year}-{sequence:04d}"
        for sequence in range(first, first + count)
    ]


def new_tracking_code() -> str:
    return "".join(secrets.choice(UNMISTAKABLE) for _ in range(CODE_LENGTH))
