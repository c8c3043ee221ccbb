"""Field history as django-auditlog stores it, under our own name and in words."""

from auditlog.models import LogEntry
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ACTS = {
    LogEntry.Action.CREATE: pgettext_lazy("field history", "created"),
    LogEntry.Action.UPDATE: pgettext_lazy("field history", "changed"),
    LogEntry.Action.DELETE: pgettext_lazy("field history", "deleted"),
    LogEntry.Action.ACCESS: pgettext_lazy("field history", "opened"),
}


class FieldHistory(LogEntry):
    class Meta:
        proxy = True
        verbose_name = _("field history")
        verbose_name_plural = _("field history")

    def __str__(self) -> str:
        return f"{self.act} · {self.object_repr}"

    @property
    def act(self) -> str:
        return str(ACTS.get(self.action, "—"))
