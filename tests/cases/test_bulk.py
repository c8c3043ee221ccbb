"""Old ledgers are taken over in bulk: every constraint and invariant holds, and nothing
is written by halves.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.bulk import Matter, adopt, writing
from cases.models import Assignment, Case, Clock, Event
from cases.models.choices import CloseReason, Stage
from cases.workflow import Action, Speaker, make_move
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from tests.cases.roads import DAY, NOON, officer, spoken, staff
from tests.chains import findings_of
from tests.villages.factories import GroupFactory, VillageFactory

pytestmark = pytest.mark.django_db
SOURCE = "2025年台账"


def closed_matter(here, **fields):
    values = {
        "source": SOURCE,
        "title": "二社路灯不亮",
        "verbatim": "两盏灯坏了",
        "registered_at": NOON - 90 * DAY,
        "village": here.village,
        "group": here.group,
        "speaker_name": "李建国",
        "speaker_phone": "13800138000",
        "category": "village",
        "grade": "minor",
        "handling": "on_spot",
        "result": "换了灯",
        "accepted_at": NOON - 90 * DAY,
        "completed_at": NOON - 89 * DAY,
        "closed_at": NOON - 88 * DAY,
        "close_reason": "rated",
        "satisfaction": "satisfied",
        "solved": "yes",
    }
    return Matter(**{**values, **fields})


def open_matter(here, stage, **fields):
    upto = list(Stage).index(stage)
    values = {
        "source": SOURCE,
        "title": "地界",
        "verbatim": "多犁一犁",
        "registered_at": NOON - 5 * DAY,
        "stage": stage,
        "village": here.village,
        "group": here.group,
        "category": "neighbour",
        "grade": "complex",
    }
    if upto >= 1:
        values["accepted_at"] = NOON - 4 * DAY
    if upto >= 2:
        values |= {
            "decided_at": NOON - 3 * DAY,
            "handling": "led",
            "decision": "拉尺",
            "lead": here.member,
        }
    if upto >= 3:
        values |= {"completed_at": NOON - 2 * DAY, "result": "栽了界石"}
    return Matter(**{**values, **fields})


def one_of_each(here):
    return [
        closed_matter(here),
        *(open_matter(here, stage) for stage in Stage if stage != Stage.CLOSED),
    ]


def test_every_row_passes_every_constraint_and_invariant():
    here = staff()

    assert adopt(one_of_each(here), officer(here.reviewer), NOON) == 6

    for case in Case.objects.all():
        case.full_clean()
        running = list(case.clocks.filter(stopped_at=None))
        assert len(running) == case.is_open
        if running:
            assert (case.due_at, case.yellow_at, case.stage) == (
                running[0].due_at,
                running[0].yellow_at,
                running[0].stage,
            )
            assert case.promised_on
        assert [event.action for event in case.events.all()] == [Action.ADOPT]
        assert (case.version, case.event_count, case.adopted_from) == (1, 1, SOURCE)
    assert findings_of(Case.objects.all()) == []


def test_open_ones_have_the_owner_their_stage_asks_for():
    here = staff()

    adopt(one_of_each(here), officer(here.reviewer), NOON)

    owners = {case.stage: case.owner for case in Case.objects.open()}
    assert owners == {
        Stage.SPEAK: here.duty,
        Stage.DELIBERATE: here.secretary,
        Stage.HANDLE: here.member,
        Stage.SUPERVISE: here.secretary,
        Stage.RATE: here.duty,
    }


def test_an_office_may_hold_an_adopted_matter_and_its_people_do_not_check_it():
    here = staff()
    rows = [
        open_matter(here, Stage.HANDLE, lead=here.office),
        open_matter(here, Stage.SUPERVISE, lead=here.secretary),
    ]

    adopt(rows, officer(here.reviewer), NOON)

    handled, checked = Case.objects.order_by("pk")
    assert handled.owner == here.office
    assert checked.owner == here.supervisor


def test_the_clock_runs_since_the_matter_came_to_its_stage():
    here = staff()
    since = NOON - 10 * DAY

    adopt(
        [open_matter(here, Stage.SPEAK, registered_at=since)],
        officer(here.reviewer),
        NOON,
    )

    clock = Clock.objects.get()
    assert (clock.started_at, clock.rule) == (since, "speak")
    assert workdays.last_day_of(clock.due_at) == (NOON - 7 * DAY).date()


def test_an_adopted_matter_moves_on_like_any_other():
    here = staff()
    adopt([open_matter(here, Stage.HANDLE)], officer(here.reviewer), NOON)
    case = Case.objects.get()

    case = make_move(
        case,
        Action.COMPLETE,
        by=officer(here.member),
        at=NOON,
        outcome="done",
        result="栽了界石",
    )
    case = make_move(
        case, Action.VERIFY, by=officer(here.secretary), at=NOON, reply="界石栽好了"
    )
    case = make_move(
        case,
        Action.RATE,
        by=Speaker(case, "code"),
        at=NOON,
        satisfaction="satisfied",
        solved="yes",
    )

    assert case.close_reason == CloseReason.RATED
    assert findings_of([case]) == []


def test_an_adopted_closed_matter_is_not_opened_again():
    here = staff()
    adopt([closed_matter(here)], officer(here.reviewer), NOON)

    with pytest.raises(MoveRefused):
        make_move(
            Case.objects.get(),
            Action.REOPEN,
            by=officer(here.reviewer),
            at=NOON,
            reason="灯又坏了",
        )


def test_numbers_come_from_the_counter_of_the_year_it_was_told_in():
    here = staff()
    last_year = closed_matter(here, registered_at=NOON - 90 * DAY)
    this_year = closed_matter(
        here,
        registered_at=NOON - 30 * DAY,
        accepted_at=None,
        completed_at=None,
        closed_at=NOON,
    )

    adopt([last_year, this_year, last_year], officer(here.reviewer), NOON)
    told_now = spoken(here)

    abbreviation = here.town.abbreviation
    assert list(Case.objects.order_by("pk").values_list("number", flat=True)) == [
        f"{abbreviation}-2025-0001",
        f"{abbreviation}-2026-0001",
        f"{abbreviation}-2025-0002",
        f"{abbreviation}-2026-0002",
    ]
    assert told_now.pk == Case.objects.latest("pk").pk


def test_keys_are_not_given_twice_when_adopting_and_registering_take_turns():
    here = staff()

    spoken(here)
    adopt(one_of_each(here), officer(here.reviewer), NOON)
    spoken(here)
    adopt(one_of_each(here), officer(here.reviewer), NOON)

    assert Case.objects.count() == 14
    assert findings_of(Case.objects.all()) == []


def test_personal_values_are_encrypted_and_found_and_in_no_event():
    here = staff()

    adopt([closed_matter(here)], officer(here.reviewer), NOON)

    case = Case.objects.get()
    assert case.speaker_phone == "13800138000"
    assert case.speaker_phone_hash
    written = str(Event.objects.values().get())
    assert all(text not in written for text in ("李建国", "13800138000", "两盏灯"))


FAULTY = {
    "a number in the name": {"speaker_name": "李建国13993912399"},
    "no source": {"source": " "},
    "title too long": {"title": "灯" * 61},
    "unknown category": {"category": "weather"},
    "wrong phone": {"speaker_phone": "12"},
    "secret": {"confidentiality": "secret"},
    "no place": {"village": None, "group": None},
    "village level without a village": {
        "village": None,
        "group": None,
        "level": "village",
    },
    "closing before telling": {"closed_at": NOON - 100 * DAY},
    "closing tomorrow": {"closed_at": NOON + DAY},
    "told tomorrow": {"registered_at": NOON + DAY},
    "replied before told": {"replied_at": NOON - 91 * DAY},
    "closed without a reason": {"close_reason": ""},
    "open with a day of closing": {"stage": "rate"},
    "merged": {"close_reason": "merged", "satisfaction": "", "solved": ""},
    "rated without answers": {"satisfaction": "", "solved": ""},
    "answers without rating": {"close_reason": "unrated"},
    "one answer": {"solved": ""},
    "completed without a result": {"result": ""},
}


@pytest.mark.parametrize("fault", FAULTY.values(), ids=FAULTY)
def test_a_faulty_row_is_named_and_nothing_is_written(fault):
    here = staff()
    rows = [closed_matter(here), replace(closed_matter(here), **fault)]

    with pytest.raises(InputRefused) as refusal:
        adopt(rows, officer(here.reviewer), NOON)

    assert set(refusal.value.fields) == {"2"}
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("stage", "fault"),
    [
        (Stage.DELIBERATE, {"accepted_at": None}),
        (Stage.DELIBERATE, {"category": ""}),
        (Stage.HANDLE, {"lead": None}),
        (Stage.HANDLE, {"handling": ""}),
        (Stage.HANDLE, {"decided_at": None}),
        (Stage.HANDLE, {"handling": "meeting"}),
        (Stage.RATE, {"completed_at": None}),
    ],
)
def test_a_faulty_open_row_is_refused(stage, fault):
    here = staff()

    with pytest.raises(InputRefused):
        adopt([open_matter(here, stage, **fault)], officer(here.reviewer), NOON)


def test_a_supervisor_and_a_stranger_never_lead_an_adopted_matter():
    here, there = staff(), staff()

    for lead in (here.supervisor, there.member, there.office):
        with pytest.raises(InputRefused):
            adopt(
                [open_matter(here, Stage.HANDLE, lead=lead)],
                officer(here.reviewer),
                NOON,
            )


def test_a_group_of_another_village_and_a_village_of_another_town_are_refused():
    here = staff()

    for place in (
        {"group": GroupFactory()},
        {"village": VillageFactory(), "group": None},
    ):
        with pytest.raises(InputRefused):
            adopt([closed_matter(here, **place)], officer(here.reviewer), NOON)


def test_where_the_village_has_nobody_the_town_owns_it():
    here = staff()
    village = VillageFactory(town=here.town)

    adopt(
        [open_matter(here, Stage.SPEAK, village=village, group=None)],
        officer(here.reviewer),
        NOON,
    )

    assert Case.objects.get().owner == here.reviewer


@pytest.mark.parametrize(
    "who", ["duty", "secretary", "supervisor", "handler", "member"]
)
def test_only_a_reviewer_adopts(who):
    here = staff()

    with pytest.raises(NoSuchRight):
        adopt([closed_matter(here)], officer(getattr(here, who)), NOON)


def test_a_reviewer_whose_post_has_ended_adopts_nothing():
    here = staff()
    here.reviewer.until_on = (NOON - DAY).date()
    here.reviewer.save()

    with pytest.raises(NoSuchRight):
        adopt([closed_matter(here)], officer(here.reviewer), NOON)


def test_a_county_reviewer_adopts_for_any_town_of_the_county():
    here = staff()

    assert adopt([closed_matter(here)], officer(here.county_reviewer), NOON) == 1


def test_rows_are_read_in_batches_and_queries_do_not_grow_with_them(
    monkeypatch, django_assert_num_queries
):
    here = staff()
    by = officer(here.reviewer)
    monkeypatch.setattr(writing, "BATCH", 10)
    adopt(one_of_each(here), by, NOON)

    def rows(count):
        return (
            open_matter(
                here, Stage.HANDLE, registered_at=NOON - timedelta(days=6, minutes=nth)
            )
            for nth in range(count)
        )

    with django_assert_num_queries(14):
        adopt(rows(2), by, NOON)
    with django_assert_num_queries(14):
        adopt(rows(10), by, NOON)
    with django_assert_num_queries(22):
        assert adopt(rows(20), by, NOON) == 20
    assert Assignment.objects.count() == 35


def test_a_fault_in_a_later_batch_takes_the_earlier_ones_back(monkeypatch):
    here = staff()
    monkeypatch.setattr(writing, "BATCH", 2)
    rows = [closed_matter(here)] * 4 + [closed_matter(here, result="")]

    with pytest.raises(InputRefused) as refusal:
        adopt(iter(rows), officer(here.reviewer), NOON)

    assert set(refusal.value.fields) == {"5"}
    assert not Case.objects.exists()
    assert spoken(here).number.endswith("0001")


def test_the_event_is_append_only_like_any_other():
    here = staff()
    adopt([closed_matter(here)], officer(here.reviewer), NOON)

    with pytest.raises(Exception, match="append-only"):
        Event.objects.update(note="x")
