"""What is written at the table, and read out to the room, without whoever must not be
named.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cases.models import Case, MandatoryReport
from cases.models.choices import Category, Confidentiality
from cases.workflow.record import names_known_of, without_speaker


@dataclass(frozen=True)
class Veil:
    """Takes from a text who spoke in confidence: about every case it was made over, or
    about the one given.
    """

    known: Mapping[Case, set[str]]

    def __call__(self, text: str, case: Case | None = None) -> str:
        for each in (
            [case]
            if case in self.known and case
            else self.known
            if case is None
            else ()
        ):
            text = without_speaker(each, text, self.known[each])
        return text


def veil_over(cases: Iterable[Case | None]) -> Veil:
    """Over those cases that are 隐名 or 保密; two queries where there is any.

    Everybody at the table reads what is kept, and not all of them may know who spoke
    (domain §3, confidentiality).
    """
    hidden = [
        case
        for case in cases
        if case and case.confidentiality != Confidentiality.NORMAL
    ]
    known = names_known_of(hidden)
    return Veil({case: known[case.pk] for case in hidden})


def without_hidden(cases: Iterable[Case | None], text: str) -> str:
    """The text without the speakers of those cases that are 隐名 or 保密; no query
    where nothing is said.
    """
    return veil_over(cases)(text) if text else text


def public_titles(cases: Iterable[Case]) -> Mapping[int, str]:
    """The matters as a whole room may read them, by case: nobody's name, nothing of
    what is secret. Three queries.

    Nor of a family, nor what was reported as a red line (domain §1, §6: never public).
    """
    shown = [case for case in cases if _may_be_public(case)]
    reported = set(
        MandatoryReport.objects.filter(case__in=shown).values_list("case", flat=True)
    )
    shown = [case for case in shown if case.pk not in reported]
    known = names_known_of(shown)
    return {
        case.pk: without_speaker(case, case.title, known[case.pk]) for case in shown
    }


def _may_be_public(case: Case) -> bool:
    return (
        case.confidentiality != Confidentiality.SECRET
        and case.category != Category.FAMILY
    )
