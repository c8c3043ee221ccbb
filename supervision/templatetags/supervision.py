"""The words of notices and orders, for templates."""

import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cases.models import Case
from cases.privacy.redactor import reader_redactor
from supervision.models import Notice, NoticeKind
from supervision.notices.words import words_of

register = template.Library()
BRACES = re.compile(r"(\{[^{}]*\})")
NAMED = '<span lang="zh-Hans">{}</span>'


@register.simple_tag
def notice_words(notice: Notice) -> str:
    return words_of(notice)


@register.simple_tag(takes_context=True)
def happened(context: dict[str, Any], notice: Notice) -> str:
    """Return what happened by a red-line report, to a recipient who may read the
    matter; empty of any other notice. In the inbox alone: no letter or message outside
    carries it.

    From the context: `sight`.
    """
    if notice.kind != NoticeKind.RED_LINE or notice.event is None:
        return ""
    if notice.case is None or not vars(notice).get("in_sight", False):
        return ""
    return reader_redactor(notice.case, context["sight"]).note(notice.event)


@register.simple_tag(takes_context=True)
def said_of(
    context: dict[str, Any], case: Case, text: str, post: int | None = None
) -> str:
    """Redact who spoke from a text about a matter, where it is hidden from the reader
    and their own `post` did not write it.

    From the context: `sight`.
    """
    return reader_redactor(case, context["sight"])(text, post=post)


@register.filter
def braces(text: str) -> SafeString:
    """Mark the names in {braces} as Chinese, in any language of the page."""
    parts: list[tuple[str]] = []
    for nth, part in enumerate(BRACES.split(text)):
        is_name = nth % 2 == 1  # every match stands between two other parts
        parts.append((format_html(NAMED, part) if is_name else part,))

    return format_html_join("", "{}", parts)
