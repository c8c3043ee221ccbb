"""The base of every endpoint that acts for somebody: the caller, and the moment."""

from datetime import date, datetime
from functools import cached_property

from minshi import workdays
from minshi.api_docs import Endpoint
from minshi.clock import now
from villages.api.login import user_of
from villages.models import User


class CallerApi(Endpoint):
    def get_view_name(self) -> str:
        """Return the title in an OPTIONS answer: "Case List" of CaseListAPIView."""
        title: str = super().get_view_name()
        return title.removesuffix(" Api")

    @cached_property
    def user(self) -> User:
        return user_of(self.request)

    @cached_property
    def at(self) -> datetime:
        return now()

    @property
    def on(self) -> date:
        return workdays.local_day(self.at)
