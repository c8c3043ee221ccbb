"""待议: what waits for a level, singly and in batches."""

import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from cases.meetings import add_item, conclude
from cases.models import Concern
from cases.workflow import Action, make_move
from tests.cases.council import called, present, seats
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    decided,
    officer,
    reported_up,
    spoken,
    staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_queue_costs_the_same_however_much_waits(
    client, django_assert_max_num_queries, count
):
    here = staff()
    for _nth in range(count):
        reported_up(here)
    client.force_login(here.reviewer.user)

    with django_assert_max_num_queries(8):
        page = client.get(reverse("cases:queue")).content.decode()

    assert page.count("上报理由") == count


def test_the_queue_shows_what_waits_at_the_own_level_alone(client):
    here = staff()
    up = reported_up(here)
    below, handled = accepted(here), decided(here)
    client.force_login(here.reviewer.user)

    page = client.get(reverse("cases:queue")).content.decode()

    assert up.number in page
    assert below.number not in page
    assert handled.number not in page


def test_a_county_reviewer_has_the_same_desk(client):
    here = staff()
    case = accepted(here)
    for post in (here.secretary, here.reviewer):
        case = make_move(
            case, Action.ESCALATE, by=officer(post), at=NOON, reason="要县里定"
        )
    client.force_login(here.county_reviewer.user)

    assert case.number in client.get(reverse("cases:queue")).content.decode()
    assert (
        client.get(reverse("cases:queue_panel", args=[case.number])).status_code == 200
    )


def test_a_batch_says_which_rule_hinders_it_and_keeps_what_was_written(client):
    here = staff()
    case = make_move(
        make_move(
            spoken(here),
            Action.ACCEPT,
            by=officer(here.duty),
            at=NOON,
            category="village",
            grade="major",
        ),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )
    client.force_login(here.reviewer.user)

    answer = client.post(
        reverse("cases:queue_batch"),
        {
            "cases": [f"{case.number}:{case.version}"],
            "do": "send_back",
            "apply": "1",
            "key": uuid.uuid4(),
            "reason": "先由村里商量",
        },
    ).content.decode()

    assert "0 件成功，1 件未成功" in answer
    assert "大事不在村里定" in answer
    assert "您的岗位没有" not in answer
    assert "先由村里商量" in answer


def test_what_was_written_for_matters_out_of_sight_by_now_is_shown_to_copy(client):
    here = staff()
    case = accepted(here)
    sent = {"cases": [f"{case.number}:{case.version}"], "do": "defer", "apply": "1"}
    make_move(
        case,
        Action.RECUSE,
        by=officer(here.supervisor),
        at=NOON,
        concerns=[here.secretary.user],
    )
    client.force_login(here.secretary.user)

    answer = client.post(
        reverse("cases:queue_batch"), {**sent, "reason": "先请水利站来看"}
    ).text

    assert case.number in answer
    assert "先请水利站来看" in answer


def test_the_queue_tells_who_gave_a_matter_back_from_who_reported_it_up(client):
    here = staff()
    case = reported_up(here)
    client.force_login(here.reviewer.user)
    page = client.get(reverse("cases:queue")).content.decode()
    assert "上报理由：钱不够" in page

    case = make_move(
        case,
        Action.DECIDE,
        by=officer(here.reviewer),
        at=NOON,
        handling="led",
        decision="换灯",
        lead=here.handler.office,
    )
    make_move(
        case, Action.RETURN, by=officer(here.handler), at=NOON, reason="不归我们管"
    )
    page = client.get(reverse("cases:queue")).content.decode()
    row = client.get("/api/v1/queue/").json()["results"][0]

    assert f"{here.office}的退回理由：不归我们管" in page
    assert "上报理由" not in page
    assert (row["reason"], row["reason_action"]) == ("不归我们管", "return")


def test_whoever_gives_a_matter_back_is_heard_who_asks_to_report_it_up(client):
    here = staff()
    case = decided(here, lead=here.leader)
    make_move(
        case,
        Action.RETURN,
        by=officer(here.leader),
        at=NOON,
        reason="组里没有钱",
        asks_escalation=True,
    )
    client.force_login(here.secretary.user)

    queue = client.get(reverse("cases:queue")).text
    page = client.get(case.get_absolute_url()).text

    wish = "请村里往镇里报"
    assert f"{here.leader.user}退回，{wish}。理由：组里没有钱" in queue
    assert wish in page


@pytest.mark.parametrize("who", ["duty", "member", "leader", "handler", "supervisor"])
def test_who_decides_nothing_has_no_queue(client, who):
    here = staff()
    client.force_login(getattr(here, who).user)

    assert client.get(reverse("cases:queue")).status_code == 404


