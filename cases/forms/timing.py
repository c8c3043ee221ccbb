"""Forms of a town's deadlines and of its work calendar."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.deadlines.rules import LONGEST
from cases.models.choices import COUNTED_IN
from minshi.days import DayField
from villages.forms.accounts import DayInput, RuleForm


class DeadlineForm(RuleForm):
    amount = forms.IntegerField(
        label=_("How many days"), min_value=0, max_value=LONGEST
    )
    unit = forms.ChoiceField(
        label=_("Counted in"), choices=COUNTED_IN, widget=forms.RadioSelect
    )


class DayForm(RuleForm):
    day = DayField(label=_("Day"), widget=DayInput)
    works = forms.ChoiceField(
        label=_("Is it worked?"),
        choices=(
            ("off", pgettext_lazy("calendar", "A day off")),
            ("on", pgettext_lazy("calendar", "Worked")),
        ),
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("Why"), max_length=40, required=False)
