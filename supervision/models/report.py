"""月报: the monthly report of a town, a frozen snapshot with its rows (ledger 24)."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from villages.models import Post, Town


class MonthlyReportQuerySet(models.QuerySet["MonthlyReport"]):
    def newest(self) -> "MonthlyReportQuerySet":
        """Return of each town and month the newest edition."""
        newer = MonthlyReport.objects.filter(
            town=OuterRef("town"),
            month=OuterRef("month"),
            edition__gt=OuterRef("edition"),
        )
        return self.filter(~Exists(newer))


class MonthlyReport(models.Model):
    """The report of one month. Once signed nothing of it changes: what was wrong is
    said right in another edition.
    """

    town = models.ForeignKey(
        Town,
        models.CASCADE,
        related_name="monthly_reports",
        verbose_name=_("town"),
    )
    month = models.DateField(pgettext_lazy("figure", "month"))  # its first day
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    made_at = models.DateTimeField(pgettext_lazy("report", "counted"))
    why_again = models.CharField(_("why another edition"), max_length=200, blank=True)
    # figures of the town: this month, the one before, the same of last year; and the
    # keys of the matters left out, which concern a reader; of which of the three months
    # nothing is recorded
    numbers = models.JSONField(default=dict)
    # of topics and offices, by key, as they were called then
    names = models.JSONField(default=dict)
    typical = models.TextField(_("typical matters"), blank=True)
    # as signed, title and text of each part
    parts = models.JSONField(default=list)
    heads = models.JSONField(default=list)  # of the sealed logs, as printed on it
    signed_at = models.DateTimeField(pgettext_lazy("report", "signed"), null=True)
    signed_by = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("report", "signed by"),
    )

    objects = MonthlyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly report")
        verbose_name_plural = _("monthly reports")
        ordering = ("-month", "town", "-edition")
        constraints = (
            models.UniqueConstraint(
                fields=("town", "month", "edition"), name="report_edition_once_a_month"
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="report_is_of_a_whole_month"
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="report_signed_iff_by",
            ),
            models.CheckConstraint(
                condition=Q(edition=1) | ~Q(why_again=""),
                name="report_second_edition_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.town} {self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return reverse("supervision:report", args=[self.pk])

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class MonthlyReportRow(models.Model):
    """A village's row of the report, in the order of the grid; the total is the first
    (ledger 24).
    """

    report = models.ForeignKey(
        MonthlyReport, models.CASCADE, related_name="rows", verbose_name=_("report")
    )
    at = models.DateTimeField(pgettext_lazy("figure", "month"))  # its first moment
    place = models.CharField(_("division code"), max_length=12)
    name = models.CharField(pgettext_lazy("figure", "Place"), max_length=60)
    is_total = models.BooleanField(default=False)
    numbers = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("row of a monthly report")
        verbose_name_plural = _("rows of monthly reports")
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("report", "place"), name="report_row_once_a_place"
            ),
        )
        indexes = (models.Index(fields=("at", "id"), name="report_row_at"),)

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m}"
