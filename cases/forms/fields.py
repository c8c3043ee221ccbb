"""Fields of the forms of cases: holders and their tasks, cases by number, cadres."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case, MandatoryReport
from cases.privacy.redactor import speaker_redactor
from cases.workflow import holder_name
from cases.workflow.inputs import MOST_ASKED, Ask, ask_shorter
from cases.workflow.numbering import number_of
from minshi import workdays
from minshi.days import DayField
from minshi.errors import Text
from villages.forms.rows import RowsField
from villages.models import Post, User, Village
from villages.naming import name_keys_of

if TYPE_CHECKING:
    OneCase = forms.ModelChoiceField[Case]
    OneReport = forms.ModelChoiceField[MandatoryReport]
    OneVillage = forms.ModelChoiceField[Village]
else:  # at run time they take no type
    OneCase = OneReport = OneVillage = forms.ModelChoiceField

TALL = {"rows": 3}


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class FoundByLetters(forms.widgets.ChoiceWidget):
    """Options that a script finds by what may be typed for them (static/js/holders.js).

    Without scripts they are a plain list.
    """

    letters: Mapping[str, str] = MappingProxyType({})

    def create_option(self, name: str, value: Any, *args: Any, **kw: Any) -> Any:
        option = super().create_option(name, value, *args, **kw)
        letters = self.letters.get(str(value))
        if letters:
            option["attrs"]["data-letters"] = letters
        return option


class HolderSelect(FoundByLetters, forms.Select):
    pass


class HolderTicks(FoundByLetters, forms.CheckboxSelectMultiple):
    pass


class HolderField(forms.TypedChoiceField):
    """One lead or assistant, by the keys that `candidates` gives."""

    widget = HolderSelect

    def __init__(self, holders: dict[str, Any], **options: Any) -> None:
        choices = [
            ("", _("not chosen")),
            *((key, holder_label(holder)) for key, holder in holders.items()),
        ]
        super().__init__(
            choices=choices,
            coerce=lambda key: holders[key],
            empty_value=None,
            **options,
        )
        self.widget.letters = letters_of(holders)
        self.widget.attrs |= {
            "data-find": _("Name, pinyin, initials or office"),
            "data-none": _("Nobody here is called so."),
        }


class HoldersField(forms.TypedMultipleChoiceField):
    widget = HolderTicks

    def __init__(self, holders: dict[str, Any], **options: Any) -> None:
        choices = [(key, holder_label(holder)) for key, holder in holders.items()]
        super().__init__(
            choices=choices, coerce=lambda key: holders[key], empty_value=[], **options
        )
        self.widget.letters = letters_of(holders)


class AsksInput(forms.Widget):
    """Two inputs beside every possible assistant: what they are asked, and by when.

    They are drawn with the assistants' ticks (templates/cases/_parts.html).
    """

    def value_from_datadict(
        self, data: Any, files: Any, name: str
    ) -> dict[str, tuple[str, str]]:
        """Return what was typed for each holder, by key: the words and the day."""
        words_prefix = f"{name}-"
        day_prefix = f"{name}-due-"

        keys = set()
        for given in map(str, data):
            if given.startswith(words_prefix):
                keys.add(given.removeprefix(day_prefix).removeprefix(words_prefix))

        typed = {}
        for key in sorted(keys):
            words = data.get(words_prefix + key, "").strip()
            day = data.get(day_prefix + key, "").strip()
            typed[key] = (words, day)
        return typed


class AsksField(forms.Field):
    """The tasks of assistants, each with its words and its day."""

    widget = AsksInput

    def __init__(self, holders: dict[str, Any], **options: Any) -> None:
        super().__init__(**options)
        self.holders = holders
        self.day = DayField(required=False)

    def clean(self, value: Any) -> list[Ask]:
        asks = []
        for key, (words, due) in (value or {}).items():
            if key not in self.holders:
                continue
            if len(words) > MOST_ASKED:
                raise forms.ValidationError(ask_shorter())
            asks.append(Ask(self.holders[key], words, self.day.clean(due)))
        return asks


class NumberField(OneCase):
    """A case by its number, in whatever spelling it is typed."""

    widget = forms.TextInput

    def __init__(
        self, offered: QuerySet[Case], *, why_not: Callable[[str], Text], **options: Any
    ) -> None:
        """`why_not` says of a number why it is none of those offered."""
        super().__init__(offered, to_field_name="number", **options)
        self.why_not = why_not

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)

        number = number_of(value)
        try:
            return super().to_python(number)
        except forms.ValidationError as refused:
            words = str(self.why_not(number))
            raise forms.ValidationError(words, code=refused.code) from refused


class VillageField(OneVillage):
    """Another village; where there are several towns, each village with its own."""

    def __init__(self, offered: QuerySet[Village], **options: Any) -> None:
        super().__init__(offered, **options)
        self.spans_towns = len({village.town_id for village in offered}) > 1

    def label_from_instance(self, village: Village) -> str:
        return f"{village.town} {village}" if self.spans_towns else str(village)


class ReportField(OneReport):
    """A red-line report, known by when and to whom."""

    def __init__(self, *args: Any, reader: User | None, **options: Any) -> None:
        self.reader = reader
        super().__init__(*args, **options)

    def label_from_instance(self, report: Any) -> str:
        return report_label(report, self.reader)


class CadresField(RowsField):
    """Cadres as `cadres_over` gives them, each with a post to know them by."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, cadre: Any) -> str:
        return cadre_label(cadre)


def letters_of(holders: Mapping[str, Any]) -> dict[str, str]:
    """Return what may be typed for each holder beside the words shown, by key: the
    name's pinyin and initials.
    """
    letters = {}
    for key, holder in holders.items():
        name = holder_name(holder)
        typed = name_keys_of(name, "") - {name}
        letters[key] = " ".join(sorted(typed))
    return letters


def holder_label(holder: Any) -> str:
    if isinstance(holder, Post):
        return f"{holder_name(holder)} · {holder.place} · {holder.get_role_display()}"
    return holder_name(holder)


def cadre_label(cadre: User) -> str:
    """Return a cadre's name with their first post, where they hold one."""
    posts = list(cadre.posts.all())
    return holder_label(posts[0]) if posts else str(cadre)


def report_label(report: MandatoryReport, reader: User | None) -> str:
    """Return when it was reported and to whom, without who spoke; to whoever reported
    it as they wrote it.
    """
    told_at = report.told_at.astimezone(workdays.SHANGHAI)
    told = report.told
    if reader is None or report.post.user_id != reader.pk:
        told = speaker_redactor(report.case)(told)
    return f"{told_at:%Y-%m-%d %H:%M} {told}"
