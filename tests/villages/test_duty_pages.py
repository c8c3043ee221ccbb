"""The pages of the roster: who sees what, what is typed stays, and how many queries it
takes.
"""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from minshi.workdays import day_in_words
from tests import roles
from tests.cases.roads import DAY, NOON
from tests.villages.duty_desk import EVENING, away, shift_of, talk_room
from tests.villages.factories import GroupFactory, OfficeFactory, VillageFactory
from villages.duty import ask_swap, hand_over
from villages.models import DutyLeave, DutyShift, HandOver, SwapRequest, TalkRoom

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    return talk_room()


def page(client, post, name="duty", args=(), **query):
    client.force_login(post.user)
    return client.get(reverse(f"villages:{name}", args=args), query)


def sent(client, who, name, args=(), **data):
    client.force_login(who.user)
    return client.post(reverse(f"villages:{name}", args=args), data)


def by(post, at=NOON):
    return {"by": post.user, "at": at}


# --- the week


def test_the_week_shows_who_is_on_when_and_who_stands_in(client, here):
    shift_of(here.member, backup=here.duty)
    shift_of(here.second, days=2)
    away(here.member, here.secretary)

    text = page(client, here.secretary).content.decode()

    assert f"<strong>{here.secretary.user}</strong>" in text
    assert f"（原排 {here.member.user}、{here.duty.user}）" in text
    assert str(here.second.user) in text


def test_other_weeks_are_a_click_away_and_no_week_is_this_one(client, here):
    shift_of(here.second, days=7)

    assert (
        str(here.second.user)
        not in page(client, here.secretary, week="x").content.decode()
    )
    assert (
        str(here.second.user)
        in page(client, here.secretary, week="2026-03-10").content.decode()
    )


@pytest.mark.parametrize("count", [0, 1, 3, 7])
def test_the_week_costs_eight_queries_at_most(
    client, here, count, django_assert_max_num_queries
):
    for nth in range(count):
        shift_of(here.member if nth % 2 else here.second, days=nth, backup=here.duty)
        away(here.duty, here.secretary, days=nth)
    client.force_login(here.second.user)

    with django_assert_max_num_queries(8):
        answer = client.get(reverse("villages:duty"))

    assert answer.status_code == 200


def test_a_roster_is_read_within_reach_and_nowhere_else(client, here):
    inside = [
        roles.group_leader_of(GroupFactory(village=here.village)),
        roles.handler_of(OfficeFactory(town=here.village.town)),
        roles.reviewer_of(here.village.town),
        roles.supervisor_of_county(here.village.town.county_code),
    ]
    outside = [
        roles.secretary_of(VillageFactory(town=here.village.town)),
        roles.auditor(),
    ]

    for post in inside:
        assert page(client, post, village=here.village.pk).status_code == 200
    for post in outside:
        assert page(client, post, village=here.village.pk).status_code == 404


def test_a_note_is_read_by_those_who_take_duty_there(client, here):
    hand_over(shift_of(here.member), note="等电工回话", visitors=3, **by(here.member))

    assert "等电工回话" in page(client, here.second).content.decode()
    office = roles.handler_of(OfficeFactory(town=here.village.town))
    assert "等电工回话" not in page(client, office).content.decode()


# --- arranging


SHIFT = {"day": "2026-03-03", "begins": "08:00", "ends": "17:00", "backup": ""}


def test_a_shift_is_arranged_changed_and_taken_off_by_hand(client, here):
    sent(client, here.secretary, "shift_new", **SHIFT, primary=here.member.pk)
    shift = DutyShift.objects.get()
    assert shift.hours_in_words == "2026-03-03 8:00–17:00"

    sent(
        client,
        here.duty,
        "shift_change",
        [shift.pk],
        **SHIFT | {"ends": "12:30"},
        primary=here.second.pk,
    )
    shift.refresh_from_db()
    assert (shift.primary, shift.hours) == (here.second, "8:00–12:30")

    answer = sent(client, here.secretary, "shift_cancel", [shift.pk])
    assert answer["Location"] == f"/duty/?village={here.village.pk}&week=2026-03-03"
    assert not DutyShift.objects.exists()


