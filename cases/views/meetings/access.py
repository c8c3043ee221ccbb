"""What every page of meetings starts from: the meetings in reach, and the post from which one holds them."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from cases.meetings import Count, counts_of, holding_posts
from cases.models import AgendaItem, Attendee, Case, Meeting, StepAside
from cases.models.choices import Confidentiality
from cases.models.scope import Sight
from cases.templatetags.minshi import title_for
from cases.views.access import StaffView
from cases.workflow import Officer
from cases.workflow.record import without_speaker
from minshi.clock import today
from villages.models import User
from villages.procedure import Rules, rules_for


@dataclass(frozen=True)
class Line:
    """One agenda item as its reader may see it."""

    item: AgendaItem
    title: str
    case: Case | None  # only where the reader sees it
    asides: list[StepAside]
    count: Count

    @property
    def is_hidden(self) -> bool:
        return self.item.case_id is not None and self.case is None


@dataclass
class Sitting:
    """A meeting with its roll, its agenda, the rules and counts: read once, at most 8 queries, for every page of it."""

    meeting: Meeting
    user: User

    @cached_property
    def people(self) -> list[Attendee]:
        return list(self.meeting.attendees.all())

    @cached_property
    def rules(self) -> Rules:
        return rules_for(self.meeting.town_id, self.meeting.kind)

    @cached_property
    def items(self) -> list[AgendaItem]:
        return list(self.meeting.items.select_related("concluded_by__user").order_by("position", "pk"))

    @cached_property
    def asides(self) -> dict[int, list[StepAside]]:
        found: dict[int, list[StepAside]] = {}
        names = {person.pk: person for person in self.people}
        for aside in StepAside.objects.filter(item__meeting=self.meeting).order_by("pk"):
            aside.attendee = names[aside.attendee_id]
            found.setdefault(aside.item_id, []).append(aside)
        return found

    @cached_property
    def sight(self) -> Sight:
        return Sight.of(self.user, today())

    @cached_property
    def cases(self) -> dict[int, Case]:
        """The agenda's cases within the reader's sight, in one query (two with posts)."""
        wanted = [item.case_id for item in self.items if item.case_id]
        if not wanted:
            return {}
        seen = Case.objects.visible_to(self.user, today()).filter(pk__in=wanted)
        return {case.pk: case for case in seen.select_related("town", "village", "group")}

    @cached_property
    def counts(self) -> dict[int, Count]:
        return counts_of(self.meeting, self.items, self.people, self.asides, self.rules)

    @property
    def lines(self) -> list[Line]:
        return [self.line(item) for item in self.items]

    def line(self, item: AgendaItem) -> Line:
        case = self.cases.get(item.case_id or 0)
        asides = self.asides.get(item.pk, [])
        return Line(item, item.subject or self.title(case), case, asides, self.counts[item.pk])

    def title(self, case: Case | None) -> str:
        """The matter for whoever sees it; without who spoke where that is hidden from them."""
        return title_for(case, self.sight) if case else ""

    def words(self, case: Case | None) -> str:
        """The speaker's own words, as `title`."""
        if case is None:
            return ""
        return case.verbatim if self.sight.shows_speaker(case) else without_speaker(case, case.verbatim)

    def public_title(self, case: Case | None) -> str:
        """The matter for everybody in the room: nobody's name, and nothing of what is secret."""
        if case is None or case.confidentiality == Confidentiality.SECRET:
            return ""
        return without_speaker(case, case.title)

    @property
    def present(self) -> int:
        voters = [person for person in self.people if not person.is_guest]
        typed = self.meeting.present_typed
        return sum(person.is_present for person in voters) if typed is None else typed

    @property
    def due(self) -> int:
        typed = self.meeting.due_typed
        return sum(not person.is_guest for person in self.people) if typed is None else typed

    @property
    def quorum(self) -> int:
        return self.rules.quorum_needed(self.due)


class MeetingView(StaffView):
    """A meeting out of reach does not exist; whoever only oversees it reads and writes nothing."""

    def meetings(self) -> QuerySet[Meeting]:
        return Meeting.objects.visible_to(self.user, today()).select_related("village__town", "town")

    def meeting(self, pk: int) -> Meeting:
        found: Meeting = get_object_or_404(self.meetings(), pk=pk)
        return found

    def holder(self, meeting: Meeting) -> Officer | None:
        """The officer as whom the reader holds the meeting: from the post that decides, where they have several."""
        posts = holding_posts(self.user.posts_on(today()), meeting)
        posts.sort(key=lambda post: post.role != "secretary")
        return Officer(self.user, posts[0]) if posts else None

    def is_autosave(self, request: HttpRequest) -> bool:
        return "X-Autosave" in request.headers
