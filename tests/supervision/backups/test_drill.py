"""The drill, on whatever database the tests run: people write while the backup is
made, the machine is lost, the backup restored, and people go on working.
"""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from cases.meetings import conclude
from cases.models import Attachment, Case, Event
from cases.workflow import Action, make_move
from minshi.clock import now
from supervision.backups import making
from supervision.backups.contents import rows_by_table
from supervision.backups.making import LOCK, make_backup
from supervision.backups.restoring import check_backup, restore
from supervision.sealing.checking import check_everything
from supervision.sealing.findings import LogWrong
from supervision.sealing.seals import seal_logs
from tests.cases.council import called, seats
from tests.cases.roads import NOON, accepted, officer, staff
from tests.chains import findings_of
from tests.database import empty_tables
from tests.processes import full_form
from tests.roles import record_made
from tests.supervision.backups.world import KEY, manage, people_writing, with_papers
from tests.supervision.history.deciding import keep_roster
from villages.models import DutyLeave, Post, User

pytestmark = pytest.mark.django_db(transaction=True)


def lose_the_machine(settings):
    empty_tables()
    shutil.rmtree(settings.MEDIA_ROOT)


def asked_with(token):
    """How the API answers whoever sends this token."""
    headers = {"Authorization": f"Token {token}"}
    return Client().get("/api/v1/cases/", headers=headers).status_code


def backed_up_while_somebody_commits(writers, folder):
    """The numbers committed before a backup during which others were, and the backup;
    a quick one may fall between two commits, and is made again.
    """
    for nth in range(30):
        before = list(writers.committed)
        made = make_backup(folder, now() + timedelta(seconds=nth))
        if len(writers.committed) > len(before):
            return before, made
    return pytest.fail("nobody committed during any of thirty backups")


def test_nothing_is_lost_when_the_machine_is(settings, folder, client):
    here = staff()
    here.duty.user.set_password("a good long password")
    here.duty.user.save()
    with_papers(here, 3)
    heads = settings.VAR_DIR / "heads"
    heads.mkdir()
    (heads / "2026-03-01.txt").write_text("the head of that day")

    client.force_login(here.duty.user)
    _row, token = AuthToken.objects.create(here.duty.user)
    assert asked_with(token) == 200

    with people_writing(here) as writers:
        before, made = backed_up_while_somebody_commits(writers, folder)
    after = set(writers.committed)

    lose_the_machine(settings)
    shutil.rmtree(heads)
    restored = restore(made.path, now(), overwrite=False)

    # everything committed before the start is there, and nothing half done
    numbers = set(Case.objects.values_list("number", flat=True))
    assert numbers >= set(before)
    assert numbers < after | set(Case.objects.values_list("number", flat=True))
    assert restored.proof.is_good
    assert restored.proof.chains == len(numbers)
    assert findings_of(Case.objects.all()) == []
    assert made.missing == 0
    assert Attachment.objects.exists()
    for attachment in Attachment.objects.all():
        with attachment.file.open() as file:
            assert len(file.read()) == attachment.size
        assert attachment.thumbnail.size > 0
    assert (heads / "2026-03-01.txt").read_text() == "the head of that day"

    # the same rows as in the backup, but for the logins of that day
    rows = rows_by_table("default")
    of_logins = ("django_session", "knox_authtoken", "villages_openlogin")
    assert [rows[table] for table in of_logins] == [0, 0, 0]
    assert rows | dict.fromkeys(of_logins, 1) == restored.proof.rows
    assert client.get(reverse("supervision:inbox")).status_code == 302
    assert asked_with(token) == 401

    # people log in and go on
    duty = Post.objects.select_related("user").get(pk=here.duty.pk)
    answer = client.post(
        reverse("account_login"),
        {"login": duty.user.username, "password": "a good long password"},
    )
    assert answer.status_code == 302
    here.duty = duty
    here.group.refresh_from_db()
    here.village.refresh_from_db()
    case = accepted(here)
    assert case.number not in numbers
    assert case.number > max(numbers)
    assert findings_of([Case.objects.get(pk=case.pk)]) == []


def test_heads_of_days_are_of_no_later_moment_than_the_database(
    settings, folder, monkeypatch
):
    """The night's heads are written while the backup runs: they speak of cases that
    the snapshot does not hold.
    """
    with_papers(staff(), 1)
    heads = settings.VAR_DIR / "heads"
    heads.mkdir()
    (heads / "heads.txt").write_text("before")

    def and_then_the_heads_are_written(given):
        (heads / "heads.txt").write_text("after")
        return snapshot(given)

    snapshot = making.snapshot
    monkeypatch.setattr(making, "snapshot", and_then_the_heads_are_written)
    made = make_backup(folder, now())

    shutil.rmtree(heads)
    restore(made.path, now(), overwrite=True)
    assert (heads / "heads.txt").read_text() == "before"


