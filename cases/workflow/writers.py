"""Who wrote the words that a case and its parts hold, by the events."""

from collections import defaultdict
from collections.abc import Iterable

from cases.models import Assignment, Case, Event, MandatoryReport
from cases.models.scope import Sight
from cases.privacy.redactor import Redactor
from cases.workflow.actions import Action
from cases.workflow.event_data import data_of
from cases.workflow.standing import holder_key

# the columns of a case that a step writes words into
WRITTEN_BY = {
    Action.SETTLE: ("result",),
    Action.DECIDE: ("decision",),
    Action.COMPLETE: ("result", "measures", "findings", "basis"),
}
WRITING = (
    *WRITTEN_BY,
    Action.REASSIGN,
    Action.REPORT,
    Action.RECEIPT,
)
Key = tuple[object, ...]


class Writers:
    """The users who wrote the words of one case last; nobody where none is known."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        """Read them from the case's events of WRITING, oldest first."""
        self._users: dict[Key, int | None] = {}
        for event in events:
            for key in _written_in(event):
                self._users[key] = event.user_id

    def of(self, column: str) -> int | None:
        """Return who wrote a column of the case."""
        return self._users.get((column,))

    def of_ask(self, part: Assignment) -> int | None:
        """Return who wrote what a holder is asked for."""
        return self._users.get(("ask", holder_key(part.holder)))

    def of_report(self, part: Assignment) -> int | None:
        """Return who wrote what an assistant did."""
        return self._users.get(("report", part.reported_at, holder_key(part.holder)))

    def of_receipt(self, report: int) -> int | None:
        """Return who noted the receipt of a red-line report later than the report."""
        return self._users.get(("receipt", report))


NOBODY = Writers()


def _written_in(event: Event) -> list[Key]:
    action = Action(event.action)
    keys: list[Key] = [(column,) for column in WRITTEN_BY.get(action, ())]
    data = data_of(event)
    for ask in data.get("asks", ()):
        if not ask.get("adds"):
            keys.append(("ask", ask["holder"]))
    if action == Action.REPORT and event.post:
        keys.append(("report", event.at, holder_key(event.post)))
        if event.post.office:
            keys.append(("report", event.at, holder_key(event.post.office)))
    if action == Action.RECEIPT:
        keys.append(("receipt", data.get("report")))
    return keys


def receipt_for(report: MandatoryReport, redact: Redactor, writers: Writers) -> str:
    """Return the receipt of a red-line report for its reader; it came with the report
    or later.
    """
    later_by = writers.of_receipt(report.pk)
    if later_by is None:
        return redact(report.receipt, post=report.post_id)
    return redact(report.receipt, by=later_by)


def writers_for(cases: Iterable[Case], sight: Sight) -> dict[int, Writers]:
    """Return, by key, the writers of those of the cases whose speaker is hidden from
    the reader; who wrote the others makes no difference. One query at most.
    """
    hidden = [case for case in cases if not sight.shows_speaker(case)]
    return defaultdict(Writers, writers_of(hidden))


def writers_of(cases: Iterable[Case]) -> dict[int, Writers]:
    """Return the writers of each of these cases, by its key. One query, none for no
    case.
    """
    found: dict[int, list[Event]] = {case.pk: [] for case in cases}
    if not found:
        return {}

    events = Event.objects.filter(case__in=found, action__in=WRITING)
    with_posts = events.select_related("post__office")
    for event in with_posts.order_by("case", "sequence"):
        found[event.case_id].append(event)
    return {case: Writers(rows) for case, rows in found.items()}
