"""督办台账: a ledger whose rows are the steps of chasing, with the answer to an order
and its end beside its step.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from cases.ledgers import OtherBook, Record, read_behind
from cases.ledgers.book import RESPONSIBLE, MayUnmask
from cases.ledgers.exports import exportable
from cases.ledgers.record import joined
from cases.lists.filter_fields import town_filter, village_filter, villages_filter
from cases.lists.row_filters import MatterFilter
from cases.models import Case
from cases.models.choices import Light, Stage, SupervisionLevel
from cases.models.scope import Sight
from minshi.plain_cells import Cell
from minshi.tabular import Column, Ledger
from minshi.workdays import local_day
from supervision.models import (
    Chase,
    ChaseStep,
    OrderState,
    OrderTalk,
    SupervisionOrder,
    why_by_hand,
)
from villages.models import Post, User

Chases = QuerySet[Chase]


class ChaseFilter(MatterFilter):
    town = town_filter("case__town")
    village = village_filter("case__village")
    villages = villages_filter("case__village")


@dataclass(frozen=True)
class ChaseRecord:
    """One step of chasing, with its case and its order."""

    chase: Chase
    about: Record
    redacted = False

    @property
    def opens(self) -> str:
        return self.about.case.number

    @property
    def url(self) -> str:
        return self.about.url

    @property
    def town(self) -> str:
        return self.about.town

    @property
    def order(self) -> SupervisionOrder | None:
        return self.chase.order


def light(record: ChaseRecord) -> str:
    """Return the light of the clock at the moment of the step.

    The ladder takes no step in green or grey. Where a deadline was moved since a step
    by hand, it is known no more from when on it was yellow.
    """
    chase = record.chase
    clock = chase.clock
    if chase.at >= chase.due_at:
        return str(Light.RED.label)
    if chase.step != ChaseStep.BY_HAND:
        return str(Light.YELLOW.label)
    if clock.rests_until(local_day(chase.at)):
        return str(Light.GREY.label)
    if clock.due_at != chase.due_at:
        return pgettext("ledger", "not overdue")

    is_yellow = chase.at >= clock.yellow_at
    return str(Light.YELLOW.label if is_yellow else Light.GREEN.label)


def reason(record: ChaseRecord) -> str:
    """Return why it was chased, not what was demanded: of an order as that says; else
    by the clock.
    """
    chase = record.chase
    if chase.step != ChaseStep.BY_HAND:
        return chase.get_step_display()
    if record.order:
        return record.about.words(record.order.reason, post=record.order.raised_by_id)
    return why_by_hand(chase.due_at, chase.at)


def unit(record: ChaseRecord) -> str:
    """Return the unit the case was with when it was chased, else as for a case."""
    return unit_addressed(record.chase) or unit_of_record(record.about)


def unit_addressed(sent: Chase | SupervisionOrder) -> str:
    """Return the unit that a step or an order went to; "" where it does not tell."""
    if sent.to_office:
        return str(sent.to_office)
    return sent.to_post.place if sent.to_post else ""


def unit_of_record(about: Record) -> str:
    """Return the lead's unit, else the place of whoever the case is with."""
    unit = about.unit
    if unit:
        return unit

    case = about.case
    if case.owner_office:
        return str(case.owner_office)
    return str(case.owner_post.place) if case.owner_post else ""


def person(record: ChaseRecord) -> str:
    """Return the person the case was with when it was chased: of an office who had
    acted for it by then. Where the step does not tell, the responsible person, else
    whoever the case is with.
    """
    chase = record.chase
    if chase.to_post:
        return str(chase.to_post.user)
    if chase.to_office:
        by_then = record.about.acted_for(chase.to_office_id, until=chase.at)
        return str(by_then or "")

    responsible = record.about.responsible
    if responsible:
        return responsible

    owner = record.about.case.owner_post
    return str(owner.user) if owner else ""


def sent_on(record: ChaseRecord) -> Cell:
    """Return 下发日期: when the order went out, else when the step was taken."""
    return record.order.sent_at if record.order else record.chase.at


def reply_by(record: ChaseRecord) -> Cell:
    return record.order.reply_on if record.order else None


def replied_on(record: ChaseRecord) -> Cell:
    return record.order.replied_at if record.order else None


def come_to(record: ChaseRecord) -> str:
    """Return what came of a step without an order: closed, or what the case still
    waits for.
    """
    case = record.about.case
    if case.light(record.about.at) == Light.GREY:
        return pgettext("ledger", "suspended by now")

    waits_for = {
        Stage.SPEAK: pgettext("ledger", "not accepted yet"),
        Stage.DELIBERATE: pgettext("ledger", "not decided yet"),
        Stage.HANDLE: pgettext("ledger", "not done yet"),
        Stage.SUPERVISE: pgettext("ledger", "not checked yet"),
        Stage.RATE: pgettext("ledger", "not answered yet"),
        Stage.CLOSED: pgettext("ledger", "closed by now"),
    }
    if case.needs_order:
        return pgettext("ledger", "not ordered redone yet")
    if case.stage == Stage.RATE and case.replied_at:
        return pgettext("ledger", "not rated yet")
    return waits_for[Stage(case.stage)]


