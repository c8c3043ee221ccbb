"""Quorum and votes needed of every kind of meeting, at, below and above; what a closed
meeting shows stays.
"""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.meetings import PLACES, add_item, call_meeting, close_meeting, conclude
from cases.meetings.sitting import Sitting
from cases.models import Meeting
from cases.models.choices import Level
from minshi.errors import InputRefused, KeyReused, MoveRefused
from tests.cases.council import called, passed, present, seats
from tests.cases.roads import NOON, accepted, officer, staff
from villages.models import MeetingKind, Procedure
from villages.procedure import ONLY_HEAR

pytestmark = pytest.mark.django_db

# Of nine people due: how many must come, and how many of those nine must agree where
# all came (domain §2).
OF_NINE = {
    "minshi_committee": (5, 5),
    "talk_day": (5, 5),
    "two_committees": (5, 5),
    "mass_congress": (6, 5),
    "representatives": (6, 5),
    "assembly": (5, 5),
    "households": (6, 5),
    "group_meeting": (6, 5),
    "members_assembly": (6, 6),
    "branch_committee": (5, 5),
    "party_assembly": (5, 5),
    "party_mass_day": (5, 5),
    "themed_party_day": (5, 5),
    "consultation": (5, 5),
    "town_committee": (5, 5),
    "county_board": (5, 5),
}
# elsewhere of those present
OF_THOSE_DUE = {
    "members_assembly",
    "branch_committee",
    "party_assembly",
    "town_committee",
}
TEN_DAYS = timedelta(days=10)


def gathered(here, kind: str, came: int) -> tuple[Meeting, object]:
    """A meeting of the kind with nine due and so many present, and a subject; who holds
    it.
    """
    level = next(level for level, kinds in PLACES.items() if kind in kinds)
    where, by = {
        Level.VILLAGE: (here.village, here.secretary),
        Level.TOWN: (here.town, here.reviewer),
        Level.COUNTY: (here.town.county_code, here.county_reviewer),
    }[level]
    meeting = call_meeting(
        kind,
        where,
        starts_at=NOON,
        place="村部",
        group=here.group,
        subjects=["年度工作"],
        by=officer(by),
        at=NOON - TEN_DAYS,
    )
    Meeting.objects.filter(pk=meeting.pk).update(due_typed=9, present_typed=came)
    meeting.refresh_from_db()
    return (
        meeting,
        add_item(meeting, subject="修路集资", by=officer(by), at=NOON)[0],
        officer(by),
    )


def test_every_kind_has_its_numbers_here():
    kinds = {kind for kinds in PLACES.values() for kind in kinds}
    apart = ONLY_HEAR | {MeetingKind.MEMBER_DELEGATES}
    assert set(OF_NINE) == {kind.value for kind in kinds - apart}


@pytest.mark.parametrize("kind", OF_NINE)
def test_below_the_quorum_nothing_is_decided_and_at_it_votes_count(kind):
    here, (quorum, _all) = staff(), OF_NINE[kind]
    _meeting, item, by = gathered(here, kind, quorum - 1)

    for verdict, votes in (
        ("passed", (quorum - 1, 0, 0)),
        ("not_passed", (0, quorum - 1, 0)),
    ):
        with pytest.raises(MoveRefused):
            conclude(item, verdict, by=by, at=NOON, votes=votes, resolution="修")

    for came in (quorum, quorum + 1):
        _meeting, item, by = gathered(here, kind, came)
        assert (
            conclude(
                item, "passed", by=by, at=NOON, votes=(came, 0, 0), resolution="修"
            ).state
            == "passed"
        )


@pytest.mark.parametrize("kind", OF_NINE)
@pytest.mark.parametrize("came", [9, 7])
def test_one_vote_short_has_not_passed_and_the_number_needed_has(kind, came):
    here = staff()
    needed = OF_NINE[kind][1] if came == 9 or kind in OF_THOSE_DUE else 4
    _meeting, item, by = gathered(here, kind, came)
    short, enough = (needed - 1, came - needed + 1, 0), (needed, came - needed, 0)

    with pytest.raises(MoveRefused):
        conclude(item, "passed", by=by, at=NOON, votes=short, resolution="修")
    with pytest.raises(MoveRefused):
        conclude(item, "not_passed", by=by, at=NOON, votes=enough)

    assert (
        conclude(item, "passed", by=by, at=NOON, votes=enough, resolution="修").needed
        == needed
    )
    _meeting, item, by = gathered(here, kind, came)
    assert (
        conclude(
            item, "passed", by=by, at=NOON, votes=(came, 0, 0), resolution="修"
        ).state
        == "passed"
    )


