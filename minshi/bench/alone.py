"""Work in a process of its own, and the most memory that it held."""

import resource
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

KIB = 1024


def alone(work: Callable[..., Any], *arguments: Any) -> Any:
    """Return what the work returns; it finds nothing loaded, not even Django."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def peak() -> float:
    """Return the most MB this process held.

    Linux's ru_maxrss would count the parent's size at the fork, VmHWM does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        high_water = status.read_text().partition("VmHWM:")[2]
        return int(high_water.split()[0]) / KIB

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if sys.platform == "darwin":  # counts bytes, others KiB
        return most / KIB / KIB
    return most / KIB
