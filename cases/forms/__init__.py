"""Forms of the case pages: of a step, of taking down, of meetings."""

from cases.forms.batch import BatchForm
from cases.forms.fields import cadre_label, holder_label, report_label
from cases.forms.four_two import DropForm, HeldForm, StartForm
from cases.forms.intake import IntakeForm
from cases.forms.meeting import (
    AddItemsForm,
    AttendeeForm,
    CallForm,
    ChangeForm,
    CorrectionForm,
    ItemForm,
    NumbersForm,
)
from cases.forms.step import MoveForm, field_for

__all__ = [
    "AddItemsForm",
    "AttendeeForm",
    "BatchForm",
    "CallForm",
    "ChangeForm",
    "CorrectionForm",
    "DropForm",
    "HeldForm",
    "IntakeForm",
    "ItemForm",
    "MoveForm",
    "NumbersForm",
    "StartForm",
    "cadre_label",
    "field_for",
    "holder_label",
    "report_label",
]
