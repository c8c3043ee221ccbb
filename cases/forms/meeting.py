"""Forms of a meeting: calling it, its agenda, one item's opinions and votes,
corrections.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.forms.fields import TALL, MomentInput
from cases.meetings.minutes import MOST_TEXT
from cases.meetings.notice import may_be_short
from cases.models import AgendaItem, Case, Meeting
from cases.models.choices import Confidentiality
from cases.models.scope import Sight
from cases.privacy.redactor import title_for
from minshi import workdays
from minshi.days import MomentField
from villages.forms.accounts import RuleForm, offer
from villages.forms.rows import RowsField
from villages.models import Group, MeetingKind
from villages.procedure import OF_EVERYBODY

MOST_PEOPLE = 100_000
MOST_PLACE = 60  # characters
MOST_REASON = 200  # characters
SHORT = {"rows": 2}
LATE_NOTICE_HELP = _(
    "Of an assembly of the villagers: ten days before, later only in a special case."
)


MOST_OFFERED = 60


class WaitingField(RowsField):
    """Cases that wait for a decision, each by its matter (without a speaker who is
    hidden) and day.
    """

    widget = forms.CheckboxSelectMultiple
    sight: Sight

    def label_from_instance(self, case: Any) -> str:
        due = _due_in_words(case, self.sight.on)
        secret = ""
        if case.confidentiality == Confidentiality.SECRET:
            secret = f" · {Confidentiality.SECRET.label}"
        return f"{title_for(case, self.sight)} · {case.number}{secret}{due}"


def _due_in_words(case: Case, on: date) -> str:
    """Return by which day a case is to be decided; "" where it has none."""
    if case.due_on is None:
        return ""
    words = _("by %(day)s") % {"day": workdays.day_in_words(case.due_on, on)}
    return f" · {words}"


class AddItemsForm(RuleForm):
    cases = WaitingField(
        Case.objects.none(), label=_("What waits for a decision"), required=False
    )
    subject = forms.CharField(
        label=_("Or a subject of its own"), max_length=80, required=False
    )

    def __init__(
        self, waiting: QuerySet[Case], sight: Sight, *args: Any, **options: Any
    ) -> None:
        """Offers the first due of what waits."""
        super().__init__(*args, **options)
        first = waiting.order_by("due_at", "pk")
        field: Any = self.fields["cases"]
        field.sight = sight
        field.queryset = first.filter(
            pk__in=first.values("pk")[:MOST_OFFERED]
        ).select_related("town")


class CallForm(AddItemsForm):
    """Calling a meeting; where somebody holds meetings at several places, the place is
    chosen first.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What kind of meeting"), choices=(), widget=forms.RadioSelect
    )
    group = forms.ModelChoiceField(
        Group.objects.none(),
        label=_("Which group"),
        required=False,
        help_text=_("Of a meeting of a villagers' group."),
    )
    starts_at = MomentField(label=_("When"), widget=MomentInput)
    place = forms.CharField(label=_("Place"), max_length=MOST_PLACE, required=False)
    chair = forms.CharField(
        label=_("In the chair"),
        max_length=40,
        required=False,
        help_text=_("Empty: as the body has it."),
    )
    recorder = forms.CharField(
        label=_("Minutes by"), max_length=40, required=False, help_text=_("Empty: you.")
    )
    short_notice = forms.CharField(
        label=_("Why announced so late"),
        max_length=MOST_REASON,
        required=False,
        help_text=LATE_NOTICE_HELP,
    )

    no_items = forms.BooleanField(
        label=_("Nothing is on the agenda yet; the time is fixed first"),
        required=False,
    )

    def __init__(
        self,
        kinds: Iterable[MeetingKind],
        groups: QuerySet[Group],
        waiting: QuerySet[Case],
        sight: Sight,
        *args: Any,
        **options: Any,
    ) -> None:
        super().__init__(waiting, sight, *args, **options)
        offer(self, "kind", ((kind.value, kind.label) for kind in kinds))

        field: Any = self.fields["group"]
        field.queryset = groups
        if MeetingKind.GROUP_MEETING not in kinds:
            del self.fields["group"]
        if not any(may_be_short(kind) for kind in kinds):
            del self.fields["short_notice"]

    def shown(self) -> list[forms.BoundField]:
        return [
            self[name]
            for name in (
                "kind",
                "group",
                "starts_at",
                "place",
                "chair",
                "recorder",
                "short_notice",
                "cases",
                "subject",
                "no_items",
            )
            if name in self.fields
        ]

    def clean(self) -> dict[str, Any]:
        """Ask what the meeting is about, unless its time is to be fixed first."""
        data = super().clean() or {}
        has_items = data.get("cases") or data.get("subject") or "cases" in self.errors
        if not has_items and not data.get("no_items"):
            words = _(
                "Choose at least one item, or tick that nothing is on the agenda yet."
            )
            self.add_error("subject", words)
        return data


