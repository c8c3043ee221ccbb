"""The one clock that the edges (views, API, tasks, admin, commands) read; domain code takes `at`."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate()