def outcome(record: ChaseRecord) -> str:
    """Return how the order stands, and what came of steps without one.

    The step that circulates an order lists the talks held, too.
    """
    order = record.order
    if order is None:
        return come_to(record)

    end = order.end_reason
    if order.state == OrderState.CLOSED:
        end = record.about.words(order.finding, post=order.checked_by_id)

    talks: list[str] = []
    if record.chase.step == ChaseStep.CIRCULATE:
        talks = [talk_in_words(record, talk) for talk in order.talks.all()]
    return joined(order.state_in_words, end, *talks)


def answer(record: ChaseRecord) -> str:
    order = record.order
    if order is None:
        return ""
    return record.about.words(order.reply, post=order.replied_by_id)


def talk_in_words(record: ChaseRecord, talk: OrderTalk) -> str:
    return _("talk on %(day)s with %(whom)s: %(agreed)s") % {
        "day": talk.held_on,
        "whom": talk.whom,
        "agreed": record.about.words(talk.agreed, post=talk.noted_by_id),
    }


def remark(record: ChaseRecord) -> str:
    """Return who took the step, who wrote and signed its order, and what was demanded
    without an order.
    """
    chase = record.chase
    if record.order and chase.step != ChaseStep.CIRCULATE:
        return _writer_and_signer(record.order)
    if chase.by is None:
        return pgettext("ledger", "by the system")
    if not chase.demand:
        return pgettext("ledger", "chased by %(name)s") % {"name": chase.by.user}

    demand = record.about.words(chase.demand_in_full, post=chase.by_id)
    return pgettext("ledger", "%(name)s demanded: %(demand)s") % {
        "name": chase.by.user,
        "demand": demand,
    }


def _writer_and_signer(order: SupervisionOrder) -> str:
    """Name who wrote an order, the system where nobody did, and who signed it."""
    writer = pgettext("ledger", "drafted by the system")
    if order.raised_by:
        words = pgettext("ledger", "drafted by %(name)s")
        writer = words % {"name": order.raised_by.user}
    if order.signed_by is None:
        return writer

    signer = pgettext("ledger", "signed by %(name)s") % {"name": order.signed_by.user}
    return joined(writer, signer)


COLUMNS: tuple[Column[ChaseRecord], ...] = (
    Column(
        "order",
        pgettext_lazy("ledger", "Order No."),
        lambda r: r.order.number if r.order else "",
        width=20,
    ),
    Column(
        "number", pgettext_lazy("ledger", "Case number"), lambda r: r.opens, width=19
    ),
    Column(
        "level",
        pgettext_lazy("ledger", "How urgently (remind/urge/order/circulate)"),
        lambda r: r.chase.get_level_display(),
        width=10,
        kind="choice",
        choices=tuple(SupervisionLevel.labels),
    ),
    Column("light", pgettext_lazy("ledger", "Light"), light, width=10),
    Column("reason", pgettext_lazy("ledger", "Why it was chased"), reason, width=20),
    Column(
        "unit",
        pgettext_lazy("ledger", "Responsible unit"),
        unit,
        width=16,
    ),
    Column("responsible", pgettext_lazy("ledger", "Who is responsible"), person),
    Column("sent_on", pgettext_lazy("ledger", "Sent on"), sent_on, kind="date"),
    Column("reply_by", pgettext_lazy("ledger", "Answer due"), reply_by, kind="date"),
    Column(
        "replied_on", pgettext_lazy("ledger", "Answered on"), replied_on, kind="date"
    ),
    Column(
        "reply",
        pgettext_lazy("ledger", "The answer"),
        answer,
        width=28,
    ),
    Column("outcome", pgettext_lazy("ledger", "Outcome"), outcome, width=20),
    Column("remark", pgettext_lazy("ledger", "Remark"), remark, width=20),
)


@dataclass(frozen=True)
class ChaseBook(OtherBook):
    """An `OtherBook` of steps of chasing, of the cases within the reader's sight."""

    filterset: ClassVar[type[ChaseFilter]] = ChaseFilter

    def in_sight(self, user: User, on: dt.date) -> Chases:
        """Return them without the orders that were taken back before they went out:
        those chased nobody.
        """
        cases = Case.objects.visible_to(user, on)
        chases = Chase.objects.filter(case__in=cases.values("pk"))
        return chases.exclude(order__state=OrderState.CANCELLED)

    def whole(self, rows: Chases) -> Chases:
        posts = Post.objects.with_places().select_related("user")
        joined_rows = rows.select_related(
            "clock",
            "order__raised_by__user",
            "order__signed_by__user",
            "by__user",
            "to_office",
            "event",
        )
        return joined_rows.prefetch_related(
            "order__talks", "event__revisions", Prefetch("to_post", posts)
        )

    def takeable(self, rows: Chases, user: User, on: dt.date) -> Chases:
        cases = exportable(Case.objects.all(), user, on)
        return rows.filter(case__in=cases.values("pk"))

    def read(
        self,
        rows: Sequence[Chase],
        *,
        sight: Sight,
        at: dt.datetime,
        may_unmask: MayUnmask,
    ) -> list[ChaseRecord]:
        """Return a record for each step.

        Four queries: the cases with their owners, assignments and events.
        """
        cases = Case.objects.filter(pk__in={chase.case_id for chase in rows})
        about = read_behind(
            cases, RESPONSIBLE, sight=sight, at=at, may_unmask=may_unmask
        )
        return [ChaseRecord(chase, about[chase.case_id]) for chase in rows]


CHASES = ChaseBook(
    date="at",
    ledger=Ledger(
        key="supervision",
        title=pgettext_lazy("ledger", "Ledger of supervision"),
        columns=COLUMNS,
        wide=True,
    ),
)
