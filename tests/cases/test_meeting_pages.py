"""The pages of meetings, of the queue and of 四议两公开: what they show, keep and
refuse.
"""

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.http import Http404
from django.urls import reverse

from cases.meetings import (
    add_item,
    close_meeting,
    conclude,
    save_item,
    votes_in_words,
)
from cases.models import AgendaItem, Case, Meeting
from cases.views.meetings.item import ItemPage
from cases.workflow import Action, make_move
from tests import roles
from tests.api import Api
from tests.cases.council import called, passed, present, seats
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.cases.test_attachments import photo
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents
from villages.models import TalkRoom

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def item_form(item: AgendaItem, **fields: object) -> dict[str, object]:
    given = {
        "item_version": item.version,
        "key": uuid.uuid4(),
        "votes_for": 7,
        "votes_against": 0,
        "votes_abstain": 0,
    }
    step = {
        "doing": "decide",
        "verdict": "passed",
        "version": item.case.version,
        "category": "village",
        "grade": "complex",
        "handling": "led",
        "decision": "换灯",
    }
    return {**given, **step, **fields}


def test_an_item_taken_off_the_agenda_while_its_page_is_drawn_is_gone(rf):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    page = ItemPage()
    page.setup(rf.get("/"))
    page.request.user = here.secretary.user
    item = page.item(meeting.pk, meeting.items.get().pk)

    AgendaItem.objects.filter(pk=item.pk).delete()

    with pytest.raises(Http404):
        page.show(page.request, item)


def sitting(here, *cases) -> tuple[Meeting, str]:
    seats(here)
    meeting = called(here, *cases)
    present(meeting, here, 7)
    return meeting, reverse(
        "cases:meeting_item", args=[meeting.pk, meeting.items.first().pk]
    )


def test_a_meeting_is_called_held_and_closed_by_its_pages(client):
    here = staff()
    seats(here)
    case = accepted(here)
    client.force_login(here.secretary.user)
    asked = {
        "kind": "two_committees",
        "starts_at": "2026-03-02T11:00",
        "key": uuid.uuid4(),
        "cases": [case.pk],
    }

    client.post(reverse("cases:meeting_call"), asked)
    meeting = Meeting.objects.get()
    people = [person.pk for person in meeting.attendees.all()]
    roll = {"drawn": [f"{pk}:0" for pk in people], "present": people}
    client.post(reverse("cases:meeting_act", args=[meeting.pk, "roll"]), roll)
    item = meeting.items.get()
    form = item_form(item, lead=f"office:{here.office.pk}")
    client.post(reverse("cases:meeting_item", args=[meeting.pk, item.pk]), form)
    client.post(reverse("cases:meeting_act", args=[meeting.pk, "close"]))

    case.refresh_from_db()
    meeting.refresh_from_db()
    assert case.stage == "handle"
    assert meeting.closed_at == NOON
    page = client.get(case.get_absolute_url()).content.decode()
    assert meeting.get_absolute_url() in page


def test_votes_that_were_refused_are_called_no_vote_on_the_agenda(client):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 3)
    item = meeting.items.get()
    client.force_login(here.secretary.user)
    by = officer(here.secretary)
    save_item(item, version=0, opinions="", votes=(3, 0, 0), by=by, at=NOON)
    item.refresh_from_db()
    form = item_form(item, votes_for=3, lead=f"office:{here.office.pk}")
    address = reverse("cases:meeting_item", args=[meeting.pk, item.pk])

    refused = client.post(address, form)

    assert refused.status_code == 422
    agenda = " ".join(client.get(meeting.get_absolute_url()).text.split())
    assert "同意 3，反对 0，弃权 0（先记下的，还没定）" in agenda


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_draft_of_a_vote_is_not_shown_where_the_matter_was_put_off(client, is_closed):
    """By its button, or because the meeting was closed before it was reached."""
    here = staff()
    meeting, address = sitting(here, accepted(here))
    item = meeting.items.get()
    by = officer(here.secretary)
    if is_closed:
        save_item(item, version=0, opinions="", votes=(7, 0, 0), by=by, at=NOON)
        close_meeting(meeting, by=by, at=NOON)
    else:
        conclude(item, "put_off", by=by, at=NOON, votes=(7, 0, 0))
    client.force_login(here.secretary.user)

    wall = f"{reverse('cases:meeting_screen', args=[meeting.pk])}?item=1"
    printed = client.post(reverse("cases:meeting_print", args=[meeting.pk])).text
    for page in (meeting.get_absolute_url(), address, wall):
        assert "同意 7" not in client.get(page).text
    assert "同意 7" not in printed
    shown = Api(here.secretary).get(f"meetings/{meeting.pk}/").json()["items"][0]
    assert (shown["state"], shown["votes_for"]) == ("put_off", None)


