"""What a shift hands over is read by all who take duty and stands in the duty ledger:
nobody who spoke in confidence is named there by those who may know them.
"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from cases.management.commands.hide_anew import updated_at
from cases.models import Case, NumberCounter
from cases.workflow import Action, make_move
from cases.workflow.hidden_words import hide_words
from tests.api import Api
from tests.cases.ledger_desk import logged_in, page
from tests.cases.roads import accepted, officer, spoken, staff
from tests.cases.test_group_of_hidden import under_another_key
from tests.villages.duty_desk import EVENING, shift_of
from villages.duty import hand_over
from villages.duty.handing_over import mark_of_hand_over
from villages.duty.standing import read_roster
from villages.models import DutyShift, HandOver

pytestmark = pytest.mark.django_db
NAME, PHONE, SECOND = "欧阳雪松", "13993990066", "13811112222"


@pytest.fixture(autouse=True)
def in_the_evening(time_machine):
    time_machine.move_to(EVENING, tick=False)


@pytest.fixture
def here():
    return staff()


@pytest.fixture
def shift(here):
    return shift_of(here.duty, backup=here.member)


def in_confidence(here, confidentiality="hidden", **fields) -> Case:
    told = {
        "speaker_name": NAME,
        "speaker_phone": PHONE,
        "confidentiality": confidentiality,
    }
    return spoken(here, **told | fields)


def stored(shift, note, post) -> str:
    handed = hand_over(shift, note=note, visitors=1, by=post.user, at=EVENING)
    return HandOver.objects.get(pk=handed.pk).note


@pytest.mark.parametrize("confidentiality", ["hidden", "secret"])
def test_the_recorder_names_nobody_who_spoke_in_confidence(
    here, shift, confidentiality
):
    case = in_confidence(here, confidentiality)

    note = stored(shift, f"{case.number} {NAME}的事要回电{SECOND}", here.duty)

    assert note == f"{case.number} ［…］的事要回电［…］"


@pytest.mark.parametrize(
    "spelled",
    [
        "{town}{year}{nth}",
        "{town}—{year}—{nth}",
        "编号{town} {year} {nth}",
        "{small} {year}/{nth}",
        "{wide}",
        "{year}-{nth}",
        "编号{nth}",
        "第256号",
        "256号",
        "２５６号",
        "第二百五十六号",
    ],
)
def test_nor_a_telephone_beside_the_number_however_it_is_spelled(here, shift, spelled):
    # behind A020 the rest would be a telephone of Guangzhou, and is blanked as one
    here.village.town.abbreviation = "BG"
    here.village.town.save()
    NumberCounter.objects.create(town=here.town, year=EVENING.year, last=255)
    case = in_confidence(here)
    assert case.number.startswith("BG-")
    town, year, nth = case.number.split("-")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in town + year + nth)
    number = spelled.format(
        town=town, year=year, nth=nth, small=town.lower(), wide=wide
    )

    note = stored(shift, f"{number} 那件要回电{SECOND}", here.duty)

    assert note == f"{number} 那件要回电［…］"


@pytest.mark.parametrize(
    "words", ["11月25号", "2组25号", "水费0256元", "256元", "2026年", "红旗巷256号"]
)
def test_other_numbers_are_none_of_a_matter(here, shift, words):
    NumberCounter.objects.create(town=here.town, year=EVENING.year, last=24)
    in_confidence(here)
    NumberCounter.objects.update(last=255)
    in_confidence(here)

    note = f"{words}，电工{SECOND}"

    assert stored(shift, note, here.duty) == note


def test_nor_where_the_note_has_no_number(here, shift):
    in_confidence(here)

    note = stored(shift, f"{NAME}催过，电话{PHONE}，电工{SECOND}", here.duty)

    assert note == f"［…］催过，电话［…］，电工{SECOND}"


@pytest.mark.parametrize("by", ["page", "api"])
def test_nobody_reads_the_name_on_any_page(here, shift, by):
    case = in_confidence(here)
    note = f"{case.number} {NAME}的事要回电{PHONE}"
    if by == "page":
        address = reverse("villages:hand_over", args=[shift.pk])
        form = logged_in(here.duty).get(address).context["form"]
        sent = {"visitors": 1, "note": note, "seen": form["seen"].value() or ""}
        assert logged_in(here.duty).post(address, sent).status_code == 302
    else:
        path = f"duty/shifts/{shift.pk}/hand-over/"
        assert (
            Api(here.duty).post(path, {"visitors": 1, "note": note}).status_code == 200
        )

    roster = f"{reverse('villages:duty')}?village={here.village.pk}"
    for post in (here.member, here.secretary, here.duty):
        shown = logged_in(post).get(roster).content.decode()
        assert case.number in shown
        assert NAME not in shown
        assert PHONE not in shown
    for post in (here.secretary, here.supervisor, here.county_supervisor):
        ledger = page(post, "duty").content.decode()
        assert case.number in ledger
        assert NAME not in ledger


def test_what_those_who_may_not_know_type_stays_as_it_is(here, shift):
    """By what was blanked of names they typed they would learn who spoke."""
    case = in_confidence(here)
    words = f"{case.number} 是{NAME}还是李建国？电话{PHONE}"

    assert stored(shift, words, here.member) == words


def test_who_goes_on_from_it_blanks_only_what_they_add(here, shift):
    case = in_confidence(here)
    guessed = f"{case.number} 是{NAME}还是李建国？"
    stored(shift, guessed, here.member)

    handed = HandOver.objects.get()
    handed = hand_over(
        shift,
        note=f"{guessed} 对，{NAME}，{PHONE}",
        visitors=1,
        by=here.duty.user,
        at=EVENING,
    )

    assert handed.note == f"{guessed} 对，［…］，［…］"


def test_a_matter_in_the_open_is_spoken_of_as_before(here, shift):
    case = spoken(here, speaker_name="李建国", speaker_phone=PHONE)
    words = f"{case.number} 给李建国回电{PHONE}"

    assert stored(shift, words, here.duty) == words


def test_the_same_note_sent_twice_is_one(here, shift):
    in_confidence(here)
    words = f"给{NAME}回话"

    stored(shift, words, here.duty)
    first = HandOver.objects.get()
    stored(shift, words, here.duty)

    assert HandOver.objects.get().written_at == first.written_at


# --- what comes to be hidden after it was written
JOINED, PHRASE = "闻人怀远", "歪嘴老五"


def join_and_hide(here, case) -> None:
    make_move(case, Action.AMEND, by=officer(here.duty), at=EVENING, others=JOINED)
    case.refresh_from_db()
    hide_words(case, PHRASE, seen="", by=here.duty.user, at=EVENING)


def faces_of(here, shift) -> dict[str, str]:
    """All that shows the note: the roster, the form to go on from it, the ledger, the
    admin and the API.
    """
    client = logged_in(here.member)
    handed = HandOver.objects.get(shift=shift)
    answers = {
        "roster": client.get(f"{reverse('villages:duty')}?village={here.village.pk}"),
        "form": client.get(reverse("villages:hand_over", args=[shift.pk])),
        "ledger": page(here.secretary, "duty"),
        "ledger of the county": page(here.county_supervisor, "duty"),
        "admin": logged_in(here.secretary).get(
            reverse("admin:villages_handover_change", args=[handed.pk])
        ),
        "api": Api(here.member).get("duty/hand-overs/"),
    }
    assert {answer.status_code for answer in answers.values()} == {200}
    return {name: answer.content.decode() for name, answer in answers.items()}


def test_a_name_and_a_phrase_that_come_later_are_blanked_as_it_is_read(here, shift):
    case = in_confidence(here)
    words = f"{case.number} {JOINED}也来过，{PHRASE}也来过，明天回话"
    stored(shift, words, here.duty)
    assert all(JOINED in face for face in faces_of(here, shift).values())

    join_and_hide(here, case)

    for name, face in faces_of(here, shift).items():
        assert JOINED not in face, name
        assert PHRASE not in face, name
        assert "［…］也来过，［…］也来过，明天回话" in face, name


def test_a_matter_that_is_hidden_later_names_nobody_in_what_was_said_of_it(here, shift):
    case = accepted(here, in_confidence(here, "normal"))
    stored(shift, f"{case.number} 给{NAME}回话", here.duty)
    make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=EVENING,
        confidentiality="hidden",
    )

    for name, face in faces_of(here, shift).items():
        assert NAME not in face, name


@pytest.mark.parametrize("writers", ["member", "member, duty", "duty, member"])
def test_a_guess_stays_as_it_was_typed_whatever_comes_later(here, shift, writers):
    """Also where another goes on from it who may know, or went before."""
    case = in_confidence(here)
    guess = f"{case.number} 是{JOINED}、李建国还是{PHRASE}？"
    note = ""
    for writer in writers.split(", "):
        said = guess if writer == "member" else "已经回话了"
        note = f"{note}{said}"
        stored(shift, note, getattr(here, writer))

    join_and_hide(here, case)

    for name, face in faces_of(here, shift).items():
        assert guess in face, name


def test_what_was_blanked_as_it_was_read_stays_so_where_another_goes_on(here, shift):
    case = in_confidence(here)
    stored(shift, f"{case.number} {JOINED}也来过", here.duty)
    join_and_hide(here, case)

    read = f"{case.number} ［…］也来过"
    handed = hand_over(
        shift, note=f"{read}，明天再说", visitors=1, by=here.member.user, at=EVENING
    )

    assert handed.note == f"{read}，明天再说"


def test_the_same_note_again_as_it_is_read_changes_nothing(here, shift):
    case = in_confidence(here)
    stored(shift, f"{case.number} {JOINED}也来过", here.duty)
    join_and_hide(here, case)

    again = f"{case.number} ［…］也来过"
    hand_over(shift, note=again, visitors=1, by=here.member.user, at=EVENING)

    assert HandOver.objects.get().written_by == here.duty


def test_notes_cost_one_query_more_where_they_name_a_matter(
    here, shift, django_assert_num_queries
):
    case = in_confidence(here)
    stored(shift, f"{case.number} 明天回话", here.duty)
    shifts = DutyShift.objects.select_related("hand_over")

    with django_assert_num_queries(3):
        read_roster(shifts)


def test_notes_from_before_are_blanked_once_with_an_update(here, shift):
    case = in_confidence(here)
    stored(shift, "空", here.duty)
    as_typed = f"{case.number} {NAME}的事要回电{SECOND}"
    HandOver.objects.update(note=as_typed)

    for _update in range(2):
        call_command("hide_anew", stdout=StringIO())

    handed = HandOver.objects.get()
    assert handed.note == f"{case.number} ［…］的事要回电［…］"
    assert (handed.written_by, handed.written_at) == (here.duty, EVENING)


def test_a_guess_from_before_stays_as_it_was_typed(here, shift):
    in_confidence(here)
    stored(shift, guess := f"是{NAME}吧", here.member)

    call_command("hide_anew", stdout=StringIO())

    assert HandOver.objects.get().note == guess


def test_a_note_that_was_written_since_the_update_stays_as_it_is(here, shift):
    """A guess in it, which another went on from, would be told by being blanked."""
    in_confidence(here)
    stored(shift, guess := f"是{NAME}吧", here.member)
    stored(shift, words := f"{guess}，明天再说", here.duty)
    HandOver.objects.update(written_at=updated_at())

    call_command("hide_anew", stdout=StringIO())

    assert HandOver.objects.get().note == words


def test_a_note_on_a_matter_that_no_key_opens_is_named_and_holds_up_no_other(
    here, settings
):
    there = staff()
    cases = {}
    for place in (here, there):
        cases[place.village] = in_confidence(place)
        handed_over = shift_of(place.duty)
        stored(handed_over, "空", place.duty)
        words = f"{cases[place.village].number} {NAME}"
        HandOver.objects.filter(shift=handed_over).update(note=words)
    under_another_key(cases[here.village], settings)
    said, wrong = StringIO(), StringIO()

    with pytest.raises(CommandError, match="1 份交班记录解不开"):
        call_command("hide_anew", stdout=said, stderr=wrong)

    unread, blanked = HandOver.objects.order_by("pk")
    assert unread.note == f"{cases[here.village].number} {NAME}"
    assert blanked.note == f"{cases[there.village].number} ［…］"
    assert said.getvalue() == "补充隐去：村民小组 0 处，交班记录 1 份。\n"
    assert f"\n{unread}: No key" in wrong.getvalue()


@pytest.mark.parametrize("first", ["duty", "member"])
def test_who_is_hidden_later_is_blanked_whoever_wrote_before_of_something_else(
    here, shift, first
):
    case = accepted(here, spoken(here, speaker_name=NAME, speaker_phone=PHONE))
    stored(shift, "今天没什么事", getattr(here, first))
    earlier = HandOver.objects.get(shift=shift)
    note = f"{case.number}：{NAME}{PHONE}还要来一趟"
    seen = mark_of_hand_over(earlier)
    hand_over(shift, note=note, visitors=1, seen=seen, by=here.duty.user, at=EVENING)

    make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=EVENING,
        confidentiality="hidden",
    )

    roster = f"{reverse('villages:duty')}?village={here.village.pk}"
    shown = logged_in(here.member).get(roster).text
    assert case.number in shown
    assert NAME not in shown
    assert PHONE not in shown
