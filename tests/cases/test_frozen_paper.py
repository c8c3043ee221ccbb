"""A closed ledger taken away: as it stood, what was entered in red, and the trace."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.urls import reverse

from cases.ledgers.freezing import freeze
from cases.ledgers.red_entries import enter_in_red
from cases.models import Case, FrozenLedger
from cases.workflow import Action, make_move
from tests import roles
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, officer, spoken, staff
from tests.villages.factories import VillageFactory
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db
APRIL = NOON.replace(month=4, day=11)
IN_MAY = NOON.replace(month=5, day=11)


@pytest.fixture(autouse=True)
def _in_april(time_machine):
    time_machine.move_to(APRIL, tick=False)


@pytest.fixture
def here():
    return staff()


@pytest.fixture
def corrected(here) -> FrozenLedger:
    """A closed ledger of two matters, one put right since; a third put in later."""
    first, _second = spoken(here, remark=""), spoken(here)
    frozen = freeze(
        "general",
        here.village,
        first=date(2026, 3, 1),
        last=date(2026, 3, 31),
        by=here.secretary.user,
        at=APRIL,
    )
    Case.objects.filter(pk=first.pk).update(remark="当时记错了组")
    spoken(here, verbatim="补登的一件")
    enter_in_red(frozen, reason="查了底册", by=here.secretary.user, at=APRIL)
    return frozen


def taken(post, frozen, form="frozen_file", reason="交县上"):
    address = reverse(f"cases:{form}", args=[frozen.pk])
    return logged_in(post).post(address, {"take-reason": reason})


def sheets_of(response):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return {sheet.title: list(sheet.values) for sheet in book.worksheets}


def test_the_spreadsheet_has_the_rows_as_closed_and_the_red_entries_beside(
    here, corrected
):
    response = taken(here.secretary, corrected)

    sheets = sheets_of(response)
    rows = sheets["总台账"][3:]
    assert len(rows) == 2
    assert "当时记错了组" not in str(rows)
    heading, *red = sheets["红字更正"][2:]
    assert heading[1:] == (
        "事项编号",
        "栏目",
        "原内容",
        "更正后",
        "更正原因",
        "更正日期",
        "更正人",
    )
    assert ("备注", "当时记错了组", "查了底册") in {
        (row[2], row[4], row[5]) for row in red
    }
    record = AuditRecord.objects.get(kind="export")
    assert record.reason == "交县上"
    assert str(here.village) in record.subject


def test_the_print_shows_what_stood_and_what_is_right(here, corrected):
    page = taken(here.secretary, corrected, "frozen_print").content.decode()

    assert "当时记错了组" in page
    assert "查了底册" in page
    assert "锁账后补记" in page
    assert AuditRecord.objects.filter(kind="print", reason="交县上").count() == 1


def test_the_page_lists_what_was_put_in_later(here, corrected):
    third = Case.objects.order_by("-pk").first()

    address = reverse("cases:frozen", args=[corrected.pk])
    page = logged_in(here.secretary).get(address)

    added = [each.number for each in page.context["added"]]
    assert added == [third.number]
    assert "补登的一件" in str(page.context["added"][0].cells)


@pytest.mark.parametrize("form", ["frozen_file", "frozen_print"])
def test_without_a_reason_nothing_is_taken_away(here, corrected, form):
    response = taken(here.secretary, corrected, form, reason=" ")

    assert response.status_code == 422
    assert not AuditRecord.objects.filter(kind__in=("export", "print")).exists()


@pytest.mark.parametrize("form", ["frozen_file", "frozen_print"])
def test_strangers_find_none(here, corrected, form):
    for post in (
        here.duty,
        here.handler,
        roles.secretary_of(VillageFactory(town=here.town)),
    ):
        assert taken(post, corrected, form).status_code == 404


def test_of_a_matter_hidden_since_neither_row_nor_red_entry_is_told(here, corrected):
    Case.objects.filter(remark="当时记错了组").update(confidentiality="secret")

    sheets = sheets_of(taken(here.supervisor, corrected))

    assert "当时记错了组" not in str(sheets)
    assert len(sheets["总台账"][3:]) == 2


@pytest.fixture
def with_a_name(here, corrected):
    """Another entry in red, whose reason names the speaker of a matter beside it."""
    neighbour = spoken(here, speaker_name="仇长生")
    Case.objects.filter(remark="当时记错了组").update(remark="是三组的")
    reason = "照仇长生当面说的更正，他电话13994670333"
    later = APRIL + timedelta(hours=1)
    enter_in_red(corrected, reason=reason, by=here.secretary.user, at=later)
    return neighbour


def reasons_read(here, frozen, time_machine):
    """What a supervisor reads of the reasons on the page, by API, in the file and on
    paper, and in the ledger of the days in which they were entered.
    """
    page = logged_in(here.supervisor).get(frozen.get_absolute_url())
    api = logged_in(here.supervisor).get(f"/api/v1/frozen/{frozen.pk}/")
    later = spoken(here, verbatim="四月说的")
    Case.objects.filter(pk=later.pk).update(registered_at=APRIL)
    time_machine.move_to(IN_MAY, tick=False)
    days = {"first": date(2026, 4, 1), "last": date(2026, 4, 30)}
    april = freeze("general", here.village, **days, by=here.secretary.user, at=IN_MAY)
    of_april = logged_in(here.supervisor).get(april.get_absolute_url())
    return [
        page.content.decode(),
        str(api.json()),
        str(sheets_of(taken(here.supervisor, frozen))),
        taken(here.supervisor, frozen, "frozen_print").content.decode(),
        of_april.content.decode(),
    ]


def test_no_reason_names_who_spoke_in_a_matter_hidden_since(
    here, corrected, with_a_name, time_machine
):
    make_move(
        with_a_name,
        Action.PROTECT,
        by=officer(here.duty),
        at=APRIL + timedelta(hours=2),
        confidentiality="hidden",
        reason="怕报复",
    )

    for face in reasons_read(here, corrected, time_machine):
        assert "当面说的更正" in face
        assert "长生" not in face
        assert "13994670333" not in face


def test_a_reason_written_of_what_was_hidden_before_tells_no_guess(
    here, corrected, with_a_name, time_machine
):
    make_move(
        with_a_name,
        Action.PROTECT,
        by=officer(here.duty),
        at=APRIL + timedelta(minutes=1),  # and the reason an hour later
        confidentiality="hidden",
        reason="怕报复",
    )
    make_move(
        with_a_name,
        Action.PROTECT,
        by=officer(here.duty),
        at=APRIL + timedelta(hours=3),  # more of it, but not for the first time
        confidentiality="secret",
        reason="更要保密",
    )

    for face in reasons_read(here, corrected, time_machine):
        assert "照仇长生当面说的更正" in face


def test_a_closed_ledger_says_why_some_rows_are_nearly_blank(here, corrected):
    words = "隐名、保密的事项，锁账里只留编号、日期和环节"

    page = logged_in(here.secretary).get(corrected.get_absolute_url()).text
    printed = taken(here.secretary, corrected, "frozen_print").content.decode()
    title = sheets_of(taken(here.secretary, corrected))["总台账"][0]

    assert words in page
    assert words in printed
    assert f"（{words}）" in str(title)
