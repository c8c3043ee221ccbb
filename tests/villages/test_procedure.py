"""The numbers of every kind of meeting, for every number of people: no fraction is
rounded the wrong way (domain §8).
"""

from fractions import Fraction

import pytest

from villages.models import MeetingKind
from villages.models.bodies import Base
from villages.procedure import DEFAULTS, Share

# quorum, majority: (share, strictly more than it), and of whom the majority is counted
HALF, TWO_THIRDS = Fraction(1, 2), Fraction(2, 3)
MORE_THAN_HALF, AT_LEAST_HALF = (HALF, True), (HALF, False)
AT_LEAST_TWO_THIRDS = (TWO_THIRDS, False)
BY_LAW = {
    "assembly": (MORE_THAN_HALF, MORE_THAN_HALF, Base.PRESENT),  # 组织法 26
    "households": (AT_LEAST_TWO_THIRDS, MORE_THAN_HALF, Base.PRESENT),  # 26
    "representatives": (AT_LEAST_TWO_THIRDS, MORE_THAN_HALF, Base.PRESENT),  # 30
    "mass_congress": (AT_LEAST_TWO_THIRDS, MORE_THAN_HALF, Base.PRESENT),  # 30
    "group_meeting": (AT_LEAST_TWO_THIRDS, MORE_THAN_HALF, Base.PRESENT),  # 32
    "members_assembly": (AT_LEAST_TWO_THIRDS, AT_LEAST_TWO_THIRDS, Base.DUE),  # 集体 27
    "member_delegates": (AT_LEAST_TWO_THIRDS, AT_LEAST_TWO_THIRDS, Base.DUE),  # 集体 28
    "branch_committee": (MORE_THAN_HALF, MORE_THAN_HALF, Base.DUE),  # 支部条例 12
    "party_assembly": (AT_LEAST_HALF, MORE_THAN_HALF, Base.DUE),  # 支部条例 11
}
PEOPLE = (1, 2, 3, 4, 5, 6, 7, 20, 21, 30, 31, 32, 33, 99, 100, 1000, 1001)


def is_reached(number, people, share):
    """True where so many of the people make the share, counted in whole fractions."""
    part, is_strict = share
    if is_strict:
        return Fraction(number, people) > part
    return Fraction(number, people) >= part


def test_every_kind_that_a_law_names_is_here():
    assert set(BY_LAW) == {kind for kind, rules in DEFAULTS.items() if rules.is_law}


@pytest.mark.parametrize("people", PEOPLE)
@pytest.mark.parametrize("kind", BY_LAW)
def test_the_quorum_is_reached_at_its_number_and_not_below(kind, people):
    quorum, _majority, _base = BY_LAW[kind]

    needed = DEFAULTS[kind].quorum_needed(people)

    assert is_reached(needed, people, quorum)
    assert not is_reached(needed - 1, people, quorum)


@pytest.mark.parametrize("people", PEOPLE)
@pytest.mark.parametrize("kind", BY_LAW)
def test_the_majority_is_reached_at_its_number_and_not_below(kind, people):
    _quorum, majority, base = BY_LAW[kind]
    rules = DEFAULTS[kind]
    present = rules.quorum_needed(people)
    counted = people if base == Base.DUE else present

    needed = rules.votes_needed(people, present)

    assert rules.base == base
    assert is_reached(needed, counted, majority)
    assert not is_reached(needed - 1, counted, majority)


@pytest.mark.parametrize(
    ("kind", "due", "present", "needed"),
    [
        ("assembly", 400, 201, 101),
        ("households", 31, 21, 11),
        ("representatives", 31, 22, 12),
        ("group_meeting", 31, 21, 11),
        ("members_assembly", 31, 31, 21),
        ("member_delegates", 31, 25, 21),
        ("branch_committee", 6, 6, 4),
        ("party_assembly", 31, 16, 16),
    ],
)
def test_the_numbers_as_people_count_them(kind, due, present, needed):
    assert DEFAULTS[kind].votes_needed(due, present) == needed


def test_member_representatives_are_more_than_twenty():
    assert DEFAULTS[MeetingKind.MEMBER_DELEGATES].least_due == 21


@pytest.mark.parametrize("kind", MeetingKind)
def test_every_kind_has_its_numbers_with_a_source(kind):
    assert str(DEFAULTS[kind].article)


@pytest.mark.parametrize(
    ("share", "other", "less"),
    [
        (Share(1, 2), Share(1, 2, above=True), True),
        (Share(1, 2, above=True), Share(1, 2), False),
        (Share(2, 4), Share(1, 2), False),
        (Share(65, 99), Share(2, 3), True),
        (Share(66, 99), Share(2, 3), False),
        (Share(67, 99), Share(2, 3), False),
    ],
)
def test_a_share_is_compared_as_a_fraction(share, other, less):
    assert share.is_less_than(other) is less
