"""A ledger as one reader has arranged it for themself (ux 2.8)."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from villages.models import User

LONGEST_FILTER_NAME = 20


class OwnLedger(models.Model):
    """The columns a reader hides and the order they put them in, which rows come first,
    and the filters they saved under a name.

    `filters` is a list of {"name", "query", "is_default"}, read with the rest by one
    query; `cases.ledgers.arranged` alone writes it.
    """

    user = models.ForeignKey(
        User, models.CASCADE, related_name="own_ledgers", verbose_name=_("account")
    )
    ledger = models.SlugField(_("ledger"), max_length=30, db_index=False)
    hidden = models.JSONField(_("hidden columns"), default=list, blank=True)
    arranged = models.JSONField(_("columns in order"), default=list, blank=True)
    oldest_first = models.BooleanField(_("oldest first"), default=False)
    filters = models.JSONField(_("saved filters"), default=list, blank=True)

    class Meta:
        verbose_name = _("ledger as arranged")
        verbose_name_plural = _("ledgers as arranged")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "ledger"), name="own_ledger_once_a_reader"
            ),
        )

    def __str__(self) -> str:
        return self.ledger

    @property
    def default_query(self) -> str:
        """The query of the filter that the ledger opens with; empty without one."""
        for each in self.filters:
            if each["is_default"]:
                return str(each["query"])
        return ""

    def filter_named(self, name: str) -> dict[str, Any] | None:
        for each in self.filters:
            if each["name"] == name:
                found: dict[str, Any] = each
                return found
        return None
