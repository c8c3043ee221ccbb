"""Taking down, merging, correcting and the red line: rules of domain §3 that are easily
broken, a test each.
"""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from cases.models import Case, CaseRevision, Clock, Event, Topic
from cases.workflow import (
    Action,
    Officer,
    Speaker,
    Spoken,
    make_move,
    moves_open_to,
    register,
)
from cases.workflow.candidates import cadres_over
from cases.workflow.intake import OnTheSpot, take_down
from minshi.errors import InputRefused, KeyReused, MoveRefused, NoSuchRight
from minshi.history import history_lifted
from tests import roles
from tests.cases.roads import DAY, NOON, accepted, officer, spoken, staff, words
from tests.villages.factories import (
    HouseholdFactory,
    ResidentFactory,
    TownFactory,
    VillageFactory,
)

pytestmark = pytest.mark.django_db


def offered(post, case, at=NOON):
    return {offer.action for offer in moves_open_to(post.user, case, at)}


def end_post(post):
    post.until_on = date(2026, 1, 1)
    post.save()


# --- 说


def test_form_sent_by_an_officer_is_not_replayed_to_a_villager():
    here, key = staff(), "6f1d6f0e-9f6b-4d0e-8f0e-111111111111"
    register(
        Spoken(verbatim="水管漏水", village=here.village),
        by=officer(here.duty),
        at=NOON,
        key=key,
    )

    with pytest.raises(NoSuchRight):
        register(
            Spoken(verbatim="水管漏水", village=here.village),
            by=Speaker(None, "qr_code"),
            at=NOON,
            key=key,
        )


@pytest.mark.parametrize(
    "corrected",
    [
        {"speaker_name": "李建田"},
        {"speaker_phone": "13993912345"},
        {"co_speakers": ("赵秀英",)},
        {"confidentiality": "secret"},
    ],
    ids=str,
)
def test_what_was_corrected_is_not_swallowed_by_a_key_that_comes_again(corrected):
    here, key = staff(), uuid4()
    sent = Spoken(
        verbatim="水管漏水", village=here.village, said_at=NOON, group=here.group
    )
    case = register(sent, by=officer(here.duty), at=NOON, key=key)

    again = register(sent, by=officer(here.duty), at=NOON + DAY, key=key)
    with pytest.raises(KeyReused) as refused:
        register(
            replace(sent, **corrected), by=officer(here.duty), at=NOON + DAY, key=key
        )

    assert again == case
    assert case.number in str(refused.value)


@pytest.mark.parametrize("second", [None, OnTheSpot("换好了", "dissatisfied")])
def test_another_answer_on_the_spot_is_not_swallowed_by_the_key(second):
    here, key = staff(), uuid4()
    sent = Spoken(
        verbatim="水管漏水", village=here.village, said_at=NOON, category="village"
    )
    first = OnTheSpot("换好了", "satisfied", "yes")
    common = {"by": officer(here.duty), "at": NOON, "key": key}
    case = take_down(sent, on_the_spot=first, **common)

    again = take_down(sent, on_the_spot=first, **common)
    with pytest.raises(KeyReused):
        take_down(sent, on_the_spot=second, **common)

    assert again == case


def test_a_matter_from_before_is_told_apart_by_its_words():
    here, key = staff(), uuid4()
    case = spoken(here, verbatim="水管漏水")
    Case.objects.filter(pk=case.pk).update(key=key)
    with history_lifted():
        event = case.events.get()
        event.data.pop("sent", None)
        Event.objects.filter(pk=event.pk).update(data=event.data)
    now_named = Spoken(verbatim="水管漏水", village=here.village, speaker_name="李建田")

    again = register(now_named, by=officer(here.duty), at=NOON, key=key)
    with pytest.raises(KeyReused):
        register(
            replace(now_named, verbatim="路灯坏了"),
            by=officer(here.duty),
            at=NOON,
            key=key,
        )

    assert again == case


@pytest.mark.parametrize("words", ["", " ", "\u3000\n", "\u200b\u200e", "\u3164", "\0"])
def test_words_in_which_nothing_is_seen_are_none(words):
    here = staff()

    with pytest.raises(InputRefused) as error:
        register(
            Spoken(verbatim=words, village=here.village),
            by=officer(here.duty),
            at=NOON,
        )

    assert set(error.value.fields) == {"verbatim"}


def test_marks_that_nobody_sees_are_not_kept_in_names_titles_and_words():
    here = staff()

    case = spoken(
        here,
        title="水管\u202e坏了\n",
        speaker_name="李\u200b建\u200f国",
        verbatim="第一句\r\n第二句\ufeff",
        co_speakers=("赵\u200d六", "\u200b"),
    )

    assert (case.title, case.speaker_name) == ("水管坏了", "李建国")
    assert case.verbatim == "第一句\n第二句"
    assert [str(person) for person in case.co_speakers.all()] == ["赵六"]


