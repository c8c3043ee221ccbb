"""The receipt and the tracking page behind its code: what the speaker sees and does
without a login.
"""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.workflow import Action, Speaker, make_move
from minshi.text import PLACEHOLDER
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

WRONG = "ABCDEFGHJK"
pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


@pytest.fixture(autouse=True)
def _no_wrong_codes_from_before():
    cache.clear()


def test_the_speaker_is_not_asked_how_they_told_us(client, here):
    case = verified(here)

    page = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    ).content.decode()

    assert 'name="satisfaction"' in page
    assert 'name="how"' not in page
    assert "李建国" not in page


def test_a_wrong_code_shows_nothing_and_ten_of_them_shut_the_door(client, here):
    case = spoken(here)
    address = reverse("cases:track", args=[case.number])

    for _ in range(10):
        assert client.get(address, {"k": WRONG}).status_code == 404

    assert client.get(address, {"k": case.tracking_code}).status_code == 429


def test_what_cannot_be_a_code_is_no_try(client, here):
    case = spoken(here)
    address = reverse("cases:track", args=[case.number])

    for typed in ("", "WRONG", "我的码", case.tracking_code[:-1]) * 5:
        assert client.get(address, {"k": typed}).status_code in (200, 404)

    assert client.get(address, {"k": case.tracking_code}).status_code == 200


@pytest.mark.parametrize("number", ["{n}", "{lower}", "编号{n}", "{bare}"])
def test_ten_tries_are_counted_together_however_the_number_is_written(
    client, here, number
):
    case = spoken(here)
    spelled = number.format(
        n=case.number, lower=case.number.lower(), bare=case.number.replace("-", "")
    )
    for _ in range(10):
        client.get(reverse("cases:track", args=[case.number]), {"k": WRONG})

    tenth = client.get(
        reverse("cases:track", args=[spelled]), {"k": case.tracking_code}
    )

    assert tenth.status_code == 429


@pytest.mark.parametrize("spelling", ["{lower}", "{gaps}", "{wide}", "{dashes}"])
def test_a_code_is_taken_in_every_spelling(client, here, spelling):
    case = spoken(here)
    code = case.tracking_code
    spelled = spelling.format(
        lower=code.lower(),
        gaps=f"{code[:5]} {code[5:]}",
        wide="".join(chr(ord(sign) + 0xFEE0) for sign in code),
        dashes=f"{code[:4]}—{code[4:]}",
    )

    page = client.get(reverse("cases:track", args=[case.number]), {"k": spelled})

    assert page.status_code == 200


def test_a_merged_speaker_follows_their_own_code_and_may_not_take_the_other_matter_back(
    client, here
):
    first, second, third = spoken(here), spoken(here), spoken(here)
    for case, into in ((first, second), (second, third)):
        make_move(case, Action.MERGE, by=officer(here.secretary), at=NOON, into=into)

    page = client.get(
        reverse("cases:track", args=[first.number]), {"k": first.tracking_code}
    )

    assert page.context["case"] == third
    assert third.tracking_code not in page.content.decode()
    assert {offer.action for offer, _form in page.context["forms"]} == {
        "urge",
        "supplement",
    }


@pytest.mark.parametrize(
    "typed", ["{}", " {} ", "{lower}", "{wide}", "编号：{}", "{bare}", "{dashes}"]
)
def test_a_receipt_without_a_scanner_is_typed_in(client, here, typed):
    case = spoken(here)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in case.number)
    number = typed.format(
        case.number,
        lower=case.number.lower(),
        wide=wide,
        bare=case.number.replace("-", ""),
        dashes=case.number.replace("-", "—"),
    )

    page = client.get(
        reverse("cases:track_any"),
        {"number": number, "k": case.tracking_code.lower()},
        follow=True,
    )

    assert page.context["case"] == case


def test_a_number_of_nothing_is_asked_again(client, here):
    address = reverse("cases:track_any")

    assert client.get(address).status_code == 200
    assert client.get(address, {"number": " /", "k": "X"}).status_code == 200
    assert (
        client.get(
            address, {"number": "XX-2026-0001", "k": "X"}, follow=True
        ).status_code
        == 404
    )


