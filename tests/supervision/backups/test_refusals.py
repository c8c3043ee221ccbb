"""What is refused, in words that somebody who is no programmer acts on; and that
nothing is changed then.
"""

import errno
import fcntl
import gzip
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from cases.models import Attachment, Case, Event
from minshi.clock import now
from minshi.history import history_lifted
from minshi.sealing import mark_of
from supervision.backups import archive, contents
from supervision.backups.evidence import page_of
from supervision.backups.making import LOCK, make_backup
from supervision.backups.refusals import BackupRefused, in_words, key_of_backups
from supervision.backups.restoring import check_backup, restore
from supervision.models import BackupRun
from tests.cases.roads import staff
from tests.environment import ROOT
from tests.processes import until
from tests.supervision.backups.world import (
    OTHER_KEY,
    SmallDisk,
    manage,
    program_on_the_same_data,
    with_papers,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(folder):
    with_papers(staff(), 2)
    return make_backup(folder, now())


def seen(folder):
    return sorted(path.name for path in folder.iterdir() if LOCK not in path.name)


def test_a_backup_is_nobody_elses_to_read_and_shows_nothing(made):
    content = made.path.read_bytes()

    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.path.parent.stat().st_mode & 0o777 == 0o700
    for word in ("李建国", "太阳能灯", "cases_case", "about.json"):
        assert word.encode() not in content


def test_another_key_is_told_by_its_mark(made, folder, settings):
    mark = mark_of(key_of_backups())
    settings.BACKUP_KEY = OTHER_KEY

    with pytest.raises(BackupRefused, match=mark):
        check_backup(made.path, folder)


@pytest.mark.parametrize("key", ["", "no key", "AAAA"])
def test_without_a_key_that_is_one_nothing_is_written(key, folder, settings):
    settings.BACKUP_KEY = key

    with pytest.raises(BackupRefused, match="BACKUP_KEY"):
        make_backup(folder, now())

    assert not folder.exists()


def test_the_key_of_personal_values_is_not_taken_for_backups(folder, settings):
    settings.BACKUP_KEY = settings.FIELD_KEYS[0]

    with pytest.raises(BackupRefused, match="FIELD_KEYS"):
        make_backup(folder, now())


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_a_cut_file_is_told_as_cut(made, folder, share):
    whole = made.path.read_bytes()
    made.path.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(BackupRefused, match="不完整"):
        check_backup(made.path, folder)

    assert seen(folder) == [made.path.name]


def test_a_changed_file_is_told_as_changed(made, folder):
    whole = bytearray(made.path.read_bytes())
    whole[len(whole) // 2] ^= 1
    made.path.write_bytes(bytes(whole))

    with pytest.raises(BackupRefused, match="改动"):
        check_backup(made.path, folder)


def test_any_other_file_is_told_as_no_backup(folder):
    folder.mkdir()
    other = folder / "minshi.sql"
    other.write_text("CREATE TABLE")

    with pytest.raises(BackupRefused, match="不是本系统的备份"):
        check_backup(other, folder)
    with pytest.raises(BackupRefused, match="不存在"):
        check_backup(folder / "nothing", folder)


def test_a_backup_of_a_later_version_is_refused(folder):
    with_papers(staff(), 1)
    later = MigrationRecorder(connection)
    later.record_applied("cases", "9999_of_tomorrow")
    made = make_backup(folder, now())
    later.record_unapplied("cases", "9999_of_tomorrow")

    for read in (
        lambda: check_backup(made.path, folder),
        lambda: restore(made.path, now(), overwrite=True),
    ):
        with pytest.raises(BackupRefused, match="新版本"):
            read()

    assert Case.objects.count() == 1


def test_a_backup_of_the_other_kind_of_database_is_refused(folder):
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    folder.mkdir()
    path = folder / "other.backup"
    with (
        path.open("wb") as file,
        archive.writing(file, key_of_backups(), folder) as backup,
    ):
        about = {"format": 1, "migrations": [], "version": "0", "database": other}
        backup.add_json(archive.ABOUT, about)

    with pytest.raises(BackupRefused, match=r"SQLite.*PostgreSQL|PostgreSQL.*SQLite"):
        check_backup(path, folder)


@pytest.mark.sqlite
def test_a_dump_that_cannot_be_unpacked_is_told_as_no_backup(made, folder):
    """Its seal holds: it was written so."""
    path = folder / "broken.backup"
    with (
        path.open("wb") as file,
        archive.writing(file, key_of_backups(), folder) as backup,
    ):
        backup.add_json(archive.ABOUT, contents.about("default", now()))
        with backup.parts(archive.DATABASE) as parts:
            whole = gzip.compress(os.urandom(1000))
            parts.write(whole[:200] + bytes(200) + whole[400:])

    with pytest.raises(BackupRefused, match="不是备份应有的"):
        check_backup(path, folder)


# --- what is wrong inside stands in the proof


def test_a_chain_that_was_broken_before_the_backup_is_named(folder):
    (case, *_others) = with_papers(staff(), 3)
    with history_lifted():
        Event.objects.filter(case=case).update(note="别的话")
    made = make_backup(folder, now())

    proof = check_backup(made.path, folder)

    assert len(proof.faults) == 1
    assert case.number in proof.faults[0]
    with pytest.raises(BackupRefused, match=case.number):
        restore(made.path, now(), overwrite=True)


def test_a_file_lost_before_is_counted_and_one_not_brought_back_is_a_fault(
    folder, settings
):
    with_papers(staff(), 2)
    lost = Attachment.objects.first()
    (Path(settings.MEDIA_ROOT) / lost.file.name).unlink()

    made = make_backup(folder, now())
    proof = check_backup(made.path, folder)

    assert (made.missing, proof.missing, proof.faults) == (1, 1, [])


def test_a_file_replaced_by_as_many_bytes_is_named_and_keeps_no_town_from_its_backup(
    folder, settings
):
    cases = with_papers(staff(), 25)
    replaced = Attachment.objects.get(case=cases[7])
    path = Path(settings.MEDIA_ROOT) / replaced.file.name
    path.write_bytes(path.read_bytes()[:-40] + bytes(38) + b"\xff\xd9")
    made = make_backup(folder, now())

    proof = check_backup(made.path, folder)

    assert (proof.is_good, proof.faults) == (False, [])
    assert replaced.file.name in page_of(proof, made.path, now())
    restored = restore(made.path, now(), overwrite=True)
    assert restored.proof.replaced == proof.replaced


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FIELD_KEYS", ["b3RoZXIta2V5LW9mLW90aGVyLW1hY2hpbmVzLXRoZXI="]),
        ("INDEX_KEY", "another"),
    ],
)
def test_keys_of_another_machine_are_named(made, folder, settings, name, value):
    setattr(settings, name, value)

    proof = check_backup(made.path, folder)

    assert any(name in fault for fault in proof.faults)


