"""The jobs of cases move what is due, once, and one bad row stops nobody else."""

from datetime import timedelta

import pytest
import time_machine

from cases import tasks
from cases.models import CalendarDay, Case, DeadlineRule, Event, TimeRequest
from cases.models.choices import CloseReason, Stage
from cases.workflow import Action, make_move
from minshi.errors import RuleBroken
from minshi.workdays import last_day_of, local_day
from tests import roles
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


def suspended(here, until_on=None):
    case = make_move(
        decided(here),
        Action.ASK_SUSPENSION,
        by=officer(here.handler),
        at=NOON,
        reason="等材料",
        until_on=until_on or local_day(NOON + 7 * DAY),
    )
    return make_move(
        case,
        Action.RULE_SUSPENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
    )


def end_post(post, at=NOON):
    post.until_on = local_day(at)
    post.save()


# --- suspensions


def test_a_suspension_ends_by_the_system_on_its_date():
    here = staff()
    case = suspended(here)

    assert tasks.end_suspensions_due(NOON + 7 * DAY) == 1

    case.refresh_from_db()
    assert (case.stage, case.grey_until) == (Stage.HANDLE, None)
    assert not TimeRequest.objects.filter(ended_at=None).exists()
    assert case.events.latest("sequence").via == "end_suspensions"


def test_a_suspension_runs_on_the_day_before():
    suspended(staff())

    assert tasks.end_suspensions_due(NOON + 6 * DAY) == 0
    assert TimeRequest.objects.filter(ended_at=None).exists()


def test_the_jobs_change_nothing_the_second_time():
    here = staff()
    suspended(here)
    tasks.end_suspensions_due(NOON + 8 * DAY)
    before = Event.objects.count()

    assert tasks.end_suspensions_due(NOON + 8 * DAY) == 0
    assert Event.objects.count() == before


# --- ratings nobody gave


def test_a_case_nobody_rated_for_30_days_is_closed_when_the_last_of_them_is_over():
    case = verified(staff())
    assert last_day_of(case.due_at) == (case.replied_at + 30 * DAY).date()

    assert tasks.close_unrated_due(case.due_at - timedelta(seconds=1)) == 0
    assert tasks.close_unrated_due(case.due_at) == 1

    case.refresh_from_db()
    assert case.close_reason == CloseReason.UNRATED
    assert case.events.latest("sequence").actor_kind == "system"


@pytest.mark.parametrize(("amount", "closed_after"), [(60, 60), (10, 30)])
def test_a_town_that_gives_longer_for_the_rating_is_not_cut_short(amount, closed_after):
    here = staff()
    DeadlineRule.objects.create(
        town=here.town,
        rule="rate",
        amount=amount,
        unit="calendar",
        from_at=NOON - DAY,
        set_by=here.reviewer,
    )
    case = verified(here)

    for days in (29, closed_after - 1):
        assert tasks.close_unrated_due(case.replied_at + days * DAY) == 0
        with pytest.raises(RuleBroken):
            make_move(
                case,
                Action.CLOSE_UNRATED,
                by=officer(here.duty),
                at=case.replied_at + days * DAY,
            )
    assert tasks.close_unrated_due(case.replied_at + (closed_after + 3) * DAY) == 1


def test_a_case_rated_or_not_completed_is_not_closed_unrated():
    here = staff()
    rated(here)
    completed(here)

    assert tasks.close_unrated_due(NOON + 90 * DAY) == 0


# --- orphans


@pytest.mark.parametrize(
    ("road", "owner", "heir"),
    [
        (spoken, "duty", "secretary"),
        (accepted, "secretary", "reviewer"),
        (completed, "secretary", "supervisor"),
        (verified, "duty", "secretary"),
    ],
)
def test_an_owner_whose_post_ended_is_followed_by_the_next(road, owner, heir):
    here = staff()
    case = road(here)
    end_post(getattr(here, owner))
    stage, due_at = case.stage, case.due_at

    assert tasks.rehome_orphans_due(NOON + DAY) == 1

    case.refresh_from_db()
    assert case.owner == getattr(here, heir)
    assert (case.stage, case.due_at) == (stage, due_at)


def test_on_the_last_day_of_a_post_its_cases_stay():
    here = staff()
    spoken(here)
    end_post(here.duty)

    assert tasks.rehome_orphans_due(NOON) == 0


