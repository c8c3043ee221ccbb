"""Meetings: the roll, the votes, and the decision that moves the case."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.meetings import (
    add_attendee,
    add_item,
    call_roll,
    cancel_meeting,
    close_meeting,
    conclude,
    correct_minutes,
    remove_item,
    save_item,
    save_minutes,
    set_aside,
    waiting_for,
)
from cases.models import AgendaItem, Attendee, Meeting, StepAside
from cases.workflow import Action, make_move
from minshi.errors import (
    InputRefused,
    KeyReused,
    MoveRefused,
    NoSuchRight,
    StaleVersion,
)
from tests import roles
from tests.cases.council import NAMES, called, passed, present, seats
from tests.cases.roads import DAY, NOON, accepted, officer, spoken, staff
from villages.models import Town, Village

pytestmark = pytest.mark.django_db


def test_the_roll_is_the_seats_of_the_body_with_its_chair():
    here = staff()
    seats(here)

    meeting = called(here)

    assert [person.name for person in meeting.attendees.all()] == list(NAMES)
    assert meeting.chair == "孙主任"


def test_where_nobody_is_seated_the_posts_stand_for_the_body():
    here = staff()

    meeting = called(here)

    users = {person.user for person in meeting.attendees.all()}
    assert users == {here.secretary.user, here.duty.user}


def test_what_waits_is_what_deliberates_here_and_is_on_no_other_agenda():
    here, elsewhere = staff(), staff()
    waits, on_an_agenda = accepted(here), accepted(here)
    spoken(here)
    accepted(elsewhere)
    called(here, on_an_agenda)

    found = waiting_for(
        Meeting(kind="two_committees", village=here.village, town=here.town),
        here.secretary.user,
        NOON,
    )

    assert list(found) == [waits]


def test_a_case_that_waits_for_no_decision_is_not_put_on_the_agenda():
    here = staff()

    with pytest.raises(InputRefused) as refused:
        called(here, spoken(here))

    assert set(refused.value.fields) == {"cases"}
    assert not Meeting.objects.exists()


def test_a_passed_item_moves_its_case_and_the_event_points_to_it():
    here = staff()
    seats(here)
    case = accepted(here)
    meeting = called(here, case)
    present(meeting, here, 7)
    item = meeting.items.get()
    set_aside(
        item,
        {meeting.attendees.get(name="张有才").pk: "是邻居"},
        by=officer(here.secretary),
        at=NOON,
    )

    item = passed(item, here, (5, 1, 0))

    case.refresh_from_db()
    event = case.events.get(action="decide")
    assert case.stage == "handle"
    assert case.owner_office == here.office
    assert event.data["meeting"] == meeting.pk
    assert event.data["item"] == item.pk
    assert (item.due, item.present, item.aside, item.needed) == (6, 6, 1, 4)
    assert "双方各让一步" in item.resolution


@pytest.mark.parametrize(("here_now", "refused"), [(3, True), (4, False), (5, False)])
def test_more_than_half_must_be_present(here_now, refused):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, here_now)

    if refused:
        with pytest.raises(MoveRefused):
            passed(meeting.items.get(), here, (here_now, 0, 0))
        assert meeting.items.get().state == "waiting"
    else:
        assert passed(meeting.items.get(), here, (here_now, 0, 0)).state == "passed"


@pytest.mark.parametrize(
    ("votes", "state"),
    [((3, 3, 0), "not_passed"), ((4, 2, 0), "passed"), ((5, 1, 0), "passed")],
)
def test_more_than_half_of_those_present_must_agree(votes, state):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 6)
    other = {"passed": "not_passed", "not_passed": "passed"}[state]
    values = {
        "action": "decide",
        "handling": "led",
        "decision": "换灯",
        "lead": here.office,
    }

    with pytest.raises(MoveRefused):
        conclude(
            meeting.items.get(),
            other,
            votes=votes,
            by=officer(here.secretary),
            at=NOON,
            **values,
        )
    item = conclude(
        meeting.items.get(),
        state,
        votes=votes,
        by=officer(here.secretary),
        at=NOON,
        **values,
    )

    assert item.state == state


@pytest.mark.parametrize("votes", [(5, 1, 0), (5, 1, 2), (None, 1, 0)])
def test_votes_that_do_not_fit_those_entitled_are_refused(votes):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)

    with pytest.raises(InputRefused) as refused:
        passed(meeting.items.get(), here, votes)

    assert "votes_for" in refused.value.fields
    assert not meeting.items.get().case.events.filter(action="decide").exists()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("two_committees", "白关村“两委”会"),
        ("branch_committee", "白关村党支部委员会会议"),
        ("assembly", "白关村村民会议"),
        ("households", "白关村村民会议（户代表）"),
        ("representatives", "白关村村民代表会议"),
        ("party_assembly", "白关村党员大会"),
    ],
)
def test_a_meeting_is_named_by_its_place_and_kind(kind, name):
    assert Meeting(village=Village(name="白关村"), kind=kind).name == name


def test_a_meeting_of_the_town_says_it_once():
    meeting = Meeting(town=Town(name="白关镇"), kind="town_committee")

    assert meeting.name == "白关镇党委会"


def test_a_villagers_group_meets_under_its_own_name():
    """村民委员会组织法 32."""
    here, elsewhere = staff(), staff()

    meeting = called(here, kind="group_meeting")
    assert meeting.name == f"{here.village}{here.group}村民小组会议"
    assert called(here, kind="two_committees").group is None

    for group in (None, elsewhere.group):
        with pytest.raises(InputRefused) as refused:
            called(here, kind="group_meeting", group=group)
        assert set(refused.value.fields) == {"group"}


def test_page_and_api_ask_which_group_meets(client):
    here = staff()
    client.force_login(here.secretary.user)
    form = {
        "key": uuid.uuid4(),
        "kind": "group_meeting",
        "starts_at": "2026-03-02T12:00",
        "subject": "修组里的水渠",
    }
    address = reverse("cases:meeting_call")

    refused = client.post(address, form)
    client.post(address, {**form, "group": here.group.pk})
    body = {"kind": "group_meeting", "starts_at": "2026-03-02T12:00:00+08:00"}
    wrong = client.post("/api/v1/meetings/", body, "application/json")
    made = client.post(
        "/api/v1/meetings/", {**body, "group": here.group.pk}, "application/json"
    )

    assert refused.status_code == 422
    assert Meeting.objects.filter(group=here.group).count() == 2
    assert set(wrong.json()["fields"]) == {"group"}
    assert made.json()["group"] == here.group.pk


def test_whoever_spoke_is_set_aside_by_itself():
    here = staff()
    seats(here, ("孙主任", "李建国", "赵敏"))

    meeting = called(here, accepted(here, speaker_name="李建国"))

    aside = StepAside.objects.get(item__meeting=meeting)
    assert aside.attendee.name == "李建国"
    assert aside.is_automatic


def test_a_namesake_takes_part_after_all_with_a_reason():
    here = staff()
    seats(here, ("孙主任", "李建国", "赵敏"))
    meeting = called(here, accepted(here, speaker_name="李建国"))
    present(meeting, here, 3)
    namesake = meeting.attendees.get(name="李建国")

    with pytest.raises(InputRefused):
        set_aside(
            meeting.items.get(),
            {},
            lifted={namesake.pk: " "},
            by=officer(here.secretary),
            at=NOON,
        )
    set_aside(
        meeting.items.get(),
        {},
        lifted={namesake.pk: "同名，住四组"},
        by=officer(here.secretary),
        at=NOON,
    )

    assert passed(meeting.items.get(), here, (3, 0, 0)).aside == 0


def test_a_hidden_speaker_is_not_given_away_by_being_set_aside():
    here = staff()
    seats(here, ("孙主任", "李建国", "赵敏"))

    meeting = called(
        here, accepted(here, speaker_name="李建国", confidentiality="hidden")
    )

    assert not StepAside.objects.filter(item__meeting=meeting).exists()


def test_a_cadre_whom_a_case_concerns_is_set_aside_from_the_towns_meeting():
    here = staff()
    case = make_move(
        accepted(here),
        Action.RECUSE,
        by=officer(here.supervisor),
        at=NOON,
        concerns=[here.secretary.user],
    )

    meeting = called(
        here, case, kind="town_committee", by=here.reviewer, where=here.town
    )
    Attendee.objects.create(meeting=meeting, name="支书", user=here.secretary.user)
    item = meeting.items.get()
    set_aside(item, {}, by=officer(here.reviewer), at=NOON)

    assert [aside.attendee.name for aside in item.asides.all()] == ["支书"]


def test_two_who_conclude_the_same_item_make_one_decision():
    here = staff()
    seats(here)
    other = roles.secretary_of(here.village)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)
    item = meeting.items.get()
    passed(item, here, (7, 0, 0))

    with pytest.raises(MoveRefused):
        passed(item, here, (7, 0, 0), by=other, decision="另定一个")

    assert item.case.events.filter(action="decide").count() == 1


def test_a_repeated_click_concludes_once():
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)
    key = uuid.uuid4()
    first = passed(meeting.items.get(), here, (7, 0, 0), key=key)

    again = passed(meeting.items.get(), here, (7, 0, 0), key=key)

    assert (again.pk, again.state) == (first.pk, "passed")
    assert first.case.events.filter(action="decide").count() == 1


def test_a_used_key_hides_no_other_decision():
    here = staff()
    seats(here)
    meeting = called(here, accepted(here), key=uuid.uuid4())
    present(meeting, here, 7)
    key = uuid.uuid4()
    passed(meeting.items.get(), here, (7, 0, 0), key=key)

    with pytest.raises(KeyReused):
        passed(meeting.items.get(), here, (4, 3, 0), key=key)
    with pytest.raises(KeyReused):
        called(here, key=meeting.key, starts_at=NOON + DAY)


def test_who_may_not_decide_the_case_takes_minutes_but_concludes_nothing():
    here = staff()
    seats(here)
    meeting = called(here, accepted(here), by=here.duty)
    present(meeting, here, 7, by=here.duty)
    item = meeting.items.get()

    kept = save_item(
        item,
        version=0,
        opinions="都同意",
        votes=(7, 0, 0),
        by=officer(here.duty),
        at=NOON,
    )
    with pytest.raises(NoSuchRight):
        passed(item, here, (7, 0, 0), by=here.duty)

    assert (kept.version, item.case.stage) == (1, "deliberate")


def test_nobody_of_another_village_holds_the_meeting():
    here, elsewhere = staff(), staff()
    meeting = called(here)

    with pytest.raises(NoSuchRight):
        call_roll(meeting, {}, by=officer(elsewhere.secretary), at=NOON)
    with pytest.raises(NoSuchRight):
        called(here, by=elsewhere.secretary)
    with pytest.raises(NoSuchRight):
        called(here, by=here.supervisor)


def test_a_village_does_not_hold_the_towns_meeting():
    here = staff()

    with pytest.raises(InputRefused) as refused:
        called(here, kind="town_committee")

    assert set(refused.value.fields) == {"kind"}


def test_minutes_are_kept_by_version_and_nothing_is_overwritten():
    here = staff()
    meeting = called(here)
    save_minutes(meeting, "三点开会", version=0, by=officer(here.secretary), at=NOON)

    with pytest.raises(StaleVersion):
        save_minutes(meeting, "四点开会", version=0, by=officer(here.duty), at=NOON)
    again = save_minutes(meeting, "三点开会", version=0, by=officer(here.duty), at=NOON)

    assert (again.minutes, again.minutes_version) == ("三点开会", 1)


def test_a_closed_meeting_does_not_change_and_a_correction_stands_beside_it():
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)
    close_meeting(meeting, by=officer(here.secretary), at=NOON + timedelta(hours=1))

    for act in (
        lambda: save_minutes(
            meeting, "改", version=0, by=officer(here.secretary), at=NOON
        ),
        lambda: add_attendee(
            meeting, "某", is_guest=True, by=officer(here.secretary), at=NOON
        ),
        lambda: add_item(meeting, subject="某", by=officer(here.secretary), at=NOON),
        lambda: remove_item(meeting.items.get(), by=officer(here.secretary), at=NOON),
        lambda: passed(meeting.items.get(), here, (7, 0, 0)),
    ):
        with pytest.raises(MoveRefused):
            act()
    key = uuid.uuid4()
    words = {"wrong": "写成七人", "right": "六人到会", "key": key}
    first = correct_minutes(meeting, by=officer(here.secretary), at=NOON + DAY, **words)
    again = correct_minutes(meeting, by=officer(here.secretary), at=NOON + DAY, **words)

    assert first == again
    assert meeting.items.get().state == "put_off"


@pytest.mark.parametrize(
    "change", ["meeting", "item", "attendee", "aside", "new item", "delete"]
)
def test_the_database_itself_keeps_a_closed_meeting(change):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here, speaker_name="李强"))
    present(meeting, here, 7)
    close_meeting(meeting, by=officer(here.secretary), at=NOON)
    acts = {
        "meeting": lambda: Meeting.objects.filter(pk=meeting.pk).update(minutes="改"),
        "item": (
            lambda: AgendaItem.objects.filter(meeting=meeting).update(opinions="改")
        ),
        "attendee": lambda: Attendee.objects.filter(meeting=meeting).update(name="改"),
        "aside": (
            lambda: StepAside.objects.filter(item__meeting=meeting).update(reason="改")
        ),
        "new item": lambda: AgendaItem.objects.create(
            meeting=meeting, position=9, subject="加"
        ),
        "delete": (
            lambda: Attendee.objects.filter(meeting=meeting)._raw_delete("default")
        ),
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        acts[change]()


@pytest.mark.parametrize("moved", ["item", "attendee", "aside"])
def test_the_database_lets_nothing_be_moved_into_a_closed_meeting(moved):
    here = staff()
    seats(here)
    closed = called(here, accepted(here, speaker_name="李强"))
    present(closed, here, 7)
    close_meeting(closed, by=officer(here.secretary), at=NOON)
    other = called(here, accepted(here, speaker_name="李强"), starts_at=NOON + DAY)
    item = closed.items.get()
    acts = {
        "item": lambda: other.items.update(meeting=closed, position=2),
        "attendee": lambda: other.attendees.update(meeting=closed, seat=None),
        "aside": (
            lambda: StepAside.objects.filter(item__meeting=other).update(item=item)
        ),
    }

    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        acts[moved]()


def test_what_was_put_off_waits_for_the_next_meeting():
    here = staff()
    seats(here)
    case = accepted(here)
    meeting = called(here, case)
    present(meeting, here, 7)
    conclude(meeting.items.get(), "put_off", by=officer(here.secretary), at=NOON)

    again = called(here, case, starts_at=NOON + DAY)

    assert again.items.get().case == case


def test_a_meeting_is_cancelled_until_something_was_decided_in_it():
    here = staff()
    seats(here)
    idle, busy = called(here, accepted(here)), called(here, accepted(here))
    present(busy, here, 7)
    passed(busy.items.get(), here, (7, 0, 0))

    cancel_meeting(idle, by=officer(here.secretary), at=NOON)
    with pytest.raises(MoveRefused):
        cancel_meeting(busy, by=officer(here.secretary), at=NOON)

    assert Meeting.objects.to_come().get() == busy


def test_nothing_is_closed_before_it_begins_or_without_a_roll():
    here = staff()
    meeting = called(here, starts_at=NOON + DAY)

    with pytest.raises(MoveRefused):
        close_meeting(meeting, by=officer(here.secretary), at=NOON)
    with pytest.raises(MoveRefused):
        close_meeting(meeting, by=officer(here.secretary), at=NOON + 2 * DAY)

    assert meeting.is_open


def test_a_substitute_counts_only_where_the_rules_let_them_vote():
    here = staff()
    people = seats(here)
    meeting = called(here, accepted(here))
    substitutes = {person.pk: "儿子" for person in meeting.attendees.all()}
    call_roll(meeting, {}, substitutes=substitutes, by=officer(here.secretary), at=NOON)

    with pytest.raises(MoveRefused):
        passed(meeting.items.get(), here, (len(people), 0, 0))


def test_a_talk_day_begins_with_its_report_and_its_review():
    here = staff()

    meeting = called(here, accepted(here), kind="talk_day")

    assert [item.part for item in meeting.items.all()] == ["report", "review", "new"]
    assert meeting.items.first().opinions


def test_a_subject_is_resolved_in_words():
    here = staff()
    seats(here)
    meeting = called(here, subjects=["路灯管护"])
    present(meeting, here, 7)
    item = meeting.items.get()

    with pytest.raises(InputRefused) as refused:
        conclude(item, "passed", votes=(7, 0, 0), by=officer(here.secretary), at=NOON)
    item = conclude(
        item,
        "passed",
        votes=(7, 0, 0),
        resolution="每组一人",
        by=officer(here.secretary),
        at=NOON,
    )

    assert set(refused.value.fields) == {"resolution"}
    assert item.state == "passed"


def test_the_town_committee_counts_votes_of_those_due():
    here = staff()
    for _nth in range(4):
        roles.reviewer_of(here.town)
    case = make_move(
        accepted(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )
    meeting = called(
        here, case, kind="town_committee", by=here.reviewer, where=here.town
    )
    present(meeting, here, 3, by=here.reviewer)

    with pytest.raises(MoveRefused):
        passed(
            meeting.items.get(), here, (2, 1, 0), by=here.reviewer, handling="meeting"
        )
    item = passed(
        meeting.items.get(), here, (3, 0, 0), by=here.reviewer, handling="meeting"
    )

    assert (item.due, item.needed, item.case.handling) == (5, 3, "meeting")
