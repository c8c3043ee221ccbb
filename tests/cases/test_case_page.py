"""The page of one case: the steps taken from it, what it tells, whose number it
opens.
"""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.workflow import Action, Speaker, make_move
from tests import roles
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
    words,
)
from tests.villages.factories import VillageFactory
from villages.models import AuditRecord, TalkRoom

pytestmark = pytest.mark.django_db
PHONE = "13993912345"


@pytest.fixture
def here():
    return staff()


def opened_step(client, case, action, **words):
    """The address of a step and what its form sends, the words given filled in."""
    address = reverse("cases:act", args=[case.number, action])
    form = client.get(address).context["form"]
    return address, {
        "version": form["version"].value(),
        "key": str(form["key"].value()),
        **words,
    }


def test_a_double_click_moves_once_and_says_done_twice(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)
    address, answers = opened_step(
        client, case, "accept", category="village", grade="minor"
    )

    first, second = client.post(address, answers), client.post(address, answers)

    assert first.status_code == second.status_code == 302
    assert case.events.filter(action="accept").count() == 1


def test_a_second_tab_gets_both_texts_and_overwrites_nothing(client, here):
    case = accepted(here)
    client.force_login(here.secretary.user)
    address, answers = opened_step(client, case, "escalate", reason="钱不够，请镇里定")
    make_move(
        case,
        Action.REPLY,
        by=officer(here.secretary),
        at=timezone.now(),
        reply="正在商量",
    )

    answer = client.post(address, answers)

    assert answer.status_code == 409
    assert "正在商量" in answer.content.decode()
    assert "钱不够，请镇里定" in answer.content.decode()
    assert not case.events.filter(action="escalate").exists()


@pytest.mark.parametrize("script", [{"HX-Request": "true"}, {}])
def test_a_second_tab_shows_the_stage_that_the_matter_has_now(client, here, script):
    case = spoken(here)
    client.force_login(here.duty.user)
    address, answers = opened_step(client, case, "accept", category="village")
    accepted(here, case)

    answer = client.post(address, answers, headers=script)

    assert answer.status_code == 409
    stage = answer.text[answer.text.index('id="stage"') :]
    current = stage.index('aria-current="step"')
    assert stage.index("说") < current < stage.index("议") < stage.index("办")
    # a script shows all of that page in the place of one that has gone on
    assert "hx-swap-oob" not in stage
    assert answer.headers["HX-Retarget"] == answer.headers["HX-Reselect"] == "main"


def test_a_step_opened_for_the_first_time_swaps_nothing(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)

    page = client.get(reverse("cases:act", args=[case.number, "accept"])).text

    assert page.count('id="stage"') == 1
    assert "hx-swap-oob" not in page


def test_words_typed_for_a_step_that_closed_meanwhile_are_kept(client, here):
    case = accepted(here)
    client.force_login(here.secretary.user)
    address = reverse("cases:act", args=[case.number, "decide"])
    form = client.get(address).context["form"]
    make_move(
        case,
        Action.ESCALATE,
        by=officer(here.secretary),
        at=timezone.now(),
        reason="请镇里定",
    )

    answer = client.post(
        address,
        {
            "version": form["version"].value(),
            "key": form["key"].value(),
            "decision": "集体出钱换灯",
        },
    )

    assert answer.status_code == 409
    assert "集体出钱换灯" in answer.content.decode()
    assert "请镇里定" in answer.content.decode()


def test_numbers_and_tasks_typed_for_a_step_that_closed_meanwhile_are_kept(
    client, here
):
    case, other = accepted(here), spoken(here)
    client.force_login(here.secretary.user)
    stale = {"version": case.version, "key": str(uuid.uuid4())}
    decided(here, case)

    merge = client.post(
        reverse("cases:act", args=[case.number, "merge"]),
        {**stale, "into": other.number},
    )
    decide = client.post(
        reverse("cases:act", args=[case.number, "decide"]),
        {
            **stale,
            "decision": "ok",
            "asks-office:7": "wifi",
            "asks-office:8": "120",
            "asks-due-office:7": "2026-12-01",
        },
    )

    assert [answer.words for answer in merge.context["typed"]] == [other.number]
    assert [answer.words for answer in decide.context["typed"]] == [
        "ok",
        "wifi\n120",
    ]


