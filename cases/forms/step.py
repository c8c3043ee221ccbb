"""The form of a step, made from the inputs that MOVES names."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases.forms.fields import (
    TALL,
    AsksField,
    CadresField,
    HolderField,
    HoldersField,
    MomentInput,
    NumberField,
    ReportField,
    VillageField,
)
from cases.models import Case
from cases.models.choices import Handling, Level, RequestKind, Rule
from cases.privacy.redactor import NOTHING, Redactor
from cases.standard_texts import Ready
from cases.workflow import Action, Facts, Offer, candidates, merged_reply
from cases.workflow.asking_up import wish_of
from cases.workflow.candidates import (
    choices_offered,
    holders_in_order,
    why_not_into,
)
from cases.workflow.clocks import Clocks
from cases.workflow.inputs import (
    ABOUT_SPEAKER,
    OTHERS,
    SAID_FOR_THE_SPEAKER,
    Input,
    Kind,
    fault_of,
    is_missing_beside,
)
from cases.workflow.named_apart import names_together
from cases.workflow.standing import holder_key
from cases.workflow.who import WHO_PROTECTS, others_who_protect
from cases.workflow.writers import NOBODY
from minshi.days import DayField, MomentField
from minshi.errors import Text
from minshi.text import PLACEHOLDER
from minshi.workdays import day_in_words
from villages.forms.accounts import DayInput, RuleForm, in_plain_words, offered
from villages.forms.accounts import offer as offer_choices
from villages.models import Post, User

# Inputs that are asked of officers alone: nobody asks the speaker how they told us.
OFFICERS_ONLY = (
    "how",
    "said_at",
    "co_speaker",
    "co_speaker_phone",
    "co_speaker_resident",
    "as_typed",
    "co_speakers",
)
# Drawn with the assistants' ticks, and with the speaker's name.
BESIDE_ANOTHER = ("asks", "resident", "as_typed")


class MoveForm(RuleForm):
    """The inputs of one move, the version seen, and a key for harmless retries."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        offer: Offer,
        facts: Facts,
        user: User | None,
        *args: Any,
        redact: Redactor = NOTHING,
        typed: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Make a field for each input that this user may fill in.

        `redact` is the user's for the case: whoever may not know who spoke corrects
        nothing of it, and reads it in no first answer. `typed` are answers not checked
        yet.
        """
        hidden: set[str] = set()
        if redact is not NOTHING:
            hidden |= set(ABOUT_SPEAKER)
        if offer.post is None:
            hidden |= set(OFFICERS_ONLY)
        inputs = [item for item in offer.move.inputs if item.name not in hidden]

        answers = redact.data(_first_answers(offer, facts, inputs))
        if redact is not NOTHING and "asks" in answers:
            answers["asks"] = _parts_now(facts, redact)["asks"]
        super().__init__(*args, initial={**answers, **typed})
        self.inputs = inputs
        self.action = offer.action
        self.facts = facts
        self.at = facts.at
        self.order = [item.name for item in inputs]
        # the standard texts by input, set by whoever shows them
        self.ready: Mapping[str, list[Ready]] = {}

        for item in inputs:
            field: Any = field_for(item, facts, user)
            if item.name == "handling" and facts.case.level == Level.VILLAGE:
                field.choices = _without_town_meeting(field.choices)
            in_plain_words(field)
            if item.kind is Kind.CASE:
                field.error_messages["required"] = _("Write the number.")
            self.fields[item.name] = field

        if offer.action == Action.PROTECT:
            self._offer_protection(offer.post)
        if offer.action == Action.WITHDRAW and offer.post is not None:
            for name in SAID_FOR_THE_SPEAKER:
                self.fields[name].required = True
        if offer.action == Action.RETURN:
            self.fields["asks_escalation"].label = str(wish_of(facts.case.level))
        if offer.action in (Action.ASK_EXTENSION, Action.ASK_SUSPENSION):
            self.fields["until_on"].help_text = self._help_for_request()
        if offer.action in (Action.RULE_EXTENSION, Action.RULE_SUSPENSION):
            words = _("Where you grant it. Of a refusal the speaker reads nothing.")
            self.fields["told_why"].help_text = words
        if offer.action == Action.RULE_EXTENSION:
            self.fields["ruling"].help_text = self._help_for_ruling()
        if answers.get("reply") and offer.action == Action.VERIFY:
            self.fields["reply"].widget.attrs |= {"data-draft": "1", "rows": 6}
            self.fields["reply"].help_text = str(_help_for_draft(answers["reply"]))

    def _offer_protection(self, post: Post | None) -> None:
        """Offer what this post may set, and say who may set the rest. What an older
        page offered is refused in the words of the rule.
        """
        item = next(each for each in self.inputs if each.name == "confidentiality")
        choices = choices_offered(item, self.action, post, self.facts)
        offer_choices(self, item.name, choices)

        field = self.fields[item.name]
        field.error_messages["invalid_choice"] = str(WHO_PROTECTS)
        others = others_who_protect(post, self.facts)
        if others:
            field.help_text = f"{field.help_text}{others}"

    def _help_for_request(self) -> str:
        """Say who rules on the request, and how much more time may be asked for."""
        rules = _("The reviewer of the town or county rules on it.")
        if self.facts.case.level == Level.VILLAGE:
            rules = _("The village secretary rules on it.")
        if self.action != Action.ASK_EXTENSION:
            return str(rules)

        clocks = Clocks(self.facts)
        most = clocks.counting.span(Rule.EXTENSION, self.at).amount
        limit = ngettext(
            "At most %(days)s day more.", "At most %(days)s days more.", most
        )
        if not most:
            return str(_("This town grants no more time."))
        due_on = clocks.running_last_day()
        last = _("It is due on %(due)s; the latest day is %(latest)s.") % {
            "due": day_in_words(due_on, self.facts.on),
            "latest": day_in_words(due_on + timedelta(days=most), self.facts.on),
        }
        return f"{last}{limit % {'days': most}}{rules}"

    def _help_for_ruling(self) -> str:
        """Say to which day the one asked for moves, where that is a day off."""
        request = self.facts.open_request(RequestKind.EXTENSION)
        if request is None:
            return ""
        asked_for = request.until_on
        moved = Clocks(self.facts).calendar.on_or_after(asked_for)
        if moved == asked_for:
            return ""
        words = _("%(day)s is a %(weekday)s, a day off: it becomes %(moved)s.")
        return words % {
            "day": day_in_words(asked_for, self.facts.on),
            "weekday": date_format(asked_for, "D"),
            "moved": day_in_words(moved, self.facts.on),
        }

    def clean(self) -> dict[str, Any]:
        """Name beside the fields that are missing those that are wrong as well."""
        data = super().clean() or {}
        for item in self.inputs:
            value = data.get(item.name)
            fault = fault_of(item, value, self.at, self.facts.case.said_at)
            if not fault and not item.required and is_missing_beside(item, data):
                fault = _("Please fill this in.")
            if fault and item.name not in self.errors:
                self.add_error(item.name, str(fault))

        fault = self._fault_of_deadline(data)
        if fault:
            self.add_error("due_on", str(fault))
        return data

    def _fault_of_deadline(self, data: Mapping[str, Any]) -> Text | None:
        """Return what the rules say against the day of a decision.

        Asked only beside other faults: of a form without any the move itself says it.
        """
        is_complete = data.get("handling") and data.get("due_on")
        if not (self.errors and is_complete and self.action == Action.DECIDE):
            return None
        clocks = Clocks(self.facts)
        return clocks.fault_of_deadline(data["handling"], data["due_on"])

    def values(self) -> dict[str, Any]:
        """Return the inputs as make_move takes them."""
        return {name: self.cleaned_data[name] for name in self.order}

    def shown(self) -> list[forms.BoundField]:
        """Return every field in order, but for what stands beside another one."""
        return [self[name] for name in self.order if name not in BESIDE_ANOTHER]

    def has_parts(self) -> bool:
        """Tell whether the ticks stand open: one is set, or one is wrong."""
        assistants = self["assistants"]
        return bool(assistants.value() or assistants.errors or self["asks"].errors)

    def parts(self) -> list[dict[str, Any]]:
        """Return every possible assistant with their tick and what they are asked."""
        asks = self["asks"].value() or {}
        letters = self.fields["assistants"].widget.letters
        ticked = {str(value) for value in self["assistants"].value() or ()}
        return [
            {
                "key": key,
                "label": label,
                "letters": letters.get(key, ""),
                "is_ticked": key in ticked,
                "ask": asks.get(key, ("", "")),
            }
            for key, label in offered(self, "assistants")
        ]

    def shown_with_ready(self) -> list[tuple[forms.BoundField, list[Ready]]]:
        """Return each field with the standard texts it may be filled from."""
        return [(field, self.ready.get(field.name, [])) for field in self.shown()]


def _help_for_draft(draft: str) -> Text:
    """Say where a draft comes from, and that what is blanked in it is worded anew."""
    if PLACEHOLDER in draft:
        return _(
            "Put together from what was reported. A name or number is blanked where"
            " ［…］ stands: write it another way, or the villager reads it so."
        )
    return _("Put together from what was reported; change it as you like.")


def _first_answers(offer: Offer, facts: Facts, inputs: list[Input]) -> dict[str, Any]:
    """Return what the form starts with: what the case says, and what can be drafted."""
    answers: dict[str, Any] = {"version": facts.case.version, "key": uuid.uuid4()}
    answers |= _initial_from_case(offer, facts.case, inputs)
    if offer.action == Action.VERIFY:
        answers["reply"] = merged_reply(facts)
    if offer.action == Action.REASSIGN:
        answers |= _parts_now(facts)
    return answers


def _initial_from_case(offer: Offer, case: Case, inputs: list[Input]) -> dict[str, Any]:
    """Return the values that a step's form starts with: category and grade of the case,
    and for a correction everything but the phone.
    """
    is_correction = offer.action == Action.AMEND

    initial: dict[str, Any] = {}
    for item in inputs:
        is_wanted = is_correction or item.name in ("category", "grade")
        if not is_wanted or item.name == "speaker_phone":
            continue
        if item.name == OTHERS.name:
            initial[item.name] = names_together(case.others)
        elif item.kind is Kind.RESIDENT:
            initial[item.name] = case.resident_id
        elif hasattr(case, item.name):
            initial[item.name] = getattr(case, item.name)
    return initial


def _parts_now(facts: Facts, redact: Redactor = NOTHING) -> dict[str, Any]:
    """Return lead, assistants and their tasks, as the start of handing it on."""
    writers = NOBODY if redact is NOTHING else facts.writers
    asks = {}
    for item in facts.active:
        ask = redact(item.ask, by=writers.of_ask(item))
        asks[holder_key(item.holder)] = [ask, item.due_on or ""]
    return {
        "lead": holder_key(facts.lead.holder) if facts.lead else "",
        "assistants": [holder_key(item.holder) for item in facts.assistants],
        "asks": asks,
    }


def _without_town_meeting(choices: Any) -> list[Any]:
    """A village does not hand a matter to the town committee's meeting."""
    return [choice for choice in choices if choice[0] != Handling.MEETING]


