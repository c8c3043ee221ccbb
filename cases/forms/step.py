"""Forms of the case pages; a move's form is made from the inputs that MOVES names."""

import unicodedata
import uuid
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case, MandatoryReport, Topic
from cases.models.choices import (
    Category,
    Channel,
    Confidentiality,
    Grade,
    Handling,
    Level,
    Satisfaction,
    Solved,
)
from cases.privacy.redactor import WHO_SPOKE, speaker_redactor
from cases.standard_texts import Ready
from cases.workflow import Action, Facts, Offer, candidates, holder_name, merged_reply
from cases.workflow.candidates import cadres_over
from cases.workflow.facts import holder_key
from cases.workflow.inputs import Ask, Input, Kind
from minshi import workdays
from villages.forms.accounts import (
    DayInput,
    RuleForm,
    in_plain_words,
    offer_rows,
    offered,
)
from villages.models import Group, Post, Resident, Town, User, Village

if TYPE_CHECKING:
    OneCase = forms.ModelChoiceField[Case]
    OneReport = forms.ModelChoiceField[MandatoryReport]
    SomeUsers = forms.ModelMultipleChoiceField[User]
else:  # at run time they take no type
    OneCase = OneReport = forms.ModelChoiceField
    SomeUsers = forms.ModelMultipleChoiceField

TALL = {"rows": 3}
MOST_ASKED = 200  # characters
SHOWN_AT_ONCE = frozenset({
    "__all__", "channel", "village", "speaker_name", "verbatim", "category", "grade",
    "settled", "result", "satisfaction", "solved", "reason",
})  # fmt: skip
# nobody asks the speaker how they told us
OFFICERS_ONLY = (
    "how",
    "said_at",
    "co_speaker",
)


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class HolderField(forms.TypedChoiceField):
    """One lead or assistant, by the keys that `candidates` gives."""

    def __init__(self, holders: dict[str, Any], **options: Any) -> None:
        choices = [
            ("", _("not chosen")),
            *((key, holder_label(holder)) for key, holder in holders.items()),
        ]
        super().__init__(
            choices=choices,
            coerce=lambda key: holders[key],
            empty_value=None,
            **options,
        )


class HoldersField(forms.TypedMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, holders: dict[str, Any], **options: Any) -> None:
        choices = [(key, holder_label(holder)) for key, holder in holders.items()]
        super().__init__(
            choices=choices, coerce=lambda key: holders[key], empty_value=[], **options
        )


class AsksInput(forms.Widget):
    """Two inputs beside every possible assistant, drawn with their ticks
    (templates/cases/_parts.html).
    """

    def value_from_datadict(
        self, data: Any, files: Any, name: str
    ) -> dict[str, tuple[str, str]]:
        prefix, days = f"{name}-", f"{name}-due-"
        keys = {
            str(given).removeprefix(days).removeprefix(prefix)
            for given in data
            if str(given).startswith(prefix)
        }
        return {
            key: (data.get(prefix + key, "").strip(), data.get(days + key, "").strip())
            for key in sorted(keys)
        }


class AsksField(forms.Field):
    """What each holder is asked for, and by when."""

    widget = AsksInput

    def __init__(self, holders: dict[str, Any], **options: Any) -> None:
        super().__init__(**options)
        self.holders, self.day = holders, forms.DateField(required=False)

    def clean(self, value: Any) -> list[Ask]:
        given = (value or {}).items()
        return [
            Ask(self.holders[key], text[:MOST_ASKED], self.day.clean(due))
            for key, (text, due) in given
            if key in self.holders
        ]


class NumberField(OneCase):
    """A case by its number, in whatever width and case it is typed."""

    default_error_messages = {
        "invalid_choice": _(
            "No open matter of this town that you may see has this number; nor can it"
            " be this one."
        )
    }

    def to_python(self, value: Any) -> Any:
        typed = (
            unicodedata.normalize("NFKC", value).strip().upper()
            if isinstance(value, str)
            else value
        )
        return super().to_python(typed)


class ReportField(OneReport):
    """A red-line report, known by when and to whom."""

    def label_from_instance(self, report: Any) -> str:
        return report_label(report)


