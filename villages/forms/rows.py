"""A choice of several rows, that forms of every app share."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from villages.requests import whole_number

if TYPE_CHECKING:
    SomeRows = forms.ModelMultipleChoiceField[Any]
else:  # at run time it takes no type
    SomeRows = forms.ModelMultipleChoiceField


class RowsField(SomeRows):
    """Several rows by their keys. Django asks the database for every key at once, and
    fails at one that no column holds; of a single row it knows.
    """

    def clean(self, value: Any) -> Any:
        """ValidationError: a key is no number that a row can have, or none offered."""
        for key in value or ():
            if whole_number(str(key)) is None:
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": key},
                )
        return super().clean(value)
