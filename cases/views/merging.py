"""并案: the other matter, shown to whoever wrote its number before they press again."""

from dataclasses import dataclass

from django.http import QueryDict

from cases.forms import MoveForm
from cases.models import Case
from cases.models.scope import Sight
from cases.privacy.redactor import title_for
from cases.views.case_facts import speaker_of
from cases.workflow.inputs import Kind
from cases.workflow.merged import confidentiality_after


@dataclass(frozen=True)
class OtherMatter:
    """A matter by its number, as the reader of the form may know it."""

    case: Case
    title: str
    speaker: str
    becomes: str = ""  # its confidentiality once merged, where that grows


def other_to_confirm(
    form: MoveForm, data: QueryDict, sight: Sight
) -> OtherMatter | None:
    """Return the matter that a valid form names by a number, until it was sent once
    more with that matter shown; None for steps that name none.

    A wrong digit would merge with a stranger's matter, and no step undoes it.
    """
    for item in form.inputs:
        if item.kind is not Kind.CASE:
            continue
        other = form.cleaned_data[item.name]
        if data.get("confirmed") != other.number:
            speaker = speaker_of(other, shown=sight.shows_speaker(other))
            becomes = _becomes(form.facts.case, other)
            return OtherMatter(other, title_for(other, sight), speaker, becomes)
    return None


def _becomes(case: Case, other: Case) -> str:
    """Return in words what the other matter becomes by the merge, where it is protected
    more than before: whoever knew its speaker may not be shown them any more.
    """
    stricter = confidentiality_after(case, other)
    return "" if stricter == other.confidentiality else str(stricter.label)
