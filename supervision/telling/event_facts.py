"""Facts about the events of a batch, read together: whom they name, and who had, has
and rules on their cases.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from cases.models import Assignment, Case, Event
from cases.models.choices import AssignmentEnd, AssignmentRole
from cases.workflow import MOVES, Action, actions_that, who_rules
from cases.workflow.event_data import data_of
from cases.workflow.standing import holder_key, parted_key
from minshi import workdays
from villages.models import Post

ASKED = frozenset(move.rules_on for move in MOVES.values() if move.rules_on)
RULED = actions_that(lambda move: move.rules_on)
# after these it matters who had it before
LEFT = frozenset({Action.WITHDRAW, Action.PROTECT})


@dataclass(frozen=True)
class EventFacts:
    """What a batch of events refers to, beside the events themselves."""

    # the current posts behind a key, "post:12" or "office:3"
    posts: Mapping[str, list[Post]]
    rulers: Mapping[int, list[Post]]  # who may rule on what is asked, by case
    before: Mapping[int, str]  # the key of whom the case was with before, by event
    begun: Mapping[int, list[Assignment]]  # the parts that an event gave, by event
    ended: Mapping[int, list[Assignment]]  # the parts that a withdrawal ended, by event

    def behind(self, keys: Iterable[str]) -> list[Post]:
        """Return the current posts behind the keys."""
        posts = []
        for key in keys:
            posts += self.posts.get(key, [])
        return posts


def read_event_facts(events: Sequence[Event], at: datetime) -> EventFacts:
    """Read the facts about the events. At most ten queries, fewer where nothing of the
    kind happened.
    """
    asking = {event.case for event in events if event.action in ASKED}
    left = [event for event in events if event.action in LEFT]
    reassigned = [event for event in events if event.action == Action.REASSIGN]
    withdrawn = [event for event in events if event.action == Action.WITHDRAW]

    before = _owners_before(left)
    begun = _parts_of(reassigned)
    ended = _parts_of(withdrawn, ended=True)

    keys = set(before.values())
    for event in events:
        keys.update(data_of(event).get("holders", ()))
        if event.action in RULED:
            keys.update(keys_of_askers(event))
    for parts in (*begun.values(), *ended.values()):
        keys.update(holder_key(part.holder) for part in parts)

    return EventFacts(
        posts=_posts_behind(keys, workdays.local_day(at)),
        rulers=who_rules(asking, at) if asking else {},
        before=before,
        begun=begun,
        ended=ended,
    )


def key_of_owner(case: Case) -> str:
    if case.owner_post_id:
        return f"post:{case.owner_post_id}"
    return f"office:{case.owner_office_id}"


def keys_of_askers(event: Event) -> list[str]:
    """Return the keys of those whose request an event ruled on: of the parts it names,
    else of whoever had the case then.
    """
    data = data_of(event)
    owner = data.get("owner")
    return list(data.get("holders", ())) or ([owner] if owner else [])


def holder_keys_of(parts: Iterable[Assignment], role: AssignmentRole) -> list[str]:
    """Return the keys of those who hold the parts of a role."""
    return [holder_key(part.holder) for part in parts if part.role == role]


def _owners_before(events: Sequence[Event]) -> dict[int, str]:
    """Return, by event, the key of the owner that the last event before it named.

    An event before the first owner of its case is left out. One query.
    """
    if not events:
        return {}

    case_ids = [event.case_id for event in events]
    with_owner = Event.objects.filter(case__in=case_ids, data__has_key="owner")
    rows = with_owner.order_by("sequence").values_list("case", "sequence", "data")

    owners: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for case_id, sequence, data in rows:
        owners[case_id].append((sequence, data["owner"]))

    before = {}
    for event in events:
        for sequence, owner in owners[event.case_id]:
            if sequence < event.sequence:
                before[event.pk] = owner  # the last one stays
    return before


def _parts_of(
    events: Sequence[Event], *, ended: bool = False
) -> dict[int, list[Assignment]]:
    """Return the parts that began, or ended, with each event, at its very moment. One
    query.
    """
    if not events:
        return {}

    case_ids = [event.case_id for event in events]
    parts = Assignment.objects.filter(case__in=case_ids)
    if ended:
        parts = parts.filter(end=AssignmentEnd.CLOSED)

    by_moment: defaultdict[tuple[int, datetime | None], list[Assignment]]
    by_moment = defaultdict(list)
    for part in parts.select_related("post", "office").order_by("pk"):
        moment = part.ended_at if ended else part.assigned_at
        by_moment[part.case_id, moment].append(part)

    return {event.pk: by_moment[event.case_id, event.at] for event in events}


def _posts_behind(keys: set[str], on: date) -> dict[str, list[Post]]:
    """Return the current posts by key: the one named, or the handlers of an office. One
    query.
    """
    if not keys:
        return {}

    numbers: dict[str, set[int]] = {"post": set(), "office": set()}
    for key in keys:
        kind, pk = parted_key(key)
        numbers[kind].add(pk)

    named = Q(pk__in=numbers["post"]) | Q(office__in=numbers["office"])
    posts = Post.objects.current(on).filter(named)

    found: dict[str, list[Post]] = {}
    for post in posts.select_related("user", "group"):
        for key in (f"post:{post.pk}", f"office:{post.office_id}"):
            found.setdefault(key, []).append(post)
    return found
