"""What goes back to whoever uploaded a list, and what of it stays when it is taken back."""

import io

import pytest
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from tests.cases.roads import NOON
from tests.roles import secretary_of
from tests.villages.factories import GroupFactory, VillageFactory
from tests.villages.imports.files import (
    FAMILY,
    HEAD,
    checked,
    entered,
    said_of,
    saved,
    taken_back,
    xlsx,
)
from villages.imports.mended import with_results
from villages.models import Resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    village = VillageFactory(name="柳河村")
    GroupFactory(village=village, number=1)
    GroupFactory(village=village, number=2)
    return village


@pytest.fixture
def secretary(village):
    return secretary_of(village)


def with_title() -> bytes:
    """A list below a title over all of its columns, with an empty row in it."""
    book = Workbook()
    sheet = book.active
    sheet.append(["柳河村户籍花名册"])
    sheet.merge_cells("A1:G1")
    sheet.append([])
    sheet.append(HEAD)
    sheet.append(FAMILY[0])
    sheet.append([])
    sheet.append(FAMILY[1])
    sheet.append(FAMILY[0])
    return saved(book)


def test_rows_stand_where_they_stood(village, secretary):
    run = checked(with_title(), secretary, village)
    assert said_of(run)[7][0][1].count("4") == 1  # the same as in row 4

    back = load_workbook(with_results(run)).active
    assert [cell.value for cell in back[3]] == [*HEAD, "核对结果"]
    assert back["C4"].value == "李建国"
    assert back["C5"].value is None
    assert back["C6"].value == "王桂兰"
    assert "4" in back["H7"].value
    assert back["A1"].value  # why there are rows above

    out = io.BytesIO()
    back.parent.save(out)
    again = checked(out.getvalue(), secretary, village)
    assert said_of(again) == said_of(run)
    assert again.counts == run.counts


@pytest.mark.parametrize(
    "typed", ["无", "没有", "无电话", "暂无", "—", "-", "/", " 无 "]
)
def test_whoever_has_no_telephone_is_no_fault(village, secretary, typed):
    row = [*FAMILY[0][:6], typed]

    run = entered(checked(xlsx(HEAD, row), secretary, village))

    assert run.counts["entered"] == 1
    assert Resident.objects.get().phone == ""


def test_rows_that_stayed_are_listed_with_the_reason(client, village, secretary):
    run = entered(checked(xlsx(HEAD, *FAMILY), secretary, village))
    Resident.objects.filter(name="王桂兰").update(phone="13800000000")
    run = taken_back(run, NOON)
    client.force_login(secretary.user)
    address = reverse("villages:import", args=[run.pk])

    page = client.get(address)
    others = client.get(address, {"verdict": "new"})

    assert page.context["verdict"] == "kept"
    (row,) = page.context["rows"]
    assert row.kept_because
    assert "王桂兰" in page.text
    assert row.kept_because in page.text
    assert len(others.context["rows"]) == len(FAMILY)