AS_TAKEN_DOWN = "登记时是这样写的"


@pytest.mark.parametrize(
    ("written", "is_said"),
    [
        ({"category": "village", "grade": "minor"}, True),
        ({"category": "village"}, False),
        ({"grade": "minor"}, False),
        ({"channel": "qr_code"}, False),
    ],
)
def test_accepting_says_what_was_written_only_where_it_was(
    client, here, written, is_said
):
    case = spoken(here, **written)
    client.force_login(here.duty.user)

    page = client.get(reverse("cases:act", args=[case.number, "accept"]))
    offers = client.get(f"/api/v1/cases/{case.number}/moves/")

    assert (AS_TAKEN_DOWN in page.content.decode()) is is_said
    assert (AS_TAKEN_DOWN in offers.content.decode()) is is_said


def test_nobody_is_pressed_to_a_step_while_somebody_else_is_at_work(client, here):
    case = decided(here)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    assert page.context["everyday"] == []
    assert "escalate" in {offer.action for offer in page.context["further"]}
    assert str(here.office) in page.content.decode()


def test_whoever_may_accept_the_matter_of_a_colleague_is_offered_to(client, here):
    case = spoken(here)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    offered = [offer.action for offer in page.context["everyday"]]
    assert offered == [Action.ACCEPT, Action.SETTLE]
    words = " ".join(page.text.split())
    assert "这里现在没有要办的" not in words
    assert (
        f"这件事等人受理，当前由{here.duty.user}（值班员）承办，您也可以受理。" in words
    )
    client.force_login(here.duty.user)
    assert "等人受理" not in client.get(case.get_absolute_url()).text


def test_a_ruling_presses_whoever_may_give_it(client, here):
    case = decided(here)
    until = (NOON + 20 * DAY).date()
    make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="缺料",
        until_on=until,
    )
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    assert [offer.action for offer in page.context["everyday"]] == ["rule_extension"]


def test_a_step_that_asks_nothing_is_taken_from_the_page_itself(client, here):
    case = decided(here)
    client.force_login(here.handler.user)
    page = client.get(case.get_absolute_url())
    sent = {"version": case.version, "key": str(page.context["key"])}

    for _click in range(2):
        answer = client.post(
            reverse("cases:act", args=[case.number, "acknowledge"]), sent, follow=True
        )
        assert answer.status_code == 200

    assert case.events.filter(action="acknowledge").count() == 1


def test_other_words_under_a_key_used_before_are_never_lost(client, here):
    case = decided(here)
    client.force_login(here.handler.user)
    address, sent = opened_step(client, case, "progress", text="料到了")

    client.post(address, sent)
    again = client.post(address, sent)
    other = client.post(address, {**sent, "text": "开工了"})

    assert again.status_code == 302
    assert other.status_code == 422
    assert "开工了" in other.content.decode()
    fresh = other.context["form"]
    client.post(
        address,
        {
            "version": fresh["version"].value(),
            "key": fresh["key"].value(),
            "text": "开工了",
        },
    )
    assert list(
        case.events.filter(action="progress").values_list("note", flat=True)
    ) == ["料到了", "开工了"]


def test_other_words_are_kept_where_the_step_is_past(client, here):
    case = completed(here)
    client.force_login(here.secretary.user)
    address, sent = opened_step(client, case, "verify", reply="灯修好了")

    client.post(address, sent)
    assert client.post(address, sent).status_code == 302
    late = client.post(address, {**sent, "reply": "换了三盏新灯"})

    assert late.status_code == 409
    assert "换了三盏新灯" in late.content.decode()


