"""别人读到的是这样: whoever may know who spoke in a 隐名 matter reads it as others do, and
has further words blanked for them (domain §3, confidentiality).
"""

import html
import re
from dataclasses import replace

import pytest
import time_machine

from cases.meetings import save_item, save_minutes
from cases.models import Case, CaseRevision
from cases.models.scope import Sight
from cases.workflow import MOVES, Action, make_move, read_facts
from cases.workflow.effects.hiding import LONGEST_PHRASE, MOST_PHRASES
from cases.workflow.hidden_words import hide_words
from minshi.errors import NoSuchRight
from minshi.text import clean_text
from tests import roles
from tests.api import Api
from tests.cases.council import called, seats
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import (
    NOON,
    accepted,
    completed,
    decided,
    officer,
    spoken,
    staff,
    verified,
)
from tests.cases.test_four_two import begun, major
from tests.villages.duty_desk import EVENING, shift_of
from villages.duty import hand_over
from villages.models import HandOver, Post

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PHRASE = "河边那家养蜂的"
HOUSE = "三组十五"
SPELLINGS = [
    PHRASE,
    " ".join(PHRASE),
    "河边那家養蜂的",
    "河邊那家养蜂的",
    "河边·那家养蜂的",
    "河边－那家　养蜂的",
]


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    return staff()


def hidden(here, **fields) -> Case:
    values = {
        "title": "三组十五一直漏水",
        "verbatim": "，".join(SPELLINGS) + "说三组十五一直漏",
        "speaker_name": "李建国",
        "confidentiality": "hidden",
        **fields,
    }
    return spoken(here, **values)


def words_of(post, address) -> str:
    return logged_in(post).get(address).content.decode()


def also_hide(here, case, *phrases, by=None, seen="") -> Case:
    by = by or here.duty
    return hide_words(case, "\n".join(phrases), seen=seen, by=by.user, at=NOON)


def page(case) -> str:
    return f"/cases/{case.number}/hidden-words/"


# --- what is blanked, and for whom


def test_a_phrase_is_blanked_in_every_spelling_for_who_may_not_know(here, client):
    case = also_hide(here, hidden(here), PHRASE, HOUSE)

    client.force_login(here.secretary.user)
    others = client.get(f"/cases/{case.number}/").content.decode()
    client.force_login(here.duty.user)
    knowing = client.get(f"/cases/{case.number}/").content.decode()

    assert [word for word in (*SPELLINGS, HOUSE) if word in others] == []
    assert [word for word in (*SPELLINGS, HOUSE) if word not in knowing] == []


def test_faces_that_others_read_have_no_word_of_it(here):
    case = hidden(here, title=f"{PHRASE}家的水", remark=PHRASE)
    faces = (
        f"/cases/?q={case.number}",
        "/ledgers/general/?period=all",
        "/api/v1/cases/",
        f"/api/v1/cases/{case.number}/",
    )
    assert all(PHRASE in words_of(here.secretary, face) for face in faces)

    also_hide(here, case, PHRASE)

    for face in faces:
        shown = words_of(here.secretary, face)
        assert case.number in shown
        assert PHRASE not in shown


def test_a_search_finds_nothing_of_it_for_who_may_not_know(here):
    case = hidden(here)
    searched = f"/cases/?q={PHRASE}"
    assert case.number in words_of(here.secretary, searched)

    also_hide(here, case, PHRASE, HOUSE)

    for word in (*SPELLINGS, PHRASE[2:], HOUSE, f"{HOUSE}一直"):
        assert case.number not in words_of(here.secretary, f"/cases/?q={word}")
    assert case.number in words_of(here.duty, searched)


def test_what_is_written_later_is_blanked_too(here):
    case = also_hide(here, accepted(here, hidden(here)), PHRASE)

    case = make_move(
        case,
        Action.DECIDE,
        by=officer(here.reviewer if case.level == "town" else here.secretary),
        at=NOON,
        handling="led",
        decision="换管",
        lead=here.handler.office,
    )
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.reviewer),
        at=NOON,
        supervision_level="remind",
        text=f"{PHRASE}等了很久",
    )

    assert PHRASE not in words_of(here.handler, f"/cases/{case.number}/")
    assert f"{PHRASE}等了很久" in words_of(here.reviewer, f"/cases/{case.number}/")


@pytest.mark.parametrize("is_noted_first", [True, False])
def test_minutes_by_who_may_know_do_not_tell_the_table(here, is_noted_first):
    seats(here)
    recorder = roles.secretary_of(here.village)
    case = hidden(here, by=recorder)
    if is_noted_first:
        also_hide(here, case, PHRASE, by=recorder)
    sitting = called(here, accepted(here, case))

    save_minutes(sitting, f"{PHRASE}说的事", version=0, by=officer(recorder), at=NOON)
    if not is_noted_first:
        also_hide(here, case, PHRASE, by=recorder)

    read = words_of(here.secretary, f"/meetings/{sitting.pk}/")
    assert "说的事" in read
    assert PHRASE not in read


