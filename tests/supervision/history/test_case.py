"""A case and the rows beside it are compared with what its events say."""

from datetime import UTC

import pytest
from django.db import connection
from django.db.models import TextField, Value

from cases.models import Assignment, Case, Clock, Concern, Event, Rating, Reply
from cases.workflow import Action, Speaker, make_move
from cases.workflow.findings import Wrong
from cases.workflow.record import chain_hash
from cases.workflow.state import GROUPS, NOT_SEALED
from minshi.history import history_lifted
from supervision.sealing.seals import seal_logs
from tests.cases.roads import DAY, NOON, decided, dissatisfied_twice, spoken, verified
from tests.supervision.history.attacks import HOUR, NIGHT, found, in_other_form
from villages.audit import record_audit
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db


# --- where nobody did anything


def test_nothing_is_found_where_nobody_did_anything(here, case):
    decided(here)
    spoken(here, speaker_phone="13993912345", concerns=())
    record_audit(AuditKind.LOGIN, at=NOON, user=here.duty.user)

    assert found() == set()
    seal_logs(NIGHT)
    assert found(NIGHT + DAY) == set()


def test_every_column_of_a_case_is_sealed_or_named_as_not():
    columns = {field.attname for field in Case._meta.concrete_fields}
    in_groups = [column for group in GROUPS.values() for column in group]

    assert len(in_groups) == len(set(in_groups))
    assert {*in_groups, *NOT_SEALED} == columns


# --- the case against its events


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        (
            {"verbatim": "没有这回事"},
            {Wrong.VERBATIM, Wrong.WORDS, Wrong.SEARCHED},
        ),
        ({"title": "没有这回事"}, {Wrong.WORDS, Wrong.SEARCHED}),
        ({"speaker_name": "王二"}, {Wrong.WORDS, Wrong.SEARCHED}),
        ({"result": "全都修好了"}, {Wrong.RESULT}),
        ({"decision": "不修"}, {Wrong.RESULT}),
        ({"completed_at": NOON}, {Wrong.RESULT}),
        ({"satisfaction": "dissatisfied"}, {Wrong.RATING}),
        ({"solved": "no"}, {Wrong.RATING}),
        ({"level": "town"}, {Wrong.STAGE}),
        ({"round": 2}, {Wrong.STAGE}),
        ({"closed_at": NOON}, {Wrong.STAGE}),
        ({"grade": "minor"}, {Wrong.KIND}),
        ({"registered_at": NOON - DAY}, {Wrong.ORIGIN}),
        ({"event_count": 3}, {Wrong.CUT}),
        ({"event_hash": "0" * 64}, {Wrong.CUT}),
    ],
)
def test_a_case_changed_by_sql_is_found(case, changed, wrong):
    Case.objects.filter(pk=case.pk).update(**changed)

    assert found() == wrong


def test_a_deadline_moved_by_sql_is_found(here):
    case = decided(here)
    later = case.due_at + DAY
    Case.objects.filter(pk=case.pk).update(due_at=later)
    assert found() == {Wrong.DUE}

    Clock.objects.filter(case=case, stopped_at=None).update(due_at=later)
    assert found() == {Wrong.DUE, Wrong.CLOCKS}


def test_a_clock_moved_by_sql_is_found(here):
    case = decided(here)
    Clock.objects.filter(case=case, stopped_at=None).update(due_at=case.due_at + DAY)

    assert found() == {Wrong.DUE, Wrong.CLOCKS}


def test_a_rating_changed_beside_the_case_is_found(case):
    Rating.objects.filter(case=case).update(satisfaction="mostly")
    assert found() == {Wrong.RATING}

    Rating.objects.filter(case=case).delete()
    assert found() == {Wrong.RATING}


def test_a_reply_that_was_changed_or_is_gone_is_found(case):
    Reply.objects.filter(case=case).update(text="修不了")
    assert found() == {Wrong.REPLY}

    Reply.objects.filter(case=case).delete()
    assert found() == {Wrong.REPLY}


