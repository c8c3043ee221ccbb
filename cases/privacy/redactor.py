"""Redactors: they blank in a text who spoke, for readers who may not know (domain §3).

Everything that shows or stores words about a case asks for one here: pages, ledgers,
slips, minutes, API, admin, notices, and the event that a move writes.
"""

import re
from collections.abc import Iterable
from typing import Any

from cases.models import Case, Event, MandatoryReport
from cases.models.choices import Category, Confidentiality
from cases.models.scope import Sight
from cases.privacy.personal import PERSONAL_FIELDS, finders_in_words, finders_of
from minshi.text import PersonalValue, Value, blanked

# in data: moments and keys, whose digits are no telephone's
MOMENT_OR_KEY = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.+Z-]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


class Redactor:
    """Values to blank in texts, by `redact(text)`, or in data, by `redact.data(…)`;
    `finders` find others.

    They are found in the spellings that `minshi.text.blanked` names. A single character
    is never blanked: it would hit other words.

    `redact(text, by=…)` names the user who wrote the text, or `post=…` the post: where
    that is the `reader` they read what they wrote. What is blanked in a list of names
    typed by somebody who may not know who spoke would tell them.
    """

    def __init__(
        self,
        values: Iterable[str | None] = (),
        reader: Sight | None = None,
        *,
        finders: Iterable[Value] = (),
    ) -> None:
        self.values: list[Value] = list(finders)
        for value in filter(None, dict.fromkeys(values)):
            self.values.append(PersonalValue(value))
        self.reader = reader

    def __call__(
        self, text: str, *, by: int | None = None, post: int | None = None
    ) -> str:
        if self.reader and self.reader.is_self(by=by, post=post):
            return text
        return blanked(text, self.values)

    def of_event(self, event: Event, name: str, text: str) -> str:
        """Return a text of an event, its note or one of its data; to whoever wrote it
        as they typed it. The event has it without names.
        """
        if self.reader and self.reader.wrote(event):
            return event.in_full(name, text)
        return self(text)

    def note(self, event: Event) -> str:
        return self.of_event(event, "note", event.note)

    def data(self, shown: Any) -> Any:
        """Redact every text in lists and dicts, as a serializer gives them."""
        if isinstance(shown, str):
            return shown if MOMENT_OR_KEY.fullmatch(shown) else self(shown)
        if isinstance(shown, dict):
            return {name: self.data(item) for name, item in shown.items()}
        if isinstance(shown, list):
            return [self.data(item) for item in shown]
        return shown


class NothingToHide(Redactor):
    """The redactor of readers who may know: it changes nothing."""

    def __call__(
        self, text: str, *, by: int | None = None, post: int | None = None
    ) -> str:
        return text

    def of_event(self, event: Event, name: str, text: str) -> str:
        return event.in_full(name, text)


NOTHING = NothingToHide()


# --- one case
def speaker_redactor(case: Case) -> Redactor:
    """Blank who spoke: names, phones, address and proxy, now and before corrections,
    co-speakers with them; of a 隐名 matter every telephone. No query.
    """
    return Redactor(finders=finders_in_words(case))


def personal_redactor(
    case: Case, further: Iterable[str] = (), *, reader: Sight | None = None
) -> Redactor:
    """Blank everything personal: who spoke and their own words, and `further` values.

    For what nobody may be named in: events, the tracking page, notices. No query.
    """
    return Redactor(further, reader, finders=finders_of(case, PERSONAL_FIELDS))


def reader_redactor(case: Case, sight: Sight) -> Redactor:
    """Blank nothing for a reader who may know the speaker, else what `speaker_redactor`
    does, but for what the reader wrote themself. On paper also for one who may know,
    and then in their own words too. No query.
    """
    if sight.shows_speaker(case):
        return NOTHING
    writer = None if sight.may_know_speaker(case) else sight
    return Redactor(reader=writer, finders=finders_in_words(case))


def preview_redactor(case: Case, sight: Sight) -> Redactor:
    """Blank as the tracking page does, in a preview for somebody who writes to it.

    Not in their own words where they may not know who spoke. No query.
    """
    reader = None if sight.shows_speaker(case) else sight
    return personal_redactor(case, reader=reader)


def title_for(case: Case, sight: Sight) -> str:
    """Return the matter in a few words, as this reader may read it. No query."""
    return reader_redactor(case, sight)(case.title)


# --- a room, where everybody reads the same
def public_titles(cases: Iterable[Case]) -> dict[int, str]:
    """Return by case the titles that may be read out or shown on the wall.

    Nobody is named. A secret matter, a family's, or one reported as a red line is left
    out (domain §1, §6: never public). One query.
    """
    shown = [case for case in cases if _may_be_public(case)]
    reports = MandatoryReport.objects.filter(case__in=shown)
    reported = set(reports.values_list("case", flat=True))

    titles = {}
    for case in shown:
        if case.pk not in reported:
            titles[case.pk] = speaker_redactor(case)(case.title)
    return titles


def _may_be_public(case: Case) -> bool:
    is_secret = case.confidentiality == Confidentiality.SECRET
    return not is_secret and case.category != Category.FAMILY