def test_a_hand_over_does_not_tell_it(here):
    case = also_hide(here, hidden(here), PHRASE)
    shift = shift_of(here.duty, backup=here.member)

    handed = hand_over(
        shift,
        note=f"{case.number} {PHRASE}要回电",
        visitors=1,
        by=here.duty.user,
        at=EVENING,
    )

    assert PHRASE not in HandOver.objects.get(pk=handed.pk).note


def test_of_a_matter_that_hides_nobody_any_more_nothing_is_blanked(here):
    case = also_hide(here, hidden(here), PHRASE)

    case = make_move(
        case,
        Action.PROTECT,
        by=officer(here.reviewer),
        at=NOON,
        confidentiality="normal",
        reason="本人同意公开",
    )

    assert case.also_hidden == PHRASE
    assert PHRASE in words_of(here.secretary, f"/cases/{case.number}/")
    answer = Api(here.secretary).get(f"cases/{case.number}/").json()
    assert answer["also_hidden"] is None
    assert "others-read" not in words_of(here.duty, f"/cases/{case.number}/")


def test_of_a_hidden_matter_that_became_secret_they_stay_blanked(here):
    case = also_hide(here, accepted(here, hidden(here)), PHRASE)

    case = make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=NOON,
        confidentiality="secret",
    )

    address = f"/cases/{case.number}/"
    assert PHRASE not in words_of(here.secretary, address)
    assert "others-read" in words_of(here.duty, address)
    case = also_hide(here, case, PHRASE, "村口", seen=PHRASE)
    assert case.also_hidden.splitlines() == [PHRASE, "村口"]


def test_they_go_along_where_the_matter_is_merged(here):
    recorder = here.secretary  # who may know both speakers, and merge them
    case = also_hide(here, hidden(here, by=recorder), PHRASE, by=recorder)
    other = hidden(here, speaker_name="王二水", by=recorder)
    other = also_hide(here, other, HOUSE, by=recorder)

    make_move(case, Action.MERGE, by=officer(here.secretary), at=NOON, into=other)

    other.refresh_from_db()
    assert other.also_hidden == f"{HOUSE}\n{PHRASE}"
    assert PHRASE not in words_of(here.member, f"/cases/{other.number}/")


# --- who may have them blanked


def in_rating(here) -> Case:
    case = decided(here, accepted(here, hidden(here, by=here.leader)))
    return verified(here, completed(here, case, at=NOON), at=NOON)


@pytest.mark.parametrize("taken", [hidden, in_rating])
def test_who_may_hide_words_is_who_may_know_the_speaker(here, taken):
    case = taken(here)

    allowed = MOVES[Action.HIDE_WORDS].who_may(read_facts(case, NOON))

    posts = [post for post in vars(here).values() if isinstance(post, Post)]
    knowing = []
    for post in posts:
        if Sight.of(post.user, NOON.date()).may_know_speaker(case):
            knowing.append(post)
    assert {post.pk for post in allowed} == {post.pk for post in knowing}
    assert len(knowing) == (3 if taken is hidden else 4)


@pytest.mark.parametrize("role", ["secretary", "supervisor", "leader", "handler"])
def test_whoever_may_not_know_finds_no_form_and_no_page(here, client, role):
    case = decided(here, accepted(here, hidden(here)))
    case = also_hide(here, case, PHRASE)
    client.force_login(getattr(here, role).user)

    shown = client.get(f"/cases/{case.number}/")
    assert shown.status_code == 200
    assert "others-read" not in shown.content.decode()
    assert client.get(page(case)).status_code == 404
    assert client.post(page(case), {"also_hidden": "村口"}).status_code == 404

    with pytest.raises(NoSuchRight):
        also_hide(here, case, "村口", by=getattr(here, role))
    case.refresh_from_db()
    assert case.also_hidden == PHRASE


def test_a_stranger_gets_404(here, client):
    case = hidden(here)
    client.force_login(staff().duty.user)

    assert client.get(page(case)).status_code == 404
    assert client.post(page(case), {"also_hidden": PHRASE}).status_code == 404


def test_a_matter_that_hides_nobody_has_no_card(here, client):
    case = spoken(here)
    client.force_login(here.duty.user)

    assert "others-read" not in client.get(f"/cases/{case.number}/").content.decode()
    assert client.post(page(case), {"also_hidden": PHRASE}).status_code == 404


# --- the card