def test_a_machine_with_nothing_on_it_is_as_the_former_one(folder, tmp_path):
    """By the commands: no database, no folder, only the program, the keys and the
    file.
    """
    with_papers(staff(), 3)
    record_made(NOON)
    seal_logs(now())  # as the worker does every minute
    made = make_backup(folder, now())
    env = bare_machine(tmp_path / "new")

    try:
        restored = manage("restore", str(made.path), env=env)
        verified = manage("verify", env=env)
        checked = manage("check", "--database", "default", env=env)
    finally:
        leave_no_database(env)

    assert (restored.returncode, restored.stderr) == (0, "")
    assert "恢复好了" in restored.stdout
    is_in_a_server = connection.vendor == "postgresql"
    assert ("grant_application" in restored.stdout) == is_in_a_server
    assert (verified.returncode, verified.stderr) == (0, "")
    assert checked.returncode == 0
    assert len(list((tmp_path / "new" / "media").iterdir())) == 6


def bare_machine(new):
    env = os.environ | {
        "MINSHI_VAR": str(new),
        "MEDIA_ROOT": str(new / "media"),
        "BACKUP_KEY": KEY,
        "DEBUG": "false",
        "LOG_LEVEL": "ERROR",
    }
    if connection.vendor == "postgresql":
        env["DATABASE_URL"] = full_form(new.parent)["DATABASE_URL"] + "_bare"
    return env


def leave_no_database(env):
    if connection.vendor == "postgresql":
        name = env["DATABASE_URL"].rpartition("/")[2]
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(folder):
    with_papers(staff(), 2)
    call_command("migrate", "supervision", "0001", verbosity=0)
    try:
        made = make_backup(folder, now())
    finally:
        call_command("migrate", "supervision", verbosity=0)

    proof = check_backup(made.path, folder)

    assert proof.faults == []
    assert proof.chains == 2
    assert "supervision_backuprun" not in proof.rows


def test_history_is_as_closed_after_a_restore_as_before(settings, folder):
    with_papers(staff(), 2)
    made = make_backup(folder, now())
    lose_the_machine(settings)
    restore(made.path, now(), overwrite=False)

    from django.db import DatabaseError

    event = Event.objects.first()
    for change in (
        lambda: Event.objects.filter(pk=event.pk).update(note="x"),
        lambda: Event.objects.filter(pk=event.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"):
            change()


def test_what_is_recorded_fits_its_rows_after_a_restore(folder):
    here = staff()
    seats(here)
    record_made(NOON)
    keep_roster(here)
    meeting = called(here, subjects=["分红"])
    by = {"by": officer(here.secretary), "at": NOON}
    conclude(meeting.items.get(), "noted", opinions="听了", **by)
    made = make_backup(folder, now())
    empty_tables()

    restore(made.path, now(), overwrite=False)

    assert not wrong_now() & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}
    DutyLeave.objects.update(reason="无")
    assert LogWrong.CLOSED in wrong_now()


def wrong_now():
    return {finding.wrong for finding in check_everything(now()).findings}


def test_the_check_touches_nothing_that_is_worked_with(settings, folder):
    here = staff()
    case = with_papers(here, 3)[0]
    made = make_backup(folder, now())
    make_move(
        case,
        Action.ACCEPT,
        by=officer(here.duty),
        at=NOON,
        category="village",
        grade="complex",
    )
    rows = rows_by_table("default")
    files = sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*"))

    proof = check_backup(made.path, folder)

    assert proof.faults == []
    assert (proof.chains, proof.fields, proof.files_opened, proof.files) == (3, 3, 3, 6)
    assert rows_by_table("default") == rows
    assert sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*")) == files
    assert [path.name for path in folder.iterdir() if LOCK not in path.name] == [
        made.path.name
    ]
    assert databases_left() == []


def databases_left():
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s",
            [f"{connection.settings_dict['NAME']}%scratch%"],
        )
        return cursor.fetchall()


def test_over_matters_a_restore_needs_a_word_and_keeps_what_was_there(settings, folder):
    here = staff()
    (case, *_others) = with_papers(here, 2)
    made = make_backup(folder, now())
    later = with_papers(here, 1)[0]

    from supervision.backups.refusals import BackupRefused

    with pytest.raises(BackupRefused, match="--overwrite"):
        restore(made.path, now(), overwrite=False)
    assert Case.objects.filter(pk=later.pk).exists()

    restored = restore(made.path, now(), overwrite=True)

    assert set(Case.objects.values_list("number", flat=True)) >= {case.number}
    assert not Case.objects.filter(pk=later.pk).exists()
    assert User.objects.filter(pk=here.duty.user.pk).exists()
    assert restored.kept
    assert numbers_in(restored.kept) > set(
        Case.objects.values_list("number", flat=True)
    )


def numbers_in(kept):
    """The numbers of matters in a database that was put aside; then it goes."""
    if connection.vendor == "sqlite":
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(kept)) as database:
            found = database.execute("SELECT number FROM cases_case").fetchall()
        Path(kept).unlink()
    else:
        import psycopg2

        params = connection.get_connection_params() | {"dbname": kept}
        params.pop("cursor_factory", None)
        database = psycopg2.connect(**params)
        cursor = database.cursor()
        cursor.execute("SELECT number FROM cases_case")
        found = cursor.fetchall()
        database.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{kept}"')
    return {number for (number,) in found}
