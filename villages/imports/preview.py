"""The rows of a checked list as a page or the API shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from minshi.crypto import masked_phone
from villages.imports.cells import shown
from villages.imports.columns import Column
from villages.imports.entries import Problem, cells_of, problems_of
from villages.imports.kinds import KINDS
from villages.imports.mapping import places_of
from villages.models import ImportRow, ImportRun
from villages.models.imports import Verdict

SHOWN = 50
# beside the verdicts: rows of a list that was taken back which stayed
KEPT = "kept"
KEPT_LABEL = pgettext_lazy("row", "stayed")
PHONES = ("phone", "speaker_phone")
TABS = (
    Verdict.FAULTY,
    Verdict.NEW,
    Verdict.CHANGED,
    Verdict.SAME,
    Verdict.LEFT_OUT,
)


@dataclass(frozen=True)
class ShownCell:
    """A cell of the preview with what is wrong with it."""

    text: str
    problems: list[Problem]


@dataclass(frozen=True)
class ShownRow:
    number: int
    sheet: str
    cells: list[ShownCell]
    problems: list[Problem]  # of the whole row
    kept_because: str


def mapped_columns(run: ImportRun) -> list[Column]:
    """Return the columns of a run that some heading was said to be, or a sheet's
    name.
    """
    keys = set(run.mapping.values())
    for sheet in run.sheets:
        keys |= set(sheet["defaults"])
    columns = KINDS[run.kind].columns_for(run.village)
    return [column for column in columns if column.key in keys]


def rows_shown(
    run: ImportRun, verdict: str, after: int = 0, most: int = SHOWN
) -> list[ImportRow]:
    """Return up to `most` rows of a verdict, or of those that stayed (KEPT), that come
    after one, and one more where there is one. One query.
    """
    rows = run.rows.filter(nth__gt=after).order_by("nth")
    if verdict == KEPT:
        rows = rows.exclude(kept_because="")
    else:
        rows = rows.filter(verdict=verdict)
    return list(rows[: most + 1])


def as_shown(
    rows: Sequence[ImportRow], run: ImportRun, *, is_own: bool
) -> list[ShownRow]:
    """Return rows with their cells and what is wrong with each.

    Of a telephone the end alone: but what is none stands as it was typed before whoever
    uploaded the list (`is_own`), who has to mend it. Others read no other words either
    than those of the columns.
    """
    columns = mapped_columns(run)
    return [_shown(row, run, columns, is_own) for row in rows]


def _shown(
    row: ImportRow, run: ImportRun, columns: Sequence[Column], is_own: bool
) -> ShownRow:
    about = run.sheets[row.sheet]
    places = places_of(about, run.mapping)
    cells = cells_of(row)
    by_column: dict[str, list[Problem]] = {}
    for problem in problems_of(row):
        by_column.setdefault(problem.column, []).append(problem)

    found = []
    for column in columns:
        place = places.get(column.key)
        text = shown(cells[place]) if place is not None and place < len(cells) else ""
        text = text or str(about["defaults"].get(column.key, ""))
        problems = by_column.pop(column.key, [])
        if column.key in PHONES and not (problems and is_own):
            text = masked_phone(text)
        found.append(ShownCell(text, problems))

    is_other = row.verdict == Verdict.LEFT_OUT
    if is_other and is_own and not any(cell.text for cell in found):
        words = " ".join(filter(None, map(shown, cells)))
        found[:1] = [ShownCell(words, [])]
    rest = [problem for problems in by_column.values() for problem in problems]
    return ShownRow(row.number, about["name"], found, rest, row.kept_because)


def labels_of(run: ImportRun) -> dict[str, str]:
    """Return what the mapped columns of a run are called, by their keys."""
    return {column.key: str(column.label) for column in mapped_columns(run)}


def result_in_words(row: ImportRow, labels: Mapping[str, str]) -> str:
    """Return what is said of a row in the file that goes back to be mended; `labels` as
    of `labels_of`.
    """
    words = []
    for problem in problems_of(row):
        label = labels.get(problem.column, "")
        words.append(f"{label}：{problem.words}" if label else problem.words)

    # a full stop before the next of them gives way to the mark between
    beginnings = [said.rstrip("。") for said in words[:-1]]
    found = "；".join([*beginnings, *words[-1:]])
    if row.verdict == Verdict.LEFT_OUT:
        return _("Not imported: %(why)s") % {"why": found}
    return found or str(row.get_verdict_display())
