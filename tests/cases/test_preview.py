"""What the speaker will read, shown before it is sent; the draft of one reply; who may
read a secret case.
"""

import gzip

import pytest
from django.urls import reverse

from cases.models import Reply
from cases.workflow import (
    Action,
    System,
    make_move,
    merged_reply,
    read_facts,
    readers_of,
)
from cases.workflow.moves import MOVES
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    people_of,
    rated,
    spoken,
    staff,
    verified,
)
from tests.cases.test_case_page import opened_step

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON + DAY, tick=False)


@pytest.fixture
def here():
    return staff()


def previewed(client, case, action, **words):
    return client.post(
        reverse("cases:preview", args=[case.number, action]),
        {"version": case.version, **words},
    )


def form_of(client, case, action, **words):
    _address, sent = opened_step(client, case, action, **words)
    return previewed(client, case, action, **sent)


# --- the preview
@pytest.mark.parametrize(
    ("action", "words", "shown"),
    [
        (
            "settle",
            {"category": "village", "result": "当场换了灯泡"},
            ("当场换了灯泡", "请您评一评"),
        ),
        ("reply", {"reply": "正在问电管站"}, ("正在问电管站", "告诉您收没收下")),
        (
            "accept",
            {"category": "village", "grade": "minor"},
            ("正在商量怎么办", "3月6日"),
        ),
        ("divert", {"route": "法院", "told": "请去法院立案"}, ("请去法院立案",)),
    ],
)
def test_it_says_what_the_tracking_page_says_once_the_step_is_taken(
    client, here, action, words, shown
):
    case = spoken(here)
    post = here.secretary if action == "divert" else here.duty
    client.force_login(post.user)

    before = form_of(client, case, action, **words)
    told = before.context["told"]
    make_move(case, Action(action), by=officer(post), at=NOON + DAY, **words)
    after = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    )

    assert after.context["told"] == told
    for text in shown:
        assert text in before.content.decode()


def test_nothing_of_it_stays(client, here):
    case = completed(here)
    client.force_login(here.secretary.user)
    before = (case.version, case.event_count, case.event_hash)

    answer = form_of(client, case, "verify", reply="灯修好了")

    case.refresh_from_db()
    assert "灯修好了" in answer.content.decode()
    assert (case.version, case.event_count, case.event_hash, case.stage) == (
        *before,
        "supervise",
    )
    assert not Reply.objects.exists()
    assert case.clocks.filter(stopped_at=None).count() == 1


def test_a_decision_shows_the_day_it_promises_and_not_its_words(client, here):
    case = accepted(here)
    client.force_login(here.secretary.user)
    chosen = {
        "handling": "led",
        "decision": "换两盏灯",
        "lead": f"office:{here.office.pk}",
    }

    answer = form_of(client, case, "decide", **chosen)

    decided(here, case)
    case.refresh_from_db()
    assert answer.context["told"].reply_by > case.registered_at.date()
    assert "换两盏灯" not in answer.content.decode()


def test_while_something_is_open_the_words_are_shown_and_what_is_missing_named(
    client, here
):
    case = spoken(here)
    client.force_login(here.duty.user)

    answer = form_of(client, case, "settle", result="换了灯泡，李建国看过了")

    text = answer.content.decode()
    assert "换了灯泡，［…］看过了" in text
    assert "李建国" not in text
    assert "还没填完：哪类事" in text
    assert "收到了" not in text, "the state is that of now, not of the step"


def test_a_refusal_is_no_word_to_the_speaker(client, here):
    case = completed(here)
    client.force_login(here.secretary.user)

    answer = form_of(client, case, "verify", reply="【哪天】修好的")

    text = answer.content.decode()
    assert "先改好上面填的" in text
    assert "【哪天】修好的" in text
    assert "请把【哪天】换成您自己的话" not in text
    assert "请您评一评" not in text


def test_a_day_beyond_the_rule_is_refused_in_the_form_and_not_in_the_preview(
    client, here
):
    case = accepted(here)
    client.force_login(here.secretary.user)
    chosen = {
        "handling": "led",
        "decision": "换两盏灯",
        "lead": f"office:{here.office.pk}",
        "due_on": "2027-01-01",
    }

    answer = form_of(client, case, "decide", **chosen)

    text = answer.content.decode()
    assert "按规定最迟到" not in text
    assert "先改好上面填的" in text


def test_a_fragment_is_small_and_kept_by_nobody(client, here):
    case = completed(here)
    client.force_login(here.secretary.user)

    answer = form_of(client, case, "verify", reply="很长的答复" * 300)

    assert len(gzip.compress(answer.content)) <= 6 * 1024
    assert answer["Cache-Control"] == "no-store"
    assert "<html" not in answer.content.decode()


