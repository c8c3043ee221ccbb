"""Headers that every answer carries and Django has no setting for."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class PermissionsPolicy:
    """Tell browsers which of their powers no page of ours uses.

    PERMISSIONS_POLICY names each with those who may use it: "" for nobody, "self" for
    our own pages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", _policy(settings.PERMISSIONS_POLICY))
        return response


def _policy(powers: dict[str, str]) -> str:
    parts = [f"{power}=({allowed})" for power, allowed in powers.items()]
    return ", ".join(parts)
