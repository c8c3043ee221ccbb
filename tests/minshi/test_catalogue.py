"""The Chinese catalogue is complete: nothing untranslated, nothing fuzzy, nothing
missing.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest
from babel.messages.pofile import read_po

from tests.environment import ROOT

pytestmark = pytest.mark.any_database
PO = "minshi/locale/zh_Hans/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")
SOURCES = ("minshi", "villages", "cases", "supervision", "templates", "manage.py")


def read(folder):
    with (folder / PO).open("rb") as file:
        return read_po(file, abort_invalid=folder == ROOT)


def entries(folder):
    """Every entry but the header, by context and msgid."""
    return {(entry.context, entry.id): entry for entry in read(folder) if entry.id}


def is_translated(entry):
    texts = entry.string if isinstance(entry.string, (list, tuple)) else [entry.string]
    return bool(texts) and all(text.strip() for text in texts)


def test_every_entry_is_translated_and_none_is_fuzzy():
    found = entries(ROOT)

    assert found
    assert [key for key, entry in found.items() if not is_translated(entry)] == []
    assert [key for key, entry in found.items() if entry.fuzzy] == []


def test_header_is_not_fuzzy_for_the_whole_file_would_be_left_out():
    assert not read(ROOT).fuzzy


def test_header_says_the_plural_for_without_it_numbers_speak_english():
    assert "Plural-Forms: nplurals=1; plural=0;" in (ROOT / PO).read_text()


def placeholders(texts):
    texts = texts if isinstance(texts, (list, tuple)) else [texts]
    return {name for text in texts for name in PLACEHOLDER.findall(text)}


def test_placeholders_survive_translation():
    """Unless the entry itself says that the translation leaves them out."""
    translated = {
        key: entry
        for key, entry in entries(ROOT).items()
        if is_translated(entry) and "no-python-format" not in entry.flags
    }

    lost = {
        key: placeholders(entry.id) ^ placeholders(entry.string)
        for key, entry in translated.items()
    }
    assert {key: names for key, names in lost.items() if names} == {}


def test_catalogue_has_every_text_of_the_code(tmp_path):
    if shutil.which("xgettext") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have GNU gettext")
        return  # collecting texts needs GNU gettext; using the catalogue does not
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)

    subprocess.run(
        [
            sys.executable,
            "manage.py",
            "makemessages",
            "--locale",
            "zh_Hans",
            "--no-obsolete",
            "--verbosity",
            "0",
        ],
        cwd=tmp_path,
        env=os.environ | {"MINSHI_VAR": str(tmp_path / "var")},
        check=True,
    )

    assert sorted(map(str, entries(tmp_path).keys() - entries(ROOT).keys())) == []
