"""What a channel says when a message did not go out."""


class NotSent(Exception):
    """With the reason; `for_good` where trying again is of no use (a wrong address)."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Unanswered(NotSent):
    """The server itself is away, or lets nobody in: no other message fares better for
    now.
    """


class TooMany(NotSent):
    """The other side takes so many a minute and no more: no fault of the message, and
    none of its tries.
    """