def field_for(item: Input, facts: Facts, user: User | None) -> forms.Field:
    """Return the form field of one input.

    Choices come from `candidates`, the same that make_move accepts.
    """
    common: dict[str, Any] = {
        "label": item.label,
        "required": item.required,
        "help_text": item.help_for(facts),
    }
    if item.kind is Kind.TEXT:
        return forms.CharField(
            widget=forms.Textarea(attrs=TALL), max_length=item.max_length, **common
        )
    if item.kind is Kind.LINE:
        return forms.CharField(max_length=item.max_length, **common)
    if item.kind is Kind.CHOICE:
        return forms.ChoiceField(
            choices=item.offered(), widget=forms.RadioSelect, **common
        )
    if item.kind is Kind.DATE:
        return DayField(widget=DayInput(), **common)
    if item.kind is Kind.DATETIME:
        return MomentField(widget=MomentInput(), **common)
    if item.kind is Kind.FLAG:
        return forms.BooleanField(**common)
    if item.name in ("lead", "assistants"):
        return _chosen_field(item, holders_in_order(facts), user, common)
    if item.kind is Kind.CASE:
        why_not = partial(why_not_into, facts=facts, user=user)
        return NumberField(candidates(item, facts, user), why_not=why_not, **common)
    return _chosen_field(item, candidates(item, facts, user), user, common)


def _chosen_field(
    item: Input, offered: Any, user: User | None, common: dict[str, Any]
) -> forms.Field:
    if item.kind is Kind.HOLDER:
        return HolderField(offered, **common)
    if item.kind is Kind.HOLDERS:
        return HoldersField(offered, **common)
    if item.kind is Kind.ASKS:
        return AsksField(offered, **common)
    if item.kind is Kind.USERS:
        return CadresField(offered, **common)
    if item.kind is Kind.RESIDENT:
        return forms.ModelChoiceField(offered, widget=forms.HiddenInput, **common)
    if item.kind is Kind.VILLAGE:
        return VillageField(offered, **common)
    if item.kind is Kind.REPORT:
        first_two = list(offered[:2])
        only = first_two[0] if len(first_two) == 1 else None
        return ReportField(offered, initial=only, reader=user, **common)
    return forms.ModelChoiceField(offered, **common)
