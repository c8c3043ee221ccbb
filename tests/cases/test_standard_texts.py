"""Words kept ready: the first set, what is filled in, what is refused while open, who
edits them.
"""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext

from cases.models import StandardText
from cases.models.standard_text import BRACED, FILLED_IN
from cases.standard_texts import (
    filled_in,
    load_standard_texts,
    places_for_texts,
    ready_for,
)
from cases.workflow import MOVES, Action, Speaker, make_move, read_facts
from cases.workflow.inputs import UNFINISHED, unfinished
from minshi.errors import InputRefused
from tests.api import Api
from tests.cases.roads import NOON, accepted, completed, decided, officer, spoken, staff
from tests.cases.test_case_page import opened_step
from tests.roles import reviewer_of, system_admin
from tests.villages.factories import TownFactory

pytestmark = pytest.mark.django_db
MOVING = {
    Action.REPLY,
    Action.VERIFY,
    Action.DIVERT,
    Action.EXPLAIN,
    Action.SETTLE,
    Action.COMPLETE,
    Action.RETURN,
    Action.DEFER,
    Action.REJECT,
    Action.ASK_EXTENSION,
}


@pytest.fixture
def here():
    return staff()


def text_of(here, **fields):
    values = {
        "action": "reply",
        "input": "reply",
        "title": "正在办",
        "text": "{事项}正在办，【哪天】办完",
        **fields,
    }
    return StandardText.objects.create(**values)


# --- the first set
def test_the_first_set_speaks_for_every_step_that_needs_words_and_fits_its_boxes():
    load_standard_texts()

    texts = list(StandardText.objects.all())
    boxes = {
        (action.value, item.name): item
        for action, move in MOVES.items()
        for item in move.inputs
    }
    assert {(text.action, text.input) for text in texts} <= set(places_for_texts())
    assert {text.action for text in texts} >= MOVING
    for text in texts:
        text.full_clean()
        assert len(text.text) <= boxes[text.action, text.input].max_length
        assert set(BRACED.findall(text.text)) <= set(FILLED_IN)


def test_membership_and_distribution_are_shown_the_way_of_article_56():
    """农村集体经济组织法 56."""
    load_standard_texts()

    (text,) = StandardText.objects.filter(action="divert", text__contains="五十六条")

    steps = ("乡镇人民政府调解", "申请仲裁", "向法院起诉")
    assert sorted(steps, key=text.text.index) == list(steps)


def test_loading_again_adds_nothing_and_leaves_what_was_changed():
    load_standard_texts()
    text = StandardText.objects.filter(action="reply").first()
    StandardText.objects.filter(pk=text.pk).update(text="收到了")
    StandardText.objects.filter(action="reply").exclude(pk=text.pk).delete()

    assert load_standard_texts() == 0

    assert list(
        StandardText.objects.filter(action="reply").values_list("text", flat=True)
    ) == ["收到了"]


# --- filling in
def test_what_the_software_knows_is_filled_in_and_the_rest_is_left_to_the_officer(here):
    case = accepted(here, title="村口路灯坏了")

    text = filled_in("{事项} {编号} {村} {答复日} 【哪天】", read_facts(case, NOON))

    assert text == f"村口路灯坏了 {case.number} {here.village} 3月5日 【哪天】"


def test_a_matter_that_shall_not_be_known_is_not_named_and_a_day_unknown_stays_open(
    here,
):
    hidden, named = (
        accepted(here, confidentiality="hidden"),
        accepted(here, title="李建国家门口"),
    )
    done = completed(here)
    done.promised_on = None

    for case in (hidden, named):
        assert filled_in("{事项}", read_facts(case, NOON)) == gettext("this matter")
    assert filled_in("{答复日}", read_facts(done, NOON)) == "【答复日】"


def test_a_matter_that_is_not_named_stands_in_no_quotation_marks(here):
    named = accepted(here, title="路灯坏了")
    hidden = accepted(here, title="路灯坏了", confidentiality="hidden")

    said = [
        filled_in("您反映的“{事项}”正在办。", read_facts(case, NOON))
        for case in (named, hidden)
    ]

    assert said == ["您反映的“路灯坏了”正在办。", "您反映的这件事正在办。"]


def test_the_own_towns_texts_come_first_and_another_towns_not_at_all(here):
    text_of(here)
    text_of(here, town=here.town, title="本镇的")
    text_of(here, town=TownFactory(), title="外镇的")

    ready = ready_for(read_facts(spoken(here), NOON), Action.REPLY)

    assert [text.title for text in ready["reply"]] == ["本镇的", "正在办"]


# --- what is still open is refused
def test_every_gap_of_a_text_is_named():
    assert unfinished("【谁】在【哪天】办，【谁】去看") == "【谁】、【哪天】"
    assert unfinished("电工在周三办") is None


@pytest.mark.parametrize("words", ["【哪天】办完", "办完了【】"])
def test_words_left_open_are_refused_beside_their_box(here, words):
    case = spoken(here)

    with pytest.raises(InputRefused) as refused:
        make_move(case, Action.REPLY, by=officer(here.duty), at=NOON, reply=words)

    assert set(refused.value.fields) == {"reply"}
    assert UNFINISHED.search(words)[0] in str(refused.value.fields["reply"])
    assert not case.replies.exists()


def test_a_note_beside_the_box_is_looked_at_as_well(here):
    case = decided(here)

    with pytest.raises(InputRefused) as refused:
        make_move(
            case,
            Action.REPLY,
            by=officer(here.handler),
            at=NOON,
            reply="正在办",
            note="【还有什么】",
        )

    assert set(refused.value.fields) == {"note"}


