"""Choices of several rows, sent with a number that no row can have."""

import pytest

from tests.cases.roads import NOON, accepted, staff

pytestmark = pytest.mark.django_db
BEYOND = str(2**63)  # the first number that no column holds


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.mark.parametrize(
    ("who", "address", "field"),
    [
        ("reviewer", "/intake/", "concerns"),
        ("reviewer", "/cases/{number}/do/recuse/", "concerns"),
        ("secretary", "/meetings/call/", "cases"),
        ("secretary", "/duty/round/", "members"),
    ],
)
@pytest.mark.parametrize("sent", [BEYOND, "9" * 40, "-1", "zzz"])
def test_a_choice_that_can_be_no_row_is_refused(client, who, address, field, sent):
    here = staff()
    case = accepted(here)
    client.force_login(getattr(here, who).user)

    answer = client.post(
        address.format(number=case.number), {field: sent, "version": case.version}
    )

    assert answer.status_code == 422
