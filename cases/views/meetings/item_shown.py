"""One agenda item as its page draws it, whatever was asked of it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.forms import ItemForm, MoveForm
from cases.meetings import (
    ITEM_ACTIONS,
    Verdict,
)
from cases.meetings.sitting import AgendaLine, Sitting
from cases.models import AgendaItem, Attendee, StepAside
from cases.models.choices import Grade, Level, Stage
from cases.models.meeting import ItemState
from cases.privacy.disclosure import note_readings
from cases.privacy.redactor import reader_redactor
from cases.standard_texts import ready_for
from cases.views.major import WaysOn, ways_on
from cases.views.meetings.access import MeetingView, keys_in
from cases.views.steps import typed_in
from cases.workflow import (
    MOVES,
    Action,
    Facts,
    Offer,
    Officer,
    moves_open_to,
    read_facts,
)
from cases.workflow.committee import is_heard_in_work
from minshi.clock import now, today
from minshi.errors import RuleBroken
from minshi.text import clean_text
from villages.procedure import ONLY_HEAR


class ItemView(MeetingView):
    def item(self, pk: int, item: int) -> AgendaItem:
        """Return an item of the meeting `pk`, with its meeting and case."""
        meeting = self.meeting(pk)
        items = AgendaItem.objects.select_related("case")

        found: AgendaItem = get_object_or_404(items, meeting=meeting, pk=item)
        found.meeting = meeting
        return found

    def writer(self, item: AgendaItem) -> Officer:
        """Return the officer as whom the reader writes on the item.

        Http404: they do not hold the meeting, or do not see the item's case.
        """
        by = self.holder(item.meeting)
        if by is None:
            raise Http404
        if item.case_id and not self.visible().filter(pk=item.case_id).exists():
            raise Http404
        return by


def _on_agenda(sitting: Sitting, item: AgendaItem) -> AgendaItem:
    """Return the item as the sitting read it; Http404: another screen has taken it off
    the agenda since.
    """
    for found in sitting.items:
        if found.pk == item.pk:
            return found
    raise Http404


def address_of(item: AgendaItem) -> str:
    return reverse("cases:meeting_item", args=[item.meeting_id, item.pk])


@dataclass(frozen=True)
class AsideRow:
    """One person of the roll, and how they step aside.

    Chosen by hand, found by the system, or (None) not at all.
    """

    person: Attendee
    aside: StepAside | None

    @property
    def is_ticked(self) -> bool:
        return self.aside is not None

    @property
    def is_automatic(self) -> bool:
        return self.aside is not None and self.aside.is_automatic

    @property
    def is_lifted(self) -> bool:
        return self.aside is not None and self.aside.is_lifted

    @property
    def is_drawn(self) -> bool:
        """True where the form showed a tick, so that taking it away is a change."""
        if self.aside is None:
            return False
        is_chosen = self.aside.pk is not None and not self.aside.is_automatic
        return self.aside.is_lifted or is_chosen

    @property
    def reason(self) -> str:
        if self.aside is None:
            return ""
        return self.aside.reason


@dataclass(frozen=True)
class VerdictButton:
    value: Verdict
    label: str
    is_first: bool = False


def verdict_buttons(line: AgendaLine, chosen: Offer | None) -> list[VerdictButton]:
    """Return the buttons for the ways in which an item may be concluded.

    `chosen` is the step that is resolved about its case, if the reader may resolve one.
    """
    if line.case is None and line.is_read_out:
        return [VerdictButton(Verdict.NOTED, _("Heard, next item"), is_first=True)]

    hears_only = line.item.meeting.kind in ONLY_HEAR
    if hears_only and line.case is None:
        return [VerdictButton(Verdict.NOTED, _("Heard, no vote"), is_first=True)]
    if hears_only:
        return [VerdictButton(Verdict.PUT_OFF, _("Next meeting"), is_first=True)]

    resolves = line.case is None or is_heard_in_work(line.case)
    buttons = []
    if chosen:
        words = _("Passed: %(step)s") % {"step": chosen.action.label}
        buttons.append(VerdictButton(Verdict.PASSED, words, is_first=True))
    elif resolves:
        words = pgettext("verdict", "Passed")
        buttons.append(VerdictButton(Verdict.PASSED, words, is_first=True))

    buttons.append(VerdictButton(Verdict.NOT_PASSED, _("Not passed")))
    buttons.append(VerdictButton(Verdict.PUT_OFF, _("Next meeting")))

    if line.case is None:
        buttons.append(VerdictButton(Verdict.NOTED, _("Heard, no vote")))
    return buttons


class StepForm(MoveForm):
    """The form of the step that the meeting resolves, in the same page as the votes."""

    def __init__(self, offer: Offer, *args: Any, **options: Any) -> None:
        super().__init__(offer, *args, **options)
        self.action = offer.action

    def refuse_fields(self, refusal: RuleBroken) -> None:
        """Show a refusal beside the fields of this form that it names."""
        for name, text in refusal.fields.items():
            if name in self.fields:
                self.add_error(name, str(text))


class ShownItem(ItemView):
    """An item as it is drawn, whatever was asked of it."""

    def show(
        self,
        request: HttpRequest,
        item: AgendaItem,
        status: int = 200,
        *,
        do: str = "",
        typed_step: QueryDict | None = None,
        **shown: Any,
    ) -> HttpResponse:
        """Draw the page; what is given in `shown` replaces parts of the context.

        `do` is the step chosen for the case, `typed_step` what was typed in its form.
        """
        meeting = item.meeting
        by = self.holder(meeting)
        sitting = Sitting(meeting, self.user, today())
        found = _on_agenda(sitting, item)
        line = sitting.line(found)

        may_write = (
            by is not None
            and meeting.is_open
            and found.state == ItemState.WAITING
            and not line.is_hidden
        )
        typed_asides = request.POST if "aside_wrong" in shown else None

        if line.case and not line.is_hidden:
            note_readings([line.case], by=self.user, at=now(), request=request)

        context = {
            "nav": "meetings",
            "at": now(),
            "meeting": meeting,
            "line": line,
            "item": found,
            "nth": sitting.items.index(found) + 1,
            "total": len(sitting.items),
            "words": sitting.words(line.case),
            "after": self._neighbour(sitting, found, 1),
            "before": self._neighbour(sitting, found, -1),
            "may_write": may_write,
            "is_name_hidden": found.case_id in sitting.names_hidden,
            "form": ItemForm.of(found, uuid4()),
            "aside_people": self._aside_people(sitting, line, typed_asides),
        }
        if may_write:
            context |= self._deciding(line, do, typed_step)

        given = {name: value for name, value in shown.items() if value is not None}
        context |= given
        return render(request, "cases/meetings/item.html", context, status=status)

    def _neighbour(
        self, sitting: Sitting, item: AgendaItem, step: int
    ) -> AgendaItem | None:
        """Return the item so many places further on the agenda, if there is one."""
        position = sitting.items.index(item) + step
        if 0 <= position < len(sitting.items):
            return sitting.items[position]
        return None

    def _aside_people(
        self, sitting: Sitting, line: AgendaLine, typed: QueryDict | None
    ) -> list[AsideRow]:
        """Return everybody with a vote, each with how they step aside.

        `typed` is what was ticked and refused, to be shown again.
        """
        asides = {aside.attendee_id: aside for aside in line.asides}

        if typed:
            for attendee, reason in reasons_in(typed, "aside").items():
                if attendee not in asides:
                    aside = StepAside(attendee_id=attendee, reason=reason)
                    asides[attendee] = aside

        voters = [person for person in sitting.people if not person.is_guest]
        return [AsideRow(person, asides.get(person.pk)) for person in voters]

    def _deciding(
        self, line: AgendaLine, do: str, typed: QueryDict | None
    ) -> dict[str, Any]:
        """Return the buttons, the steps that may be resolved about the case now, and
        the form of the one chosen, as far as it was typed.
        """
        case = line.case
        if case is None:
            return {"talks": line.is_read_out, "verdicts": verdict_buttons(line, None)}

        if is_heard_in_work(case):
            return {"resolves": True, "verdicts": verdict_buttons(line, None)}

        facts = read_facts(case, now())
        offers = self._offers(facts)
        chosen = _offer_named(do, offers)
        if chosen is None and offers:
            chosen = offers[0]

        step = None
        if chosen:
            answers = typed_in(chosen, typed) if typed else {}
            step = self._step_form(chosen, facts, typed=answers)

        is_decision = chosen is not None and chosen.action == Action.DECIDE
        return {
            "offers": offers,
            "chosen": chosen,
            "step": step,
            "verdicts": verdict_buttons(line, chosen),
            "ways_on": self._ways_on(facts, is_decision=is_decision),
            "may_invite": is_decision and case.level != Level.VILLAGE,
        }

    def _ways_on(self, facts: Facts, *, is_decision: bool) -> WaysOn | None:
        """Return where a major matter goes.

        A village's meeting hears of it before it votes, not once it has resolved. The
        form of a decision asks the grade, and shows the ways on while it is major;
        another step is told of them where the matter is major already.
        """
        case = facts.case
        if case.stage != Stage.DELIBERATE:
            return None
        if is_decision or case.reserved or case.grade == Grade.MAJOR:
            return ways_on(self.user, facts)
        return None

    def _offers(self, facts: Facts) -> list[Offer]:
        """Return the steps that a meeting resolves, of those open to the reader."""
        offers = {}
        for offer in moves_open_to(self.user, facts.case, facts.at, facts):
            offers[offer.action] = offer

        return [offers[action] for action in ITEM_ACTIONS if action in offers]

    def _sent_step(self, item: AgendaItem, do: str, data: QueryDict) -> StepForm | None:
        """Return the form of the step `do` as it was sent; None: it is not open now."""
        case = self.visible().filter(agenda_items=item.pk).first()
        if case is None:
            return None

        facts = read_facts(case, now())
        offer = _offer_named(do, self._offers(facts))
        if offer is None:
            return None
        return self._step_form(offer, facts, data)

    def _taken_step(self, item: AgendaItem, data: QueryDict) -> StepForm | None:
        """Return the form of the step that concluded the item, as it is sent again;
        None: another step is sent.
        """
        case = self.visible().filter(agenda_items=item.pk).first()
        if case is None or data.get("doing") != item.action:
            return None

        action = Action(item.action)
        posts = self.user.posts_on(today())
        as_it_was_open = Offer(action, MOVES[action], posts[0])
        return self._step_form(as_it_was_open, read_facts(case, now()), data)

    def _step_form(
        self,
        offer: Offer,
        facts: Facts,
        data: QueryDict | None = None,
        **options: Any,
    ) -> StepForm:
        redact = reader_redactor(facts.case, self.sight())
        form = StepForm(offer, facts, self.user, data, redact=redact, **options)
        form.ready = ready_for(facts, offer.action)
        return form


def _offer_named(action: str, offers: list[Offer]) -> Offer | None:
    for offer in offers:
        if offer.action == action:
            return offer
    return None


def reasons_in(data: QueryDict, name: str) -> dict[int, str]:
    """Return the attendees ticked under a name, each with the reason typed."""
    reasons = {}
    for attendee in keys_in(data, name):
        reasons[attendee] = clean_text(data.get(f"{name}-{attendee}", ""))
    return reasons
