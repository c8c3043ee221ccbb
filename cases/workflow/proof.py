"""The comparison of cases with their events: what was changed, forged or taken away
past the workflow.

Proved is what INDEX_KEY seals: whoever holds it and writes the database can forge both
(docs/domain.md, §3). The heads kept elsewhere are supervision's (supervision/sealing).
"""

from collections.abc import Iterator
from itertools import chain

from django.db import OperationalError, connection, transaction
from django.db.models import Prefetch, QuerySet

from cases.models import (
    Assignment,
    CallBack,
    Case,
    Clock,
    Concern,
    Event,
    NumberCounter,
    Rating,
    Reply,
    StateAtUpdate,
)
from cases.models.choices import Stage
from cases.privacy.personal import folded_words, own_names
from cases.workflow.beside import (
    assignments_fit,
    call_backs_fit,
    concerns_fit,
    ratings_fit,
    replies_fit,
)
from cases.workflow.event_data import data_of
from cases.workflow.findings import Finding, Wrong
from cases.workflow.record import chain_hash, digest_of
from cases.workflow.sealed_rows import Beside, rows_beside, state_of_rows
from cases.workflow.state import GROUPS, state_of
from minshi.crypto import UndecryptableError, digest
from minshi.written import written_otherwise

BATCH = 200
MOST_NUMBERS = 20  # of one town and year that are named one by one


# of SQLite for a text that is no UTF-8; PostgreSQL has none, and is away then
OF_TEXTS = (OperationalError,) if connection.vendor == "sqlite" else ()
# raised where SQL has put a value into a row that no program of ours writes there: no
# date, or one at the end of time, no JSON, or nested without end, a list for a dict,
# bytes for a text, what no key opens
OF_FORGED_VALUES = (
    UndecryptableError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
    *OF_TEXTS,
)
# what does not fit where a group of columns or rows does not; each says so by its name,
# but for the rows that events speak of as well
WRONG_OF = {name: Wrong(name) for name in GROUPS if name != "registered"}
WRONG_OF["registered"] = Wrong.BLANKED  # both say what is blanked
WRONG_OF |= {name: Wrong(name) for name in ("people", "work", "clocks", "afterwords")}
# the group of a column; what is under no seal is the chain's head and what is searched
GROUP_OF: dict[str, str] = {}
for _group, _columns in GROUPS.items():
    GROUP_OF.update(dict.fromkeys(_columns, _group))
WRONG_OF |= {"answers": Wrong.REPLY, "ratings": Wrong.RATING}


def check_cases(cases: QuerySet[Case]) -> Iterator[list[Finding]]:
    """Yield the findings of each case, mostly none, in the order of keys.

    In batches, so that memory stays flat however many cases there are: ten queries a
    batch, twelve on SQLite; from the lowest key on, for by SQL a row may have one below
    zero. A case that does not fit is read once more under its lock: somebody may have
    moved it between two queries. Of a batch in which a value cannot be read every case
    is read so, for the others are to be checked all the same.
    """
    left = cases
    while batch := _next_batch(left):
        for pk, findings in batch.items():
            fits = findings == []
            yield [] if fits else _checked_alone(cases.filter(pk=pk))
        left = cases.filter(pk__gt=max(batch))


def _next_batch(left: QuerySet[Case]) -> dict[int, list[Finding] | None]:
    """Return what does not fit of the first of these cases, by key in their order.

    None of each of them where not all could be read.
    """
    rows = left.order_by("pk")[:BATCH]
    try:
        return {**_findings_in(rows)}
    except OF_FORGED_VALUES:
        return dict.fromkeys(rows.values_list("pk", flat=True))


def _checked_alone(row: QuerySet[Case]) -> list[Finding]:
    """Return the findings of one case, which nobody moves meanwhile."""
    with transaction.atomic(using=row.db):
        number = row.select_for_update(no_key=True).values_list("number", flat=True)
        where = "".join(number)
        try:
            findings = _findings_in(row)
        except OF_FORGED_VALUES:
            return [Finding(where, Wrong.UNREADABLE)]
        return list(chain.from_iterable(findings.values()))


def _findings_in(cases: QuerySet[Case]) -> dict[int, list[Finding]]:
    """Return what does not fit of each of these cases, by key in their order."""
    rows = list(_with_history(cases))
    keys = [case.pk for case in rows]
    beside = rows_beside(keys, using=cases.db)
    in_other_form = _written_otherwise(rows, cases.db)
    return {
        case.pk: [
            *_findings_of(case, beside[case.pk]),
            *in_other_form.get(case.pk, ()),
        ]
        for case in rows
    }


