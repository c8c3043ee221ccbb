"""The table of rights: what each role may, as docs/rights.md shows it."""

from pathlib import Path

import pytest

from tests.villages.factories import PostFactory, VillageFactory
from villages.models import Role
from villages.rights import TABLE, first_post

SHOWN = Path(__file__).resolve().parents[2] / "docs" / "rights.md"


def capability_rows() -> list[str]:
    """The table as Markdown: a capability a line, ✓ under each role that has it."""
    rows = []
    for name, roles in TABLE.items():
        ticks = ["✓" if role in roles else "" for role in Role]
        rows.append(f"| {name} | {' | '.join(ticks)} |".replace("  ", " "))
    return rows


def test_the_page_of_rights_shows_the_table_as_it_is():
    shown = [line for line in SHOWN.read_text().splitlines() if line.startswith("| ")]

    heads = [f"`{role}`" for role in Role]
    assert shown[0] == f"| capability | {' | '.join(heads)} |"
    assert shown[1:] == capability_rows(), "\n".join(capability_rows())


def test_no_capability_is_given_twice_to_a_role_or_to_nobody():
    for name, roles in TABLE.items():
        assert roles, name
        assert len(set(roles)) == len(roles), name


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_the_three_administrators_have_nothing_to_do_with_cases(role):
    """Domain §2: configuration, accounts, audit log; none sees a case."""
    theirs = {name for name, roles in TABLE.items() if role in roles}

    assert theirs <= {
        "CONFIGURE",
        "EDIT_TALK_ROOM",
        "ENTER_ADMIN",
        "IMPORT_LISTS",
        "MANAGE_ACCOUNTS",
        "READ_AUDIT_LOG",
        "READ_STATUS",
        "SET_TOWN_OPTIONS",
    }


def test_of_several_posts_the_first_that_may_acts():
    here, there = VillageFactory.build(pk=1), VillageFactory.build(pk=2)
    duty = PostFactory.build(role=Role.DUTY_OFFICER, village=here)
    secretary = PostFactory.build(role=Role.SECRETARY, village=there)

    may = (Role.SECRETARY, Role.DUTY_OFFICER)
    assert first_post([duty, secretary], may) is duty
    assert first_post([duty, secretary], (Role.SECRETARY,)) is secretary
    assert first_post([duty, secretary], may, village_id=2) is secretary
    assert first_post([duty], may, village_id=2) is None
