"""Findings about cases, in an auditor's words."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import pgettext_lazy


class Wrong(models.TextChoices):
    """The kinds of findings about cases, in an auditor's words."""

    GAP = (
        "gap",
        pgettext_lazy("history", "a record before it is missing or out of order"),
    )
    RECORD = "record", pgettext_lazy("history", "the record was changed or forged")
    CUT = "cut", pgettext_lazy("history", "the last records were cut off")
    VERBATIM = (
        "verbatim",
        pgettext_lazy("history", "the speaker's words are not those taken down"),
    )
    # by the names of state.GROUPS
    WORDS = (
        "words",
        pgettext_lazy("history", "who spoke or what was said was changed"),
    )
    ORIGIN = (
        "origin",
        pgettext_lazy("history", "its number, place or origin was changed"),
    )
    KIND = (
        "kind",
        pgettext_lazy("history", "its kind, grade or confidentiality was changed"),
    )
    STAGE = (
        "stage",
        pgettext_lazy("history", "its stage, level or whom it is with was changed"),
    )
    RESULT = (
        "result",
        pgettext_lazy("history", "the decision or the result was changed"),
    )
    INVESTIGATED = (
        "investigated",
        pgettext_lazy("history", "what was found or its ground was changed"),
    )
    REPLY = (
        "reply",
        pgettext_lazy(
            "history", "an answer to the speaker was changed, put in or is missing"
        ),
    )
    RESERVED = (
        "reserved",
        pgettext_lazy("history", "the mark that it is the villagers' was changed"),
    )
    RATING = "rating", pgettext_lazy("history", "the rating was changed")
    DUE = "due", pgettext_lazy("history", "the deadline was changed")
    HANDLERS = "handlers", pgettext_lazy("history", "who handled it was changed")
    PEOPLE = (
        "people",
        pgettext_lazy(
            "history",
            "co-speakers, readers, invited villages or cadres it concerns were changed",
        ),
    )
    WORK = (
        "work",
        pgettext_lazy(
            "history",
            "parts of the handling, requests for time or red-line reports were changed",
        ),
    )
    CLOCKS = "clocks", pgettext_lazy("history", "its clocks were changed")
    AFTERWORDS = (
        "afterwords",
        pgettext_lazy("history", "what was said after closing was changed"),
    )
    BLANKED = (
        "blanked",
        pgettext_lazy("history", "what is blanked of who spoke was changed"),
    )
    FURTHER = (
        "further",
        pgettext_lazy("history", "the further words to blank were changed"),
    )
    HIDDEN = (
        "hidden",
        pgettext_lazy("history", "whether the name stays hidden was changed"),
    )
    SEARCHED = (
        "searched",
        pgettext_lazy("history", "what it is found by does not fit its words"),
    )
    UNSEALED = (
        "unsealed",
        pgettext_lazy("history", "a part of it is under no seal: it was taken away"),
    )
    CONCERNS = (
        "concerns",
        pgettext_lazy("history", "the cadres it concerns were changed"),
    )
    REVISION = (
        "revision",
        pgettext_lazy("history", "a corrected personal value was changed"),
    )
    REVISION_GONE = (
        "revision_gone",
        pgettext_lazy("history", "a corrected personal value is missing"),
    )
    REVISION_ADDED = (
        "revision_added",
        pgettext_lazy("history", "a corrected personal value was put in"),
    )
    UNREADABLE = (
        "unreadable",
        pgettext_lazy("history", "a personal value of it cannot be opened"),
    )
    NO_NUMBER = "no_number", pgettext_lazy("history", "this is no number of a case")
    NUMBER = "number", pgettext_lazy("history", "there is no case of this number")
    COUNTER = (
        "counter",
        pgettext_lazy("history", "the counter of case numbers was set back"),
    )
    COUNTER_GONE = (
        "counter_gone",
        pgettext_lazy("history", "the counter of these case numbers is missing"),
    )


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit: where it is, and in which way."""

    where: str
    wrong: models.TextChoices

    def __str__(self) -> str:
        return f"{self.where}：{self.wrong.label}"
