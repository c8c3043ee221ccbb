"""The inputs of moves, as data: pages, API and make_move read the same tuples."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Choices, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import choices
from cases.privacy.personal import WHO_SPOKE
from minshi import workdays
from minshi.crypto import normal_phone
from minshi.errors import InputRefused, Text
from minshi.text import clean_line, clean_text, is_blank
from villages.models import Office, Post

if TYPE_CHECKING:
    from cases.workflow.facts import Facts

# what a standard text leaves for the officer to say, as 【哪天】
UNFINISHED = re.compile(r"【[^【】]*】")
# What is about who spoke, and the words of the matter: nobody fills it in who may not
# know who spoke. In lists, searches and on the wall, what is missing there of the words
# they gave it would tell them.
ABOUT_SPEAKER = (
    *WHO_SPOKE,
    "resident",
    "as_typed",
    "remove_phone",
    "others",
    "title",
    "place",
    "request_text",
    "remark",
)
SPEAKERS_WORDS = ("request_text",)  # written down as they were said, brackets and all

MOST_ASKED = 200  # characters, of one holder
# What is done about a matter may be done before it is said: a call to the police, as it
# happens. Long before it is a slip, or hides how late a red line was reported.
MOST_BEFOREHAND = timedelta(days=1)
# The form of a correction sends back everybody who is named already: however many a
# merge brought, they may not stand in the way of it.
LONGEST_LIST = 20_000


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
    RESIDENT = "resident"
    USERS = "users"
    ASKS = "asks"  # list[Ask]
    REPORT = "report"  # MandatoryReport
    FILE = "file"  # Attachment


@dataclass(frozen=True)
class Ask:
    """Something asked of one holder, by a day no later than the case's own."""

    holder: Post | Office
    text: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class Input:
    name: str
    kind: Kind
    label: str | Promise
    required: bool = False
    # the answer of another input beside which it is required: its name and value
    required_by: tuple[str, str] = ("", "")
    choices: type[Choices] | None = None
    help: str | Promise = ""
    # fields of the case that the help speaks of: nothing is said where one is empty
    help_about: tuple[str, ...] = ()
    is_note: bool = False  # becomes the event's note
    max_length: int = 2000
    # a choice that no officer makes: the system writes it of what a speaker does
    unoffered: str = ""

    @property
    def is_composed(self) -> bool:
        """True for a text that an officer words, perhaps from a standard text."""
        return self.kind is Kind.TEXT and self.name not in SPEAKERS_WORDS

    def help_for(self, facts: "Facts") -> str | Promise:
        """Return the help where it is true of the case; else nothing."""
        if all(getattr(facts.case, name) for name in self.help_about):
            return self.help
        return ""

    def is_required_beside(self, values: Mapping[str, Any]) -> bool:
        """Tell whether a value is required, as the others were answered."""
        other, answer = self.required_by
        return self.required or (bool(other) and values.get(other) == answer)

    def offered(self) -> list[tuple[Any, Any]]:
        """Return the choices of a CHOICE as value and words; none for other kinds."""
        if self.choices is None:
            return []
        return [each for each in self.choices.choices if each[0] != self.unoffered]


def text(name: str, label: str | Promise, **options: Any) -> Input:
    return Input(name, Kind.TEXT, label, **options)


def choice(
    name: str, label: str | Promise, choices: type[Choices], **options: Any
) -> Input:
    return Input(name, Kind.CHOICE, label, choices=choices, **options)


class Ruling(TextChoices):
    GRANTED = choices.RequestState.GRANTED.value, pgettext_lazy("ruling", "grant it")
    REFUSED = choices.RequestState.REFUSED.value, pgettext_lazy("ruling", "refuse it")