# --- disks, kills, and others at work


def test_a_full_disk_is_told_and_leaves_nothing_half_done(folder, tmp_path, settings):
    with_papers(staff(), 1)
    large = Path(settings.MEDIA_ROOT) / "large.bin"
    large.write_bytes(os.urandom(3_000_000))
    disk = SmallDisk("2m", tmp_path / "disk")
    disk.folder.mkdir()
    if not disk.is_possible(disk.folder):
        pytest.skip("no disk of its own can be made here")
    env = program_on_the_same_data(tmp_path)

    done = disk.run("backup", str(disk.folder), env=env)

    assert done.returncode == 1
    assert "没有空间" in done.stderr
    assert "Traceback" not in done.stderr
    (left,) = done.stdout.partition("LEFT")[2].split()
    assert left.startswith(LOCK)


def test_a_full_disk_is_told_by_the_check_too(folder, tmp_path, settings):
    with_papers(staff(), 1)
    large = Path(settings.MEDIA_ROOT) / "large.bin"
    large.write_bytes(os.urandom(3_000_000))
    made = make_backup(folder, now())
    disk = SmallDisk("2m", tmp_path / "disk")
    disk.folder.mkdir()
    if not disk.is_possible(disk.folder):
        pytest.skip("no disk of its own can be made here")
    env = program_on_the_same_data(tmp_path)

    done = disk.run("restore_check", str(made.path), "--in", str(disk.folder), env=env)

    assert done.returncode == 1
    assert "没有空间" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.partition("LEFT")[2].split() == []