def _written_otherwise(cases: list[Case], using: str) -> dict[int, list[Finding]]:
    """Return by case where it or its events hold a value in another form: it fits every
    seal, and no search and no sum finds it. Two queries; none on PostgreSQL.
    """
    found: dict[int, list[Finding]] = {}
    rows = Case.objects.using(using).filter(pk__in=[case.pk for case in cases])
    columns = written_otherwise(rows)
    for case in cases:
        for column in columns.get(case.pk, ()):
            wrong = WRONG_OF.get(GROUP_OF.get(column, ""), Wrong.CUT)
            found.setdefault(case.pk, []).append(Finding(case.number, wrong))

    events: dict[int, Event] = {}
    for case in cases:
        events |= {event.pk: event for event in case.events.all()}
    for key in written_otherwise(Event.objects.using(using).filter(case__in=cases)):
        event = events[key]
        finding = Finding(f"{event.case.number} #{event.sequence}", Wrong.RECORD)
        found.setdefault(event.case_id, []).append(finding)
    return found


def _with_history(cases: QuerySet[Case]) -> QuerySet[Case]:
    events = Event.objects.order_by("sequence").prefetch_related("revisions")
    running = Clock.objects.filter(stopped_at=None)
    return cases.select_related("state_at_update").prefetch_related(
        Prefetch("events", events),
        Prefetch("clocks", running, to_attr="running_clocks"),
        Prefetch("replies", Reply.objects.order_by("at", "pk")),
        Prefetch("ratings", Rating.objects.order_by("at", "pk")),
        Prefetch("call_backs", CallBack.objects.order_by("at", "pk")),
        Prefetch("assignments", Assignment.objects.order_by("pk")),
        Prefetch("concerns", Concern.objects.order_by("pk")),
    )


def _findings_of(case: Case, beside: Beside) -> Iterator[Finding]:
    """Yield what does not fit of a case that was read with its history.

    1. The chain: order, links, seals, and its head on the case. What follows the first
       record at fault proves nothing.
    2. The personal values beside the records.
    3. The case itself, against what the records say.
    """
    events = list(case.events.all())

    broken = _first_broken(case, events)
    if broken:
        yield broken
    for event in events:
        yield from _revisions_at_fault(case, event)
    if not broken:
        yield from _state_at_fault(case, events, beside)


def _first_broken(case: Case, events: list[Event]) -> Finding | None:
    previous = ""
    for count, event in enumerate(events, 1):
        where = f"{case.number} #{event.sequence}"
        if event.sequence != count or event.previous_hash != previous:
            return Finding(where, Wrong.GAP)
        if event.hash != chain_hash(event):
            return Finding(where, Wrong.RECORD)
        previous = event.hash

    if not events or (len(events), previous) != (case.event_count, case.event_hash):
        return Finding(f"{case.number} #{len(events) + 1}", Wrong.CUT)
    if case.last_event_at != events[-1].at:
        # moved ahead it bars every step, moved back it lets an earlier one in
        return Finding(f"{case.number} #{len(events) + 1}", Wrong.CUT)
    return None


def _revisions_at_fault(case: Case, event: Event) -> Iterator[Finding]:
    """Yield the personal values of a record that are not those it names.

    An empty one is a finding, too, and one that says it was erased: nothing of ours
    erases any, and whoever did has taken away what a correction had replaced.
    """
    where = f"{case.number} #{event.sequence}"
    named = data_of(event).get("revisions", {})
    revisions = {revision.field: revision for revision in event.revisions.all()}

    for field, expected in named.items():
        revision = revisions.get(field)
        if revision is None:
            yield Finding(where, Wrong.REVISION_GONE)
            continue

        values = (revision.old or "", revision.new or "")
        is_as_recorded = expected == revision.digest == digest_of(values)
        if revision.erased_at is not None or not is_as_recorded:
            yield Finding(where, Wrong.REVISION)

    if revisions.keys() - named.keys():
        yield Finding(where, Wrong.REVISION_ADDED)