def test_an_answer_in_which_nothing_is_seen_is_missing():
    here = staff()
    case = spoken(here)

    with pytest.raises(InputRefused) as error:
        make_move(
            case,
            Action.SETTLE,
            by=officer(here.duty),
            at=NOON,
            category="village",
            result="\u200b \u3164",
        )

    assert set(error.value.fields) == {"result"}


def test_nobody_registers_from_the_post_of_another():
    here = staff()

    with pytest.raises(NoSuchRight):
        register(
            Spoken(verbatim="x", village=here.village),
            by=Officer(here.member.user, here.duty),
            at=NOON,
        )


def test_topic_of_another_town_is_refused():
    here, topic = staff(), Topic.objects.create(town=TownFactory(), name="饮水")

    with pytest.raises(InputRefused):
        spoken(here, topic=topic)


def test_a_neighbour_of_another_town_is_refused_at_the_towns_counter_as_well():
    here, other = staff(), staff()
    stranger = ResidentFactory(household=HouseholdFactory(group=other.group))

    with pytest.raises(InputRefused) as refused:
        spoken(
            here,
            by=here.reviewer,
            village=None,
            group=None,
            town=here.town,
            resident=stranger,
        )

    assert set(refused.value.fields) == {"resident"}


def test_phone_that_is_none_is_refused_beside_its_field():
    here = staff()

    with pytest.raises(InputRefused) as refused:
        spoken(here, speaker_phone="12")

    assert set(refused.value.fields) == {"speaker_phone"}


def test_matter_registered_in_conflict_starts_one_clock_above():
    here = staff()

    case = spoken(here, concerns=(here.secretary.user,))

    assert (case.level, case.owner) == ("town", here.reviewer)
    assert Clock.objects.filter(case=case).count() == 1
    assert not Case.objects.visible_to(here.duty.user, NOON.date()).exists()


def test_registering_where_nobody_serves_raises_an_alarm_once():
    village = VillageFactory()
    leader = roles.group_leader_of(village.groups.create(number=1))

    case = register(
        Spoken(verbatim="路灯坏了", village=village), by=officer(leader), at=NOON
    )
    make_move(case, Action.AMEND, by=officer(leader), at=NOON, place="村口")

    assert case.owner == leader
    assert list(case.events.values_list("action", flat=True)) == [
        "register",
        "alarm",
        "amend",
    ]


def test_matter_graded_higher_is_not_settled_on_the_spot():
    here = staff()
    case = spoken(here, grade="major")

    with pytest.raises(MoveRefused):
        make_move(
            case,
            Action.SETTLE,
            by=officer(here.duty),
            at=NOON,
            category="village",
            result="换了灯泡",
        )


def test_whoever_settled_it_neither_owns_nor_rates_it():
    here = staff()

    case = make_move(
        spoken(here),
        Action.SETTLE,
        by=officer(here.duty),
        at=NOON,
        **words(Action.SETTLE, NOON),
    )

    assert case.owner == here.secretary
    with pytest.raises(NoSuchRight):
        make_move(
            case,
            Action.RATE,
            by=officer(here.duty),
            at=NOON,
            **words(Action.RATE, NOON),
        )


def test_answer_on_the_turned_screen_is_marked_and_entered_by_nobody():
    here = staff()
    case = make_move(
        spoken(here),
        Action.SETTLE,
        by=officer(here.duty),
        at=NOON,
        **words(Action.SETTLE, NOON),
    )

    make_move(
        case,
        Action.RATE,
        by=Speaker(case, "counter"),
        at=NOON,
        satisfaction="satisfied",
        solved="yes",
    )

    rating = case.ratings.get()
    assert (rating.how, rating.on_the_spot, rating.entered_by) == (
        "counter",
        True,
        None,
    )


def test_route_shown_never_carries_the_speakers_name():
    here = staff()
    case = spoken(here)

    make_move(
        case,
        Action.DIVERT,
        by=officer(here.secretary),
        at=NOON,
        route="请李建国去法院",
        told="请去法院立案",
    )

    event = Event.objects.get(case=case, action="divert")
    assert "李建国" not in str(event.data)
    assert CaseRevision.objects.get(event=event).new == "请李建国去法院"


def test_phone_typed_with_spaces_and_a_co_speakers_name_stay_out_of_events():
    here = staff()
    case = accepted(
        here, spoken(here, speaker_phone="13893901234", co_speakers=("赵秀英",))
    )

    make_move(
        case,
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="请打 138-9390 1234 或找赵秀英，修路钱不够",
    )

    event = Event.objects.get(case=case, action="escalate")
    assert "1234" not in event.note
    assert "赵秀英" not in event.note
    assert "修路钱不够" in event.note


def test_old_name_stays_out_of_the_event_that_corrects_it():
    here = staff()
    case = spoken(here)

    words = "李建国写错了，是李建田"
    make_move(
        case,
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        speaker_name="李建田",
        reason=words,
    )

    event = Event.objects.get(case=case, action="amend")
    assert "李建" not in event.note


