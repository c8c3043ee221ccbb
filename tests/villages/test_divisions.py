import time
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from minshi.errors import InputRefused
from tests.cases.roads import NOON
from villages.divisions import Counts, load_divisions
from villages.models import Town, Village

pytestmark = pytest.mark.django_db
LONGNAN = settings.BASE_DIR / "villages" / "data" / "longnan_divisions.csv"
HEADER = "code,name,level,parent_code\n"
COUNTY = "621226,礼县,county,6212\n"
TOWN = "621226118,白关镇,town,621226\n"
VILLAGE = "621226118200,柳河村村民委员会,village,621226118\n"


def lines(*rows: str) -> list[str]:
    return [HEADER, *rows]


def test_a_file_gives_towns_and_villages_their_short_names():
    counts = load_divisions(lines(COUNTY, TOWN, VILLAGE), at=NOON)

    village = Village.objects.select_related("town").get()
    assert counts == Counts(towns_added=1, villages_added=1)
    assert (village.name, village.official_name) == ("柳河村", "柳河村村民委员会")
    assert (village.town.name, village.town.county_name, village.town.abbreviation) == (
        "白关镇",
        "礼县",
        "BG",
    )


def test_loading_twice_changes_nothing():
    load_divisions(lines(COUNTY, TOWN, VILLAGE), at=NOON)

    assert load_divisions(lines(COUNTY, TOWN, VILLAGE), at=NOON) == Counts()


def test_a_renamed_town_keeps_its_abbreviation():
    load_divisions(lines(COUNTY, TOWN, VILLAGE), at=NOON)

    counts = load_divisions(
        lines(COUNTY, TOWN.replace("白关", "红关"), VILLAGE.replace("柳河", "杨河")),
        at=NOON,
    )

    assert counts == Counts(towns_changed=1, villages_changed=1)
    assert Town.objects.values_list("name", "abbreviation").get() == ("红关镇", "BG")
    assert Village.objects.get().name == "杨河村"


def test_only_what_lies_under_a_code_is_loaded():
    other = "621226119,雷坝镇,town,621226\n"

    counts = load_divisions(
        lines(COUNTY, TOWN, other, VILLAGE), under="621226118", at=NOON
    )

    assert counts == Counts(towns_added=1, villages_added=1)
    assert not Town.objects.filter(name="雷坝镇").exists()


def test_a_code_that_the_file_does_not_have_is_refused():
    with pytest.raises(InputRefused, match="999999999"):
        load_divisions(lines(COUNTY, TOWN, VILLAGE), under="999999999", at=NOON)


@pytest.mark.parametrize(
    "row",
    [
        "62122611,白关镇,town,621226\n",
        "621226118,白关镇,Town,621226\n",
        "621226118,,town,621226\n",
        "621226118,白关镇,town\n",
        f"621226118,{'关' * 41},town,621226\n",
        "621226118,白关镇,town,621227\n",
        "62122611八,白关镇,town,621226\n",
    ],
)
def test_a_bad_row_is_named_by_its_line_and_nothing_is_loaded(row):
    with pytest.raises(InputRefused, match="4"):
        load_divisions(lines(COUNTY, "621226119,雷坝镇,town,621226\n", row), at=NOON)

    assert not Town.objects.exists()


def test_a_repeated_code_names_both_lines():
    with pytest.raises(InputRefused) as refused:
        load_divisions(lines(COUNTY, TOWN, TOWN), at=NOON)

    assert "4" in str(refused.value)
    assert "3" in str(refused.value)


def test_a_village_without_its_town_is_refused():
    with pytest.raises(InputRefused, match="621226118"):
        load_divisions(lines(COUNTY, VILLAGE), at=NOON)


def test_a_wrong_heading_is_refused():
    with pytest.raises(InputRefused, match="1"):
        load_divisions(["name,code\n", TOWN], at=NOON)


def test_many_errors_are_cut_short():
    with pytest.raises(InputRefused) as refused:
        load_divisions(
            lines(*[f"{number},白关镇,town,621226\n" for number in range(40)]),
            at=NOON,
        )

    assert len(str(refused.value).splitlines()) == 11


def test_a_byte_order_mark_and_quoted_cells_are_read():
    load_divisions(
        ["\ufeff" + HEADER, COUNTY, '621226118,"白关镇",town,621226\r\n'], at=NOON
    )

    assert Town.objects.get().name == "白关镇"


def test_the_command_loads_all_of_longnan_in_ten_seconds():
    out, began = StringIO(), time.monotonic()

    call_command("load_divisions", LONGNAN, stdout=out)

    assert time.monotonic() - began < 10
    assert (Town.objects.count(), Village.objects.count()) == (199, 3290)
    assert Town.objects.get(code="621226118").abbreviation == "BG"
    assert Village.objects.filter(town__code="621226118").count() == 26
    assert "新增 199" in out.getvalue()


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path):
    broken = tmp_path / "broken.csv"
    broken.write_text(HEADER + TOWN, encoding="utf-8")
    foreign = tmp_path / "gbk.csv"
    foreign.write_bytes((HEADER + TOWN).encode("gbk"))

    with pytest.raises(CommandError, match="一行也没有载入"):
        call_command("load_divisions", broken)
    with pytest.raises(CommandError, match="不是 UTF-8"):
        call_command("load_divisions", foreign)
    with pytest.raises(CommandError, match="找不到"):
        call_command("load_divisions", tmp_path / "none.csv")