class CadresField(SomeUsers):
    """Cadres as `cadres_over` gives them, each with a post to know them by."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, cadre: Any) -> str:
        return cadre_label(cadre)


def holder_label(holder: Any) -> str:
    if isinstance(holder, Post):
        return f"{holder_name(holder)} · {holder.place} · {holder.get_role_display()}"
    return holder_name(holder)


def cadre_label(cadre: User) -> str:
    return next((holder_label(post) for post in cadre.posts.all()), str(cadre))


def report_label(report: MandatoryReport) -> str:
    """When it was reported and to whom, without who spoke."""
    told_at = report.told_at.astimezone(workdays.SHANGHAI)
    return f"{told_at:%Y-%m-%d %H:%M} {speaker_redactor(report.case)(report.told)}"


class MoveForm(RuleForm):
    """The inputs of one move, the version that was seen, and a key that makes a retry
    harmless.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        offer: Offer,
        facts: Facts,
        user: User | None,
        *args: Any,
        speaker_shown: bool = True,
        typed: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """`typed` are answers not checked yet."""
        case = facts.case
        hidden = (
            *(() if speaker_shown else WHO_SPOKE),
            *(OFFICERS_ONLY if offer.post is None else ()),
        )
        inputs = [item for item in offer.move.inputs if item.name not in hidden]
        draft = {"reply": merged_reply(facts)} if offer.action == Action.VERIFY else {}
        parts = _parts_now(facts) if offer.action == Action.REASSIGN else {}
        known = {
            "version": case.version,
            "key": uuid.uuid4(),
            **_known(offer, case, inputs),
            **draft,
            **parts,
        }
        super().__init__(*args, initial={**known, **typed})
        self.order = [item.name for item in inputs]
        # the standard texts by input, for who shows them
        self.ready: Mapping[str, list[Ready]] = {}
        for item in inputs:
            self.fields[item.name] = field_for(item, facts, user)
            if item.name == "handling" and case.level == Level.VILLAGE:
                field: Any = self.fields[item.name]
                field.choices = [
                    choice for choice in field.choices if choice[0] != Handling.MEETING
                ]
            in_plain_words(self.fields[item.name])
        if draft.get("reply"):
            self.fields["reply"].widget.attrs |= {"data-draft": "1", "rows": 6}
            self.fields["reply"].help_text = _(
                "Put together from what was reported; change it as you like."
            )

    def values(self) -> dict[str, Any]:
        """What make_move takes as inputs."""
        return {name: self.cleaned_data[name] for name in self.order}

    def shown(self) -> list[forms.BoundField]:
        """Every field in order; what is asked of each assistant stands beside their
        tick.
        """
        return [self[name] for name in self.order if name != "asks"]

    def has_parts(self) -> bool:
        """Whether somebody is ticked, or something about the ticks is wrong: then they
        stand open.
        """
        return bool(
            self["assistants"].value()
            or self["assistants"].errors
            or self["asks"].errors
        )

    def parts(self) -> list[dict[str, Any]]:
        """Every possible assistant with their tick and what is asked of them."""
        asks = self["asks"].value() or {}
        ticked = {str(value) for value in self["assistants"].value() or ()}
        return [
            {
                "key": key,
                "label": label,
                "is_ticked": key in ticked,
                "ask": asks.get(key, ("", "")),
            }
            for key, label in offered(self, "assistants")
        ]

    def shown_with_ready(self) -> list[tuple[forms.BoundField, list[Ready]]]:
        """Each field with the standard texts it may be filled from."""
        return [
            (self[name], self.ready.get(name, []))
            for name in self.order
            if name != "asks"
        ]


def _known(offer: Offer, case: Case, inputs: list[Input]) -> dict[str, Any]:
    """What the case says already, as the first answer: its class, and everything but
    the phone to correct.
    """
    correcting = offer.action == Action.AMEND
    names = [
        item.name for item in inputs if item.name in ("category", "grade") or correcting
    ]
    return {
        name: getattr(case, name)
        for name in names
        if name != "speaker_phone" and hasattr(case, name)
    }


def _parts_now(facts: Facts) -> dict[str, Any]:
    """Who has it now and what they are asked for, as the first answer of handing it to
    somebody else.
    """
    return {
        "lead": holder_key(facts.lead.holder) if facts.lead else "",
        "assistants": [holder_key(item.holder) for item in facts.assistants],
        "asks": {
            holder_key(item.holder): (item.ask, item.due_on or "")
            for item in facts.active
        },
    }