def test_a_step_that_is_not_open_shows_nothing_and_one_that_does_not_exist_is_not_found(
    client, here
):
    case = spoken(here)
    client.force_login(here.secretary.user)

    assert previewed(client, case, "verify", reply="灯修好了").content.strip() == b""
    assert previewed(client, case, "fly").status_code == 404
    assert (
        previewed(logged_in(staff().secretary), case, "reply", reply="x").status_code
        == 404
    )


def test_without_javascript_a_button_shows_it_and_keeps_what_was_typed(client, here):
    case = completed(here)
    client.force_login(here.secretary.user)
    address, sent = opened_step(client, case, "verify", reply="灯修好了")

    page = client.post(address, {**sent, "look": "1"})

    assert (page.status_code, page.context["form"].is_bound) == (200, False)
    assert page.context["form"]["reply"].value() == "灯修好了"
    assert page.context["preview"]["told"].reply == "灯修好了"
    assert str(page.context["form"]["key"].value()) == sent["key"]
    assert not case.events.filter(action="verify").exists()


def test_every_step_that_writes_to_the_speaker_shows_it_first(client, here):
    telling = {action for action, move in MOVES.items() if move.informs_speaker}
    assert telling >= {
        Action.ACCEPT,
        Action.DECIDE,
        Action.VERIFY,
        Action.REPLY,
        Action.DIVERT,
        Action.EXPLAIN,
        Action.SETTLE,
    }
    case = spoken(here)
    client.force_login(here.duty.user)

    for action in ("accept", "amend"):
        page = client.get(
            reverse("cases:act", args=[case.number, action])
        ).content.decode()
        assert (reverse("cases:preview", args=[case.number, action]) in page) is (
            action in telling
        )


def test_a_preview_costs_a_bounded_number_of_queries(
    client, here, django_assert_max_num_queries
):
    case = completed(here)
    client.force_login(here.secretary.user)
    _address, sent = opened_step(client, case, "verify", reply="灯修好了")

    with django_assert_max_num_queries(
        38
    ):  # the step's page, and the move taken and taken back
        previewed(client, case, "verify", **sent)


# --- the tracking page
def test_a_reply_while_it_is_worked_on_is_read_on_the_tracking_page(client, here):
    case = make_move(
        decided(here),
        Action.REPLY,
        by=officer(here.handler),
        at=NOON,
        reply="料到了就换",
    )

    page = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    ).content.decode()

    assert "料到了就换" in page


def test_the_reply_of_an_earlier_round_is_not_shown_as_the_answer_to_a_new_one(
    client, here
):
    case = rated(here, satisfaction="dissatisfied", solved="no", reason="又坏了")

    page = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    ).content.decode()

    assert case.round == 2
    assert "<h2>给您的答复" not in page
    assert page.index("当时给您的答复") < page.index("灯修好了")


# --- one reply after joint handling
def joint(here, *taken_up):
    case = decided(
        here, *taken_up, handling="joint", assistants=[here.leader, here.member]
    )
    case = make_move(
        case,
        Action.REPORT,
        by=officer(here.leader),
        at=NOON,
        result="李建国家门口的线接好了",
    )
    case = make_move(
        case,
        Action.WAIVE,
        by=officer(here.handler),
        at=NOON,
        holder=here.member,
        reason="不用",
    )
    return completed(here, case)


def test_the_reply_starts_with_what_each_of_them_did(here):
    case = joint(here)

    form = (
        logged_in(here.secretary)
        .get(reverse("cases:act", args=[case.number, "verify"]))
        .context["form"]
    )

    lines = form["reply"].value().splitlines()
    assert lines[1:] == [
        f"{here.office}：换了蓄电池",
        f"{here.leader.user}：您家门口的线接好了",
    ]
    assert 'data-draft="1"' in str(form["reply"])


def test_a_draft_says_that_what_is_blanked_in_it_is_worded_anew(here):
    """A hidden name stays blanked: 您 would tell its reader who was named."""
    case = joint(here, accepted(here, confidentiality="hidden"))

    address = reverse("cases:act", args=[case.number, "verify"])
    form = logged_in(here.secretary).get(address).context["form"]

    assert "［…］家门口的线接好了" in form["reply"].value()
    assert "［…］处隐去了" in form["reply"].help_text


def test_what_the_officer_makes_of_the_draft_is_sent_and_kept_on_an_error(client, here):
    case = joint(here)
    client.force_login(here.secretary.user)
    address, sent = opened_step(client, case, "verify", reply="")

    empty = client.post(address, sent)
    client.post(address, {**sent, "reply": "都修好了"})

    assert empty.status_code == 422
    assert empty.context["form"]["reply"].value() == ""
    assert case.replies.get().text == "都修好了"


@pytest.mark.parametrize("reported", [True, False])
def test_one_alone_has_no_draft(here, reported):
    case = (
        decided(here, handling="joint", assistants=[here.leader])
        if reported
        else decided(here)
    )
    if reported:
        case = make_move(
            case,
            Action.WAIVE,
            by=officer(here.handler),
            at=NOON,
            holder=here.leader,
            reason="不用",
        )

    assert merged_reply(read_facts(completed(here, case), NOON)) == ""


