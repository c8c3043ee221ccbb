"""Concluding an item: its votes are counted, and its case moves in one transaction."""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.meetings.counting import (
    Count,
    Votes,
    check_size,
    count_of,
    due_of,
    has_come,
    store_count,
    with_nobody,
)
from cases.meetings.finals import ITEM
from cases.meetings.holding import (
    RollNotCalled,
    check_due_known,
    check_has_come,
    check_open,
    lock_held,
    was_concluded,
)
from cases.meetings.roll import VOTED_ON, set_parties_aside
from cases.models import AgendaItem, Meeting
from cases.models.meeting import ItemState
from cases.models.scope import Sight
from cases.privacy.redactor import personal_redactor
from cases.privacy.table import Table, table_of
from cases.workflow import MOVES, Action, Officer, make_move
from cases.workflow.committee import is_heard_in_work
from cases.workflow.event_data import EventData
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, StaleVersion
from minshi.idempotency import fingerprint, refuse_reuse
from villages.finals import seal_once
from villages.procedure import ONLY_HEAR, rules_for

# What a meeting may resolve about a case.
ITEM_ACTIONS = (
    Action.DECIDE,
    Action.ESCALATE,
    Action.SEND_BACK,
    Action.DIVERT,
    Action.MERGE,
    Action.DEFER,
)


class Verdict(models.TextChoices):
    PASSED = ItemState.PASSED.value, pgettext_lazy("verdict", "passed")
    NOT_PASSED = ItemState.NOT_PASSED.value, pgettext_lazy("verdict", "not passed")
    PUT_OFF = (
        ItemState.PUT_OFF.value,
        pgettext_lazy("verdict", "put off to the next meeting"),
    )
    NOTED = ItemState.NOTED.value, pgettext_lazy("verdict", "heard, no vote")


@transaction.atomic
def conclude(
    item: AgendaItem,
    verdict: str,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    key: UUID | None = None,
    opinions: str | None = None,
    votes: Votes = (None, None, None),
    resolution: str = "",
    action: Action | None = None,
    case_version: int | None = None,
    **values: Any,
) -> AgendaItem:
    """Conclude an item by its votes (for, against, abstained), and move its case.

    1. Lock the meeting; a key that came before ends here, be the meeting over by now.
    2. Refuse what is over, early, or was written on by another screen.
    3. Check the verdict against the count, and store both on the item.
    4. Where it passed about a case, make the move; a matter that was handed to the
       committee is in 办 already, and only what was resolved is written: not passed, it
       goes back to be decided anew.
    5. Store the item, and record it with a seal.

    `action` is one of ITEM_ACTIONS with its inputs as `values`; `version` is the
    item's, `case_version` the case's as they were seen, `key` makes a retry harmless.
    The event of the move names meeting and item. Raises MoveRefused (concluded already,
    no quorum, votes that carry another verdict, the move is refused), InputRefused (the
    votes do not fit those entitled, a field of the move), NoSuchRight, StaleVersion.
    Source: domain §3 decide, 议事规则 (villages/procedure.py).
    """
    meeting = lock_held(item.meeting, by, at)
    item = AgendaItem.objects.select_related("case__town").get(pk=item.pk)
    item.meeting = meeting
    votes = with_nobody(votes)

    said = {
        "votes": "/".join(map(str, votes)),
        "opinions": opinions,
        "resolution": resolution,
        "action": action,
    }
    sent = fingerprint(f"conclude:{verdict}", {**values, **said}) if key else ""
    if key and item.key == key:
        refuse_reuse(item.sent, sent)
        return item

    check_open(meeting)
    if item.state != ItemState.WAITING:
        raise was_concluded(item)
    check_has_come(meeting, at)

    table = table_of(meeting)
    sight = Sight.of(by.user, workdays.local_day(at))
    was_changed = version is not None and version != item.version
    if was_changed and _would_overwrite(item, table, sight, opinions, votes):
        raise StaleVersion(
            _(
                "This item was written on since you opened it, by somebody else or by"
                " you in another window."
            )
        )

    texts = {"resolution": resolution.strip()}
    if opinions is not None:
        texts["opinions"] = opinions.strip()
    table.write(item, sight, **texts)
    item.votes_for, item.votes_against, item.votes_abstain = votes
    count = _count_now(item, meeting, verdict)
    _check_verdict(
        item, verdict, count, came=has_come(meeting, meeting.attendees.all())
    )

    item.state = verdict
    item.key = key
    item.sent = sent
    item.version += 1
    item.concluded_at = at
    item.concluded_by = by.post

    in_work = item.case is not None and is_heard_in_work(item.case)
    if verdict == Verdict.NOT_PASSED and item.case and in_work:
        about = _about(item)
        item.case = make_move(item.case, Action.RECONSIDER, by=by, at=at, about=about)
    if verdict == Verdict.PASSED and item.case and not in_work:
        _move(item, table, action, by, at, case_version, values)
    elif verdict == Verdict.PASSED and not item.resolution:
        raise InputRefused(
            _("Write down what was resolved."),
            {"resolution": _("Please fill this in.")},
        )

    item.save()
    seal_once(ITEM, item, at=at, user=by.user)
    return item


