"""The day promised to a speaker, and what it promises at each stage (domain §4).

Once taken down, to hear whether the matter is taken up; once it is taken up, that it is
talked over who works on it; from then on, and where the work goes on meanwhile, the
answer.
"""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from django.utils.translation import gettext_lazy

from cases.models import Case
from cases.models.choices import Stage
from minshi.errors import Text


class Promised(Enum):
    ACCEPTANCE = auto()
    DECISION = auto()
    ANSWER = auto()


TO_SPEAKER: Mapping[Promised, Text] = MappingProxyType(
    {
        Promised.ACCEPTANCE: gettext_lazy(
            "By %(day)s we tell you whether it is taken up."
        ),
        Promised.DECISION: gettext_lazy("By %(day)s it is settled who works on it."),
        Promised.ANSWER: gettext_lazy("You hear from us by %(day)s at the latest."),
    }
)
LATE: Mapping[Promised, Text] = MappingProxyType(
    {
        Promised.ACCEPTANCE: gettext_lazy(
            "By %(day)s we were to tell you whether it is taken up. It is late, and is"
            " being urged."
        ),
        Promised.DECISION: gettext_lazy(
            "By %(day)s it was to be settled who works on it. It is late, and is being"
            " urged."
        ),
        Promised.ANSWER: gettext_lazy(
            "You were to hear from us by %(day)s. It is late, and is being urged."
        ),
    }
)
TO_OFFICERS: Mapping[Promised, Text] = MappingProxyType(
    {
        Promised.ACCEPTANCE: gettext_lazy(
            "by %(day)s the villager is told whether it is taken up"
        ),
        Promised.DECISION: gettext_lazy("by %(day)s it is settled who works on it"),
        Promised.ANSWER: gettext_lazy("a reply by %(day)s at the latest"),
    }
)


def promised_for(case: Case) -> Promised:
    """Return what the day promised for a case promises now.

    In 议 it is the last day of deliberating; where the clock of 办 goes on meanwhile,
    the day promised is a later one, of the answer.
    """
    if case.stage == Stage.SPEAK:
        return Promised.ACCEPTANCE
    if case.stage == Stage.DELIBERATE and case.promised_on == case.due_on:
        return Promised.DECISION
    return Promised.ANSWER


def promise_to_speaker(promised: Promised, day: str, *, is_late: bool) -> str:
    """Say to the speaker what is promised by a day, or was and is late."""
    words = LATE if is_late else TO_SPEAKER
    return str(words[promised]) % {"day": day}


def promise_to_officers(case: Case, day: str) -> str:
    """Say to an officer what the speaker was promised by a day."""
    return str(TO_OFFICERS[promised_for(case)]) % {"day": day}
