"""README in two languages says the same, and says what is so."""

import re
from pathlib import Path

import pytest

from minshi.demo.accounts import SHOWN
from tests.environment import settings_names

ROOT = Path(__file__).resolve().parent.parent
ENGLISH, CHINESE = ((ROOT / name).read_text() for name in ("README.md", "README.zh.md"))
FAMILY = "DEADLINE_"  # its members are named _SPEAK, _DELIBERATE … in one row


def commands(text: str) -> set[str]:
    """Every `make …`, with its variables."""
    found = re.findall(r"(?:[A-Z_]+=\S+ )?make [a-z]+(?: [A-Z_]+=\w+)?", text)
    return {command.strip() for command in found}


def variables(text: str) -> set[str]:
    """The names in the first column of the table of variables."""
    names: set[str] = set()
    for row in re.findall(r"^\| (`[A-Z_`、, ]+) \|", text, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", row):
            names.add(f"{FAMILY}{name[1:]}" if name.startswith("_") else name)
    return names


def accounts(text: str) -> set[str]:
    rows = re.findall(r"^\| (`[a-z.]+`.*?) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([a-z.]+)`", row)}


def block_of_a_new_town(text: str) -> list[str]:
    """The commands by which a new town begins, without what is said of them."""
    (block,) = re.findall(r"^```\n(umask 077 .*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line.partition("#")[0].rstrip() for line in block.splitlines()]


@pytest.mark.parametrize("read", [commands, variables, accounts])
def test_both_languages_name_the_same(read):
    assert read(ENGLISH) == read(CHINESE)
    assert len(read(ENGLISH)) > 5


def test_a_new_town_begins_by_the_same_commands():
    operations = (ROOT / "docs" / "operations.md").read_text()

    wanted = block_of_a_new_town(operations)
    assert block_of_a_new_town(CHINESE) == wanted
    for key in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "BACKUP_KEY"):
        assert any(f"export {key}=" in line for line in wanted)


def test_every_variable_that_settings_read_is_explained_and_no_other():
    assert variables(ENGLISH) == settings_names() - {"MINSHI_NO_BACKGROUND"}


def test_every_account_of_the_demo_is_named():
    assert accounts(ENGLISH) == set(SHOWN)


def test_every_target_of_make_that_is_named_exists():
    targets = set(
        re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    )

    named = {re.search(r"make ([a-z]+)", command)[1] for command in commands(ENGLISH)}
    assert named <= targets


def test_the_page_is_short_enough_to_be_read():
    assert len(ENGLISH.splitlines()) <= 150


def test_where_a_change_belongs_names_places_that_exist():
    table = ENGLISH.partition("## Where a change belongs")[2].partition("## ")[0]
    places = [
        place for place in re.findall(r"`([a-z_]+/[a-z_/.]+)`", table) if "/" in place
    ]

    assert len(places) > 8
    missing = [place for place in places if not (ROOT / place).exists()]
    assert missing == []
