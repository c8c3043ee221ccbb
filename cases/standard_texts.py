"""常用语: standard texts for a step, filled in for a case, and a first set of them."""

import csv
import re
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

QUOTED_MATTER = f"“{{{MATTER}}}”"
FIRST_SET = Path(__file__).parent / "data" / "standard_texts.csv"


@dataclass(frozen=True)
class Ready:
    """A text to choose, its braces filled in; 【…】 is left for the officer to fill."""

    pk: int
    title: str
    text: str


def places_for_texts() -> dict[tuple[str, str], str]:
    """Return the places where standard texts can stand, with the words for each.

    A place is an action and one of its inputs.
    """
    places = {}
    for action, move in MOVES.items():
        if move.who is None or move.inner:
            continue
        for item in move.inputs:
            if item.is_composed:
                words = f"{action.label} · {item.label}"
                places[action.value, item.name] = words
    return places


def ready_for(facts: Facts, action: Action) -> dict[str, list[Ready]]:
    """Return the texts for each input of the step, those of the case's town first.

    One query; none where the step has no input to compose.
    """
    if not any(item.is_composed for item in MOVES[action].inputs):
        return {}

    here = Q(town=None) | Q(town=facts.case.town_id)
    texts = StandardText.objects.filter(here, action=action)

    ready: dict[str, list[Ready]] = {}
    for text in sorted(texts, key=lambda text: text.town_id is None):
        choice = Ready(text.pk, text.title, filled_in(text.text, facts))
        ready.setdefault(text.input, []).append(choice)
    return ready


def filled_in(text: str, facts: Facts) -> str:
    """Return the text with its braces filled in from the case.

    A brace that the case does not answer is left as 【…】 for the officer. The matter
    goes by its title, but not where that names the speaker or repeats their words (the
    tracking page blanks both), nor where the name is hidden or the matter secret: then
    it is 这件事, without marks of quotation.
    """

    if _matter(facts) is None:
        text = text.replace(QUOTED_MATTER, _("this matter"))

    def fill(brace: re.Match[str]) -> str:
        value = _value_of(brace[1], facts)
        return f"【{brace[1]}】" if value is None else value

    return BRACED.sub(fill, text)


def _value_of(name: str, facts: Facts) -> str | None:
    """Return the case's value for a brace; None where there is none."""
    case = facts.case
    if name == NUMBER:
        return case.number
    if name == PLACE:
        return str(case.village or case.town)
    if name == MATTER:
        return _matter(facts) or _("this matter")
    if name == REPLY_BY and case.reply_by:
        return day_in_words(case.reply_by, local_day(facts.at))
    return None


def _matter(facts: Facts) -> str | None:
    """Return the title of the case where everybody may read it."""
    case = facts.case
    redact = personal_redactor(case)

    is_ordinary = case.confidentiality == Confidentiality.NORMAL
    names_nobody = redact(case.title) == case.title
    return case.title if is_ordinary and names_nobody else None


@transaction.atomic
def load_standard_texts() -> int:
    """Add the first set of texts, and return how many were added.

    Only for steps and inputs that have no text for all towns yet. Safe to repeat: a
    change or deletion by reviewers stays, as long as one text of the kind is left.
    """
    with FIRST_SET.open(encoding="utf-8", newline="") as file:
        rows: list[Mapping[str, str]] = list(csv.DictReader(file))
    present = set(StandardText.objects.filter(town=None).values_list("action", "input"))

    new = [
        StandardText(**row, position=nth)
        for nth, row in enumerate(rows, 1)
        if (row["action"], row["input"]) not in present
    ]
    StandardText.objects.bulk_create(new, ignore_conflicts=True)

    return len(new)
