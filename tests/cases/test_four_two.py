"""四议两公开: six steps in order, and what they let a village decide."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils.translation import override

from cases.meetings.four_two import (
    correct_step,
    drop_process,
    last_held,
    record_step,
    start_process,
)
from cases.meetings.notice import is_announced
from cases.meetings.six_steps import OUTCOME, next_step
from cases.meetings.step_record import StepRecord
from cases.models import FourTwoProcess, FourTwoStep, StepCorrection
from cases.slips.notices import notices_of
from cases.views.six_step_rows import what_next
from cases.workflow import Action, make_move, moves_open_to
from minshi.errors import InputRefused, KeyReused, MoveRefused, NoSuchRight
from tests.cases.council import seats
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    spoken,
    staff,
)
from villages.models import Body

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def major(here, **fields):
    case = spoken(here, **fields)
    return make_move(
        case,
        Action.ACCEPT,
        by=officer(here.duty),
        at=NOON,
        category="village",
        grade="major",
    )


def begun(here, case=None, **fields):
    fields = {
        "matter": "collective_income",
        "origin": "people",
        "subject": "集体分红",
        **fields,
    }
    return start_process(
        here.village, case=case, by=officer(here.secretary), at=NOON, **fields
    )


def meeting(due, present, votes_for, *, kind="", on=TODAY):
    """An assembly was announced ten days before."""
    return StepRecord(
        on,
        "同意按户分",
        kind=kind,
        due=due,
        present=present,
        votes=(votes_for, present - votes_for, 0),
        called_on=on - 10 * DAY if is_announced(kind) else None,
    )


def through(process, here, last, on=TODAY):
    """Steps 1 to `last` passed, at most the fourth."""
    for nth in range(1, last + 1):
        record_step(
            process,
            nth,
            meeting(30, 30, 30, on=on),
            by=officer(here.secretary),
            at=NOON,
        )
    return process


def test_a_village_decides_a_major_matter_once_the_fourth_step_has_passed():
    here = staff()
    case = major(here)
    process = begun(here, case)
    assert Action.DECIDE not in {
        offer.action for offer in moves_open_to(here.secretary.user, case, NOON)
    }

    through(process, here, 3)
    with pytest.raises(MoveRefused):
        decided(here, case, grade="major")
    record_step(process, 4, meeting(30, 20, 11), by=officer(here.secretary), at=NOON)
    case = decided(here, case)

    assert (case.stage, case.level, case.grade) == ("handle", "village", "major")


def test_the_steps_come_in_their_order():
    here = staff()
    process = begun(here, major(here))

    with pytest.raises(MoveRefused):
        record_step(process, 2, meeting(7, 7, 7), by=officer(here.secretary), at=NOON)
    through(process, here, 4)

    process = FourTwoProcess.objects.prefetch_related("steps").get(pk=process.pk)
    assert next_step(process).nth == 5


@pytest.mark.parametrize(
    ("nth", "due", "present", "votes_for", "passes"),
    [
        # over half of the branch committee's members
        (1, 5, 3, 3, True), (1, 6, 4, 3, False), (1, 6, 4, 4, True), (1, 6, 6, 3, False),
        (2, 7, 4, 3, True), (2, 7, 4, 2, False), (2, 8, 5, 3, True),
        # half of the party members come, over half of those due agree
        (3, 30, 15, 15, False), (3, 30, 16, 16, True), (3, 30, 25, 15, False),
        (3, 31, 16, 16, True), (3, 31, 30, 15, False), (3, 31, 30, 17, True),
        # two thirds of the representatives come, over half of those present agree
        (4, 30, 20, 11, True), (4, 30, 20, 10, False), (4, 31, 21, 11, True),
        (4, 31, 21, 10, False), (4, 31, 22, 11, False), (4, 31, 31, 16, True),
    ],
)  # fmt: skip
def test_each_step_passes_at_its_threshold_and_not_below(
    nth, due, present, votes_for, passes
):
    here = staff()
    process = through(begun(here, major(here)), here, nth - 1)

    step = record_step(
        process,
        nth,
        meeting(due, present, votes_for),
        by=officer(here.secretary),
        at=NOON,
    )

    assert step.passed is passes


@pytest.mark.parametrize(
    ("nth", "due", "present"),
    [
        (1, 5, 2),
        (1, 6, 3),
        (2, 7, 3),
        (2, 8, 4),
        (3, 30, 14),
        (3, 31, 15),
        (4, 30, 19),
        (4, 31, 20),
    ],
)
def test_a_meeting_to_which_too_few_came_is_no_step(nth, due, present):
    here = staff()
    process = through(begun(here, major(here)), here, nth - 1)

    with pytest.raises(InputRefused) as refused:
        record_step(
            process,
            nth,
            meeting(due, present, present),
            by=officer(here.secretary),
            at=NOON,
        )

    assert set(refused.value.fields) == {"present"}
    assert not process.steps.filter(nth=nth).exists()


def test_an_assembly_of_all_villagers_needs_more_than_half_of_them():
    here = staff()
    process = through(begun(here, major(here)), here, 3)
    by = officer(here.secretary)

    with pytest.raises(InputRefused):
        record_step(process, 4, meeting(400, 200, 200, kind="assembly"), by=by, at=NOON)

    assert record_step(
        process, 4, meeting(400, 201, 201, kind="assembly"), by=by, at=NOON
    ).passed


@pytest.mark.parametrize(
    ("held", "field"),
    [
        (StepRecord(TODAY, "x", due=7, present=8, votes=(8, 0, 0)), "present"),
        (StepRecord(TODAY, "x", due=7, present=7, votes=(6, 0, 0)), "votes_for"),
        (StepRecord(TODAY, "x", due=7, present=None, votes=(6, 0, 0)), "present"),
        (StepRecord(TODAY, " ", due=7, present=7, votes=(7, 0, 0)), "content"),
        (StepRecord(TODAY + DAY, "x", due=7, present=7, votes=(7, 0, 0)), "held_on"),
        (
            StepRecord(TODAY, "x", kind="assembly", due=7, present=7, votes=(7, 0, 0)),
            "kind",
        ),
    ],
)
def test_numbers_and_days_that_do_not_fit_are_refused_beside_their_field(held, field):
    here = staff()
    process = begun(here, major(here))

    with pytest.raises(InputRefused) as refused:
        record_step(process, 1, held, by=officer(here.secretary), at=NOON)

    assert field in refused.value.fields
    assert not process.steps.exists()


def test_a_step_that_did_not_pass_is_kept_and_held_again():
    here = staff()
    process = begun(here, major(here))
    record_step(process, 1, meeting(5, 4, 2), by=officer(here.secretary), at=NOON)

    record_step(process, 1, meeting(5, 5, 5), by=officer(here.secretary), at=NOON + DAY)

    assert [step.passed for step in process.steps.order_by("pk")] == [False, True]


@pytest.mark.parametrize(("days", "refused"), [(14, True), (15, False), (16, False)])
def test_the_resolution_hangs_for_fifteen_days(days, refused):
    here = staff()
    process = through(begun(here, major(here)), here, 4)
    notice = StepRecord(
        TODAY,
        "村务公开栏",
        public_until=TODAY + timedelta(days=days),
        oversight="无异议",
    )

    if refused:
        with pytest.raises(InputRefused) as error:
            record_step(process, 5, notice, by=officer(here.secretary), at=NOON)
        assert set(error.value.fields) == {"public_until"}
        assert "第三十五条" in str(error.value)
    else:
        assert record_step(
            process, 5, notice, by=officer(here.secretary), at=NOON
        ).passed


@pytest.mark.parametrize(("after", "refused"), [(15, True), (16, False)])
def test_the_outcome_is_shown_after_the_resolution_has_hung(after, refused):
    here = staff()
    case = major(here)
    process = through(begun(here, case), here, 4)
    until = TODAY + timedelta(days=15)
    record_step(
        process,
        5,
        StepRecord(TODAY, "公开栏", public_until=until),
        by=officer(here.secretary),
        at=NOON,
    )
    completed(here, decided(here, case))
    on = TODAY + timedelta(days=after)
    notice = StepRecord(on, "公开栏", public_until=on + timedelta(days=15))
    later = NOON + timedelta(days=20)

    if refused:
        with pytest.raises(InputRefused):
            record_step(process, 6, notice, by=officer(here.secretary), at=later)
    else:
        record_step(process, 6, notice, by=officer(here.secretary), at=later)
        assert next_step(FourTwoProcess.objects.get(pk=process.pk)) is None


def test_no_outcome_is_shown_of_what_is_not_done():
    here = staff()
    case = major(here)
    process = through(begun(here, case), here, 4)
    by, later, on = officer(here.secretary), NOON + 20 * DAY, TODAY + 17 * DAY
    record_step(
        process,
        5,
        StepRecord(TODAY, "公开栏", public_until=TODAY + 15 * DAY),
        by=by,
        at=NOON,
    )
    notice = StepRecord(on, "分红清单", public_until=on + 15 * DAY)
    case = decided(here, case)

    with pytest.raises(MoveRefused):
        record_step(process, 6, notice, by=by, at=later)
    case = completed(here, case)

    assert record_step(process, 6, notice, by=by, at=later).passed
    assert next_step(FourTwoProcess.objects.get()) is None


def test_what_was_done_once_more_has_its_new_outcome_made_public_too():
    here = staff()
    case = major(here)
    process = through(begun(here, case), here, 4)
    by, later, on = officer(here.secretary), NOON + 20 * DAY, TODAY + 17 * DAY
    posted = StepRecord(TODAY, "公开栏", public_until=TODAY + 15 * DAY)
    record_step(process, 5, posted, by=by, at=NOON)
    case = completed(here, decided(here, case))
    first = StepRecord(on, "分红清单", public_until=on + 15 * DAY)
    record_step(process, 6, first, by=by, at=later)

    case = make_move(case, Action.REJECT, by=by, at=later, reason="渠口还漏")
    process = FourTwoProcess.objects.get()
    due = next_step(process)
    assert due is not None
    assert due.nth == OUTCOME
    assert what_next(process, due).startswith("事情正在办")
    with pytest.raises(MoveRefused):
        record_step(process, 6, first, by=by, at=later)

    completed(here, case, at=later + 2 * DAY)
    process = FourTwoProcess.objects.get()
    assert "重新办" in what_next(process, next_step(process))
    with pytest.raises(InputRefused) as refused:
        record_step(process, 6, first, by=by, at=later + 3 * DAY)
    assert "办完" in refused.value.fields["held_on"]

    second_on = TODAY + 22 * DAY  # while the first still hangs
    second = StepRecord(second_on, "渠口补好了", public_until=second_on + 15 * DAY)
    record_step(process, 6, second, by=by, at=later + 3 * DAY)

    process = FourTwoProcess.objects.get()
    assert next_step(process) is None
    assert notices_of(process)[OUTCOME].step.content == "渠口补好了"


def test_one_process_runs_for_a_case_and_another_begins_once_it_is_given_up():
    here = staff()
    case = major(here)
    process = begun(here, case)

    with pytest.raises(MoveRefused):
        begun(here, case)
    drop_process(process, "群众意见不一", by=officer(here.secretary), at=NOON)

    assert begun(here, case) != process


def test_what_the_villagers_resolved_is_not_given_up():
    here = staff()
    process = through(begun(here, major(here)), here, 4)

    with pytest.raises(MoveRefused):
        drop_process(process, "算了", by=officer(here.secretary), at=NOON)


def test_a_major_matter_goes_down_to_a_village_only_for_four_two():
    here = staff()
    case = make_move(
        major(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="要镇里定",
    )

    with pytest.raises(MoveRefused):
        make_move(
            case,
            Action.SEND_BACK,
            by=officer(here.reviewer),
            at=NOON,
            reason="村里走四议两公开",
        )
    begun(here, case)
    case = make_move(
        case,
        Action.SEND_BACK,
        by=officer(here.reviewer),
        at=NOON,
        reason="村里走四议两公开",
    )

    assert case.level == "village"


def test_nobody_of_another_village_begins_or_writes():
    here, elsewhere = staff(), staff()
    case = major(here)

    with pytest.raises(NoSuchRight):
        start_process(
            here.village,
            case=case,
            matter="other",
            origin="people",
            subject="x",
            by=officer(elsewhere.secretary),
            at=NOON,
        )
    process = begun(here, case)
    with pytest.raises(NoSuchRight):
        record_step(
            process, 1, meeting(5, 5, 5), by=officer(elsewhere.secretary), at=NOON
        )


def test_a_case_that_is_handled_already_begins_nothing():
    here = staff()

    with pytest.raises(MoveRefused):
        begun(here, decided(here, accepted(here)))


def test_a_repeated_click_begins_and_writes_once():
    here = staff()
    case, key, again = major(here), uuid.uuid4(), uuid.uuid4()
    process = begun(here, case, key=key)

    assert begun(here, case, key=key) == process
    first = record_step(
        process, 1, meeting(5, 5, 5), by=officer(here.secretary), at=NOON, key=again
    )
    assert (
        record_step(
            process, 1, meeting(5, 5, 5), by=officer(here.secretary), at=NOON, key=again
        )
        == first
    )


def test_the_database_lets_no_step_pass_below_its_numbers_and_changes_none():
    here = staff()
    process = begun(here, major(here))
    step = record_step(
        process, 1, meeting(5, 5, 5), by=officer(here.secretary), at=NOON
    )
    numbers = {
        "due": 7,
        "present": 3,
        "votes_for": 3,
        "votes_against": 0,
        "votes_abstain": 0,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        FourTwoStep.objects.create(
            process=process,
            nth=2,
            held_on=date(2026, 3, 1),
            content="x",
            present_needed=4,
            votes_needed=2,
            passed=True,
            recorded_by=here.secretary,
            recorded_at=NOON,
            **numbers,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        FourTwoStep.objects.filter(pk=step.pk).update(content="改")


def test_a_used_key_hides_no_other_step_or_process():
    here = staff()
    case, key, again = major(here), uuid.uuid4(), uuid.uuid4()
    process = begun(here, case, key=key)
    record_step(
        process, 1, meeting(5, 5, 5), by=officer(here.secretary), at=NOON, key=again
    )

    with pytest.raises(KeyReused):
        begun(here, case, key=key, subject="另一件")
    with pytest.raises(KeyReused):
        record_step(
            process, 2, meeting(7, 7, 7), by=officer(here.secretary), at=NOON, key=again
        )


def test_a_correction_stands_beside_a_step_once_and_changes_nothing_of_it():
    here = staff()
    process = through(begun(here, major(here)), here, 1)
    step = last_held(process, 1)
    words = {"wrong": "实到写成了 30", "right": "实到 28", "key": uuid.uuid4()}

    first = correct_step(step, by=officer(here.secretary), at=NOON + DAY, **words)
    again = correct_step(step, by=officer(here.secretary), at=NOON + DAY, **words)

    assert (first, StepCorrection.objects.count()) == (again, 1)
    step.refresh_from_db()
    assert (step.present, step.passed) == (30, True)
    with pytest.raises(KeyReused):
        correct_step(
            step,
            by=officer(here.secretary),
            at=NOON + DAY,
            **{**words, "right": "实到 27"},
        )
    with pytest.raises(InputRefused) as refused:
        correct_step(
            step,
            by=officer(here.secretary),
            at=NOON,
            wrong=" ",
            right="实到 28",
            key=uuid.uuid4(),
        )
    assert set(refused.value.fields) == {"wrong"}
    for stranger in (here.reviewer, here.supervisor, staff().secretary):
        with pytest.raises(NoSuchRight):
            correct_step(
                step, by=officer(stranger), at=NOON, **{**words, "key": uuid.uuid4()}
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        StepCorrection.objects.update(right="实到 30")


@pytest.mark.parametrize(
    ("due", "present", "votes_for", "passes"),
    [(30, 24, 19, False), (30, 24, 20, True), (31, 31, 20, False), (31, 21, 21, True)],
)
def test_land_contracts_ask_for_two_thirds_of_all_members(
    due, present, votes_for, passes
):
    """农村集体经济组织法 27; 农村土地承包法 19."""
    here = staff()
    land = through(begun(here, major(here), matter="land_contracts"), here, 3)
    held = meeting(due, present, votes_for, kind="members_assembly")

    step = record_step(land, 4, held, by=officer(here.secretary), at=NOON)

    assert step.passed is passes
    assert "第二十七条" in step.rule
    assert "第十九条" in step.rule


@pytest.mark.parametrize(
    ("matter", "kinds"),
    [
        ("collective_income", ["representatives", "assembly", "households"]),
        ("village_plan", ["representatives", "assembly", "households"]),
        ("help", ["representatives", "assembly", "households"]),
        ("land_contracts", ["members_assembly"]),
        ("homesteads", ["members_assembly"]),
        ("land_compensation", ["members_assembly"]),
        ("collective_itself", ["members_assembly"]),
        ("collective_plans", ["members_assembly", "member_delegates"]),
        ("construction_land", ["members_assembly", "member_delegates"]),
        ("collective_projects", ["members_assembly", "member_delegates"]),
    ],
)
def test_only_those_resolve_whom_the_law_lets_decide(matter, kinds):
    """村民委员会组织法 28; 农村集体经济组织法 26, 28."""
    here = staff()
    process = through(begun(here, major(here), matter=matter), here, 3)
    refused = {"representatives", "members_assembly", "member_delegates"} - set(kinds)

    assert list(next_step(FourTwoProcess.objects.get(pk=process.pk)).kinds) == kinds
    for kind in refused:
        with pytest.raises(InputRefused) as error:
            record_step(
                process,
                4,
                meeting(31, 31, 31, kind=kind),
                by=officer(here.secretary),
                at=NOON,
            )
        assert set(error.value.fields) == {"kind"}


@pytest.mark.parametrize(
    ("due", "present", "votes_for", "passes"),
    [
        (21, 14, 14, True), (21, 21, 13, False), (31, 31, 21, True), (31, 31, 20, False),
        (31, 21, 21, True),
    ],
)  # fmt: skip
def test_two_thirds_of_all_member_representatives_agree(
    due, present, votes_for, passes
):
    """农村集体经济组织法 28."""
    here = staff()
    process = through(begun(here, major(here), matter="collective_plans"), here, 3)
    held = meeting(due, present, votes_for, kind="member_delegates")

    step = record_step(process, 4, held, by=officer(here.secretary), at=NOON)

    assert step.passed is passes


def test_twenty_member_representatives_are_too_few():
    """农村集体经济组织法 28: more than twenty."""
    here = staff()
    process = through(begun(here, major(here), matter="collective_plans"), here, 3)
    held = meeting(20, 20, 20, kind="member_delegates")

    with pytest.raises(InputRefused) as refused:
        record_step(process, 4, held, by=officer(here.secretary), at=NOON)

    assert set(refused.value.fields) == {"due"}
    assert "第二十八条" in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "days", "why", "field"),
    [
        ("assembly", 10, "", None),
        ("assembly", 11, "", None),
        ("assembly", 9, "", "short_notice"),
        ("assembly", 9, "。", "short_notice"),
        ("assembly", 9, "汛情紧急", None),
        ("households", 9, "", "short_notice"),
        ("households", 0, "汛情紧急", None),
        ("assembly", None, "汛情紧急", "called_on"),
        ("assembly", -1, "汛情紧急", "called_on"),
    ],
)
def test_an_assembly_that_resolves_was_announced_ten_days_before(
    kind, days, why, field
):
    """村民委员会组织法 25."""
    here = staff()
    process = through(begun(here, major(here)), here, 3)
    held = replace(
        meeting(30, 30, 30, kind=kind),
        called_on=None if days is None else TODAY - days * DAY,
        short_notice=why,
    )

    if field:
        with pytest.raises(InputRefused) as refused:
            record_step(process, 4, held, by=officer(here.secretary), at=NOON)
        assert set(refused.value.fields) == {field}
    else:
        step = record_step(process, 4, held, by=officer(here.secretary), at=NOON)
        assert step.called_on == TODAY - days * DAY
        assert step.short_notice == (why if days < 10 else "")


@pytest.mark.parametrize(("days", "refused"), [(9, True), (10, False), (11, False)])
def test_the_members_are_told_ten_days_before_without_exception(days, refused):
    """农村集体经济组织法 27."""
    here = staff()
    process = through(begun(here, major(here), matter="land_contracts"), here, 3)
    held = replace(
        meeting(30, 30, 30, kind="members_assembly"),
        called_on=TODAY - days * DAY,
        short_notice="汛情紧急",
    )

    if refused:
        with pytest.raises(InputRefused) as error:
            record_step(process, 4, held, by=officer(here.secretary), at=NOON)
        assert set(error.value.fields) == {"called_on"}
    else:
        assert record_step(process, 4, held, by=officer(here.secretary), at=NOON).passed


def test_the_villagers_resolve_by_one_of_two_thirds_of_the_households():
    """村民委员会组织法 26."""
    here = staff()
    process = through(begun(here, major(here)), here, 3)
    by = officer(here.secretary)

    with pytest.raises(InputRefused):
        record_step(process, 4, meeting(30, 19, 19, kind="households"), by=by, at=NOON)
    step = record_step(
        process, 4, meeting(30, 20, 10, kind="households"), by=by, at=NOON
    )
    assert not step.passed
    assert record_step(
        process, 4, meeting(30, 20, 11, kind="households"), by=by, at=NOON
    ).passed


def test_a_used_key_hides_no_other_numbers_of_a_step():
    here = staff()
    process, key, by = begun(here, major(here)), uuid.uuid4(), officer(here.secretary)
    first = record_step(process, 1, meeting(7, 7, 5), by=by, at=NOON, key=key)

    assert record_step(process, 1, meeting(7, 7, 5), by=by, at=NOON, key=key) == first
    with pytest.raises(KeyReused):
        record_step(process, 1, meeting(7, 7, 6), by=by, at=NOON, key=key)


# --- who is due by the roll
TWELVE = tuple("甲乙丙丁戊己庚辛壬癸子丑")


def test_no_fewer_are_due_than_the_roll_of_that_day_has():
    here = staff()
    rows = seats(here, TWELVE, Body.REPRESENTATIVES)
    process = through(begun(here, major(here)), here, 3)
    by = officer(here.secretary)

    with pytest.raises(InputRefused) as refused:
        record_step(process, 4, meeting(10, 7, 4), by=by, at=NOON)
    with override("zh-hans"):
        assert "名册上有12人" in str(refused.value.fields["due"])

    # whoever was not seated yet, or not any more, was not due
    rows[0].until_on = TODAY - DAY
    rows[0].save()
    step = record_step(process, 4, meeting(11, 8, 6), by=by, at=NOON)
    assert step.passed


def test_the_form_of_a_step_says_who_is_due_by_the_roll(client):
    here = staff()
    seats(here, TWELVE, Body.REPRESENTATIVES)
    seats(here, TWELVE[:5], Body.BRANCH_COMMITTEE)
    process = begun(here, major(here))
    client.force_login(here.secretary.user)

    with time_machine.travel(NOON, tick=False):
        first = client.get(process.get_absolute_url()).context["form"]
        through(process, here, 3)
        fourth = client.get(process.get_absolute_url()).context["form"]

    assert first["due"].value() == 5
    assert "村党支部委员会会议 5" in first["due"].help_text
    # another kind of meeting may hold this step, and has no roll
    assert fourth["due"].value() is None
    assert "村民代表会议 12" in fourth["due"].help_text