def test_a_shift_that_ends_before_it_begins_ends_on_the_next_day(client, here):
    sent(
        client,
        here.secretary,
        "shift_new",
        **SHIFT | {"begins": "20:00", "ends": "07:00"},
        primary=here.member.pk,
    )

    assert DutyShift.objects.get().ends_at.isoformat() == "2026-03-03T23:00:00+00:00"


def test_a_refusal_keeps_what_was_typed_and_names_the_field(client, here):
    shift_of(here.duty, days=1)

    answer = sent(client, here.secretary, "shift_new", **SHIFT, primary=here.member.pk)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["begins"]
    assert answer.context["form"]["primary"].value() == str(here.member.pk)


def test_a_day_that_is_over_is_said_beside_the_day(client, here):
    past = SHIFT | {"day": "2026-03-01"}

    answer = sent(client, here.secretary, "shift_new", **past, primary=here.member.pk)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["day"]


def test_whoever_may_not_arrange_finds_no_such_page(client, here):
    shift = shift_of(here.member, days=1)

    for name, args in (
        ("shift_new", []),
        ("shift_change", [shift.pk]),
        ("talk_room", []),
    ):
        assert page(client, here.member, name, args).status_code == 404
    assert sent(client, here.member, "shift_cancel", [shift.pk]).status_code == 404
    assert page(client, here.duty, "talk_room").status_code == 404


def test_the_secretary_describes_the_talk_room(client, here):
    said = {
        "place": "村委会一楼",
        "hours": "每天 8:00–17:00",
        "phone": "0939-4421001",
        "talk_day": "10",
    }

    sent(client, here.secretary, "talk_room", **said)

    assert TalkRoom.objects.get().place == "村委会一楼"
    assert "村委会一楼" in page(client, here.member).content.decode()


@pytest.mark.parametrize("typed", ["abc", "12", "4421001"])
def test_a_telephone_that_nobody_can_ring_up_is_refused_for_the_talk_room(
    client, here, typed
):
    """Receipts print it, and villagers get a button that calls it."""
    said = {"place": "村委会一楼", "phone": typed, "talk_day": "10"}

    answer = sent(client, here.secretary, "talk_room", **said)

    assert answer.status_code == 422
    assert "座机" in str(answer.context["form"].errors["phone"])
    assert not TalkRoom.objects.exists()


# --- a round


ROUND = {
    "first": "2026-03-02",
    "last": "2026-03-08",
    "days": "working",
    "begins": "08:00",
    "ends": "17:00",
}


def test_a_round_is_looked_at_then_written_by_one_click_and_only_once(client, here):
    client.force_login(here.secretary.user)
    address = reverse("cases:duty_round")
    asked = {**ROUND, "members": [here.duty.pk, here.member.pk], "backup": "next"}
    asked["leader"] = "赵镇长"

    seen = client.post(address, asked)

    assert (seen.context["new"], DutyShift.objects.count()) == (5, 0)
    for _time in range(2):
        client.post(address, {**asked, "step": "write"})
    assert DutyShift.objects.count() == 5
    assert {shift.leader for shift in DutyShift.objects.all()} == {"赵镇长"}
    assert "赵镇长" in page(client, here.secretary).content.decode()


