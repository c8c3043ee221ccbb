"""Drafts: the words a text field starts with where the case has them already."""

from django.utils.translation import gettext as _

from cases.privacy.redactor import personal_redactor
from cases.workflow.facts import Facts
from cases.workflow.standing import holder_name


def merged_reply(facts: Facts) -> str:
    """Return one reply after joint handling: the lead's result and each report.

    Each with its name; without who spoke and their words, for it goes to the tracking
    page. Empty where nobody assisted with a report.
    """
    case = facts.case
    lead = facts.lead
    reports = [(item, item.report) for item in facts.assistants if item.report]
    if lead is None or not reports:
        return ""

    lines = [_("What you told us about has been handled by several of us together:")]
    redact = personal_redactor(case)
    for item, words in [(lead, case.result), *reports]:
        lines.append(f"{holder_name(item.holder)}：{redact(words)}")
    return "\n".join(lines)
