"""What happened to a case, told to whom it now concerns: notices made from events."""

from supervision.telling.concerning import Telling
from supervision.telling.reading import pass_over_the_past, tell_events, untold

__all__ = ["Telling", "pass_over_the_past", "tell_events", "untold"]