def test_a_subject_that_was_only_heard_has_no_votes():
    here = staff()
    seats(here)
    meeting = called(here)
    present(meeting, here, 5)
    by = officer(here.secretary)
    (item,) = add_item(meeting, by=by, at=NOON, subject="传达文件")
    heard = conclude(item, "noted", by=by, at=NOON, votes=(5, 0, 0))

    assert votes_in_words(heard) == ""


def test_wrong_counts_keep_everything_typed_and_say_why(client):
    here = staff()
    meeting, address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)
    form = item_form(
        meeting.items.get(),
        votes_for=5,
        opinions="先量巷道",
        lead=f"office:{here.office.pk}",
    )

    answer = client.post(address, form)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "一共数出 5 票，在场能投票的是 7 人" in page
    assert "先量巷道" in page
    assert "换灯" in page
    assert meeting.items.get().state == "waiting"


def test_two_who_decide_at_once_make_one_decision_and_the_second_reads_so(client):
    here = staff()
    meeting, address = sitting(here, accepted(here))
    item = meeting.items.get()
    form = item_form(item, opinions="我这边写的", lead=f"office:{here.office.pk}")
    passed(item, here, (7, 0, 0))
    client.force_login(roles.secretary_of(here.village).user)

    answer = client.post(address, form)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "这一项刚才已经议定：通过" in page
    assert "我这边写的" in page
    assert item.case.events.filter(action="decide").count() == 1


def test_autosave_keeps_words_by_version_and_a_second_screen_overwrites_nothing(client):
    here = staff()
    meeting, address = sitting(here, accepted(here))
    client.force_login(here.duty.user)
    first = {"item_version": 0, "key": uuid.uuid4(), "opinions": "李强：先量"}

    saved = client.post(address, first, headers={"X-Autosave": "1"})
    stale = client.post(
        address, {**first, "opinions": "赵敏：先修"}, headers={"X-Autosave": "1"}
    )
    by_hand = client.post(address, {**first, "opinions": "赵敏：先修", "save": "1"})

    assert json.loads(saved.content) == {"version": 1}
    assert stale.status_code == 409
    assert by_hand.status_code == 409
    assert "李强：先量" in by_hand.content.decode()
    assert "赵敏：先修" in by_hand.content.decode()
    assert meeting.items.get().opinions == "李强：先量"


def test_minutes_autosave_and_say_both_texts_on_a_stale_version(client):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    address = reverse("cases:meeting_act", args=[meeting.pk, "minutes"])
    client.force_login(here.secretary.user)
    client.post(
        address, {"minutes": "三点", "minutes_version": 0}, headers={"X-Autosave": "1"}
    )

    answer = client.post(address, {"minutes": "四点", "minutes_version": 0})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "三点" in page
    assert "四点" in page


def close_with(client, meeting, **minutes):
    """The button that ends a meeting sends the form of its minutes."""
    page = client.get(meeting.get_absolute_url()).text
    assert 'form="minutes-form"' in page
    close = reverse("cases:meeting_act", args=[meeting.pk, "close"])
    return client.post(close, minutes)


def test_a_meeting_is_closed_with_the_minutes_that_nobody_had_saved(client):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)

    close_with(client, meeting, minutes="没保存的记录。", minutes_version=0)

    meeting.refresh_from_db()
    assert meeting.closed_at == NOON
    assert "没保存的记录。" in client.get(meeting.get_absolute_url()).text


