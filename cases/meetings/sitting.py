"""A meeting as one reader sees it, and the places at which somebody holds meetings.

Pages and the API read meetings from here alike.
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
    votes_shown,
)
from cases.meetings.counting import has_come
from cases.meetings.notice import is_announced
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
from cases.models.scope import Sight, hides_speaker
from cases.privacy.redactor import reader_redactor, title_for
from cases.privacy.table import Table, reading_table_of
from minshi.errors import Text
from minshi.workdays import day_in_words, local_day
from villages.bodies import BodyPlace
from villages.models import Post, Role, User
from villages.procedure import OF_EVERYBODY, Rules, rules_for


@dataclass(frozen=True)
class AgendaLine:
    """One agenda item as its reader may see it."""

    item: AgendaItem
    title: str
    case: Case | None  # only where the reader sees it
    asides: list[StepAside]
    count: Count

    @property
    def is_hidden(self) -> bool:
        """True where the item is about a case that the reader does not see."""
        return self.item.case_id is not None and self.case is None

    @property
    def is_secret(self) -> bool:
        """True where it is about a secret matter that the reader may read: others at
        the table look on.
        """
        case = self.case
        return case is not None and case.confidentiality == Confidentiality.SECRET

    @property
    def is_read_out(self) -> bool:
        """True in a part of a talk day that is read out and not voted on."""
        return self.item.part in (Part.REPORT, Part.REVIEW)

    @property
    def heading(self) -> str:
        return _("Secret matter") if self.is_hidden else self.title

    @property
    def attendance(self) -> str:
        count = self.count
        numbers = {"due": count.due, "present": count.present, "aside": count.aside}
        if not count.is_due_known:
            return _("present %(present)s, stepped aside %(aside)s") % numbers
        return _("due %(due)s, present %(present)s, stepped aside %(aside)s") % numbers

    @property
    def votes_for(self) -> int | None:
        return votes_shown(self.item).votes_for

    @property
    def votes_against(self) -> int | None:
        return votes_shown(self.item).against

    @property
    def votes_abstain(self) -> int | None:
        return votes_shown(self.item).abstained

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

        people = []
        for aside in self.asides:
            if aside.is_lifted:
                continue
            if aside.reason:
                people.append(f"{aside.attendee}（{aside.reason}）")
            else:
                people.append(str(aside))

        return " ".join(people)


@dataclass
class Sitting:
    """A meeting with its roll, its agenda, its rules and its counts.

    Every page of a meeting starts from it. Each part is read once; at most 9 queries.
    """

    meeting: Meeting
    user: User
    on: date

    def __post_init__(self) -> None:
        """Redact the words of the meeting: it is read from here on, never saved."""
        self.table.show(self.meeting)

    @cached_property
    def people(self) -> list[Attendee]:
        return list(self.meeting.attendees.all())

    @cached_property
    def rules(self) -> Rules:
        return rules_for(self.meeting.town_id, self.meeting.kind)

    @cached_property
    def items(self) -> list[AgendaItem]:
        """The agenda in its order, redacted: to read, never to save.

        What was written before a speaker was hidden is blanked as well.
        """
        agenda = self.meeting.items.select_related("concluded_by__user")
        items = list(agenda.order_by("position", "pk"))

        for item in items:
            self.table.show(item)

        return items

    @cached_property
    def table(self) -> Table:
        """The matters of the meeting whose speakers not all at the table may know."""
        return reading_table_of(self.meeting)

    @cached_property
    def corrections(self) -> list[MinutesCorrection]:
        """The corrections of a closed meeting, redacted as its items are."""
        if not self.meeting.closed_at:
            return []

        corrections = list(self.meeting.corrections.select_related("post__user"))
        for correction in corrections:
            self.table.show(correction)

        return corrections

    @property
    def names_hidden(self) -> set[int]:
        """The matters on the agenda whose speaker is not to be named, by key: the same
        for every reader, for whoever may not know gives away nothing they know.
        """
        return {case.pk for case in self.table.cases if hides_speaker(case)}

    @property
    def minutes(self) -> str:
        return self.table.read(self.meeting, "minutes")

    @cached_property
    def asides(self) -> dict[int, list[StepAside]]:
        """All who stepped aside, by the key of the item."""
        people = {person.pk: person for person in self.people}
        of_meeting = StepAside.objects.filter(item__meeting=self.meeting)

        asides: dict[int, list[StepAside]] = {}
        for aside in of_meeting.order_by("pk"):
            aside.attendee = people[aside.attendee_id]
            self.table.show(aside)
            asides.setdefault(aside.item_id, []).append(aside)

        return asides

    @cached_property
    def sight(self) -> Sight:
        return Sight.of(self.user, self.on)

    @cached_property
    def cases(self) -> dict[int, Case]:
        """The cases that the reader sees, by key. One query, two with posts."""
        wanted = [item.case_id for item in self.items if item.case_id]
        if not wanted:
            return {}

        visible = Case.objects.visible_to(self.user, self.on).filter(pk__in=wanted)
        cases = visible.select_related("town", "village", "group")
        return {case.pk: case for case in cases}

    @cached_property
    def counts(self) -> dict[int, Count]:
        return counts_of(self.meeting, self.items, self.people, self.asides, self.rules)

    @property
    def lines(self) -> list[AgendaLine]:
        return [self.line(item) for item in self.items]

    def line(self, item: AgendaItem) -> AgendaLine:
        case = self.cases.get(item.case_id or 0)
        return AgendaLine(
            item=item,
            title=item.subject or self.title(case),
            case=case,
            asides=self.asides.get(item.pk, []),
            count=self.counts[item.pk],
        )

    def title(self, case: Case | None) -> str:
        """Return a case's title for the reader; "" where they do not see the case.

        It does not name who spoke where that is hidden from them.
        """
        return title_for(case, self.sight) if case else ""

    def words(self, case: Case | None) -> str:
        """Return the speaker's own words, redacted for the reader as `title` is."""
        if case is None:
            return ""
        redact = reader_redactor(case, self.sight)
        return redact(case.verbatim)

    def public_title(self, case: Case | None) -> str:
        """Return a case's title for everybody in the room.

        It names nobody, and nothing of what is secret.
        """
        return public_titles([case]).get(case.pk, "") if case else ""

    @property
    def has_roll(self) -> bool:
        """True once somebody is noted as present, or a number of people is."""
        return has_come(self.meeting, self.people)

    @property
    def present(self) -> int:
        return present_of(self.meeting, self.people, self.rules)

    @property
    def notice(self) -> str:
        """How long before an assembly was called, and why so late if it was."""
        meeting = self.meeting
        if not is_announced(meeting.kind):
            return ""

        called_on = local_day(meeting.called_at)
        held_on = local_day(meeting.starts_at)
        words = _("Announced on %(day)s, %(days)s days before.")
        called = day_in_words(called_on, held_on)
        words %= {"day": called, "days": (held_on - called_on).days}
        if meeting.short_notice:
            words += _("In a special case: %(why)s") % {"why": meeting.short_notice}
        return words

    @property
    def absent(self) -> list[str]:
        """The names of those who neither came nor sent a substitute."""
        names = []
        for person in self.people:
            if person.is_guest:
                continue
            if not (person.is_present or person.substitute):
                names.append(person.name)
        return names

    @property
    def due(self) -> int:
        return due_of(self.meeting, self.people)

    @property
    def quorum(self) -> int:
        """The number that must be present: as of the day of closing, else of today."""
        return self.meeting.quorum or self.rules.quorum_needed(self.due)

    @property
    def has_quorum(self) -> bool:
        return self.due > 0 and self.present >= self.quorum

    @property
    def is_counted(self) -> bool:
        """True where nobody is due by name, so that the numbers are typed."""
        return not any(
            person.seat_id or person.user_id
            for person in self.people
            if not person.is_guest
        )

    @property
    def is_of_everybody(self) -> bool:
        """True for a meeting that no body's roll is called at, whoever is seated."""
        return self.meeting.kind in OF_EVERYBODY

    @property
    def article(self) -> Text:
        """The article that sets the quorum: of the day of closing, else of today."""
        return self.meeting.rule or self.rules.article


@dataclass(frozen=True)
class HoldingPlace:
    """A place at which somebody holds meetings, and the post from which they do."""

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
        """Return an unsaved meeting there, to ask what waits for it."""
        return meeting_at(self.place.where)


def holding_places(posts: list[Post], at: datetime) -> list[HoldingPlace]:
    """Return the places at which the posts hold meetings, each once.

    Of several posts of a village the secretary's is taken.
    """
    secretary_first = sorted(posts, key=lambda post: post.role != Role.SECRETARY)

    found: dict[str, HoldingPlace] = {}
    for post in secretary_first:
        place = BodyPlace.of(post)
        if place and holding_posts([post], meeting_at(place.where), at):
            found.setdefault(place.key, HoldingPlace(place, post))

    return list(found.values())
