"""Every filter lets in what it names and keeps out the rest, both ends of a range and
redacted rows included.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from django.urls import reverse

from cases.lists.filters import ORDERS, CaseFilter
from cases.models import Case, Topic
from cases.workflow import Action, make_move
from minshi.clock import now, today
from tests import roles
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import (
    DAY,
    NOON,
    Staff,
    accepted,
    completed,
    decided,
    dissatisfied_twice,
    officer,
    rated,
    spoken,
    staff,
)
from tests.villages.factories import GroupFactory, TownFactory, VillageFactory
from villages.models import Post

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def filtered(post: Post, **data: object) -> CaseFilter:
    request = RequestFactory().get("/", data)
    request.user = post.user
    return CaseFilter(
        request.GET, Case.objects.counted_for(post.user, today()), request=request
    )


def found(post: Post, **data: object) -> set[str]:
    narrowed = filtered(post, **data)
    assert narrowed.is_valid(), narrowed.errors
    return {case.number for case in narrowed.qs}


def changed(case: Case, **fields: object) -> Case:
    Case.objects.filter(pk=case.pk).update(**fields)
    return case


def secret(here: Staff, **fields: object) -> Case:
    """A 保密 case that the supervisor of the town sees only as a redacted row."""
    return changed(spoken(here), **fields | {"confidentiality": "secret"})


@pytest.mark.parametrize(
    ("name", "value", "inside", "outside"),
    [
        ("category", "family", {"category": "family"}, {"category": "village"}),
        ("grade", "major", {"grade": "major"}, {"grade": "minor"}),
        ("level", "town", {"level": "town"}, {"level": "village"}),
        ("channel", "phone", {"channel": "phone"}, {"channel": "talk_room"}),
        ("mode", "online", {"channel": "qr_code"}, {"channel": "phone"}),
        ("mode", "offline", {"channel": "phone"}, {"channel": "wechat_group"}),
        ("handling", "joint", {"handling": "joint"}, {"handling": "led"}),
        (
            "confidentiality",
            "hidden",
            {"confidentiality": "hidden"},
            {"confidentiality": "normal"},
        ),
        (
            "needs_order",
            "true",
            {"needs_order": True, "stage": "supervise", "accepted_at": now()},
            {},
        ),
    ],
)
def test_a_value_is_found_and_another_stays_out(name, value, inside, outside):
    here = staff()
    wanted = changed(spoken(here), **inside)
    changed(spoken(here), **outside)
    secret(here, **inside)

    assert found(here.supervisor, **{name: value}) == {wanted.number}


def test_several_stages_are_asked_at_once_and_redacted_rows_stay_in():
    here = staff()
    speaking, deliberated, hidden = spoken(here), accepted(here), secret(here)
    handled = decided(here)

    assert found(here.supervisor, stage=["speak", "deliberate"]) == {
        speaking.number,
        deliberated.number,
        hidden.number,
    }
    assert found(here.supervisor, stage="handle") == {handled.number}


@pytest.mark.parametrize("light", ["green", "yellow", "red", "grey"])
def test_each_light_is_told_from_the_others_as_the_case_itself_tells_it(light):
    here, hour = staff(), timedelta(hours=1)
    spans = {
        "green": {"yellow_at": now() + hour, "due_at": now() + 2 * hour},
        "yellow": {"yellow_at": now() - hour, "due_at": now() + hour},
        "red": {"yellow_at": now() - 2 * hour, "due_at": now() - hour},
        "grey": {
            "yellow_at": now() - 2 * hour,
            "due_at": now() - hour,
            "grey_until": now() + hour,
        },
    }
    lit = {name: changed(spoken(here), **span).number for name, span in spans.items()}
    redacted = secret(here, **spans[light]).number
    rated(here)

    assert found(here.supervisor, light=light) == {lit[light], redacted}


def test_overdue_leaves_out_the_suspended_and_the_closed():
    here, hour = staff(), timedelta(hours=1)
    late = {"yellow_at": now() - 2 * hour, "due_at": now() - hour}
    overdue = changed(spoken(here), **late)
    waiting = changed(spoken(here), **late, grey_until=now() + hour)
    timely = changed(spoken(here), yellow_at=now(), due_at=now() + hour)
    closed = rated(here)

    assert found(here.supervisor, overdue="true") == {overdue.number}
    assert found(here.supervisor, overdue="false") == {
        waiting.number,
        timely.number,
        closed.number,
    }


def test_village_is_chosen_among_those_in_reach_only():
    here = staff()
    beside, abroad = VillageFactory(town=here.town), VillageFactory()
    wanted = spoken(here)
    changed(spoken(here), village=beside, group=None)
    secret(here)

    assert found(here.supervisor, village=here.village.pk) == {wanted.number}
    assert not filtered(here.supervisor, village=abroad.pk).is_valid()
    assert not filtered(here.secretary, village=beside.pk).is_valid()


def test_group_is_chosen_among_those_in_reach_only():
    here = staff()
    other, abroad = GroupFactory(village=here.village), GroupFactory()
    wanted = spoken(here)
    spoken(here, group=other)
    secret(here)

    assert found(here.supervisor, group=here.group.pk) == {wanted.number}
    assert not filtered(here.supervisor, group=abroad.pk).is_valid()
    assert not filtered(
        here.supervisor, group=here.group.pk, village=VillageFactory(town=here.town).pk
    ).is_valid()


def test_topic_takes_in_its_branches_and_stays_in_the_town():
    here = staff()
    roads = Topic.objects.create(town=here.town, name="基础设施")
    lamps = Topic.objects.create(town=here.town, name="路灯", parent=roads)
    land = Topic.objects.create(town=here.town, name="撂荒地")
    abroad = Topic.objects.create(town=TownFactory(), name="路灯")
    first, second = spoken(here, topic=roads), spoken(here, topic=lamps)
    spoken(here, topic=land)
    secret(here, topic=roads)

    assert found(here.supervisor, topic=roads.pk) == {first.number, second.number}
    assert found(here.supervisor, topic=lamps.pk) == {second.number}
    assert not filtered(here.supervisor, topic=abroad.pk).is_valid()


def test_why_closed_and_concluded_tell_merged_from_the_rest():
    here = staff()
    open_one, closed = spoken(here), rated(here)
    merged = rated(here)
    changed(merged, close_reason="merged", merged_into=open_one)
    changed(rated(here), confidentiality="secret")

    assert found(here.supervisor, close_reason="rated") == {closed.number}
    assert found(here.supervisor, close_reason="merged") == {merged.number}
    assert found(here.supervisor, concluded="true") == {closed.number}
    assert found(here.supervisor, concluded="false") == {open_one.number, merged.number}


def test_with_me_is_what_my_posts_and_my_office_own():
    here = staff()
    mine, with_office = accepted(here), decided(here)
    spoken(here)

    assert found(here.secretary, owner="me") == {mine.number}
    assert found(here.handler, owner="me") == {with_office.number}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("field", ["registered", "closed"])
def test_a_range_of_days_holds_both_its_ends_and_nothing_beyond(field):
    here = staff()
    moments = {
        "before": "2026-03-01T23:59:59.999999",
        "first": "2026-03-02T00:00:00",
        "last": "2026-03-03T23:59:59.999999",
        "after": "2026-03-04T00:00:00",
    }
    make = spoken if field == "registered" else rated
    rows = {
        name: changed(make(here), **{f"{field}_at": moment(text)}).number
        for name, text in moments.items()
    }
    redacted = changed(
        make(here),
        confidentiality="secret",
        **{f"{field}_at": moment(moments["first"])},
    ).number

    inside = found(
        here.supervisor, **{f"{field}_from": "2026-03-02", f"{field}_to": "2026-03-03"}
    )

    assert inside == {rows["first"], rows["last"], redacted}
    assert found(here.supervisor, **{f"{field}_from": "2026-03-04"}) == {rows["after"]}
    assert found(here.supervisor, **{f"{field}_to": "2026-03-01"}) == {rows["before"]}


def test_due_until_means_the_last_day_as_people_are_shown_it():
    here = staff()
    due = changed(spoken(here), due_at=moment("2026-03-06T00:00:00"))
    changed(spoken(here), due_at=moment("2026-03-07T00:00:00"))
    rated(here)
    due.refresh_from_db()

    assert str(due.due_on) == "2026-03-05"
    assert found(here.supervisor, due_until="2026-03-05") == {due.number}
    assert found(here.supervisor, due_until="2026-03-04") == set()


def test_orders_follow_their_columns_and_leave_out_rows_without_them():
    here = staff()
    first = changed(
        spoken(here),
        registered_at=moment("2026-03-01T08:00:00"),
        due_at=moment("2026-04-02T00:00:00"),
    )
    second = changed(
        spoken(here),
        registered_at=moment("2026-03-02T08:00:00"),
        due_at=moment("2026-04-01T00:00:00"),
    )
    early = changed(
        rated(here),
        registered_at=moment("2026-02-01T08:00:00"),
        closed_at=moment("2026-03-05T08:00:00"),
    )
    late = changed(
        rated(here),
        registered_at=moment("2026-01-01T08:00:00"),
        closed_at=moment("2026-03-06T08:00:00"),
    )

    def order(name: str) -> list[str]:
        return [case.number for case in filtered(here.supervisor, order=name).qs]

    assert order("newest") == [second.number, first.number, early.number, late.number]
    assert order("due") == [second.number, first.number]
    assert order("closed") == [late.number, early.number]
    assert filtered(here.supervisor, order="due").ordering == ORDERS["due"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order", "verbatim"),
        ("stage", "nowhere"),
        ("registered_from", "yesterday"),
        ("village", "1'"),
        ("village", "9" * 30),
        ("group", "9" * 30),
        ("q", "x"),
        ("q", "甲乙 丙丁 戊己 庚辛 壬癸 子丑 寅卯"),
        ("light", "blue"),
    ],
)
def test_an_input_that_cannot_be_read_gives_no_rows_rather_than_all(name, value):
    here = staff()
    spoken(here)

    narrowed = filtered(here.supervisor, **{name: value})

    assert not narrowed.is_valid()
    assert list(narrowed.qs) == []


def test_filters_never_widen_what_the_account_sees():
    here = staff()
    spoken(here)
    stranger = roles.secretary_of(VillageFactory())

    for data in (
        {},
        {"stage": "speak"},
        {"q": "路灯"},
        {"mode": "offline"},
        {"overdue": "true"},
        {"order": "due"},
    ):
        assert found(stranger, **data) == set()


def test_without_a_logged_in_user_nothing_can_be_chosen_or_searched():
    here = staff()
    case = completed(here)

    narrowed = CaseFilter(
        {"q": case.number}, Case.objects.counted_for(here.secretary.user, today())
    )

    assert list(narrowed.qs) == []
    assert not narrowed.form.fields["village"].queryset.exists()


def test_where_time_was_asked_for_is_found_until_it_is_ruled_on():
    here = staff()
    case, _other = decided(here), decided(here)
    until = (NOON + 20 * DAY).date()
    make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="缺料",
        until_on=until,
    )

    assert found(here.secretary, asked="true") == {case.number}
    assert case.number not in found(here.secretary, asked="false")

    case.refresh_from_db()
    make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
    )
    assert found(here.secretary, asked="true") == set()


# --- after closing
def called_back(here: Staff, case: Case) -> Case:
    return make_move(
        case,
        Action.CALL_BACK,
        by=officer(here.duty),
        at=case.last_event_at,
        satisfaction="satisfied",
        solved="yes",
        how="call",
    )


def test_satisfied_but_not_solved_is_listed_until_somebody_called_back():
    here = staff()
    partly = rated(here, satisfaction="mostly", solved="partly")
    rated(here, satisfaction="satisfied", solved="yes")

    before = found(here.supervisor, unsolved="true")
    called_back(here, partly)

    assert before == {partly.number}
    assert found(here.supervisor, unsolved="true") == set()


def test_what_was_drawn_is_listed_until_it_was_called_back():
    here = staff()
    drawn, other = rated(here), rated(here)
    drawn.ratings.update(drawn=True)
    other.ratings.update(drawn=False)

    before = found(here.supervisor, to_call_back="true")
    called_back(here, drawn)

    assert before == {drawn.number}
    assert found(here.supervisor, to_call_back="true") == set()


def test_what_is_with_an_office_is_found_by_it():
    here = staff()
    case = decided(here)
    decided(here, lead=here.leader)

    assert found(here.supervisor, office=here.office.pk) == {case.number}


def test_a_county_finds_by_town():
    here = staff()
    case, neighbours = spoken(here), TownFactory(county_code=here.town.county_code)
    elsewhere = TownFactory(county_code="621299")

    assert found(here.county_supervisor, town=here.town.pk) == {case.number}
    assert found(here.county_supervisor, town=neighbours.pk) == set()
    assert not filtered(here.county_supervisor, town=elsewhere.pk).is_valid()


def test_nobody_is_to_check_what_they_handled_themself():
    here = staff()
    by_office = completed(here)
    reported = make_move(
        accepted(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )
    own = make_move(
        reported,
        Action.DECIDE,
        by=officer(here.reviewer),
        at=NOON,
        handling="led",
        decision="换灯",
        lead=here.reviewer,
    )
    own = completed(here, own, by=here.reviewer)
    decided(here)

    assert found(here.reviewer, to_check="true", level="town") == set()
    assert found(here.supervisor, to_check="true", level="town") == {own.number}
    assert found(here.secretary, to_check="true", level="village") == {by_office.number}
    assert own.number in found(here.reviewer, to_check="false", level="town")


def test_nothing_that_waits_for_an_order_is_to_be_checked():
    here = staff()
    twice = dissatisfied_twice(here)

    assert found(here.supervisor, needs_order="true") == {twice.number}
    for post in (here.supervisor, here.secretary):
        assert found(post, to_check="true") == set()
        assert found(post, to_check="false") == {twice.number}


def test_the_start_page_counts_as_to_be_checked_what_its_reader_may_check():
    here = staff()
    completed(here)
    page = logged_in(here.secretary).get(reverse("cases:home"))
    (queue, count) = next(
        (queue, count)
        for queue, count in page.context["queues"]
        if "to_check" in queue.query
    )

    assert count == 1
    assert "to_check=true" in queue.address


def test_whoever_reads_several_towns_chooses_an_office_by_its_town():
    here = staff()
    of_county = {}
    for post in (here.supervisor, here.county_supervisor):
        form = filtered(post).form
        labels = [label for _value, label in form.fields["office"].choices]
        of_county[post.role, bool(post.county_code)] = labels

    towns = f"{here.town} {here.office}"
    assert towns in of_county["supervisor", True]
    assert towns not in of_county["supervisor", False]
    assert str(here.office) in of_county["supervisor", False]
