"""What came of an act on several rows at once: each with its refusal, or done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form, Textarea

from cases.models.scope import Sight
from cases.privacy.redactor import title_for
from cases.workflow.batch import Result


@dataclass(frozen=True)
class ShownResult:
    """One row: its name, where it is, and why nothing was done ("" where it was)."""

    name: str
    address: str
    refusal: str


def results_of_cases(results: Iterable[Result], sight: Sight) -> list[ShownResult]:
    shown = []
    for result in results:
        case = result.case
        name = f"{case.number} {title_for(case, sight)}"
        shown.append(ShownResult(name, case.get_absolute_url(), result.refusal))
    return shown


def written_in(form: Form) -> list[str]:
    """Return the texts that were written into a form that was sent."""
    written = []
    for name, field in form.fields.items():
        text = form.cleaned_data.get(name)
        if isinstance(field.widget, Textarea) and text:
            written.append(text)
    return written


def with_counts(
    results: Sequence[ShownResult], gone: Sequence[str], written: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the results with their counts, for the page.

    `gone` are the numbers of ticked rows out of sight by now; they count as failed.
    `written` is kept for whoever has to do it again another way.
    """
    done = sum(not result.refusal for result in results)
    return {
        "results": results,
        "gone": gone,
        "done": done,
        "failed": len(results) - done + len(gone),
        "written": written,
    }
