"""Forms of supervision: orders and the acts on them, a town's ladder and words, the
verdicts of a tracking meeting, and exports.
"""

from typing import cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.choices import SupervisionLevel
from minshi.days import DayField
from supervision.models import Told, TrackingVerdict
from supervision.models.chase import MOST_DAYS
from supervision.models.tracking import ACTED
from villages.forms.accounts import DayInput, RuleForm, SeenForm

TALL = {"rows": 4}


class SignForm(RuleForm):
    demand = forms.CharField(
        label=_("What is demanded"), max_length=2000, widget=forms.Textarea(TALL)
    )
    reply_on = DayField(label=_("Reply due"), widget=DayInput)


class OrderForm(SignForm):
    reason = forms.CharField(label=_("Why"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("reason", "demand", "reply_on", "key")


class CancelForm(RuleForm):
    reason = forms.CharField(
        label=_("Why it is taken back"), max_length=200, required=False
    )


class ReplyForm(RuleForm):
    reply = forms.CharField(
        label=_("What was done, and when it will be done"),
        max_length=2000,
        widget=forms.Textarea(TALL),
    )


def is_good(value: str) -> bool:
    return value == "good"


class CheckForm(RuleForm):
    good = forms.TypedChoiceField(
        coerce=is_good,
        label=_("Is the answer good?"),
        choices=(
            ("good", pgettext_lazy("order", "It is, close the order")),
            ("back", pgettext_lazy("order", "Not yet, answer again")),
        ),
        widget=forms.RadioSelect,
    )
    finding = forms.CharField(
        label=_("What the check found"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(TALL),
    )
    reply_on = DayField(
        label=_("Answer again by"),
        required=False,
        widget=DayInput,
        help_text=_("Empty: as the rule says."),
    )


class TalkForm(RuleForm):
    held_on = DayField(label=_("When the talk was held"), widget=DayInput)
    whom = forms.CharField(label=pgettext_lazy("talk", "With whom"), max_length=80)
    agreed = forms.CharField(
        label=_("What was agreed"), max_length=2000, widget=forms.Textarea(TALL)
    )


class TogetherForm(RuleForm):
    supervision_level = forms.ChoiceField(
        label=_("How urgently"),
        choices=[
            (level.value, level.label)
            for level in (SupervisionLevel.REMIND, SupervisionLevel.URGE)
        ],
        widget=forms.RadioSelect,
        help_text=_(
            "Whoever has it and their head hear of it at once. “Remind” is not counted,"
            " “urge” is. No paper goes out."
        ),
    )
    note = forms.CharField(label=_("Say what is expected"), max_length=200)


class RungForm(RuleForm):
    is_on = forms.BooleanField(label=_("This step is taken"), required=False)
    days = forms.IntegerField(
        label=_("Working days after it fell due"),
        min_value=0,
        max_value=MOST_DAYS,
        required=False,
    )
    told = forms.MultipleChoiceField(
        label=_("Who is told"),
        choices=Told.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    by_letter = forms.BooleanField(
        label=_("By letter as well, where there is an address"), required=False
    )
    by_robot = forms.BooleanField(
        label=_("The town's group is told as well"), required=False
    )

    def clean_days(self) -> int:
        return self.cleaned_data["days"] or 0


class TextForm(RuleForm):
    text = forms.CharField(
        label=_("What it says"), max_length=120, widget=forms.Textarea({"rows": 2})
    )


class VerdictForm(SeenForm):
    verdict = forms.ChoiceField(
        label=_("What is to happen"),
        choices=TrackingVerdict.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("What was said, what is expected"), max_length=200, required=False
    )

    def leave_out_chasing(self) -> None:
        """Offer no verdict that acts on the case: nobody chases themself."""
        verdicts = cast(forms.ChoiceField, self.fields["verdict"])
        verdicts.choices = [
            (value, label)
            for value, label in TrackingVerdict.choices
            if value not in ACTED
        ]


class TakeForm(RuleForm):
    reason = forms.CharField(label=_("What it is for"), max_length=100)
    form = forms.ChoiceField(
        label=_("As"),
        choices=(("xlsx", "Excel"), ("csv", "CSV")),
        initial="xlsx",
        widget=forms.RadioSelect,
    )