def test_a_meeting_stays_open_where_its_minutes_would_overwrite_others(client):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)
    save = reverse("cases:meeting_act", args=[meeting.pk, "minutes"])
    client.post(save, {"minutes": "三点", "minutes_version": 0})

    answer = close_with(client, meeting, minutes="四点", minutes_version=0)

    meeting.refresh_from_db()
    assert (answer.status_code, meeting.closed_at) == (409, None)
    assert "三点" in answer.text
    assert "四点" in answer.text


def test_a_roll_called_on_two_screens_keeps_both(client):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    one, two, *_rest = [person.pk for person in meeting.attendees.all()]
    client.force_login(here.secretary.user)
    address = reverse("cases:meeting_act", args=[meeting.pk, "roll"])

    client.post(address, {"drawn": [f"{one}:0", f"{two}:0"], "present": [one]})
    client.post(address, {"drawn": [f"{one}:0", f"{two}:0"], "present": [two]})

    assert set(
        meeting.attendees.filter(is_present=True).values_list("pk", flat=True)
    ) == {one, two}


def test_whoever_oversees_reads_and_writes_nothing(client):
    here = staff()
    meeting, address = sitting(here, accepted(here))
    client.force_login(here.supervisor.user)

    page = client.get(meeting.get_absolute_url())
    answers = [
        client.post(reverse("cases:meeting_act", args=[meeting.pk, "close"])),
        client.post(address, item_form(meeting.items.get())),
        client.post(
            reverse("cases:meeting_sheets", args=[meeting.pk]), {"file": photo()}
        ),
    ]

    assert page.status_code == 200
    assert "点名完毕" not in page.content.decode()
    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize("page", ["meeting", "meeting_screen", "meeting_item"])
def test_a_secret_item_tells_those_not_named_nothing(client, page):
    here = staff()
    secret = accepted(here, confidentiality="secret", title="隐题", verbatim="隐话")
    meeting, _address = sitting(here, secret)
    item = meeting.items.get()
    AgendaItem.objects.filter(pk=item.pk).update(
        opinions="隐意", resolution="隐决", votes_for=3
    )
    member = here.member  # sees the village's meetings, and is not named in the case
    client.force_login(member.user)

    arguments = [meeting.pk, item.pk] if page == "meeting_item" else [meeting.pk]
    text = client.get(reverse(f"cases:{page}", args=arguments)).content.decode()

    assert not [
        word for word in ("隐题", "隐话", "隐意", "隐决", secret.number) if word in text
    ]


def test_the_screen_names_no_speaker_and_nothing_secret(client):
    here = staff()
    seats(here)
    meeting = called(
        here,
        accepted(here, speaker_name="李建国", title="李建国家门口的灯坏了"),
        accepted(here, title="隐题"),
    )
    AgendaItem.objects.last().case.__class__.objects.filter(title="隐题").update(
        confidentiality="secret"
    )
    client.force_login(here.secretary.user)
    address = reverse("cases:meeting_screen", args=[meeting.pk])

    first, second = (
        client.get(f"{address}?item={nth}").content.decode() for nth in (1, 2)
    )

    assert "李建国" not in first
    assert "家门口的灯坏了" in first
    assert "隐题" not in second


def test_the_screen_shows_the_words_why_it_came_up_and_what_was_said(client):
    here = staff()
    seats(here)
    case = accepted(
        here, speaker_name="李建国", verbatim="李建国：路灯坏了，13993912345"
    )
    meeting = called(here, case)
    AgendaItem.objects.update(opinions="先换电线")
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:meeting_screen", args=[meeting.pk]))

    text = page.content.decode()
    assert "路灯坏了" in text
    assert "先换电线" in text
    assert "李建国" not in text
    assert "13993912345" not in text