def _would_overwrite(
    item: AgendaItem, table: Table, sight: Sight, opinions: str | None, votes: Votes
) -> bool:
    """Tell whether the item has words or votes that whoever concludes it never saw."""
    other_words = bool(item.opinions)
    if item.opinions and opinions is not None:
        draft = copy(item)
        other_words = table.write(draft, sight, opinions=opinions.strip())
    stored = (item.votes_for, item.votes_against, item.votes_abstain)
    was_counted = any(vote is not None for vote in stored)
    return other_words or (was_counted and stored != votes)


def _count_now(item: AgendaItem, meeting: Meeting, verdict: str) -> Count:
    """Count by roll and rules as they are now, and store the numbers on the item.

    Where it is voted on, the body must have the size that its law asks for.
    """
    rules = rules_for(meeting.town_id, meeting.kind)
    people = list(meeting.attendees.all())
    if verdict in VOTED_ON:
        check_size(rules, due_of(meeting, people))
    asides = set_parties_aside([item], people)[item.pk]

    count = count_of(meeting, people, asides, rules)
    store_count(item, count, rules)
    return count


def check_votes(item: AgendaItem, count: Count) -> None:
    """Raise InputRefused unless all votes are given and fit those entitled."""
    votes = {
        "votes_for": item.votes_for,
        "votes_against": item.votes_against,
        "votes_abstain": item.votes_abstain,
    }
    missing = {
        name: _("Please fill this in.")
        for name, value in votes.items()
        if value is None
    }
    if missing:
        raise InputRefused(_("Write down how they voted."), missing)

    cast = sum(value for value in votes.values() if value is not None)
    if cast != count.present:
        words = _(
            "%(cast)s votes were counted, but %(entitled)s people present may vote:"
            " count again."
        )
        words %= {"cast": cast, "entitled": count.present}
        raise InputRefused.at(votes_for=words)


def _check_verdict(item: AgendaItem, verdict: str, count: Count, *, came: bool) -> None:
    """Raise MoveRefused where the votes carry another verdict or no quorum came, or
    where the meeting only hears; DueNotKnown and RollNotCalled before it is written
    down how many are due, and before anybody `came`.
    """
    if verdict not in VOTED_ON:
        return
    if item.meeting.kind in ONLY_HEAR:
        raise MoveRefused(
            _("At such a meeting matters are heard; nothing is decided or proposed.")
        )

    check_due_known(item.meeting)
    if not count.has_quorum and not came:
        raise RollNotCalled(_("Nobody is noted as present: call the roll first."))
    if not count.has_quorum:
        words = _(
            "Too few are present: %(present)s of %(due)s, %(quorum)s are needed. Put it"
            " off, or call others in."
        )
        raise MoveRefused(
            words % {"present": count.present, "due": count.due, "quorum": count.quorum}
        )

    check_votes(item, count)
    passes = count.passes(item.votes_for or 0)
    if verdict == Verdict.PASSED and not passes:
        words = _("%(votes)s agree, %(needed)s are needed: it has not passed.")
        raise MoveRefused(words % {"votes": item.votes_for, "needed": count.needed})
    if verdict == Verdict.NOT_PASSED and passes:
        words = _("%(votes)s agree and %(needed)s are enough: it has passed.")
        raise MoveRefused(words % {"votes": item.votes_for, "needed": count.needed})


def _move(
    item: AgendaItem,
    table: Table,
    action: Action | None,
    by: Officer,
    at: datetime,
    case_version: int | None,
    values: Mapping[str, Any],
) -> None:
    """Make the move that the meeting resolved; its event names meeting and item."""
    if action not in ITEM_ACTIONS or item.case is None:
        raise InputRefused(
            _("Say what was resolved about the matter."),
            {"action": _("Please choose.")},
        )

    case = make_move(
        item.case,
        action,
        by=by,
        at=at,
        version=case_version,
        about=_about(item),
        **values,
    )
    item.action = action
    item.case = case

    if not item.resolution:
        note = values.get(MOVES[action].note_input or "") or ""
        sight = Sight.of(by.user, workdays.local_day(at))
        if case.pk not in table.unknown_to(sight):
            note = personal_redactor(case)(note)
        resolution = note or str(Action(action).label)
        if note and action != Action.DECIDE:
            resolution = f"{Action(action).label}：{note}"
        table.write(item, sight, resolution=resolution)


def _about(item: AgendaItem) -> EventData:
    """Return what names meeting and item in the event of a move."""
    meeting = item.meeting
    return {
        "meeting": meeting.pk,
        "item": item.pk,
        "meeting_kind": meeting.kind,
        "meeting_on": str(workdays.local_day(meeting.starts_at)),
    }
