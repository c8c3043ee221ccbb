"""跟踪督办: the list a town goes through, what is said of each matter, and who may
say it.
"""

import re
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from cases.models import Case, Event
from cases.workflow import Action, Speaker, make_move
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from supervision.chasing.tracking import (
    begin_tracking,
    dragging_on,
    end_tracking,
    say_of,
)
from supervision.models import (
    SupervisionOrder,
    TrackedCase,
    TrackingMeeting,
    TrackingVerdict,
)
from supervision.orders import standard_demand
from tests import roles
from tests.cases.roads import DAY, NOON, dissatisfied_twice, officer, spoken, staff
from tests.together import times_at_once
from villages.models import AuditRecord

LATE = NOON + 10 * DAY


@pytest.fixture(autouse=True)
def _late():
    with time_machine.travel(LATE, tick=False):
        yield


@pytest.fixture
def here(db):
    here = staff()
    here.signer = roles.reviewer_of(here.town, may_sign=True)
    return here


def begun(here, at=LATE):
    return begin_tracking(here.town, by=here.supervisor.user, at=at)


def sent(item, **words):
    """The words of a matter as the one form of the page sends them."""
    return {f"item-{item.pk}-{name}": text for name, text in words.items()}


def of(meeting, case):
    return TrackedCase.objects.get(meeting=meeting, case=case)


def test_the_list_holds_what_is_overdue_under_order_or_waits_for_one_and_nothing_else(
    here,
):
    late = spoken(here)
    twice = dissatisfied_twice(here)
    spoken(staff())
    assert list(dragging_on(here.town, NOON)) == [twice]

    assert list(dragging_on(here.town, LATE)) == [late, twice]


def test_one_is_held_at_a_time_and_beginning_again_goes_on_with_it(here):
    spoken(here)
    meeting = begun(here)

    assert begin_tracking(here.town, by=here.reviewer.user, at=LATE) == meeting
    end_tracking(meeting, by=here.supervisor.user, at=LATE)
    assert begun(here) != meeting


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_that_begin_at_the_same_moment_hold_one():
    here = staff()
    spoken(here)

    times_at_once(2, lambda: begun(here))

    assert TrackingMeeting.objects.count() == 1
    assert TrackedCase.objects.count() == 1


def test_nothing_to_go_through_is_no_meeting(here):
    with pytest.raises(MoveRefused):
        begun(here)


def test_a_complaint_about_whoever_begins_is_no_reason_for_a_meeting(db):
    here = staff()
    complaint = spoken(here)
    make_move(
        complaint,
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.supervisor.user],
    )
    late = NOON + 60 * DAY

    with pytest.raises(MoveRefused):
        begin_tracking(here.town, by=here.supervisor.user, at=late)

    assert begin_tracking(here.town, by=here.reviewer.user, at=late)


def test_urging_is_an_act_on_the_case_and_is_noted_with_it(here):
    case = spoken(here)
    item = of(begun(here), case)

    for _twice in range(2):
        say_of(
            item, TrackingVerdict.URGED, "本周内答复", by=here.supervisor.user, at=LATE
        )

    event = Event.objects.get(case=case, action=Action.SUPERVISE)
    assert (event.note, event.data["supervision_level"]) == ("本周内答复", "urge")
    item.refresh_from_db()
    assert (item.verdict, item.said_by) == (TrackingVerdict.URGED, here.supervisor)


def test_an_order_is_written_and_signed_by_who_may_else_waits_for_them(here):
    case, other = spoken(here), spoken(here)
    meeting = begun(here)

    say_of(
        of(meeting, case),
        TrackingVerdict.ORDERED,
        "拖得太久",
        by=here.supervisor.user,
        at=LATE,
    )
    say_of(
        of(meeting, other),
        TrackingVerdict.ORDERED,
        "拖得太久",
        by=here.signer.user,
        at=LATE,
    )

    order = SupervisionOrder.objects.get(case=case)
    assert order.state == "to_sign"
    assert order.reason == "已逾期"
    assert order.demand == f"拖得太久\n{standard_demand()}"
    assert SupervisionOrder.objects.get(case=other).state == "signed"


def test_no_order_is_written_for_what_was_closed_meanwhile(here):
    case = spoken(here)
    item = of(begun(here), case)
    make_move(case, Action.WITHDRAW, by=Speaker(case, "code"), at=LATE, reason="想通了")

    with pytest.raises(MoveRefused):
        say_of(
            item, TrackingVerdict.ORDERED, "拖得太久", by=here.supervisor.user, at=LATE
        )


