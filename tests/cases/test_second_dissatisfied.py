"""A second 不满意 waits for an order: 责令重办 or 解释到位，销号 (domain §3, rate). What its
speaker is told, on every page and over the API, promises neither.
"""

import pytest
from django.urls import reverse

from cases.models import Reply
from cases.templatetags.days import day
from cases.workflow import Action, Speaker, make_move
from supervision.models import Call, Notice, NoticeKind
from supervision.notices.purposes import purpose_of
from supervision.notices.words import words_of
from supervision.telling import tell_events
from tests.api import Api
from tests.cases.roads import (
    DAY,
    NOON,
    completed,
    dissatisfied_twice,
    officer,
    rated,
    staff,
    verified,
    words,
)

NOW = NOON + 4 * DAY  # of the second rating
DECIDED_ABOVE = "交给上面没经手过的人来定：是重新办，还是给您解释清楚。"
BADLY = {"satisfaction": "dissatisfied", "solved": "no", "reason": "又掉漆了"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


@pytest.fixture(autouse=True)
def on_the_day(time_machine):
    time_machine.move_to(NOW, tick=False)


def done_again(here):
    """Rated 不满意 once, done again and answered: in 评, in the second round."""
    case = rated(here, **{**BADLY, "how": "call"})
    case = completed(here, case, at=NOON + 3 * DAY)
    return make_move(
        case,
        Action.VERIFY,
        by=officer(here.secretary),
        at=NOON + 3 * DAY,
        reply="又刷了一遍",
    )


def address_of(case):
    return reverse("cases:track", args=[case.number])


def page_of(client, case):
    return client.get(address_of(case), {"k": case.tracking_code})


def rating_form(client, case):
    """Return what the page's form sends with a bad rating."""
    forms = page_of(client, case).context["forms"]
    form = {offer.action: form for offer, form in forms}[Action.RATE]
    return {
        "k": case.tracking_code,
        "action": "rate",
        "version": form["version"].value(),
        "key": str(form["key"].value()),
        **BADLY,
    }


# --- the answer to the rating
def test_who_is_dissatisfied_once_hears_that_it_is_done_again(client, here):
    case = verified(here)
    sent = rating_form(client, case)

    for _click in range(2):
        page = client.post(address_of(case), sent, follow=True).text
        assert "这件事会重新办，办好了再答复您。" in page


def test_who_is_dissatisfied_twice_hears_who_decides_and_by_when(client, here):
    case = done_again(here)
    sent = rating_form(client, case)

    for _click in range(2):
        page = client.post(address_of(case), sent, follow=True).text
        case.refresh_from_db()
        assert f"{DECIDED_ABOVE}最迟{day(case.promised_on)}答复您。" in page
        assert "会重新办" not in page

    assert case.ratings.count() == 2


def test_a_late_click_is_answered_by_what_holds_now(client, here):
    case = done_again(here)
    sent = rating_form(client, case)
    client.post(address_of(case), sent, follow=True)
    case.refresh_from_db()
    make_move(
        case,
        Action.EXPLAIN,
        by=officer(here.supervisor),
        at=NOW,
        **words(Action.EXPLAIN, NOW),
    )

    page = client.post(address_of(case), sent, follow=True).text

    assert "谢谢您，已经记下" in page
    assert "会重新办" not in page


def test_a_rating_from_an_older_page_hears_that_it_was_rated_already(client, here):
    case = verified(here)
    older = rating_form(client, case)
    client.post(address_of(case), rating_form(client, case), follow=True)

    page = client.post(address_of(case), older).text

    assert "您已经评过了，我们正在接着办。" in page
    assert "办得怎么样：没有交上" in page


# --- the page
def test_the_page_says_that_it_is_being_decided(client, here):
    case = dissatisfied_twice(here)

    page = page_of(client, case).text

    assert "正在定要不要重新办" in page
    assert f"{here.town}政府" in page
    assert "接下来：由上面没经手过这件事的人来定：是重新办，还是给您解释清楚。" in page
    assert f"最迟{day(case.promised_on)}答复您" in page
    assert "正在办" not in page
    assert "有别人去看办得好不好" not in page


def test_the_answer_that_was_rated_badly_is_one_of_before(client, here):
    case = done_again(here)
    by_code = Speaker(case, "code")
    case = make_move(case, Action.RATE, by=by_code, at=NOW, **BADLY)

    told = page_of(client, case).context["told"]

    assert told.reply == ""
    story = [(entry.heading, entry.words) for entry in told.story[-2:]]
    assert story == [
        ("当时给您的答复", "又刷了一遍"),
        ("您的回答：不满意，没解决。这件事已经交给上面定怎么办。", "又掉漆了"),
    ]


def test_what_is_said_to_the_speaker_meanwhile_is_the_answer_that_holds(client, here):
    case = dissatisfied_twice(here)
    Reply.objects.create(
        case=case,
        round=case.round,
        at=NOW + DAY,
        text="我们正在商量",
        post=here.supervisor,
    )

    told = page_of(client, case).context["told"]

    assert told.reply == "我们正在商量"
    answers = [entry for entry in told.story if entry.heading == "当时给您的答复"]
    assert len(answers) == 2, "those of both rounds, rated badly"


@pytest.mark.parametrize(
    ("action", "state"),
    [(Action.REDO, "正在办"), (Action.EXPLAIN, "先办到这里")],
)
def test_once_it_is_decided_the_page_says_what_was(client, here, action, state):
    case = dissatisfied_twice(here)
    by = officer(here.supervisor)
    case = make_move(case, action, by=by, at=NOW + DAY, **words(action, NOW))

    told = page_of(client, case).context["told"]

    assert told.state_in_words == state
    is_explained = action == Action.EXPLAIN
    assert told.reply == ("明年统一改造" if is_explained else "")
    answers = [entry for entry in told.story if entry.heading == "当时给您的答复"]
    assert len(answers) == 2


# --- the same elsewhere
def test_a_preview_over_the_api_tells_the_same(here):
    case = dissatisfied_twice(here)
    path = f"cases/{case.number}/moves/reply/preview/"
    body = {"action": "reply", "version": case.version, "reply": "我们正在商量"}

    told = Api(here.supervisor).post(path, body).json()

    assert told["state"] == 4
    assert told["state_in_words"] == "正在定要不要重新办"
    assert told["promise"] == f"最迟{day(case.promised_on)}答复您。"


def test_whom_it_comes_to_is_asked_for_an_order_and_not_for_a_check(here):
    dissatisfied_twice(here)

    tell_events(NOW)

    notices = Notice.objects.filter(
        recipient=here.supervisor.user, kind=NoticeKind.YOURS
    )
    (notice,) = notices
    assert words_of(notice) == (
        "到您这里了：群众再次不满意，请责令重办，或者解释到位后销号。"
    )


def test_a_call_asked_for_before_tells_what_holds_now(here):
    case = dissatisfied_twice(here)
    first = case.events.filter(action=Action.RATE).earliest("sequence")
    call = Call(case=case, event=first, kind=NoticeKind.PROMISED, asked_at=NOW)

    told = purpose_of(call, {})

    assert told == f"他说还是没办好，已经交给上面过问，最迟{day(case.promised_on)}答复"
