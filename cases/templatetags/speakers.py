"""The tracking page, in the words of whoever spoke."""

from collections.abc import Mapping
from types import MappingProxyType

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.workflow import Action
from villages.duty import talk_room

register = template.Library()
# the tracking page names its steps in the speaker's own words
SPEAKERS_WORDS: Mapping[str, str | Promise] = MappingProxyType(
    {
        Action.RATE: gettext_lazy("How was it done?"),
        Action.URGE: gettext_lazy("Please hurry"),
        Action.SUPPLEMENT: gettext_lazy("I want to add something"),
        Action.WITHDRAW: gettext_lazy("I take it back"),
        Action.REOPEN: gettext_lazy("It is not settled after all"),
        Action.AFTERWORD: gettext_lazy("I have something more to say"),
    }
)
# the button of each step's form: several stand on one page
SPEAKERS_BUTTONS: Mapping[str, str | Promise] = MappingProxyType(
    {
        Action.RATE: pgettext_lazy("speaker's button", "Hand in the rating"),
        Action.URGE: pgettext_lazy("speaker's button", "Ask to hurry, once a day"),
        Action.SUPPLEMENT: pgettext_lazy("speaker's button", "Hand in these words"),
        Action.WITHDRAW: pgettext_lazy("speaker's button", "It need not be done"),
        Action.REOPEN: pgettext_lazy("speaker's button", "Have it done again"),
        Action.AFTERWORD: pgettext_lazy("speaker's button", "Hand in these words"),
    }
)
# what a step means, where two stand side by side or one cannot be undone
SPEAKERS_HINTS: Mapping[str, str | Promise] = MappingProxyType(
    {
        Action.URGE: gettext_lazy("Whoever works on it is told that you are waiting."),
        Action.WITHDRAW: gettext_lazy(
            "Say why and hand it in: then nobody works on it any more. You may always"
            " come and say it again."
        ),
        Action.REOPEN: gettext_lazy(
            "It was not done well, or is broken again: it is done once more."
        ),
        Action.AFTERWORD: gettext_lazy(
            "You want to ask or say something about it: somebody answers you on this"
            " page. The matter itself stays closed."
        ),
    }
)


@register.filter
def hours_in_words(hours: str) -> str:
    return talk_room.hours_in_words(hours)


@register.filter
def speakers_words(action: str) -> str:
    return str(SPEAKERS_WORDS[action])


@register.filter
def speakers_button(action: str) -> str:
    return str(SPEAKERS_BUTTONS[action])


@register.filter
def speakers_hint(action: str) -> str:
    return str(SPEAKERS_HINTS.get(action, ""))
