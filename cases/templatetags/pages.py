"""What any page has: fields, notes, counts, and the address with another query."""

import re
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
UNSTYLED = ("checkbox", "radio", "hidden", "file")  # types of inputs
TONES = {"success": "good", "warning": "warn", "error": "bad"}
CODE = re.compile(r"[A-Z0-9-]{8,16}")


@register.filter
def styled(field: BoundField) -> SafeString:
    """Return the widget with our classes, its error tied to it for screen readers."""
    kind = getattr(field.field.widget, "input_type", "")

    attrs: dict[str, Any] = {}
    if kind not in UNSTYLED:
        attrs["class"] = "form-select" if kind == "select" else "form-control"
        if field.errors:
            attrs["class"] += " is-wrong"
        # whoever logs in next on this computer is not offered what was typed here
        attrs["autocomplete"] = field.field.widget.attrs.get("autocomplete", "off")
    if field.errors:
        attrs["aria-invalid"] = "true"
        attrs["aria-describedby"] = f"{field.auto_id}_error"

    initial = ""
    if field.field.show_hidden_initial:
        initial = field.as_hidden(only_initial=True)
    return format_html("{}{}", field.as_widget(attrs=attrs), initial)


@register.filter
def attributes(attrs: dict[str, Any]) -> SafeString:
    """Return the attributes of an option as text for its tag."""
    return flatatt(attrs)


@register.filter
def tone(message: Message) -> str:
    """Return the class of a message's note: done, careful, or refused."""
    return TONES.get(message.level_tag, "")


@register.filter
def before_colon(label: str | Promise) -> str:
    """Return a label without the mark it ends with: a colon follows 您满意吗？"""
    return str(label).rstrip("?？:：")


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: Any) -> str:
    """Return the present query string with some parameters changed.

    An empty value removes its parameter.
    """
    request: HttpRequest = context["request"]
    query = request.GET.copy()

    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)

    return f"?{query.urlencode()}"


@register.filter
def up_to(count: int, most: int = 999) -> str:
    """Return a count in words: exact to 999, then 999+."""
    return f"{most}+" if count > most else str(count)


@register.filter
def linked_to(cell: Any, record: Any) -> Any:
    """Return a cell of a ledger, as a link where it names the matter of its row."""
    if cell and cell == record.opens:
        return format_html('<a href="{}">{}</a>', record.url, cell)
    return "" if cell is None else cell


@register.filter
def is_code(cell: Any) -> bool:
    """True where a cell of a ledger is a number or a date, which no line may break."""
    return isinstance(cell, str) and CODE.fullmatch(cell) is not None
