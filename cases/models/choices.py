"""The words of domain §7 as choices."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from minshi.errors import Text
from minshi.workdays import Unit


class WithChoices(models.Model):
    """A quicker get_…_display: to find one label, Django translates and hashes every
    label of the field.

    An export takes a fifth less time by it. Should Django rename the hook, its own
    answer serves again.
    """

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: "models.Field[Any, Any]") -> str:  # noqa: N802 - Model binds every get_…_display to this name
        value = getattr(self, field.attname)
        return str(_labels(field).get(value, value))

    def label_of(self, name: str) -> Text:
        """Return the label of a field's value as it stands, not translated yet: a file
        of many rows translates each label once.
        """
        field = self._meta.get_field(name)
        value = getattr(self, name)
        return _labels(field).get(value, value)


@cache
def _labels(field: "models.Field[Any, Any]") -> Mapping[str, Text]:
    """Return the labels of a field by their values, not translated yet."""
    return dict(field.flatchoices)


class Stage(models.TextChoices):
    SPEAK = "speak", pgettext_lazy("stage", "speak")
    DELIBERATE = "deliberate", pgettext_lazy("stage", "deliberate")
    HANDLE = "handle", pgettext_lazy("stage", "handle")
    SUPERVISE = "supervise", pgettext_lazy("stage", "supervise")
    RATE = "rate", pgettext_lazy("stage", "rate")
    CLOSED = "closed", pgettext_lazy("stage", "closed")


OPEN_STAGES = tuple(stage for stage in Stage if stage != Stage.CLOSED)


class Level(models.TextChoices):
    VILLAGE = "village", pgettext_lazy("level", "village")
    TOWN = "town", pgettext_lazy("level", "town")
    COUNTY = "county", pgettext_lazy("level", "county")

    @property
    def rank(self) -> int:
        return list(Level).index(self)

    @property
    def above(self) -> "Level | None":
        levels_above = {Level.VILLAGE: Level.TOWN, Level.TOWN: Level.COUNTY}
        return levels_above.get(self)

    @property
    def below(self) -> "Level | None":
        levels_below = {Level.TOWN: Level.VILLAGE, Level.COUNTY: Level.TOWN}
        return levels_below.get(self)


class Category(models.TextChoices):
    VILLAGE = "village", pgettext_lazy("category", "village matter")
    NEIGHBOUR = "neighbour", pgettext_lazy("category", "neighbours' matter")
    FAMILY = "family", pgettext_lazy("category", "family matter")


class Grade(models.TextChoices):
    MINOR = "minor", pgettext_lazy("grade", "minor")
    COMPLEX = "complex", pgettext_lazy("grade", "complex")
    MAJOR = "major", pgettext_lazy("grade", "major")


class Channel(models.TextChoices):
    TALK_ROOM = "talk_room", pgettext_lazy("channel", "talk room")
    HOME_VISIT = "home_visit", pgettext_lazy("channel", "home visit")
    TALK_DAY = "talk_day", pgettext_lazy("channel", "talk day")
    PHONE = "phone", pgettext_lazy("channel", "phone")
    WECHAT_GROUP = "wechat_group", pgettext_lazy("channel", "WeChat group")
    QR_CODE = "qr_code", pgettext_lazy("channel", "QR code")
    MINI_PROGRAM = "mini_program", pgettext_lazy("channel", "mini-program")
    TRANSFERRED = "transferred", pgettext_lazy("channel", "transferred")


# domain §5; all else is offline
ONLINE_CHANNELS = (
    Channel.WECHAT_GROUP,
    Channel.QR_CODE,
    Channel.MINI_PROGRAM,
)


class Handling(models.TextChoices):
    ON_SPOT = "on_spot", pgettext_lazy("handling", "on the spot")
    LED = "led", pgettext_lazy("handling", "led by one cadre")
    JOINT = "joint", pgettext_lazy("handling", "joint")
    MEETING = "meeting", pgettext_lazy("handling", "by the committee's meeting")


class Rule(models.TextChoices):
    """The lengths of time that are counted; their defaults stand in settings.DEADLINES
    (domain §4).
    """

    SPEAK = "speak", pgettext_lazy("rule", "Hearing: take it up")
    DELIBERATE = "deliberate", pgettext_lazy("rule", "Deliberation: decide")
    ON_SPOT = "on_spot", pgettext_lazy("rule", "Handling: on the spot")
    LED = "led", pgettext_lazy("rule", "Handling: led by one cadre")
    JOINT = "joint", pgettext_lazy("rule", "Handling: joint")
    MEETING = "meeting", pgettext_lazy("rule", "Handling: by the committee's meeting")
    SUPERVISE = "supervise", pgettext_lazy("rule", "Check: check the result")
    REPLY = "reply", pgettext_lazy("rule", "Rating: reply to the speaker")
    RATE = "rate", pgettext_lazy("rule", "Rating: ask for the rating (only reminds)")
    REDO_MINIMUM = (
        "redo_minimum",
        pgettext_lazy("rule", "what was not done well: at least"),
    )
    EXTENSION = "extension", pgettext_lazy("rule", "more time, at most (0: none)")
    ORDER = "order", pgettext_lazy("rule", "answer a supervision order")
    AFTERWORD = "afterword", pgettext_lazy("rule", "answer a word after closing")


COUNTED_IN = (
    (Unit.WORKING.value, pgettext_lazy("unit", "working days")),
    (Unit.CALENDAR.value, pgettext_lazy("unit", "calendar days")),
)


class Confidentiality(models.TextChoices):
    NORMAL = "normal", pgettext_lazy("confidentiality", "normal")
    HIDDEN = "hidden", pgettext_lazy("confidentiality", "name hidden")
    SECRET = "secret", pgettext_lazy("confidentiality", "secret")

    @property
    def rank(self) -> int:
        return list(Confidentiality).index(self)


class CloseReason(models.TextChoices):
    RATED = "rated", pgettext_lazy("close reason", "rated")
    UNRATED = "unrated", pgettext_lazy("close reason", "nobody reached for a rating")
    EXPLAINED = "explained", pgettext_lazy("close reason", "explained")
    DIVERTED = "diverted", pgettext_lazy("close reason", "shown the proper route")
    MERGED = "merged", pgettext_lazy("close reason", "merged")
    WITHDRAWN = "withdrawn", pgettext_lazy("close reason", "withdrawn")
    VOID = "void", pgettext_lazy("close reason", "taken down by mistake")
    DUPLICATE = "duplicate", pgettext_lazy("close reason", "taken down twice")


# No matter that was heard, but a slip of the pen: counted apart (domain §3, void).
NOT_HEARD = (CloseReason.VOID, CloseReason.DUPLICATE)


class Outcome(models.TextChoices):
    DONE = "done", pgettext_lazy("outcome", "done")
    PARTLY = "partly", pgettext_lazy("outcome", "partly solved")
    EXPLAINED = "explained", pgettext_lazy("outcome", "explained")
    REDIRECTED = "redirected", pgettext_lazy("outcome", "sent the proper route")


class Satisfaction(models.TextChoices):
    SATISFIED = "satisfied", pgettext_lazy("satisfaction", "satisfied")
    MOSTLY = "mostly", pgettext_lazy("satisfaction", "mostly satisfied")
    DISSATISFIED = "dissatisfied", pgettext_lazy("satisfaction", "dissatisfied")


class Solved(models.TextChoices):
    YES = "yes", pgettext_lazy("solved", "solved")
    PARTLY = "partly", pgettext_lazy("solved", "partly solved")
    NO = "no", pgettext_lazy("solved", "not solved")


class How(models.TextChoices):
    """The way by which an answer reached us."""

    COUNTER = "counter", pgettext_lazy("how", "at the counter")
    CODE = "code", pgettext_lazy("how", "by the tracking code")
    CALL = "call", pgettext_lazy("how", "by telephone")
    VISIT = "visit", pgettext_lazy("how", "by a visit")


class AssignmentRole(models.TextChoices):
    LEAD = "lead", pgettext_lazy("assignment", "lead")
    ASSISTANT = "assistant", pgettext_lazy("assignment", "assistant")


class AssignmentEnd(models.TextChoices):
    RETURNED = "returned", pgettext_lazy("assignment end", "returned")
    REASSIGNED = "reassigned", pgettext_lazy("assignment end", "reassigned")
    ESCALATED = "escalated", pgettext_lazy("assignment end", "escalated")
    RELEASED = "released", pgettext_lazy("assignment end", "released")
    CLOSED = "closed", pgettext_lazy("assignment end", "case closed")
    ROUND_OVER = "round_over", pgettext_lazy("assignment end", "round over")


class AfterwordEnd(models.TextChoices):
    """How a word after closing was met."""

    REOPENED = "reopened", pgettext_lazy("afterword", "opened again")
    ANSWERED = "answered", pgettext_lazy("afterword", "answered")
    NOTED = "noted", pgettext_lazy("afterword", "taken note of")


class RequestKind(models.TextChoices):
    EXTENSION = "extension", pgettext_lazy("request", "more time")
    SUSPENSION = "suspension", pgettext_lazy("request", "suspension")


class RequestState(models.TextChoices):
    OPEN = "open", pgettext_lazy("request state", "waiting for a ruling")
    GRANTED = "granted", pgettext_lazy("request state", "granted")
    REFUSED = "refused", pgettext_lazy("request state", "refused")
    LAPSED = "lapsed", pgettext_lazy("request state", "lapsed")


class ActorKind(models.TextChoices):
    OFFICER = "officer", pgettext_lazy("actor", "officer")
    SPEAKER = "speaker", pgettext_lazy("actor", "speaker")
    SYSTEM = "system", pgettext_lazy("actor", "system")


class Light(models.TextChoices):
    GREEN = "green", pgettext_lazy("light", "in time")
    YELLOW = "yellow", pgettext_lazy("light", "due soon")
    RED = "red", pgettext_lazy("light", "overdue")
    GREY = "grey", pgettext_lazy("light", "suspended")


class SupervisionLevel(models.TextChoices):
    """督办级别: the force with which a matter is chased, the mildest first."""

    REMIND = "remind", pgettext_lazy("supervision level", "remind")
    URGE = "urge", pgettext_lazy("supervision level", "urge")
    ORDER = "order", pgettext_lazy("supervision level", "order")
    CIRCULATE = "circulate", pgettext_lazy("supervision level", "circulate")
