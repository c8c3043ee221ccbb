"""A town with matters and papers, people who go on writing, and a program of its own on
the same data.
"""

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection
from PIL import Image

from cases.attachments import attach
from cases.models import Case
from cases.workflow import Action, Spoken, make_move, register
from tests.cases.roads import NOON, Staff, officer, spoken
from tests.environment import ROOT
from tests.processes import full_form, until

KEY = "a2V5IG9mIGJhY2t1cHMsIGluIHRlc3RzIG9ubHksIDE="
OTHER_KEY = "a2V5IG9mIGJhY2t1cHMsIGluIHRlc3RzIG9ubHksIDI="


def photo() -> io.BytesIO:
    """A small one, like no other."""
    out = io.BytesIO()

    Image.frombytes("RGB", (8, 8), os.urandom(192)).resize((60, 40)).save(out, "JPEG")
    out.seek(0)
    return out


def with_papers(here: Staff, count: int) -> list[Case]:
    """Matters taken down, taken up, each with a telephone number and a photo."""
    found = []
    for nth in range(count):
        case = spoken(here, speaker_phone=f"139093900{nth:02}")
        attach(case, photo(), at=NOON, post=here.duty)
        found.append(case)
    return found


@dataclass
class Writers:
    """People at several counters; the numbers of what each has committed."""

    here: Staff
    committed: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def go_on(self) -> None:
        """Until told to stop: a matter, its photo, a step; each its own commit."""
        by = officer(self.here.duty)
        try:
            while not self.over.is_set():
                spoken_words = Spoken(
                    verbatim="井水发黄",
                    channel="talk_room",
                    speaker_name="张长生",
                    speaker_phone="13909391234",
                    village=self.here.village,
                )
                case = register(spoken_words, by=by, at=NOON)
                attach(case, photo(), at=NOON, post=self.here.duty)
                make_move(
                    case,
                    Action.ACCEPT,
                    by=by,
                    at=NOON,
                    category="village",
                    grade="complex",
                )
                self.committed.append(case.number)
        except BaseException as error:  # noqa: BLE001 - raised in the test's own thread
            self.errors.append(error)
        finally:
            connection.close()


@contextmanager
def people_writing(here: Staff, count: int = 3):
    """Several counters at work; the block begins once each has committed something."""
    writers = Writers(here)
    threads = [threading.Thread(target=writers.go_on) for _nth in range(count)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(writers.committed) >= 2 * count or writers.errors)
        yield writers
    finally:
        writers.over.set()
        for thread in threads:
            thread.join()
        if writers.errors:
            raise writers.errors[0]


def program_on_the_same_data(folder: Path, **extra: str) -> dict[str, str]:
    """The environment of a process that has the test's own database and files."""
    named = {
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "BACKUP_KEY": settings.BACKUP_KEY,
        **extra,
    }
    if connection.vendor == "postgresql":
        return full_form(folder, **named)

    var = folder / "var"
    (var / "static").mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
        closing(sqlite3.connect(var / "minshi.sqlite3")) as target,
    ):
        source.backup(target)
    return os.environ | {"MINSHI_VAR": str(var), **named}


def manage(*words: str, env: dict[str, str], before: tuple[str, ...] = ()):
    """Run manage.py as people do; what it said and how it ended."""
    return subprocess.run(
        [*before, sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class SmallDisk:
    """A disk of its own for one command; what was left on it afterwards."""

    size: str
    folder: Path

    @staticmethod
    def is_possible(folder: Path) -> bool:
        tried = subprocess.run(
            [*SmallDisk._apart(), "mount", "-t", "tmpfs", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        )
        return tried.returncode == 0

    @staticmethod
    def _apart() -> tuple[str, ...]:
        unshare = shutil.which("unshare") or "unshare"
        return (unshare, "--user", "--map-root-user", "--mount")

    def run(self, *words: str, env: dict[str, str]):
        script = (
            f"mount -t tmpfs -o size={self.size} tmpfs {self.folder} || exit 77\n"
            f'cp -a {self.folder}-content/. {self.folder}/ 2>/dev/null\n"$@"\ncode=$?\n'
            f"echo LEFT; ls -A {self.folder}; exit $code"
        )
        before = (*self._apart(), "sh", "-c", script, "sh")
        return manage(*words, env=env, before=before)
