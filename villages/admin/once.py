"""Rows that the administration adds, each once however often its form is sent.

The form carries a key, as every form of ours does. Django's own log of who added what
holds it beside the row, with a digest of all that was sent: the tables themselves need
no column for it.
"""

import json
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib import admin
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from minshi.errors import KeyReused
from minshi.idempotency import fingerprint, key_in, key_reused, refuse_reuse
from villages.models import User
from villages.requests import StaffRequest

# sent with a form, and nothing that somebody says in it
NOT_SAID = ("csrfmiddlewaretoken", "key", "_save", "_continue", "_addanother")


class SentBefore(Form):
    """A form whose key has added another row: it comes back with a new key."""

    def clean(self) -> Any:
        data = super().clean()
        self.add_error(None, str(key_reused()))
        return data


# generic to the checker alone: Django's class takes no argument when it runs
class AddsOnce(admin.ModelAdmin):  # type: ignore[type-arg]
    """An admin class whose form of a new row adds one row."""

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Add a row, or answer as the first time.

        1. Lock the account: of two clicks the second waits for what the first adds.
        2. Where the key has added a row before, answer with that one; sent with other
           words the form comes back under a new key.
        """
        key = key_in(request.POST)
        context = {**(extra_context or {}), "form_key": key or uuid4()}
        if key is None or not self.has_add_permission(request):
            return super().add_view(request, form_url, context)

        with transaction.atomic():
            user = cast("StaffRequest", request).user
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            known = self._added_before(request, key)
            if known is None:
                return super().add_view(request, form_url, context)
            try:
                refuse_reuse(_sent_before(known), _sent(request))
            except KeyReused:
                vars(request)["is_key_reused"] = True
                context["form_key"] = uuid4()
                return super().add_view(request, form_url, context)

        row = self.get_queryset(request).filter(pk=known.object_id).first()
        if row is None:  # taken away since
            return self.response_post_save_add(request, self.model())
        return self.response_add(request, row)

    def get_form(
        self,
        request: HttpRequest,
        obj: Model | None = None,
        change: bool = False,
        **options: Any,
    ) -> type[Any]:
        form = super().get_form(request, obj, change, **options)
        if "is_key_reused" in vars(request):
            return type(form.__name__, (SentBefore, form), {})
        return form

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        key = key_in(request.POST)
        if key is not None:
            added, *rest = message
            message = [{**added, "key": str(key), "sent": _sent(request)}, *rest]
        return super().log_addition(request, obj, message)

    def _added_before(self, request: HttpRequest, key: UUID) -> LogEntry | None:
        """Return the line of the log on the row that this key added, if there is one.

        A key that somebody else used is not theirs.
        """
        table = ContentType.objects.get_for_model(self.model, for_concrete_model=False)
        added = LogEntry.objects.filter(
            user=request.user.pk, content_type=table, action_flag=ADDITION
        )
        return added.filter(change_message__contains=f'"{key}"').first()


def _sent(request: HttpRequest) -> str:
    """Return the digest of what a form says."""
    said = {
        name: values for name, values in request.POST.lists() if name not in NOT_SAID
    }
    return fingerprint("add", said)


def _sent_before(known: LogEntry) -> str:
    """Return the digest of what the form said that added a row."""
    added, *_rest = json.loads(known.change_message)
    return str(added["sent"])
