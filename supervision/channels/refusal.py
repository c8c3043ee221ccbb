"""What a channel says when a message did not go out."""


class NotSent(Exception):
    """With the reason; `for_good` where trying again is of no use (a wrong address)."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good
