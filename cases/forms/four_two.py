"""Forms of 四议两公开: beginning it, one step's numbers or notice, giving it up."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.forms.fields import TALL
from cases.forms.meeting import MOST_PEOPLE
from cases.meetings.notice import is_announced, may_be_short
from cases.meetings.six_steps import StepRule
from cases.meetings.step_record import StepRecord
from cases.models.four_two import Origin
from cases.models.reserved import ReservedMatter
from minshi.days import DayField
from villages.forms.accounts import DayInput, RuleForm, offer
from villages.models import MeetingKind

MOST_SUBJECT = 80  # characters


class StartForm(RuleForm):
    key = forms.UUIDField(widget=forms.HiddenInput)
    subject = forms.CharField(
        label=pgettext_lazy("four two", "What it is about"), max_length=MOST_SUBJECT
    )
    matter = forms.ChoiceField(
        label=_("Kind of matter"),
        choices=ReservedMatter.choices,
        widget=forms.RadioSelect,
        help_text=_("The kind says who resolves it in the fourth step."),
    )
    origin = forms.ChoiceField(
        label=_("How it came up"), choices=Origin.choices, widget=forms.RadioSelect
    )


class HeldForm(RuleForm):
    """One step: the numbers of a meeting for the first four, the days of a notice for
    the last two.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    held_on = DayField(label=_("Held on"), widget=DayInput)
    kind = forms.ChoiceField(
        label=_("Form of the meeting"), choices=(), widget=forms.RadioSelect
    )
    called_on = DayField(
        label=_("Assembly announced on"),
        widget=DayInput,
        required=False,
        help_text=_("Of an assembly: at least ten days before it is held."),
    )
    short_notice = forms.CharField(
        label=_("Why announced so late"),
        max_length=200,
        required=False,
        help_text=_("Only where villagers were told later, in a special case."),
    )
    content = forms.CharField(
        label=_("Content"), widget=forms.Textarea(attrs=TALL), max_length=4000
    )
    due = forms.IntegerField(
        label=_("Due to attend"), min_value=1, max_value=MOST_PEOPLE
    )
    present = forms.IntegerField(label=_("Present"), min_value=0, max_value=MOST_PEOPLE)
    votes_for = forms.IntegerField(label=_("For"), min_value=0, max_value=MOST_PEOPLE)
    votes_against = forms.IntegerField(
        label=_("Against"), min_value=0, max_value=MOST_PEOPLE, required=False
    )
    votes_abstain = forms.IntegerField(
        label=_("Abstained"), min_value=0, max_value=MOST_PEOPLE, required=False
    )
    public_until = DayField(label=_("Public until"), widget=DayInput)
    oversight = forms.CharField(
        label=_("Opinions of those who oversee it"),
        widget=forms.Textarea(attrs=TALL),
        max_length=2000,
        required=False,
    )

    def __init__(
        self,
        rule: StepRule,
        *args: Any,
        on_roll: Mapping[MeetingKind, int] = MappingProxyType({}),
        **options: Any,
    ) -> None:
        """`on_roll`: how many are due by the roll, by kind of meeting."""
        super().__init__(*args, **options)
        counted = ("due", "present", "votes_for", "votes_against", "votes_abstain")
        announced = ("called_on", "short_notice")
        of_notice = ["public_until", "oversight"]
        gone = of_notice if rule.kinds else ["kind", *counted]
        if not any(is_announced(kind) for kind in rule.kinds):
            gone += announced
        elif not any(may_be_short(kind) for kind in rule.kinds):
            gone.append("short_notice")
        for name in gone:
            del self.fields[name]
        if rule.kinds:
            offer(self, "kind", ((kind.value, kind.label) for kind in rule.kinds))
            self.fields["kind"].initial = rule.kinds[0].value
        if on_roll:
            self._say_who_is_due(rule, on_roll)
        if len(rule.kinds) == 1:
            self.fields["kind"].widget = forms.HiddenInput()
        if not rule.kinds:
            self.fields["held_on"].label = _("Public from")
            self.fields["oversight"].help_text = _(
                "Leave it empty while there are none; what comes in while the notice"
                " hangs is added by a correction of this step."
            )

    def _say_who_is_due(
        self, rule: StepRule, on_roll: Mapping[MeetingKind, int]
    ) -> None:
        """Say how many are due by the roll; where one kind alone holds the step, that
        number is filled in.
        """
        counted = [f"{kind.label} {count}" for kind, count in on_roll.items()]
        words = _("By the roll: %(counted)s")
        self.fields["due"].help_text = words % {"counted": "、".join(counted)}
        if len(rule.kinds) == 1:
            self.fields["due"].initial = on_roll[rule.kinds[0]]

    def held(self) -> StepRecord:
        data = self.cleaned_data
        votes = (
            data.get("votes_for"),
            data.get("votes_against"),
            data.get("votes_abstain"),
        )
        names = (
            "kind",
            "due",
            "present",
            "public_until",
            "oversight",
            "called_on",
            "short_notice",
        )
        return StepRecord(
            held_on=data["held_on"],
            content=data["content"],
            votes=votes,
            **{name: data[name] for name in names if data.get(name) is not None},
        )

    def shown(self) -> list[forms.BoundField]:
        return self.visible_fields()


class DropForm(RuleForm):
    why = forms.CharField(label=_("Why it is given up"), max_length=200)
