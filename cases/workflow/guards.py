"""Guards: when a move is refused whatever is typed.

Each asks the facts one question and returns the reason against the move in the user's
words, or None.
"""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Assignment, CoSpeaker
from cases.models.choices import (
    NOT_HEARD,
    ActorKind,
    CloseReason,
    Confidentiality,
    Grade,
    Handling,
    Level,
    RequestKind,
    Stage,
)
from cases.models.reserved import ReservedMatter
from cases.models.scope import hides_speaker
from cases.workflow.actions import Action
from cases.workflow.actors import Actor, Officer, Speaker, System
from cases.workflow.event_data import data_of
from cases.workflow.facts import Facts
from cases.workflow.standing import holder_name, is_with
from cases.workflow.who import (
    FOLLOWING,
    WHO_PROTECTS,
    find_afterword_owner,
    find_owner,
    owners_posts,
    protection_open_to,
)
from minshi import workdays
from minshi.errors import Text

Refusal = Text | None
MOST_ADDED = 10  # times a day


def not_with_oneself(facts: Facts, by: Actor) -> Refusal:
    """Nobody chases themself: whoever has the matter sees to it instead."""
    if isinstance(by, Officer) and is_with(facts.case, by.user):
        return _("This matter is with you yourself: see to it.")
    return None


# --- 说 and 议
def graded_minor(facts: Facts, by: Actor) -> Refusal:
    if facts.case.grade in ("", Grade.MINOR):
        return None
    return _("It was graded higher than minor; such a matter is deliberated.")


def taken_down_by_officer(facts: Facts, by: Actor) -> Refusal:
    if facts.case.recorded_by_id:
        return None
    return _("The speaker sent this in: it is handled or answered, not voided.")


def not_reported_as_red_line(facts: Facts, by: Actor) -> Refusal:
    if facts.happened(Action.MANDATORY_REPORT, this_round=False):
        return _("It was reported as a red line, and stays.")
    return None


def has_level_above(facts: Facts, by: Actor) -> Refusal:
    if Level(facts.case.level).above:
        return None
    return _("There is no level above the county.")


def committee_hears(facts: Facts, by: Actor) -> Refusal:
    if facts.case.handling == Handling.MEETING:
        return None
    return _("It was not handed to the committee.")


def may_go_down(facts: Facts, by: Actor) -> Refusal:
    """Once a round; not without a village, not in conflict, not a major matter.

    A matter that the law reserves to the people of the village may: what waits for it
    there are the six steps. Source: domain §3, send_back; §8.
    """
    case = facts.case
    below = Level(case.level).below
    if below is None:
        return _("There is no level below the village.")
    if facts.happened(Action.SEND_BACK):
        return _("It was sent back once already in this round.")

    floor = case.conflict_floor
    if facts.concerns or (floor and below.rank < Level(floor).rank):
        return _("It concerns a cadre and stays above their level.")
    if below != Level.VILLAGE:
        return None

    if case.village_id is None:
        return _("The matter belongs to no village.")
    if case.reserved:
        return None
    if case.grade == Grade.MAJOR and not facts.in_four_two:
        return _(
            "A major matter is not decided in the village, unless the six steps have"
            " begun for it."
        )
    return None


def above_village_after_dissatisfaction(facts: Facts, by: Actor) -> Refusal:
    if facts.dissatisfied and facts.case.level == Level.VILLAGE:
        return _("After a dissatisfied rating only the town may do this: report it up.")
    return None


def village_may_decide(facts: Facts, by: Actor) -> Refusal:
    """Refuse a major or reserved matter that the people have not yet resolved.

    Source: domain §3, decide; §8 (组织法 28, 集体经济组织法 26).
    """
    case = facts.case
    is_for_villagers = case.grade == Grade.MAJOR or bool(case.reserved)
    if case.level != Level.VILLAGE or not is_for_villagers:
        return None
    if facts.resolved_by_villagers:
        return None
    if case.reserved:
        matter = ReservedMatter(case.reserved)
        words = _("Only %(who)s may decide this, by the six steps: %(article)s.")
        return words % {"who": matter.decider.label, "article": matter.article}
    return _(
        "A major matter is decided by the town, or in the village by the six steps:"
        " report it up, or begin that."
    )


def not_deferred_before(facts: Facts, by: Actor) -> Refusal:
    if isinstance(by, Officer) and facts.deferred_this_visit():
        return _("It was put off once already.")
    return None


# --- 办
def _own(facts: Facts, by: Actor, assignments: list[Assignment]) -> list[Assignment]:
    """Return the assignments that the actor's post holds."""
    return facts.held_by(by.post, assignments) if isinstance(by, Officer) else []


