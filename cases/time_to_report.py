"""强制报告 is made at once: how long it took from taking down to reporting.

Source: 未成年人保护法 11, 反家庭暴力法 14 (domain §8).
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import MandatoryReport

MINUTE = timedelta(minutes=1)
MINUTES_AN_HOUR = 60


@dataclass(frozen=True)
class TimeToReport:
    """The whole minutes from taking a matter down to reporting it."""

    minutes: int

    @property
    def is_late(self) -> bool:
        """True where it took longer than RED_LINE_MINUTES."""
        longest: int = settings.RED_LINE_MINUTES
        return self.minutes > longest

    def __str__(self) -> str:
        hours, minutes = divmod(self.minutes, MINUTES_AN_HOUR)
        if not hours:
            words = ngettext(
                "reported after %(count)s minute",
                "reported after %(count)s minutes",
                minutes,
            )
            return words % {"count": minutes}
        words = _("reported after %(hours)s h %(minutes)s min")
        return words % {"hours": hours, "minutes": minutes}


def time_to_report(report: MandatoryReport) -> TimeToReport:
    """Measure one report; the case comes with it.

    What was reported before it was taken down took no time.
    """
    taken = report.told_at - report.case.registered_at
    return TimeToReport(max(taken // MINUTE, 0))


def late_words() -> str:
    """Return the warning beside a report that came late, with its law."""
    return _(
        "Late: harm to a child or violence at home is reported at once (Law on the"
        " Protection of Minors, article 11; Law against Domestic Violence, article 14)."
    )
