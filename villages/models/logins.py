"""Log-ins that are open, the passwords of before, and how often neighbours were looked
up.
"""

from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from villages.models.people import User


class OpenLogin(models.Model):
    """A log-in that is open: by a session in a browser, or by a token of the API.

    It goes with its session or token, however that ends.
    """

    user = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="open_logins",
        verbose_name=_("account"),
    )
    began_at = models.DateTimeField(_("since"))
    address = models.GenericIPAddressField(_("network address"), null=True)
    device = models.CharField(_("device"), max_length=200, blank=True)
    session = models.OneToOneField(
        Session, models.CASCADE, null=True, related_name="open_login"
    )
    token = models.OneToOneField(
        AuthToken, models.CASCADE, null=True, related_name="open_login"
    )
    # see villages/login_seals.py
    seal = models.CharField(max_length=64, editable=False, default="")

    class Meta:
        verbose_name = _("open log-in")
        verbose_name_plural = _("open log-ins")
        ordering = ("-began_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(session=None, token__isnull=False)
                    | models.Q(session__isnull=False, token=None)
                ),
                name="open_login_by_session_or_token",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.began_at:%Y-%m-%d %H:%M}"


class PasswordUsed(models.Model):
    """A password that an account had, as the hash Django stored: none of the last few
    is taken again.
    """

    user = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="passwords_used",
        verbose_name=_("account"),
    )
    password = models.CharField(max_length=128)

    class Meta:
        verbose_name = _("password used before")
        verbose_name_plural = _("passwords used before")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return str(self.user)


class LookupCount(models.Model):
    """How often a user looked neighbours up on a day; in the audit log once the day is
    over.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="lookups")
    day = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("times"), default=0)
    is_recorded = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("count of lookups")
        verbose_name_plural = _("counts of lookups")
        ordering = ("day", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("user", "day"), name="one_lookup_count_a_day"
            )
        ]
        indexes = [
            models.Index(
                fields=("day",),
                condition=models.Q(is_recorded=False),
                name="lookups_not_recorded",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.day}: {self.count}"