def test_a_batch_gives_each_its_own_result(client):
    here = staff()
    cases = [reported_up(here) for _nth in "123"]
    chosen = [f"{case.number}:{case.version}" for case in cases]
    client.force_login(here.reviewer.user)
    form = {
        "cases": chosen,
        "do": "decide",
        "apply": "1",
        "key": uuid.uuid4(),
        "handling": "led",
        "decision": "三天办好",
        "lead": f"office:{here.office.pk}",
        "category": "",
        "grade": "",
    }
    chosen_already = {
        "handling": "led",
        "decision": "换灯",
        "lead": here.handler.office,
    }
    make_move(
        cases[1], Action.DECIDE, by=officer(here.reviewer), at=NOON, **chosen_already
    )

    checked = client.post(
        reverse("cases:queue_batch"), {"cases": chosen, "do": "decide"}
    ).content.decode()
    answer = client.post(reverse("cases:queue_batch"), form).content.decode()
    again = client.post(reverse("cases:queue_batch"), form).content.decode()

    assert all(case.number in checked for case in cases)
    assert "2 件成功，1 件未成功" in answer
    assert "2 件成功，1 件未成功" in again
    assert answer.count("成功</span>") == 2  # whatever the step was, and never 办结
    for case in cases:
        case.refresh_from_db()
    assert [case.stage for case in cases] == ["handle"] * 3
    assert [case.decision for case in cases] == ["三天办好", "换灯", "三天办好"]


def test_a_form_sent_before_hides_no_other_words_and_may_be_sent_anew(client):
    here = staff()
    case = reported_up(here)
    client.force_login(here.reviewer.user)
    form = {
        "cases": [f"{case.number}:{case.version}"],
        "do": "defer",
        "apply": "1",
        "key": str(uuid.uuid4()),
        "reason": "等雨停",
        "until_on": "2026-03-09",
    }
    client.post(reverse("cases:queue_batch"), form)

    answer = client.post(reverse("cases:queue_batch"), {**form, "reason": "等雪化"})

    assert answer.status_code == 422
    assert "等雪化" in answer.content.decode()
    assert str(answer.context["key"]) != form["key"]
    assert case.events.filter(action="defer").count() == 1


def test_ticked_matters_go_on_the_agenda_of_the_next_meeting(client):
    here = staff()
    case = reported_up(here)
    meeting = called(here, kind="town_committee", by=here.reviewer, where=here.town)
    client.force_login(here.reviewer.user)

    form = {
        "cases": [f"{case.number}:{case.version}"],
        "do": "agenda",
        "meeting": meeting.pk,
    }
    client.post(reverse("cases:queue_batch"), form)

    assert meeting.items.get().case == case


def test_a_meeting_that_let_a_matter_fail_is_not_chosen_for_it_beforehand(client):
    here = staff()
    seats(here)
    case = accepted(here)
    failed = called(here, case)
    present(failed, here, 7)
    conclude(
        failed.items.get(),
        "not_passed",
        by=officer(here.secretary),
        at=NOON,
        votes=(1, 6, 0),
    )
    client.force_login(here.secretary.user)

    def chosen() -> str:
        page = client.get(reverse("cases:queue")).content.decode()
        return re.search(r'<option value="(\d*)" selected', page)[1]

    assert chosen() == ""
    coming = called(here, starts_at=NOON + DAY)
    assert chosen() == str(coming.pk)


def test_a_refused_place_on_an_agenda_says_what_stands_in_the_way(client):
    here = staff()
    case = accepted(here)
    called(here, case, starts_at=NOON + DAY)
    other = called(here)
    client.force_login(here.secretary.user)

    form = {
        "cases": [f"{case.number}:{case.version}"],
        "do": "agenda",
        "meeting": other.pk,
    }
    page = client.post(reverse("cases:queue_batch"), form, follow=True)

    assert f"{case.number} 已经排上3月3日的" in page.content.decode()


def test_the_desk_counts_what_the_queue_lists_and_nothing_that_a_meeting_has_before_it(
    client,
):
    here = staff()
    up = [reported_up(here) for _nth in range(2)]
    meeting = called(here, kind="town_committee", by=here.reviewer, where=here.town)
    client.force_login(here.reviewer.user)

    def counted():
        desk, queue = (
            client.get(reverse("cases:home")),
            client.get(reverse("cases:queue")),
        )
        on_desk = next(
            count for row, count in desk.context["queues"] if row.page == "cases:queue"
        )
        return on_desk, queue.context["tabs"][0].count

    assert counted() == (2, 2)
    add_item(meeting, cases=up[:1], by=officer(here.reviewer), at=NOON)
    assert counted() == (1, 1)
    make_move(
        up[1],
        Action.PROTECT,
        by=officer(here.reviewer),
        at=NOON,
        confidentiality="secret",
        reason="怕报复",
    )
    assert counted() == (1, 1)