def test_wrong_codes_from_elsewhere_shut_nobody_out(client, here, settings):
    settings.PROXY_COUNT = 1
    case = spoken(here)
    address = reverse("cases:track", args=[case.number])
    for _ in range(11):
        client.get(address, {"k": WRONG}, headers={"x-forwarded-for": "6.6.6.6"})

    answer = client.get(
        address, {"k": case.tracking_code}, headers={"x-forwarded-for": "9.9.9.9"}
    )

    assert answer.status_code == 200


@pytest.fixture
def on_the_day(settings):
    """Let the pages read the day on which the matters here are taken down."""
    settings.CLOCK_AHEAD = (NOON.date() - timezone.localdate()).days


def test_a_day_promised_that_is_over_is_no_promise_any_more(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)

    for address in (
        reverse("cases:receipt", args=[case.number]),
        f"{reverse('cases:track', args=[case.number])}?k={case.tracking_code}",
    ):
        shown = client.get(address).content.decode()
        assert "前告诉您收没收下，现在晚了，正在催办。" in shown
        assert "前告诉您收没收下。" not in shown


def test_what_was_solved_in_part_is_not_called_done(client, here):
    case = verified(here)
    case = rated(here, case, satisfaction="mostly", solved="partly")

    page = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    ).content.decode()

    assert "先办到这里" in page
    assert "办完了" not in page


def test_the_villagers_buttons_hand_in_and_ask_in_their_words(client, here):
    case = rated(here, at=timezone.now())

    page = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    ).content.decode()

    buttons = re.findall(r'<button class="btn btn-primary mt-2">(.+?)</button>', page)
    assert len(buttons) == page.count('name="action"')
    assert len(set(buttons)) == len(buttons)
    assert "哪里没办好" in page


def test_who_lost_the_receipt_is_told_where_to_ask(client):
    assert "回执丢了" in client.get(reverse("cases:track_any")).content.decode()


@pytest.mark.usefixtures("on_the_day")
def test_the_day_promised_goes_once_the_answer_was_given(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)
    receipt, tracking = (
        reverse("cases:receipt", args=[case.number]),
        reverse("cases:track", args=[case.number]),
    )

    promise = "前告诉您收没收下"
    assert promise in client.get(receipt).content.decode()
    assert promise in client.get(tracking, {"k": case.tracking_code}).content.decode()

    verified(here, completed(here, decided(here, accepted(here, case))))
    for address in (
        receipt,
        case.get_absolute_url(),
        f"{tracking}?k={case.tracking_code}",
    ):
        shown = client.get(address).content.decode()
        assert promise not in shown
        assert "最迟" not in shown


def test_a_villager_sees_that_hurrying_was_noted_and_what_they_answered_and_so_does_the_officer(
    client, here
):
    case = decided(here)
    address = reverse("cases:track", args=[case.number])
    page = client.get(address, {"k": case.tracking_code})
    form = next(form for offer, form in page.context["forms"] if offer.action == "urge")
    sent = {
        "k": case.tracking_code,
        "action": "urge",
        "version": case.version,
        "key": str(form["key"].value()),
    }

    assert "催过" in client.post(address, sent, follow=True).content.decode()

    client.force_login(here.handler.user)
    assert client.get(case.get_absolute_url()).context["urged_at"]
    case.refresh_from_db()
    later = case.last_event_at
    case = completed(here, case, at=later)
    rated(here, verified(here, case, at=later), at=later)
    closed = client.get(address, {"k": case.tracking_code}).content.decode()
    assert "催过" not in closed
    assert "您的回答：满意，解决" in closed


def test_both_sides_read_of_hurrying_also_when_it_is_done_again(client, here):
    case = decided(here)
    case = make_move(case, Action.URGE, by=Speaker(case, "code"), at=NOON)
    badly = {"satisfaction": "dissatisfied", "solved": "no", "reason": "没修"}
    case = rated(here, verified(here, completed(here, case)), **badly)

    address = reverse("cases:track", args=[case.number])
    speakers = client.get(address, {"k": case.tracking_code}).content.decode()
    client.force_login(here.handler.user)
    officers = client.get(case.get_absolute_url()).content.decode()

    assert case.round == 2
    assert "催过，经办的人看得到" in speakers
    assert "催过这件事" in officers