def field_for(item: Input, facts: Facts, user: User | None) -> forms.Field:
    """The form field of one input; choices come from `candidates`, the same as
    make_move accepts.
    """
    common: dict[str, Any] = {
        "label": item.label,
        "required": item.required,
        "help_text": item.help,
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
        return forms.DateField(widget=DayInput(), **common)
    if item.kind is Kind.DATETIME:
        return forms.DateTimeField(widget=MomentInput(), **common)
    if item.kind is Kind.FLAG:
        return forms.BooleanField(**common)
    return _chosen_field(item, candidates(item, facts, user), common)


def _chosen_field(item: Input, offered: Any, common: dict[str, Any]) -> forms.Field:
    if item.kind is Kind.HOLDER:
        return HolderField(offered, **common)
    if item.kind is Kind.HOLDERS:
        return HoldersField(offered, **common)
    if item.kind is Kind.ASKS:
        return AsksField(offered, **common)
    if item.kind is Kind.CASE:
        return NumberField(
            offered, to_field_name="number", widget=forms.TextInput, **common
        )
    if item.kind is Kind.USERS:
        return CadresField(offered, **common)
    if item.kind is Kind.REPORT:
        only = list(offered[:2])
        return ReportField(
            offered, initial=only[0] if len(only) == 1 else None, **common
        )
    return forms.ModelChoiceField(offered, **common)


class IntakeForm(RuleForm):
    """登记: only what was said is required; everything else may come later (ux 2.3)."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label=_("How it was said"), choices=Channel.choices, widget=forms.RadioSelect
    )
    speaker_name = forms.CharField(label=_("Who speaks"), max_length=40, required=False)
    resident = forms.ModelChoiceField(
        Resident.objects.none(), required=False, widget=forms.HiddenInput
    )
    village = forms.ModelChoiceField(
        Village.objects.none(), label=_("Village"), required=False
    )
    verbatim = forms.CharField(
        label=_("What is it about"), widget=forms.Textarea(attrs=TALL), max_length=4000
    )
    category = forms.ChoiceField(
        label=_("What kind of matter"),
        choices=Category.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    grade = forms.ChoiceField(
        label=_("How big it is"),
        choices=Grade.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    settled = forms.BooleanField(label=_("It was settled on the spot"), required=False)
    result = forms.CharField(
        label=_("What you told them"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
    )
    satisfaction = forms.ChoiceField(
        label=_("The villager says"),
        choices=Satisfaction.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    solved = forms.ChoiceField(
        label=_("Is it solved?"),
        choices=Solved.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    reason = forms.CharField(
        label=_("What was not done well"), max_length=500, required=False
    )
    group = forms.ModelChoiceField(
        Group.objects.none(), label=_("Villagers' group"), required=False
    )
    speaker_phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    speaker_address = forms.CharField(label=_("Address"), max_length=80, required=False)
    place = forms.CharField(label=_("Where it happened"), max_length=80, required=False)
    topic = forms.ModelChoiceField(
        Topic.objects.none(), label=_("Topic"), required=False
    )
    request_text = forms.CharField(
        label=_("What is wanted"), max_length=500, required=False
    )
    confidentiality = forms.ChoiceField(
        label=_("Who may see it"),
        choices=Confidentiality.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    proxy_speaker = forms.CharField(
        label=_("Spoken for by"), max_length=40, required=False
    )
    co_speakers = forms.CharField(
        label=_("Others who say the same"),
        max_length=200,
        required=False,
        help_text=_("Names, with a comma between."),
    )
    said_at = forms.DateTimeField(
        label=_("When it was said"), widget=MomentInput(), required=False
    )
    concerns = CadresField(
        User.objects.none(),
        label=_("It is about one of these cadres"),
        required=False,
        help_text=_("The matter then goes one level up and they do not see it."),
    )

    def __init__(
        self,
        villages: list[Village],
        residents: QuerySet[Resident],
        *args: Any,
        town: Town | None,
        on: date,
        **options: Any,
    ) -> None:
        """`town` is the officer's own, whose matter it is where no village is
        chosen.
        """
        super().__init__(*args, **options)
        self._choose(
            "village",
            Village.objects.filter(pk__in=[village.pk for village in villages]),
        )
        if len(villages) == 1 and town is None:
            self.fields["village"].widget = forms.HiddenInput()
            self.fields["village"].initial = villages[0].pk
        self._choose("resident", residents)
        chosen = str(self["village"].value() or "")
        village = next(
            (village for village in villages if str(village.pk) == chosen), None
        )
        self._offer_of(village, village.town if village else town, on)

    def _offer_of(self, village: Village | None, town: Town | None, on: date) -> None:
        """What depends on the place: its groups, the town's topics, the cadres a matter
        may be about.
        """
        if village:
            self._choose("group", Group.objects.filter(village=village))
        else:
            del self.fields["group"]
        if town:
            self._choose("topic", Topic.objects.filter(town=town))
            self._choose(
                "concerns", cadres_over(town, [village] if village else [], on)
            )
        else:
            del self.fields["topic"], self.fields["concerns"]

    def _choose(self, name: str, queryset: Any) -> None:
        offer_rows(self, name, queryset)

    @property
    def unfolds(self) -> bool:
        """Whether something is wrong among what is folded away."""
        return bool(set(self.errors) - SHOWN_AT_ONCE)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("settled"):
            for name in ("result", "category"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Please fill this in."))
            if bool(data.get("satisfaction")) != bool(data.get("solved")):
                missing = "solved" if data.get("satisfaction") else "satisfaction"
                self.add_error(missing, _("Both questions, please, or neither."))
        return data