@pytest.mark.parametrize(
    ("due", "came", "votes", "refusal"),
    [
        (20, 20, 20, InputRefused),  # more than twenty: 农村集体经济组织法 28
        (21, 13, 13, MoveRefused), (21, 14, 14, None), (21, 21, 13, MoveRefused),
        (31, 20, 20, MoveRefused), (31, 21, 21, None), (31, 31, 20, MoveRefused),
        (31, 31, 21, None),
    ],
)  # fmt: skip
def test_member_representatives_decide_by_two_thirds_of_more_than_twenty(
    due, came, votes, refusal
):
    here = staff()
    meeting, item, by = gathered(here, "member_delegates", 0)
    Meeting.objects.filter(pk=meeting.pk).update(due_typed=due, present_typed=came)
    said = {"votes": (votes, came - votes, 0), "resolution": "修", "by": by}

    if refusal:
        with pytest.raises(refusal):
            conclude(item, "passed", at=NOON, **said)
    else:
        assert conclude(item, "passed", at=NOON, **said).state == "passed"


@pytest.mark.parametrize("verdict", ["passed", "not_passed"])
def test_three_meetings_hear_and_decide_nothing(verdict):
    """三会一课 is a system, no meeting that proposes."""
    here = staff()
    _meeting, item, by = gathered(here, "three_meetings", 9)
    votes = (9, 0, 0) if verdict == "passed" else (0, 9, 0)

    with pytest.raises(MoveRefused):
        conclude(item, verdict, by=by, at=NOON, votes=votes, resolution="修")

    assert conclude(item, "noted", by=by, at=NOON).state == "noted"


@pytest.mark.parametrize("kind", ["representatives", "town_committee"])
def test_where_nobody_is_due_or_there_nothing_is_decided(kind):
    here = staff()
    meeting, item, by = gathered(here, kind, 0)
    Meeting.objects.filter(pk=meeting.pk).update(due_typed=0)

    for verdict in ("passed", "not_passed"):
        with pytest.raises(MoveRefused):
            conclude(item, verdict, by=by, at=NOON, votes=(0, 0, 0), resolution="修")

    meeting.refresh_from_db()
    assert Sitting(meeting, by.user, NOON.date()).quorum == 1


def test_what_a_closed_meeting_shows_does_not_follow_a_new_rule(client):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here), accepted(here))
    present(meeting, here, 5)
    passed(meeting.items.first(), here, (5, 0, 0))
    close_meeting(meeting, by=officer(here.secretary), at=NOON)
    client.force_login(here.secretary.user)

    def shown():
        sitting = Sitting(
            Meeting.objects.get(pk=meeting.pk), here.secretary.user, NOON.date()
        )
        with time_machine.travel(NOON, tick=False):
            page = client.get(meeting.get_absolute_url()).content.decode()
            paper = client.post(
                reverse("cases:meeting_print", args=[meeting.pk])
            ).content.decode()
        return (
            sitting.quorum,
            str(sitting.article),
            [line.count for line in sitting.lines],
            ("第三十四条" in page, "第三十四条" in paper),
        )

    before = shown()
    Procedure.objects.create(
        town=here.town,
        kind="two_committees",
        quorum_of=1,
        quorum_in=1,
        quorum_above=False,
        pass_of=1,
        pass_in=1,
        pass_above=False,
        pass_base="due",
        substitutes_vote=False,
        article="镇里新定的",
    )

    assert (before[0], before[3]) == (4, (True, True))
    assert shown() == before
    assert "镇里新定的" not in client.get(meeting.get_absolute_url()).content.decode()


# --- a key that comes again


def test_a_used_key_with_another_place_or_subject_is_refused():
    here = staff()
    asked = {
        "starts_at": NOON,
        "by": officer(here.secretary),
        "at": NOON,
        "key": uuid.uuid4(),
        "subjects": ["修路"],
    }
    first = call_meeting("two_committees", here.village, **asked)

    assert call_meeting("two_committees", here.village, **asked) == first
    for other in ({"place": "村部"}, {"subjects": ["修渠"]}):
        with pytest.raises(KeyReused):
            call_meeting("two_committees", here.village, **{**asked, **other})


@pytest.mark.parametrize(
    "other",
    [
        {"decision": "另一句话"},
        {"opinions": "有人不同意"},
        {"handling": "on_spot"},
        {"votes": (6, 0, 1)},
    ],
)
def test_a_used_key_hides_no_other_decision(other):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)
    decision = {
        "votes": (6, 1, 0),
        "key": uuid.uuid4(),
        "action": "decide",
        "handling": "led",
        "decision": "换灯",
        "lead": here.office,
    }
    by = officer(here.secretary)
    first = conclude(meeting.items.get(), "passed", by=by, at=NOON, **decision)

    assert conclude(meeting.items.get(), "passed", by=by, at=NOON, **decision) == first
    with pytest.raises(KeyReused):
        conclude(meeting.items.get(), "passed", by=by, at=NOON, **{**decision, **other})
