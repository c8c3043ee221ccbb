"""锁账: a ledger of a past period as it stood, which nothing changes any more; what is
put right later is entered in red beside it.
"""

from datetime import date

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from villages.models import Post, Town, User, Village
from villages.rights import FREEZE_LEDGERS


class FrozenLedgerQuerySet(models.QuerySet["FrozenLedger"]):
    def visible_to(self, user: User, on: date) -> "FrozenLedgerQuerySet":
        """Return those of the own village or territory, each with `rows_shown`: how
        many of its rows are about matters within the reader's sight.
        """
        villages = Village.objects.in_reach_of(user, on, FREEZE_LEDGERS)
        above = user.reach(on, FREEZE_LEDGERS)
        of_town = Q(town__in=above.towns) | Q(town__county_code__in=above.counties)
        visible = self.filter(Q(village__in=villages) | of_town)

        in_sight = Case.objects.counted_for(user, on).values("pk")
        shown = FrozenRow.objects.filter(book=OuterRef("pk"), case__in=in_sight)
        of_book = shown.order_by().values("book").annotate(count=Count("pk"))
        count = Subquery(of_book.values("count"))
        return visible.annotate(rows_shown=Coalesce(count, 0))


class FrozenLedger(models.Model):
    """One ledger of one village or town from a day to a day, closed.

    Its rows and the entries in red are append-only by triggers of the database.
    """

    ledger = models.SlugField(_("ledger"), max_length=30)
    town = models.ForeignKey(
        Town, models.PROTECT, null=True, related_name="+", verbose_name=_("town")
    )
    village = models.ForeignKey(
        Village, models.PROTECT, null=True, related_name="+", verbose_name=_("village")
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    columns = models.JSONField(_("columns"))  # key and heading of each, in order
    rows = models.PositiveIntegerField(_("rows"))
    digest = models.CharField(_("seal"), max_length=64)
    frozen_at = models.DateTimeField(_("closed at"))
    frozen_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("closed by")
    )

    objects = FrozenLedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed ledger")
        verbose_name_plural = _("closed ledgers")
        ordering = ("-frozen_at", "-pk")
        indexes = (
            models.Index(fields=("-frozen_at", "-id"), name="frozen_ledger_newest"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(town=None, village__isnull=False)
                | Q(town__isnull=False, village=None),
                name="frozen_ledger_is_of_a_village_or_a_town",
            ),
            models.UniqueConstraint(
                fields=("ledger", "village", "first_on", "last_on"),
                condition=Q(village__isnull=False),
                name="frozen_ledger_once_a_village",
            ),
            models.UniqueConstraint(
                fields=("ledger", "town", "first_on", "last_on"),
                condition=Q(town__isnull=False),
                name="frozen_ledger_once_a_town",
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=models.F("first_on")),
                name="frozen_ledger_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return f"{self.place} {self.ledger} {self.first_on} {self.last_on}"

    def get_absolute_url(self) -> str:
        return reverse("cases:frozen", args=[self.pk])

    @property
    def place(self) -> str:
        return str(self.village or self.town)

    @property
    def where(self) -> Village | Town:
        """The place itself: a village or a town, by constraint."""
        where = self.village or self.town
        if where is None:
            raise ValueError("A closed ledger is of a village or a town.")
        return where


class FrozenRow(models.Model):
    """One row as it stood, names masked, words of hidden matters left out.

    Its position is told to nobody: a gap would tell of a matter out of their sight.
    """

    book = models.ForeignKey(
        FrozenLedger,
        models.PROTECT,
        related_name="frozen_rows",
        verbose_name=_("closed ledger"),
    )
    position = models.PositiveIntegerField(_("No. of the row"))
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="frozen_rows", verbose_name=_("case")
    )
    cells = models.JSONField(_("cells"))  # by the keys of the columns
    was_hidden = models.BooleanField(_("the name was left out"), default=False)

    class Meta:
        verbose_name = _("row of a closed ledger")
        verbose_name_plural = _("rows of closed ledgers")
        ordering = ("book", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("book", "position"), name="frozen_row_position_once"
            ),
        )

    def __str__(self) -> str:
        return str(self.book)


class RedEntry(models.Model):
    """红字更正: what a cell of a closed ledger says otherwise since, with the reason.

    An empty column means the row itself: put in later, or taken out.
    """

    book = models.ForeignKey(
        FrozenLedger,
        models.PROTECT,
        related_name="red_entries",
        verbose_name=_("closed ledger"),
    )
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="red_entries", verbose_name=_("case")
    )
    column = models.CharField(_("column"), max_length=40, blank=True)
    was = models.TextField(_("as it stood"), blank=True)
    now = models.TextField(_("as it is"), blank=True)
    reason = models.CharField(_("reason"), max_length=100)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    class Meta:
        verbose_name = _("entry in red")
        verbose_name_plural = _("entries in red")
        ordering = ("book", "pk")

    def __str__(self) -> str:
        return f"{self.case.number} {self.column}".strip()
