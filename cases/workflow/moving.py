"""make_move: the one way in which a case moves, the same for everybody."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeGuard
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case, Event
from cases.models.scope import Sight
from cases.privacy.personal import fold_words
from cases.workflow.actions import Action
from cases.workflow.actors import Actor, Officer, Speaker, System
from cases.workflow.changed_before import note_what_was_changed
from cases.workflow.effects.protection import is_of_household, leave_household
from cases.workflow.event_data import EventData, data_of
from cases.workflow.facts import Facts
from cases.workflow.inputs import check_inputs, still_open, unfinished
from cases.workflow.move import Move
from cases.workflow.moves import MOVES
from cases.workflow.reading_facts import read_facts
from cases.workflow.record import record
from cases.workflow.speakers import note_register
from cases.workflow.step import Effect, Step
from minshi import workdays
from minshi.errors import (
    InputRefused,
    MoveRefused,
    NoSuchRight,
    StaleVersion,
    Text,
)
from minshi.idempotency import fingerprint, key_reused, refuse_reuse
from minshi.prepared import prepared
from villages.models import Post, User

# A person's request reads the clock before it waits for the lock, and the clocks of two
# hosts differ; neither is ever more than a few minutes.
CLOCKS_APART = timedelta(minutes=5)
LEAVE_HOUSEHOLD = "leave_household"  # the command that does so after an update


@transaction.atomic
def make_move(
    case: Case,
    action: Action,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
    version: int | None = None,
    key: UUID | None = None,
    facts: Facts | None = None,
    about: EventData | None = None,
    **values: Any,
) -> Case:
    """Move a case one step and return it as it stands then.

    1. Lock the case, and with it the other case that the move changes, if any.
    2. Return a case that this key has moved already; refuse a stale version.
    3. Check stage, right, guards and inputs.
    4. Note what SQL has changed since the last event, so that it stays found.
    5. Change the case, name its owner, write the event.
    Nothing else writes a stage or an Event (domain §3, the moves table), but for
    `leave_household_of`.

    `values` are the inputs that MOVES names for the action; `note` stands for the input
    that is the event's note, or follows it. `version` is the one the actor saw, `key`
    makes a retry harmless. `facts`, read a moment ago for the page or call, serve while
    the locked case is at their version: they change by moves alone. `about` goes into
    the event's data: the meeting and agenda item that decided it. `at` is that of the
    last event where a person's is a little earlier.
    Raises MoveRefused (wrong stage, a need not met), NoSuchRight (the post may not),
    StaleVersion (changed meanwhile), KeyReused (the key came before with other words,
    or wrote to another case), InputRefused (a field missing or wrong).
    """
    move = MOVES[action]
    sent = fingerprint(action, values, note) if key else ""

    other = values.get(move.also_locks)
    if isinstance(other, Case):
        lock_in_order(case, other)
        other = lock_visible(other, by, at)
        values[move.also_locks] = other
    locked = lock_visible(case, by, at, key)

    if _is_used_here(locked) or _was_used_meanwhile(key, locked, version):
        refuse_other_words(locked.events.filter(key=key), sent)
        return locked
    if _is_used_elsewhere(locked):
        raise key_reused()
    if version is not None and version != locked.version:
        raise StaleVersion(
            _("Somebody else has changed this matter since you opened it.")
        )

    at = _after_the_last(at, by, locked)
    if isinstance(other, Case):
        at = _after_the_last(at, by, other)
    if _still_holds(facts, locked, at):
        facts = replace(facts, case=locked)
    else:
        facts = read_facts(locked, at)
    _check(move, facts, by)

    # what villagers write may hold any brackets
    is_composed = not isinstance(by, Speaker)
    checked, full_note = _checked_inputs(
        move, values, note, facts=facts, is_composed=is_composed
    )
    note_what_was_changed(locked)
    if isinstance(other, Case):
        note_what_was_changed(other)
    step = Step(facts, by, checked)
    if about:
        step.data.update(about)
    if key:
        step.data["sent"] = sent
    return _carry_out(step, action, move.effect, full_note, key)


@transaction.atomic
def leave_household_of(case: Case, *, at: datetime) -> bool:
    """Take the group of the speaker's household off a matter that was hidden by an
    older version, as protecting it does; True where it had one.

    The system's own correction, with an event as every other: what SQL has changed
    before stays found.
    """
    by = System(LEAVE_HOUSEHOLD)
    locked = lock_visible(case, by, at)
    if not is_of_household(locked):
        return False

    note_what_was_changed(locked)
    at = max(at, locked.last_event_at or at)
    step = Step(read_facts(locked, at), by, {})
    _carry_out(step, Action.AMEND, leave_household, "", None)
    return True


def _checked_inputs(
    move: Move,
    values: dict[str, Any],
    note: str,
    *,
    facts: Facts,
    is_composed: bool,
) -> tuple[dict[str, Any], str]:
    """Return the checked values, and the note of the event.

    A note that was given stands for the input that is the note, or follows it.
    """
    name = move.note_input
    if note and name and not values.get(name):
        values = {**values, name: note}
        note = ""

    if is_composed and (gap := unfinished(note)):
        raise InputRefused.at(note=still_open(gap))
    checked = check_inputs(
        move.inputs,
        values,
        at=facts.at,
        said_at=facts.case.said_at,
        composed=is_composed,
    )
    words = (checked[name] or "") if name else ""
    return checked, "\n".join(filter(None, (words, note)))


def _was_used_meanwhile(key: UUID | None, locked: Case, version: int | None) -> bool:
    """True where the key moved the case while this request waited for the lock."""
    if key is None or version == locked.version:
        return False
    return locked.events.filter(key=key).exists()


def refuse_other_words(events: Iterable[Event], sent: str) -> None:
    """Raise KeyReused unless these events were sent with the same words.

    `sent` is the fingerprint of what is sent now; what is new in it must not be lost
    silently as if it were a retry.
    """
    for event in events:
        refuse_reuse(data_of(event).get("sent", sent), sent)


def lock_in_order(*cases: Case) -> None:
    """Lock cases, lowest id first, so that crossing writers never wait for each other.

    Everybody who locks more than one case does it by this function.
    """
    rows = Case.objects.filter(pk__in=[case.pk for case in cases]).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).only("pk"))


def _after_the_last(at: datetime, by: Actor, locked: Case) -> datetime:
    """Return the time of a step: that of the last event, where that is a little later.

    So of two people who write at once, whichever gets the lock first. A job keeps its
    time, and so does whoever is further behind: `record` refuses them.
    """
    last = locked.last_event_at
    if last is None or isinstance(by, System):
        return at
    return last if at < last <= at + CLOCKS_APART else at


def _still_holds(facts: Facts | None, locked: Case, at: datetime) -> TypeGuard[Facts]:
    if facts is None or facts.at != at:
        return False
    return (facts.case.pk, facts.case.version) == (locked.pk, locked.version)


def lock_visible(case: Case, by: Actor, at: datetime, key: UUID | None = None) -> Case:
    """Lock the row and return it, with what the key has written so far.

    The key is looked up as of before any wait for the lock: whether an event of this
    case has it, or anything at all. NoSuchRight: the case is out of the officer's
    sight, or not the speaker's; as if it did not exist.
    """
    sight = None
    if isinstance(by, Officer):
        sight = Sight.of(by.user, workdays.local_day(at))

    found = []
    is_of_another = isinstance(by, Speaker) and by.case != case
    if not is_of_another:
        found = _locked(case.pk, sight, key)
    if not found:
        raise NoSuchRight(_("There is no such matter, or it is not yours to handle."))

    (locked,) = found
    return locked


@prepared
def _locked(case: int, sight: Sight | None, key: UUID | None) -> QuerySet[Case]:
    rows = Case.objects.filter(pk=case).select_related("town")
    if sight is not None:
        rows = rows.visible_by(sight)
    if key is not None:
        moved = Event.objects.filter(key=key)
        taken_down = Case.objects.filter(key=key)
        rows = rows.annotate(
            key_used=Exists(moved.filter(case=OuterRef("pk"))),
            key_used_at_all=Exists(moved) | Exists(taken_down),
        )
    return rows.select_for_update(of=("self",), no_key=True)


def _is_used_here(locked: Case) -> bool:
    """True where an event of the locked case has the key of this move."""
    return bool(vars(locked).get("key_used"))


def _is_used_elsewhere(locked: Case) -> bool:
    """True where the key of this move took a matter down or moved another one."""
    return bool(vars(locked).get("key_used_at_all"))


def _check(move: Move, facts: Facts, by: Actor) -> None:
    if facts.case.stage not in move.sources:
        raise MoveRefused(_("The matter has already moved on; reload the page."))
    if not _may(move, facts, by):
        raise NoSuchRight(_("Your post does not allow this step."))
    if refusal := refusal_of(move, facts, by):
        raise MoveRefused(refusal)


def _may(move: Move, facts: Facts, by: Actor) -> bool:
    if isinstance(by, System):
        return move.system
    if isinstance(by, Speaker):
        return move.speaker

    if move.who is None or by.user.pk != by.post.user_id:
        return False
    return by.post in move.who.may(facts, move.handled)


def refusal_of(move: Move, facts: Facts, by: Actor) -> Text | None:
    """Return the first reason against the move, in the user's words, or None."""
    for guard in move.guards:
        if words := guard(facts, by):
            return words
    return None


