"""The append-only audit log: who logged in, opened masked data, exported or printed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from villages.models.people import User


class AuditKind(models.TextChoices):
    LOGIN = "login", _("logged in")
    LOGIN_FAILED = "login_failed", _("failed to log in")
    WRONG_SECRET = "wrong_secret", _("gave a wrong code or password")
    LOCKED_OUT = "locked_out", _("locked out")
    LOGOUT = "logout", _("logged out")
    READ = "read", _("read a secret matter")
    LOOKED_UP = "looked_up", _("looked neighbours up, in a day")
    UNMASK = "unmask", _("opened masked data")
    EXPORT = "export", _("exported")
    PRINT = "print", _("printed")
    ACCOUNT = "account", _("changed an account")
    IMPORT = "import", _("imported a list")
    PUBLISHED = "published", _("published a report, or took it back")
    WALL = "wall", _("gave or ended a wall")
    # each of them with a seal of what it made, see `record_sealed`
    CLOSED = "closed", _("closed a ledger")
    IN_RED = "in_red", _("entered in red")
    SIGNED = "signed", _("signed a report")
    CHECKED = "checked", _("checked history")
    SEALED = "sealed", _("sealed")  # see villages/finals.py


LONGEST_REASON = 200  # characters, wherever one is asked for the audit log


class AuditRecord(models.Model):
    at = models.DateTimeField(_("at"), db_index=True)
    kind = models.CharField(_("kind"), max_length=12, choices=AuditKind.choices)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("account")
    )
    subject = models.CharField(_("what"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True)

    class Meta:
        verbose_name = _("audit record")
        verbose_name_plural = _("audit records")
        ordering = ("-at", "-pk")
        indexes = [
            # the records of a row are asked for as it changes, see villages/finals.py
            models.Index(
                fields=("subject",),
                condition=models.Q(kind=AuditKind.SEALED),
                opclasses=("varchar_pattern_ops",),
                name="audit_sealed_row",
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_kind_display()}"
