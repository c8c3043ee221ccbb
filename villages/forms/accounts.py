"""Forms of the account pages and of opening a phone; the rules behind them are domain
functions.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from minshi.days import TERM, DayField
from minshi.errors import RuleBroken, StaleVersion
from minshi.text import clean_text
from villages.models import Body, Role
from villages.models.audit import LONGEST_REASON
from villages.models.bodies import Base
from villages.models.roles import NODES_OF_ROLE
from villages.places import find_places


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def in_plain_words(field: forms.Field) -> None:
    """Give a field the words of every form for a value that is missing or out of range,
    and for a choice not made.
    """
    if isinstance(field, (forms.ChoiceField, forms.ModelChoiceField)):
        field.error_messages["required"] = _("Please choose.")
    else:
        field.error_messages["required"] = _("Please fill this in.")
    field.error_messages["min_value"] = _("At least %(limit_value)s.")
    field.error_messages["max_value"] = _("At most %(limit_value)s.")

    # a browser cuts what is pasted without a word
    field.widget.attrs.pop("maxlength", None)
    if isinstance(field, forms.ModelChoiceField) and field.empty_label is not None:
        field.empty_label = _("not chosen")


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Set the choices of a field."""
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)


def offered(form: forms.BaseForm, name: str) -> list[tuple[Any, Any]]:
    """Return the choices of a field, by value and words."""
    field = cast("forms.ChoiceField", form.fields[name])
    return list(cast("Iterable[tuple[Any, Any]]", field.choices))


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Set the rows that may be chosen in a field of one or several rows."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


class RuleForm(forms.Form):
    """A form that shows a refusal of the domain beside the fields it names, or on
    top.

    What was typed counts as stored (`clean_text`): a break of line once, what
    nobody sees not at all.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.is_bound:
            self.data = _cleaned(self.data)
        for field in self.fields.values():
            in_plain_words(field)

    def refuse(self, refusal: RuleBroken) -> None:
        is_beside_a_field = False
        for name, text in refusal.fields.items():
            if name in self.fields:
                self.add_error(name, str(text))
                is_beside_a_field = True

        if not is_beside_a_field:
            self.add_error(None, str(refusal))


class SeenForm(RuleForm):
    """A form over what others write as well. It brings back the mark of what it showed
    (`minshi.seen`): where somebody has written since, that is said first.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def refuse(self, refusal: RuleBroken) -> None:
        super().refuse(refusal)
        if isinstance(refusal, StaleVersion):
            typed = {name: self.data[name] for name in self.data}
            self.data = typed | {self.add_prefix("seen"): refusal.newest}


def _cleaned(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return sent data with every text as stored."""
    if not isinstance(data, MultiValueDict):
        return {name: _cleaned_value(value) for name, value in data.items()}

    cleaned = data.copy()
    for name, values in data.lists():
        cleaned.setlist(name, [_cleaned_value(value) for value in values])
    return cleaned


def _cleaned_value(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Name or account name"), required=False, max_length=40)


class AccountForm(RuleForm):
    name = forms.CharField(label=_("Name"), max_length=40)
    username = forms.CharField(
        label=_("Account name"),
        max_length=150,
        help_text=_(
            "Letters and digits. It is used to log in and cannot be changed later."
        ),
        widget=forms.TextInput(
            attrs={
                "autocapitalize": "none",
                "spellcheck": "false",
                "autocomplete": "off",
            }
        ),
    )


class PhoneForm(RuleForm):
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        help_text=_(
            "It is printed on supervision orders and hand-over slips, for colleagues."
            " Villagers do not see it. Empty: none."
        ),
        widget=forms.TextInput({"inputmode": "tel"}),
    )


class PlaceForm(forms.Form):
    """First step of an appointment: the role, and part of the place's name."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    place = forms.CharField(
        label=pgettext_lazy("post", "Place"),
        required=False,
        max_length=40,
        help_text=_(
            "Part of the name of a county, town, village or office. Administrators have"
            " no place."
        ),
    )


class PostForm(RuleForm):
    """Second step: one of the places found, and the dates."""

    role = forms.ChoiceField(choices=Role.choices, widget=forms.HiddenInput)
    node = forms.ChoiceField(label=_("Which of them"), widget=forms.RadioSelect)
    from_on = DayField(label=_("First day"), widget=DayInput)
    until_on = DayField(
        reach=TERM,
        label=_("Last day"),
        required=False,
        widget=DayInput,
        help_text=_("Leave empty if it is not known yet."),
    )
    may_sign = forms.BooleanField(
        label=_("May sign supervision orders"), required=False
    )

    def __init__(self, *args: Any, role: Role, place: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = find_places(place, role)
        offer(self, "node", places)
        if len(places) == 1:
            self.fields["node"].initial = places[0][0]

        self.is_placeless = not NODES_OF_ROLE[role]
        self.role_label = role.label
        if self.is_placeless:
            del self.fields["node"]
        if role != Role.REVIEWER:
            del self.fields["may_sign"]


class EndPostForm(RuleForm):
    until_on = DayField(reach=TERM, label=_("Last day"), widget=DayInput)


WHY_THE_NUMBER = _("Why you need the number")


class ReasonForm(RuleForm):
    """Asks for the reason that the audit log keeps, in the words of its page."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        help_text=_(
            "It is written to the audit log with your name. Write no villager's name,"
            " number or door: the auditor reads it."
        ),
    )

    def __init__(self, *args: Any, label: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].label = label


class SeatForm(RuleForm):
    body = forms.ChoiceField(
        label=_("Which body"),
        choices=Body.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "Nobody of the committees, and nobody of their near kin, sits in the"
            " oversight committee. Who is kin nobody can know here: ask."
        ),
    )
    name = forms.CharField(label=_("Name"), max_length=40)
    user = forms.TypedChoiceField(
        label=_("Which cadre"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_(
            "Only where several share a name; otherwise whoever of the place bears the"
            " name is taken."
        ),
    )
    is_chair = forms.BooleanField(label=_("in the chair"), required=False)
    from_on = DayField(label=_("First day"), widget=DayInput)
    until_on = DayField(
        reach=TERM,
        label=_("Last day"),
        required=False,
        widget=DayInput,
        help_text=_("Leave empty if it is not known yet."),
    )


class EndSeatForm(RuleForm):
    until_on = DayField(reach=TERM, label=_("Last day"), widget=DayInput)


class ProcedureForm(RuleForm):
    quorum_of = forms.IntegerField(
        label=_("Must attend: how many"), min_value=1, max_value=100
    )
    quorum_in = forms.IntegerField(
        label=_("of how many due"), min_value=1, max_value=100
    )
    quorum_above = forms.BooleanField(label=_("more than that share"), required=False)
    pass_of = forms.IntegerField(
        label=_("Must agree: how many"), min_value=1, max_value=100
    )
    pass_in = forms.IntegerField(label=_("of how many"), min_value=1, max_value=100)
    pass_above = forms.BooleanField(label=_("more than that share"), required=False)
    pass_base = forms.ChoiceField(
        label=_("counted"), choices=Base.choices, widget=forms.RadioSelect
    )
    substitutes_vote = forms.BooleanField(label=_("Substitutes vote"), required=False)
    article = forms.CharField(label=_("By which rule"), max_length=120)