def test_what_a_villager_writes_may_hold_any_brackets(here):
    case = spoken(here)

    make_move(
        case,
        Action.SUPPLEMENT,
        by=Speaker(case, "code"),
        at=NOON,
        text="【微信】又坏了一盏",
    )

    assert case.events.filter(action="supplement").exists()


def test_page_and_api_refuse_them_alike(here):
    case, client = spoken(here), Client()
    client.force_login(here.duty.user)
    address, sent = opened_step(client, case, "reply", reply="【哪天】办完")

    page, answer = (
        client.post(address, sent),
        Api(here.duty).move(case, "reply", reply="【哪天】办完"),
    )

    assert (page.status_code, answer.status_code) == (422, 400)
    assert "【哪天】办完" in page.content.decode()
    assert "把【哪天】换成" in page.content.decode()
    assert list(answer.json()["fields"]) == ["reply"]


# --- choosing one
def test_a_text_is_put_in_below_what_was_typed_and_everything_else_is_kept(
    client, here
):
    case = decided(here, accepted(here, title="路灯"))
    text = text_of(here, action="complete", input="result")
    client.force_login(here.handler.user)
    address, sent = opened_step(
        client, case, "complete", outcome="partly", result="换了两盏", measures="看过"
    )

    answer = client.post(address, {**sent, "use": "result", "ready_result": text.pk})

    form = answer.context["form"]
    assert (answer.status_code, form.is_bound) == (200, False)
    assert form["result"].value() == "换了两盏\n路灯正在办，【哪天】办完"
    assert {
        name: str(form[name].value())
        for name in ("outcome", "measures", "key", "version")
    } == {
        "outcome": "partly",
        "measures": "看过",
        "key": sent["key"],
        "version": str(sent["version"]),
    }
    assert not case.events.filter(action="complete").exists()


@pytest.mark.parametrize("chosen", ["", "x", "999999"])
def test_no_text_chosen_loses_nothing(client, here, chosen):
    case = decided(here)
    client.force_login(here.handler.user)
    address, sent = opened_step(client, case, "progress", text="已看过")

    answer = client.post(address, {**sent, "use": "text", "ready_text": chosen})

    assert answer.context["form"]["text"].value() == "已看过"


def test_whom_and_several_chosen_are_kept_too(client, here):
    case, text = (
        accepted(here),
        text_of(here, action="decide", input="decision", text="就这么办"),
    )
    client.force_login(here.secretary.user)
    chosen = {
        "handling": "joint",
        "lead": f"office:{here.office.pk}",
        "assistants": [f"post:{here.leader.pk}"],
    }
    address, sent = opened_step(client, case, "decide", **chosen)

    page = client.post(address, {**sent, "use": "decision", "ready_decision": text.pk})

    form = page.context["form"]
    assert {name: form[name].value() for name in chosen} == chosen
    assert page.content.decode().count("checked") >= 2
    assert form["decision"].value() == "就这么办"


# --- who edits them
def admin_form(**fields):
    return {
        "place": "reply:reply",
        "title": "新的",
        "text": "{事项}办好了",
        "position": 1,
        "town": "",
        **fields,
    }


def test_a_reviewer_adds_texts_of_the_own_town_alone(client, here):
    client.force_login(here.reviewer.user)
    address = reverse("admin:cases_standardtext_add")

    refused = [
        client.post(address, admin_form(town=town)).status_code
        for town in ("", TownFactory().pk)
    ]
    added = client.post(address, admin_form(town=here.town.pk))

    assert (refused, added.status_code) == ([200, 200], 302)
    text = StandardText.objects.get()
    assert (text.town, text.action, text.input) == (here.town, "reply", "reply")


def test_the_texts_of_all_towns_are_the_administrators(client, here):
    shared, own = text_of(here), text_of(here, town=here.town)
    change = [
        reverse("admin:cases_standardtext_change", args=[text.pk])
        for text in (shared, own)
    ]

    client.force_login(here.reviewer.user)
    looked_at = client.get(change[0]).content.decode()
    answers = [
        client.post(address, admin_form(town=here.town.pk)).status_code
        for address in change
    ]
    client.force_login(system_admin().user)
    by_administrator = client.post(change[0], admin_form()).status_code

    assert "核查" not in looked_at
    assert 'name="text"' not in looked_at
    assert (answers, by_administrator) == ([403, 302], 302)
    shared.refresh_from_db()
    assert shared.title == "新的"


def test_a_text_that_nobody_could_fill_in_and_a_title_given_twice_are_said(
    client, here
):
    text_of(here, town=here.town, title="有了")
    client.force_login(here.reviewer.user)
    address = reverse("admin:cases_standardtext_add")

    unknown = client.post(address, admin_form(town=here.town.pk, text="{张三}办好了"))
    twice = client.post(address, admin_form(town=here.town.pk, title="有了"))

    assert unknown.status_code == twice.status_code == 200
    assert "【张三】" in unknown.content.decode()
    assert StandardText.objects.count() == 1


def test_nobody_else_looks_at_them_in_the_admin(client, here):
    text = text_of(here, town=here.town)
    address = reverse("admin:cases_standardtext_change", args=[text.pk])

    for post in (here.secretary, here.supervisor, reviewer_of(TownFactory())):
        client.force_login(post.user)
        assert client.get(address).status_code in (302, 403)
