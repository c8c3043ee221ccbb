"""An order before it is signed: what the system drafts, and the words and the day it
begins with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.utils.translation import gettext as _

from cases import deadlines
from cases.deadlines.counting import Counting
from cases.models import Case
from cases.models.choices import Rule
from minshi import workdays
from minshi.workdays import SHANGHAI, WorkCalendar
from supervision.models import SupervisionOrder
from supervision.models.order import LIVE
from villages.models import Post


@dataclass(frozen=True)
class Asked:
    """Why an order is drafted, and by whom where it is not the system."""

    reason: str
    demand: str = ""
    by: Post | None = None


def claim_cases(cases: Iterable[Case], *, wait: bool) -> set[int]:
    """Locks those that are open, lowest id first, and returns them: one writes an order
    for a case at a time.

    Without waiting for whoever else holds one: of those the caller sees to later. Two
    who wait for one another's rows would wait for ever, so whoever holds a clock does
    not wait for a case.
    """
    open_ones = (
        Case.objects.open().filter(pk__in=[case.pk for case in cases]).order_by("pk")
    )
    return set(
        open_ones.select_for_update(no_key=True, skip_locked=not wait).values_list(
            "pk", flat=True
        )
    )


def draft_orders(
    asked: Mapping[Case, Asked], *, at: datetime
) -> dict[int, SupervisionOrder]:
    """An order to be signed for each case that has none under way, by case. The cases
    are claimed.

    Two queries, and one for each town's way of counting.
    """
    busy = set(
        SupervisionOrder.objects.filter(case__in=asked, state__in=LIVE).values_list(
            "case_id", flat=True
        )
    )
    countings = dict[int, Counting]()
    drafts = []
    for case, words in asked.items():
        if case.pk in busy:
            continue
        if case.town_id not in countings:
            countings[case.town_id] = deadlines.counting_of(
                case.town_id, workdays.local_day(at)
            )
        counting = countings[case.town_id]
        reply_on = counting.last_day(Rule.ORDER, at)
        draft = new_order(
            case,
            reason=words.reason,
            demand=words.demand,
            reply_on=reply_on,
            at=at,
            by=words.by,
        )
        draft.remind_at = remind_at(counting.calendar, at)
        drafts.append(draft)
    return {
        order.case_id: order for order in SupervisionOrder.objects.bulk_create(drafts)
    }


def new_order(
    case: Case,
    *,
    reason: str,
    reply_on: date,
    at: datetime,
    demand: str = "",
    by: Post | None = None,
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


def remind_at(calendar: WorkCalendar, at: datetime) -> datetime | None:
    """The morning on which whoever it waits for is told again; None where nobody is."""
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
    """The day a reply is due by the rule (domain §4), if the order goes out today."""
    return deadlines.counting_of(case.town_id, workdays.local_day(at)).last_day(
        Rule.ORDER, at
    )


def suggested_reply_on(order: SupervisionOrder, at: datetime) -> date:
    """The day that was chosen, if it is not past; a draft of the system lay without
    anybody's choosing.
    """
    if order.raised_by and order.reply_on >= workdays.local_day(at):
        return order.reply_on
    return max(order.reply_on, latest_reply_on(order.case, at))
