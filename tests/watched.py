"""Which parameters of its address a page asks for."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict


class Watched(QueryDict):
    """The parameters of an address, with a note of those that were asked for."""

    EVERY = "*"

    def __init__(self, *args: Any, **options: Any) -> None:
        self.asked_for: set[str] = set()
        super().__init__(*args, **options)
        self.asked_for.clear()

    def were_asked_for(self, names: set[str]) -> bool:
        return bool(self.asked_for & {self.EVERY, *names})

    def get(self, key: str, default: Any = None) -> Any:
        self.asked_for.add(key)
        return super().get(key, default)

    def getlist(self, key: str, default: Any = None) -> Any:
        self.asked_for.add(key)
        return super().getlist(key, default)

    def __getitem__(self, key: str) -> Any:
        self.asked_for.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked_for.add(str(key))
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self.asked_for.add(self.EVERY)
        return super().__iter__()

    def __len__(self) -> int:
        self.asked_for.add(self.EVERY)
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self.asked_for.add(self.EVERY)
        return super().__eq__(other)

    __hash__ = None

    def keys(self) -> Any:
        self.asked_for.add(self.EVERY)
        return super().keys()

    def values(self) -> Any:
        self.asked_for.add(self.EVERY)
        return super().values()

    def items(self) -> Any:
        self.asked_for.add(self.EVERY)
        return super().items()

    def lists(self) -> Any:
        self.asked_for.add(self.EVERY)
        return super().lists()


def watching(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A middleware that notes which parameters of its address a page asks for."""

    def watched(request: HttpRequest) -> HttpResponse:
        request.GET = Watched(request.META.get("QUERY_STRING", ""))
        return get_response(request)

    return watched