def test_an_orphan_in_handling_goes_back_to_deliberation_with_its_clock():
    here = staff()
    case = decided(here, lead=here.member)
    end_post(here.member)

    tasks.rehome_orphans_due(NOON + DAY)

    case.refresh_from_db()
    assert (case.stage, case.owner) == (Stage.DELIBERATE, here.secretary)
    assert case.clocks.get(stopped_at=None).stage == Stage.HANDLE


def test_an_office_without_a_handler_loses_its_cases():
    here = staff()
    case = decided(here)
    second = roles.handler_of(here.office)
    end_post(here.handler)

    assert tasks.rehome_orphans_due(NOON + DAY) == 0

    second.user.is_active = False
    second.user.save()
    assert tasks.rehome_orphans_due(NOON + DAY) == 1
    case.refresh_from_db()
    assert case.stage == Stage.DELIBERATE


def test_closed_cases_have_no_owner_to_lose():
    here = staff()
    rated(here)
    for post in (here.duty, here.secretary, here.handler):
        end_post(post)

    assert not tasks.orphans(NOON + 30 * DAY).exists()


# --- one bad row


def test_a_case_that_cannot_be_moved_is_named_at_the_end_and_stops_nobody(caplog):
    here = staff()
    cases = [verified(here) for _ in range(3)]
    # no reply since
    Case.objects.filter(pk=cases[0].pk).update(completed_at=cases[0].replied_at + DAY)

    with pytest.raises(tasks.SomeFailed) as failure:
        tasks.close_unrated_due(NOON + 90 * DAY)

    assert failure.value.numbers == [cases[0].number]
    assert cases[0].number in caplog.text
    assert Case.objects.filter(close_reason=CloseReason.UNRATED).count() == 2


def test_more_bad_rows_than_a_batch_holds_starve_nobody(monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 2)
    here = staff()
    cases = [verified(here) for _ in range(6)]
    Case.objects.filter(pk__in=[case.pk for case in cases[:5]]).update(
        completed_at=NOON + 9 * DAY
    )

    with pytest.raises(tasks.SomeFailed) as failure:
        tasks.close_unrated_due(NOON + 90 * DAY)

    assert len(failure.value.numbers) == 5
    assert Case.objects.get(pk=cases[5].pk).close_reason == CloseReason.UNRATED


def test_a_case_another_worker_moved_meanwhile_is_no_failure():
    here = staff()
    case = verified(here)
    due = Case.objects.open().filter(stage=Stage.RATE)

    def rated_by_somebody_else_first(found):
        rated(here, case)
        make_move(
            found, Action.CLOSE_UNRATED, by=officer(here.duty), at=NOON + 90 * DAY
        )

    assert tasks.move_each(due, rated_by_somebody_else_first) == 0


# --- the tasks themselves


def test_the_tasks_read_the_clock():
    here = staff()
    suspended(here)
    verified(here)
    orphan = spoken(here)
    end_post(here.duty, NOON - DAY)

    with time_machine.travel(NOON + 60 * DAY, tick=False):
        tasks.end_suspensions()
        tasks.rehome_orphans()
        tasks.close_unrated()

    orphan.refresh_from_db()
    assert orphan.owner == here.secretary
    assert not TimeRequest.objects.filter(ended_at=None).exists()
    assert Case.objects.filter(close_reason=CloseReason.UNRATED).count() == 1


def test_the_calendar_is_refreshed_and_unreliable_years_are_named(caplog):
    """The next year from November on, when its days off are published: before that
    nobody can know them.
    """
    with time_machine.travel(NOON.replace(month=10), tick=False):
        tasks.refresh_calendar()
    assert CalendarDay.objects.filter(day__year=2027).exists()
    assert "calendar of" not in caplog.text

    with time_machine.travel(NOON.replace(month=11), tick=False):
        tasks.refresh_calendar()

    assert "calendar of 2027" in caplog.text
    assert "2026" not in caplog.text


def test_where_nobody_is_left_the_alarm_is_raised_once():
    here = staff()
    case = spoken(here)
    for post in (here.duty, here.secretary, here.reviewer, here.county_reviewer):
        post.until_on = NOON.date()
        post.save()

    for hours in range(4):
        tasks.rehome_orphans_due(NOON + DAY + timedelta(hours=hours))

    assert case.events.filter(action="alarm").count() == 1
    assert case.events.filter(action="rehome").count() == 1