def test_what_was_acted_on_stays_and_what_was_only_said_may_be_said_again(here):
    case = spoken(here)
    item = of(begun(here), case)
    say_of(item, TrackingVerdict.GOES_ON, "", by=here.supervisor.user, at=LATE)
    say_of(item, TrackingVerdict.URGED, "快办", by=here.supervisor.user, at=LATE)

    with pytest.raises(MoveRefused):
        say_of(item, TrackingVerdict.GOES_ON, "", by=here.supervisor.user, at=LATE)


def test_what_a_meeting_settled_stands_on_the_page_of_the_matter(client, here):
    case = spoken(here)
    item = of(begun(here), case)
    by = here.supervisor.user
    say_of(item, TrackingVerdict.GOES_ON, "三天内去看", by=by, at=LATE)
    client.force_login(here.secretary.user)

    of_case = client.get(f"/supervision/matters/{case.number}/chasing/").text

    assert "三天内去看" in of_case
    assert "跟踪督办会" in of_case


def test_a_refused_act_leaves_no_word(here):
    case = spoken(here)
    item = of(begun(here), case)
    SupervisionOrder.objects.create(
        case=case,
        town=here.town,
        reason="x",
        demand="x",
        reply_on=LATE.date(),
        raised_at=LATE,
    )

    with pytest.raises(MoveRefused):
        say_of(
            item, TrackingVerdict.ORDERED, "拖得太久", by=here.supervisor.user, at=LATE
        )

    item.refresh_from_db()
    assert item.verdict == ""


def test_words_are_asked_for_and_an_ended_meeting_takes_none(here):
    item = of(begun(here) if spoken(here) else None, here.village.cases.get())
    with pytest.raises(InputRefused):
        say_of(item, TrackingVerdict.HELPED, " ", by=here.supervisor.user, at=LATE)
    end_tracking(item.meeting, by=here.supervisor.user, at=LATE)

    with pytest.raises(MoveRefused):
        say_of(
            item, TrackingVerdict.HELPED, "镇里出车", by=here.supervisor.user, at=LATE
        )


def test_only_the_towns_overseers_hold_it(here):
    case = spoken(here)
    for post in (
        here.secretary,
        here.duty,
        here.county_supervisor,
        roles.supervisor_of(staff().town),
    ):
        with pytest.raises(NoSuchRight):
            begin_tracking(here.town, by=post.user, at=LATE)
    meeting = begun(here)
    for post in (
        here.secretary,
        here.county_supervisor,
        roles.supervisor_of(staff().town),
    ):
        with pytest.raises(NoSuchRight):
            say_of(
                of(meeting, case), TrackingVerdict.GOES_ON, "", by=post.user, at=LATE
            )
        with pytest.raises(NoSuchRight):
            end_tracking(meeting, by=post.user, at=LATE)


def test_the_whole_way_on_the_pages(client, here):
    case = spoken(here)
    client.force_login(here.supervisor.user)
    began = client.post(reverse("supervision:tracking"), {"town": here.town.pk})
    page = client.get(began.url)
    assert case.number in page.text
    item = TrackedCase.objects.get()
    address = reverse("supervision:tracked", args=[item.meeting_id, item.pk])

    wrong = client.post(address, sent(item, verdict="helped", note=""))
    assert wrong.status_code == 422
    assert (
        client.post(
            address, sent(item, verdict="helped", note="镇里出车拉管子")
        ).status_code
        == 302
    )
    assert "镇里出车拉管子" in client.get(began.url).text
    client.post(reverse("supervision:end_tracking", args=[item.meeting_id]))
    assert "已结束" in client.get(began.url).text
    assert (
        client.post(address, sent(item, verdict="goes_on", note="")).status_code == 422
    )


def test_what_another_entered_meanwhile_is_read_before_it_is_replaced(client, here):
    spoken(here)
    meeting = begun(here)
    item = meeting.items.get()
    address = reverse("supervision:tracked", args=[meeting.pk, item.pk])
    say_of(item, TrackingVerdict.GOES_ON, "等水利站", by=here.supervisor.user, at=LATE)
    client.force_login(here.reviewer.user)

    older = sent(item, verdict="goes_on", note="等天晴", seen="")
    refused = client.post(address, older)

    text = refused.content.decode()
    assert refused.status_code == 422
    assert "等水利站" in text
    assert "等天晴" in text
    item.refresh_from_db()
    assert item.note == "等水利站"

    newest = re.search(r'-seen" value="(\w+)"', text)[1]
    client.post(address, older | sent(item, seen=newest))
    item.refresh_from_db()
    assert item.note == "等天晴"