def test_note_is_kept_also_where_the_move_asks_for_none():
    here = staff()

    case = make_move(
        spoken(here),
        Action.ACCEPT,
        by=officer(here.duty),
        at=NOON,
        note="当面说过",
        category="village",
        grade="minor",
    )

    assert case.events.get(action="accept").note == "当面说过"


def test_withdrawal_is_not_said_in_the_future():
    here = staff()

    with pytest.raises(InputRefused):
        make_move(
            spoken(here),
            Action.WITHDRAW,
            by=officer(here.duty),
            at=NOON,
            reason="修好了",
            how="call",
            said_at=NOON + DAY,
        )


def test_a_speaker_takes_a_matter_back_without_a_reason_and_an_officer_says_it():
    here = staff()
    case = spoken(here)

    with pytest.raises(InputRefused) as refused:
        make_move(
            spoken(here),
            Action.WITHDRAW,
            by=officer(here.duty),
            at=NOON,
            reason="",
            how="call",
            said_at=NOON,
        )
    make_move(case, Action.WITHDRAW, by=Speaker(case, "code"), at=NOON, reason="")

    assert set(refused.value.fields) == {"reason"}
    case.refresh_from_db()
    assert case.close_reason == "withdrawn"
    assert case.replies.get().text == "这件事已按您的意思撤回。"


# --- 并案


def test_merged_matter_brings_its_concerns_confidentiality_and_level():
    here = staff()
    other = accepted(here)
    case = spoken(here, confidentiality="hidden", speaker_name="王大妈")
    case = make_move(
        case,
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.secretary.user],
    )

    make_move(case, Action.MERGE, by=officer(here.reviewer), at=NOON, into=other)

    other.refresh_from_db()
    assert (other.confidentiality, other.level, other.owner) == (
        "hidden",
        "town",
        here.reviewer,
    )
    assert not Case.objects.visible_to(here.secretary.user, NOON.date()).exists()
    assert other.co_speakers.get().name == "王大妈"
    assert other.events.latest("sequence").action in Action.values


def test_concern_of_a_former_cadre_keeps_their_village_through_a_merge():
    here = staff()
    other = accepted(here)
    case = make_move(
        spoken(here),
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.secretary.user],
    )
    end_post(here.secretary)

    make_move(case, Action.MERGE, by=officer(here.reviewer), at=NOON, into=other)

    assert other.concerns.get().village == here.village


# --- 更正


def test_empty_phone_in_a_correction_leaves_the_number_alone():
    here = staff()
    case = spoken(here, speaker_phone="13893901234")

    case = make_move(
        case,
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        place="村口",
        speaker_phone="",
    )

    assert case.speaker_phone == "13893901234"


def test_correction_never_empties_kind_channel_or_title():
    here = staff()
    case = accepted(here)

    empty = {"category": "", "channel": "", "title": ""}
    case = make_move(
        case, Action.AMEND, by=officer(here.duty), at=NOON, place="村口", **empty
    )

    assert case.category == "village"
    assert case.channel == "talk_room"
    assert case.title


def test_group_of_another_village_is_refused_in_a_correction():
    here, other = staff(), staff()

    with pytest.raises(InputRefused):
        make_move(
            spoken(here),
            Action.AMEND,
            by=officer(here.duty),
            at=NOON,
            group=other.group,
        )


def test_phone_that_is_none_is_refused_in_a_correction():
    here = staff()

    with pytest.raises(InputRefused):
        make_move(
            spoken(here),
            Action.AMEND,
            by=officer(here.duty),
            at=NOON,
            speaker_phone="12",
        )


# --- 强制报告


def test_joined_village_reports_across_the_red_line_too():
    here, neighbours = staff(), VillageFactory()
    neighbour = roles.secretary_of(neighbours)
    case = make_move(
        accepted(here),
        Action.JOIN,
        by=officer(here.secretary),
        at=NOON,
        village=neighbours,
    )

    case = make_move(
        case,
        Action.MANDATORY_REPORT,
        by=officer(neighbour),
        at=NOON,
        told="派出所",
        happened="孩子被打，已送邻居家",
    )

    assert case.mandatory_reports.get().post == neighbour


def test_cadres_are_offered_from_the_nearest_to_the_farthest():
    here = staff()

    cadres = list(cadres_over(here.town, [here.village], NOON.date()))

    village = {here.duty.user, here.secretary.user, here.leader.user, here.member.user}
    assert set(cadres[: len(village)]) == village
    assert cadres.index(here.handler.user) < cadres.index(here.county_reviewer.user)


def test_where_no_village_is_chosen_the_towns_cadres_come_first():
    here = staff()

    cadres = list(cadres_over(here.town, [], NOON.date()))

    assert set(cadres[:3]) == {
        here.reviewer.user,
        here.supervisor.user,
        here.handler.user,
    }
