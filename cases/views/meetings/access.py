"""The start of every page of meetings: the meetings in reach, and the post from which
somebody holds one.
"""

from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from cases.ledgers.exports import may_print_of
from cases.meetings import holding_posts
from cases.meetings.sitting import HoldingPlace, holding_places
from cases.models import Meeting
from cases.models.meeting import MeetingQuerySet
from cases.views.access import StaffView
from cases.workflow import Officer
from minshi.clock import now, today
from villages.requests import whole_number


class MeetingView(StaffView):
    """A page about meetings in reach; any other meeting does not exist.

    Whoever only oversees a meeting reads it and writes nothing.
    """

    def meetings(self) -> MeetingQuerySet:
        visible = Meeting.objects.visible_to(self.user, today())
        return visible.select_related("village__town", "town", "group")

    def meeting(self, pk: int) -> Meeting:
        found: Meeting = get_object_or_404(self.meetings(), pk=pk)
        return found

    def holder(self, meeting: Meeting) -> Officer | None:
        """Return the user in the post by which they may run the meeting; None if none
        lets them.

        Of several posts the secretary's is taken: only it may decide.
        """
        posts = holding_posts(self.user.posts_on(today()), meeting, now())
        if not posts:
            return None

        posts.sort(key=lambda post: post.role != "secretary")
        return Officer(self.user, posts[0])

    def places(self) -> list[HoldingPlace]:
        """Return the places at which the reader holds meetings."""
        return holding_places(self.user.posts_on(today()), now())

    def may_print(self, meeting: Meeting) -> bool:
        return may_print_of(
            self.user,
            today(),
            village_id=meeting.village_id,
            town=meeting.town,
            county_code=meeting.county_code,
        )

    def is_autosave(self, request: HttpRequest) -> bool:
        return "X-Autosave" in request.headers


def keys_in(data: QueryDict, name: str) -> list[int]:
    """Return the keys of rows that a form sent under a name.

    Anything else sent under it counts for nothing.
    """
    keys = []
    for text in data.getlist(name):
        key = whole_number(text)
        if key is not None:
            keys.append(key)
    return keys