def test_other_choices_under_a_key_used_before_are_not_called_done(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)
    address, sent = opened_step(client, case, "accept", category="village")

    client.post(address, {**sent, "grade": "minor"})
    same = client.post(address, {**sent, "grade": "minor"})
    other = client.post(address, {**sent, "grade": "major"})

    assert same.status_code == 302
    assert other.status_code == 409
    typed = {answer.name: answer.words for answer in other.context["typed"]}
    assert typed == {"category": "村里事", "grade": "大事"}
    # what was chosen is read; a box to copy from is for what was typed
    assert "<strong>大事</strong>" in other.text
    assert "<textarea" not in other.text


def test_a_note_emptied_under_a_key_used_before_is_not_called_done(client, here):
    case = accepted(here)
    client.force_login(here.secretary.user)
    address, sent = opened_step(client, case, "escalate", reason="钱不够")

    client.post(address, sent)
    same = client.post(address, sent)
    emptied = client.post(address, {**sent, "reason": ""})

    assert same.status_code == 302
    assert emptied.status_code == 409


def test_a_second_click_is_done_though_the_first_used_up_its_choice(client, here):
    case = spoken(here)
    make_move(
        case,
        Action.MANDATORY_REPORT,
        by=officer(here.secretary),
        at=timezone.now(),
        told="派出所",
        happened="孩子被打，已送邻居家",
    )
    client.force_login(here.secretary.user)
    report = case.mandatory_reports.get()
    address, sent = opened_step(
        client, case, "receipt", report=report.pk, receipt="收字第 7 号"
    )

    first, second = client.post(address, sent), client.post(address, sent)
    other = client.post(address, {**sent, "receipt": "收字第 8 号"})

    assert first.status_code == second.status_code == 302
    assert other.status_code == 409
    assert "收字第 8 号" in other.content.decode()


def test_a_second_click_is_done_though_the_part_ruled_on_is_over(client, here):
    case = decided(here, assistants=[here.member])
    make_move(
        case,
        Action.HAND_BACK,
        by=officer(here.member),
        at=timezone.now(),
        reason="不归我管",
    )
    client.force_login(here.secretary.user)
    part = f"post:{here.member.pk}"
    address, sent = opened_step(
        client, case, "rule_hand_back", part=part, ruling="granted"
    )

    first, second = client.post(address, sent), client.post(address, sent)
    other = client.post(address, {**sent, "reason": "另有人办"})

    assert first.status_code == second.status_code == 302
    assert case.events.filter(action="rule_hand_back").count() == 1
    assert other.status_code == 409
    assert "另有人办" in other.content.decode()


def test_the_lead_reads_what_keeps_it_from_being_reported_done(client, here):
    case = decided(here, handling="joint", assistants=[here.member])
    client.force_login(here.handler.user)
    awaited = f"{here.member.user}还没反馈，反馈了才能交核查"

    address = reverse("cases:act", args=[case.number, "complete"])
    pages = [client.get(case.get_absolute_url()), client.get(address, follow=True)]

    for page in pages:
        assert awaited in page.content.decode()
    client.force_login(here.secretary.user)
    assert awaited not in client.get(case.get_absolute_url()).content.decode()


def test_what_is_pasted_too_long_is_said_and_kept(client, here):
    case = decided(here)
    client.force_login(here.handler.user)
    address, sent = opened_step(client, case, "progress", text="长" * 2001)
    assert "maxlength" not in str(client.get(address).context["form"]["text"])

    answer = client.post(address, sent)

    assert answer.status_code == 422
    assert "长" * 2001 in answer.content.decode()


def test_the_other_matter_is_named_in_any_case_and_width(client, here):
    case, other = accepted(here), accepted(here)
    client.force_login(here.secretary.user)
    address, sent = opened_step(client, case, "merge")

    spelled = {**sent, "into": f" {other.number.lower()} "}

    shown = client.post(address, spelled)
    gone = client.post(address, {**spelled, "confirmed": other.number})

    assert shown.context["other"].case == other
    assert gone.status_code == 302


