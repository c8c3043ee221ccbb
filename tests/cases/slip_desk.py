"""What tests of slips print and read."""

from django.urls import reverse

from cases.models import Case
from cases.models.scope import Sight
from cases.slips import read_sheet
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    decided,
)

PHONE = "13993912345"


def printed(post, case, key, nth=1):
    return logged_in(post).post(reverse("cases:slip", args=[case.number, key, nth]))


def boxes(post, case, key, nth=1):
    """What stands in each box, by the column's key."""
    on = (NOON + 3 * DAY).date()
    cases = Case.objects.visible_to(post.user, on)
    sheet = read_sheet(
        cases, case.number, key, nth, sight=Sight.of(post.user, on), at=NOON + 3 * DAY
    )
    return {line.key: line.value for line in sheet.lines()}


def joint(here, **fields):
    case = accepted(here, title="路灯坏了", speaker_phone=PHONE, **fields)
    return decided(here, case, handling="joint", assistants=[here.leader])
