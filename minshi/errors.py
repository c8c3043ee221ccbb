"""Refusals in the user's words; pages answer them beside the form, the API by `status`
and `code`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from minshi.text import clean_text, is_blank

Text = str | Promise
CONFLICT = 409  # what was sent is sound, but no longer fits what is there
UNPROCESSABLE = 422  # what was sent is at fault; the form stands there with all of it
TOO_MANY_REQUESTS = 429


class RuleBroken(Exception):
    """A rule of the domain says no. `fields` names the inputs at fault, if any;
    `retry_after` says in how many seconds the same may be asked again.
    """

    status = CONFLICT
    code = "rule_broken"

    def __init__(
        self,
        detail: Text,
        fields: Mapping[str, Text] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = dict(fields or {})
        self.retry_after = retry_after

    def __str__(self) -> str:
        return str(self.detail)


class MoveRefused(RuleBroken):
    """The case is not where this move starts, or a need of the move is not met."""

    code = "move_refused"


class Overtaken(MoveRefused):
    """Something later is recorded already: history goes forward only. A job leaves it
    to its next run.
    """


class NoSuchRight(RuleBroken):
    """The post acted from may not do this."""

    status = 403
    code = "no_such_right"


class StaleVersion(RuleBroken):
    """Somebody else changed it since it was read; `newest` is the mark of how it stands
    now, for a form to be sent again.
    """

    status = 412
    code = "stale_version"

    def __init__(self, detail: Text, newest: str = "") -> None:
        super().__init__(detail)
        self.newest = newest


class KeyReused(RuleBroken):
    """The key of a form came again with other words: they are another matter."""

    code = "key_reused"


class StorageFailed(RuleBroken):
    """The disk does not take what was sent; it is full, or does not answer."""

    status = 507
    code = "storage_failed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "It could not be stored: the server's disk is full or does not answer."
                " Nothing was added; tell whoever runs the server, and send it again"
                " later."
            )
        )


class PhotosWaiting(RuleBroken):
    """Others send photos at this moment; this one did not get its turn."""

    status = 503
    code = "photos_waiting"


class InputRefused(RuleBroken):
    """A field is missing or has the wrong shape."""

    status = 400
    code = "invalid"

    @classmethod
    def at(cls, **fields: Text) -> Self:
        """Refuse fields, each with its words; the first says it for the whole form."""
        return cls(next(iter(fields.values())), fields)


class Faults:
    """What is wrong with one input, found by several checks and refused together: who
    mends one field must not learn of the next only then.
    """

    def __init__(self) -> None:
        self._found: list[InputRefused] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note a refusal of the checks within, and go on with the next."""
        try:
            yield
        except InputRefused as refusal:
            self._found.append(refusal)

    def refuse(self) -> None:
        """Raise InputRefused with all fields at fault, if any; the words are those of
        the first, and of a field named twice the first ones.
        """
        if not self._found:
            return

        fields: dict[str, Text] = {}
        for refusal in self._found:
            fields = {**refusal.fields, **fields}
        raise InputRefused(self._found[0].detail, fields)


# of a file that leaves the house; a command says it in English
PURPOSE = gettext_noop("Say what it is for.")


def said_purpose(reason: str) -> str:
    """Return what a file that leaves the house is for, as it is stored. InputRefused:
    nothing is said.
    """
    return said(reason, reason=_(PURPOSE))


def said(text: str, **refused: Text) -> str:
    """Return a reason, or whatever else must be said, as it is stored.

    InputRefused at the field named in `refused`: it says nothing, as a full stop alone.
    """
    if is_blank(text):
        raise InputRefused.at(**refused)
    return clean_text(text)
