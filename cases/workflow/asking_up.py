"""What whoever gives a matter back may ask for: that it be reported up."""

from django.utils.translation import gettext_lazy as _

from cases.models import Event
from cases.models.choices import Level
from cases.workflow.event_data import data_of
from minshi.errors import Text

PLEASE = _("Please report it up")
PLEASE_TO_THE_TOWN = _("Please have the village report it to the town")


def wish_of(level: str) -> Text:
    """Return the wish in words, for a matter of that level."""
    return PLEASE_TO_THE_TOWN if level == Level.VILLAGE else PLEASE


def wish_in(event: Event) -> str:
    """Return what was asked for as a matter was given back; "" where nothing was."""
    if not data_of(event).get("asks_escalation"):
        return ""
    return str(wish_of(event.level))