def test_a_backup_killed_on_the_way_leaves_no_file_that_looks_whole(
    folder, tmp_path, settings
):
    with_papers(staff(), 1)
    with (Path(settings.MEDIA_ROOT) / "large.bin").open("wb") as file:
        file.truncate(3_000_000_000)
    env = program_on_the_same_data(tmp_path)
    command = [sys.executable, "manage.py", "backup", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    until(lambda: list(folder.glob(".*.unfinished")), processes=[process])

    process.send_signal(signal.SIGKILL)
    process.wait()

    assert all(name.startswith(".") for name in seen(folder))
    (Path(settings.MEDIA_ROOT) / "large.bin").unlink()
    made = make_backup(folder, now())
    assert seen(folder) == [made.path.name]


def test_what_a_killed_check_left_is_cleared_away_and_one_under_way_is_not(
    made, folder
):
    dead, alive = folder / ".restoring-dead", folder / ".restoring-alive"
    for left in (dead, alive):
        (left / "media").mkdir(parents=True)
    abandoned = f"{connection.settings_dict['NAME'][:40]}_scratch_dead"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{abandoned}"')

    handle = os.open(alive, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    check_backup(made.path, folder)
    os.close(handle)

    assert seen(folder) == [".restoring-alive", made.path.name]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [abandoned])
            assert cursor.fetchone() is None


def test_a_backup_of_another_town_on_the_same_share_is_not_in_the_way(folder):
    folder.mkdir()
    drafts = [".minshi-0123abcd-x.backup.unfinished", ".snapshot-0123abcd-x"]
    (folder / drafts[0]).touch()
    (folder / drafts[1]).mkdir()

    with (folder / f"{LOCK}-0123abcd").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = make_backup(folder, now())

    assert seen(folder) == [*drafts, made.path.name]


def without(path, words):
    """The words of a refusal beside the path, which may be in any letters."""
    return re.sub(r"[\w./-]*" + re.escape(Path(path).name), "", words)


@pytest.mark.parametrize(
    "number", [errno.EROFS, errno.EIO, errno.ENOTDIR, errno.ESTALE, errno.ELOOP]
)
def test_what_the_system_refuses_is_told_without_its_english(number, folder):
    path = folder / "minshi.backup"

    with pytest.raises(BackupRefused) as refusal, in_words(path):
        raise OSError(number, os.strerror(number), str(path))

    assert not re.search("[A-Za-z]", without(path, str(refusal.value)))


def test_a_folder_that_is_a_file_is_told_in_chinese(tmp_path):
    usb = tmp_path / "usb"
    usb.touch()

    for folder in (usb, usb / "backups"):
        with pytest.raises(BackupRefused) as refusal:
            make_backup(folder, now())
        words = str(refusal.value).replace(str(usb), "").replace("/backups", "")
        assert not re.search("[A-Za-z]", words), words


def test_a_file_that_leads_to_itself_is_told_by_its_number(folder):
    folder.mkdir()
    path = folder / "minshi.backup"
    path.symlink_to(path)

    with pytest.raises(BackupRefused) as refusal:
        check_backup(path, folder)

    assert "系统错误 40" in str(refusal.value)
    assert not re.search("[A-Za-z]", without(path, str(refusal.value)))


def test_a_database_that_is_none_is_told_in_chinese(folder, tmp_path):
    path = tmp_path / "minshi.sqlite3"
    path.write_bytes(b"no database" * 100)

    with (
        pytest.raises(BackupRefused) as refusal,
        in_words(path),
        closing(sqlite3.connect(path)) as database,
    ):
        database.execute("SELECT 1 FROM cases_case")

    assert not re.search("[A-Za-z]", without(path, str(refusal.value)))


def test_two_backups_at_once_into_one_folder_are_refused(folder):
    folder.mkdir()
    with (folder / f"{LOCK}-{contents.index_key_mark()}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(BackupRefused, match="正在备份"):
            make_backup(folder, now())


@contextmanager
def somebody_at_work():
    """Another program on the same database."""
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"])
        other.execute("SELECT count(*) FROM cases_case").fetchone()
    else:
        import psycopg2

        params = connection.get_connection_params()
        params.pop("cursor_factory", None)
        other = psycopg2.connect(**params)
    yield
    other.close()


def test_a_restore_under_a_running_program_is_refused(made):
    """Before a file of the program is written over."""
    attachment = Attachment.objects.first()
    path = Path(attachment.file.path)
    path.write_bytes(b"what it works with")

    with (
        somebody_at_work(),
        pytest.raises(BackupRefused, match="还在运行"),
    ):
        restore(made.path, now(), overwrite=True)

    assert Case.objects.count() == 2
    assert path.read_bytes() == b"what it works with"


@pytest.mark.postgres  # a file always answers
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_database_that_does_not_answer_is_told_in_words(made, tmp_path, command):
    env = program_on_the_same_data(tmp_path)
    env["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/nothing"
    target = {"backup": tmp_path / "usb", "restore": made.path}[command]

    done = manage(command, str(target), env=env)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "127.0.0.1:1 上的数据库没有回应（对方没有开或者不接受连接）" in done.stderr


# --- as people call it


def test_the_commands_say_what_they_did(folder, tmp_path):
    with_papers(staff(), 2)
    env = program_on_the_same_data(tmp_path)

    done = manage("backup", str(folder), env=env)
    (path,) = folder.glob("*.backup")
    checked = manage("restore_check", str(path), env=env)
    refused = manage("restore", str(path), env=env)

    assert (done.returncode, done.stderr) == (0, "")
    assert str(path) in done.stdout
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "都能恢复" in checked.stdout
    assert "事项：2" in checked.stdout
    assert refused.returncode == 1
    assert "--overwrite" in refused.stderr
    assert "Traceback" not in refused.stderr
    if connection.vendor == "postgresql":
        steps = BackupRun.objects.order_by("pk").values_list("step", "is_good")
        assert list(steps) == [("made", True), ("proved", True)]


@pytest.mark.any_database
def test_large_files_pass_through_little_memory(folder, tmp_path, settings):
    """A quarter of a gigabyte costs no more memory than nothing at all."""
    with_papers(staff(), 1)
    env = program_on_the_same_data(tmp_path)

    def most_memory(*words):
        code = (
            "import resource, runpy, sys; sys.argv = sys.argv[1:];"
            "\ntry: runpy.run_path('manage.py', run_name='__main__')"
            "\nfinally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        command = [sys.executable, "-c", code, "manage.py", *words]
        said = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=True
        )
        return int(said.stdout.split()[-1])

    def made_and_checked():
        used = [most_memory("backup", str(folder))]
        newest = max(folder.glob("*.backup"))
        used.append(most_memory("restore_check", str(newest)))
        return used

    without = made_and_checked()
    with (Path(settings.MEDIA_ROOT) / "large.bin").open("wb") as file:
        file.truncate(250_000_000)
    large = made_and_checked()

    for before, after in zip(without, large, strict=True):
        assert after - before < 25_000  # KB
