"""Which settings and accounts django-auditlog keeps the field history of; cases have their own events."""

from auditlog.registry import auditlog

from villages.models import Office, Post, Town, User, Village


def register() -> None:
    """Called once when the app is ready. Neither passwords nor logins are field history."""
    for model in (Town, Village, Office, Post):
        auditlog.register(model)
    auditlog.register(User, exclude_fields=["password", "last_login"])
