"""The boxes of a slip for which no ledger has a column."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.ledgers import cells
from cases.ledgers.cells import measures
from cases.ledgers.record import Record, joined, unit_of
from cases.models import Assignment, CallBack, Rating
from cases.models.choices import (
    AssignmentRole,
    How,
    Level,
    Satisfaction,
    Solved,
)
from cases.models.scope import hides_speaker
from cases.workflow import Action
from minshi.paper import (
    day_on_paper,
    deadline_on_paper,
    moment_on_paper,
    phone_on_paper,
)
from minshi.text.clauses import first_sentence, is_cut_off, whole_clauses
from villages.models import Post, Village

ASSISTANT = AssignmentRole.ASSISTANT


def issuing_level(record: Record) -> str:
    """Return the level that handed the matter over; of another slip that of the case.

    The decisions must be among the events.
    """
    if record.lead:
        decided = record.last(Action.DECIDE, round_=record.lead.round)
        if decided:
            return decided.level
    return record.case.level


def issuer(record: Record) -> str:
    """Return the village, town or county that handed the matter over, by its name."""
    case = record.case
    level = issuing_level(record)
    if level == Level.COUNTY:
        return case.town.county_name
    if level == Level.VILLAGE and case.village:
        return str(case.village)
    return str(case.town)


def document(record: Record) -> str:
    """文号: who handed it over, 交办〔year〕, sequence of the case number and round.

    As in 白关镇交办〔2026〕183-1号, of a village 白关村交办〔2026〕183-1号. Year and
    sequence are those of the case number, so that a slip needs no counter of its own;
    what is handed over again within a round keeps its number. Empty where nothing was
    handed over.
    """
    if record.lead is None:
        return ""

    _abbreviation, year, sequence = record.case.number.rsplit("-", 2)
    return _("%(town)s handover [%(year)s] No. %(sequence)s-%(round)s") % {
        "town": issuer(record),
        "year": year,
        "sequence": int(sequence) if sequence.isdecimal() else sequence,
        "round": record.lead.round,
    }


def summary(record: Record) -> str:
    """The title, and the words where they say more."""
    title = whole_title(record)
    words = cells.content(record)
    return words if words.startswith(title) else f"{title}：{words}"


def whole_title(record: Record) -> str:
    """The title; of one that was cut off its whole clauses, or where it has none the
    sentence that it was cut from.
    """
    title = whole_clauses(record.words(record.case.title))
    if not is_cut_off(title):
        return title

    words = cells.content(record)
    return first_sentence(words) if words.startswith(title[:-1]) else title


def wish(record: Record) -> str:
    """The speaker's words, and what they want."""
    lines = [cells.content(record)]
    wanted = record.words(record.case.request_text)
    if wanted:
        lines.append(_("Wanted: %(wish)s") % {"wish": wanted})
    return "\n".join(line for line in lines if line)


def assisting(record: Record) -> str:
    """协办单位及要求: each assistant's task, and its own day where it has one."""
    parts = [_part(record, item) for item in record.assisting]
    return "\n".join(parts) or pgettext("slip", "none")


def _part(record: Record, item: Assignment) -> str:
    ask = record.words(item.ask, by=record.writers.of_ask(item))
    ask = ask or _("do your part and report it to the lead unit")
    until = ""
    if item.due_on:
        until = _(" (by %(day)s)") % {"day": day_on_paper(item.due_on)}
    return f"{unit_of(item)}：{ask}{until}"


def time_limit(record: Record) -> str:
    """Return the last day alone: calendar days beside it would not fit the working days
    that the rule counts.
    """
    last_on = record.worked_until
    if last_on is None or record.lead is None:
        return ""
    return deadline_on_paper(last_on)


def feedback(_record: Record) -> str:
    return _(
        "Acknowledge on receipt; note progress; when done, say what was done and the"
        " result, to be checked. What cannot be handled is returned with its ground."
    )


def receiver(record: Record) -> str:
    """The person who acknowledged for the lead."""
    lead = record.lead
    if lead is None or lead.acknowledged_at is None:
        return ""

    for event in record.events:
        is_receipt = event.action == Action.ACKNOWLEDGE
        if is_receipt and event.at == lead.acknowledged_at:
            return str(event.user)
    return ""


def received_at(record: Record) -> str:
    return moment_on_paper(record.lead.acknowledged_at) if record.lead else ""


def handling_contact(record: Record) -> str:
    """The responsible person, with the number they gave for colleagues; else that of
    the office or the talk room.
    """
    leader = record.leader
    if leader and leader.phone:
        return joined(record.responsible, phone_on_paper(leader.phone))
    return contact(record)


def contact(record: Record) -> str:
    """The responsible person, with the phone of the office or the talk room.

    Nobody's own number stands on a slip that the speaker may be shown.
    """
    lead = record.lead
    if lead is None:
        return record.responsible
    return joined(record.responsible, phone_on_paper(_phone_of(lead)))


