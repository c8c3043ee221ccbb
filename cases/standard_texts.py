"""常用语: which texts are ready for a step, filled in for the case at hand; and the
set a town starts with.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import StandardText
from cases.models.choices import Confidentiality
from cases.models.standard_text import BRACED, MATTER, NUMBER, PLACE, REPLY_BY
from cases.privacy.redactor import personal_redactor
from cases.workflow import MOVES, Action, Facts
from minshi.workdays import day_in_words, local_day

FIRST_SET = Path(__file__).parent / "data" / "standard_texts.csv"


@dataclass(frozen=True)
class Ready:
    """A text to choose, its braces filled in and its 【…】 still open."""

    pk: int
    title: str
    text: str


def places_for_texts() -> dict[tuple[str, str], str]:
    """Where standard texts can stand: action and input, with the words for both."""
    return {
        (action.value, item.name): f"{action.label} · {item.label}"
        for action, move in MOVES.items()
        if move.who is not None and not move.inner
        for item in move.inputs
        if item.is_composed
    }


def ready_for(facts: Facts, action: Action) -> dict[str, list[Ready]]:
    """The texts for each input of the step, those of the case's town first. One query;
    none where nothing is worded.
    """
    if not any(item.is_composed for item in MOVES[action].inputs):
        return {}
    here = Q(town=None) | Q(town=facts.case.town_id)
    found: dict[str, list[Ready]] = {}
    for text in sorted(
        StandardText.objects.filter(here, action=action),
        key=lambda text: text.town_id is None,
    ):
        found.setdefault(text.input, []).append(
            Ready(text.pk, text.title, filled_in(text.text, facts))
        )
    return found


def filled_in(text: str, facts: Facts) -> str:
    """With what the software knows of the case; what it does not know is left as 【…】
    for the officer.

    The matter goes by its title, but not where that tells who spoke or repeats their
    words (the tracking page blanks both), nor where the name is hidden or the matter
    secret.
    """
    case = facts.case
    known = {
        NUMBER: lambda: case.number,
        PLACE: lambda: str(case.village or case.town),
        REPLY_BY: lambda: (
            day_in_words(case.reply_by, local_day(facts.at))
            if case.reply_by
            else f"【{REPLY_BY}】"
        ),
        MATTER: lambda: _matter(facts),
    }
    return BRACED.sub(
        lambda found: known[found[1]]() if found[1] in known else f"【{found[1]}】",
        text,
    )


def _matter(facts: Facts) -> str:
    case = facts.case
    redact = personal_redactor(case, facts.names)
    is_open = case.confidentiality == Confidentiality.NORMAL
    names_nobody = redact(case.title) == case.title
    return case.title if is_open and names_nobody else _("this matter")


@transaction.atomic
def load_standard_texts() -> int:
    """Adds the first set for every step and input that has no text for all towns yet;
    returns how many were added.

    Safe to repeat: what reviewers changed or deleted stays so, as long as one text of
    the kind is left.
    """
    with FIRST_SET.open(encoding="utf-8", newline="") as file:
        rows: list[Mapping[str, str]] = list(csv.DictReader(file))
    there = set(StandardText.objects.filter(town=None).values_list("action", "input"))
    new = [
        StandardText(**row, position=nth)
        for nth, row in enumerate(rows, 1)
        if (row["action"], row["input"]) not in there
    ]
    StandardText.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)
