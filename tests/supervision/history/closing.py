"""What is closed for good: a ledger with an entry in red, a signed report, and the note
of a check.
"""

from datetime import date

from cases.ledgers.freezing import freeze
from cases.ledgers.red_entries import enter_in_red
from cases.models import Case
from supervision.reports.making import make_report
from supervision.reports.signing import sign
from supervision.sealing.checking import check_history
from supervision.sealing.seals import seal_logs
from tests.cases.roads import DAY, NOON, spoken

APRIL = NOON + 40 * DAY
LATER = APRIL + 2 * DAY
MARCH = date(2026, 3, 1)


def close(here, ledger):
    last = date(2026, 3, 31)
    by = here.secretary.user
    return freeze(ledger, here.village, first=MARCH, last=last, by=by, at=APRIL)


def close_all(here):
    """Close a ledger, enter in red what was put right, and sign a report, check."""
    case = spoken(here)
    frozen = close(here, "general")
    Case.objects.filter(pk=case.pk).update(remark="误记")
    reason = "当时记错了"
    enter_in_red(frozen, reason=reason, by=here.secretary.user, at=APRIL)
    Case.objects.filter(pk=case.pk).update(remark="")

    report = make_report(here.town, MARCH, at=APRIL)
    sign(report, by=here.supervisor.user, at=APRIL)
    check_history(APRIL + DAY)
    seal_logs(APRIL + DAY)
    return frozen
