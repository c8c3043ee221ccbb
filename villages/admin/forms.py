"""Forms of the administration: codes are folded as they are typed, and a rule of the
database is said in words beside the field it is about.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import BaseConstraint
from django.utils.translation import gettext_lazy as _

from minshi.errors import Text
from minshi.text import half_width

if TYPE_CHECKING:
    FormOfModel = forms.ModelForm[Any]
else:  # at run time it takes no type
    FormOfModel = forms.ModelForm

DAY_THERE = _("This day stands in the calendar already.")
# By name of the constraint, the field beside which its words stand.
RULES: Mapping[str, tuple[str, Text]] = MappingProxyType(
    {
        "town_code_is_9_digits": ("code", _("Write the 9 digits of the town's code.")),
        "town_county_code_is_6_digits": (
            "county_code",
            _("Write the 6 digits of the county's code."),
        ),
        "town_abbreviation_is_2_to_4": (
            "abbreviation",
            _("Write 2 to 4 letters, such as BG; digits only after the first letter."),
        ),
        "village_code_is_12_digits": (
            "code",
            _("Write the 12 digits of the village's code."),
        ),
        "office_belongs_to_a_town_or_a_county": (
            "county_code",
            _("Choose the town, or write the 6 digits of the county's code; not both."),
        ),
        "office_name_once_a_county": (
            "name",
            _("An office of this name is there already."),
        ),
        "resident_birth_year_is_plausible": (
            "birth_year",
            _("Write the year with four digits, such as 1968."),
        ),
        "household_number_once_a_group": (
            "number",
            _("This group has a household with this number already."),
        ),
        "household_has_one_head": (
            "is_head",
            _("This household has a head already; take the tick off that one first."),
        ),
        "contact_link_ends_after_it_begins": (
            "until_on",
            _("The last day cannot be before the first."),
        ),
        "calendar_day_once": ("day", DAY_THERE),
        "calendar_day_once_a_town": ("day", DAY_THERE),
        "talk_day_is_in_every_month": (
            "talk_day",
            _("Write a day that every month has: 1 to 28."),
        ),
    }
)


class CodeField(forms.CharField):
    """A code of digits and letters: half width, in capitals, without blanks."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "".join(half_width(text).split()).upper()


class AdminForm(FormOfModel):
    """A form of the administration, which says each broken rule beside its field."""

    # columns that nobody types, of which a rule speaks all the same
    settled: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # whoever logs in next on this computer is not offered what was typed here
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound:
            return
        for constraint in self.instance._meta.constraints:
            if constraint.name in RULES and self._breaks(constraint):
                self._say(constraint)

    def _breaks(self, constraint: BaseConstraint) -> bool:
        """Tell whether a rule is broken by what was typed; of a field that was not
        asked for, or is refused already, nothing is said.
        """
        columns = {column.name for column in self.instance._meta.fields}
        known = {*self.fields, *self.settled}
        unsaid = (columns - known) | set(self.errors)
        try:
            constraint.validate(type(self.instance), self.instance, unsaid)
        except ValidationError:
            return True
        return False

    def _say(self, constraint: BaseConstraint) -> None:
        """Say a rule beside its field, and no longer above the form."""
        general = str(constraint.get_violation_error_message())
        above = [text for text in self.non_field_errors() if text != general]
        self.errors.pop(NON_FIELD_ERRORS, None)
        for text in above:
            self.add_error(None, text)

        field, words = RULES[constraint.name]
        self.add_error(field if field in self.fields else None, str(words))