# --- who may read a secret case
def test_a_secret_case_says_who_is_named_and_why(here):
    case = decided(
        here,
        accepted(here, confidentiality="secret"),
        handling="joint",
        assistants=[here.leader],
    )

    readers = {
        reader.post: set(map(str, reader.why))
        for reader in readers_of(read_facts(case, NOON))
    }
    pages = {
        post: logged_in(post).get(case.get_absolute_url()) for post in people_of(here)
    }

    assert readers == {
        here.duty: {"登记人"},
        here.secretary: {"本村支书"},
        here.reviewer: {"本级审核人"},
        here.handler: {"当前承办", "主办"},
        here.leader: {"协办"},
    }
    assert {post for post, page in pages.items() if page.status_code == 200} == set(
        readers
    )
    for post in readers:
        text = pages[post].content.decode()
        assert "可查看的人员" in text
        assert all(str(reader.user) in text for reader in readers)


def test_whoever_has_returned_it_or_is_concerned_is_on_the_list_no_more(here):
    case = decided(here, accepted(here, confidentiality="secret"))
    case = make_move(
        case, Action.RETURN, by=officer(here.handler), at=NOON, reason="不归我们管"
    )
    case = make_move(
        case,
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.secretary.user],
    )

    named = {reader.post for reader in readers_of(read_facts(case, NOON))}

    assert not named & {here.handler, here.secretary, here.duty}
    assert here.reviewer in named


def test_no_other_case_has_such_a_list(here):
    case = verified(here)

    page = logged_in(here.secretary).get(case.get_absolute_url())

    assert page.context["readers"] == []
    assert "可查看的人员" not in page.content.decode()


def test_the_row_of_a_secret_case_stays_redacted_for_an_overseer_who_is_not_named(here):
    case = decided(here, accepted(here, confidentiality="secret"))
    client = logged_in(here.supervisor)

    page = client.get(reverse("cases:list")).content.decode()

    assert "保密事项" in page
    assert case.title not in page
    assert str(here.handler.user) not in page
    assert client.get(case.get_absolute_url()).status_code == 404


def test_the_page_of_a_secret_case_costs_two_queries_more_than_any_other(
    here, django_assert_max_num_queries
):
    case = decided(
        here,
        accepted(here, confidentiality="secret"),
        handling="joint",
        assistants=[here.leader],
    )
    client = logged_in(here.secretary)

    # who is named, and the trace that reading it leaves
    with django_assert_max_num_queries(16):
        client.get(case.get_absolute_url())


# --- the state follows the result
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("done", "办好了，请您评一评"),
        ("partly", "办了一部分，请您评一评"),
        ("explained", "这件事现在办不了，原因见下，请您评一评"),
        ("redirected", "这件事要到别处办，去哪里见下，请您评一评"),
    ],
)
def test_whoever_is_asked_to_rate_reads_how_it_came_out(client, here, outcome, state):
    case = make_move(
        decided(here),
        Action.COMPLETE,
        by=officer(here.handler),
        at=NOON + DAY,
        outcome=outcome,
        result="看过了",
    )
    client.force_login(here.secretary.user)

    before = form_of(client, case, "verify", reply="看过了")
    verified(here, case)
    after = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    )

    assert before.context["told"].state_in_words == state
    assert after.context["told"].state_in_words == state
    assert f"{state}。" in before.content.decode()
    assert state in after.content.decode()


def test_what_cannot_be_done_and_nobody_rated_is_not_called_done(client, here):
    case = make_move(
        decided(here),
        Action.COMPLETE,
        by=officer(here.handler),
        at=NOON + DAY,
        outcome="explained",
        result="林地不能占",
    )
    case = verified(here, case)
    case = make_move(case, Action.CLOSE_UNRATED, by=System("rest"), at=NOON + 40 * DAY)

    page = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    )

    assert page.context["told"].state_in_words == "先办到这里"


def test_what_goes_to_another_place_is_not_called_done(client, here):
    case = make_move(
        spoken(here),
        Action.DIVERT,
        by=officer(here.secretary),
        at=NOON,
        route="法院",
        told="请去法院立案",
    )

    page = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    )

    assert page.context["told"].state_in_words == "这件事到别处办"


def test_a_form_that_comes_back_shows_what_the_speaker_would_read(client, here):
    case = decided(here)
    completed(here, case)
    address = reverse("cases:act", args=[case.number, "verify"])
    client.force_login(here.secretary.user)
    form = client.get(address).context["form"]
    sent = {name: form[name].value() for name in ("version", "key")}

    answer = client.post(address, {**sent, "reply": "灯" * 6000})

    assert answer.status_code == 422
    assert answer.context["preview"]["left"]
    assert '<div id="preview" aria-live="polite"></div>' not in answer.text
