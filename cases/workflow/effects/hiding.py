"""遮住更多的字: words that a person saw would tell who spoke in a 隐名 matter."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cases.privacy.personal import also_hidden
from cases.workflow.step import Step
from minshi.errors import InputRefused, MoveRefused
from minshi.text import PLACEHOLDER, Letters, is_blank

FIELD = "also_hidden"
MOST_PHRASES = 20
LONGEST_PHRASE = 40  # characters
SHORTEST_PHRASE = 2  # one alone stands in too many other words


def hide_words(step: Step) -> None:
    """Blank further words for everybody who may not know who spoke.

    They leave only a pointer in the event. MoveRefused: nothing was changed.
    """
    case = step.case
    stored = also_hidden(case)
    now = phrases_after(
        stored, typed=step.values[FIELD] or "", seen=step.values["before"] or ""
    )
    if now == stored:
        raise MoveRefused(_("Nothing was changed."))

    case.also_hidden = "\n".join(now)
    step.personal[FIELD] = ("\n".join(stored), case.also_hidden)


def phrases_after(stored: list[str], *, typed: str, seen: str) -> list[str]:
    """Return the phrases that are to be blanked, of what was typed in the place of
    those `seen`: what somebody else has added since stays.

    InputRefused: one is too short, too long or says nothing, or they are too many.
    """
    phrases = phrases_in(typed)
    _check(phrases, most=max(MOST_PHRASES, len(stored)))

    were_seen = set(phrases_in(seen))
    staying = [each for each in stored if each in phrases or each not in were_seen]
    return list(dict.fromkeys([*staying, *phrases]))


def phrases_in(typed: str) -> list[str]:
    """Return the lines with something on them, each once."""
    lines = [" ".join(line.split()) for line in typed.splitlines()]
    return list(dict.fromkeys(filter(None, lines)))


def _check(phrases: Iterable[str], *, most: int) -> None:
    phrases = list(phrases)
    if len(phrases) > most:
        words = _("At most %(most)s lines; take out those that are no longer needed.")
        raise InputRefused.at(**{FIELD: words % {"most": most}})

    for phrase in phrases:
        if words := _fault_of(phrase):
            raise InputRefused.at(**{FIELD: words % {"words": phrase}})


def _fault_of(phrase: str) -> str:
    """Return what is wrong with a phrase, with a place for it; "": nothing."""
    if PLACEHOLDER in phrase:
        return _("“%(words)s”: what stands as ［…］ is blanked already; leave it out.")

    letters = Letters(phrase).plain
    if is_blank(phrase) or not letters:
        return _("“%(words)s” has no letter in it; write the words themselves.")
    if len(letters) < SHORTEST_PHRASE:
        return _(
            "“%(words)s” is one character and stands in many other words; write at"
            " least two."
        )
    if len(phrase) > LONGEST_PHRASE:
        return _("“%(words)s” is too long; write the few words that tell it.")
    return ""