@pytest.mark.parametrize("confidentiality", ["normal", "hidden"])
def test_the_screen_names_no_neighbour_and_shows_nobodys_number(
    client, confidentiality
):
    here = staff()
    seats(here)
    for name in ("苟芳芳", "李满囤"):
        household = HouseholdFactory(group=here.group)
        index_residents([ResidentFactory(household=household, name=name)])
    case = accepted(
        here,
        speaker_name="李建国",
        title="苟芳芳占地，问13812345678",
        verbatim="苟芳芳占了我家地，找李满囤，电话13812345678",
        confidentiality=confidentiality,
    )
    said = (
        "苟芳芳（电话13812345678，0939-4421234）不让，卡号9558801234567890128，李建国急"
    )
    case = make_move(
        decided(here, case),
        Action.RETURN,
        by=officer(here.handler),
        at=NOON,
        reason=said,
    )
    meeting = called(here, case)
    numbers = "电话13812345678，卡号9558801234567890128"
    AgendaItem.objects.update(opinions=said, resolution=numbers)
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:meeting_screen", args=[meeting.pk]))

    assert "苟某占了我家地" in page.context["words"]
    # of a hidden matter it would answer whoever wrote it (test_table.py)
    reason = page.context["reason"]
    words = reason.words if reason else ""
    assert ("苟某" in words) == (confidentiality == "normal")
    assert "苟某" in page.context["opinions"]
    text = page.content.decode()
    for number in ("13812345678", "4421234", "9558801234567890128", "李建国"):
        assert number not in text
    assert page.context["title"].startswith("苟某占地")
    assert not [name for name in ("苟芳芳", "李满囤") if name in text]


def test_the_signed_sheet_comes_back_as_a_photo_also_after_the_end(client):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)
    client.post(reverse("cases:meeting_act", args=[meeting.pk, "close"]))

    client.post(reverse("cases:meeting_sheets", args=[meeting.pk]), {"file": photo()})

    sheet = meeting.sheets.get()
    assert b"".join(
        client.get(reverse("cases:sheet", args=[sheet.uuid])).streaming_content
    )
    client.force_login(staff().secretary.user)
    assert client.get(reverse("cases:sheet", args=[sheet.uuid])).status_code == 404


@pytest.mark.parametrize("count", [1, 3, 30])
def test_a_meeting_page_costs_the_same_with_one_item_and_with_thirty(
    client, django_assert_max_num_queries, count
):
    here = staff()
    seats(here, tuple(f"委员{nth}" for nth in range(60)))
    meeting = called(here, *(accepted(here) for _nth in range(count)))
    client.force_login(here.secretary.user)

    with django_assert_max_num_queries(15):
        assert client.get(meeting.get_absolute_url()).status_code == 200


# --- a hidden speaker stays hidden in what is written at the table


def test_who_spoke_in_confidence_is_kept_out_of_opinions_minutes_and_resolution(client):
    here = staff()
    case = accepted(here, speaker_name="李建国", confidentiality="hidden")
    meeting, address = sitting(here, case)
    item = meeting.items.get()
    client.force_login(here.duty.user)  # took it down, and knows
    client.post(
        address,
        {"item_version": 0, "key": uuid.uuid4(), "opinions": "李建国说灯坏了半月"},
    )
    minutes = {"minutes": "李建国也到了", "minutes_version": 0}
    client.post(reverse("cases:meeting_act", args=[meeting.pk, "minutes"]), minutes)
    save_item(
        item,
        version=1,
        opinions="李建国急用",
        votes=(None, None, None),
        by=officer(here.duty),
        at=NOON,
    )
    passed(item, here, (7, 0, 0), decision="给门口换灯")
    client.force_login(here.secretary.user)

    pages = [
        client.get(address).content.decode(),
        client.get(meeting.get_absolute_url()).content.decode(),
        client.post(reverse("cases:meeting_print", args=[meeting.pk])).content.decode(),
    ]

    assert not [page for page in pages if "李建国" in page]
    assert not [page for page in pages if "急用" not in page and page is not pages[1]]


