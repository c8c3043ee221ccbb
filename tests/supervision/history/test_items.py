"""What an open meeting concluded: an item that SQL changed, put in or took away is
found before the meeting closes and after, and what people do meanwhile is not.
"""

import pytest

from cases.meetings import (
    add_attendee,
    add_item,
    close_meeting,
    conclude,
    move_item,
    remove_attendee,
    remove_item,
    save_minutes,
    set_aside,
)
from cases.meetings.finals import ITEM
from cases.models import AgendaItem, StepAside
from cases.workflow import Action, make_move
from minshi.history import history_lifted
from supervision.sealing.findings import LogWrong
from tests import roles
from tests.cases.council import called, passed, present, seats
from tests.cases.roads import NOON, accepted, officer
from tests.supervision.history.attacks import MINUTE, NIGHT, by_sql, found
from tests.supervision.history.migrating import migrate_back_before, migrate_to_the_end
from villages.finals import last_seals
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db
TABLE = AgendaItem._meta.db_table
REFUSED = {"votes": (1, 5, 1), "resolution": "不租"}
MADE_TO_PASS = (
    "SET state = 'passed', votes_for = 7, votes_against = 0, votes_abstain = 0,"
    " resolution = '同意租'"
)

STILL_TO_COME = "SET state = 'waiting', concluded_at = NULL"
LET_AFTER_ALL = "SET resolution = '同意租'"


@pytest.fixture
def chair(here):
    seats(here)
    roles.record_made(NOON)
    return {"by": officer(here.secretary), "at": NOON}


@pytest.fixture
def meeting(here, chair):
    """Seven came; a matter of a case waits, and so do two subjects."""
    held = called(here, accepted(here), subjects=["租林地", "修路"])
    present(held, here, 7)
    return held


def item_of(meeting, subject="租林地"):
    return meeting.items.get(subject=subject)


@pytest.fixture
def refused(meeting, chair):
    """Somebody stepped aside, so six votes were counted."""
    item = item_of(meeting)
    last = meeting.attendees.order_by("pk").last()
    set_aside(item, {last.pk: "自家的地"}, **chair)
    words = {**REFUSED, "votes": (1, 5, 0)}
    return conclude(item, "not_passed", **words, **chair)


def test_nothing_is_found_where_all_is_as_it_was_concluded(meeting, refused, chair):
    assert found() == set()
    close_meeting(meeting, **chair)
    assert found() == set()


def test_a_result_that_was_changed_is_found_before_and_after_the_end(
    meeting, refused, chair
):
    by_sql(TABLE, f"UPDATE {TABLE} {MADE_TO_PASS}, present = 7", id=refused.pk)

    assert found() == {LogWrong.CLOSED}
    close_meeting(meeting, **chair)
    assert found() == {LogWrong.CLOSED}


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        (AgendaItem, "SET resolution = '同意'"),
        (AgendaItem, "SET opinions = '一致同意'"),
        (AgendaItem, "SET subject = '修路'"),
        (AgendaItem, "SET rule = '简单多数'"),
        (AgendaItem, "SET concluded_at = '2026-01-01 00:00:00+00:00'"),
        (StepAside, "SET reason = '无'"),
        (StepAside, "SET unknowing = '[1]'"),
    ],
)
def test_what_was_changed_is_found(refused, rows, change):
    row = refused if rows is AgendaItem else refused.asides.get()
    table = rows._meta.db_table

    by_sql(table, f"UPDATE {table} {change}", id=row.pk)

    assert found() == {LogWrong.CLOSED}


def test_an_item_that_was_never_concluded_is_found(meeting, refused):
    refused.pk = None
    refused.subject = "分红"
    refused.save(force_insert=True)

    assert found() == {LogWrong.CLOSED}


def test_an_item_taken_away_or_said_to_wait_still_is_found(meeting, refused, chair):
    passing = conclude(
        item_of(meeting, "修路"), "passed", votes=(7, 0, 0), resolution="修", **chair
    )
    assert found() == set()

    by_sql(TABLE, f"UPDATE {TABLE} {STILL_TO_COME}", id=passing.pk)
    assert found() == {LogWrong.CLOSED_GONE}
    with history_lifted():
        refused.asides.all().delete()
        AgendaItem.objects.filter(pk=refused.pk)._raw_delete("default")
    assert found() == {LogWrong.CLOSED_GONE}