def test_after_a_merge_nobody_is_said_to_see_that_the_speaker_asked_to_hurry(
    client, here
):
    own, other = accepted(here), accepted(here)
    own = make_move(own, Action.URGE, by=Speaker(own, "code"), at=NOON)
    make_move(own, Action.MERGE, by=officer(here.secretary), at=NOON, into=other)

    address = reverse("cases:track", args=[own.number])
    speakers = client.get(address, {"k": own.tracking_code}).content.decode()
    client.force_login(here.secretary.user)
    officers = client.get(other.get_absolute_url()).content.decode()

    assert "催过这件事" not in officers
    assert "催过，经办的人看得到" not in speakers


def test_the_speaker_is_asked_as_the_speaker_after_a_mistake_too(client, here):
    case = verified(here)
    address = reverse("cases:track", args=[case.number])
    form = client.get(address, {"k": case.tracking_code}).context["forms"][0][1]
    sent = {
        "k": case.tracking_code,
        "action": "rate",
        "version": case.version,
        "key": str(form["key"].value()),
    }

    page = client.post(address, {**sent, "solved": "yes"}).content.decode()

    assert "您满意吗？" in page
    assert "群众满意吗" not in page


def test_whoever_is_dissatisfied_learns_of_all_that_is_missing_at_once(client, here):
    case = verified(here)
    address = reverse("cases:track", args=[case.number])
    form = client.get(address, {"k": case.tracking_code}).context["forms"][0][1]
    sent = {
        "k": case.tracking_code,
        "action": "rate",
        "version": case.version,
        "key": str(form["key"].value()),
        "satisfaction": "dissatisfied",
    }

    page = client.post(address, sent)

    [(_offer, refused)] = page.context["forms"][:1]
    assert set(refused.errors) == {"solved", "reason"}


@pytest.mark.parametrize("key", ["", "nothing", "5f0c9f3e-3a55-4a53-9b1c-0d7d4f6f1f11"])
def test_nobody_is_thanked_for_what_was_never_noted(client, here, key):
    case = decided(here)
    sent = {"k": case.tracking_code, "action": "rate", "version": case.version}

    page = client.post(
        reverse("cases:track", args=[case.number]), {**sent, "key": key}, follow=True
    ).content.decode()

    assert "现在不能这样办了" in page
    assert "谢谢" not in page


def test_who_handles_a_matter_gets_no_code_that_speaks_for_the_villager(client, here):
    case = decided(here)
    client.force_login(here.handler.user)

    assert client.get(reverse("cases:receipt", args=[case.number])).status_code == 404
    assert (
        reverse("cases:receipt", args=[case.number])
        not in client.get(case.get_absolute_url()).content.decode()
    )


def opened(client, case, action):
    """The tracking page's address, and what the form of a step on it sends."""
    address = reverse("cases:track", args=[case.number])
    page = client.get(address, {"k": case.tracking_code})
    form = {offer.action: form for offer, form in page.context["forms"]}[action]
    return address, {
        "k": case.tracking_code,
        "action": action,
        "version": form["version"].value(),
        "key": str(form["key"].value()),
    }


def test_a_second_click_on_a_rating_is_thanked_as_the_first(client, here):
    case = verified(here)
    address, form = opened(client, case, "rate")
    sent = {**form, "satisfaction": "satisfied", "solved": "yes"}

    for _click in range(2):
        page = client.post(address, sent, follow=True).content.decode()
        assert "谢谢您，已经记下" in page

    assert case.events.filter(action="rate").count() == 1


def test_a_rating_changed_under_the_same_key_is_refused_and_shown(client, here):
    case = verified(here)
    address, form = opened(client, case, "rate")
    client.post(address, {**form, "satisfaction": "satisfied", "solved": "yes"})
    client.get(address, {"k": case.tracking_code})

    changed = {"satisfaction": "dissatisfied", "solved": "no", "reason": "灯又灭了"}
    answer = client.post(address, {**form, **changed, "how": "call"})
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "谢谢" not in page.split("</h2>")[0]
    assert "没有交上" in page
    assert "您已经评过了" in page
    assert "您满意吗？" in page
    assert [typed.words for typed in answer.context["late"]["typed"]] == [
        "不满意",
        "没解决",
        "灯又灭了",
    ]
    assert "灯又灭了" in page


