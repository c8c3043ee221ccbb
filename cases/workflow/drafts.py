"""Drafts: the words a text field starts with where the case has them already."""

from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Confidentiality
from cases.privacy.personal import values_in
from cases.privacy.redactor import personal_redactor
from cases.workflow.facts import Facts
from cases.workflow.standing import holder_name
from minshi.text import Letters, PersonalValue, without_spans


def merged_reply(facts: Facts) -> str:
    """Return one reply after joint handling: the lead's result and each report.

    Each with its name; without who spoke and their words, for it goes to the tracking
    page: whoever spoke is 您 in it. Empty where nobody assisted with a report.
    """
    case = facts.case
    lead = facts.lead
    reports = [(item, item.report) for item in facts.assistants if item.report]
    if lead is None or not reports:
        return ""

    lines = [_("What you told us about has been handled by several of us together:")]
    redact = personal_redactor(case)
    for item, words in [(lead, case.result), *reports]:
        lines.append(f"{holder_name(item.holder)}：{redact(_addressed(case, words))}")
    return "\n".join(lines)


def _addressed(case: Case, text: str) -> str:
    """Return words about the speaker as words to them: 您 for their name.

    Not where the name is hidden: whoever reads the draft may not know it, and 您 would
    tell that they had guessed it.
    """
    if case.confidentiality != Confidentiality.NORMAL:
        return text

    letters = Letters(text)
    spans: list[tuple[int, int]] = []
    for name in filter(None, values_in("speaker_name", case.speaker_name)):
        spans += PersonalValue(name).spans(letters)
    return without_spans(text, spans, "您")
