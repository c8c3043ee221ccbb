"""When a move is refused whatever is typed: pure questions to the facts, answered in
the user's words.
"""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.models.choices import CloseReason, Confidentiality, Grade, Level, RequestKind
from cases.workflow.actors import Actor, Officer, Speaker, System
from cases.workflow.facts import Facts
from cases.workflow.who import FOLLOWING, REVIEWERS, Handled, find_owner, owners_posts
from minshi import workdays
from minshi.errors import Text

Refusal = Text | None
MOST_ADDED = 10  # times a day


def no_order_pending(facts: Facts, by: Actor) -> Refusal:
    if facts.case.needs_order:
        return _(
            "The speaker was dissatisfied again: only an order to redo, or an"
            " explanation, ends this."
        )
    return None


def order_pending(facts: Facts, by: Actor) -> Refusal:
    return (
        None
        if facts.case.needs_order
        else _("This is for a matter rated dissatisfied a second time.")
    )


def has_level_above(facts: Facts, by: Actor) -> Refusal:
    return (
        None
        if Level(facts.case.level).above
        else _("There is no level above the county.")
    )


def may_go_down(facts: Facts, by: Actor) -> Refusal:
    """Once a round; not without a village, not in conflict, not a major matter (domain
    §3, send_back).
    """
    case, below = facts.case, Level(facts.case.level).below
    if below is None:
        return _("There is no level below the village.")
    if facts.happened("send_back"):
        return _("It was sent back once already in this round.")
    if facts.concerns or (
        case.conflict_floor and below.rank < Level(case.conflict_floor).rank
    ):
        return _("It concerns a cadre and stays above their level.")
    if below == Level.VILLAGE and case.village_id is None:
        return _("The matter belongs to no village.")
    if below == Level.VILLAGE and case.grade == Grade.MAJOR and not facts.in_four_two:
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
    if (
        facts.case.grade == Grade.MAJOR
        and facts.case.level == Level.VILLAGE
        and not facts.resolved_by_villagers
    ):
        return _(
            "A major matter is decided by the town, or in the village by the six steps:"
            " report it up, or begin that."
        )
    return None


def not_dissatisfied(facts: Facts, by: Actor) -> Refusal:
    return (
        _("The speaker was dissatisfied: it cannot be taken back any more.")
        if facts.dissatisfied
        else None
    )


def replied(facts: Facts, by: Actor) -> Refusal:
    case = facts.case
    if not (
        case.replied_at and case.completed_at and case.replied_at >= case.completed_at
    ):
        return _("Reply to the speaker first.")
    return None


def not_yet_rated(facts: Facts, by: Actor) -> Refusal:
    return _("This round has its rating already.") if facts.rating else None


def tried_enough(facts: Facts, by: Actor) -> Refusal:
    """3 logged attempts on different days, or 30 days after the reply (domain §3,
    close_unrated).
    """
    days = {workdays.local_day(event.at) for event in facts.happened("attempt")}
    if len(days) < settings.ATTEMPTS_BEFORE_CLOSING and not facts.case.is_left_unrated(
        facts.at
    ):
        return _("Try on %(count)s different days first.") % {
            "count": settings.ATTEMPTS_BEFORE_CLOSING
        }
    return None


def may_reopen(facts: Facts, by: Actor) -> Refusal:
    case = facts.case
    if case.close_reason == CloseReason.MERGED:
        return _("It was merged; open the other matter.")
    if case.adopted_from:
        return _("It was taken over from an old ledger; register it anew.")
    if not isinstance(by, Speaker):
        return None
    if any(
        event.actor_kind == "speaker"
        for event in facts.happened("reopen", this_round=False)
    ):
        return _("You opened it again once already; please ask at the counter.")
    if case.closed_at and facts.at > case.closed_at + timedelta(
        days=settings.SPEAKER_REOPEN_DAYS
    ):
        return _(
            "It was closed more than %(days)s days ago; please ask at the counter."
        ) % {"days": settings.SPEAKER_REOPEN_DAYS}
    return None


def not_merged(facts: Facts, by: Actor) -> Refusal:
    return (
        _("It was merged; look at the other matter.")
        if facts.case.close_reason == CloseReason.MERGED
        else None
    )


def graded_minor(facts: Facts, by: Actor) -> Refusal:
    if facts.case.grade in ("", Grade.MINOR):
        return None
    return _("It was graded higher than minor; such a matter is deliberated.")


def not_acknowledged(facts: Facts, by: Actor) -> Refusal:
    held = facts.held_by(by.post, facts.active) if isinstance(by, Officer) else []
    return (
        None
        if any(not item.acknowledged_at for item in held)
        else _("You have acknowledged it already.")
    )


def not_reported(facts: Facts, by: Actor) -> Refusal:
    held = facts.held_by(by.post, facts.assistants) if isinstance(by, Officer) else []
    return (
        None
        if any(not item.reported_at for item in held)
        else _("Your part is reported already.")
    )


