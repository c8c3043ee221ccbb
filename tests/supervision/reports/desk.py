"""The days of the report that tests read, and who reads it."""

from datetime import date

from django.test import Client

from supervision.figures.periods import Days
from tests.cases.roads import DAY, NOON

APRIL = NOON + 30 * DAY  # the first of April, at noon


MARCH = Days(date(2026, 3, 1), date(2026, 3, 31))


def client_of(post):
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(post.user)
    return client
