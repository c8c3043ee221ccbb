"""What notices and orders say, for templates."""

import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cases.models import Case
from cases.privacy.redactor import reader_redactor
from supervision.models import Notice
from supervision.notices.words import words_of

register = template.Library()
BRACES = re.compile(r"(\{[^{}]*\})")
NAMED = '<span lang="zh-Hans">{}</span>'


@register.simple_tag
def notice_words(notice: Notice) -> str:
    return words_of(notice)


@register.simple_tag(takes_context=True)
def said_of(context: dict[str, Any], case: Case, text: str) -> str:
    """What was typed about a matter, without who spoke where that is hidden from the
    reader.

    From the context: `sight`, and `names` besides the speaker's own, where the page has
    read them.
    """
    redact = reader_redactor(case, context["sight"], context.get("names", ()))
    return redact(text)


@register.filter
def braces(text: str) -> SafeString:
    """Words with the names in {braces} marked as what they are: Chinese, in any
    language of the page.
    """
    parts = enumerate(BRACES.split(text))
    return format_html_join(
        "",
        "{}",
        ((format_html(NAMED, part) if nth % 2 else part,) for nth, part in parts),
    )
