"""A meeting as one reader sees it, and the places at which somebody holds meetings: for
pages and the API alike.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils.translation import gettext as _

from cases.meetings import (
    Count,
    counts_of,
    due_of,
    holding_posts,
    meeting_at,
    present_of,
    public_titles,
    votes_in_words,
)
from cases.models import (
    AgendaItem,
    Attendee,
    Case,
    Meeting,
    MinutesCorrection,
    StepAside,
)
from cases.models.choices import Confidentiality, Level
from cases.models.meeting import Part
from cases.models.scope import Sight
from cases.privacy.redactor import (
    RoomRedactor,
    reader_redactor,
    room_redactor,
    title_for,
)
from minshi.errors import Text
from villages.bodies import BodyPlace
from villages.models import Post, Role, User
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

    @property
    def is_told(self) -> bool:
        """Of a part of a talk day that is read out, and not voted on."""
        return self.item.part in (Part.REPORT, Part.REVIEW)

    @property
    def heading(self) -> str:
        return _("A matter you may not see") if self.is_hidden else self.title

    @property
    def attendance(self) -> str:
        return _("due %(due)s, present %(present)s, stepped aside %(aside)s") % {
            "due": self.count.due,
            "present": self.count.present,
            "aside": self.count.aside,
        }

    @property
    def votes(self) -> str:
        return votes_in_words(self.item)

    @property
    def votes_and_needed(self) -> str:
        """The votes, with the number that was needed where a rule set one."""
        if not self.item.needed:
            return self.votes
        needed = _("%(needed)s needed") % {"needed": self.item.needed}
        return f"{self.votes}（{needed}）"

    @property
    def stepped_aside(self) -> str:
        """The people who do not take part, each with the reason; a dash for nobody."""
        if not self.asides:
            return "—"
        return " ".join(
            f"{aside.attendee}（{aside.reason}）" if aside.reason else str(aside)
            for aside in self.asides
            if not aside.is_lifted
        )


@dataclass
class Sitting:
    """A meeting with its roll, its agenda, the rules and counts: read once, at most 9
    queries, for every page of it.
    """

    meeting: Meeting
    user: User
    on: date

    @cached_property
    def people(self) -> list[Attendee]:
        return list(self.meeting.attendees.all())

    @cached_property
    def rules(self) -> Rules:
        return rules_for(self.meeting.town_id, self.meeting.kind)

    @cached_property
    def items(self) -> list[AgendaItem]:
        """To read, not to save: what was written before a speaker was hidden is blanked
        as well.
        """
        items = list(
            self.meeting.items.select_related("concluded_by__user").order_by(
                "position", "pk"
            )
        )
        for item in items:
            item.opinions = self.redact(item.opinions)
            item.resolution = self.redact(item.resolution)
        return items

    @cached_property
    def redact(self) -> RoomRedactor:
        hidden = Case.objects.filter(agenda_items__meeting=self.meeting).exclude(
            confidentiality=Confidentiality.NORMAL
        )
        return room_redactor(hidden.select_related("town"))

    @cached_property
    def corrections(self) -> list[MinutesCorrection]:
        """Of a closed meeting, redacted as its items are."""
        noted = (
            list(self.meeting.corrections.select_related("post__user"))
            if self.meeting.closed_at
            else []
        )
        for item in noted:
            item.wrong, item.right = self.redact(item.wrong), self.redact(item.right)
        return noted

    @property
    def minutes(self) -> str:
        return self.redact(self.meeting.minutes)

    @cached_property
    def asides(self) -> dict[int, list[StepAside]]:
        found: dict[int, list[StepAside]] = {}
        names = {person.pk: person for person in self.people}
        for aside in StepAside.objects.filter(item__meeting=self.meeting).order_by(
            "pk"
        ):
            aside.attendee, aside.reason = (
                names[aside.attendee_id],
                self.redact(aside.reason),
            )
            found.setdefault(aside.item_id, []).append(aside)
        return found

    @cached_property
    def sight(self) -> Sight:
        return Sight.of(self.user, self.on)

    @cached_property
    def cases(self) -> dict[int, Case]:
        """The agenda's cases within the reader's sight, in one query (two with
        posts).
        """
        wanted = [item.case_id for item in self.items if item.case_id]
        if not wanted:
            return {}
        seen = Case.objects.visible_to(self.user, self.on).filter(pk__in=wanted)
        return {
            case.pk: case for case in seen.select_related("town", "village", "group")
        }

    @cached_property
    def counts(self) -> dict[int, Count]:
        return counts_of(self.meeting, self.items, self.people, self.asides, self.rules)

    @property
    def lines(self) -> list[Line]:
        return [self.line(item) for item in self.items]

    def line(self, item: AgendaItem) -> Line:
        case = self.cases.get(item.case_id or 0)
        asides = self.asides.get(item.pk, [])
        return Line(
            item, item.subject or self.title(case), case, asides, self.counts[item.pk]
        )

    def title(self, case: Case | None) -> str:
        """The matter for whoever sees it; without who spoke where that is hidden from
        them.
        """
        return title_for(case, self.sight) if case else ""

    def words(self, case: Case | None) -> str:
        """The speaker's own words, as `title`."""
        return reader_redactor(case, self.sight)(case.verbatim) if case else ""

    def public_title(self, case: Case | None) -> str:
        """The matter for everybody in the room: nobody's name, and nothing of what is
        secret.
        """
        return public_titles([case]).get(case.pk, "") if case else ""

    @property
    def present(self) -> int:
        return present_of(self.meeting, self.people, self.rules)

    @property
    def absent(self) -> list[str]:
        return [
            person.name
            for person in self.people
            if not (person.is_present or person.substitute)
        ]

    @property
    def due(self) -> int:
        return due_of(self.meeting, self.people)

    @property
    def quorum(self) -> int:
        """As it was when the meeting was closed, else by the rules of today."""
        return self.meeting.quorum or self.rules.quorum_needed(self.due)

    @property
    def has_quorum(self) -> bool:
        return self.present >= self.quorum

    @property
    def article(self) -> Text:
        """By which rule, as `quorum`."""
        return self.meeting.rule or self.rules.article


@dataclass(frozen=True)
class HoldingPlace:
    """Where somebody holds meetings, and the post from which they do."""

    place: BodyPlace
    post: Post

    @property
    def key(self) -> str:
        return self.place.key

    @property
    def label(self) -> str:
        return self.place.label

    @property
    def level(self) -> Level:
        return self.empty_meeting().level

    def empty_meeting(self) -> Meeting:
        """An unsaved meeting there, to ask what waits for it."""
        return meeting_at(self.place.where)


def holding_places(posts: list[Post], at: datetime) -> list[HoldingPlace]:
    """The places at which the posts hold meetings, each once, the secretary's post
    before others of the village.
    """
    found: dict[str, HoldingPlace] = {}
    for post in sorted(posts, key=lambda post: post.role != Role.SECRETARY):
        place = BodyPlace.of(post)
        if place and holding_posts([post], meeting_at(place.where), at):
            found.setdefault(place.key, HoldingPlace(place, post))
    return list(found.values())
