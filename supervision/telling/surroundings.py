"""What the events of a batch are told by, read together: whom they name, and who had,
has and rules on their cases.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from cases.models import Assignment, Case, Event
from cases.models.choices import AssignmentEnd, AssignmentRole
from cases.workflow import MOVES, Action, who_rules
from cases.workflow.event_data import data_of
from cases.workflow.facts import holder_key
from minshi import workdays
from villages.models import Post

ASKED = frozenset(move.rules_on for move in MOVES.values() if move.rules_on)
# after these it matters who had it before
LEFT = frozenset({Action.WITHDRAW, Action.PROTECT})


@dataclass(frozen=True)
class Surroundings:
    # the current ones behind a key, "post:12" or "office:3"
    posts: Mapping[str, list[Post]]
    rulers: Mapping[int, list[Post]]  # who may rule on what is asked, by case
    before: Mapping[int, str]  # the key of whom the case was with before, by event
    begun: Mapping[int, list[Assignment]]  # the parts that an event gave, by event
    ended: Mapping[int, list[Assignment]]  # the parts that a withdrawal ended, by event

    def behind(self, keys: Iterable[str]) -> list[Post]:
        return [post for key in keys for post in self.posts.get(key, [])]


def read_surroundings(events: Sequence[Event], at: datetime) -> Surroundings:
    """At most ten queries, fewer where nothing of the kind happened."""
    asking = {event.case for event in events if event.action in ASKED}
    before = _had_before([event for event in events if event.action in LEFT])
    begun = _parts_of([event for event in events if event.action == Action.REASSIGN])
    ended = _parts_of(
        [event for event in events if event.action == Action.WITHDRAW], ended=True
    )
    keys = {key for event in events for key in data_of(event).get("holders", ())} | set(
        before.values()
    )
    keys |= {
        holder_key(item.holder)
        for parts in (begun, ended)
        for items in parts.values()
        for item in items
    }
    return Surroundings(
        _posts_behind(keys, workdays.local_day(at)),
        who_rules(asking, at) if asking else {},
        before,
        begun,
        ended,
    )


def key_of_owner(case: Case) -> str:
    return (
        f"post:{case.owner_post_id}"
        if case.owner_post_id
        else f"office:{case.owner_office_id}"
    )


def _had_before(events: Sequence[Event]) -> dict[int, str]:
    """Whom the case was with when the event happened: the owner that the last event
    before it named. One query.
    """
    if not events:
        return {}
    named: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = Event.objects.filter(
        case__in=[event.case_id for event in events], data__has_key="owner"
    )
    for case, sequence, data in rows.order_by("sequence").values_list(
        "case", "sequence", "data"
    ):
        named[case].append((sequence, data["owner"]))
    found = {}
    for event in events:
        if earlier := [
            owner
            for sequence, owner in named[event.case_id]
            if sequence < event.sequence
        ]:
            found[event.pk] = earlier[-1]
    return found


def _parts_of(
    events: Sequence[Event], *, ended: bool = False
) -> dict[int, list[Assignment]]:
    """The parts that began, or ended, with each event, at its very moment. One
    query.
    """
    if not events:
        return {}
    rows = Assignment.objects.filter(
        case__in=[event.case_id for event in events]
    ).select_related("post", "office")
    rows = rows.filter(end=AssignmentEnd.CLOSED) if ended else rows
    found: defaultdict[tuple[int, datetime | None], list[Assignment]] = defaultdict(
        list
    )
    for item in rows.order_by("pk"):
        found[item.case_id, item.ended_at if ended else item.assigned_at].append(item)
    return {event.pk: found[event.case_id, event.at] for event in events}


def keys_of(parts: Iterable[Assignment], role: AssignmentRole) -> list[str]:
    return [holder_key(item.holder) for item in parts if item.role == role]


def _posts_behind(keys: set[str], on: date) -> dict[str, list[Post]]:
    """The current posts: the one named, or the handlers of an office. One query."""
    numbers: dict[str, set[int]] = {"post": set(), "office": set()}
    for key in keys:
        kind, _colon, pk = key.partition(":")
        numbers[kind].add(int(pk))
    found: dict[str, list[Post]] = {}
    if keys:
        posts = Post.objects.current(on).filter(
            Q(pk__in=numbers["post"]) | Q(office__in=numbers["office"])
        )
        for post in posts.select_related("user", "group"):
            for key in (f"post:{post.pk}", f"office:{post.office_id}"):
                found.setdefault(key, []).append(post)
    return found
