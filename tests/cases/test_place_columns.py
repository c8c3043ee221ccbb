"""The town and the village of a row: shown to those who oversee several, and to nobody
else.
"""

import io

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from cases.ledgers import BOOKS
from cases.workflow import Action, make_move
from minshi import tabular
from tests.api import Api
from tests.cases.ledger_desk import (
    logged_in,
    page,
    rows,
    shown_rows,
    table_of,
    take,
)
from tests.cases.roads import (
    NOON,
    accepted,
    decided,
    officer,
    rated,
    settled,
    spoken,
    staff,
)
from tests.villages.duty_desk import shift_of
from tests.villages.factories import TownFactory, VillageFactory

pytestmark = pytest.mark.django_db
NAMING_NO_VILLAGE = ("talk-room", "satisfaction", "errands", "meetings", "duty")


@pytest.fixture(autouse=True)
def _at_noon_in_chinese():
    with time_machine.travel(NOON, tick=False), translation.override("zh-hans"):
        yield


def beside(here):
    """Return a village of another town of the county."""
    return VillageFactory(town=TownFactory(county_code=here.town.county_code))


def headings_for(post, key: str) -> list[str]:
    return page(post, key).context["headings"]


@pytest.mark.parametrize("key", BOOKS)
def test_a_ledger_names_the_town_for_the_county_alone(key):
    here = staff()
    of_town = headings_for(here.supervisor, key)

    of_county = headings_for(here.county_supervisor, key)

    assert [heading for heading in of_county if heading not in of_town] == ["乡镇"]
    assert of_county.index("乡镇") in (2, 3)


@pytest.mark.parametrize("key", BOOKS)
def test_a_ledger_that_names_no_village_does_for_whoever_reads_of_several(key):
    """ "2组" alone says nothing to a town."""
    here = staff()
    own = tabular.headings(BOOKS[key].ledger)
    added = ["村"] if key in NAMING_NO_VILLAGE else []

    of_town = headings_for(here.supervisor, key)

    assert [heading for heading in of_town if heading not in own] == added
    if key != "monthly":
        assert headings_for(here.secretary, key) == own


@pytest.mark.parametrize("key", ["talk-room", "satisfaction", "errands"])
def test_the_village_of_a_row_is_that_of_the_matter(key):
    here = staff()
    rated(here)
    settled(here)

    for reader in (here.reviewer, here.supervisor, here.county_reviewer):
        first, *_others = rows(reader, key)
        assert first["village"] == str(here.village)


@pytest.mark.parametrize("key", BOOKS)
def test_a_town_prints_a_ledger_one_sheet_wide(key):
    """Only the general ledger, of 27 columns, needs two beside each other."""
    here = staff()
    ledger = BOOKS[key].for_reader(here.supervisor.user, NOON.date()).ledger
    said = {
        "unit": "白关镇",
        "period": "2026年",
        "filled_by": "王芳",
        "on": NOON.date(),
    }

    out = io.BytesIO()
    tabular.write_xlsx(out, ledger, [], **said)

    sheet = load_workbook(out).worksheets[0]
    abreast = sheet.page_setup.fitToWidth or 1
    assert abreast == (2 if key == "general" else 1)


@pytest.mark.parametrize("key", BOOKS)
def test_a_ledger_is_narrowed_to_a_town_by_the_county(key):
    here = staff()
    elsewhere = beside(here)
    decided(here)
    shift_of(here.duty)

    everything = page(here.county_supervisor, key)
    there = page(here.county_supervisor, key, town=elsewhere.town.pk)

    assert 'name="town"' in everything.content.decode()
    assert 'name="town"' not in page(here.supervisor, key).content.decode()
    assert shown_rows(there) == []


def test_page_files_print_and_api_say_the_same_town():
    here = staff()
    spoken(here)
    town = str(here.town)

    assert shown_rows(page(here.county_supervisor))[0][3] == town
    assert table_of(take(here.county_supervisor))[1][3] == town
    assert f"<td>{town}</td>" in take(
        here.county_supervisor, form="print"
    ).content.decode().replace('<td class="code">', "<td>")

    sheet = load_workbook(
        io.BytesIO(take(here.county_supervisor, form="xlsx").file)
    ).worksheets[0]
    assert [cell.value for cell in sheet[4]][3] == town

    api = Api(here.county_supervisor)
    rows = api.get("ledgers/general/?period=all").json()["results"]
    assert rows[0]["town"] == town
    columns = {book["key"]: book["columns"] for book in api.get("ledgers/").json()}
    assert "town" in [column["key"] for column in columns["general"]]
    assert (
        "town"
        not in Api(here.supervisor)
        .get("ledgers/general/?period=all")
        .json()["results"][0]
    )


def test_the_town_of_a_shift_costs_no_query_a_row(django_assert_num_queries):
    here = staff()
    client = logged_in(here.county_supervisor)
    for days in range(3):
        shift_of(here.duty, days=days)

    with django_assert_num_queries(9):
        response = client.get(reverse("cases:ledger", args=["duty"]), {"period": "all"})

    assert [row[2] for row in shown_rows(response)] == [str(here.town)] * 3


def test_the_list_names_the_town_beside_the_village():
    here = staff()
    spoken(here)
    words = f"{here.town}{here.village}"
    address = reverse("cases:list")

    assert words in logged_in(here.county_supervisor).get(address).content.decode()
    assert words not in logged_in(here.supervisor).get(address).content.decode()


def test_the_board_has_a_column_for_the_town():
    here = staff()
    accepted(here)
    address = reverse("supervision:board")
    query = {"light": "green"}

    of_county = logged_in(here.county_supervisor).get(address, query).content.decode()
    of_town = logged_in(here.supervisor).get(address, query).content.decode()

    assert f"<td>{here.town}</td>" in of_county
    assert f"<td>{here.town}</td>" not in of_town


def test_the_queue_of_the_county_is_narrowed_to_a_town():
    here = staff()
    elsewhere = beside(here)
    case = accepted(here)
    for post in (here.secretary, here.reviewer):
        case = make_move(
            case, Action.ESCALATE, by=officer(post), at=NOON, reason="要县里定"
        )
    client = logged_in(here.county_reviewer)
    address = reverse("cases:queue")

    everything = client.get(address).content.decode()
    here_alone = client.get(address, {"town": here.town.pk})
    there = client.get(address, {"town": elsewhere.town.pk})

    assert f"{here.town}{here.village}" in everything
    assert here_alone.context["tabs"][0].count == 1
    assert f"town={here.town.pk}" in here_alone.context["tabs"][1].address
    assert (there.context["rows"], there.context["tabs"][0].count) == ([], 0)

    api = Api(here.county_reviewer)
    assert api.get(f"queue/?town={elsewhere.town.pk}").json()["results"] == []
    assert api.get("queue/?town=999999").status_code == 400