def test_an_item_that_was_opened_again_is_found_whatever_is_concluded_then(
    meeting, refused, chair
):
    by_sql(TABLE, f"UPDATE {TABLE} {STILL_TO_COME}", id=refused.pk)
    conclude(refused, "passed", votes=(6, 0, 0), resolution="租", **chair)

    assert found() == {LogWrong.CLOSED}


def test_an_item_that_was_opened_again_is_found_where_it_is_put_off(
    meeting, refused, chair
):
    by_sql(TABLE, f"UPDATE {TABLE} {STILL_TO_COME}", id=refused.pk)
    close_meeting(meeting, **chair)

    assert found() == {LogWrong.CLOSED}


def test_a_hidden_matter_beside_it_does_not_hide_what_was_changed(
    here, meeting, refused, chair
):
    """Its words are recorded anew then, but not in the place of others."""
    hidden = accepted(here, confidentiality="hidden", verbatim="井水浑了")
    by_sql(TABLE, f"UPDATE {TABLE} {LET_AFTER_ALL}", id=refused.pk)

    add_item(meeting, cases=[hidden], **chair)

    assert found() == {LogWrong.CLOSED}


# --- what people do


def test_what_people_do_after_an_item_was_concluded_is_recorded(
    here, meeting, refused, chair
):
    later = {**chair, "at": NOON + MINUTE}
    noted = conclude(item_of(meeting, "修路"), "noted", opinions="听了", **later)
    assert found() == set()

    hidden = accepted(here, confidentiality="hidden", verbatim="井水浑了")
    (item,) = add_item(meeting, cases=[hidden], **later)
    assert AgendaItem.objects.get(pk=noted.pk).unknowing == [hidden.pk]
    assert found() == set()
    move_item(item, up=True, **later)
    move_item(item, up=True, **later)
    save_minutes(meeting, "七人到会", version=0, **later)
    assert found() == set()
    remove_item(item, **later)
    assert found() == set()

    close_meeting(meeting, **later)
    assert found() == set()
    states = meeting.items.values_list("state", flat=True)
    assert sorted(states) == ["not_passed", "noted", "put_off"]


def test_words_that_are_blanked_for_a_matter_that_leaves_are_recorded(
    here, meeting, chair
):
    about = meeting.items.get(subject="")
    said = {"opinions": f"{about.case.speaker_name}说过"}
    noted = conclude(item_of(meeting), "noted", **said, **chair)
    make_move(about.case, Action.PROTECT, **chair, confidentiality="hidden")

    remove_item(about, **chair)

    assert AgendaItem.objects.get(pk=noted.pk).opinions == "［…］说过"
    assert found() == set()


def test_whoever_stepped_aside_may_be_taken_off_the_roll(here, meeting, chair):
    guest = add_attendee(meeting, "老周", is_guest=True, **chair)
    item = item_of(meeting)
    set_aside(item, {guest.pk: "亲属"}, **chair)
    conclude(item, "passed", votes=(7, 0, 0), resolution="租", **chair)
    assert found() == set()

    remove_attendee(guest, **chair)

    assert not item.asides.exists()
    assert found() == set()


def test_a_matter_that_passed_is_recorded_with_its_case(here, meeting, chair):
    passed(meeting.items.get(subject=""), here, (6, 1, 0))

    assert found() == set()
    assert len(last_seals(ITEM)) == 1


# --- rows of before


@pytest.mark.django_db(transaction=True)
def test_items_of_before_are_recorded_by_the_update(refused):
    migrate_back_before("0021_seal_rosters_and_items", app="supervision")
    with history_lifted():
        AuditRecord.objects.filter(subject__startswith=f"{ITEM.name}:").delete()
    assert LogWrong.CLOSED in found(NIGHT)

    migrate_to_the_end()

    assert not found(NIGHT) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}
