"""督办单 on paper: one order as a form to sign, by columns as a ledger has them
(ledgers 13).
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from cases.ledgers import Record, read_behind
from cases.ledgers.belonging import with_papers
from cases.ledgers.book import RESPONSIBLE
from cases.ledgers.cells import papers
from cases.models import Assignment, Case
from cases.models.scope import Sight
from cases.slips.cells import whole_title
from cases.slips.reading import Line, lines_of, side_by_side
from cases.workflow import Action
from minshi import workdays
from minshi.errors import Text
from minshi.paper import deadline_on_paper, phone_on_paper
from minshi.plain_cells import Cell
from minshi.tabular import Column
from supervision.ledger import unit_addressed, unit_of_record
from supervision.models import SupervisionOrder, Told
from supervision.notices.recipients import recipients_of
from villages.models import Post, User
from villages.seals import seal_of_county, seal_of_town

SIGNATURES = (
    pgettext_lazy("slip", "Issued by (signature)"),
    pgettext_lazy("slip", "Received by (signature)"),
)
SEAL = pgettext_lazy("slip", "Issuing unit (seal)")


@dataclass(frozen=True)
class OrderSheet:
    """An order as its reader may see it."""

    order: SupervisionOrder
    about: Record
    head: str  # whoever decides at the level of the matter
    signatures: tuple[Text, ...] = SIGNATURES
    seal: Text = SEAL

    @classmethod
    def of(cls, order: SupervisionOrder, *, sight: Sight, at: datetime) -> "OrderSheet":
        """Return the sheet of an order; names in it are masked as on any slip.

        Seven queries, eight where somebody is away.
        """
        cases = with_papers(Case.objects.filter(pk=order.case_id))
        acts = (*RESPONSIBLE, Action.DECIDE)
        records = read_behind(cases, acts, sight=sight.on_paper(), at=at)

        on = workdays.local_day(at)
        heads = recipients_of([order.case], on).told(order.case, (Told.HEAD,))
        head = str(heads[0]) if heads else ""
        return cls(order, records[order.case_id], head)

    @property
    def unit(self) -> str:
        """The office that issues it, as its seal has it."""
        if self.order.town:
            return seal_of_town(self.order.town)
        return seal_of_county(self.about.case.town)

    def rows(self) -> list[list[Line]]:
        return side_by_side(lines_of(COLUMNS, self))


def subject(sheet: OrderSheet) -> str:
    return f"{whole_title(sheet.about)}（{sheet.about.case.number}）"


def demand(sheet: OrderSheet) -> str:
    return sheet.about.words(sheet.order.demand, post=sheet.order.demanded_by_id)


def reason(sheet: OrderSheet) -> str:
    return sheet.about.words(sheet.order.reason, post=sheet.order.raised_by_id)


def leader(sheet: OrderSheet) -> str:
    """Return 牵头领导: who decided on the matter, before that who is to decide."""
    decided = sheet.about.did(Action.DECIDE)
    return decided or sheet.head or pgettext("slip", "none")


def responsible(sheet: OrderSheet) -> str:
    """Return 责任人: whom the order went to; of an office who acted for it last."""
    order = sheet.order
    if order.to_post:
        return str(order.to_post.user)

    person: object = sheet.about.responsible
    if order.to_office:
        person = sheet.about.acted_for(order.to_office_id)
    return str(person or pgettext("slip", "none"))


def signer(sheet: OrderSheet) -> str:
    post = sheet.order.signed_by
    return str(post.user) if post else ""


def issued_at(sheet: OrderSheet) -> Cell:
    return sheet.order.sent_at


def reply_on(sheet: OrderSheet) -> str:
    return deadline_on_paper(sheet.order.reply_on)


def feedback(_sheet: OrderSheet) -> str:
    return _("once, in writing")


def contact_of(order: SupervisionOrder) -> User | None:
    """Return 督办联系人: who wrote the order, of the system's drafts who signed it."""
    post = contact_post(order)
    return post.user if post else None


def contact_post(order: SupervisionOrder) -> Post | None:
    return order.raised_by or order.signed_by


def contact(sheet: OrderSheet) -> str:
    return str(contact_of(sheet.order) or "")


def phone(sheet: OrderSheet) -> str:
    """Return the number that the contact gave for colleagues, else that of their office
    or town, else the one that the login page gives for help.
    """
    post = contact_post(sheet.order)
    numbers = [settings.HELP_PHONE]
    if post and post.town:
        numbers.insert(0, post.town.phone)
    if post and post.office:
        numbers.insert(0, post.office.phone)
    if post:
        numbers.insert(0, post.user.phone or "")
    number = next((str(number) for number in numbers if number), "")
    return phone_on_paper(number)


def lead_unit(sheet: OrderSheet) -> str:
    """Return the unit that the order went to, before that the one it would go to."""
    return unit_addressed(sheet.order) or unit_of_record(sheet.about)


def beside(sheet: OrderSheet) -> str:
    """Return 配合领导: the people who assist, each once; none where the lead has it
    alone. Left to be written by hand where only offices assist of which nobody has
    acknowledged it.
    """
    parts = sheet.about.assisting
    if not parts:
        return pgettext("slip", "none")

    people = dict.fromkeys(who(sheet, part) for part in parts)
    people.pop("", None)
    return "、".join(people)


def who(sheet: OrderSheet, part: Assignment) -> str:
    """Return the person who has a part; of an office who acknowledged it."""
    if part.post:
        return str(part.post.user)
    return str(sheet.about.acted_for(part.office_id) or "")


def enclosed(sheet: OrderSheet) -> str:
    """Return 附件: how many papers the matter has."""
    return papers(sheet.about) or pgettext("slip", "none")


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
    Column("reason", pgettext_lazy("ledger", "Why it was chased"), reason, width=36),
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
        leader,
    ),
    Column("beside", pgettext_lazy("order form", "Leaders assisting"), beside),
    Column("papers", pgettext_lazy("order form", "Enclosed"), enclosed),
    Column("reply_on", pgettext_lazy("order form", "Time limit"), reply_on),
    Column(
        "feedback",
        pgettext_lazy("order form", "Kind and rhythm of the answer"),
        feedback,
    ),
    Column(
        "unit",
        pgettext_lazy("order form", "Lead unit"),
        lead_unit,
    ),
    Column("responsible", pgettext_lazy("ledger", "Who is responsible"), responsible),
    Column(
        "assisting",
        pgettext_lazy("order form", "Assisting units"),
        lambda s: s.about.assisting_units or pgettext("slip", "none"),
    ),
    Column("contact", pgettext_lazy("order form", "Contact"), contact),
    Column("phone", pgettext_lazy("order form", "Phone"), phone),
)