def _state_at_fault(
    case: Case, events: list[Event], beside: Beside
) -> Iterator[Finding]:
    """Yield what the case and the rows beside it hold otherwise than its events say."""
    first, last = events[0], events[-1]
    if data_of(first).get("verbatim") != digest(case.verbatim):
        yield Finding(case.number, Wrong.VERBATIM)

    wrong = []
    state = state_of(case) | state_of_rows(case.pk, beside)
    seals = _seals_of(case, last)
    for name, seal in seals.items():
        if seal != state.get(name):
            wrong.append(WRONG_OF[name])
    for name, rows in beside.items():
        if not all(row.is_as_written for row in rows):
            wrong.append(WRONG_OF[name])
    if state.keys() - seals.keys():
        wrong.append(Wrong.UNSEALED)

    if (last.target, last.level, last.round) != (case.stage, case.level, case.round):
        wrong.append(Wrong.STAGE)
    if not replies_fit(case, events):
        wrong.append(Wrong.REPLY)
    if not (ratings_fit(case, events) and call_backs_fit(case, events)):
        wrong.append(Wrong.RATING)
    if not assignments_fit(case, events):
        wrong.append(Wrong.HANDLERS)
    if not concerns_fit(case, events):
        wrong.append(Wrong.CONCERNS)
    if _due_of_clock(case) != (case.due_at if case.stage != Stage.CLOSED else None):
        wrong.append(Wrong.DUE)
    if folded_words(case, _speakers(case, beside)) != (
        case.open_words,
        case.hidden_words,
    ):
        wrong.append(Wrong.SEARCHED)

    for each in dict.fromkeys(wrong):
        yield Finding(case.number, each)


def _seals_of(case: Case, last: Event) -> dict[str, str]:
    """Return the seals of a case by group: of its last event; and of what that did not
    seal yet, those made at an update since.
    """
    at_update: StateAtUpdate | None = getattr(case, "state_at_update", None)
    seals: dict[str, str] = at_update.state if at_update else {}
    return {**seals, **last.state}


def _speakers(case: Case, beside: Beside) -> list[str]:
    """Return the names of whoever spoke, as `names_of` does, from rows already read."""
    others = [row for row in beside["people"] if row.table == "co_speakers"]
    return [*own_names(case), *(str(row.values["name"]) for row in others)]


def _due_of_clock(case: Case) -> object:
    """Return when the clock that runs is due; None where none does."""
    running: list[Clock] = vars(case)["running_clocks"]
    return running[0].due_at if running else None


# --- numbers


def check_numbers() -> Iterator[Finding]:
    """Yield the case numbers that were given and are gone, and the counters that are
    behind what was given or gone. Two queries for each town and year.

    A number is given and its case written in one transaction: there is no gap that
    nobody made.
    """
    uncounted = _prefixes_of_cases()
    counters = NumberCounter.objects.select_related("town").order_by("town", "year")
    for counter in counters:
        prefix = f"{counter.town.abbreviation}-{counter.year}-"
        uncounted.discard(prefix)
        given, forged = _numbers_after(prefix)
        for number in forged:
            yield Finding(number, Wrong.NO_NUMBER)

        missing = [nth for nth in range(1, counter.last + 1) if nth not in given]
        for nth in missing[:MOST_NUMBERS]:
            yield Finding(f"{prefix}{nth:04d}", Wrong.NUMBER)
        if len(missing) > MOST_NUMBERS:
            between = f"{prefix}{missing[MOST_NUMBERS]:04d} … {missing[-1]:04d}"
            yield Finding(between, Wrong.NUMBER)

        counter.refresh_from_db(fields=["last"])
        if given and max(given) > counter.last:
            yield Finding(f"{prefix}{max(given):04d}", Wrong.COUNTER)

    for prefix in sorted(uncounted):
        yield Finding(f"{prefix}…", Wrong.COUNTER_GONE)


def _prefixes_of_cases() -> set[str]:
    """Return what the numbers of all cases begin with, by town and year: BG-2026-."""
    prefixes = set()
    for number in Case.objects.values_list("number", flat=True).iterator():
        before, dash, _nth = number.rpartition("-")
        prefixes.add(before + dash or number)
    return prefixes


def _numbers_after(prefix: str) -> tuple[set[int], list[str]]:
    """Return the numbers given of a town and year, and what is none and begins so."""
    given = set()
    forged = []
    rows = Case.objects.filter(number__startswith=prefix)
    for number in rows.values_list("number", flat=True).iterator():
        nth = number.removeprefix(prefix)
        if nth.isascii() and nth.isdecimal():
            given.add(int(nth))
        else:
            forged.append(number)
    return given, forged
