"""What settings make of the environment of a new installation."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import ROOT

pytestmark = pytest.mark.any_database


def read_settings(**variables: str) -> "subprocess.CompletedProcess[str]":
    """Read the settings in a process of its own, in the embedded form."""
    code = (
        "from django.conf import settings; print(settings.DATABASES['default']['NAME'])"
    )
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL")
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**inherited, "DJANGO_SETTINGS_MODULE": "minshi.settings", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_folder_of_a_new_installation_is_made(tmp_path):
    folder = tmp_path / "srv" / "minshi"

    answer = read_settings(MINSHI_VAR=str(folder))

    assert answer.returncode == 0, answer.stderr
    assert Path(answer.stdout.strip()).parent == folder
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("keys", ["abc", "dGVzdHMtb25seQ=="])
def test_words_that_are_no_key_are_refused_with_how_to_make_one(tmp_path, keys):
    answer = read_settings(MINSHI_VAR=str(tmp_path), FIELD_KEYS=keys)

    assert answer.returncode != 0
    last = answer.stderr.strip().splitlines()[-1]
    assert "FIELD_KEYS" in last
    assert "openssl rand -base64 32" in last
    assert keys not in last