def not_acknowledged(facts: Facts, by: Actor) -> Refusal:
    own_parts = _own(facts, by, facts.active)
    if any(not item.acknowledged_at for item in own_parts):
        return None
    return _("You have acknowledged it already.")


def assistants_reported(facts: Facts, by: Actor) -> Refusal:
    """Wait until each assistant has reported or was waived (domain §3, complete)."""
    waiting = facts.awaited_assistants
    if not waiting:
        return None
    names = "、".join(holder_name(item.holder) for item in waiting)
    words = gettext(
        "%(names)s has yet to report; wait, or say that no report is needed."
    )
    return words % {"names": names}


def not_reported(facts: Facts, by: Actor) -> Refusal:
    own_parts = _own(facts, by, facts.assistants)
    if any(not item.reported_at for item in own_parts):
        return None
    return _("Your part is reported already.")


def not_given_back(facts: Facts, by: Actor) -> Refusal:
    own_parts = _own(facts, by, facts.assistants)
    asked = {item.assignment_id for item in facts.hand_backs}
    if any(item.pk not in asked for item in own_parts):
        return None
    return _("You have asked already.")


def part_given_back(facts: Facts, by: Actor) -> Refusal:
    return None if facts.hand_backs else _("There is no request to rule on.")


def assistants_left(facts: Facts, by: Actor) -> Refusal:
    if facts.awaited_assistants:
        return None
    return _("Every assistant has reported.")


def no_extension_yet(facts: Facts, by: Actor) -> Refusal:
    if facts.extended_to:
        return _("More time was given once already in this round.")
    if facts.open_request(RequestKind.EXTENSION):
        return _("You have asked already.")
    return None


def not_suspended(facts: Facts, by: Actor) -> Refusal:
    if facts.suspension:
        return _("It is suspended already.")
    if facts.open_request(RequestKind.SUSPENSION):
        return _("You have asked already.")
    return None


def extension_asked(facts: Facts, by: Actor) -> Refusal:
    if facts.open_request(RequestKind.EXTENSION):
        return None
    return _("There is no request to rule on.")


def suspension_asked(facts: Facts, by: Actor) -> Refusal:
    if facts.open_request(RequestKind.SUSPENSION):
        return None
    return _("There is no request to rule on.")


def suspended(facts: Facts, by: Actor) -> Refusal:
    """A suspension ends by an officer at any time, by the system on its date."""
    if not facts.suspension:
        return _("It is not suspended.")
    if isinstance(by, System) and facts.suspension.until_on > facts.on:
        return _("The suspension runs on.")
    return None


# --- 督 and 评
def no_order_pending(facts: Facts, by: Actor) -> Refusal:
    if facts.case.needs_order:
        return _(
            "The speaker was dissatisfied again: only an order to redo, or an"
            " explanation, ends this."
        )
    return None


def order_pending(facts: Facts, by: Actor) -> Refusal:
    if facts.case.needs_order:
        return None
    return _("This is for a matter rated dissatisfied a second time.")


def replied(facts: Facts, by: Actor) -> Refusal:
    return None if facts.replied else _("Reply to the speaker first.")


def not_yet_rated(facts: Facts, by: Actor) -> Refusal:
    return _("This round has its rating already.") if facts.rating else None


def tried_enough(facts: Facts, by: Actor) -> Refusal:
    """3 logged attempts on different days, or 30 days after the reply (domain §3,
    close_unrated).
    """
    needed = settings.ATTEMPTS_BEFORE_CLOSING
    days = {workdays.local_day(event.at) for event in facts.happened(Action.ATTEMPT)}
    if len(days) >= needed or facts.case.is_left_unrated(facts.at):
        return None
    return _("Try on %(count)s different days first.") % {"count": needed}


def not_secret(facts: Facts, by: Actor) -> Refusal:
    """保密: whoever is not named in it would not see what they are invited to."""
    if facts.case.confidentiality == Confidentiality.SECRET:
        return _("Only those named in a secret matter read it; no village is invited.")
    return None


# --- closed cases
def not_merged(facts: Facts, by: Actor) -> Refusal:
    if facts.case.close_reason == CloseReason.MERGED:
        return _("It was merged; look at the other matter.")
    if facts.case.close_reason in NOT_HEARD:
        return _("It was taken down by mistake or twice.")
    return None


