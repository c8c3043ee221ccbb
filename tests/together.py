"""Several at the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection


def at_once(times: int, run: Callable[[], object]) -> list[object]:
    """What each gave back; the first error is raised once all have ended."""
    start, given, errors = (
        threading.Barrier(times),
        list[object](),
        list[BaseException](),
    )

    def one() -> None:
        try:
            start.wait()
            given.append(run())
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _nth in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return given
