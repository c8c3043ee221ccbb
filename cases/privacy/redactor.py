"""Redactors: they blank in a text who spoke, for readers who may not know (domain §3).

Everything that shows or stores words about a case asks for one here: pages, ledgers,
slips, minutes, API, admin, notices, and the event that a move writes.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cases.models import Case, CaseRevision, CoSpeaker, MandatoryReport
from cases.models.choices import Category, Confidentiality
from cases.models.scope import Sight
from minshi.crypto import GAP

PLACEHOLDER = "［…］"
# The fields of a case that say who spoke; what identifies them in their own words too.
WHO_SPOKE = ("speaker_name", "speaker_phone", "speaker_address", "proxy_speaker")
PERSONAL_FIELDS = (*WHO_SPOKE, "verbatim")
FULL_WIDTH_ZERO = 0xFF10
NO_DIGITS = re.compile(r"[^0-9]+")


class Redactor:
    """Values to blank in texts, by `redact(text)`, or in data, by `redact.data(…)`.

    A phone is found also where it is typed with spaces, dashes or full-width digits. A
    single character is never blanked: it would hit other words.
    """

    def __init__(self, values: Iterable[str | None]) -> None:
        found = {value for value in values if value and len(value) > 1}
        self.values = sorted(found, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for value in self.values:
            if value.isascii() and value.isdigit():
                text = _without_number(text, value)
            else:
                text = text.replace(value, PLACEHOLDER)
        return text

    def data(self, shown: Any) -> Any:
        """Redact every text in lists and dicts, as a serializer gives them."""
        if isinstance(shown, str):
            return self(shown)
        if isinstance(shown, dict):
            return {name: self.data(item) for name, item in shown.items()}
        if isinstance(shown, list):
            return [self.data(item) for item in shown]
        return shown


NOTHING = Redactor(())


def _without_number(text: str, number: str) -> str:
    digits_alone = NO_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    if number not in digits_alone:  # a pattern is dear, and few texts need one
        return text

    either_width = (f"[{digit}{chr(FULL_WIDTH_ZERO + int(digit))}]" for digit in number)
    return re.sub(GAP.join(either_width), PLACEHOLDER, text)


# --- one case
def speaker_redactor(case: Case, names: Iterable[str] = ()) -> Redactor:
    """Blank who spoke: name, phone, address and proxy, and further `names`."""
    return Redactor([*(getattr(case, field) for field in WHO_SPOKE), *names])


def personal_redactor(case: Case, names: Iterable[str] = ()) -> Redactor:
    """Blank everything personal: who spoke and their own words, and further `names`.

    For what nobody may be named in: events, the tracking page, notices.
    """
    return Redactor([*(getattr(case, field) for field in PERSONAL_FIELDS), *names])


def reader_redactor(case: Case, sight: Sight, names: Iterable[str] = ()) -> Redactor:
    """Blank nothing for a reader who may know the speaker, else who spoke."""
    if sight.shows_speaker(case):
        return NOTHING
    return speaker_redactor(case, names)


def page_redactor(case: Case, sight: Sight) -> Redactor:
    """Blank for the page of one case: the names of co-speakers and former ones as well.

    Two queries where the reader may not know the speaker, else none.
    """
    if sight.shows_speaker(case):
        return NOTHING
    return speaker_redactor(case, personal_values_of(case))


def title_for(case: Case, sight: Sight) -> str:
    """Return the matter in a few words, as this reader may read it. No query."""
    return reader_redactor(case, sight)(case.title)


def personal_values_of(case: Case) -> set[str]:
    """Return co-speakers' names and phones, and the speaker's before a correction."""
    return personal_values_by_case([case])[case.pk]


def personal_values_by_case(cases: Collection[Case]) -> dict[int, set[str]]:
    """Return by case what gives away who spoke, beside the case's own fields: names and
    phones of co-speakers, and what personal fields held before and after corrections.

    Two queries; none without cases.
    """
    names: dict[int, set[str]] = {case.pk: set() for case in cases}
    if not names:
        return names

    for person in CoSpeaker.objects.filter(case__in=names):
        names[person.case_id] |= {person.name, person.phone or ""} - {""}

    former = CaseRevision.objects.filter(
        event__case__in=names, field__in=PERSONAL_FIELDS
    )
    for revision in former.select_related("event"):
        values = {revision.old or "", revision.new or ""} - {""}
        names[revision.event.case_id] |= values

    return names


# --- a table or a room, where everybody reads the same
class RoomRedactor:
    """Redactors of those who spoke in confidence, for several cases at once."""

    def __init__(self, names: Mapping[Case, set[str]]) -> None:
        self.redactors = {
            case: speaker_redactor(case, found) for case, found in names.items()
        }

    def __call__(self, text: str) -> str:
        """Redact what was said about any of the cases."""
        for redact in self.redactors.values():
            text = redact(text)
        return text

    def about(self, case: Case | None, text: str) -> str:
        """Redact what was said about one case, which may be none of them."""
        redact = self.redactors.get(case) if case else None
        return redact(text) if redact else text


def room_redactor(cases: Iterable[Case | None]) -> RoomRedactor:
    """Blank the speakers of those cases that are 隐名 or 保密.

    Everybody at the table reads what is stored, and not all of them may know who spoke
    (domain §3, confidentiality). Two queries where there is any.
    """
    hidden = [
        case
        for case in cases
        if case and case.confidentiality != Confidentiality.NORMAL
    ]
    names = personal_values_by_case(hidden)
    return RoomRedactor({case: names[case.pk] for case in hidden})


def for_the_room(cases: Iterable[Case | None], text: str) -> str:
    """Redact a text that everybody at the table reads; no query for an empty one."""
    return room_redactor(cases)(text) if text else text


def public_titles(cases: Iterable[Case]) -> Mapping[int, str]:
    """Return by case the titles that may be read out or shown on the wall.

    Nobody is named. A secret matter, a family's, or one reported as a red line is left
    out (domain §1, §6: never public). Three queries.
    """
    shown = [case for case in cases if _may_be_public(case)]
    reports = MandatoryReport.objects.filter(case__in=shown)
    reported = set(reports.values_list("case", flat=True))
    shown = [case for case in shown if case.pk not in reported]

    names = personal_values_by_case(shown)
    return {
        case.pk: speaker_redactor(case, names[case.pk])(case.title) for case in shown
    }


def _may_be_public(case: Case) -> bool:
    is_secret = case.confidentiality == Confidentiality.SECRET
    return not is_secret and case.category != Category.FAMILY