class ChangeForm(RuleForm):
    """Each field with its value as the page was drawn: what was not touched is not
    written over another's change.
    """

    starts_at = MomentField(
        label=_("When"), widget=MomentInput, show_hidden_initial=True
    )
    place = forms.CharField(
        label=_("Place"),
        max_length=MOST_PLACE,
        required=False,
        show_hidden_initial=True,
    )
    chair = forms.CharField(
        label=_("In the chair"), max_length=40, required=False, show_hidden_initial=True
    )
    recorder = forms.CharField(
        label=_("Minutes by"), max_length=40, required=False, show_hidden_initial=True
    )
    short_notice = forms.CharField(
        label=_("Why announced so late"),
        max_length=MOST_REASON,
        required=False,
        help_text=LATE_NOTICE_HELP,
        show_hidden_initial=True,
    )

    def __init__(self, meeting: Meeting, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not may_be_short(meeting.kind):
            del self.fields["short_notice"]

    @classmethod
    def of(cls, meeting: Meeting) -> "ChangeForm":
        names = ("starts_at", "place", "chair", "recorder", "short_notice")
        return cls(meeting, initial={name: getattr(meeting, name) for name in names})


class NumbersForm(RuleForm):
    """How many are due and how many came, where nobody is due by name; each with its
    value as the page was drawn, as in `ChangeForm`.
    """

    due = forms.IntegerField(
        label=_("Due to attend, as counted"),
        min_value=1,
        max_value=MOST_PEOPLE,
        required=False,
        show_hidden_initial=True,
    )
    present = forms.IntegerField(
        label=_("Present, as counted"),
        min_value=0,
        max_value=MOST_PEOPLE,
        required=False,
        show_hidden_initial=True,
    )

    def __init__(
        self, meeting: Meeting, households: int | None, *args: Any, **options: Any
    ) -> None:
        """Offer the number of households, where it is known, until one is written."""
        first = {
            "due": meeting.due_typed or households,
            "present": meeting.present_typed,
        }
        super().__init__(*args, initial=first, **options)
        self.is_offered = meeting.due_typed is None

        if meeting.kind not in OF_EVERYBODY:
            words = _("Where nobody calls the roll by name. Both numbers, or neither.")
            self.fields["due"].help_text = words
        elif households and self.is_offered:
            words = _(
                "%(households)s households are on the roll of neighbours. If the adults"
                " are counted, type their number."
            )
            self.fields["due"].help_text = words % {"households": households}
        else:
            words = _("All who are due, whether they came or not.")
            self.fields["due"].help_text = words
        if meeting.kind in OF_EVERYBODY:
            self.fields["present"].help_text = _(
                "Empty: those who are added below by name."
            )

    def changed(self) -> list[str]:
        """Return the names of what is to be written; a number that was only offered is
        written though nobody changed it.
        """
        return [*self.changed_data, *(["due"] if self.is_offered else [])]


class AttendeeForm(RuleForm):
    name = forms.CharField(label=_("Who else came"), max_length=40)
    is_guest = forms.BooleanField(
        label=_("sits in without a vote"),
        help_text=_("Without the tick they are due as well, and vote."),
        required=False,
    )


class ItemForm(RuleForm):
    """What is written on one agenda item; the step that follows has a form of its own
    beside it.
    """

    item_version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    opinions = forms.CharField(
        label=_("Opinions"),
        widget=forms.Textarea(attrs=TALL),
        max_length=MOST_TEXT,
        required=False,
    )
    votes_for = forms.IntegerField(
        label=_("For"), min_value=0, max_value=MOST_PEOPLE, required=False
    )
    votes_against = forms.IntegerField(
        label=_("Against"), min_value=0, max_value=MOST_PEOPLE, required=False
    )
    votes_abstain = forms.IntegerField(
        label=_("Abstained"), min_value=0, max_value=MOST_PEOPLE, required=False
    )
    resolution = forms.CharField(
        label=_("What was resolved"),
        widget=forms.Textarea(attrs=SHORT),
        max_length=2000,
        required=False,
    )

    @classmethod
    def of(cls, item: AgendaItem, key: object) -> "ItemForm":
        names = (
            "opinions",
            "votes_for",
            "votes_against",
            "votes_abstain",
            "resolution",
        )
        return cls(
            initial={
                "item_version": item.version,
                "key": key,
                **{name: getattr(item, name) for name in names},
            }
        )

    def votes(self) -> tuple[int | None, int | None, int | None]:
        data = self.cleaned_data
        return (
            data.get("votes_for"),
            data.get("votes_against"),
            data.get("votes_abstain"),
        )

    def vote_fields(self) -> list[forms.BoundField]:
        return [self["votes_for"], self["votes_against"], self["votes_abstain"]]


class CorrectionForm(RuleForm):
    key = forms.UUIDField(widget=forms.HiddenInput)
    wrong = forms.CharField(
        label=_("What is wrong"), widget=forms.Textarea(attrs=SHORT), max_length=2000
    )
    right = forms.CharField(
        label=_("What is right"), widget=forms.Textarea(attrs=SHORT), max_length=2000
    )
