"""How often one may ask: Django REST framework's throttles, with a count that holds
when many requests come at once (it reads a list of times and writes it back).
"""

from typing import Any

from rest_framework.throttling import (
    AnonRateThrottle,
    ScopedRateThrottle,
    SimpleRateThrottle,
    UserRateThrottle,
)

from minshi.counting import count_of, count_one, take_one_back


class Pace(SimpleRateThrottle):
    """So many requests in any period, give or take how they lie in it.

    Two counts are all it needs, of this period and of the one before. Of the latter
    as much is counted as reaches into the period that ends now.
    """

    num_requests: int
    duration: int  # seconds

    def allow_request(self, request: Any, view: Any) -> bool:
        """Count one more; False where it is one too many, which is not counted."""
        key = self.get_cache_key(request, view)
        if self.rate is None or key is None:
            return True

        self.now = self.timer()
        period = int(self.now // self.duration)
        share_left = 1 - self.now % self.duration / self.duration
        this_one = f"{key}:{period}"

        earlier = count_of(f"{key}:{period - 1}") * share_left
        if count_one(this_one, 2 * self.duration) + earlier > self.num_requests:
            take_one_back(this_one)
            return self.throttle_failure()
        return True

    def wait(self) -> float:
        """Return in how many seconds this period is over."""
        return float(self.duration - self.now % self.duration)


class VisitorsPace(AnonRateThrottle, Pace):
    """Of the API, by the address of somebody not logged in."""


class UsersPace(UserRateThrottle, Pace):
    """Of the API, by account."""


class ScopedPace(ScopedRateThrottle, Pace):
    """Of the endpoints of one scope."""
