"""The one clock that the edges (views, API, tasks, admin, commands) read; domain code
takes `at`.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The moment, in the demo so many days ahead as CLOCK_AHEAD says."""
    return timezone.now() + timedelta(days=settings.CLOCK_AHEAD)


def machine_now() -> datetime:
    """The moment of this machine, as the files' times are, in the demo too."""
    return timezone.now()


def today() -> date:
    return timezone.localdate(now())