def put_in_reply(case, at, text="已经修好了，请放心"):
    """Put an answer in by SQL, as the attack did: later than the one that was given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_reply (case_id, round, at, text, post_id)"
            " VALUES (%s, %s, %s, %s, NULL)",
            [case.pk, case.round, at, text],
        )


def test_a_reply_that_was_put_in_is_found(case):
    put_in_reply(case, NOON + 2 * DAY)

    assert found() == {Wrong.REPLY}


def test_a_reply_put_in_at_the_moment_of_another_event_is_found(case):
    put_in_reply(case, Reply.objects.get(case=case).at)

    assert found() == {Wrong.REPLY}


@pytest.mark.parametrize("column", ["round", "post"])
def test_a_reply_moved_to_another_round_or_post_is_found(here, case, column):
    changed = {"round": 2, "post": here.reviewer}
    Reply.objects.filter(case=case).update(**{column: changed[column]})

    assert found() == {Wrong.REPLY}


def test_a_reply_from_before_replies_were_sealed_is_no_finding(here, case):
    event = Event.objects.get(case=case, action=Action.VERIFY)
    resealed_without(event, "reply")
    assert found() == set()

    put_in_reply(case, event.at + HOUR)
    assert found() == {Wrong.REPLY}


def resealed_without(event, key):
    """Bring a chain to what an earlier version wrote: no such fact in this event."""
    events = list(Event.objects.filter(case=event.case).order_by("sequence"))
    previous = ""
    for each in events:
        if each.pk == event.pk:
            del each.data[key]
        each.previous_hash = previous
        each.hash = previous = chain_hash(each)

    with history_lifted():
        Event.objects.bulk_update(events, ["data", "previous_hash", "hash"])
        Case.objects.filter(pk=event.case_id).update(event_hash=previous)


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": "没有说过的话"},
        {"how": "phone"},
        {"on_the_spot": True},
        {"drawn": True},
        {"round": 2},
        {"entered_by": None},
    ],
)
def test_every_column_of_a_rating_that_an_event_holds_is_compared(case, changed):
    Rating.objects.filter(case=case).update(**changed)

    assert found() == {Wrong.RATING}


def test_the_reason_of_a_rating_is_that_of_the_record_though_it_names_somebody(here):
    case = verified(here)
    name = Case.objects.get(pk=case.pk).speaker_name
    case = make_move(
        case,
        Action.RATE,
        by=Speaker(case, via="code"),
        at=NOON + 2 * DAY,
        satisfaction="dissatisfied",
        solved="no",
        reason=f"{name}家门口还是黑的",
    )
    assert found() == set()

    Rating.objects.filter(case=case).update(reason="挺好")
    assert found() == {Wrong.RATING}


@pytest.mark.parametrize(
    "change",
    [
        lambda rows, here: rows.delete(),
        lambda rows, here: rows.update(post=here.secretary, office=None),
        lambda rows, here: rows.update(round=2),
        lambda rows, here: rows.update(role="assistant"),
        lambda rows, here: rows.update(assigned_at=NOON - DAY),
        lambda rows, here: rows.update(ended_at=NOON - DAY, end="returned"),
        lambda rows, here: rows.update(ended_at=None, end=""),
    ],
)
def test_whoever_handled_it_is_compared_with_the_record(here, case, change):
    change(Assignment.objects.filter(case=case), here)

    assert found() == {Wrong.HANDLERS, Wrong.WORK}


def test_a_handler_who_was_put_in_is_found(here):
    case = decided(here)
    Assignment.objects.create(
        case=case, round=1, role="assistant", post=here.secretary, assigned_at=NOON
    )

    assert found() == {Wrong.HANDLERS, Wrong.WORK}


def test_cadres_whom_a_case_concerns_are_compared_with_the_record(here):
    case = spoken(here, concerns=(here.secretary.user,))
    assert found() == set()

    Concern.objects.filter(case=case).update(user=here.duty.user)
    assert found() == {Wrong.CONCERNS, Wrong.PEOPLE}
    Concern.objects.filter(case=case).delete()
    assert found() == {Wrong.CONCERNS, Wrong.PEOPLE}


# --- the same value in another form, which SQLite alone takes


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("column", "form", "wrong"),
    [
        ("due_at", "%G-W%V-%uT%H:%M:%S", Wrong.DUE),
        ("registered_at", "%Y-%m-%dT%H:%M:%S", Wrong.ORIGIN),
        ("registered_at", "%Y-%m-%d %H:%M:%S+00:00", Wrong.ORIGIN),
        ("last_event_at", "%Y-%m-%d %H:%M:%S.000000", Wrong.CUT),
    ],
)
def test_a_moment_in_another_form_is_found(here, column, form, wrong):
    """It fits the seals, but no list, no light and no sum finds it."""
    case = decided(here)
    stored = getattr(case, column).astimezone(UTC)

    moment = Value(f"{stored:{form}}", output_field=TextField())
    Case.objects.filter(pk=case.pk).update(**{column: moment})

    assert found() == {wrong}


@pytest.mark.sqlite
def test_a_yes_that_is_no_number_one_is_found(here):
    case = dissatisfied_twice(here)
    assert found() == set()

    Case.objects.filter(pk=case.pk).update(needs_order=Value(2))

    assert found() == {Wrong.STAGE}


@pytest.mark.sqlite
def test_a_row_or_an_event_in_another_form_is_found(here):
    case = decided(here)
    Clock.objects.filter(case=case).update(due_at=in_other_form("due_at"))
    assert found() == {Wrong.CLOCKS}

    with history_lifted():
        Event.objects.filter(case=case).update(at=in_other_form("at"))
    assert found() == {Wrong.CLOCKS, Wrong.RECORD}
