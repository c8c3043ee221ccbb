"""The few filters the pages share: lamps, dates as people say them, masks."""

from django import template

register = template.Library()
