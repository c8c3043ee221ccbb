"""Orders before they are signed: drafts of the system, and the words and the day that
an order begins with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases import deadlines
from cases.deadlines.counting import Counting
from cases.models import Case
from cases.models.choices import Rule
from minshi import workdays
from minshi.workdays import SHANGHAI, WorkCalendar
from supervision.models import SupervisionOrder, holder_of
from supervision.models.order import LIVE
from supervision.orders.final import ORDER
from supervision.orders.rights import is_of_county
from supervision.orders.wording import LONGEST
from villages.finals import seal_all
from villages.models import Post


@dataclass(frozen=True)
class DraftReason:
    """The reason for a draft, what it demands (empty: the standard words), and who
    wrote it where it is not the system; `holder` is whom the case was with as its
    words were written, where that is not now.
    """

    reason: str
    demand: str = ""
    by: Post | None = None
    holder: Mapping[str, Any] = field(default_factory=dict)


def claim_cases(cases: Iterable[Case], *, wait: bool) -> set[int]:
    """Lock the cases that are open, lowest id first, and return their ids, so that one
    at a time writes an order for a case.

    Without `wait`, cases that somebody else has locked are left out; the caller sees to
    them later. Two who wait for one another's rows would wait for ever, so whoever has
    locked a clock does not wait for a case.
    """
    case_ids = [case.pk for case in cases]
    still_open = Case.objects.open().filter(pk__in=case_ids).order_by("pk")
    locked = still_open.select_for_update(no_key=True, skip_locked=not wait)

    return set(locked.values_list("pk", flat=True))


def draft_orders(
    reasons: Mapping[Case, DraftReason], *, at: datetime
) -> dict[int, SupervisionOrder]:
    """Draft an order to be signed for each case that has none under way, and return
    them by case. The caller has claimed the cases.

    Two queries, two that record them for each 500, and one for each town's way of
    counting.
    """
    under_way = SupervisionOrder.objects.filter(case__in=reasons, state__in=LIVE)
    busy = set(under_way.values_list("case_id", flat=True))
    countings: dict[int, Counting] = {}

    drafts = []
    for case, reason in reasons.items():
        if case.pk in busy:
            continue
        if case.town_id not in countings:
            countings[case.town_id] = _counting_of(case, at)
        counting = countings[case.town_id]

        draft = new_order(
            case,
            reason=reason.reason,
            demand=reason.demand,
            reply_on=counting.last_day(Rule.ORDER, at),
            at=at,
            by=reason.by,
            holder=reason.holder,
        )
        draft.remind_at = remind_at(counting.calendar, at)
        drafts.append(draft)

    orders = SupervisionOrder.objects.bulk_create(drafts)
    seal_all(ORDER, [order.pk for order in orders], at=at)
    return {order.case_id: order for order in orders}


def new_order(
    case: Case,
    *,
    reason: str,
    reply_on: date,
    at: datetime,
    demand: str = "",
    by: Post | None = None,
    holder: Mapping[str, Any] | None = None,
) -> SupervisionOrder:
    """Return an unsaved order, issued by the county or by the town of the case. It goes
    to the `holder`, else to whoever has the case now.
    """
    is_county = is_of_county(case, by)

    return SupervisionOrder(
        case=case,
        town=None if is_county else case.town,
        county_code=case.town.county_code if is_county else "",
        reason=reason,
        demand=demand or standard_demand(),
        reply_on=reply_on,
        raised_at=at,
        raised_by=by,
        demanded_by=by,
        **(holder or holder_of(case)),
    )


def remind_at(calendar: WorkCalendar, at: datetime) -> datetime | None:
    """Return the morning on which those it waits for are reminded; None where nobody
    is.
    """
    if not settings.ORDER_REMIND_DAYS:
        return None

    day = calendar.add_working_days(workdays.local_day(at), settings.ORDER_REMIND_DAYS)
    return datetime.combine(day, time(settings.DIGEST_HOUR), SHANGHAI)


def standard_demand() -> str:
    return _(
        "See to this matter at once, and answer in writing what was done and when it"
        " will be done."
    )


def latest_reply_on(case: Case, at: datetime) -> date:
    """Return the day a reply is due by the rule (domain §4), if the order goes out
    today.
    """
    return _counting_of(case, at).last_day(Rule.ORDER, at)


def suggested_reply_on(order: SupervisionOrder, at: datetime) -> date:
    """Return the day that was chosen, if it is not past; of a draft of the system,
    whose day nobody chose, the later of its day and the day by the rule.
    """
    return suggested_days([order], at)[order.pk]


def suggested_days(orders: Iterable[SupervisionOrder], at: datetime) -> dict[int, date]:
    """Return the suggested day of each order; each town's way of counting is read
    once.
    """
    countings: dict[int, Counting] = {}

    days = {}
    for order in orders:
        was_chosen = order.raised_by is not None
        if was_chosen and order.reply_on >= workdays.local_day(at):
            days[order.pk] = order.reply_on
            continue

        town = order.case.town_id
        if town not in countings:
            countings[town] = _counting_of(order.case, at)
        by_rule = countings[town].last_day(Rule.ORDER, at)
        days[order.pk] = max(order.reply_on, by_rule)

    return days


def _counting_of(case: Case, at: datetime) -> Counting:
    return deadlines.counting_of(case.town_id, workdays.local_day(at))


def demand_in_words(typed: str) -> str:
    """Return what an order demands: what was typed, and the standard words behind it
    where there is room.
    """
    demand = f"{typed}\n{standard_demand()}"
    return demand if len(demand) <= LONGEST else typed
