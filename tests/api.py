"""An account that speaks to the API, logged in by session."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator

from villages.models import Post, User

V1 = "/api/v1/"


@cache
def described(language: str = "en") -> dict[str, Any]:
    """The schema as /api/schema/ gives it; working it out takes a second and more."""
    with override(language):
        made = SchemaGenerator().get_schema(request=None, public=True)
        return json.loads(json.dumps(made, default=str))


def operations(language: str = "en") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation."""
    for path, item in described(language)["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


class Api:
    """JSON in and out; `answer.json()` is what came back."""

    def __init__(self, who: Post | User | None = None) -> None:
        self.client = Client()
        if who is not None:
            self.client.force_login(who if isinstance(who, User) else who.user)

    def get(self, path: str, **headers: Any) -> HttpResponse:
        return self.client.get(V1 + path, headers=headers)

    def post(self, path: str, data: Any = None, **headers: Any) -> HttpResponse:
        return self.client.post(
            V1 + path, data or {}, content_type="application/json", headers=headers
        )

    def put(self, path: str, data: Any) -> HttpResponse:
        return self.client.put(V1 + path, data, content_type="application/json")

    def delete(self, path: str) -> HttpResponse:
        return self.client.delete(V1 + path)

    def patch(self, path: str, data: Any, **headers: Any) -> HttpResponse:
        return self.client.patch(
            V1 + path, data, content_type="application/json", headers=headers
        )

    def move(self, case: Any, action: str, **values: Any) -> HttpResponse:
        headers = {
            name: values.pop(name)
            for name in ("If-Match", "Idempotency-Key")
            if name in values
        }
        if "If-Match" not in headers:
            values.setdefault("version", case.version)
        return self.post(
            f"cases/{case.number}/moves/", {"action": action, **values}, **headers
        )