@pytest.mark.parametrize(
    "address", ["/cases/{}/", "/cases/{}/receipt/", "/intake/?done={}"]
)
def test_the_card_shows_what_others_read(here, address):
    case = hidden(here)
    address = address.format(case.number)

    before = card_on(here.duty, address)
    also_hide(here, case, PHRASE)
    after = card_on(here.duty, address)

    assert PHRASE in before
    assert "李建国" not in before
    shown, form = after.split("<form")
    assert [word for word in SPELLINGS if word in shown] == []
    assert PHRASE in form


def card_on(post, address) -> str:
    page = words_of(post, address)
    return page.split('id="others-read"')[1].partition("</section>")[0]


def test_the_card_shows_all_that_others_read_of_the_steps(here):
    case = decided(here, accepted(here, hidden(here)))
    make_move(
        case,
        Action.PROGRESS,
        by=officer(here.handler),
        at=NOON,
        text="李建国他爹王德才也来看了",
    )

    card = card_on(here.duty, f"/cases/{case.number}/")

    assert "［…］他爹王德才也来看了" in card


def test_the_page_after_taking_down_begins_with_what_was_taken_down(here):
    case = hidden(here)

    shown = logged_in(here.duty).get(f"/intake/?done={case.number}").text
    (field,) = re.findall(r"<input[^>]*name=\"speaker_name\"[^>]*>", shown)

    assert "autofocus" not in field
    assert shown.index("autofocus") < shown.index('id="others-read"')


def test_whoever_empties_the_field_is_told_that_the_words_are_open_again(here):
    case = hidden(here)
    also_hide(here, case, PHRASE)
    sent = {"also_hidden": "", "seen": PHRASE, "next": ""}

    answer = logged_in(here.duty).post(page(case), sent, follow=True)

    (said,) = [str(message) for message in answer.context["messages"]]
    assert PHRASE in said
    assert "不再遮住" in said


def test_whoever_writes_two_places_on_one_line_is_told_that_they_stand_nowhere(here):
    case = hidden(here)
    sent = {"also_hidden": "我爹、二叔", "seen": "", "next": ""}

    answer = logged_in(here.duty).post(page(case), sent, follow=True)

    (said,) = [str(message) for message in answer.context["messages"]]
    assert "我爹、二叔" in said
    assert "已经遮住" not in said


def test_the_card_shows_the_latest_replies(here):
    case = accepted(here, hidden(here))
    make_move(
        case,
        Action.REPLY,
        by=officer(here.secretary),
        at=NOON,
        reply="李建国家的水表换了",
    )

    card = card_on(here.duty, f"/cases/{case.number}/")

    assert "家的水表换了" in card
    assert "李建国" not in card


@pytest.mark.parametrize(
    ("back", "address"),
    [
        ("", "/cases/{}/#others-read"),
        ("detail", "/cases/{}/#others-read"),
        ("receipt", "/cases/{}/receipt/#others-read"),
        ("intake", "/intake/?done={}#others-read"),
        ("https://evil.example/", "/cases/{}/#others-read"),
    ],
)
def test_one_comes_back_to_the_page_one_was_on(here, back, address):
    case = hidden(here)
    sent = {"also_hidden": PHRASE, "seen": "", "next": back}

    answer = logged_in(here.duty).post(page(case), sent)

    assert answer["Location"] == address.format(case.number)
    case.refresh_from_db()
    assert case.also_hidden == PHRASE


@pytest.mark.parametrize(
    "typed",
    [
        "水",
        "河边\n的",
        "水。",
        "  \n ",
        "。。。",
        "村" * (LONGEST_PHRASE + 1),
        "\n".join(f"第{number}句" for number in range(MOST_PHRASES + 1)),
        "［…］家的水",
    ],
)
def test_what_is_refused_stays_typed(here, typed):
    case = hidden(here)

    answer = logged_in(here.duty).post(page(case), {"also_hidden": typed, "seen": ""})

    assert answer.status_code == 422
    assert clean_text(typed) in html.unescape(answer.content.decode())
    assert "error-summary" in answer.content.decode()
    case.refresh_from_db()
    assert case.also_hidden == ""
    assert not case.events.filter(action=Action.HIDE_WORDS).exists()


def test_a_phrase_that_stands_nowhere_is_taken_and_said(here):
    case = also_hide(here, hidden(here), PHRASE, "老支书的二儿媳")

    card = card_on(here.duty, f"/cases/{case.number}/")

    said = card.partition("</textarea>")[2]
    assert "老支书的二儿媳" in said
    assert PHRASE not in said


def nowhere_of(here, case) -> list[str]:
    return Api(here.duty).get(f"cases/{case.number}/hidden-words/").json()["nowhere"]


OTHER = "老支书的二儿媳"


