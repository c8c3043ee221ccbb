"""A decision is a move: an item is concluded once, and its case moves in the same
transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.meetings.counting import Count, count_of, keep_count
from cases.meetings.holding import check_has_come, lock_open, was_concluded
from cases.meetings.roll import set_parties_aside
from cases.models import AgendaItem, Meeting
from cases.models.meeting import ItemState
from cases.privacy.veil import without_hidden
from cases.workflow import MOVES, Action, Officer, make_move
from cases.workflow.event_data import EventData
from cases.workflow.record import without_personal
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, StaleVersion
from minshi.idempotency import fingerprint, refuse_reuse
from villages.procedure import rules_for

# What a meeting may resolve about a case.
ITEM_ACTIONS = (
    Action.DECIDE,
    Action.ESCALATE,
    Action.SEND_BACK,
    Action.DIVERT,
    Action.MERGE,
    Action.DEFER,
)


Votes = tuple[int | None, int | None, int | None]  # for, against, abstained


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
    """Concludes an item by its votes (for, against, abstained) and, where it passed
    about a case, makes the move.

    `action` is one of ITEM_ACTIONS with its inputs as `values`; `version` is the
    item's, `case_version` the case's as they were seen, `key` makes a retry harmless.
    The event of the move names meeting and item. Raises MoveRefused (concluded already,
    no quorum, votes that carry another verdict, the move is refused), InputRefused (the
    votes do not fit those entitled, a field of the move), NoSuchRight, StaleVersion.
    Source: domain §3 decide, 议事规则 (villages/procedure.py).
    """
    meeting = lock_open(item.meeting, by, at)
    item = AgendaItem.objects.select_related("case__town").get(pk=item.pk)
    votes = with_abstentions(votes)
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
    if item.state != ItemState.WAITING:
        raise was_concluded(item)
    check_has_come(meeting, at)
    words = None if opinions is None else without_hidden([item.case], opinions.strip())
    if (
        version is not None
        and version != item.version
        and _hides_words(item, words, votes)
    ):
        raise StaleVersion(
            _("Somebody else has written on this item since you opened it.")
        )
    item.opinions = item.opinions if words is None else words
    item.votes_for, item.votes_against, item.votes_abstain = votes
    item.resolution = without_hidden([item.case], resolution.strip())
    _check_verdict(item, verdict, _count(item, meeting))
    item.state, item.key, item.sent, item.version = verdict, key, sent, item.version + 1
    item.concluded_at, item.concluded_by = at, by.post
    if verdict == Verdict.PASSED and item.case:
        _move(item, meeting, action, by, at, case_version, values)
    elif verdict == Verdict.PASSED and not item.resolution:
        raise InputRefused(
            _("Write down what was resolved."),
            {"resolution": _("Please fill this in.")},
        )
    item.save()
    return item


def with_abstentions(votes: Votes) -> Votes:
    """Nobody abstained where only that number was left empty."""
    votes_for, votes_against, abstained = votes
    is_counted = votes_for is not None and votes_against is not None
    return (
        votes_for,
        votes_against,
        0 if is_counted and abstained is None else abstained,
    )


def _hides_words(item: AgendaItem, said: str | None, votes: Votes) -> bool:
    """Whether the item holds words or votes that whoever concludes it has not seen."""
    counted = (item.votes_for, item.votes_against, item.votes_abstain)
    return item.opinions not in ("", said) or (
        any(vote is not None for vote in counted) and counted != votes
    )


def _count(item: AgendaItem, meeting: Meeting) -> Count:
    """The count by roll and rules as they are now; the item keeps its numbers and the
    rule.
    """
    rules, people = (
        rules_for(meeting.town_id, meeting.kind),
        list(meeting.attendees.all()),
    )
    count = count_of(meeting, people, set_parties_aside([item], people)[item.pk], rules)
    keep_count(item, count, rules)
    return count


def check_votes(item: AgendaItem, count: Count) -> None:
    """InputRefused unless for, against and abstained are all given and fit those
    entitled to vote.
    """
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


def _check_verdict(item: AgendaItem, verdict: str, count: Count) -> None:
    if verdict not in (Verdict.PASSED, Verdict.NOT_PASSED):
        return
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
    meeting: Meeting,
    action: Action | None,
    by: Officer,
    at: datetime,
    case_version: int | None,
    values: Mapping[str, Any],
) -> None:
    if action not in ITEM_ACTIONS or item.case is None:
        raise InputRefused(
            _("Say what was resolved about the matter."),
            {"action": _("Please choose.")},
        )
    about: EventData = {
        "meeting": meeting.pk,
        "item": item.pk,
        "meeting_kind": meeting.kind,
        "meeting_on": str(workdays.local_day(meeting.starts_at)),
    }
    case = make_move(
        item.case, action, by=by, at=at, version=case_version, about=about, **values
    )
    item.action, item.case = action, case
    if not item.resolution:
        words = values.get(MOVES[action].note_input or "") or ""
        item.resolution = "：".join(
            filter(None, (str(Action(action).label), without_personal(case, words)))
        )