def _carry_out(
    step: Step, action: Action, effect: Effect, note: str, key: UUID | None
) -> Case:
    """Change the case, name its owner, write the event; then make what follows from it.

    What follows happens to a case locked already, with an event of its own. The last
    step of a case within one move saves the row.
    """
    case = step.case
    source = case.stage

    effect(step)
    step.settle_up()
    case.version += 1

    step.data["version"] = case.version
    if told_why := step.values.get("told_why"):
        step.data["told_why"] = told_why
    if isinstance(step.by, Speaker) and step.by.helped_by:
        step.data["entered_by"] = step.by.helped_by.pk
    note_register(case)
    record(
        case,
        action,
        by=step.by,
        at=step.at,
        source=source,
        note=note,
        data=step.data,
        personal=step.personal,
        key=key,
    )
    if step.alarm:
        step.record_alarm()

    goes_on = any(follow.case is case for follow in step.follows)
    if not goes_on:
        fold_words(case)
        case.save()
    for follow in step.follows:
        facts = step.facts if follow.case is case else read_facts(follow.case, step.at)
        next_step = Step(facts, follow.by, follow.values)
        reason = follow.values.get("reason", "")
        _carry_out(next_step, follow.action, follow.effect, reason, None)
    return case


@dataclass(frozen=True)
class Offer:
    """A move open to somebody, and the post they would act from.

    The post is None for the speaker.
    """

    action: Action
    move: Move
    post: Post | None


