"""Orders that a job sees to, each in a transaction of its own."""

from collections.abc import Callable, Mapping, Sequence

from minshi.jobs import done_for


def one_by_one(
    names: Mapping[int, str], see_to: Callable[[int], bool]
) -> tuple[int, list[str]]:
    """See to each order by its primary key, and return how many were done and the names
    of those that failed.

    `see_to` returns False where there was nothing left to do.
    """

    def see_to_one(rows: Sequence[int]) -> int:
        return int(see_to(rows[0]))

    count = 0
    failed = []
    for pk, name in names.items():
        done, bad = done_for([pk], see_to_one)
        count += done
        if bad:
            failed.append(name)

    return count, failed
