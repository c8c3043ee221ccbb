"""Notices made from events, to those whom what happened to a case now concerns."""

from supervision.telling.concerning import Telling
from supervision.telling.reading import pass_over_the_past, tell_events, untold

__all__ = ["Telling", "pass_over_the_past", "tell_events", "untold"]
