"""上会 as a matter is decided and afterwards: at which meeting the committee hears."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.lists.queue import (
    MeetingOffered,
    committee_of,
    meetings_offered,
    meetings_to_come,
    place_that_hears,
    unheard_in_words,
)
from cases.meetings import add_item, on_no_agenda
from cases.meetings.committee import is_unheard
from cases.meetings.sitting import HoldingPlace
from cases.models import AgendaItem, Case
from cases.models.choices import Grade, Stage
from cases.models.meeting import ItemState
from cases.workflow import Action, Facts, Officer
from minshi.clock import now, today
from minshi.errors import RuleBroken
from villages.models import User
from villages.requests import whole_number

SHOWN_TO_COME = 8  # meetings


@dataclass(frozen=True)
class Agendas:
    """The meetings on whose agenda a matter may be put, and what is said of it now."""

    place: HoldingPlace | None  # none: the reader calls no meetings there
    coming: list[MeetingOffered]
    chosen: int | None  # the one typed before, or offered beforehand
    words: str = ""
    is_again: bool = False  # the last meeting did not settle it
    is_first: bool = False  # no meeting heard it, and none need


def agendas_to_choose(
    user: User, facts: Facts, action: Action, typed: str = ""
) -> Agendas | None:
    """Return the meetings that the form of a decision offers for 上会; None where the
    matter is no committee's. Two queries, none at a village.
    """
    case = facts.case
    if action != Action.DECIDE or case.reserved:
        return None
    place = committee_of(case, user.posts_on(facts.on), facts.at)
    return _agendas(place, case, typed) if place else None


def agendas_after(user: User, case: Case, heard: str) -> Agendas | None:
    """Return where a matter may be put that was handed to the committee and stands on
    no agenda; None for any other. `heard` is what its last meeting said.
    """
    if not is_unheard(case):
        return None
    if not on_no_agenda(Case.objects.filter(pk=case.pk)).exists():
        return None

    words = "" if heard else unheard_in_words(is_on_agenda=False)
    place = committee_of(case, user.posts_on(today()), now())
    if place is None:
        return Agendas(None, [], None, words)
    return _agendas(place, case, "", words)


def agendas_first(user: User, case: Case) -> Agendas | None:
    """Return where a matter that waits for a decision may be put on an agenda; None
    where it stands on one, where the six steps or the committee decide it, or for
    whoever calls no meetings there.
    """
    if case.stage != Stage.DELIBERATE:
        return None
    if case.reserved or case.grade == Grade.MAJOR:
        return None
    place = place_that_hears(case, user.posts_on(today()), now())
    if place is None:
        return None
    if not on_no_agenda(Case.objects.filter(pk=case.pk)).exists():
        return None
    words = _("To be talked over at a meeting first?")
    return replace(_agendas(place, case, "", words), is_first=True)


def agendas_again(user: User, case: Case, last: AgendaItem) -> Agendas | None:
    """Return where a matter may be put once more that its last meeting did not settle;
    None where that meeting did, where it stands on an agenda, or for whoever calls no
    meetings there.
    """
    if last.state not in (ItemState.NOT_PASSED, ItemState.PUT_OFF):
        return None
    place = place_that_hears(case, user.posts_on(today()), now())
    if place is None:
        return None
    if not on_no_agenda(Case.objects.filter(pk=case.pk)).exists():
        return None
    return replace(_agendas(place, case, ""), is_again=True)


def _agendas(place: HoldingPlace, case: Case, typed: str, words: str = "") -> Agendas:
    coming = meetings_offered(place, [case], SHOWN_TO_COME)
    chosen = whole_number(typed)
    if not typed:
        keys = [offered.meeting.pk for offered in coming if offered.is_chosen]
        chosen = keys[0] if keys else None
    return Agendas(place, coming, chosen, words)


def put_before_committee(request: HttpRequest, user: User, case: Case) -> None:
    """Put a matter just handed to the committee on the agenda that was chosen with the
    decision, and say where it stands.

    Where none was chosen, or it takes no more, the matter waits on the desk of whoever
    calls the meetings.
    """
    if not is_unheard(case):
        return
    at = now()
    place = committee_of(case, user.posts_on(today()), at)
    chosen = whole_number(request.POST.get("agenda", ""))
    if place is None or chosen is None:
        messages.warning(request, unheard_in_words(is_on_agenda=False))
        return

    meeting = meetings_to_come(place).filter(pk=chosen).first()
    if meeting is None:
        messages.warning(request, unheard_in_words(is_on_agenda=False))
        return
    try:
        add_item(meeting, cases=[case], by=Officer(user, place.post), at=at)
    except RuleBroken as refusal:
        refused = " ".join(map(str, refusal.fields.values())) or str(refusal)
        words = unheard_in_words(is_on_agenda=False)
        messages.warning(request, f"{words}{refused}")
