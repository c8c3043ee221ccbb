"""The register's phone and door of whoever spoke in confidence, a second telephone, and
a surname of two characters are no more read or searched than the name.
"""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from cases.models import Case
from cases.models.choices import How
from cases.models.scope import Sight
from cases.privacy.redactor import personal_redactor, reader_redactor
from cases.workflow import Action, Speaker, make_move
from cases.workflow.proof import check_cases
from minshi.crypto import blind_index
from minshi.text import PLACEHOLDER
from tests import roles
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import DAY, NOON, officer, spoken, staff
from tests.villages.factories import GroupFactory, HouseholdFactory, ResidentFactory
from villages.lookup import index_residents

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

OF_REGISTER, GIVEN, SECOND = "16200004160", "13900001111", "13811112222"
WORDS = (
    f"我住在一组2号，门口水管漏了一个月。登记的电话是{OF_REGISTER}，打不通就上一组2号找，"
    f"或者打我另一个号{SECOND}。"
)
DOORS = ("一组2号", "1组2", "一社二号", "一组第2号")


@pytest.fixture
def here():
    return staff()


@pytest.fixture
def neighbour(here):
    return neighbour_of(here, "蒲富贵", 1, 2, OF_REGISTER)


def neighbour_of(here, name, group, door, phone):
    groups = here.village.groups.filter(number=group)
    where = groups.first() or GroupFactory(village=here.village, number=group)
    neighbour = ResidentFactory(
        household=HouseholdFactory(group=where, number=door),
        name=name,
        phone=phone,
        phone_hash=blind_index(phone, "phone"),
    )
    index_residents([neighbour])
    return neighbour


def hidden(here, neighbour, **fields) -> Case:
    values = {
        "verbatim": WORDS,
        "speaker_name": neighbour.name if neighbour else "",
        "speaker_phone": GIVEN,
        "resident": neighbour,
        "confidentiality": "hidden",
        "group": None,
        **fields,
    }
    return spoken(here, **values)


def read_by(post, case, text=WORDS) -> str:
    case = Case.objects.get(pk=case.pk)
    return reader_redactor(case, Sight.of(post.user, NOON.date()))(text)


def found_by(post, question) -> list[str]:
    answer = logged_in(post).get(reverse("api-cases"), {"q": question})
    return [row["number"] for row in answer.json()["results"]]


def assert_hidden(here, case, *values, words=WORDS) -> None:
    for reader in (here.secretary, here.supervisor):
        for value in values:
            text = f"是{value}，对吧"
            assert read_by(reader, case, text) == f"是{PLACEHOLDER}，对吧"
    assert read_by(here.duty, case, words) == words


def test_phone_and_door_of_the_register_are_blanked_in_every_form(here, neighbour):
    case = hidden(here, neighbour)

    assert_hidden(here, case, OF_REGISTER, GIVEN, SECOND, *DOORS)
    assert read_by(here.secretary, case, "一组3号的水") == "一组3号的水"


def test_no_reader_finds_the_matter_by_them(here, neighbour, time_machine):
    time_machine.move_to(NOON)
    case = hidden(here, neighbour)
    questions = [OF_REGISTER, SECOND, "一组2号", "1组2", "13811112222找"]

    assert found_by(here.secretary, "门口水管") == [case.number]
    for question in questions:
        assert found_by(here.secretary, question) == [], question
    assert found_by(here.duty, "一组2号") == [case.number]
    assert found_by(here.duty, SECOND) == [case.number]


def test_title_place_and_what_is_wanted_tell_no_door_either(here, neighbour):
    fields = {
        "title": "一社2号水管",
        "place": "一组2号门口",
        "request_text": f"打{SECOND}",
        "remark": f"问过{OF_REGISTER}",
    }
    case = hidden(here, neighbour, **fields)

    page = logged_in(here.secretary).get(reverse("cases:detail", args=[case.number]))
    text = page.content.decode()
    for value in ("一社2号", "一组2号", SECOND, OF_REGISTER):
        assert value not in text
        assert value not in case.open_words


def test_a_neighbour_named_by_a_correction_is_hidden_from_then_on(here, neighbour):
    case = hidden(here, neighbour, speaker_name="老蒲", resident=None)
    assert case.resident is None

    case = make_move(
        case,
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        reason="写错了",
        speaker_name=neighbour.name,
        resident=neighbour,
    )

    assert_hidden(here, case, OF_REGISTER, *DOORS)


def test_a_neighbour_who_joins_is_hidden_as_well(here, neighbour):
    other = neighbour_of(here, "苟小满", 4, 19, "16200004199")
    case = hidden(here, neighbour, co_speakers=(other.name,))

    assert case.co_speakers.get().resident == other
    assert_hidden(here, case, "16200004199", "四社十九")


def test_a_matter_that_is_hidden_later_hides_them_then(here, neighbour):
    case = hidden(here, neighbour, confidentiality="normal")
    assert case.of_register == ""

    case = protect(here, case, "hidden")
    assert_hidden(here, case, OF_REGISTER, *DOORS)

    case = protect(here, case, "secret")
    assert_hidden(here, case, OF_REGISTER, *DOORS)


def protect(here, case, level: str) -> Case:
    return make_move(
        case,
        Action.PROTECT,
        by=officer(here.duty),
        at=NOON,
        confidentiality=level,
        reason="怕报复",
    )


def test_what_the_register_said_goes_on_in_another_matter(here, neighbour):
    merged = hidden(here, neighbour)
    other = neighbour_of(here, "苟小满", 4, 19, "16200004199")
    case = hidden(here, other, speaker_phone="", verbatim="灯坏了")

    knows = roles.secretary_of(here.village, user=here.duty.user)
    make_move(merged, Action.MERGE, by=officer(knows), at=NOON, into=case)

    assert_hidden(here, case, OF_REGISTER, *DOORS, "四社十九")


