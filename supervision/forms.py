"""Forms of supervision: an order, its signature, its answer and its check."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from villages.forms import DayInput, RuleForm

TALL = {"rows": 4}


class SignForm(RuleForm):
    demand = forms.CharField(label=_("What is demanded"), max_length=2000, widget=forms.Textarea(TALL))
    reply_on = forms.DateField(label=_("Reply due"), widget=DayInput)


class OrderForm(SignForm):
    reason = forms.CharField(label=_("Why"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("reason", "demand", "reply_on", "key")


class CancelForm(RuleForm):
    reason = forms.CharField(label=_("Why it is taken back"), max_length=200, required=False)


class ReplyForm(RuleForm):
    reply = forms.CharField(
        label=_("What was done, and when it will be done"), max_length=2000, widget=forms.Textarea(TALL)
    )


class CheckForm(RuleForm):
    good = forms.TypedChoiceField(
        coerce=lambda value: value == "good",
        label=_("Is the answer good?"),
        choices=(
            ("good", pgettext_lazy("order", "It is, close the order")),
            ("back", pgettext_lazy("order", "Not yet, answer again")),
        ),
        widget=forms.RadioSelect,
    )
    finding = forms.CharField(
        label=_("What the check found"), max_length=2000, required=False, widget=forms.Textarea(TALL)
    )
    reply_on = forms.DateField(
        label=_("Answer again by"), required=False, widget=DayInput, help_text=_("Empty: as the rule says.")
    )