def test_a_fragment_asked_for_without_a_login_leaves_the_page(client, here):
    address = reverse("cases:act", args=[spoken(here).number, "accept"])
    page = "http://testserver/cases/"

    answer = client.get(address, headers={"HX-Request": "true", "HX-Current-URL": page})

    assert (answer.status_code, "HX-Redirect" in answer) == (401, False)


def opened(client, post, case):
    client.force_login(post.user)
    return client.post(
        reverse("cases:open_phone", args=[case.number]), {"reason": "回访"}
    )


def test_who_calls_back_opens_the_number_as_long_as_the_matter_is_with_them(
    client, here
):
    case = completed(
        here, decided(here, accepted(here, spoken(here, speaker_phone=PHONE)))
    )

    assert opened(client, here.duty, case).status_code == 404
    case = verified(here, case)
    assert case.owner_post == here.duty
    assert PHONE in opened(client, here.duty, case).content.decode()
    assert opened(client, here.member, case).status_code == 404
    assert AuditRecord.objects.get(kind="unmask").user == here.duty.user
    case = rated(here, case)
    assert opened(client, here.duty, case).status_code == 404


@pytest.mark.parametrize("role", ["secretary", "supervisor", "county_supervisor"])
def test_secretary_and_supervisors_open_the_number_at_any_stage(client, here, role):
    case = spoken(here, speaker_phone=PHONE)

    assert PHONE in opened(client, getattr(here, role), case).content.decode()


def test_a_closed_matter_says_who_did_it_how_it_ended_and_how_it_was_rated(
    client, here
):
    case = rated(here)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    assert [item.office for item, _ask, _report in page.context["assignments"]] == [
        here.office
    ]
    assert re.search(r"办理结果</dt>\s*<dd>办好了", page.content.decode())
    assert page.context["timeline"][0].label == "登记评价 · 满意 · 解决 · 电话"


def test_the_timeline_tells_what_was_chosen(client, here):
    case = decided(here)
    until = (NOON + 20 * DAY).date()
    case = make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="缺料",
        until_on=until,
    )
    case = make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
    )
    case = make_move(
        case,
        Action.REGRADE,
        by=officer(here.secretary),
        at=NOON,
        grade="minor",
        reason="小事",
    )
    beside = VillageFactory(town=here.town, name="柳树村")
    case = make_move(
        case, Action.JOIN, by=officer(here.secretary), at=NOON, village=beside
    )
    client.force_login(here.secretary.user)

    labels = [
        line.label for line in client.get(case.get_absolute_url()).context["timeline"]
    ]

    assert labels[0] == "邀请邻村协办 · 柳树村"
    assert labels[1] == "调整等级 · 复杂 → 小事"
    assert labels[2].startswith("审批延期 · 同意 · ")
    assert any(label.endswith(f"干部领办 · {here.office}") for label in labels)


def test_reviewers_see_whom_a_case_concerns_and_everybody_to_whom_it_was_reported(
    client, here
):
    told = {"told": "白关派出所", "told_at": NOON, "receipt": "已记录"}
    told["happened"] = "孩子身上有伤"
    case = make_move(
        accepted(here),
        Action.MANDATORY_REPORT,
        by=officer(here.member),
        at=NOON,
        **told,
    )
    case = make_move(
        case,
        Action.RECUSE,
        by=officer(here.supervisor),
        at=NOON,
        concerns=[here.secretary.user],
    )
    client.force_login(here.reviewer.user)

    page = client.get(case.get_absolute_url())

    assert page.context["concerns"] == [here.secretary.user]
    assert "白关派出所" in page.content.decode()


DANGER = "急：已强制报告"


def reported(here, case):
    values = words(Action.MANDATORY_REPORT, NOON, told="派出所")
    by = officer(here.secretary)
    return make_move(case, Action.MANDATORY_REPORT, by=by, at=NOON, **values)


