"""One run of the command, in a process and a database of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MINUTES = 10


@pytest.fixture(scope="session")
def run_bench(tmp_path_factory):
    """Runs it with some options: how it ended, what it said, and its figures."""

    def run(*options):
        written = tmp_path_factory.mktemp("bench") / "figures.json"
        command = [
            sys.executable,
            "manage.py",
            "bench",
            *options,
            "--json",
            str(written),
        ]
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ,
            capture_output=True,
            text=True,
            timeout=MINUTES * 60,
            check=False,
        )
        assert written.exists(), ended.stdout + ended.stderr
        return ended, json.loads(written.read_text())

    return run
