"""Calls above one large piece of the interpreter's stack."""

import resource
from concurrent.futures import ThreadPoolExecutor
from types import FunctionType

import pytest

from minshi.calls import WithRoom, call_with_room
from minshi.wsgi import application

pytestmark = pytest.mark.any_database
DEPTHS = range(200)  # one of them ends where a piece of 16 KB does
TIMES = 2_000


def go_down(depth: int) -> None:
    if depth:
        go_down(depth - 1)
    else:
        for _ in range(TIMES):
            little()


def _nothing() -> None:
    pass


# takes more of a piece than one step down, so that it stands over the end of one
little = FunctionType(_nothing.__code__.replace(co_stacksize=50), {})


def pages_taken() -> int:
    """How often the system gives a page of memory while calls go up and down."""
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for depth in DEPTHS:
        go_down(depth)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def test_calls_with_room_take_no_memory_again_and_again():
    with ThreadPoolExecutor(1) as thread:  # tests have room already
        taken = thread.submit(call_with_room, pages_taken).result()

    assert taken < TIMES / 2


def test_the_application_answers_with_room():
    assert isinstance(application, WithRoom)


def test_what_is_called_gets_and_returns_what_it_would():
    def sent(*args, **named):
        return args, named

    assert call_with_room(sent, 1, two=2) == ((1,), {"two": 2})
    assert WithRoom(sent)("environ", "start") == (("environ", "start"), {})
