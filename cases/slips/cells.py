"""What stands in a slip's boxes where no ledger has the same column."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.ledgers import cells
from cases.ledgers.cells import measures
from cases.ledgers.record import Record, joined, unit_of
from cases.models import Assignment
from cases.models.choices import AssignmentRole
from cases.workflow import Action
from minshi.workdays import SHANGHAI, local_day
from villages.models import Post

ASSISTANT = AssignmentRole.ASSISTANT


def document(record: Record) -> str:
    """文号: the town's name, 交办〔year〕, the sequence of the case number and the
    round: 白关镇交办〔2026〕183-1号.

    Year and sequence are those of the case number, so that a slip needs no counter of
    its own; what is handed over again within a round keeps its number. Empty where
    nothing was handed over.
    """
    if record.lead is None:
        return ""
    _abbreviation, year, sequence = record.case.number.rsplit("-", 2)
    return _("%(town)s handover [%(year)s] No. %(sequence)s-%(round)s") % {
        "town": record.case.town,
        "year": year,
        "sequence": int(sequence) if sequence.isdecimal() else sequence,
        "round": record.lead.round,
    }


def summary(record: Record) -> str:
    """The title, and the words where they say more."""
    title, words = record.words(record.case.title), cells.content(record)
    return words if words.startswith(title.rstrip("…")) else f"{title}：{words}"


def wish(record: Record) -> str:
    """What was said, and what is wanted."""
    wanted = record.words(record.case.request_text)
    return "\n".join(
        filter(
            None,
            (
                cells.content(record),
                _("Wanted: %(wish)s") % {"wish": wanted} if wanted else "",
            ),
        )
    )


def assisting(record: Record) -> str:
    """协办单位及要求: what each is asked, and by when where a day of its own was
    set.
    """
    return "\n".join(_part(record, item) for item in record.assisting) or pgettext(
        "slip", "none"
    )


def _part(record: Record, item: Assignment) -> str:
    ask = record.words(item.ask) or _("do your part and report it to the lead unit")
    until = _(" (by %(day)s)") % {"day": item.due_on} if item.due_on else ""
    return f"{unit_of(item)}：{ask}{until}"


def time_limit(record: Record) -> str:
    """天/截止日: calendar days from handing over, and the last day."""
    last_on, lead = record.worked_until, record.lead
    if last_on is None or lead is None:
        return ""
    days = (last_on - local_day(lead.assigned_at)).days
    return _("%(days)s days, until %(date)s") % {"days": days, "date": last_on}


def feedback(_record: Record) -> str:
    return _(
        "Acknowledge on receipt; note progress; when done, say what was done and the"
        " result, to be checked. What cannot be handled is returned with its ground."
    )


def receiver(record: Record) -> str:
    """Who acknowledged for the lead."""
    lead = record.lead
    if lead is None or lead.acknowledged_at is None:
        return ""
    received = (event for event in record.events if event.action == Action.ACKNOWLEDGE)
    return next(
        (str(event.user) for event in received if event.at == lead.acknowledged_at), ""
    )


def received_at(record: Record) -> str:
    return minute(record.lead.acknowledged_at) if record.lead else ""


def contact(record: Record) -> str:
    """Whoever handles, with the telephone of the office or of the village's talk room;
    nobody's own is kept here.
    """
    lead = record.lead
    if lead is None:
        return record.responsible
    room = (
        getattr(lead.post.village, "talk_room", None)
        if lead.post and lead.post.village
        else None
    )
    phone = lead.office.phone if lead.office else room.phone if room else ""
    return joined(record.responsible, phone)


def done(record: Record) -> str:
    """What the lead did, and what each assistant of that round reported."""
    lead = record.lead
    beside = [
        item
        for item in record.assignments
        if lead and item.role == ASSISTANT and item.round == lead.round
    ]
    reports = [
        f"{unit_of(item)}：{record.words(item.report)}"
        for item in beside
        if item.report
    ]
    return "\n".join(filter(None, (measures(record), *reports)))


def speaker(record: Record) -> str:
    """说事人基本情况, as far as this reader may know it."""
    case = record.case
    shown = record.sight.shows_speaker(case)
    sex = case.get_speaker_sex_display() if shown else ""
    return joined(record.person(case.speaker_name), sex, record.address, record.phone)


def replies(record: Record) -> str:
    """答复情况: each reply of the round with its day."""
    given = [reply for reply in record.replies if reply.round == record.case.round]
    return "\n".join(
        f"{local_day(reply.at)} {record.words(reply.text)}" for reply in given
    )


# --- more time, a break, a return
def applicant(record: Record) -> str:
    return _who(record, record.asked.by) if record.asked else ""


def reason(record: Record) -> str:
    return record.words(record.asked.reason) if record.asked else ""


def ruling(record: Record) -> str:
    return record.words(record.asked.ruling) if record.asked else ""


def ruler(record: Record) -> str:
    return (
        _who(record, record.asked.ruled_by)
        if record.asked and record.asked.ruled_by
        else ""
    )


def _who(record: Record, post: Post) -> str:
    """The place and the person."""
    return joined(
        record.case.town.county_name if post.county_code else post.place, post.user
    )


def minute(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""
