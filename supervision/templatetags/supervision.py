"""What notices and orders say, for templates."""

from django import template

from supervision.models import Notice
from supervision.words import words_of

register = template.Library()


@register.simple_tag
def notice_words(notice: Notice) -> str:
    return words_of(notice)
