"""A large list is worked on turn by turn: what takes long keeps nobody from writing, and
is done once.
"""

from datetime import timedelta

import pytest
from django.db import connection

from tests.cases.roads import NOON
from tests.roles import secretary_of
from tests.villages.factories import GroupFactory
from tests.villages.imports.files import HEAD, said_of, uploaded, xlsx
from villages.imports import checking, mended, running, starting
from villages.models import ImportRun

pytestmark = pytest.mark.django_db
PEOPLE = [[1, nth, f"李建{chr(0x4E00 + nth)}"] for nth in range(1, 8)]


@pytest.fixture
def opened(monkeypatch):
    """How many transactions were open each time the file was opened."""
    found = []
    open_file = checking.open_file

    def counting(*arguments):
        found.append(len(connection.savepoint_ids))
        return open_file(*arguments)

    monkeypatch.setattr(checking, "BATCH", 2)
    monkeypatch.setattr(checking, "open_file", counting)
    monkeypatch.setattr(checking, "_put_aside", {})
    return found


@pytest.fixture
def run(opened):
    """A list of eight rows, the last of which is the third once more."""
    group = GroupFactory(number=1)
    secretary = secretary_of(group.village)
    rows = [*PEOPLE, PEOPLE[2]]
    run = uploaded(xlsx(HEAD[:3], *rows), secretary, group.village)
    return starting.confirm_columns(run, run.mapping, {0}, by=secretary.user, at=NOON)


def take_a_turn(run: ImportRun) -> ImportRun:
    """One batch, after which other jobs have their turn."""
    running.work_through(run.pk, lambda: NOON, until=NOON)
    return ImportRun.objects.get(pk=run.pk)


def test_a_file_is_opened_while_nobody_waits_for_the_database(run, opened):
    transactions = len(connection.savepoint_ids)

    take_a_turn(run)

    assert opened == [transactions]


def test_a_file_is_read_another_way_while_nobody_waits(run, opened, monkeypatch):
    monkeypatch.setattr(starting, "open_file", checking.open_file)
    ImportRun.objects.filter(pk=run.pk).update(state="mapping")
    run.refresh_from_db()
    transactions = len(connection.savepoint_ids)

    starting.reread(run, {}, {0: 0}, by=run.by, at=NOON)

    assert opened == [transactions]


def test_a_list_with_its_results_is_made_while_nobody_waits(run, monkeypatch):
    transactions = []
    with_results = mended.with_results

    def watched(run):
        transactions.append(len(connection.savepoint_ids))
        return with_results(run)

    monkeypatch.setattr(mended, "with_results", watched)
    running.work_through(run.pk, lambda: NOON)
    before = len(connection.savepoint_ids)

    mended.take_results(run, by=run.by, at=NOON)

    assert transactions == [before]


def test_a_file_is_opened_once_however_many_turns_it_takes(run, opened):
    dones = [take_a_turn(run).done for _turn in range(4)]

    assert dones == [2, 4, 6, 8]
    assert len(opened) == 1
    run.refresh_from_db()
    assert (run.state, run.counts["new"], run.counts["faulty"]) == ("checked", 7, 1)


def test_a_worker_that_comes_back_meets_the_rows_of_another(run, opened):
    take_a_turn(run)
    file = checking.taken_up(run.pk)
    take_a_turn(run)  # by another, which has to open the file itself
    checking.put_aside(run.pk, file)

    for _turn in range(2):
        take_a_turn(run)

    assert len(opened) == 2
    assert said_of(run) == {9: [("name", "同一户里已有这个名字，在第 4 行。")]}


def test_other_columns_are_read_anew(run, opened):
    take_a_turn(run)
    ImportRun.objects.filter(pk=run.pk).update(state="checked")
    mapping = {**run.mapping, "户号": ""}
    with pytest.raises(starting.InputRefused):
        starting.confirm_columns(run, mapping, {0}, by=run.by, at=NOON)
    mapping = {"组": "door", "户号": "group", "姓名": "name"}
    starting.confirm_columns(run, mapping, {0}, by=run.by, at=NOON)

    run = take_a_turn(run)

    assert len(opened) == 2
    assert run.done == 2
    assert said_of(run)[3][0][0] == "group"  # there is no group 2


def test_a_file_that_another_worker_ended_is_forgotten(run, django_assert_num_queries):
    take_a_turn(run)
    checking.forget_finished()
    assert run.pk in checking._put_aside

    starting.drop(run, by=run.by, at=NOON)
    checking.forget_finished()

    assert checking._put_aside == {}
    with django_assert_num_queries(0):
        checking.forget_finished()


def test_between_two_batches_others_write_where_there_is_one_lock(run, monkeypatch):
    pauses = []
    monkeypatch.setattr(running, "sleep", pauses.append)
    later = NOON + timedelta(minutes=1)

    running.work_through(run.pk, lambda: later)

    expected = 3 if connection.vendor == "sqlite" else 0  # between four batches
    assert len(pauses) == expected
    assert all(0.1 < pause <= running.LONGEST_PAUSE for pause in pauses)


def test_others_wait_for_few_rows_where_there_is_one_lock(run, monkeypatch):
    """Whoever takes a matter down meanwhile waits for one batch and no more: SQLite
    looks again every tenth of a second, and a pause is longer.
    """
    many = running.KINDS[run.kind].at_once

    at_once = running._at_once(running.KINDS[run.kind])

    assert at_once == (
        25 if connection.vendor == "sqlite" else min(many, running.BATCH)
    )
