"""联名: those who say the same."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.case import Case
from minshi.crypto import EncryptedTextField, masked_phone
from villages.models import Resident


class CoSpeaker(models.Model):
    """联名: another villager who says the same, also after a merge."""

    case = models.ForeignKey(
        Case, models.CASCADE, related_name="co_speakers", verbose_name=_("case")
    )
    resident = models.ForeignKey(
        Resident,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("resident"),
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=40)
    phone = EncryptedTextField(_("phone"), blank=True)
    phone_hash = models.CharField(
        max_length=64, blank=True, db_index=True, editable=False
    )
    from_case = models.ForeignKey(
        Case,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("from the merged case"),
    )
    # said to be no neighbour of that name; the revisions have it, not the row
    is_stranger = False

    class Meta:
        verbose_name = _("co-speaker")
        verbose_name_plural = _("co-speakers")

    def __str__(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        return masked_phone(self.phone or "")

    @property
    def name_with_masked_phone(self) -> str:
        """The full name with the phone masked, as the speaker's own is shown."""
        return f"{self.name} {self.masked_phone}".strip()
