"""The comparison of cases with their events: what was changed, forged or taken away
past the workflow.

Proved is what INDEX_KEY seals: whoever holds it and writes the database can forge both
(docs/domain.md, §3). The heads kept elsewhere are supervision's (supervision/sealing).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import pgettext_lazy

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
)
from cases.models.choices import Stage
from cases.workflow.beside import (
    assignments_fit,
    call_backs_fit,
    concerns_fit,
    ratings_fit,
    replies_fit,
)
from cases.workflow.event_data import data_of
from cases.workflow.record import chain_hash, digest_of
from cases.workflow.state import GROUPS, state_of
from minshi.crypto import UndecryptableError, digest

BATCH = 200
MOST_NUMBERS = 20  # of one town and year that are named one by one


class Wrong(models.TextChoices):
    """The kinds of findings about cases, in an auditor's words."""

    GAP = (
        "gap",
        pgettext_lazy("history", "a record before it is missing or out of order"),
    )
    RECORD = "record", pgettext_lazy("history", "the record was changed or forged")
    CUT = "cut", pgettext_lazy("history", "the last records were cut off")
    VERBATIM = (
        "verbatim",
        pgettext_lazy("history", "the speaker's words are not those taken down"),
    )
    # by the names of state.GROUPS
    WORDS = (
        "words",
        pgettext_lazy("history", "who spoke or what was said was changed"),
    )
    ORIGIN = (
        "origin",
        pgettext_lazy("history", "its number, place or origin was changed"),
    )
    KIND = (
        "kind",
        pgettext_lazy("history", "its kind, grade or confidentiality was changed"),
    )
    STAGE = (
        "stage",
        pgettext_lazy("history", "its stage, level or whom it is with was changed"),
    )
    RESULT = (
        "result",
        pgettext_lazy("history", "the decision or the result was changed"),
    )
    REPLY = (
        "reply",
        pgettext_lazy(
            "history", "an answer to the speaker was changed, put in or is missing"
        ),
    )
    RESERVED = (
        "reserved",
        pgettext_lazy("history", "the mark that it is the villagers' was changed"),
    )
    RATING = "rating", pgettext_lazy("history", "the rating was changed")
    DUE = "due", pgettext_lazy("history", "the deadline was changed")
    HANDLERS = "handlers", pgettext_lazy("history", "who handled it was changed")
    CONCERNS = (
        "concerns",
        pgettext_lazy("history", "the cadres it concerns were changed"),
    )
    REVISION = (
        "revision",
        pgettext_lazy("history", "a corrected personal value was changed"),
    )
    REVISION_GONE = (
        "revision_gone",
        pgettext_lazy("history", "a corrected personal value is missing"),
    )
    REVISION_ADDED = (
        "revision_added",
        pgettext_lazy("history", "a corrected personal value was put in"),
    )
    UNREADABLE = (
        "unreadable",
        pgettext_lazy("history", "a personal value of it cannot be opened"),
    )
    NO_NUMBER = "no_number", pgettext_lazy("history", "this is no number of a case")
    NUMBER = "number", pgettext_lazy("history", "there is no case of this number")
    COUNTER = (
        "counter",
        pgettext_lazy("history", "the counter of case numbers was set back"),
    )
    COUNTER_GONE = (
        "counter_gone",
        pgettext_lazy("history", "the counter of these case numbers is missing"),
    )


# raised where SQL has put a value into a row that no program of ours writes there: no
# date, no JSON, a list for a dict, bytes for a text, what no key opens
OF_FORGED_VALUES = (
    UndecryptableError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
)
WRONG_OF = {name: Wrong(name) for name in GROUPS}


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit: where it is, and in which way."""

    where: str
    wrong: models.TextChoices

    def __str__(self) -> str:
        return f"{self.where}：{self.wrong.label}"


def check_cases(cases: QuerySet[Case]) -> Iterator[list[Finding]]:
    """Yield the findings of each case, mostly none, in the order of keys.

    In batches, so that memory stays flat however many cases there are: nine queries a
    batch. A case that does not fit is read once more under its lock: somebody may have
    moved it between two queries. Of a batch in which a value cannot be read every
    case is read so, for the others are to be checked all the same.
    """
    last = 0
    while batch := _batch_after(last, cases):
        for pk, findings in batch.items():
            fits = findings == []
            yield [] if fits else _checked_alone(cases.filter(pk=pk))
        last = max(batch)


def _batch_after(last: int, cases: QuerySet[Case]) -> dict[int, list[Finding] | None]:
    """Return what does not fit of the next cases, by key in their order.

    None of each of them where not all could be read.
    """
    rows = cases.filter(pk__gt=last).order_by("pk")[:BATCH]
    try:
        return {case.pk: list(_findings_of(case)) for case in _with_history(rows)}
    except OF_FORGED_VALUES:
        return dict.fromkeys(rows.values_list("pk", flat=True))


def _checked_alone(row: QuerySet[Case]) -> list[Finding]:
    """Return the findings of one case, which nobody moves meanwhile."""
    with transaction.atomic(using=row.db):
        number = row.select_for_update(no_key=True).values_list("number", flat=True)
        where = "".join(number)
        findings: list[Finding] = []
        try:
            for case in _with_history(row):
                findings += _findings_of(case)
        except OF_FORGED_VALUES:
            return [Finding(where, Wrong.UNREADABLE)]
        return findings


def _with_history(cases: QuerySet[Case]) -> QuerySet[Case]:
    events = Event.objects.order_by("sequence").prefetch_related("revisions")
    running = Clock.objects.filter(stopped_at=None)
    return cases.prefetch_related(
        Prefetch("events", events),
        Prefetch("clocks", running, to_attr="running_clocks"),
        Prefetch("replies", Reply.objects.order_by("at", "pk")),
        Prefetch("ratings", Rating.objects.order_by("at", "pk")),
        Prefetch("call_backs", CallBack.objects.order_by("at", "pk")),
        Prefetch("assignments", Assignment.objects.order_by("pk")),
        Prefetch("concerns", Concern.objects.order_by("pk")),
    )


def _findings_of(case: Case) -> Iterator[Finding]:
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
        yield from _state_at_fault(case, events)


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
    return None


def _revisions_at_fault(case: Case, event: Event) -> Iterator[Finding]:
    """Yield the personal values of a record that are not those it names.

    One that was erased is empty, and proves nothing any more.
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
        is_erased = revision.erased_at is not None and values == ("", "")
        fits = is_erased or digest_of(values) == expected
        if revision.digest != expected or not fits:
            yield Finding(where, Wrong.REVISION)

    if revisions.keys() - named.keys():
        yield Finding(where, Wrong.REVISION_ADDED)


def _state_at_fault(case: Case, events: list[Event]) -> Iterator[Finding]:
    """Yield what the case and the rows beside it hold otherwise than its events say."""
    first, last = events[0], events[-1]
    if data_of(first).get("verbatim") != digest(case.verbatim):
        yield Finding(case.number, Wrong.VERBATIM)

    wrong = []
    state = state_of(case)
    for name, seal in last.state.items():
        if seal != state.get(name):
            wrong.append(WRONG_OF[name])

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

    for each in dict.fromkeys(wrong):
        yield Finding(case.number, each)


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
