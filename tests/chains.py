"""The comparison of cases with their events, as the nightly check makes it."""

from collections.abc import Iterable
from itertools import chain

from cases.models import Case
from cases.workflow.findings import Finding
from cases.workflow.proof import check_cases


def findings_of(cases: Iterable[Case]) -> list[Finding]:
    """Return what does not fit of these cases."""
    keys = [case.pk for case in cases]
    findings = check_cases(Case.objects.filter(pk__in=keys))
    return list(chain.from_iterable(findings))
