"""The conditions by which a reader took some rows of a ledger, as its title and the
name of its file say them.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.forms import Field
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django_filters import FilterSet

from minshi.file_names import LONGEST_PART
from villages.models import Town, Village

PLACES = ("town", "village")
NO_CONDITIONS = ("order",)  # a ledger has an order of its own


@dataclass(frozen=True)
class Conditions:
    """The place that was chosen, and every other filter in use: label and value."""

    town: Town | None = None
    village: Village | None = None
    others: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, listed: FilterSet, among: Container[str] | None = None) -> "Conditions":
        """Return the conditions of a filter, or only of some of its fields; none where
        it cannot be read.
        """
        if not listed.is_bound or not listed.form.is_valid():
            return cls()

        answers = listed.form.cleaned_data
        if among is not None:
            answers = {name: answers[name] for name in answers if name in among}
        return cls(
            town=answers.get("town"),
            village=answers.get("village"),
            others=tuple(_others(listed, answers)),
        )

    @property
    def place(self) -> str:
        """The place as a title names it: a village behind its town; "" without one."""
        if self.village:
            return f"{self.village.town}{self.village}"
        return str(self.town or "")

    def in_words(self) -> str:
        """Return the others as a title has them: （类别：家里事；灯色：红）."""
        parts = self.parts()
        return f"（{'；'.join(parts)}）" if parts else ""

    def parts(self) -> list[str]:
        """Return each of the others in words: 灯色：红."""
        return ["：".join(filter(None, other)) for other in self.others]

    def in_short(self, unit: str) -> str:
        """Return all of them for the name of a file that begins with the unit, the
        place first; of more than it has room for the first and how many there are.
        """
        places = [str(place) for place in (self.town, self.village) if place]
        parts = [place for place in places if place != unit]
        parts += [value for _label, value in self.others]
        short = "-".join(parts)
        if len(short) <= LONGEST_PART:
            return short

        words = ngettext(
            "%(first)s and so on, %(count)s condition",
            "%(first)s and so on, %(count)s conditions",
            len(parts),
        )
        return words % {"first": parts[0][: LONGEST_PART // 2], "count": len(parts)}


def _others(listed: FilterSet, answers: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in answers.items():
        if name in (*PLACES, *NO_CONDITIONS) or value in (None, "", []):
            continue
        if name == "q":
            # what was searched for may be a name that is masked below
            yield "", _("found by words searched for")
            continue
        field = listed.form.fields[name]
        label = "" if name == "villages" else str(field.label)
        yield label, _value(field, value)


def _value(field: Field, value: Any) -> str:
    """Return the value of a filter as its form shows it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, list):
        return pgettext("list", ", ").join(_value(field, each) for each in value)

    labels = {str(key): label for key, label in getattr(field, "choices", ())}
    return str(labels.get(str(value), value))
