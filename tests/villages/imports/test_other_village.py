"""A list that names another village than the one whose list it is said to be."""

import pytest

from tests.cases.roads import NOON
from tests.roles import duty_officer_of, reviewer_of, secretary_of
from tests.villages.factories import GroupFactory, VillageFactory
from tests.villages.imports.files import (
    HEAD,
    checked,
    entered,
    said_of,
    uploaded,
    worked,
    xlsx,
)
from villages.imports import starting
from villages.imports.kinds import KINDS
from villages.models import Resident

pytestmark = pytest.mark.django_db
WITH_VILLAGE = ["村名", *HEAD[:3]]
ELSEWHERE = ["硬坪村", 1, 801, "李建国"]


@pytest.fixture
def village():
    village = VillageFactory(name="油付村")
    GroupFactory(village=village, number=1)
    elsewhere = VillageFactory(name="硬坪村", town=village.town)
    GroupFactory(village=elsewhere, number=1)
    return village


def test_a_row_of_another_village_does_not_go_into_a_village(village):
    run = checked(xlsx(WITH_VILLAGE, ELSEWHERE), secretary_of(village), village)

    assert run.counts["faulty"] == 1
    ((column, words),) = said_of(run)[2]
    assert column == "village"
    assert "油付村" in words


@pytest.mark.parametrize(
    "written", ["油付村", "油付", "油付村民委员会", "", "白关镇油付村"]
)
def test_a_row_of_the_village_goes_in_however_it_names_it(village, written):
    village.town.name = "白关镇"
    village.town.save()
    row = [written, *ELSEWHERE[1:]]

    run = entered(checked(xlsx(WITH_VILLAGE, row), secretary_of(village), village))

    assert run.counts["entered"] == 1
    assert Resident.objects.get().household.group.village == village


def test_the_other_kinds_of_a_village_ask_it_too(village):
    secretary = secretary_of(village)
    officer = duty_officer_of(village).user.name
    lists = {
        "seats": (["村名", "组织", "姓名"], ["硬坪村", "村两委", "李建国"]),
        "roster": (["村名", "日期", "值班员"], ["硬坪村", "2026-12-01", officer]),
    }

    for kind, rows in lists.items():
        run = checked(xlsx(*rows), secretary, village, kind)
        assert [column for column, _words in said_of(run)[2]] == ["village"], kind


def test_a_column_of_the_village_that_was_left_out_is_proposed_again(village):
    secretary = secretary_of(village)
    reviewer = reviewer_of(village.town)
    run = uploaded(xlsx(WITH_VILLAGE, ELSEWHERE), secretary, village)
    left_out = run.mapping | {"村名": ""}
    worked(starting.confirm_columns(run, left_out, {0}, by=secretary.user, at=NOON))

    of_town = uploaded(xlsx(WITH_VILLAGE, ELSEWHERE), reviewer, village.town)

    assert of_town.mapping["村名"] == "village"


def test_the_template_of_a_village_does_not_ask_for_it(village):
    kind = KINDS["residents"]

    asked = {column.key for column in kind.columns_asked(village)}
    assert "village" not in asked
    assert "village" in {column.key for column in kind.columns_for(village)}
