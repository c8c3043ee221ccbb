"""Lists that were uploaded: how far each of them is, and its rows as they came."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from minshi.crypto import EncryptedTextField
from villages.models.grid import Town, Village
from villages.models.people import User

if TYPE_CHECKING:
    from villages.models.roles import Role


class ImportState(models.TextChoices):
    """How far an import is; a job works on those that are `at_work`."""

    MAPPING = "mapping", pgettext_lazy("import", "columns to be confirmed")
    READING = "reading", pgettext_lazy("import", "being read and checked")
    CHECKED = "checked", pgettext_lazy("import", "checked, not entered yet")
    ENTERING = "entering", pgettext_lazy("import", "being entered")
    ENTERED = "entered", pgettext_lazy("import", "entered")
    RENEWING = (
        "renewing",
        pgettext_lazy("import", "new one-time passwords being made"),
    )
    TAKING_BACK = "taking_back", pgettext_lazy("import", "being taken back")
    TAKEN_BACK = "taken_back", pgettext_lazy("import", "taken back")
    FAILED = "failed", pgettext_lazy("import", "could not be read")
    DROPPED = "dropped", pgettext_lazy("import", "given up")


AT_WORK = (
    ImportState.READING,
    ImportState.ENTERING,
    ImportState.RENEWING,
    ImportState.TAKING_BACK,
)
# all of it that was to go in is in
IS_IN = (ImportState.ENTERED, ImportState.RENEWING)


class Verdict(models.TextChoices):
    """The result of looking at a row of a list."""

    NEW = "new", pgettext_lazy("row", "new")
    CHANGED = "changed", pgettext_lazy("row", "changed")
    SAME = "same", pgettext_lazy("row", "the same")
    FAULTY = "faulty", pgettext_lazy("row", "with faults")
    LEFT_OUT = "left_out", pgettext_lazy("row", "no row of the list")


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def in_reach_of(
        self, user: User, on: date, kinds: "dict[str, tuple[Role, ...]]"
    ) -> "ImportRunQuerySet":
        """Return the imports of kinds and places that a user may import themself that
        day: of their village, their town, their county's towns; administrators, who
        serve at no place, those of every town.

        `kinds` names the roles that may import each kind.
        """
        reached = Q(pk=None)
        for kind, roles in kinds.items():
            if not user.holds(on, *roles):
                continue
            reach = user.reach(on, roles)
            where = (
                Q(village__in=reach.villages)
                | Q(town__in=reach.towns)
                | Q(town__county_code__in=reach.counties)
            )
            if any(not _has_place(post) for post in user.posts_on(on)):
                where = Q()
            reached |= Q(kind=kind) & where

        return self.filter(reached)


def _has_place(post: Any) -> bool:
    return bool(
        post.county_code
        or post.town_id
        or post.village_id
        or post.group_id
        or post.office_id
    )


class ImportRun(models.Model):
    """One uploaded list and what has become of it."""

    kind = models.CharField(_("kind of list"), max_length=20)
    town = models.ForeignKey(
        Town, models.PROTECT, related_name="+", verbose_name=_("town")
    )
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("village"),
    )
    state = models.CharField(
        pgettext_lazy("import", "state"), max_length=12, choices=ImportState.choices
    )
    file_name = models.CharField(_("file"), max_length=120)
    file_hash = models.CharField(_("hash of the file"), max_length=64)
    # base64; gone once the rows are entered, or with the rows
    content = EncryptedTextField(blank=True, editable=False)
    reading = models.JSONField(_("how the file is read"), default=dict)
    sheets = models.JSONField(_("sheets"), default=list)
    # the first rows of each sheet, to choose columns by
    samples = EncryptedTextField(blank=True, editable=False)
    mapping = models.JSONField(_("columns"), default=dict)
    counts = models.JSONField(_("rows by verdict"), default=dict)
    good_only = models.BooleanField(_("only rows without faults"), default=False)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    total = models.PositiveIntegerField(_("rows in all"), default=0)
    trouble = models.CharField(_("trouble"), max_length=300, blank=True)
    by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("account")
    )
    at = models.DateTimeField(_("uploaded at"))
    entered_at = models.DateTimeField(_("entered at"), null=True)
    taken_back_at = models.DateTimeField(_("taken back at"), null=True)
    # until then another worker leaves it alone
    claimed_until = models.DateTimeField(null=True, editable=False)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of a list")
        verbose_name_plural = _("imports of lists")
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("town", "-at"), name="import_of_town"),
            models.Index(
                fields=("claimed_until",),
                condition=Q(state__in=AT_WORK),
                name="import_at_work",
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def place(self) -> str:
        return str(self.village or self.town)

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK


class ImportRow(models.Model):
    """A row of an uploaded list, as it stood there, and what was made of it.

    It holds personal values: encrypted, and gone 30 days after the import.
    """

    run = models.ForeignKey(
        ImportRun, models.CASCADE, related_name="rows", verbose_name=_("import")
    )
    nth = models.PositiveIntegerField(_("place in the file"))
    sheet = models.PositiveSmallIntegerField(_("sheet"))
    number = models.PositiveIntegerField(_("row number"))
    raw = EncryptedTextField(_("cells"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    problems = EncryptedTextField(_("problems"), blank=True)
    undo = EncryptedTextField(_("before it"), blank=True)
    is_entered = models.BooleanField(pgettext_lazy("row", "entered"), default=False)
    kept_because = models.CharField(_("kept because"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("row of a list")
        verbose_name_plural = _("rows of lists")
        ordering = ("run", "nth")
        indexes = (
            models.Index(fields=("run", "verdict", "nth"), name="import_row_verdict"),
        )
        constraints = (
            models.UniqueConstraint(fields=("run", "nth"), name="import_row_once"),
        )

    def __str__(self) -> str:
        return f"{self.run} {self.number}"