def test_a_step_taken_from_the_queue_leads_back_to_it(client):
    here = staff()
    case = reported_up(here)
    client.force_login(here.reviewer.user)
    address = reverse("cases:act", args=[case.number, "defer"])
    form = {
        "version": case.version,
        "key": uuid.uuid4(),
        "reason": "等雨停",
        "until_on": "2026-03-09",
    }

    answer = client.post(f"{address}?next=queue", form)

    assert answer.url.startswith(reverse("cases:queue"))


def test_a_matter_that_left_ones_sight_has_a_line_among_the_results(client):
    here = staff()
    cases = [reported_up(here) for _nth in range(2)]
    Concern.objects.create(case=cases[1], user=here.reviewer.user)
    client.force_login(here.reviewer.user)
    form = {
        "do": "defer",
        "cases": [f"{case.number}:{case.version}" for case in cases],
        "key": uuid.uuid4(),
    }
    chosen = {"apply": "1", "reason": "等雪化", "until_on": "2026-03-20"}
    address = reverse("cases:queue_batch")

    check = client.post(address, form).content.decode()
    done = client.post(address, {**form, **chosen}).content.decode()
    none = client.post(
        address, {**form, **chosen, "cases": form["cases"][1:], "key": uuid.uuid4()}
    ).content.decode()

    # once to send on
    assert [page.count(cases[1].number) for page in (check, done, none)] == [
        2,
        1,
        1,
    ]
    assert cases[0].number in done
    assert cases[0].events.filter(action="defer").exists()


def test_a_village_is_not_offered_to_send_back_what_lies_at_the_bottom(client):
    here = staff()
    case = accepted(here)
    client.force_login(here.secretary.user)
    form = {"do": "send_back", "cases": [f"{case.number}:{case.version}"]}

    assert (
        'value="send_back"' not in client.get(reverse("cases:queue")).content.decode()
    )
    assert client.post(reverse("cases:queue_batch"), form).status_code == 404


def test_a_step_from_the_queue_leads_back_to_the_queue_of_that_place(client):
    here = staff()
    case = accepted(here)
    client.force_login(here.secretary.user)
    place = f"v{here.village.pk}"
    panel = client.get(
        reverse("cases:queue_panel", args=[case.number]), {"at": place}
    ).content.decode()
    address = (
        f"{reverse('cases:act', args=[case.number, 'defer'])}?next=queue&at={place}"
    )

    answer = client.post(
        address,
        {
            "version": case.version,
            "key": uuid.uuid4(),
            "reason": "等",
            "until_on": "2026-03-20",
        },
    )

    assert f"next=queue&amp;at={place}" in panel
    assert answer["Location"].startswith(f"{reverse('cases:queue')}?at={place}&sent=")


def test_a_secret_matter_is_opened_by_hand_alone(client):
    """To read it is logged; to look at what waits is not to read it."""
    here = staff()
    secret = accepted(here, spoken(here, confidentiality="secret"))
    client.force_login(here.secretary.user)

    alone = client.get(reverse("cases:queue")).context["opened"]
    open_one = accepted(here)
    with_another = client.get(reverse("cases:queue")).context["opened"]

    assert secret.number in [
        case.number for case in client.get(reverse("cases:queue")).context["page"].rows
    ]
    assert alone == ""
    assert with_another == open_one.number


MARK = '<span class="lamp yellow">保密</span>'


@pytest.mark.parametrize("name", ["queue", "home", "list"])
def test_a_secret_matter_is_marked_among_the_others(client, name):
    here = staff()
    accepted(here, title="路灯坏了")
    accepted(here, title="不能说的事", confidentiality="secret")
    client.force_login(here.secretary.user)

    text = client.get(reverse(f"cases:{name}")).text

    assert text.count(MARK) == 1
    marked = text[: text.index(MARK)]
    assert marked.rstrip().endswith("不能说的事")


def test_the_panel_of_a_secret_matter_says_so(client):
    here = staff()
    secret = accepted(here, confidentiality="secret")
    client.force_login(here.secretary.user)

    panel = client.get(reverse("cases:queue_panel", args=[secret.number])).text

    assert MARK in panel
