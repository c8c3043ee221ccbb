"""Words at a table as its matters come and go, are hidden and opened."""

import pytest
import time_machine
from django.urls import reverse

from cases.meetings import (
    add_item,
    call_meeting,
    change_meeting,
    remove_item,
    save_item,
    save_minutes,
)
from cases.meetings.four_two import drop_process, redacted
from cases.meetings.sitting import Sitting
from cases.models import AgendaItem, Case, FourTwoProcess, Meeting
from cases.privacy.table import reading_table_of
from cases.workflow import Action, make_move
from minshi.errors import StaleVersion
from tests.cases.council import called, present, seats
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, accepted, officer, staff
from tests.cases.test_four_two import begun, major
from tests.villages.factories import HouseholdFactory, ResidentFactory

pytestmark = pytest.mark.django_db
NAME = "李建国"
GUESS = f"来过的有张长生、{NAME}、赵铁柱"
BLANKED = "来过的有张长生、［…］、赵铁柱"
NOTHING_COUNTED = (None, None, None)


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    found = staff()
    seats(found)
    return found


def hidden(here, **fields) -> Case:
    return accepted(here, speaker_name=NAME, confidentiality="hidden", **fields)


def protect(here, case: Case, confidentiality: str) -> Case:
    """Raised by whom the matter is with, lowered by a reviewer."""
    post = here.secretary if confidentiality == "hidden" else here.reviewer
    return make_move(
        case,
        Action.PROTECT,
        by=officer(post),
        at=NOON,
        confidentiality=confidentiality,
    )


def minutes_by(post, sitting: Meeting, text: str) -> None:
    sitting.refresh_from_db()
    version = sitting.minutes_version
    save_minutes(sitting, text, version=version, by=officer(post), at=NOON)


def minutes_of(here, sitting: Meeting) -> str:
    """As everybody at the table reads them."""
    fresh = Meeting.objects.get(pk=sitting.pk)
    return Sitting(fresh, here.member.user, NOON.date()).minutes


# --- the agenda changes
def test_a_matter_that_is_put_on_the_agenda_blanks_nothing_that_stood_there(here):
    """Whoever types names first and lays the matter beside them learns nothing."""
    sitting = called(here, accepted(here, speaker_name="王大山"))
    by = officer(here.secretary)
    minutes_by(here.secretary, sitting, GUESS)
    item = sitting.items.get()
    save_item(item, version=0, opinions=GUESS, votes=NOTHING_COUNTED, by=by, at=NOON)

    add_item(sitting, cases=[hidden(here)], by=by, at=NOON)

    read = Sitting(sitting, here.secretary.user, NOON.date())
    assert minutes_of(here, sitting) == GUESS
    assert read.items[0].opinions == GUESS


@pytest.mark.parametrize("place", ["村委会二楼", ""])
def test_a_name_added_later_is_blanked_in_what_one_who_knows_wrote(here, place):
    case = hidden(here)
    meeting = call_meeting(
        "minshi_committee",
        here.village,
        starts_at=NOON,
        by=officer(here.duty),  # recorded the matter
        at=NOON,
        place=place,
        cases=[case],
    )
    words = f"{NAME}说路灯坏了，赵铁柱也这么说"
    save_minutes(meeting, words, version=0, by=officer(here.duty), at=NOON)
    make_move(case, Action.AMEND, by=officer(here.duty), at=NOON, others="赵铁柱")

    meeting.refresh_from_db()
    reading_table_of(meeting).show(meeting)

    assert meeting.minutes == "［…］说路灯坏了，［…］也这么说"
    assert meeting.place == place


def test_a_matter_that_is_taken_off_the_agenda_shows_nothing_that_was_blanked(here):
    case = accepted(here, speaker_name=NAME)
    sitting = called(here, case, accepted(here, speaker_name="王大山"))
    minutes_by(here.duty, sitting, GUESS)
    protect(here, case, "hidden")
    assert minutes_of(here, sitting) == BLANKED

    remove_item(sitting.items.get(case=case), by=officer(here.secretary), at=NOON)

    assert minutes_of(here, sitting) == BLANKED