def not_given_back(facts: Facts, by: Actor) -> Refusal:
    held = facts.held_by(by.post, facts.assistants) if isinstance(by, Officer) else []
    asked = {item.assignment_id for item in facts.hand_backs}
    return (
        None
        if any(item.pk not in asked for item in held)
        else _("You have asked already.")
    )


def part_given_back(facts: Facts, by: Actor) -> Refusal:
    return None if facts.hand_backs else _("There is no request to rule on.")


def may_protect(facts: Facts, by: Actor) -> Refusal:
    """Up by the owner, down by a reviewer: refused where neither would change
    anything.
    """
    rank = Confidentiality(facts.case.confidentiality).rank
    up = (
        isinstance(by, Officer)
        and rank < Confidentiality.SECRET.rank
        and by.post in owners_posts(facts)
    )
    if up or (
        rank
        and isinstance(by, Officer)
        and by.post in REVIEWERS.may(facts, Handled.NOBODY)
    ):
        return None
    return _(
        "Whoever holds the matter may protect it more; only a reviewer may protect it"
        " less."
    )


def assistants_left(facts: Facts, by: Actor) -> Refusal:
    waiting = any(not (item.reported_at or item.waived_at) for item in facts.assistants)
    return None if waiting else _("Every assistant has reported.")


def once_a_day(facts: Facts, by: Actor) -> Refusal:
    today = {
        workdays.local_day(event.at)
        for event in facts.happened("urge", this_round=False)
    }
    return _("You asked today already; they know.") if facts.on in today else None


def ten_a_day(facts: Facts, by: Actor) -> Refusal:
    """By code alone, at no counter: who finds a receipt shall not bury the case under
    words.
    """
    if isinstance(by, Speaker) and by.helped_by:
        return None
    added = [
        event
        for event in facts.happened("supplement", this_round=False)
        if "entered_by" not in event.data
    ]
    if sum(workdays.local_day(event.at) == facts.on for event in added) < MOST_ADDED:
        return None
    return _("That is enough for one day. Come back tomorrow, or call the village.")


def no_extension_yet(facts: Facts, by: Actor) -> Refusal:
    if facts.extended_to:
        return _("More time was given once already in this round.")
    return (
        _("You have asked already.")
        if facts.open_request(RequestKind.EXTENSION)
        else None
    )


def not_suspended(facts: Facts, by: Actor) -> Refusal:
    if facts.suspension:
        return _("It is suspended already.")
    return (
        _("You have asked already.")
        if facts.open_request(RequestKind.SUSPENSION)
        else None
    )


def extension_asked(facts: Facts, by: Actor) -> Refusal:
    return (
        None
        if facts.open_request(RequestKind.EXTENSION)
        else _("There is no request to rule on.")
    )


def suspension_asked(facts: Facts, by: Actor) -> Refusal:
    return (
        None
        if facts.open_request(RequestKind.SUSPENSION)
        else _("There is no request to rule on.")
    )


def suspended(facts: Facts, by: Actor) -> Refusal:
    """A suspension ends by an officer at any time, by the system on its date."""
    if not facts.suspension:
        return _("It is not suspended.")
    if isinstance(by, System) and facts.suspension.until_on > facts.on:
        return _("The suspension runs on.")
    return None


def not_deferred_before(facts: Facts, by: Actor) -> Refusal:
    return _("It was put off once already.") if facts.deferred_this_visit() else None


def has_concerns(facts: Facts, by: Actor) -> Refusal:
    return None if facts.concerns else _("It concerns no cadre.")


def owner_due(facts: Facts, by: Actor) -> Refusal:
    """Whether a new owner is due: the post of the present one ended, or another one is
    on duty by now.
    """
    if owner_gone(facts) or roster_went_on(facts):
        return None
    return _("The matter has an owner.")


def roster_went_on(facts: Facts) -> bool:
    """Whether a village's case in 说 or 评 is with somebody off duty while whom it
    should be with is on.
    """
    case = facts.case
    if case.stage not in FOLLOWING or any(
        post.pk == case.owner_post_id for post in facts.on_duty
    ):
        return False
    return find_owner(facts)[0] in facts.on_duty


def receipt_awaited(facts: Facts, by: Actor) -> Refusal:
    reports = facts.happened("mandatory_report", this_round=False)
    received = sum(bool(event.data.get("received")) for event in reports)
    if len(reports) > received + len(facts.happened("receipt", this_round=False)):
        return None
    return _("No receipt of a red-line report is awaited.")


def owner_gone(facts: Facts) -> bool:
    case = facts.case
    if case.owner_post_id:
        return all(post.pk != case.owner_post_id for post in facts.posts)
    return all(post.office_id != case.owner_office_id for post in facts.posts)