@pytest.mark.parametrize("where", ["place", "minutes", "subject", "opinions"])
def test_a_phrase_that_stands_at_a_meeting_of_the_matter_stands_somewhere(here, where):
    seats(here)
    case = accepted(here, hidden(here))
    by = officer(here.duty)  # may know who spoke
    at_table = {"place": f"{OTHER}家"} if where == "place" else {}
    if where == "subject":
        at_table["subjects"] = [f"{OTHER}家的路"]
    sitting = called(here, case, by=here.duty, **at_table)
    if where == "minutes":
        save_minutes(sitting, f"{OTHER}也来了", version=0, by=by, at=NOON)
    if where == "opinions":
        save_item(
            sitting.items.get(),
            version=0,
            opinions=f"{OTHER}也来了",
            votes=(None, None, None),
            by=by,
            at=NOON,
        )

    case = also_hide(here, case, OTHER, "村口的磨坊")

    assert nowhere_of(here, case) == ["村口的磨坊"]


def test_what_one_who_may_not_know_wrote_at_a_meeting_is_not_blanked_there(here):
    seats(here)
    case = accepted(here, hidden(here))
    sitting = called(here, case)
    by = officer(here.secretary)
    save_minutes(sitting, f"{OTHER}也来了", version=0, by=by, at=NOON)

    case = also_hide(here, case, OTHER)

    assert nowhere_of(here, case) == [OTHER]


def test_a_phrase_that_stands_in_the_six_steps_stands_somewhere(here):
    case = major(here, confidentiality="hidden", speaker_name="李建国")
    begins = replace(here, secretary=here.duty)
    begun(begins, case, subject=f"{OTHER}家门口修路")

    case = also_hide(here, case, OTHER)

    assert nowhere_of(here, case) == []


@pytest.mark.parametrize("named", ["{}", "那件"])
def test_a_phrase_that_stands_in_a_hand_over_stands_somewhere(here, named):
    case = hidden(here)
    note = f"{named.format(case.number)} {OTHER}来催过"
    shift = shift_of(here.duty, backup=here.member)
    hand_over(shift, note=note, visitors=1, by=here.duty.user, at=EVENING)

    case = also_hide(here, case, OTHER)

    assert nowhere_of(here, case) == []


def test_emptied_it_blanks_nothing_any_more(here):
    case = also_hide(here, hidden(here), PHRASE)

    case = also_hide(here, case, seen=PHRASE)

    assert case.also_hidden == ""
    assert PHRASE in words_of(here.secretary, f"/cases/{case.number}/")


def test_what_somebody_else_added_since_stays(here):
    case = also_hide(here, hidden(here), PHRASE)
    also_hide(here, case, PHRASE, HOUSE, by=here.reviewer, seen=PHRASE)

    case = also_hide(here, case, "村口", seen=PHRASE)

    assert case.also_hidden.splitlines() == [HOUSE, "村口"]


# --- the API


def test_the_api_reads_and_sets_them(here):
    case = hidden(here)
    address = f"cases/{case.number}/hidden-words/"

    answer = Api(here.duty).put(address, {"also_hidden": [PHRASE, "老支书的二儿媳"]})

    assert answer.status_code == 200
    shown = answer.json()
    assert shown["also_hidden"] == [PHRASE, "老支书的二儿媳"]
    assert shown["nowhere"] == ["老支书的二儿媳"]
    assert PHRASE not in str(shown["read_by_others"])
    assert Api(here.duty).get(address).json() == shown
    detail = Api(here.reviewer).get(f"cases/{case.number}/").json()
    assert detail["also_hidden"] == shown["also_hidden"]

    again = Api(here.duty).put(address, {"also_hidden": [PHRASE, "老支书的二儿媳"]})
    assert again.json()["version"] == shown["version"]
    assert Api(here.duty).put(address, {"also_hidden": ["水"]}).status_code == 400


def test_the_api_has_no_such_address_for_who_may_not_know(here):
    case = also_hide(here, hidden(here), PHRASE)
    address = f"cases/{case.number}/hidden-words/"

    assert Api(here.secretary).get(address).status_code == 404
    assert Api(here.secretary).put(address, {"also_hidden": []}).status_code == 404
    detail = Api(here.secretary).get(f"cases/{case.number}/").json()
    assert detail["also_hidden"] is None


# --- the record


def test_the_event_has_no_word_of_them(here):
    case = also_hide(here, hidden(here), PHRASE)

    event = case.events.get(action=Action.HIDE_WORDS)
    revision = CaseRevision.objects.get(event=event)
    assert PHRASE not in f"{event.note}{event.data}"
    assert (revision.field, revision.old, revision.new) == ("also_hidden", "", PHRASE)


def test_the_same_words_again_leave_no_event(here, client):
    case = also_hide(here, hidden(here), PHRASE)
    client.force_login(here.duty.user)
    sent = {"also_hidden": f"{PHRASE}\r\n", "seen": ""}

    answer = client.post(page(case), sent)

    assert answer.status_code == 302
    assert case.events.filter(action=Action.HIDE_WORDS).count() == 1
