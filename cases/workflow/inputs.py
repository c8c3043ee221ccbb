"""What a move asks for, as data: pages, API and make_move read the same tuples."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from django.db.models import Choices
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import choices
from minshi.errors import InputRefused, Text
from villages.models import Office, Post

# what a standard text leaves for the officer to say, as 【哪天】
UNFINISHED = re.compile(r"【[^【】]*】")
SPEAKERS_WORDS = ("request_text",)  # written down as they were said, brackets and all


class Kind(Enum):
    TEXT = "text"
    LINE = "line"
    CHOICE = "choice"
    DATE = "date"
    DATETIME = "datetime"
    FLAG = "flag"
    HOLDER = "holder"  # Post | Office
    HOLDERS = "holders"
    CASE = "case"
    VILLAGE = "village"
    GROUP = "group"
    TOPIC = "topic"
    USERS = "users"
    ASKS = "asks"  # list[Ask]
    REPORT = "report"  # MandatoryReport


@dataclass(frozen=True)
class Ask:
    """What one of the holders is asked for, and by which day (no later than the case's
    own).
    """

    holder: Post | Office
    text: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class Input:
    name: str
    kind: Kind
    label: str | Promise
    required: bool = False
    choices: type[Choices] | None = None
    help: str | Promise = ""
    is_note: bool = False  # becomes the event's note
    max_length: int = 2000

    @property
    def is_composed(self) -> bool:
        """Whether an officer words it, perhaps from a standard text; one word is never
        one.
        """
        return self.kind is Kind.TEXT and self.name not in SPEAKERS_WORDS

    def offered(self) -> list[tuple[Any, Any]]:
        """The choices of a CHOICE as value and words; none for the other kinds."""
        return list(self.choices.choices) if self.choices else []


def text(name: str, label: str | Promise, **options: Any) -> Input:
    return Input(name, Kind.TEXT, label, **options)


def choice(
    name: str, label: str | Promise, choices: type[Choices], **options: Any
) -> Input:
    return Input(name, Kind.CHOICE, label, choices=choices, **options)


REASON = text("reason", _("Why"), required=True, is_note=True)
CATEGORY = choice("category", _("What kind of matter"), choices.Category)
GRADE = choice("grade", _("How big it is"), choices.Grade)
CATEGORY_REQUIRED = choice(
    "category", _("What kind of matter"), choices.Category, required=True
)
GRADE_REQUIRED = choice("grade", _("How big it is"), choices.Grade, required=True)
SATISFACTION = choice(
    "satisfaction", _("Is the speaker satisfied?"), choices.Satisfaction, required=True
)
SOLVED = choice("solved", _("Is it solved?"), choices.Solved, required=True)
HOW = choice("how", _("How the answer came"), choices.How)
LEAD = Input("lead", Kind.HOLDER, _("Who leads"), required=True)
ASSISTANTS = Input("assistants", Kind.HOLDERS, _("Who assists"))
ASKS = Input("asks", Kind.ASKS, _("What is asked of each, and by when"))


def unfinished(text: str) -> str | None:
    """The first placeholder that a standard text left to be filled in, brackets
    included; None in a finished text.
    """
    found = UNFINISHED.search(text)
    return found[0] if found else None


def check_inputs(
    inputs: tuple[Input, ...], values: Mapping[str, Any], *, composed: bool = True
) -> dict[str, Any]:
    """The values by input name, texts stripped, absent ones empty.

    InputRefused names every required input that is empty, every choice that does not
    exist and, where an officer `composed` the words, every text that still holds a
    placeholder of a standard text, 【…】; TypeError for a name the move does not ask
    for (a mistake of the caller, not of the user).
    """
    known = {item.name: item for item in inputs}
    if unknown := set(values) - set(known):
        raise TypeError(f"unknown inputs: {sorted(unknown)}")
    clean: dict[str, Any] = {}
    wrong: dict[str, str | Promise] = {}
    for name, item in known.items():
        value = values.get(name)
        clean[name] = value = value.strip() if isinstance(value, str) else value
        if words := _wrong_with(item, value) or (
            _left_open(item, value) if composed else None
        ):
            wrong[name] = words
    if wrong:
        raise InputRefused(_("Something is missing."), wrong)
    return clean


def _wrong_with(item: Input, value: Any) -> Text | None:
    if item.required and value in (None, "", [], False):
        return _("Please fill this in.")
    if item.kind is Kind.CHOICE and value and value not in dict(item.offered()):
        return _("This is not one of the choices.")
    if isinstance(value, str) and len(value) > item.max_length:
        return _("This is too long.")
    return None


def _left_open(item: Input, value: Any) -> Text | None:
    if item.is_composed and isinstance(value, str) and (gap := unfinished(value)):
        return still_open(gap)
    return None


def still_open(gap: str) -> str:
    return gettext("Put your own words in the place of %(gap)s, or take it out.") % {
        "gap": gap
    }
