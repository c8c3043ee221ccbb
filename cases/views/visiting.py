"""Who stands before the tracking page: a number and its code, counted like a secret."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.generic import View

from cases.models import Attachment, Case
from cases.models.choices import Confidentiality, Stage
from cases.speaking.whereabouts import room_to_ring, town_to_ring
from cases.workflow import Action, Facts, Offer, Speaker, moves_open_to
from cases.workflow.guards import ten_a_day
from cases.workflow.numbering import code_of, is_number, number_of
from cases.workflow.pasted import naming_nobody
from minshi.errors import Text
from minshi.text.clauses import whole_clauses
from villages.models import TalkRoom
from villages.tries import RECEIPT, TRACKING_CODE, count_wrong, trying, wait_until

# recusal is asked for at register and at the counter only, where somebody explains it
OFFERED = (
    Action.RATE,
    Action.URGE,
    Action.SUPPLEMENT,
    Action.REOPEN,
    Action.AFTERWORD,
    Action.WITHDRAW,
)
# whoever spoke first rates, withdraws and reopens
OFFERED_AFTER_MERGE = (Action.URGE, Action.SUPPLEMENT)


@dataclass(frozen=True)
class Visit:
    """The case a visitor has the code of, and the case it was merged into, if any.

    Without a merge both are the same.
    """

    own: Case
    case: Case

    @property
    def is_merged(self) -> bool:
        return self.own != self.case

    @cached_property
    def is_kept_apart(self) -> bool:
        """True where the matter goes on in one that is 保密 or concerns a cadre:
        whoever took the first one down has its code, and reads nothing of the other.
        One query, none without a merge.
        """
        if not self.is_merged:
            return False
        is_secret = self.case.confidentiality == Confidentiality.SECRET
        return is_secret or self.case.concerns.exists()

    @property
    def is_secret(self) -> bool:
        """True where the page does not even say which office has it."""
        return self._own_is_secret or self.is_kept_apart

    @property
    def _own_is_secret(self) -> bool:
        return self.own.confidentiality == Confidentiality.SECRET

    @property
    def offered(self) -> tuple[Action, ...]:
        return OFFERED_AFTER_MERGE if self.is_merged else OFFERED

    @property
    def matter(self) -> str:
        """The speaker's own matter in a few words; "" for 保密, where few may know of
        it: a page lies open on a table. It names nobody. One query.
        """
        if self._own_is_secret:
            return ""
        return naming_nobody(self.own, whole_clauses(self.own.title))

    @property
    def photos(self) -> QuerySet[Attachment]:
        """The photos that this speaker may see: of their own matter alone, before and
        after a merge.
        """
        shown = self.own.attachments.filter(is_public=True)
        return shown if self.own.shows_photos else shown.none()

    @property
    def room(self) -> TalkRoom | None:
        """The talk room that the speaker may ring; None where whoever answers there may
        not open the matter, or the one it goes on in.
        """
        if self.is_kept_apart or room_to_ring(self.own) is None:
            return None
        return room_to_ring(self.case)

    @property
    def town_phone(self) -> str:
        """The telephone of the town that the speaker rings in place of a talk room; ""
        where they have one to ring, or the town none.
        """
        if self.room and self.room.phone:
            return ""
        return town_to_ring(self.own) and town_to_ring(self.case)

    @property
    def address(self) -> str:
        code = urlencode({"k": self.own.tracking_code})
        return f"{reverse('cases:track', args=[self.own.number])}?{code}"

    def offers(self, at: datetime, facts: Facts) -> dict[Action, Offer]:
        """Return the moves open on the page, by action, in the order of the page."""
        speaker = Speaker(self.case, "code")
        open_now = moves_open_to(speaker, self.case, at, facts)
        found = {offer.action: offer for offer in open_now}

        if self.case.stage == Stage.RATE:
            # it is the speaker's turn: nobody is to be hurried
            found.pop(Action.URGE, None)

        return {action: found[action] for action in self.offered if action in found}

    def urged_at(self, facts: Facts) -> datetime | None:
        """Return when the speaker of this code last asked to hurry, as whoever works on
        the matter reads it.

        None after a merge: what was asked before it stands at their own matter, and
        whose urges the other one has nobody can tell.
        """
        return None if self.is_merged else facts.urged_at

    def enough_today(self, facts: Facts) -> Text:
        """Return why the speaker's words are not taken any more today, if so."""
        return ten_a_day(facts, Speaker(self.case, "code")) or ""


class BehindCode(View):
    """A page for whoever holds the code of a case; a wrong code and an unknown number
    look the same.
    """

    shut_until: datetime | None = None

    def visit(self, request: HttpRequest, number: str, code: str) -> Visit | None:
        """Return the case behind number and code, with the one it was merged into.

        None for an unknown number, a wrong code, and while too many codes were wrong:
        counted like every secret (villages/tries.py); what cannot be a number or a code
        is no try.
        """
        number = number_of(number)
        code = code_of(code)
        if not code or not is_number(number):
            return None

        with trying(request, f"{RECEIPT}{number}"):
            own = self._own(request, number, code)
        if own is None:
            return None

        case = own
        while case.merged_into_id:
            case = _shown_to_speakers().get(pk=case.merged_into_id)
        return Visit(own, case)

    def _own(self, request: HttpRequest, number: str, code: str) -> Case | None:
        """Return the case of this number, if the code is its own; count a wrong one."""
        name = f"{RECEIPT}{number}"
        self.shut_until = wait_until(request, name)
        if self.shut_until:
            return None

        own = _shown_to_speakers().filter(number=number).first()
        if own and constant_time_compare(own.tracking_code, code):
            return own

        count_wrong(request, name, TRACKING_CODE)
        # Axes answers a marked request with its own page. This one says so itself, to
        # villagers and in their type.
        vars(request)["axes_locked_out"] = False
        return None


def _shown_to_speakers() -> QuerySet[Case]:
    """Return cases with all that names their place and whoever has them."""
    return Case.objects.select_related(
        "town",
        "village__talk_room",
        "owner_office",
        "owner_post__user",
        "owner_post__village",
        "owner_post__group__village",
        "owner_post__office",
    )
