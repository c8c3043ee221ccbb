"""督办单 on paper: one order as a form to sign, by columns as a ledger has them
(ledgers 13).
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.ledgers import Record, read_behind
from cases.ledgers.book import RESPONSIBLE
from cases.models import Case
from cases.models.scope import Sight
from cases.slips.cells import whole_title
from cases.slips.reading import Line, lines_of, side_by_side
from cases.workflow import Action
from minshi.errors import Text
from minshi.tabular import Cell, Column
from supervision.ledger import unit_of_record
from supervision.models import SupervisionOrder
from villages.models import User

SIGNATURES = (
    pgettext_lazy("slip", "Issued by (signature)"),
    pgettext_lazy("slip", "Received by (signature)"),
    pgettext_lazy("slip", "Issuing unit (seal)"),
)


@dataclass(frozen=True)
class OrderSheet:
    """An order as its reader may see it."""

    order: SupervisionOrder
    about: Record
    signatures: tuple[Text, ...] = SIGNATURES

    @classmethod
    def of(cls, order: SupervisionOrder, *, sight: Sight, at: datetime) -> "OrderSheet":
        """Return the sheet of an order; names in it are masked as on any slip.

        Four queries.
        """
        cases = Case.objects.filter(pk=order.case_id)
        acts = (*RESPONSIBLE, Action.DECIDE)
        records = read_behind(cases, acts, sight=sight, at=at)

        return cls(order, records[order.case_id])

    @property
    def unit(self) -> str:
        return str(self.order.town or self.about.case.town.county_name)

    def rows(self) -> list[list[Line]]:
        return side_by_side(lines_of(COLUMNS, self))


def subject(sheet: OrderSheet) -> str:
    return f"{whole_title(sheet.about)}（{sheet.about.case.number}）"


def demand(sheet: OrderSheet) -> str:
    return sheet.about.words(sheet.order.demand, post=sheet.order.demanded_by_id)


def signer(sheet: OrderSheet) -> str:
    post = sheet.order.signed_by
    return str(post.user) if post else ""


def issued_at(sheet: OrderSheet) -> Cell:
    return sheet.order.sent_at


def reply_on(sheet: OrderSheet) -> Cell:
    return sheet.order.reply_on


def feedback(_sheet: OrderSheet) -> str:
    return _("once, in writing")


def contact_of(order: SupervisionOrder) -> User | None:
    """Return 督办联系人: who wrote the order, of the system's drafts who signed it."""
    post = order.raised_by or order.signed_by
    return post.user if post else None


def contact(sheet: OrderSheet) -> str:
    return str(contact_of(sheet.order) or "")


def phone(sheet: OrderSheet) -> str:
    user = contact_of(sheet.order)
    return (user.phone or "") if user else ""


COLUMNS: tuple[Column[OrderSheet], ...] = (
    Column(
        "subject", pgettext_lazy("order form", "Matter supervised"), subject, width=36
    ),
    Column(
        "number", pgettext_lazy("order form", "Document No."), lambda s: s.order.number
    ),
    Column(
        "demand", pgettext_lazy("order form", "What is supervised"), demand, width=36
    ),
    Column(
        "signed_by",
        pgettext_lazy("order form", "Instructed by"),
        signer,
    ),
    Column(
        "issued_at", pgettext_lazy("order form", "Issued on"), issued_at, kind="date"
    ),
    Column(
        "leader",
        pgettext_lazy("order form", "Leader in charge"),
        lambda s: s.about.did(Action.DECIDE),
    ),
    Column("beside", pgettext_lazy("order form", "Leaders assisting"), lambda _s: ""),
    Column("papers", pgettext_lazy("order form", "Enclosed"), lambda _s: ""),
    Column(
        "reply_on", pgettext_lazy("order form", "Time limit"), reply_on, kind="date"
    ),
    Column(
        "feedback",
        pgettext_lazy("order form", "Kind and rhythm of the answer"),
        feedback,
    ),
    Column(
        "unit",
        pgettext_lazy("order form", "Lead unit"),
        lambda s: unit_of_record(s.about),
    ),
    Column(
        "assisting",
        pgettext_lazy("order form", "Assisting units"),
        lambda s: s.about.assisting_units,
    ),
    Column("contact", pgettext_lazy("order form", "Contact"), contact),
    Column("phone", pgettext_lazy("order form", "Phone"), phone),
)
