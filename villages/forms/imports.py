"""Forms of the import pages: the upload, and what its sheets and columns are."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from villages.forms.accounts import RuleForm, offer
from villages.imports.columns import is_number_of_papers
from villages.imports.kinds import KINDS, Kind
from villages.imports.kinds.base import VILLAGE
from villages.imports.mapping import headings_of, needs_village, sample_of
from villages.imports.starting import ListPlace
from villages.models import ImportRun

ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("gb18030", "GB18030"),
    ("utf-16", "UTF-16"),
)
SEPARATORS = (
    (",", pgettext_lazy("separator", "comma")),
    ("\t", pgettext_lazy("separator", "tab")),
    (";", pgettext_lazy("separator", "semicolon")),
    ("|", pgettext_lazy("separator", "upright bar")),
)
LONGEST_SAMPLE = 40
LAST_HEAD = 1000


class UploadForm(RuleForm):
    at = forms.ChoiceField(label=gettext_lazy("Whose list"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "Excel (.xlsx, .xls), WPS (.et), CSV or text (.txt), up to 20 MB."
        ),
        widget=forms.FileInput(
            {"accept": ".xlsx,.xls,.et,.csv,.txt,.xlsm,.ett", "class": "form-control"}
        ),
    )
    again = forms.BooleanField(
        label=gettext_lazy("Enter the same file once more"), required=False
    )

    def __init__(
        self, *args: Any, kind: Kind, places: list[ListPlace], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["file"].error_messages["required"] = _("Choose a file.")
        self.fields["file"].error_messages["empty"] = _("The file is empty.")
        if len(places) == 1:
            del self.fields["at"]
        else:
            self._offer_places(places)
        if not (self.is_bound and self.data.get("again") is not None):
            self.fields["again"].widget.attrs["data-only"] = "again"

    def _offer_places(self, places: list[ListPlace]) -> None:
        """Offer several places, none of them chosen: a list would go to the wrong town
        unnoticed.
        """
        choices = [("", _("(choose)"))]
        choices += [(place.key, place.label) for place in places]
        offer(self, "at", choices)
        self.fields["at"].error_messages["required"] = _("Choose whose list it is.")


class ColumnsForm(RuleForm):
    """Which sheets are read, what each of their headings is, and how a text is read."""

    sheets = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Sheets to be read"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    village = forms.ChoiceField(
        label=gettext_lazy("All of this list is of one village"),
        help_text=gettext_lazy("Where no column says of which village a row is."),
        required=False,
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"), choices=ENCODINGS, required=False
    )
    separator = forms.ChoiceField(
        label=gettext_lazy("Between the cells"), choices=SEPARATORS, required=False
    )

    def __init__(self, *args: Any, run: ImportRun, **options: Any) -> None:
        super().__init__(*args, **options)
        self.run = run
        self.headings = headings_of(run.sheets)
        self._offer_sheets()
        self._offer_columns()
        self._offer_villages()
        if not run.reading:
            del self.fields["encoding"], self.fields["separator"]
        else:
            self.initial.update(run.reading)

    def _offer_sheets(self) -> None:
        choices = []
        for nth, sheet in enumerate(self.run.sheets):
            words = _("%(sheet)s: %(rows)s rows")
            label = words % {"sheet": sheet["name"], "rows": sheet["rows"]}
            choices.append((nth, label))
            self.fields[f"head-{nth}"] = forms.IntegerField(
                label=_("%(sheet)s: the list begins in row") % {"sheet": sheet["name"]},
                min_value=2,
                max_value=LAST_HEAD,
                required=False,
                initial=sheet["head"] + 1,
            )

        offer(self, "sheets", choices)
        self.initial["sheets"] = [
            nth for nth, sheet in enumerate(self.run.sheets) if sheet["chosen"]
        ]

    def _offer_villages(self) -> None:
        if not needs_village(self.run, KINDS[self.run.kind]):
            del self.fields["village"]
            return

        villages = list(self.run.town.villages.order_by("code"))
        choices = [("", _("no, a column says it"))]
        choices += [(village.code, village.name) for village in villages]
        offer(self, "village", choices)
        names = {sheet["defaults"].get(VILLAGE) for sheet in self.run.sheets}
        for village in villages:
            if village.name in names:
                self.initial["village"] = village.code

    def _offer_columns(self) -> None:
        kind = KINDS[self.run.kind]
        columns = kind.columns_for(self.run.village)
        choices: list[tuple[str, Any]] = [("", _("leave out"))]
        for column in columns:
            label = str(column.label)
            if column.is_needed:
                label = _("%(column)s (needed)") % {"column": label}
            choices.append((column.key, label))

        for nth, heading in enumerate(self.headings):
            samples = "、".join(sample_of(heading, self.run))[:LONGEST_SAMPLE]
            if is_number_of_papers(heading):
                samples = _(
                    "Numbers of papers are left out, also of the list that comes back."
                )
            self.fields[f"column-{nth}"] = forms.ChoiceField(
                label=heading,
                choices=choices,
                required=False,
                initial=self.run.mapping.get(heading, ""),
                help_text=samples,
            )

    def clean_sheets(self) -> list[int]:
        sheets: list[int] = self.cleaned_data["sheets"]
        return sheets

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"column-{nth}"] for nth in range(len(self.headings))]

    @property
    def further(self) -> list[forms.BoundField]:
        """The fields for a file that was read wrongly."""
        names = [f"head-{nth}" for nth in range(len(self.run.sheets))]
        if self.run.reading:
            names = ["encoding", "separator", *names]
        return [self[name] for name in names]

    @property
    def mapping(self) -> dict[str, str]:
        return {
            heading: self.cleaned_data[f"column-{nth}"]
            for nth, heading in enumerate(self.headings)
        }

    @property
    def chosen(self) -> set[int]:
        return set(self.cleaned_data["sheets"])

    @property
    def reading(self) -> dict[str, str]:
        if not self.run.reading:
            return {}
        return {name: self.cleaned_data[name] for name in ("encoding", "separator")}

    @property
    def heads(self) -> dict[int, int]:
        """The row of the head of each sheet, from 0: the one above its list."""
        heads = {}
        for nth, sheet in enumerate(self.run.sheets):
            row = self.cleaned_data.get(f"head-{nth}")
            if row and row != sheet["head"] + 1:
                heads[nth] = row - 2
        return heads


class EnterForm(RuleForm):
    good_only = forms.BooleanField(
        label=gettext_lazy("Enter the good rows, leave out those with faults"),
        required=False,
    )