def test_the_form_holds_what_its_reader_may_read_of_a_note(client, here):
    case = spoken(here, confidentiality="hidden", speaker_name="甄隐娘")
    meeting = begun(here)
    item = of(meeting, case)
    note = "甄隐娘家再等两天"
    say_of(item, TrackingVerdict.GOES_ON, note, by=here.reviewer.user, at=LATE)
    client.force_login(here.supervisor.user)

    text = client.get(meeting.get_absolute_url()).content.decode()

    assert text.count("家再等两天") == 2  # above the form, and in it
    assert "隐娘" not in text

    # what is shown there and sent again is nothing new
    shown = re.search(r'-note" value="([^"]+)"', text)[1]
    mark = re.search(r'-seen" value="(\w+)"', text)[1]
    unchanged = sent(item, verdict="goes_on", note=shown, seen=mark)
    ended = reverse("supervision:end_tracking", args=[meeting.pk])
    client.post(ended, unchanged)
    meeting.refresh_from_db()
    assert meeting.ended_at is not None

    client.force_login(here.reviewer.user)
    assert note in client.get(meeting.get_absolute_url()).content.decode()


def test_a_meeting_of_another_town_and_a_secret_matter_are_not_told(client, here):
    case = spoken(here, confidentiality="secret", title="举报")
    meeting = begun(here)
    stranger = roles.supervisor_of(staff().town)
    client.force_login(stranger.user)
    assert client.get(meeting.get_absolute_url()).status_code == 404

    client.force_login(here.supervisor.user)
    page = client.get(meeting.get_absolute_url())
    assert case.number in page.text
    assert "举报" not in page.text
    item = of(meeting, case)
    answer = client.post(
        reverse("supervision:tracked", args=[meeting.pk, item.pk]),
        sent(item, verdict="goes_on"),
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("size", [1, 4])
def test_the_page_costs_the_same_for_one_and_for_many(
    client, django_assert_num_queries, here, size
):
    for _nth in range(size):
        spoken(here)
    meeting = begun(here)
    client.force_login(here.supervisor.user)
    client.get(meeting.get_absolute_url())

    with django_assert_num_queries(8):
        client.get(meeting.get_absolute_url())


# --- nothing typed is lost
@pytest.fixture
def two(client, here):
    for _nth in range(2):
        spoken(here)
    meeting = begun(here)
    client.force_login(here.supervisor.user)
    return meeting, *meeting.items.order_by("pk")


def test_a_meeting_does_not_end_over_words_that_were_not_noted(client, two):
    meeting, first, second = two
    typed = sent(first, verdict="helped", note="镇里出车") | sent(second, note="")
    address = reverse("supervision:end_tracking", args=[meeting.pk])

    page = client.post(address, typed)

    meeting.refresh_from_db()
    assert page.status_code == 422
    assert meeting.ended_at is None
    assert "有1件填了还没有记下，会没有结束。" in page.text
    assert 'value="镇里出车"' in page.text
    assert re.search(r'value="helped"[^>]*checked', page.text)


def test_a_meeting_ends_where_everything_that_was_filled_in_is_noted(client, two):
    meeting, first, second = two
    by = meeting.began_by.user
    say_of(first, TrackingVerdict.HELPED, "镇里出车", by=by, at=LATE)
    as_it_stands = sent(first, verdict="helped", note="镇里出车") | sent(
        second, note=""
    )

    under_way = client.get(meeting.get_absolute_url()).text
    client.post(reverse("supervision:end_tracking", args=[meeting.pk]), as_it_stands)

    meeting.refresh_from_db()
    assert meeting.ended_at == LATE
    of_today = "灯色、环节、当前承办都是今天的"
    assert of_today not in under_way
    assert of_today in client.get(meeting.get_absolute_url()).text


def test_what_is_typed_of_another_matter_stays_as_one_is_noted(client, two):
    meeting, first, second = two
    typed = sent(first, verdict="goes_on", note="") | sent(second, note="等水利站")
    address = reverse("supervision:tracked", args=[meeting.pk, first.pk])

    page = client.post(address, typed)

    first.refresh_from_db()
    assert first.verdict == "goes_on"
    assert 'value="等水利站"' in page.text


def test_how_many_are_left_is_told_alike_above_and_below(client, two):
    meeting, *_items = two

    page = client.get(meeting.get_absolute_url()).text

    assert page.count('hx-select-oob="#left,#left-below"') == 2
    assert page.count("还有2件未研究") == 2
    assert 'id="left-below"' in page


# --- the board's file


def test_what_is_ticked_on_the_board_is_taken_away_with_a_reason(
    client, here, tmp_path
):
    first, second = spoken(here), spoken(here)
    client.force_login(here.supervisor.user)
    ticked = {"cases": [f"{first.number}:{first.version}"]}

    asked = client.post(reverse("supervision:export_ticked"), ticked)
    assert first.number in asked.text
    assert (
        client.post(
            reverse("supervision:export_ticked"),
            {**ticked, "apply": "1", "form": "xlsx"},
        ).status_code
        == 422
    )
    sent = client.post(
        reverse("supervision:export_ticked"),
        {**ticked, "apply": "1", "reason": "镇里开会", "form": "xlsx"},
    )

    (tmp_path / "file.xlsx").write_bytes(b"".join(sent.streaming_content))
    cells = [
        str(cell.value)
        for row in openpyxl.load_workbook(tmp_path / "file.xlsx").active.iter_rows()
        for cell in row
    ]
    assert first.number in cells
    assert second.number not in cells
    assert AuditRecord.objects.filter(kind="export", reason="镇里开会").exists()


def test_a_strangers_matter_is_in_no_file(client, here):
    case = spoken(here)
    client.force_login(roles.supervisor_of(staff().town).user)
    sent = {
        "cases": [f"{case.number}:{case.version}"],
        "apply": "1",
        "reason": "x",
        "form": "csv",
    }

    assert client.post(reverse("supervision:export_ticked"), sent).status_code == 302
    client.force_login(here.duty.user)
    assert client.post(reverse("supervision:export_ticked"), sent).status_code == 404
    assert not AuditRecord.objects.filter(kind="export").exists()


def test_the_list_of_meetings_is_new_first(client, here):
    spoken(here)
    meeting = begun(here)
    end_tracking(meeting, by=here.supervisor.user, at=LATE + timedelta(hours=1))
    later = begun(here, LATE + timedelta(hours=2))
    client.force_login(here.county_supervisor.user)

    page = client.get(reverse("supervision:tracking"))

    assert list(page.context["meetings"]) == [later, meeting]


def test_what_is_suspended_is_not_overdue_here_either(here):
    case = spoken(here)
    assert list(dragging_on(here.town, LATE)) == [case]
    Case.objects.filter(pk=case.pk).update(grey_until=LATE + DAY)

    assert list(dragging_on(here.town, LATE)) == []


def test_what_was_chased_today_says_so_in_the_meeting(client, here):
    late, later = spoken(here), spoken(here)
    make_move(
        late,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=LATE,
        supervision_level="urge",
        text="抓紧",
    )
    meeting = begun(here)
    client.force_login(here.supervisor.user)

    page = client.get(meeting.get_absolute_url()).text

    assert page.count("今天已督办过") == 1
    assert page.index("今天已督办过") < page.index(later.number)


def test_a_meeting_about_nothing_one_may_know_of_is_not_there(here, client):
    """That it is held at all would tell that something about them drags on."""
    about = spoken(here)
    concerned = here.supervisor
    by = officer(here.reviewer)
    make_move(about, Action.RECUSE, by=by, at=NOON, concerns=[concerned.user])
    meeting = begin_tracking(here.town, by=here.reviewer.user, at=LATE)
    client.force_login(concerned.user)

    with pytest.raises(MoveRefused):
        begin_tracking(here.town, by=concerned.user, at=LATE)
    assert client.get(meeting.get_absolute_url()).status_code == 404
    listed = client.get(reverse("supervision:tracking")).content.decode()
    assert meeting.get_absolute_url() not in listed

    # the same, once something else drags on
    other = spoken(here)
    assert begin_tracking(here.town, by=concerned.user, at=LATE) == meeting
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert other.number in page
    assert about.number not in page


def test_the_button_says_whether_a_meeting_is_under_way(client, here):
    spoken(here)
    client.force_login(here.supervisor.user)
    address = reverse("supervision:tracking")
    assert "开今天的跟踪督办会" in client.get(address).text

    begun(here)

    page = client.get(address).text
    assert "接着开" in page
    assert "开今天的" not in page