def test_the_screen_names_no_co_speaker_either(client):
    here = staff()
    seats(here)
    meeting = called(
        here,
        accepted(
            here,
            title="张三李四两家门口的灯",
            speaker_name="张三",
            co_speakers=("李四",),
        ),
    )
    client.force_login(here.secretary.user)

    page = client.get(
        reverse("cases:meeting_screen", args=[meeting.pk])
    ).content.decode()

    assert "门口的灯" in page
    assert not [name for name in ("张三", "李四") if name in page]


def test_what_a_talk_day_reads_out_names_nobody_who_spoke():
    here = staff()
    with time_machine.travel(NOON - 30 * DAY, tick=False):
        case = spoken(here, title="李建国家门口的灯坏了")
    case = rated(
        here, verified(here, completed(here, decided(here, accepted(here, case))))
    )
    Case.objects.filter(pk=case.pk).update(closed_at=NOON - 10 * DAY)

    meeting = called(here, kind="talk_day")

    results = meeting.items.get(part="review").opinions
    assert "家门口的灯坏了" in results
    assert "李建国" not in results


def test_a_matter_that_is_spoken_only_has_no_decision_to_take(client):
    here = staff()
    case = spoken(here)
    client.force_login(here.secretary.user)

    answer = client.post(
        reverse("cases:meeting_call"),
        {
            "kind": "two_committees",
            "starts_at": "2026-03-02T11:00",
            "key": uuid.uuid4(),
            "cases": [case.pk],
        },
    )

    assert answer.status_code == 422
    assert not Meeting.objects.exists()


def test_calling_a_meeting_begins_at_the_talk_room_and_names_the_talk_day(client):
    here = staff()
    TalkRoom.objects.create(
        village=here.village, place="村部一楼", phone="0939-4421001", talk_day=12
    )
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:meeting_call")).content.decode()

    assert 'value="村部一楼"' in page
    assert "每月12日" in page


def test_the_place_of_the_talk_room_is_offered_whole(client):
    here = staff()
    place = "白关村党群服务中心" * 8
    TalkRoom.objects.create(village=here.village, place=place)
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:meeting_call")).content.decode()

    assert f'value="{place}"' in page


def test_receipt_and_tracking_page_name_the_phone_of_the_talk_room(client):
    here = staff()
    TalkRoom.objects.create(
        village=here.village, place="村部一楼", phone="0939-4421001"
    )
    case = accepted(here)
    client.force_login(here.duty.user)

    receipt = client.get(reverse("cases:receipt", args=[case.number])).content.decode()
    client.logout()
    track = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    ).content.decode()

    assert "0939-4421001" in receipt
    assert "tel:0939-4421001" in track


def test_a_meeting_is_not_closed_before_it_begins(client):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=NOON + DAY / 12)
    client.force_login(here.secretary.user)

    page = client.get(meeting.get_absolute_url()).text
    early = client.post(reverse("cases:meeting_act", args=[meeting.pk, "close"]))

    assert "会议记录还没写。请先写好再结束" in page
    assert "会议还没到开始的时间" in early.text
    meeting.refresh_from_db()
    assert meeting.closed_at is None


def test_a_closed_meeting_does_not_say_that_it_may_vote(client):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)
    assert "可以表决" in client.get(meeting.get_absolute_url()).text

    client.post(reverse("cases:meeting_act", args=[meeting.pk, "close"]))

    page = client.get(meeting.get_absolute_url()).text
    assert "到会人数够" in page
    assert "可以表决" not in page


def test_a_vote_before_the_roll_is_called_says_so_and_leads_there(client):
    here = staff()
    case = accepted(here)
    seats(here)
    meeting = called(here, case)
    item = meeting.items.get()
    client.force_login(here.secretary.user)
    address = reverse("cases:meeting_item", args=[meeting.pk, item.pk])
    votes = {"votes_for": 6, "votes_against": 0, "verdict": "not_passed"}
    sent = {"item_version": item.version, "key": uuid.uuid4(), **votes}

    before = client.post(address, sent)
    present(meeting, here, 1)
    after = client.post(address, sent)

    page = before.content.decode()
    assert "还没有记谁到会：请先点名。" in page
    assert f'href="{meeting.get_absolute_url()}#roll"' in page
    assert "到会人数不够" not in page
    assert "到会人数不够" in after.content.decode()
    assert "#roll" not in after.content.decode()


