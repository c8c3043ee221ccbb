"""Files that are written here and read by whoever is answered."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import IO


@contextmanager
def file_to_hand_on() -> Iterator[IO[bytes]]:
    """Make a temporary file to write in; afterwards it stays open, at its beginning,
    for the answer that closes it. Where the writing fails it is closed at once.
    """
    with ExitStack() as closing:
        file = closing.enter_context(TemporaryFile())
        yield file
        file.seek(0)
        closing.pop_all()
