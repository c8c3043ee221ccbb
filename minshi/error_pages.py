"""What an error page of the demo, which runs with DEBUG, does not show."""

from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class WithoutVariables(SafeExceptionReporterFilter):
    """No value of a variable: among them are names and telephones of people, and to
    print all that hangs on them kept a thread busy for minutes.
    """

    def get_traceback_frame_variables(
        self, _request: HttpRequest | None, _tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        return dict[str, Any]().items()
