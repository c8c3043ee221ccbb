"""One form for the same move of several cases."""

from typing import Any

from cases.forms.step import field_for
from cases.workflow import MOVES, Action, Facts
from cases.workflow.inputs import Kind
from villages.forms.accounts import RuleForm, in_plain_words
from villages.models import User


class BatchForm(RuleForm):
    """The inputs of the move; leads are those possible for the first case, and each
    case checks its own.
    """

    def __init__(
        self, action: Action, facts: Facts, user: User, *args: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for item in MOVES[action].inputs:
            if item.kind is not Kind.ASKS:  # what is asked of each belongs to one case
                self.fields[item.name] = field_for(item, facts, user)
                in_plain_words(self.fields[item.name])

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