def rename(neighbour, name, door=None):
    neighbour.name = name
    neighbour.save()
    if door:
        neighbour.household.number = door
        neighbour.household.save()


def corrected(here, case, place) -> Case:
    return make_move(
        case,
        Action.AMEND,
        by=officer(here.duty),
        at=NOON + DAY,
        reason="写错了",
        place=place,
    )


def test_a_neighbour_written_over_in_the_register_blanks_nothing_more(here, neighbour):
    """Whoever keeps the register tries out whether somebody spoke in a matter."""
    words = "院坝的灯坏了，四组19号门口也是黑的。"
    case = hidden(here, neighbour, verbatim=words)
    noted = case.of_register

    rename(neighbour, "院坝", door=19)
    case = corrected(here, case, "村口")
    assert case.of_register == noted

    rename(neighbour, "蒲富贵", door=19)
    case = corrected(here, case, "村头")
    assert case.of_register == noted
    assert read_by(here.secretary, case, words) == words


def test_nor_does_a_matter_that_takes_theirs_in(here, neighbour):
    words = "院坝的灯坏了，一组19号门口也是黑的。"
    merged = hidden(here, neighbour)
    case = hidden(here, None, speaker_name="", speaker_phone="", verbatim=words)

    rename(neighbour, "院坝", door=19)
    knows = roles.secretary_of(here.village, user=here.duty.user)
    make_move(merged, Action.MERGE, by=officer(knows), at=NOON, into=case)

    assert read_by(here.secretary, case, words) == words
    assert_hidden(here, case, OF_REGISTER, *DOORS, words=words)


def test_an_open_matter_leaves_telephones_and_doors_as_they_are(here, neighbour):
    case = hidden(here, neighbour, confidentiality="normal")

    assert read_by(here.secretary, case) == WORDS


def test_whoever_wrote_a_telephone_reads_it(here, neighbour):
    case = hidden(here, neighbour)
    redact = reader_redactor(case, Sight.of(here.secretary.user, NOON.date()))

    assert redact(SECOND, post=here.secretary.pk) == SECOND
    assert redact(SECOND, post=here.duty.pk) == PLACEHOLDER


def test_the_speaker_is_told_whom_to_call(here, neighbour):
    case = hidden(here, neighbour)

    reply = f"有事打水管站0939-4421234，不打{OF_REGISTER}"
    assert personal_redactor(case)(reply) == (
        f"有事打水管站0939-4421234，不打{PLACEHOLDER}"
    )


def test_matters_from_before_are_brought_up_to_date(here, neighbour):
    case = hidden(here, neighbour)
    plain = hidden(here, neighbour, confidentiality="normal")
    wanted = (case.of_register, case.open_words)
    Case.objects.filter(pk=case.pk).update(of_register="", open_words=case.verbatim)
    module = import_module("cases.migrations.0036_what_the_register_says")
    editor = SimpleNamespace(connection=connection)

    module.note_what_the_register_says(apps, editor)
    module.seal_what_the_register_says(apps, editor)

    case = Case.objects.get(pk=case.pk)
    assert (case.of_register, case.open_words) == wanted
    assert Case.objects.get(pk=plain.pk).of_register == ""
    assert list(check_cases(Case.objects.all())) == [[], []]


# --- a surname
COMPOUND = "欧阳震华"


@pytest.mark.parametrize(
    "words",
    [
        "村里都叫我{}大哥",
        "村里都叫{}",
        "老{}来过",
        "小{}，就是他",
        "姓{}的",
        "{} 家门口",
        "{}说水管坏了",
        "{}老师",
        "{}家",
        "{}家门口",
        "{}家那条路",
        "{}屋后",
        "{}门前",
        "{}地里",
        "{}那口子",
        "{}阿姨",
        "{}隔壁",
        "{}这个人",
        "{}小卖部",
    ],
)
def test_a_surname_of_two_characters_is_blanked_by_itself(here, neighbour, words):
    case = hidden(here, neighbour, speaker_name=COMPOUND, resident=None)

    for surname in ("欧阳", "歐陽"):
        text = words.format(surname)
        assert read_by(here.secretary, case, text) == words.format(PLACEHOLDER)


def test_a_surname_of_two_characters_is_blanked_before_any_given_name(here, neighbour):
    case = hidden(
        here,
        neighbour,
        speaker_name=COMPOUND,
        resident=None,
        verbatim="欧阳锋和欧阳震都来过，欧阳家门口",
    )

    assert read_by(here.secretary, case, case.verbatim) == (
        f"{PLACEHOLDER}锋和{PLACEHOLDER}震都来过，{PLACEHOLDER}家门口"
    )
    assert "欧阳" not in case.open_words


def test_a_surname_of_one_character_stays(here, neighbour):
    case = hidden(here, neighbour, speaker_name="王建国", resident=None)

    words = "王家门口，王大哥，老王"
    assert read_by(here.secretary, case, words) == words


@pytest.mark.parametrize("name", ["蒲富贵", "包小军"])
def test_a_name_added_by_whoever_may_not_know_tells_no_more(here, neighbour, name):
    """The speaker's own name and any other lead to the same."""
    case = hidden(here, neighbour)

    make_move(
        case,
        Action.SUPPLEMENT,
        by=Speaker(case, How.COUNTER, here.secretary),
        at=NOON,
        text="他也说过",
        co_speaker=name,
        co_speaker_phone=SECOND,
    )

    case = Case.objects.get(pk=case.pk)
    assert (case.speaker_name, case.speaker_phone) == ("蒲富贵", GIVEN)
    assert [each.phone for each in case.others] == [SECOND]