class VoidAs(TextChoices):
    MISTAKE = choices.CloseReason.VOID.value, pgettext_lazy("void", "by mistake")
    TWICE = choices.CloseReason.DUPLICATE.value, pgettext_lazy("void", "twice")


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
HOW = choice("how", _("How the answer came"), choices.How, unoffered=choices.How.CODE)
LEAD = Input("lead", Kind.HOLDER, _("Who leads"), required=True)
ASSISTANTS = Input("assistants", Kind.HOLDERS, _("Who assists"))
ASKS = Input("asks", Kind.ASKS, _("What is asked of each, and by when"))
RESULT = text("result", _("The result"), required=True, is_note=True)
REPLY = text("reply", _("What you tell the speaker"), required=True, is_note=True)
OTHERS = Input(
    "others",
    Kind.LINE,
    _("Others who say the same"),
    max_length=LONGEST_LIST,
    help=_("Names, with a comma between."),
)
AS_TYPED = Input(
    "as_typed", Kind.FLAG, _("The name is written so; it is no neighbour's")
)
REMOVE_PHONE = Input(
    "remove_phone", Kind.FLAG, _("Take the phone number off: it is not theirs")
)
ROUTE = Input(
    "route", Kind.LINE, _("Where this is handled"), required=True, max_length=120
)
SPEAKER_WAS_TOLD = text(
    "told", _("What the speaker was told"), required=True, is_note=True
)
FILE = Input("file", Kind.FILE, _("Which file"), required=True)
UNTIL = Input("until_on", Kind.DATE, _("Until which day"), required=True)
HOW_IT_CAME = text("reason", _("How it came about"), required=True, is_note=True)
# the speaker owes nobody a reason; an officer says it on their behalf
WHY_WITHDRAWN = text("reason", _("Why"), is_note=True)
VOID_AS = choice("void_as", _("It was taken down"), VoidAs, required=True)
RULING = choice("ruling", _("Your ruling"), Ruling, required=True)
WHY_OPTIONAL = text("reason", _("Why"), is_note=True)
WHY_LOWER = text(
    "reason", _("Why"), is_note=True, help=_("Needed where it is made smaller.")
)
WHY_REFUSED = text("reason", _("Why"), is_note=True, help=_("Needed where you refuse."))
# Whoever lets a matter take longer says to the speaker why (domain §4).
TOLD_WHY = Input(
    "told_why",
    Kind.LINE,
    _("Why it takes longer, in one sentence for the speaker"),
    max_length=120,
    help=_("The speaker reads it. Left empty, they read only what was decided."),
)
NOTE = text("text", _("What there is to say"), required=True, is_note=True)
BAD = text(
    "reason",
    _("What was not done well"),
    is_note=True,
    help=_("Needed where the answer is “dissatisfied”."),
    required_by=("satisfaction", choices.Satisfaction.DISSATISFIED),
)
# who hears of it is the same at each: supervision/telling/concerning.py
SUPERVISION_LEVEL = choice(
    "supervision_level",
    _("How urgently"),
    choices.SupervisionLevel,
    required=True,
    help=_(
        "Whoever has it and their head hear of it at once, whichever you choose."
        " “Remind” is not counted, “urge” is; “order” has a supervision order drafted"
        " as well, which goes out once it is signed; “circulate” is noted as such."
    ),
)
HAPPENED = text(
    "happened",
    pgettext_lazy("red line", "What happened"),
    required=True,
    is_note=True,
    help=_(
        "What you saw or heard, who is in danger and where they are now. Whoever it is"
        " reported to in this house and may open the matter reads it with the notice;"
        " no short message, letter or chat group carries it."
    ),
)
RECEIPT_LINE = Input("receipt", Kind.LINE, _("What they answered"), max_length=120)
WHO_MAY_SEE = _(
    "Name hidden: whoever works on it reads what it is about, not who spoke. Secret:"
    " only whoever takes it down, works on it or decides it opens it; nobody else reads"
    " even what it is about."
)
SAID_AT = Input("said_at", Kind.DATETIME, _("When they said so"))
# who takes a matter back for the speaker says why, and how and when they said so
SAID_FOR_THE_SPEAKER = (WHY_WITHDRAWN.name, HOW.name, SAID_AT.name)


def unfinished(text: str) -> str | None:
    """Return the placeholders that a standard text left open, with their brackets.

    None in a finished text.
    """
    found = UNFINISHED.findall(text)
    return "、".join(dict.fromkeys(found)) or None


