"""还有话说: what a speaker says once a matter is closed, its day and its answer."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from cases.models import Afterword, Case, CaseRevision, Clock
from cases.models.choices import Light
from cases.speaking.afterwords import AfterwordTold
from cases.workflow import Action, Officer, Speaker, make_move
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from tests.api import Api
from tests.cases.ledger_desk import page
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

pytestmark = pytest.mark.django_db
LATER = NOON + 7 * DAY  # a Monday again


@pytest.fixture
def here():
    return staff()


@pytest.fixture(autouse=True)
def _later(time_machine):
    time_machine.move_to(LATER, tick=False)


def said(case, text="灯亮了，可是太暗", at=LATER):
    return make_move(case, Action.AFTERWORD, by=Speaker(case, "code"), at=at, text=text)


def answered(here, case, at=LATER + DAY):
    return make_move(
        case,
        Action.ANSWER_AFTERWORD,
        by=officer(here.duty),
        at=at,
        reply="月底换成亮一点的",
    )


def test_it_stands_on_the_desk_of_whoever_is_on_duty_for_three_working_days(here):
    case = said(rated(here))

    word = Afterword.objects.get(case=case)
    assert word.owner == here.duty
    assert workdays.last_day_of(word.due_at) == LATER.date() + 3 * DAY
    assert word.light(LATER) == Light.GREEN
    assert word.light(word.due_at) == Light.RED


def test_the_closed_matter_gets_no_clock_and_no_owner(here):
    case = said(rated(here))

    assert case.stage == "closed"
    assert case.due_at is None
    assert case.owner_post is None
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()


def test_a_second_word_joins_the_one_that_waits(here):
    case = said(rated(here))
    first = Afterword.objects.get()

    said(case, "还有一盏不亮", LATER + DAY)

    assert Afterword.objects.get() == first
    assert Afterword.objects.get().due_at == first.due_at
    assert case.events.filter(action="afterword").count() == 2


def test_another_one_after_the_answer_begins_anew(here):
    case = answered(here, said(rated(here)))

    said(case, at=LATER + 2 * DAY)

    assert list(Afterword.objects.values_list("end", flat=True)) == ["answered", ""]


def test_the_length_is_the_towns(here, settings):
    settings.DEADLINES = {**settings.DEADLINES, "afterword": "4c"}

    said(rated(here))

    assert Afterword.objects.get().due_on == LATER.date() + 4 * DAY


def test_whoever_handled_it_does_not_answer(here):
    case = decided(here, lead=here.duty)
    case = completed(here, case, here.duty)
    case = verified(here, case)
    rating = {"satisfaction": "satisfied", "solved": "yes"}
    case = make_move(case, Action.RATE, by=Speaker(case, "code"), at=LATER, **rating)
    case = said(case)

    assert Afterword.objects.get().owner == here.secretary
    with pytest.raises(NoSuchRight):
        answered(here, case)


@pytest.mark.parametrize(
    ("action", "values", "end", "answer"),
    [
        (Action.ANSWER_AFTERWORD, {"reply": "月底换"}, "answered", "月底换"),
        (Action.NOTE_AFTERWORD, {"reason": "是道谢"}, "noted", ""),
    ],
)
def test_it_ends_by_an_answer_or_a_note(here, action, values, end, answer):
    case = said(rated(here))

    case = make_move(case, action, by=officer(here.duty), at=LATER + DAY, **values)

    word = Afterword.objects.get()
    assert (word.end, word.answer, word.answered_by) == (end, answer, here.duty)
    assert word.answered_at == LATER + DAY
    assert case.stage == "closed"
    with pytest.raises(MoveRefused):
        make_move(case, action, by=officer(here.duty), at=LATER + DAY, **values)


def test_opening_the_matter_again_meets_it(here):
    case = said(rated(here))

    make_move(case, Action.REOPEN, by=officer(here.supervisor), at=LATER, reason="太暗")

    word = Afterword.objects.get()
    assert (word.end, word.answered_by) == ("reopened", here.supervisor)


def test_the_speakers_own_reopening_meets_it_too(here):
    case = said(rated(here))

    make_move(case, Action.REOPEN, by=Speaker(case, "code"), at=LATER, reason="又灭了")

    assert Afterword.objects.get().end == "reopened"


def test_who_may_not_open_it_again_asks_somebody_who_may(here):
    case = said(rated(here))
    due_at = Afterword.objects.get().due_at

    case = make_move(
        case,
        Action.ASK_REOPENING,
        by=officer(here.duty),
        at=LATER,
        reason="真的太暗",
    )

    word = Afterword.objects.get()
    assert word.owner in (here.supervisor, here.reviewer)
    assert word.due_at == due_at
    with pytest.raises(MoveRefused):
        make_move(
            case, Action.ASK_REOPENING, by=officer(here.duty), at=LATER, reason="催"
        )
    asked = Officer(word.owner.user, word.owner)
    make_move(case, Action.ANSWER_AFTERWORD, by=asked, at=LATER, reply="月底换")
    assert Afterword.objects.get().end == "answered"


@pytest.mark.parametrize("void_as", ["void", "duplicate"])
def test_nothing_is_said_of_a_slip_of_the_pen(here, void_as):
    case = make_move(
        spoken(here),
        Action.VOID,
        by=officer(here.duty),
        at=NOON,
        void_as=void_as,
        reason="点错了",
    )

    with pytest.raises(MoveRefused):
        said(case)


def test_ten_words_a_day_by_code(here):
    case = rated(here)
    for _ in range(10):
        case = said(case)

    with pytest.raises(MoveRefused):
        said(case)
    said(case, at=LATER + DAY)


def test_an_officer_writes_it_down_and_says_how_it_came(here):
    case = rated(here)
    by = officer(here.duty)

    with pytest.raises(InputRefused) as refused:
        make_move(case, Action.AFTERWORD, by=by, at=LATER, text="太暗")
    case = make_move(case, Action.AFTERWORD, by=by, at=LATER, text="太暗", how="call")

    assert "how" in refused.value.fields
    assert case.events.last().data["how"] == "call"


def test_the_words_are_blanked_like_every_note(here):
    case = said(rated(here), "李建国说还是太暗")

    event = case.events.get(action="afterword")
    assert "李建国" not in event.note
    assert CaseRevision.objects.get(event=event, field="note").new == "李建国说还是太暗"


# --- the tracking page
def opened(client, case):
    address = reverse("cases:track", args=[case.number])
    page = client.get(address, {"k": case.tracking_code})
    forms = {offer.action: form for offer, form in page.context["forms"]}
    form = forms["afterword"]
    sent = {
        "k": case.tracking_code,
        "action": "afterword",
        "version": case.version,
        "key": str(form["key"].value()),
    }
    return address, page, sent


def test_the_page_offers_it_beside_opening_again_and_takes_it_once(client, here):
    case = rated(here)
    address, page, form = opened(client, case)

    first = client.post(address, {**form, "text": "太暗了"})
    again = client.post(address, {**form, "text": "太暗了"})

    assert [offer.action for offer, _form in page.context["forms"]] == [
        "reopen",
        "afterword",
    ]
    assert (first.status_code, again.status_code) == (302, 302)
    assert case.events.filter(action="afterword").count() == 1


def test_after_ten_words_the_page_says_why_it_takes_no_more_today(client, here):
    case = rated(here)
    address, _page, form = opened(client, case)
    for _ in range(10):
        case = said(case)

    sent = {**form, "version": case.version, "text": "还是太暗"}
    late = client.post(address, sent)

    assert "明天再来" in read(client, case)
    assert late.status_code == 409
    words = late.content.decode()
    assert "明天再来" in words
    assert "还是太暗" in words


def read(client, case):
    address = reverse("cases:track", args=[case.number])
    return client.get(address, {"k": case.tracking_code}).content.decode()


def test_the_speaker_reads_their_words_the_day_and_then_the_answer(client, here):
    case = said(rated(here), "灯太暗")

    waiting = read(client, case)
    answered(here, case)
    afterwards = read(client, case)

    assert "灯太暗" in waiting
    assert "3月12日" in waiting
    assert "月底换成亮一点的" in afterwards
    assert "3月12日" not in afterwards


def test_a_note_is_told_but_not_its_reason(client, here):
    case = said(rated(here))
    make_move(
        case,
        Action.NOTE_AFTERWORD,
        by=officer(here.duty),
        at=LATER,
        reason="又来说一遍",
    )

    page = read(client, case)

    assert "又来说一遍" not in page
    assert "We have read it" in page or "记下" in page


def test_whose_matter_was_merged_reads_none_of_it(client, here):
    case, other = decided(here), spoken(here)
    make_move(other, Action.MERGE, by=officer(here.secretary), at=NOON, into=case)
    case = said(rated(here, verified(here, completed(here, case))), "灯太暗")

    address = reverse("cases:track", args=[other.number])
    page = client.get(address, {"k": other.tracking_code})

    assert "灯太暗" not in page.content.decode()
    assert "灯太暗" in read(client, case)
    assert not page.context["forms"]


# --- the officers' pages
def test_it_stands_on_the_desk_with_its_lamp_and_as_a_filter(client, here):
    case = said(rated(here), at=NOON + 7 * DAY)
    client.force_login(here.duty.user)

    desk = client.get(reverse("cases:home"))
    listed = client.get(reverse("cases:list"), {"afterword": "true"})

    assert [word.case for word in desk.context["afterwords"]] == [case]
    assert desk.context["counts"]["afterword_true"] == 1
    assert case.number in listed.content.decode()


def test_the_case_page_shows_it_with_its_answers(client, here):
    case = said(rated(here), "灯太暗")
    client.force_login(here.duty.user)

    page = client.get(case.get_absolute_url())

    assert "灯太暗" in page.content.decode()
    assert [offer.action for offer in page.context["everyday"]] == [
        "answer_afterword",
        "note_afterword",
        "ask_reopening",
    ]
    assert str(here.supervisor.user) in page.context["may_reopen"]


@pytest.mark.parametrize("words", [1, 4])
def test_the_desk_costs_the_same_however_many_wait(
    client, here, words, django_assert_num_queries
):
    for _ in range(words):
        said(rated(here))
    client.force_login(here.duty.user)

    with django_assert_num_queries(8):
        client.get(reverse("cases:home"))


def test_who_may_open_it_again_is_led_there(client, here):
    case = said(rated(here))
    client.force_login(here.supervisor.user)

    page = client.get(case.get_absolute_url())

    assert page.context["reopens"]
    assert reverse("cases:act", args=[case.number, "reopen"]) in page.content.decode()


def test_of_a_secret_matter_it_goes_to_somebody_named_in_it(here):
    case = accepted(here, spoken(here, confidentiality="secret"))
    case = completed(here, decided(here, case))
    case = said(rated(here, verified(here, case)))

    named = Case.objects.visible_to(Afterword.objects.get().owner.user, LATER.date())
    assert case in named


def test_nobody_of_another_village_finds_it(client, here):
    case = said(rated(here))
    client.force_login(staff().duty.user)

    desk = client.get(reverse("cases:home"))

    assert desk.context["afterwords"] == []
    assert client.get(case.get_absolute_url()).status_code == 404


def test_a_hidden_speaker_is_named_by_nothing_they_say(client, here):
    case = said(rated(here, spoken_hidden(here)), "我李建国还有话说")
    client.force_login(here.supervisor.user)

    page = client.get(case.get_absolute_url()).content.decode()

    assert "还有话说" in page
    assert "李建国" not in page


def spoken_hidden(here):
    case = decided(here, accepted(here, spoken(here, confidentiality="hidden")))
    return verified(here, completed(here, case))


# --- the API
def step(api, case, **body):
    case.refresh_from_db()
    return api.post(f"cases/{case.number}/moves/", {"version": case.version, **body})


def test_the_api_offers_it_takes_it_down_and_answers_it(here):
    case = rated(here)
    api = Api(here.duty)

    written = step(api, case, action="afterword", text="太暗", how="call")
    offered = {
        move["action"]
        for move in api.get(f"cases/{case.number}/moves/").json()["moves"]
    }
    waiting = api.get(f"cases/{case.number}/").json()["afterwords"]
    answered = step(api, case, action="answer_afterword", reply="月底换")
    met = api.get(f"cases/{case.number}/").json()["afterwords"]

    assert (written.status_code, answered.status_code) == (200, 200)
    assert {"afterword", "answer_afterword", "note_afterword"} <= offered
    assert [(row["due_on"], row["end"]) for row in waiting] == [("2026-03-12", "")]
    assert waiting[0]["owner"]["key"] == f"post:{here.duty.pk}"
    assert [(row["answer"], row["end"]) for row in met] == [("月底换", "answered")]


def test_the_api_shows_beforehand_what_the_speaker_will_read(here):
    case = said(rated(here), "灯太暗")

    told = Api(here.duty).post(
        f"cases/{case.number}/moves/answer_afterword/preview/",
        {"action": "answer_afterword", "version": case.version, "reply": "月底换"},
    )

    row = told.json()["afterwords"][0]
    assert (row["words"], row["answer"]) == (["灯太暗"], "月底换")
    assert Afterword.objects.get().answered_at is None


def test_the_api_filters_by_it(here):
    case = said(rated(here))
    rated(here)

    found = Api(here.duty).get("cases/?afterword=true").json()["results"]

    assert [row["number"] for row in found] == [case.number]


# --- the ledger
def test_the_ledger_of_ratings_remarks_on_it(here):
    case = answered(here, said(rated(here)))

    response = page(here.secretary, "satisfaction").content.decode()

    assert case.number in response
    assert "2026-03-09" in response
    assert "2026-03-10" in response


def test_an_answer_that_is_late_is_not_promised_any_more():
    told = AfterwordTold(NOON, [], (NOON - DAY).date(), None, "", "")

    with time_machine.travel(NOON, tick=False), translation.override("zh-hans"):
        assert "现在晚了" in told.standing
        assert "最迟" not in told.standing