def test_a_matter_reported_as_dangerous_is_marked_where_it_is_worked_on(client, here):
    case, other = reported(here, accepted(here)), accepted(here)
    client.force_login(here.secretary.user)

    for name in ("cases:home", "cases:list", "cases:queue"):
        rows = client.get(reverse(name)).text.split("<li")
        (marked,) = [row for row in rows if DANGER in row]
        assert case.number in marked, name
    own = client.get(case.get_absolute_url()).text
    assert "急：有危险，3月2日 12:00强制报告过" in own
    assert "急：有危险" not in client.get(other.get_absolute_url()).text


def test_a_closed_matter_is_not_marked_as_dangerous_any_more(client, here):
    case = rated(here, verified(here, completed(here, reported(here, decided(here)))))
    client.force_login(here.secretary.user)

    listed = client.get(reverse("cases:list"), {"stage": "closed"}).text
    own = client.get(case.get_absolute_url()).text

    assert case.number in listed
    assert DANGER not in listed
    assert "急：有危险" not in own


def test_a_secret_row_does_not_say_that_danger_was_reported(client, here):
    case = reported(here, accepted(here, confidentiality="secret"))
    client.force_login(here.supervisor.user)

    page = client.get(reverse("cases:list")).text

    assert case.number in page
    assert DANGER not in page


def test_a_report_names_no_speaker_to_whom_the_speaker_is_hidden(client, here):
    case = accepted(here, spoken(here, confidentiality="hidden"))
    told = {"told": "白关派出所", "told_at": NOON, "receipt": "李建国来电"}
    told["happened"] = "李建国的孩子身上有伤"
    case = make_move(
        case, Action.MANDATORY_REPORT, by=officer(here.member), at=NOON, **told
    )
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url()).content.decode()

    assert "白关派出所" in page
    assert "孩子身上有伤" in page
    assert "李建国" not in page


@pytest.mark.parametrize("action", ["withdraw", "attempt", "call_back"])
def test_no_officer_says_that_it_came_by_the_code(client, here, action):
    cases = {"withdraw": spoken, "attempt": verified, "call_back": rated}
    case = cases[action](here)
    client.force_login(here.duty.user)
    address, sent = opened_step(
        client,
        case,
        action,
        how="code",
        reason="不用办了",
        said_at="2026-03-02T11:00",
        satisfaction="satisfied",
        solved="yes",
    )

    form = client.get(address).context["form"]
    answer = client.post(address, sent)

    assert "code" not in dict(form.fields["how"].choices)
    assert answer.status_code == 422
    assert not case.events.filter(action=action).exists()


def test_what_an_officer_says_when_a_matter_is_taken_back_does_not_stay_empty(
    client, here
):
    case = spoken(here)
    client.force_login(here.duty.user)
    address, sent = opened_step(client, case, "withdraw", reason="")

    page = client.get(address)
    answer = client.post(address, sent)

    asked = ("reason", "how", "said_at")
    assert {name: page.context["form"].fields[name].required for name in asked} == (
        dict.fromkeys(asked, True)
    )
    assert "（可不填）" not in page.content.decode()
    assert set(answer.context["form"].errors) == set(asked)


def test_how_and_when_the_speaker_took_it_back_can_be_read_afterwards(client, here):
    case = spoken(here)
    said = {"reason": "修好了", "how": "call", "said_at": NOON - timedelta(minutes=30)}
    make_move(case, Action.WITHDRAW, by=officer(here.duty), at=NOON, **said)
    client.force_login(here.secretary.user)

    (line, _taken_down) = client.get(case.get_absolute_url()).context["timeline"]

    assert line.label == "替群众撤回 · 电话 · 群众3月2日 11:30说的"
    assert line.note == "修好了"


def test_how_an_answer_came_can_be_read_afterwards(client, here):
    case = verified(here)
    asked = {"how": "visit", "satisfaction": "satisfied", "solved": "yes"}
    make_move(case, Action.RATE, by=officer(here.duty), at=NOON + DAY, **asked)
    client.force_login(here.secretary.user)

    line = client.get(case.get_absolute_url()).context["timeline"][0]

    assert line.label.endswith("满意 · 解决 · 上门")


