"""An order before it is signed: what the system drafts, and the words and the day it begins with."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from cases import deadlines
from cases.models import Case
from cases.models.choices import Rule
from minshi import workdays
from supervision.models import SupervisionOrder
from supervision.models.order import LIVE
from villages.models import Post


def draft_orders(cases: Iterable[Case], *, at: datetime) -> dict[int, SupervisionOrder]:
    """An order to be signed for each case that has none under way, by case; written by the system.

    Three queries, and one for each town's way of counting.
    """
    cases = list(cases)
    busy = set(SupervisionOrder.objects.filter(case__in=cases, state__in=LIVE).values_list("case_id", flat=True))
    reply_days = dict[int, date]()
    drafts = []
    for case in cases:
        if case.pk in busy:
            continue
        if case.town_id not in reply_days:
            reply_days[case.town_id] = latest_reply_on(case, at)
        drafts.append(new_order(case, reason=_why(case), reply_on=reply_days[case.town_id], at=at))
    return {order.case_id: order for order in SupervisionOrder.objects.bulk_create(drafts)}


def _why(case: Case) -> str:
    return _("The speaker was dissatisfied twice") if case.needs_order else _("Long past its time limit")


def new_order(
    case: Case, *, reason: str, reply_on: date, at: datetime, demand: str = "", by: Post | None = None
) -> SupervisionOrder:
    """Unsaved; issued by the county where the case stands there, else by its town."""
    is_county = case.level == "county"
    return SupervisionOrder(
        case=case,
        town=None if is_county else case.town,
        county_code=case.town.county_code if is_county else "",
        reason=reason,
        demand=demand or standard_demand(),
        reply_on=reply_on,
        raised_at=at,
        raised_by=by,
    )


def standard_demand() -> str:
    return _("See to this matter at once, and answer in writing what was done and when it will be done.")


def latest_reply_on(case: Case, at: datetime) -> date:
    """The day a reply is due by the rule (domain §4), if the order goes out today."""
    return deadlines.counting_of(case.town_id, workdays.local_day(at)).last_day(Rule.ORDER, at)


def suggested_reply_on(order: SupervisionOrder, at: datetime) -> date:
    return max(order.reply_on, latest_reply_on(order.case, at)) if order.raised_by is None else order.reply_on