def test_other_words_under_a_key_used_before_can_be_sent_again(client, here):
    case = decided(here)
    address, form = opened(client, case, "supplement")
    client.post(address, {**form, "text": "还有一盏"})

    other = client.post(address, {**form, "text": "还有两盏"})
    shown = {offer.action: form for offer, form in other.context["forms"]}
    fresh = str(shown["supplement"]["key"].value())
    again = client.post(address, {**form, "key": fresh, "text": "还有两盏"})

    assert other.status_code == 422
    assert "还有两盏" in other.content.decode()
    assert again.status_code == 302
    assert case.events.filter(action="supplement").count() == 2


def test_words_typed_for_a_matter_that_closed_meanwhile_are_shown_to_copy(client, here):
    case = verified(here)
    address, form = opened(client, case, "supplement")
    rated(here, case)

    answer = client.post(address, {**form, "text": "巷子里还有一盏没修"})
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "现在不能这样办了" in page
    assert "巷子里还有一盏没修" in page
    assert not case.events.filter(action="supplement").exists()


def test_no_step_of_officers_is_answered_on_the_tracking_page(client, here):
    case = decided(here)
    address, form = opened(client, case, "supplement")

    answer = client.post(address, {**form, "action": "void", "reason": "点错了"})

    assert answer.status_code == 302
    assert not case.events.filter(action="void").exists()


@pytest.mark.parametrize(
    "number",
    [
        "110105491231002",
        "110105 491231 002",
        "110105-491231-002",
        "１１０１０５４９１２３１００２",
        "110105194912310021",
        "110105 19491231 0021",
        "110105-1949-1231-0021",
    ],
)
def test_a_reply_shows_nobodys_identity_number_in_any_spelling(client, here, number):
    case = completed(here, decided(here, accepted(here, spoken(here))))
    make_move(
        case,
        Action.VERIFY,
        by=officer(here.secretary),
        at=NOON + DAY,
        reply=f"已替身份证号{number}的老人交了1,200元，2026-03-02 办好",
    )
    case.refresh_from_db()

    url = reverse("cases:track", args=[case.number])
    page = client.get(url, {"k": case.tracking_code})

    assert page.context["told"].reply == (
        f"已替身份证号{PLACEHOLDER}的老人交了1,200元，2026-03-02 办好"
    )


@pytest.mark.parametrize(
    ("number", "typed", "words"),
    [
        ("{n}", "12345678901", "查询码是12位数字，您输了11位。"),
        ("{n}", "1234 5678 9012 3", "查询码是12位数字，您输了13位。"),
        ("{n}", "000000000000", "编号和查询码对不上"),
        ("XX-2026-0001", "000000000000", "编号和查询码对不上"),
        ("0183", "123456789012", "编号要写全，例如 BG-2026-0183。"),
    ],
)
def test_what_is_typed_wrongly_is_said_and_stays(client, here, number, typed, words):
    case = spoken(here)
    query = {"number": number.format(n=case.number), "k": typed}

    page = client.get(reverse("cases:track_any"), query, follow=True)

    assert page.status_code == 404
    assert words in page.text
    assert f'value="{typed}"' in page.text


def test_a_letter_that_looks_like_a_digit_is_read_as_one(client, here):
    case = spoken(here)
    Case.objects.filter(pk=case.pk).update(tracking_code="100123456780")
    address = reverse("cases:track", args=[case.number])

    for typed in ("lOO1 2345 678O", "Ioo123456780"):
        assert client.get(address, {"k": typed}).status_code == 200


def test_where_a_script_goes_on_is_stored_by_no_browser(client, here):
    case = spoken(here)
    address = reverse("cases:track", args=[case.number])
    page = client.get(address, {"k": case.tracking_code})
    urge = next(form for offer, form in page.context["forms"] if offer.action == "urge")
    form = {"action": "urge", "k": case.tracking_code}
    form |= {field.html_name: field.value() or "" for field in urge}

    answer = client.post(address, form, headers={"Accept": "application/json"})

    assert case.number in answer.json()["go"]
    assert answer["Cache-Control"] == "no-store"
