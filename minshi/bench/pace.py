"""A measure of how fast the machine is at this moment, so that a budget in milliseconds
means the same work on every machine.
"""

from time import process_time

ADDITIONS = 1_000_000
REFERENCE_SECONDS = 0.035  # what they take on the machine the budgets were written on


def pace() -> float:
    """Return how many times longer than the machine of the budgets this one takes for
    the same plain work: 2.0 is half as fast.

    Never less than 1: on a faster machine a budget stays as it is written.
    """
    began = process_time()
    total = 0
    for number in range(ADDITIONS):
        total += number
    return max(1.0, (process_time() - began) / REFERENCE_SECONDS)
