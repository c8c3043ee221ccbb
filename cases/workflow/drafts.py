"""What a text field starts with where the case already holds the words."""

from django.utils.translation import gettext as _

from cases.privacy.redactor import personal_redactor
from cases.workflow.facts import Facts, holder_name


def merged_reply(facts: Facts) -> str:
    """One reply after joint handling: the lead's result and what each assistant
    reported, each with its name.

    Without who spoke and their words, for it goes to the tracking page. Empty where
    nobody assisted with a report.
    """
    case, lead = facts.case, facts.lead
    reports = [(item, item.report) for item in facts.assistants if item.report]
    if lead is None or not reports:
        return ""
    lines = [_("What you told us about has been handled by several of us together:")]
    parts = [(lead, case.result), *reports]
    redact = personal_redactor(case, facts.names)
    lines += [f"{holder_name(item.holder)}：{redact(words)}" for item, words in parts]
    return "\n".join(lines)