def moves_open_to(
    actor: User | Speaker, case: Case, at: datetime, facts: Facts | None = None
) -> list[Offer]:
    """List what the actor may do now, in the order of MOVES.

    These are the buttons of a page and the choices of the API. The case must be one the
    user sees. Queries: those of `read_facts` and the user's posts.
    """
    facts = facts or read_facts(case, at)
    posts = _posts_of(actor, facts)

    offers = []
    for action, move in MOVES.items():
        if offer := _offer(action, move, facts, actor, posts):
            offers.append(offer)
    return offers


def offer_to(
    actor: User | Speaker,
    case: Case,
    action: str,
    at: datetime,
    facts: Facts | None = None,
) -> Offer | None:
    """Return one move by its name, if it is open to the actor now.

    As `moves_open_to`, without judging the other moves.
    """
    facts = facts or read_facts(case, at)
    posts = _posts_of(actor, facts)

    if action not in MOVES:
        return None
    asked = Action(action)
    return _offer(asked, MOVES[asked], facts, actor, posts)


def why_not_open(user: User, facts: Facts, action: Action) -> Text | None:
    """Return the reason against a move that is the user's to make but for it.

    None: nothing is against it, or it is not theirs or not of this stage at all. No
    query but for the user's posts.
    """
    move = MOVES[action]
    if move.inner or facts.case.stage not in move.sources:
        return None
    for post in user.posts_on(facts.on):
        by = Officer(user, post)
        if _may(move, facts, by):
            return refusal_of(move, facts, by)
    return None


def _posts_of(actor: User | Speaker, facts: Facts) -> list[Post]:
    return [] if isinstance(actor, Speaker) else actor.posts_on(facts.on)


def _offer(
    action: Action, move: Move, facts: Facts, actor: User | Speaker, posts: list[Post]
) -> Offer | None:
    if move.inner or facts.case.stage not in move.sources:
        return None

    if isinstance(actor, Speaker):
        open_to_speaker = move.speaker and refusal_of(move, facts, actor) is None
        return Offer(action, move, None) if open_to_speaker else None

    for post in posts:
        by = Officer(actor, post)
        if _may(move, facts, by) and refusal_of(move, facts, by) is None:
            return Offer(action, move, post)
    return None
