"""docs/law.md names code and tests that exist, and every article of domain §8."""

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "law.md").read_text()
OF_THE_ORGANIC_LAW = (6, 8, 25, 26, 28, 29, 30, 32, 33, 34, 35, 36, 37, 39, 45)
OF_THE_COLLECTIVE = (26, 27, 28, 56)


def rows() -> list[list[str]]:
    """The cells of each row: article, rule, code, test."""
    lines = [line for line in TEXT.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return cells[1:]


def names(column: int) -> list[str]:
    found = set[str]()
    for row in rows():
        found.update(re.findall(r"`([^`]+)`", row[column]))
    return sorted(found)


def looked_up(dotted: str) -> Any:
    """What a dotted name stands for: a module, and what is in it."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            found = getattr(found, name)
        return found
    raise AssertionError(dotted)


@pytest.mark.parametrize("dotted", names(2))
def test_the_code_named_is_there(dotted):
    assert looked_up(dotted) is not None


@pytest.mark.parametrize("named", names(3))
def test_the_test_named_is_there(named):
    path, _colons, name = named.partition("::")
    tree = ast.parse((ROOT / path).read_text())

    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert name in functions


def test_every_row_names_a_rule_code_and_a_test():
    for article, rule, code, test in rows():
        assert re.search(r"\d", article)
        assert rule.endswith(".")
        assert "`" in code
        assert "::test_" in test


@pytest.mark.parametrize(
    ("law", "articles"),
    [
        ("村民委员会组织法", OF_THE_ORGANIC_LAW),
        ("农村集体经济组织法", OF_THE_COLLECTIVE),
    ],
)
def test_every_article_is_there_or_left_to_people(law, articles):
    cells = [row[0].removeprefix(law) for row in rows() if row[0].startswith(law)]
    left = TEXT[TEXT.index("What the program leaves to people") :]

    named = {int(number) for number in re.findall(r"\d+", " ".join([*cells, left]))}
    assert set(articles) <= named


def test_a_name_that_is_not_there_is_found():
    with pytest.raises(AttributeError):
        looked_up("cases.lawful.no_such_rule")
    with pytest.raises(AssertionError):
        looked_up("nothing.of.the.kind")