def test_a_round_that_cannot_be_keeps_what_was_typed(client, here):
    client.force_login(here.secretary.user)

    answer = client.post(
        reverse("cases:duty_round"),
        {**ROUND, "first": "2026-01-01", "members": [here.duty.pk], "backup": "nobody"},
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["first"]


def test_no_round_is_arranged_in_another_village(client, here):
    client.force_login(here.secretary.user)
    other = VillageFactory(town=here.village.town)

    assert (
        client.get(reverse("cases:duty_round"), {"village": other.pk}).status_code
        == 404
    )
    client.force_login(here.member.user)
    assert client.get(reverse("cases:duty_round")).status_code == 404


# --- swaps, leave, hand-over


def test_a_swap_is_asked_on_one_page_and_agreed_to_on_the_desk(client, here):
    mine, theirs = shift_of(here.member, days=1), shift_of(here.second, days=2)
    assert page(client, here.member, "swap_ask", [mine.pk]).status_code == 200

    sent(
        client,
        here.member,
        "swap_ask",
        [mine.pk],
        asked=here.second.pk,
        in_return=theirs.pk,
    )
    swap = SwapRequest.objects.get()

    client.force_login(here.second.user)
    assert [ask.pk for ask in client.get("/").context["desks"][0].asks] == [swap.pk]
    sent(client, here.second, "swap_answer", [swap.pk, "agree"])
    mine.refresh_from_db()
    assert mine.primary == here.second
    assert client.get("/").context["desks"][0].asks == []


def test_no_shift_of_somebody_on_leave_is_offered_in_return(client, here):
    mine = shift_of(here.member, days=1)
    kept, left = shift_of(here.second, days=2), shift_of(here.second, days=3)
    away(here.second, days=3)

    form = page(client, here.member, "swap_ask", [mine.pk]).context["form"]

    assert list(form.fields["in_return"].queryset) == [kept]
    assert left.primary == here.second


def test_the_secretary_sees_the_question_and_answers_it_not(client, here):
    swap = ask_swap(shift_of(here.member, days=1), here.second, **by(here.member))

    assert "还没答复" in page(client, here.secretary).content.decode()
    assert (
        sent(client, here.secretary, "swap_answer", [swap.pk, "agree"]).status_code
        == 404
    )
    assert (
        sent(client, here.second, "swap_answer", [swap.pk, "perhaps"]).status_code
        == 404
    )


def test_what_can_no_longer_be_agreed_to_is_said_on_the_roster(client, here):
    mine = shift_of(here.member, days=1)
    swap = ask_swap(mine, here.second, **by(here.member))

    with time_machine.travel(mine.starts_at, tick=False):
        client.force_login(here.second.user)
        answer = client.post(
            reverse("villages:swap_answer", args=[swap.pk, "agree"]), follow=True
        )

    assert "答复不了了" in answer.content.decode()


def test_nobody_asks_about_another_ones_shift(client, here):
    shift = shift_of(here.member, days=1)

    assert page(client, here.second, "swap_ask", [shift.pk]).status_code == 404


def test_leave_is_noted_and_ended(client, here):
    days = {
        "from_on": "2026-03-02",
        "until_on": "2026-03-05",
        "reason": "看病",
        "substitute": here.second.pk,
    }

    sent(client, here.member, "leave_new", post=here.member.pk, **days)
    leave = DutyLeave.objects.get()
    assert sent(client, here.second, "leave_end", [leave.pk]).status_code == 404
    sent(client, here.member, "leave_end", [leave.pk])

    assert not DutyLeave.objects.exists()


def noted(client, here, who, days: int, until: int | None = None, **data):
    """Send a leave that the secretary notes, and return the page it leads to."""
    last = days if until is None else until
    fields = {
        "post": who.pk,
        "from_on": (NOON + days * DAY).date(),
        "until_on": (NOON + last * DAY).date(),
        "reason": "看病",
    }
    client.force_login(here.secretary.user)
    address = reverse("villages:leave_new")
    return client.post(address, {**fields, **data}, follow=True)


def test_a_leave_that_leaves_shifts_open_says_which(client, here):
    shift_of(here.member, days=8)
    shift_of(here.member, days=9, backup=here.second)
    shift_of(here.second, days=10, backup=here.member)
    shift_of(here.second, days=11)

    text = noted(client, here, here.member, days=8, until=11).content.decode()

    assert "3月10日没有人值班了，请补上。" in text
    assert "3月11日、3月12日没有备班了，请补上。" in text
    assert text.count("没有备班</span>") == 3  # the 11th, the 12th, and the 13th


def test_a_leave_leads_to_its_own_week(client, here):
    answer = noted(client, here, here.member, days=8)

    assert "week=2026-03-10" in answer.redirect_chain[-1][0]

    [leave] = DutyLeave.objects.all()
    back = sent(client, here.secretary, "leave_end", [leave.pk])
    assert "week=2026-03-10" in back["Location"]


def test_a_leave_with_a_substitute_or_no_shift_warns_of_nothing(client, here):
    shift_of(here.member, days=1)
    shift_of(here.second, days=3)

    covered = noted(client, here, here.member, 1, substitute=here.second.pk)
    idle = noted(client, here, here.duty, days=3)

    for answer in (covered, idle):
        assert "请补上" not in answer.content.decode()


def test_a_shift_of_whom_they_stood_in_for_is_left_open_too(client, here):
    shift_of(here.member, days=1)
    away(here.member, here.second, days=1)

    text = noted(client, here, here.second, days=1).content.decode()

    assert "3月3日没有人值班了，请补上。" in text


def test_a_shift_that_is_over_is_not_warned_of(client, here):
    shift_of(here.member)

    with time_machine.travel(EVENING, tick=False):
        text = noted(client, here, here.member, days=0).content.decode()

    assert "请补上" not in text


def test_the_wall_print_says_where_nobody_is_on_duty(client, here):
    shift_of(here.member, days=1)
    away(here.member, days=1)

    text = page(client, here.secretary, "duty_print").content.decode()

    assert text.count("待安排") == 1


def test_a_member_may_choose_nobody_else_to_be_away(client, here):
    days = {"from_on": "2026-03-02", "until_on": "2026-03-05", "reason": "看病"}

    answer = sent(client, here.member, "leave_new", post=here.second.pk, **days)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["post"]


def test_a_shift_is_handed_over_and_taken_over_from_the_desk(client, here):
    shift = shift_of(here.member)
    shift_of(here.second, days=1)
    client.force_login(here.member.user)
    assert client.get("/").context["desks"][0].to_hand_over == shift

    sent(client, here.member, "hand_over", [shift.pk], visitors="3", note="等电工回话")

    client.force_login(here.second.user)
    assert "等电工回话" in client.get("/").content.decode()
    sent(client, here.second, "take_over", [HandOver.objects.get().pk])
    assert HandOver.objects.get().taken_by == here.second
    assert "等电工回话" not in client.get("/").content.decode()


def test_the_number_of_people_is_asked_for(client, here):
    shift = shift_of(here.member)

    answer = sent(client, here.member, "hand_over", [shift.pk], note="等电工回话")

    assert answer.status_code == 422
    assert "等电工回话" in answer.content.decode()
    assert page(client, here.second, "hand_over", [shift.pk]).status_code == 404


# --- the desk


def test_the_desk_says_who_is_on_duty_and_costs_a_few_queries_more(
    client, here, django_assert_num_queries
):
    def cost():
        client.force_login(here.member.user)
        client.get("/")
        with django_assert_num_queries(11 if DutyShift.objects.exists() else 9):
            return client.get("/").content.decode()

    assert "今天没排班" in cost()
    for days in range(5):
        shift_of(here.member, days=days)
        away(here.member, here.second, days=days)
    assert f"{here.second.user} 8:00–17:00" in cost()


def test_after_its_end_a_shift_is_still_offered_for_handing_over(client, here):
    shift = shift_of(here.member)

    with time_machine.travel(EVENING, tick=False):
        client.force_login(here.member.user)
        assert client.get("/").context["desks"][0].to_hand_over == shift
    with time_machine.travel(EVENING + DAY, tick=False):
        client.force_login(here.member.user)
        assert client.get("/").context["desks"][0].to_hand_over is None


def test_after_a_hand_over_the_shift_of_the_day_before_is_not_offered(client, here):
    shift_of(here.member, days=-1)
    today = shift_of(here.member)

    with time_machine.travel(EVENING - timedelta(minutes=5), tick=False):
        client.force_login(here.member.user)
        assert client.get("/").context["desks"][0].to_hand_over == today
        sent(client, here.member, "hand_over", [today.pk], visitors="3", note="没有")

        assert client.get("/").context["desks"][0].to_hand_over is None
        assert ">交班<" not in "".join(client.get("/").content.decode().split())


def test_a_swap_that_takes_the_backup_off_a_day_says_so(client, here):
    shift = shift_of(here.member, days=2, backup=here.second)
    shift_of(here.member, days=3, backup=here.second)
    asked = {"asked": here.second.pk}
    sent(client, here.member, "swap_ask", [shift.pk], **asked)
    swap = SwapRequest.objects.get()

    client.force_login(here.second.user)
    address = reverse("villages:swap_answer", args=[swap.pk, "agree"])
    answer = client.post(address, follow=True)

    told = {str(message) for message in answer.context["messages"]}
    assert told >= {
        "换好了，值班表已经改过来。",
        f"{day_in_words(shift.on, shift.on)}没有备班了，请补上。",
    }
    assert answer.text.count("没有备班</span>") == 1


def test_where_no_day_has_a_backup_none_is_missed(client, here):
    shift_of(here.member, days=2)

    assert "没有备班" not in page(client, here.second).text


# --- the print


def test_a_week_that_ends_in_another_month_offers_both_to_print(client, here):
    both = page(client, here.second, week="2026-03-30").text
    one = page(client, here.second, week="2026-03-09").text

    assert "打印 3 月值班表（张贴）" in both
    assert "打印 4 月值班表（张贴）" in both
    assert "month=2026-04" in both
    assert "打印 3 月值班表（张贴）" in one
    assert "month=2026-04" not in one


def test_the_wall_shows_every_day_of_the_month_with_the_talk_room(client, here):
    TalkRoom.objects.create(
        village=here.village, place="村委会一楼", hours="每天", phone="0939-4421001"
    )
    shift_of(here.member, backup=here.duty)

    answer = page(client, here.second, "duty_print", month="2026-03")

    text = answer.content.decode()
    assert len({row.day for row in answer.context["rows"]}) == 31
    for words in (
        str(here.member.user),
        str(here.duty.user),
        "0939-4421001",
        "星期一",
        "每月 10 日",
    ):
        assert words in text


# --- what somebody else wrote meanwhile


def seen_on(answer):
    return answer.context["form"].initial["seen"]


def test_two_who_hand_over_one_shift_read_each_other_first(client, here):
    shift = shift_of(here.member, backup=here.duty)
    first = {"note": "路灯已报修", "visitors": 2}
    first["seen"] = seen_on(page(client, here.member, "hand_over", [shift.pk]))
    second = {"note": "水泵要去看", "visitors": 3}
    second["seen"] = seen_on(page(client, here.duty, "hand_over", [shift.pk]))
    sent(client, here.duty, "hand_over", [shift.pk], **second)

    refused = sent(client, here.member, "hand_over", [shift.pk], **first)

    text = refused.content.decode()
    assert refused.status_code == 422
    assert "水泵要去看" in text
    assert "路灯已报修" in text
    assert HandOver.objects.get().note == "水泵要去看"

    both = {"note": "水泵要去看，路灯已报修", "visitors": 5}
    both["seen"] = refused.context["form"]["seen"].value()
    sent(client, here.member, "hand_over", [shift.pk], **both)
    assert HandOver.objects.get().note == "水泵要去看，路灯已报修"


def test_a_hand_over_sent_twice_is_one(client, here):
    shift = shift_of(here.member)
    words = {"note": "路灯已报修", "visitors": 2, "seen": ""}

    for _time in range(2):
        answer = sent(client, here.member, "hand_over", [shift.pk], **words)
        assert answer.status_code == 302


def test_an_older_tab_does_not_put_the_talk_room_back(client, here):
    opened = page(client, here.secretary, "talk_room")
    room = {"place": "村委会一楼", "hours": "", "phone": "", "talk_day": 10}
    room["seen"] = seen_on(opened)
    sent(client, here.secretary, "talk_room", **room | {"place": "村委会二楼"})

    refused = sent(client, here.secretary, "talk_room", **room | {"hours": "每天"})

    assert refused.status_code == 422
    assert "村委会二楼" in refused.content.decode()
    assert TalkRoom.objects.get().place == "村委会二楼"