def _village_of(post: Post) -> Village | None:
    return post.group.village if post.group else post.village


def _phone_of(lead: Assignment) -> str:
    if lead.office:
        return lead.office.phone
    if lead.post and lead.post.town:
        return lead.post.town.phone
    village = _village_of(lead.post) if lead.post else None
    room = getattr(village, "talk_room", None)
    return room.phone if room else ""


def done(record: Record) -> str:
    """The lead's measures, and the reports of the assistants of that round."""
    lines = [measures(record)]

    lead = record.lead
    for item in record.assignments:
        assisted = lead and item.role == ASSISTANT and item.round == lead.round
        if assisted and item.report:
            report = record.words(item.report, by=record.writers.of_report(item))
            lines.append(f"{unit_of(item)}：{report}")

    return "\n".join(line for line in lines if line)


def opinion_and_result(record: Record) -> str:
    """Return what was decided, what was done for it, and how it ended, a line each and
    each text once.
    """
    ended = cells.result(record)
    result = set(record.column("result").splitlines())

    lines = [record.column("decision"), *done(record).splitlines()]
    told = [line for line in lines if line and line not in result]
    if ended:
        told.append(ended)
    return "\n".join(dict.fromkeys(told))


def speaker(record: Record) -> str:
    """说事人基本情况, as far as this reader may know it."""
    case = record.case
    is_shown = record.sight.shows_speaker(case)
    sex = case.get_speaker_sex_display() if is_shown else ""
    return joined(record.person(case.speaker_name), sex, record.address, record.phone)


def replies(record: Record) -> str:
    """答复情况: each reply of the round with its day."""
    lines = []
    for reply in record.replies:
        if reply.round == record.case.round:
            text = record.words(reply.text, post=reply.post_id)
            lines.append(f"{day_on_paper(reply.at)} {text}")
    return "\n".join(lines)


# --- 回访: the last answer of the speaker; empty boxes where it is still asked for
def last_call(record: Record) -> Rating | CallBack | None:
    """Return the last answer that an officer asked for, else the last call after
    closing; None where the speaker answered of their own accord.
    """
    asked = [
        rating
        for rating in record.ratings
        if rating.entered_by_id and not rating.on_the_spot
    ]
    answers: list[Rating | CallBack] = [*asked] or [*record.call_backs]
    return answers[-1] if answers else None


def called_at(record: Record) -> str:
    call = last_call(record)
    return day_on_paper(call.at) if call else ""


def called_how(record: Record) -> str:
    call = last_call(record)
    return str(How(call.how).label) if call else ""


def satisfied(record: Record) -> str:
    """Return both answers, and why the speaker is not satisfied."""
    call = last_call(record)
    if call is None:
        return ""

    if isinstance(call, Rating):
        said = record.words(call.reason, post=call.entered_by_id)
    else:
        said = record.words(call.note, post=call.post_id)
    solved = Solved(call.solved).label
    return joined(solved, Satisfaction(call.satisfaction).label, said)


def relapse(record: Record) -> str:
    """Return what was answered when somebody called again after closing; empty where
    nobody did, for whoever calls to write into.
    """
    first = last_call(record)
    lines = []
    for call in record.call_backs:
        if call is first:
            continue
        answers = joined(call.get_solved_display(), call.get_satisfaction_display())
        note = record.words(call.note, post=call.post_id)
        lines.append(joined(day_on_paper(call.at), answers, note))
    return "\n".join(lines)


def done_about_it(record: Record) -> str:
    """Return the measures of a later round; empty where there was none."""
    return cells.put_right(record) if record.ratings else ""


def called_by(record: Record) -> str:
    """Return the officer who asked for the answer."""
    call = last_call(record)
    if call is None:
        return ""
    post = call.entered_by if isinstance(call, Rating) else call.post
    return str(post.user) if post else ""


# --- more time, a break, a return
def applicant(record: Record) -> str:
    return _who(record, record.asked.by) if record.asked else ""


def reason(record: Record) -> str:
    return record.asked.reason if record.asked else ""


def ruling(record: Record) -> str:
    return record.asked.ruling if record.asked else ""


def ruler(record: Record) -> str:
    if record.asked is None or record.asked.ruled_by is None:
        return ""
    return _who(record, record.asked.ruled_by)


def _who(record: Record, post: Post) -> str:
    """The place and the person."""
    place = record.case.town.county_name if post.county_code else post.place
    return joined(place, post.user)


def signature(record: Record) -> str | None:
    """Return what stands where whoever was called back signs: nothing, or that they do
    not, for the signature would tell a hidden name.
    """
    if not hides_speaker(record.case):
        return None
    return pgettext("slip", "Not signed: the name stays hidden.")
