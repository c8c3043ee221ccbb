"""Field history of settings and accounts by django-auditlog, and its words; cases have
their own events.
"""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from auditlog.registry import auditlog
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import localize
from django.utils.translation import gettext as _

from villages.models import (
    DutyShift,
    FieldHistory,
    Office,
    Post,
    Procedure,
    Seat,
    TalkRoom,
    Town,
    User,
    Village,
)
from villages.requests import whole_number

NOTHING = "—"


def register_history() -> None:
    """Register the models with django-auditlog, once, when the app is ready. Neither
    passwords nor logins are field history, and no telephone number: that it changed
    stands in the audit log.
    """
    for model in (Town, Village, Office, Post, Seat, Procedure, TalkRoom, DutyShift):
        auditlog.register(model)
    auditlog.register(User, exclude_fields=["password", "last_login", "phone"])


def changes_in_words(entry: FieldHistory) -> Iterator[tuple[str, str, str]]:
    """Yield each changed field by its name, with its value before and after as people
    read it; a row's key is left out.
    """
    model = entry.content_type.model_class()
    fields = {field.name: field for field in model._meta.fields} if model else {}

    for name, (old, new) in entry.changes_dict.items():
        field = fields.get(name)
        if field is not None and not field.primary_key:
            yield str(field.verbose_name), in_words(field, old), in_words(field, new)


def in_words(field: "models.Field[Any, Any]", value: str | None) -> str:
    """Return a value as people read it.

    django-auditlog stores every value as text: a row by its key, a time in UTC.
    """
    if value in (None, "", "None"):
        return NOTHING
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.BooleanField):
        return _("yes") if value == "True" else _("no")
    if isinstance(field, models.ForeignKey):
        key = whole_number(value)
        rows = field.related_model._base_manager.filter(pk=key)
        return str(rows.first() or value)
    if isinstance(field, models.DateTimeField):
        return _moment_in_words(value)
    if isinstance(field, models.DateField):
        day = parse_date(value)
        return str(localize(day)) if day else value
    return value


def _moment_in_words(value: str) -> str:
    at = parse_datetime(value)
    if at is None:
        return value
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return str(localize(timezone.localtime(at)))
