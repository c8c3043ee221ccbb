"""Room for the calls of Python.

Python 3.11 to 3.13 take the stack of their calls from the system in pieces of 16 KB,
and give a piece back as soon as it is left. Where calls go back and forth over the end
of one, as a query's do some hundred times in a page, each of them asks the system for
memory anew: a sixth of the time that the page of the intake takes.
"""

from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

# words that a call asks for and never uses: as many more come with them, for the calls
# that it makes
ROOM = 200_000


def _call(run: Callable[..., Any], *args: Any, **named: Any) -> Any:
    return run(*args, **named)


# call something above one large piece of the stack, which its own calls never leave
call_with_room = FunctionType(_call.__code__.replace(co_stacksize=ROOM), globals())


class WithRoom:
    """A WSGI application that answers each request above one large piece of the
    stack.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, *asked: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = call_with_room(self.application, *asked)
        return answer
