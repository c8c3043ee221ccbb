"""Forms of the case pages: a step's, made from the inputs that MOVES names; taking
down; meetings.
"""

from cases.forms.batch import BatchForm
from cases.forms.four_two import DropForm, HeldForm, StartForm
from cases.forms.meeting import (
    AddItemsForm,
    AttendeeForm,
    CallForm,
    ChangeForm,
    CorrectionForm,
    ItemForm,
)
from cases.forms.step import (
    MOST_ASKED,
    IntakeForm,
    MoveForm,
    cadre_label,
    field_for,
    holder_label,
    report_label,
)

__all__ = [
    "MOST_ASKED",
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
    "StartForm",
    "cadre_label",
    "field_for",
    "holder_label",
    "report_label",
]