def test_of_what_speakers_do_themselves_no_way_is_named(client, here):
    case = verified(here)
    said = {"satisfaction": "satisfied", "solved": "yes"}
    make_move(case, Action.RATE, by=Speaker(case, "code"), at=NOON + DAY, **said)
    client.force_login(here.secretary.user)

    line = client.get(case.get_absolute_url()).context["timeline"][0]

    assert line.label.endswith("满意 · 解决")


@pytest.mark.parametrize("phone", ["0939-4421001", ""])
def test_who_works_on_a_matter_is_told_who_reaches_the_speaker(client, here, phone):
    """The number itself is opened by secretary and supervisor alone (domain §3)."""
    TalkRoom.objects.create(village=here.village, place="村委会", phone=phone)
    case = decided(here, accepted(here, spoken(here, speaker_phone=PHONE)))

    client.force_login(here.handler.user)
    at_work = client.get(case.get_absolute_url())
    client.force_login(here.secretary.user)
    by_secretary = client.get(case.get_absolute_url())
    completed(here, case)
    client.force_login(here.handler.user)
    afterwards = client.get(case.get_absolute_url())

    way = f"请打{here.village}说事室的电话：{phone}。"
    if not phone:
        way = f"请找{here.village}说事室。"
    assert f"要联系说事人，{way}" in at_work.text
    assert "显示号码" not in at_work.text
    assert "要联系说事人" not in by_secretary.text
    assert "显示号码" in by_secretary.text
    assert "要联系说事人" not in afterwards.text


@pytest.mark.parametrize("confidentiality", ["hidden", "secret"])
def test_nobody_is_sent_to_a_counter_to_ask_of_a_hidden_speaker(
    client, here, confidentiality
):
    TalkRoom.objects.create(village=here.village, place="村委会", phone="0939-4421001")
    case = spoken(here, speaker_phone=PHONE, confidentiality=confidentiality)
    decided(here, accepted(here, case))
    client.force_login(here.handler.user)

    page = client.get(case.get_absolute_url())

    assert "要联系说事人" not in page.text
    # of a hidden one they write to the page behind the code
    assert ("审核人转问" in page.text) == (confidentiality == "hidden")
    asks_recorder = f"请找{here.duty.user}（登记的）" in page.text
    assert asks_recorder == (confidentiality == "secret")


@pytest.mark.parametrize(
    ("confidentiality", "is_led_to_calls"),
    [("normal", False), ("hidden", False), ("secret", True)],
)
def test_whoever_rings_the_speaker_of_a_secret_matter_is_led_to_the_call(
    client, here, confidentiality, is_led_to_calls
):
    case = spoken(here, speaker_phone=PHONE, confidentiality=confidentiality)
    case = decided(here, accepted(here, case))
    client.force_login(here.handler.user)

    page = client.get(case.get_absolute_url())

    facts = page.text.partition('id="facts"')[2]
    assert (reverse("supervision:calls") in facts) == is_led_to_calls


def test_nobody_is_sent_to_a_recorder_who_may_not_open_the_matter(client, here):
    cadre = roles.duty_officer_of(here.village).user
    case = spoken(
        here, speaker_phone=PHONE, confidentiality="secret", concerns=(cadre,)
    )
    office = here.handler.office
    case = make_move(
        case,
        Action.ACCEPT,
        by=officer(here.reviewer),
        at=NOON,
        category="village",
        grade="complex",
    )
    case = make_move(
        case,
        Action.DECIDE,
        by=officer(here.reviewer),
        at=NOON,
        handling="led",
        decision="查",
        lead=office,
    )
    client.force_login(here.handler.user)

    page = client.get(case.get_absolute_url())

    assert f"请找{here.duty.user}" not in page.text
    assert "有话要问说事人，请找镇上的审核人。" in page.text
