"""What the page asks of a matter just taken down, while the villager is still there."""

import pytest
import time_machine
from django.urls import reverse

from cases.speaking.second_look import groups_named_in
from tests import roles
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, spoken, staff
from tests.villages.duty_desk import shift_of

pytestmark = pytest.mark.django_db
GROUP_ASKED = "原话里说的是"
PHONE_ASKED = "没有记电话"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    return staff()


def shown_after(here, **fields) -> list[str]:
    """The page after intake, and the receipt as it is about to be printed."""
    case = spoken(here, **fields)
    client = logged_in(here.duty)
    after = client.get(reverse("cases:intake"), {"done": case.number})
    receipt = reverse("cases:receipt", args=[case.number])
    printed = client.get(receipt, {"print": "1"})
    return [after.text, printed.text]


@pytest.mark.parametrize(
    ("words", "groups"),
    [
        ("三组门口的路灯坏了", [3]),
        ("3社、四社和第十二村民小组都没水", [3, 4, 12]),
        ("２组的渠", [2]),
        ("组里的事，一组人来修过", [1]),
        ("村口的路灯", []),
    ],
)
def test_the_groups_that_words_name_are_found(words, groups):
    assert groups_named_in(words) == groups


def test_another_group_than_the_speakers_is_asked_about(here):
    other = here.group.number + 1
    for page in shown_after(here, verbatim=f"{other}组门口的路灯坏了"):
        assert GROUP_ASKED in page
        assert "/do/amend/" in page


def test_the_speakers_own_group_and_a_place_are_not_asked_about(here):
    own, other = here.group.number, here.group.number + 1
    pages = shown_after(here, verbatim=f"{own}组的路灯坏了")
    pages += shown_after(here, verbatim=f"{other}组的路灯坏了", place="桥头")
    for page in pages:
        assert GROUP_ASKED not in page


def test_a_telephone_without_its_number_is_asked_for(here):
    for page in shown_after(here, channel="phone"):
        assert PHONE_ASKED in page
    for page in shown_after(here, channel="phone", speaker_phone="13991234567"):
        assert PHONE_ASKED not in page


def test_whoever_is_on_shift_settles_on_the_spot_as_the_page_of_the_matter_says(here):
    member = roles.committee_member_of(here.village)
    client = logged_in(member)
    assert not client.get(reverse("cases:intake")).context["may_settle"]

    shift_of(here.duty, backup=member)

    assert client.get(reverse("cases:intake")).context["may_settle"]