def test_words_about_one_matter_do_not_name_the_hidden_speaker_of_another(here):
    other = accepted(here, speaker_name="王大山")
    sitting = called(here, hidden(here), other)
    item = sitting.items.get(case=other)
    by = officer(here.duty)  # knows of both

    save_item(item, version=0, opinions=GUESS, votes=NOTHING_COUNTED, by=by, at=NOON)

    assert AgendaItem.objects.get(pk=item.pk).opinions == BLANKED


def faces_of(client, post, sitting: Meeting) -> str:
    """All that a reader is shown of a meeting: list, page, paper, API and ledger."""
    client.force_login(post.user)
    page = sitting.get_absolute_url()
    answers = [
        client.get(reverse("cases:meetings")),
        client.get(page),
        client.post(reverse("cases:meeting_print", args=[sitting.pk])),
        client.get("/api/v1/meetings/"),
        client.get(f"/api/v1/meetings/{sitting.pk}/"),
        client.get(reverse("cases:ledger", args=["meetings"])),
    ]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    return "".join(answer.content.decode() for answer in answers)


@pytest.mark.parametrize("way", ["called so", "changed", "hidden later"])
def test_neither_place_nor_subject_names_a_hidden_speaker(client, here, way):
    place, subject = f"{NAME}家院里", f"{NAME}说的水渠怎么修"
    by = officer(here.duty)  # knows
    if way == "called so":
        case = hidden(here)
        sitting = called(here, case, by=here.duty, place=place, subjects=[subject])
    elif way == "changed":
        sitting = called(here, hidden(here), by=here.duty)
        change_meeting(
            sitting,
            starts_at=sitting.starts_at,
            place=place,
            chair="",
            recorder="",
            by=by,
            at=NOON,
        )
        add_item(sitting, subject=subject, by=by, at=NOON)
    else:
        case = accepted(here, speaker_name=NAME)
        sitting = called(here, case, by=here.duty, place=place, subjects=[subject])
        protect(here, case, "hidden")

    shown = faces_of(client, here.secretary, sitting)

    assert NAME not in shown
    assert "［…］家院里" in shown
    assert "［…］说的水渠怎么修" in shown


def test_a_place_typed_by_one_who_may_not_know_stays_as_typed(client, here):
    sitting = called(
        here, hidden(here), by=here.secretary, place=f"{NAME}家院里", subjects=[GUESS]
    )

    shown = faces_of(client, here.secretary, sitting)

    assert f"{NAME}家院里" in shown
    assert GUESS in shown


# --- a matter is hidden, and opened again
def test_words_of_an_open_matter_are_blanked_once_it_is_hidden(here):
    """Who spoke was no secret to their writer."""
    case = accepted(here, speaker_name=NAME)
    sitting = called(here, case)
    minutes_by(here.secretary, sitting, GUESS)

    protect(here, case, "hidden")

    assert minutes_of(here, sitting) == BLANKED


def test_what_was_blanked_stays_so_where_one_who_may_not_know_writes_on(here):
    case = accepted(here, speaker_name=NAME)
    sitting = called(here, case)
    minutes_by(here.duty, sitting, GUESS)
    protect(here, case, "hidden")

    minutes_by(here.secretary, sitting, f"{BLANKED}，还有{NAME}")

    assert minutes_of(here, sitting) == f"{BLANKED}，还有{NAME}"


def test_the_subject_stays_blanked_where_one_who_may_not_know_gives_the_steps_up(here):
    case = major(here, speaker_name=NAME)
    process = begun(here, case, subject=f"{NAME}家门口修路")
    protect(here, case, "hidden")

    drop_process(process, GUESS, by=officer(here.secretary), at=NOON)

    read = redacted(FourTwoProcess.objects.select_related("case__town"))[0]
    assert (read.subject, read.dropped_why) == ("［…］家门口修路", GUESS)


def test_a_guess_is_read_as_it_was_typed_while_a_matter_is_open_and_hidden_again(here):
    case = hidden(here)
    sitting = called(here, case)
    minutes_by(here.secretary, sitting, GUESS)

    read = []
    for confidentiality in ("normal", "hidden"):
        protect(here, case, confidentiality)
        read.append(minutes_of(here, sitting))

    assert read == [GUESS, GUESS]


