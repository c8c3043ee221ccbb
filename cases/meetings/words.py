"""What is written at the table, and read out to the room, without whoever must not be named."""

from collections.abc import Iterable, Mapping

from cases.models import Case
from cases.models.choices import Confidentiality
from cases.workflow.record import names_known_of, without_speaker


def without_hidden(cases: Iterable[Case | None], text: str) -> str:
    """The text without the speakers of those cases that are 隐名 or 保密; no query where none is, or nothing is said.

    Everybody at the table reads what is kept, and not all of them may know who spoke (domain §3, confidentiality).
    """
    hidden = [case for case in cases if case and case.confidentiality != Confidentiality.NORMAL]
    if not (hidden and text):
        return text
    known = names_known_of(hidden)
    for case in hidden:
        text = without_speaker(case, text, known[case.pk])
    return text


def public_titles(cases: Iterable[Case]) -> Mapping[int, str]:
    """The matters as a whole room may read them, by case: nobody's name, and nothing of what is secret. Two queries."""
    shown = [case for case in cases if case.confidentiality != Confidentiality.SECRET]
    known = names_known_of(shown)
    return {case.pk: without_speaker(case, case.title, known[case.pk]) for case in shown}