def may_reopen(facts: Facts, by: Actor) -> Refusal:
    """A speaker reopens once, and only for some time after the closing."""
    case = facts.case
    if case.close_reason == CloseReason.MERGED:
        return _("It was merged; open the other matter.")
    if case.adopted_from:
        return _("It was taken over from an old ledger; register it anew.")
    if not isinstance(by, Speaker):
        return None

    reopened = facts.happened(Action.REOPEN, this_round=False)
    if any(event.actor_kind == ActorKind.SPEAKER for event in reopened):
        return _("You opened it again once already; please ask at the counter.")
    days = settings.SPEAKER_REOPEN_DAYS
    if case.closed_at and facts.at > case.closed_at + timedelta(days=days):
        return _(
            "It was closed more than %(days)s days ago; please ask at the counter."
        ) % {"days": days}
    return None


# --- the speaker's own acts
def not_dissatisfied(facts: Facts, by: Actor) -> Refusal:
    if facts.dissatisfied:
        return _("The speaker was dissatisfied: it cannot be taken back any more.")
    return None


def asked_by_nobody_else(facts: Facts, by: Actor) -> Refusal:
    """What others asked for on their own, in a matter that went into this one, nobody
    takes back for them.
    """
    if not facts.happened(Action.RECEIVE_MERGED, this_round=False):
        return None
    came_with_it = CoSpeaker.objects.filter(case=facts.case, from_case__isnull=False)
    if came_with_it.exists():
        return _(
            "Others asked for the same, and their matter went into this one: it cannot"
            " be taken back for them. Write down what this speaker said instead."
        )
    return None


def once_a_day(facts: Facts, by: Actor) -> Refusal:
    urged = facts.happened(Action.URGE, this_round=False)
    if any(workdays.local_day(event.at) == facts.on for event in urged):
        return _("You asked today already; they know.")
    return None


def ten_a_day(facts: Facts, by: Actor) -> Refusal:
    """By code alone, at no counter.

    Who finds a receipt shall not bury the case under words.
    """
    if not isinstance(by, Speaker) or by.helped_by:
        return None

    added = facts.happened(Action.SUPPLEMENT, this_round=False)
    added += facts.happened(Action.AFTERWORD, this_round=False)
    added_today = 0
    for event in added:
        by_speaker = event.actor_kind == ActorKind.SPEAKER
        is_by_code = by_speaker and "entered_by" not in data_of(event)
        if is_by_code and workdays.local_day(event.at) == facts.on:
            added_today += 1
    if added_today < MOST_ADDED:
        return None
    return _("That is enough for one day. Come back tomorrow, or call the village.")


# --- protection
def may_protect(facts: Facts, by: Actor) -> Refusal:
    """Up by the owner, down by a reviewer: refused to whom neither is open."""
    if isinstance(by, Officer) and protection_open_to(by.post, facts):
        return None
    return WHO_PROTECTS


def hides_its_speaker(facts: Facts, by: Actor) -> Refusal:
    if hides_speaker(facts.case):
        return None
    return _("This matter does not hide who spoke.")


def has_concerns(facts: Facts, by: Actor) -> Refusal:
    return None if facts.concerns else _("It concerns no cadre.")


def receipt_awaited(facts: Facts, by: Actor) -> Refusal:
    reports = facts.happened(Action.MANDATORY_REPORT, this_round=False)
    received_at_once = [event for event in reports if data_of(event).get("received")]
    received_later = facts.happened(Action.RECEIPT, this_round=False)
    if len(reports) > len(received_at_once) + len(received_later):
        return None
    return _("No receipt of a red-line report is awaited.")


# --- the owner
def owner_due(facts: Facts, by: Actor) -> Refusal:
    """A new owner is due where the present one's post ended, or another is on duty."""
    if facts.case.stage == Stage.CLOSED:
        is_due = afterword_left(facts)
    else:
        is_due = owner_gone(facts) or roster_went_on(facts)
    return None if is_due else _("The matter has an owner.")


def afterword_left(facts: Facts) -> bool:
    """True where a word after closing waits, the post it was with has ended, and
    somebody else may answer it.
    """
    afterword = facts.afterword
    if afterword is None:
        return False
    if any(post.pk == afterword.owner_id for post in facts.posts):
        return False
    return find_afterword_owner(facts) is not None


def owner_gone(facts: Facts) -> bool:
    """True where the owner's post ended, or the office has no handler left."""
    return not owners_posts(facts)


def roster_went_on(facts: Facts) -> bool:
    """True where a village's case in 说 or 评 is with somebody off duty.

    And whom it should be with is on duty.
    """
    case = facts.case
    if case.stage not in FOLLOWING:
        return False
    if any(post.pk == case.owner_post_id for post in facts.on_duty):
        return False
    owner, _nobody_left = find_owner(facts)
    return owner in facts.on_duty