def check_inputs(
    inputs: tuple[Input, ...],
    values: Mapping[str, Any],
    *,
    at: datetime,
    said_at: datetime,
    composed: bool = True,
) -> dict[str, Any]:
    """Return the values by input name, texts as stored, absent ones empty.

    InputRefused names every required input that is empty, every choice that does not
    exist, every value that is none at that time of a matter said then (`fault_of`) and,
    where an officer `composed` the words, every text that still holds a placeholder of
    a standard text, 【…】; TypeError for a name the move does not ask for (a mistake of
    the caller, not of the user).
    """
    names = {item.name for item in inputs}
    if unknown := set(values) - names:
        raise TypeError(f"unknown inputs: {sorted(unknown)}")

    clean: dict[str, Any] = {}
    wrong: dict[str, str | Promise] = {}
    for item in inputs:
        value = values.get(item.name)
        if isinstance(value, str) and item.kind is Kind.LINE:
            value = clean_line(value)
        elif isinstance(value, str):
            value = clean_text(value)
        clean[item.name] = value

        words = _wrong_with(item, value) or fault_of(item, value, at, said_at)
        if words is None and composed:
            words = _left_open(item, value)
        if words:
            wrong[item.name] = words

    for item in inputs:
        if is_missing_beside(item, clean):
            wrong[item.name] = _("Please fill this in.")

    if wrong:
        raise InputRefused(_("Something is missing."), wrong)
    return clean


def is_missing_beside(item: Input, values: Mapping[str, Any]) -> bool:
    """Tell whether a required value is missing, as the others were answered."""
    return item.is_required_beside(values) and _is_missing(values.get(item.name))


def _wrong_with(item: Input, value: Any) -> Text | None:
    choices = item.choices.values if item.choices else []
    if item.kind is Kind.CHOICE and value and value not in choices:
        return _("This is not one of the choices.")
    if isinstance(value, str) and len(value) > item.max_length:
        return _("This is too long.")
    if item.kind is Kind.ASKS and any(map(_is_overlong, value or [])):
        return ask_shorter()
    return None


def fault_of(
    item: Input, value: Any, at: datetime, said_at: datetime | None = None
) -> Text | None:
    """Return what is wrong with a value whatever else was sent: a day chosen is not
    past, what was done is not still to come and was not done before the matter was
    said, if there is one, and a phone number is one.
    """
    if not value:
        return None
    if item.kind is Kind.DATE and value < workdays.local_day(at):
        return _("That day is past.")
    if item.kind is Kind.DATETIME and value > at:
        return _("That time is still to come.")
    if item.kind is Kind.DATETIME and said_at and value < said_at - MOST_BEFOREHAND:
        return _("That is more than a day before the matter was said.")
    if item.kind is Kind.LINE and item.name.endswith("phone"):
        return phone_fault(value)
    return None


def phone_fault(raw: str) -> Text | None:
    """Return why a text is no phone number: it is none, or a masked one, which would
    destroy the one stored.
    """
    if "*" in raw:
        return _("Type the whole phone number.")
    try:
        normal_phone(raw)
    except ValidationError as error:
        return " ".join(error.messages)
    return None


def _is_missing(value: Any) -> bool:
    """Return True where nothing was chosen or said: a full stop says nothing."""
    if isinstance(value, str):
        return is_blank(value)
    return value in (None, [], False)


def _is_overlong(ask: Ask) -> bool:
    return len(ask.text.strip()) > MOST_ASKED


def _left_open(item: Input, value: Any) -> Text | None:
    if not item.is_composed or not isinstance(value, str):
        return None
    gap = unfinished(value)
    return still_open(gap) if gap else None


def ask_shorter() -> str:
    words = gettext("What is asked of one of them takes at most %(most)s characters.")
    return words % {"most": MOST_ASKED}


def still_open(gap: str) -> str:
    words = gettext("Put your own words in the place of %(gap)s, or take it out.")
    return words % {"gap": gap}
