"""Numbers that the law sets, and the check that no setting goes below them.

Each with its article beside it (domain §8); docs/law.md lists where each holds.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.checks import Error


@dataclass(frozen=True)
class LawfulNumber:
    """A setting, the least it may be, and the article that says so."""

    setting: str
    least: int
    article: str


PUBLIC_DAYS = LawfulNumber(
    "FOUR_TWO_PUBLIC_DAYS",
    15,
    "Organic Law of Villagers' Committees, article 35 (村民委员会组织法第三十五条)",
)
NOTICE_DAYS = LawfulNumber(
    "ASSEMBLY_NOTICE_DAYS",
    10,
    "Organic Law of Villagers' Committees, article 25, and Law on Rural Collective"
    " Economic Organisations, article 27 (村民委员会组织法第二十五条、"
    "农村集体经济组织法第二十七条)",
)
LAWFUL_NUMBERS = (PUBLIC_DAYS, NOTICE_DAYS)


def check_lawful_numbers(**_kwargs: Any) -> list[Error]:
    """Refuse settings below the law's numbers, with the article. A system check."""
    errors = []
    for number in LAWFUL_NUMBERS:
        value = getattr(settings, number.setting)
        if value < number.least:
            text = f"{number.setting} is {value}; the law asks for {number.least}."
            errors.append(Error(text, hint=f"{number.article}.", id="cases.E001"))
    return errors
