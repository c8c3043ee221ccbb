"""The conditions by which matters are counted, each stated once: the same expression
counts the rows and lists them.

Source: domain §5.
"""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from cases.models import Assignment, Case, Clock, Event, Reply, TimeRequest
from cases.models.access import Concern
from cases.models.choices import (
    ONLINE_CHANNELS,
    AssignmentRole,
    CloseReason,
    Confidentiality,
    Handling,
    RequestKind,
    RequestState,
    Satisfaction,
    Solved,
    Stage,
)
from cases.models.scope import NOT_CONCLUDED
from cases.workflow import Action
from supervision.models import Call, Chase

REPEATED_WITHIN = timedelta(days=90)
# the first of these ends the time in which a speaker must hear of their matter
ANSWERS = (
    Action.SETTLE,
    Action.ACCEPT,
    Action.ACKNOWLEDGE,
    Action.REPLY,
    Action.ATTEMPT,
)
SPOKEN_TO = (Action.SETTLE, Action.REPLY, Action.ATTEMPT, Action.VERIFY)

ADOPTED = ~Q(adopted_from="")
# merged, withdrawn and adopted matters are in no rate; 办结比 leaves out two of them
IN_RATIO = ~ADOPTED & ~Q(close_reason=CloseReason.MERGED)
IN_RATES = IN_RATIO & ~Q(close_reason=CloseReason.WITHDRAWN)

# of a secret matter its way is told by no count
ONLINE = Q(channel__in=ONLINE_CHANNELS) & ~Q(confidentiality=Confidentiality.SECRET)
IN_THE_OPEN = Q(confidentiality=Confidentiality.NORMAL) & ~Q(
    Exists(Concern.objects.filter(case=OuterRef("pk")))
)
CONCERNS_ANYBODY = Q(Exists(Concern.objects.filter(case=OuterRef("pk"))))
CONCLUDED = Q(stage=Stage.CLOSED) & ~Q(close_reason__in=NOT_CONCLUDED)
ACCEPTED = Q(accepted_at__isnull=False)
COMPLETED = Q(completed_at__isnull=False) | (
    Q(close_reason=CloseReason.DIVERTED) & ACCEPTED
)
RATED = ~Q(satisfaction="")
SATISFIED = Q(satisfaction__in=(Satisfaction.SATISFIED, Satisfaction.MOSTLY))
SOLVED = Q(solved=Solved.YES)


def _events(*actions: Action) -> QuerySet[Event]:
    return Event.objects.filter(case=OuterRef("pk"), action__in=actions)


def _time_granted(kind: RequestKind) -> Q:
    granted = TimeRequest.objects.filter(
        case=OuterRef("pk"), kind=kind, state=RequestState.GRANTED
    )
    return Q(Exists(granted))


def _answered_in_time() -> Q:
    """Matters whose speaker heard of them before the first deadline was over."""
    first_clock = Clock.objects.filter(case=OuterRef("case"), nth=1)
    due = Subquery(first_clock.values("due_at")[:1])
    return Q(Exists(_events(*ANSWERS).filter(at__lt=due)))


def _contacted_before_reply() -> Q:
    """Matters whose speaker was called, tried or shown progress before the reply."""
    replies = Reply.objects.filter(case=OuterRef("case")).order_by("at", "pk")
    first_reply = Subquery(replies.values("at")[:1])

    tried = _events(Action.ATTEMPT).filter(at__lt=first_reply)
    shown = _events(Action.PROGRESS).filter(at__lt=first_reply, data__public=True)
    called = Call.objects.filter(case=OuterRef("pk"), done_at__lt=first_reply)
    return Q(Exists(tried)) | Q(Exists(shown)) | Q(Exists(called))


def _said_before() -> Q:
    """Matters of a topic of which the same household or place spoke shortly before.

    Both in the open and about no cadre: beside a matter of theirs that a reader sees,
    it would name the household of a hidden speaker, or tell a cadre of a complaint.
    """
    before = Case.objects.heard().filter(
        IN_THE_OPEN,
        topic=OuterRef("topic"),
        town=OuterRef("town"),
        registered_at__lt=OuterRef("registered_at"),
        registered_at__gte=OuterRef("registered_at") - REPEATED_WITHIN,
    )
    of_household = before.filter(resident__household=OuterRef("resident__household"))
    at_place = before.filter(village=OuterRef("village"), place=OuterRef("place"))
    at_place = at_place.exclude(place="")
    # asked first whether there is a household or place: most matters name neither, and
    # no other is looked for then
    has_household = Q(resident__isnull=False)
    was_said = (has_household & Q(Exists(of_household))) | (
        ~Q(place="") & Q(Exists(at_place))
    )
    return Q(topic__isnull=False) & IN_THE_OPEN & was_said


ANSWERED_IN_TIME = _answered_in_time()
REPLIED = Q(Exists(Reply.objects.filter(case=OuterRef("pk")))) & ~Q(
    handling=Handling.ON_SPOT
)
CONTACTED = _contacted_before_reply()
REOPENED = Q(Exists(_events(Action.REOPEN)))
REDONE = Q(round__gt=1)
HANDED_BACK = Q(Exists(_events(Action.RETURN, Action.HAND_BACK)))
EXTENDED = _time_granted(RequestKind.EXTENSION)
SUSPENDED = _time_granted(RequestKind.SUSPENSION)
REPEATED = _said_before()
CHASED = Q(Exists(Chase.objects.filter(case=OuterRef("pk")).counted()))

# --- the 办 clock of a round, once the round was completed; that of 说 where it was
# settled there
_done = Event.objects.filter(
    case=OuterRef("case"), round=OuterRef("round"), at=OuterRef("stopped_at")
)
STAGES_OF_ROUNDS = (Stage.HANDLE, Stage.SPEAK)  # where a round is completed
ROUND_COMPLETED = Q(case__adopted_from="") & (
    Q(Exists(_done.filter(action=Action.COMPLETE)), stage=Stage.HANDLE)
    | Q(Exists(_done.filter(action=Action.SETTLE)), stage=Stage.SPEAK)
)
ROUND_IN_TIME = ROUND_COMPLETED & Q(stopped_at__lt=F("due_at"))

# --- moments and keys beside a row
# the speaker was spoken to: at the counter, by a call, by what their page shows
FIRST_SPOKEN_TO = Subquery(
    Event.objects.filter(
        Q(action__in=SPOKEN_TO) | Q(action=Action.PROGRESS, data__public=True),
        case=OuterRef("pk"),
    )
    .order_by("at")
    .values("at")[:1]
)
FIRST_CALLED = Subquery(
    Call.objects.filter(case=OuterRef("pk"), done_at__isnull=False)
    .order_by("done_at")
    .values("done_at")[:1]
)
LEAD_OFFICE = Subquery(
    Assignment.objects.filter(case=OuterRef("pk"), role=AssignmentRole.LEAD)
    .order_by("-pk")
    .values("office")[:1]
)
