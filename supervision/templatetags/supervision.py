"""What notices and orders say, for templates."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from supervision.models import Notice
from supervision.words import words_of

register = template.Library()
BRACES = re.compile(r"(\{[^{}]*\})")
NAMED = '<span lang="zh-Hans">{}</span>'


@register.simple_tag
def notice_words(notice: Notice) -> str:
    return words_of(notice)


@register.filter
def braces(text: str) -> SafeString:
    """Words with the names in {braces} marked as what they are: Chinese, in any language of the page."""
    parts = enumerate(BRACES.split(text))
    return format_html_join("", "{}", ((format_html(NAMED, part) if nth % 2 else part,) for nth, part in parts))