def test_what_one_who_knows_writes_while_it_is_open_is_blanked_once_hidden(here):
    case = hidden(here)
    sitting = called(here, case)
    minutes_by(here.secretary, sitting, "商量了修渠")
    protect(here, case, "normal")
    minutes_by(here.duty, sitting, f"商量了修渠，{NAME}先说")

    protect(here, case, "hidden")

    assert minutes_of(here, sitting) == "商量了修渠，［…］先说"


def test_whoever_may_not_see_a_secret_matter_learns_nothing_by_the_minutes(here):
    case = accepted(here, speaker_name=NAME)
    sitting = called(here, case)
    Case.objects.filter(pk=case.pk).update(
        confidentiality="secret", owner_post=here.reviewer, recorded_by=here.reviewer
    )
    assert not Case.objects.visible_to(here.duty.user, NOON.date()).exists()

    minutes_by(here.duty, sitting, GUESS)

    assert minutes_of(here, sitting) == GUESS


# --- other answers to a guess
@pytest.mark.parametrize("guessed", [NAME, "李建军"])
def test_a_late_guess_at_what_is_blanked_is_answered_like_any_other(here, guessed):
    """The same words again are no conflict, so the words stored must not be asked."""
    case = accepted(here, speaker_name=NAME)
    sitting = called(here, case)
    minutes_by(here.duty, sitting, f"{NAME}急用水")
    protect(here, case, "hidden")

    with pytest.raises(StaleVersion):
        save_minutes(
            sitting,
            f"{guessed}急用水",
            version=0,
            by=officer(here.secretary),
            at=NOON,
        )


def test_a_conflict_shows_no_name_that_the_page_blanks(here):
    case = accepted(here, speaker_name=NAME)
    sitting = called(here, case)
    item = sitting.items.get()
    minutes_by(here.duty, sitting, f"{NAME}急用水")
    save_item(
        item,
        version=0,
        opinions=f"{NAME}急用水",
        votes=NOTHING_COUNTED,
        by=officer(here.duty),
        at=NOON,
    )
    protect(here, case, "hidden")
    client = logged_in(here.secretary)

    answers = [
        client.post(
            reverse("cases:meeting_act", args=[sitting.pk, "minutes"]),
            {"minutes": "修渠", "minutes_version": 0},
        ),
        client.post(
            reverse("cases:meeting_item", args=[sitting.pk, item.pk]),
            {"item_version": 0, "opinions": "修渠", "key": "1" * 32},
        ),
    ]

    pages = [answer.content.decode() for answer in answers]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert all("［…］急用水" in page for page in pages)
    assert not [page for page in pages if NAME in page]


def test_the_wall_names_neighbours_alike_and_not_why_a_hidden_matter_came_up(here):
    for name in ("张长生", NAME, "赵铁柱"):
        ResidentFactory(household=HouseholdFactory(group=here.group), name=name)
    case = hidden(here)
    case = make_move(
        case, Action.ESCALATE, by=officer(here.secretary), at=NOON, reason=GUESS
    )
    case = make_move(
        case, Action.SEND_BACK, by=officer(here.reviewer), at=NOON, reason="村里能办"
    )
    sitting = called(here, case)
    present(sitting, here, 7)
    save_item(
        sitting.items.get(),
        version=0,
        opinions=GUESS,
        votes=NOTHING_COUNTED,
        by=officer(here.secretary),
        at=NOON,
    )

    screen = reverse("cases:meeting_screen", args=[sitting.pk])
    page = logged_in(here.secretary).get(screen).content.decode()

    assert page.count("来过的有") == 1
    assert "来过的有张某、李某、赵某" in page


def test_identity_numbers_are_blanked_whoever_types_them(here):
    sitting = called(here, hidden(here))

    minutes_by(here.secretary, sitting, "身份证621226197003041234的人来过")

    assert minutes_of(here, sitting) == "身份证［…］的人来过"
