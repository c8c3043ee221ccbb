"""Forms of the roster's pages; the rules behind them are in `villages.duty`."""

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from minshi.days import DayField
from minshi.errors import RuleBroken
from minshi.workdays import SHANGHAI, day_in_words
from villages.duty import time_of_shift
from villages.duty.rotating import BEGINS, ENDS
from villages.forms.accounts import DayInput, RuleForm, SeenForm, offer_rows
from villages.models import DutyShift, Post
from villages.models.duty import LAST_TALK_DAY

if TYPE_CHECKING:
    OnePost = forms.ModelChoiceField[Post]
    OneShift = forms.ModelChoiceField[DutyShift]
else:  # at run time they take no type
    OnePost = forms.ModelChoiceField
    OneShift = forms.ModelChoiceField
MOST_VISITORS = 9999
LEADER = pgettext_lazy("ledger", "Leader on duty")
LONGEST_NOTE = 2000


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class PersonField(OnePost):
    def label_from_instance(self, obj: Post) -> str:
        return _("%(name)s (%(role)s)") % {
            "name": obj.user,
            "role": obj.get_role_display(),
        }


class ShiftField(OneShift):
    """A choice of a shift; `beside` is the day of the shift that it is given for."""

    beside: date

    def label_from_instance(self, obj: DutyShift) -> str:
        day = day_in_words(obj.on, self.beside)
        weekday = date_format(obj.on, "D")
        return f"{day} {weekday} {obj.hours} {obj.primary.user}"


class RosterForm(RuleForm):
    """A form that offers the posts that take duty in the village (`people`)."""

    def __init__(self, *args: Any, people: QuerySet[Post], **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, PersonField):
                field.queryset = people


class ShiftForm(RosterForm):
    day = DayField(label=_("Day"), widget=DayInput)
    begins = forms.TimeField(label=_("Begins at"), initial=BEGINS, widget=TimeInput)
    ends = forms.TimeField(
        label=_("Ends at"),
        initial=ENDS,
        widget=TimeInput,
        help_text=_("Earlier than the beginning: on the next day."),
    )
    primary = PersonField(label=_("On duty"), queryset=None)
    backup = PersonField(label=_("Backup"), queryset=None, required=False)
    leader = forms.CharField(label=LEADER, max_length=40, required=False)

    @classmethod
    def showing(cls, shift: DutyShift) -> dict[str, Any]:
        """Return the first values of a form that changes a shift."""
        return {
            "day": shift.on,
            "begins": shift.starts_at.astimezone(SHANGHAI).time(),
            "ends": shift.ends_at.astimezone(SHANGHAI).time(),
            "primary": shift.primary_id,
            "backup": shift.backup_id,
            "leader": shift.leader,
        }

    @property
    def entered(self) -> dict[str, Any]:
        """The shift as `villages.duty` takes it."""
        entered = self.cleaned_data
        starts_at, ends_at = time_of_shift(
            entered["day"], entered["begins"], entered["ends"]
        )
        return {
            "starts_at": starts_at,
            "ends_at": ends_at,
            "primary": entered["primary"],
            "backup": entered["backup"],
            "leader": entered["leader"],
        }

    def refuse(self, refusal: RuleBroken) -> None:
        """Show a refusal of the domain at the fields of this form; of a day that is
        over at the day alone.
        """
        own = {"starts_at": "begins", "ends_at": "ends"}
        if "day" in refusal.fields:
            own["ends_at"] = "day"
        refusal.fields = {
            own.get(name, name): text for name, text in refusal.fields.items()
        }
        super().refuse(refusal)


class SwapForm(RosterForm):
    asked = PersonField(label=_("Whom you ask"), queryset=None)
    in_return = ShiftField(
        label=_("Which of their shifts you take in return"),
        queryset=None,
        required=False,
        help_text=_("Leave it empty if they take yours for nothing in return."),
    )

    def __init__(
        self, *args: Any, shift: DutyShift, shifts: QuerySet[DutyShift], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        cast("ShiftField", self.fields["in_return"]).beside = shift.on
        offer_rows(self, "in_return", shifts)


class LeaveForm(RosterForm):
    post = PersonField(label=_("Who is away"), queryset=None)
    from_on = DayField(label=_("First day away"), widget=DayInput)
    until_on = DayField(label=_("Last day away"), widget=DayInput)
    reason = forms.CharField(label=_("Reason"), max_length=100)
    substitute = PersonField(
        label=_("Who stands in"),
        queryset=None,
        required=False,
        help_text=_("Nobody named: the backup of each shift."),
    )


class HandOverForm(SeenForm):
    visitors = forms.IntegerField(
        label=_("How many people came by"),
        min_value=0,
        max_value=MOST_VISITORS,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    note = forms.CharField(
        label=_("What the next one must know"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 8}),
        help_text=_(
            "Name a matter by its number; leave out who spoke and their telephone:"
            " this stands in the duty ledger."
        ),
    )


class TalkRoomForm(SeenForm):
    place = forms.CharField(label=_("Where it is"), max_length=80)
    hours = forms.CharField(label=_("Opening hours"), max_length=80, required=False)
    phone = forms.CharField(
        label=pgettext_lazy("talk room", "Phone"), max_length=20, required=False
    )
    talk_day = forms.IntegerField(
        label=_("Talk day of the month"),
        min_value=1,
        max_value=LAST_TALK_DAY,
        help_text=_("On this day of every month everybody is asked in."),
    )
    names_officers = forms.BooleanField(
        label=_("Speakers read on their page who of the village works on their matter"),
        required=False,
        help_text=_("Otherwise they read that the village committee has it."),
    )


class MonthForm(forms.Form):
    month = DayField(required=False, input_formats=["%Y-%m"])