# --- what looks like a slip is asked about
def asked_to_call(client, here, **changed):
    sent = {
        "key": uuid.uuid4(),
        "kind": "two_committees",
        "starts_at": "2026-03-03T10:00",
        "place": "",
        "chair": "",
        "recorder": "",
        "subject": "修水渠",
        **changed,
    }
    client.force_login(here.secretary.user)
    return client.post(reverse("cases:meeting_call"), sent)


def test_a_chair_who_is_not_on_the_roll_is_asked_about(client):
    here = staff()
    seats(here)

    asked = asked_to_call(client, here, chair="张过路")
    before = Meeting.objects.count()
    sure = asked_to_call(client, here, chair="张过路", sure="1")

    assert asked.status_code == 422
    assert "张过路不在这个会的成员名单上。" in asked.content.decode()
    assert before == 0
    assert sure.status_code == 302
    assert Meeting.objects.get().chair == "张过路"


def test_a_meeting_before_its_matter_was_taken_down_is_asked_about(client):
    here = staff()
    seats(here)
    case = accepted(here)
    of_that_day = {"starts_at": "2026-03-01T10:00", "cases": case.pk}

    asked = asked_to_call(client, here, **of_that_day)
    sure = asked_to_call(client, here, **of_that_day, sure="1")

    assert asked.status_code == 422
    assert f"{case.number} 3月2日才登记，比会晚。" in asked.content.decode()
    assert sure.status_code == 302


def test_a_meeting_that_fits_is_called_at_once(client):
    here = staff()
    seats(here)
    chair = called(here).attendees.order_by("-is_chair").first().name

    assert asked_to_call(client, here, chair=chair).status_code == 302


def test_a_meeting_about_nothing_is_asked_back(client):
    here = staff()
    client.force_login(here.secretary.user)
    address = reverse("cases:meeting_call")
    asked = {
        "kind": "two_committees",
        "starts_at": "2026-03-02T11:00",
        "key": uuid.uuid4(),
    }

    refused = client.post(address, asked)
    made = client.post(address, {**asked, "no_items": "on"})

    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["subject"]
    assert "还没排议题，先定时间" in refused.text
    assert made.status_code == 302
    assert Meeting.objects.count() == 1


def test_a_secret_item_says_so_on_the_page_and_where_it_is_offered(client):
    here = staff()
    offered = accepted(here, confidentiality="secret", title="另一件隐题")
    meeting, address = sitting(here, accepted(here, confidentiality="secret"))
    client.force_login(here.secretary.user)

    for page in (meeting.get_absolute_url(), address):
        assert '<span class="lamp yellow">保密</span>' in client.get(page).text
    call = client.get(reverse("cases:meeting_call")).text
    assert f"另一件隐题 · {offered.number} · 保密" in call


def test_an_item_that_waits_has_a_button_that_takes_it_up(client):
    here = staff()
    meeting, address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)

    page = client.get(meeting.get_absolute_url()).text

    assert f'<a class="btn btn-plain" href="{address}">' in page


def test_a_meeting_is_called_for_now_since_most_are_called_as_they_begin(client):
    here = staff()
    client.force_login(here.secretary.user)

    with time_machine.travel(NOON + timedelta(minutes=56), tick=False):
        page = client.get(reverse("cases:meeting_call")).text

    assert 'value="2026-03-02T12:56"' in page


def test_a_matter_that_waits_for_a_decision_leads_to_a_meeting(client):
    here = staff()
    case = accepted(here)
    client.force_login(here.secretary.user)
    before = client.get(case.get_absolute_url()).text

    sitting(here, case)

    address = f'action="{reverse("cases:queue_batch")}'
    assert address in before
    assert address not in client.get(case.get_absolute_url()).text
    client.force_login(here.duty.user)
    assert address not in client.get(case.get_absolute_url()).text
