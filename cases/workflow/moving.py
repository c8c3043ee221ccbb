"""make_move: lock, version, stage, right, needs; write; clock; record – in that order,
for everybody.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeGuard
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Value
from django.utils.translation import gettext as _

from cases.models import Case, Event
from cases.workflow.actions import Action
from cases.workflow.actors import Actor, Officer, Speaker, System
from cases.workflow.facts import Facts, read_facts
from cases.workflow.inputs import check_inputs, still_open, unfinished
from cases.workflow.move import Move
from cases.workflow.moves import MOVES
from cases.workflow.record import record
from cases.workflow.step import Step
from minshi import workdays
from minshi.errors import (
    InputRefused,
    MoveRefused,
    NoSuchRight,
    StaleVersion,
    Text,
)
from minshi.idempotency import fingerprint, refuse_reuse
from villages.models import Post, User


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
    about: Mapping[str, Any] | None = None,
    **values: Any,
) -> Case:
    """Moves a case one step and returns it as it stands then; the only writer of stage
    and Event.

    `values` are the inputs that MOVES names for the action; `note` stands for the input
    that is the event's note, or follows it. `version` is the one the actor saw, `key`
    makes a retry harmless. `facts`, read a moment ago for the page or call, serve while
    the locked case is at their version: what they hold of it changes by moves alone.
    `about` goes into the event's data: the meeting and agenda item that decided it.
    Raises MoveRefused (wrong stage, a need not met), NoSuchRight (the post may not),
    StaleVersion (changed meanwhile), KeyReused (the key came before with other words),
    InputRefused (a field missing or wrong). Source: domain §3, the moves table.
    """
    sent = fingerprint(action, values, note) if key else ""
    into = values.get("into")
    if isinstance(into, Case):
        lock_in_order(case, into)
        values["into"] = lock_visible(into, by, at)[0]
    locked, is_repeat = lock_visible(case, by, at, key)
    if is_repeat or (
        key and version != locked.version and locked.events.filter(key=key).exists()
    ):
        refuse_other_words(locked.events.filter(key=key), sent)
        return locked
    if version is not None and version != locked.version:
        raise StaleVersion(
            _("Somebody else has changed this matter since you opened it.")
        )
    move = MOVES[action]
    if note and (name := note_input(move)) and not values.get(name):
        values[name], note = note, ""
    facts = (
        replace(facts, case=locked)
        if _still_holds(facts, locked, at)
        else read_facts(locked, at)
    )
    _check(move, facts, by)
    composed = not isinstance(by, Speaker)  # what villagers write may hold any brackets
    if composed and (gap := unfinished(note)):
        raise InputRefused.at(note=still_open(gap))
    step = Step(facts, by, check_inputs(move.inputs, values, composed=composed))
    name = note_input(move)
    words = [step.values[name] or "" if name else "", note]
    step.data.update(about or {})
    if key:
        step.data["sent"] = sent
    return _carry_out(step, action, move.effect, "\n".join(filter(None, words)), key)


def refuse_other_words(events: Iterable[Event], sent: str) -> None:
    """KeyReused: nothing said may vanish behind a retry. `sent` is the fingerprint of
    what is said now.
    """
    for event in events:
        refuse_reuse(event.data.get("sent", sent), sent)


def note_input(move: Move) -> str | None:
    return next((item.name for item in move.inputs if item.is_note), None)


def lock_in_order(*cases: Case) -> None:
    """Two cases are locked lowest id first by everybody, so that two merges that cross
    never wait for each other.
    """
    rows = Case.objects.filter(pk__in=[case.pk for case in cases]).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).only("pk"))


def _still_holds(facts: Facts | None, locked: Case, at: datetime) -> TypeGuard[Facts]:
    return facts is not None and (facts.case.pk, facts.case.version, facts.at) == (
        locked.pk,
        locked.version,
        at,
    )


def lock_visible(
    case: Case, by: Actor, at: datetime, key: UUID | None = None
) -> tuple[Case, bool]:
    """Locks the row, within the officer's sight; a row outside it is as if it did not
    exist.

    With it, whether the key was on one of its events already, before any wait for the
    lock.
    """
    rows = Case.objects.all()
    if isinstance(by, Officer):
        rows = rows.visible_to(by.user, workdays.local_day(at))
    elif isinstance(by, Speaker) and (by.case is None or by.case.pk != case.pk):
        rows = rows.none()
    used = (
        Exists(Event.objects.filter(case=OuterRef("pk"), key=key))
        if key
        else Value(False)
    )
    try:
        rows = rows.select_for_update(of=("self",), no_key=True).select_related("town")
        locked = rows.annotate(key_used=used).get(pk=case.pk)
    except Case.DoesNotExist:
        raise NoSuchRight(
            _("There is no such matter, or it is not yours to handle.")
        ) from None
    return locked, bool(vars(locked)["key_used"])


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
    return (
        move.who is not None
        and by.user.pk == by.post.user_id
        and by.post in move.who.may(facts, move.handled)
    )


def refusal_of(move: Move, facts: Facts, by: Actor) -> Text | None:
    """The first reason in the way of the move, in the user's words; None if there is
    none.
    """
    for guard in move.guards:
        if words := guard(facts, by):
            return words
    return None


def _carry_out(
    step: Step, action: str, effect: Callable[[Step], None], note: str, key: UUID | None
) -> Case:
    """Write, name the owner, record; then what follows, on a case locked already and
    with an event of its own.
    """
    case, source = step.case, step.case.stage
    effect(step)
    step.settle_up()
    case.version += 1
    data = {"version": case.version, **step.data}
    if isinstance(step.by, Speaker) and step.by.helped_by:
        data["entered_by"] = step.by.helped_by.pk
    record(
        case,
        action,
        by=step.by,
        at=step.at,
        source=source,
        note=note,
        data=data,
        personal=step.personal,
        key=key,
        names=lambda: step.facts.names,
    )
    if step.alarm:
        record(
            case, Action.ALARM, by=System("nobody_left"), at=step.at, source=case.stage
        )
    if not any(
        wake.case is case for wake in step.follows
    ):  # the last step of a case in this move saves it
        case.save()
    for wake in step.follows:
        facts = step.facts if wake.case is case else read_facts(wake.case, step.at)
        _carry_out(
            Step(facts, wake.by, wake.values),
            wake.action,
            wake.effect,
            wake.values.get("reason", ""),
            None,
        )
    return case


@dataclass(frozen=True)
class Offer:
    """A move open to somebody, and the post they would act from (None for the
    speaker).
    """

    action: Action
    move: Move
    post: Post | None


def moves_open_to(
    actor: User | Speaker, case: Case, at: datetime, facts: Facts | None = None
) -> list[Offer]:
    """What may be done now, in the order of MOVES: the buttons of a page and the
    choices of the API.

    The case must be one the user sees. Queries: those of `read_facts` and the user's
    posts.
    """
    facts = facts or read_facts(case, at)
    posts = [] if isinstance(actor, Speaker) else actor.posts_on(facts.on)
    return [
        offer
        for action, move in MOVES.items()
        if (offer := _offer(action, move, facts, actor, posts))
    ]


def offer_to(
    actor: User | Speaker,
    case: Case,
    action: str,
    at: datetime,
    facts: Facts | None = None,
) -> Offer | None:
    """One move by its name, if it is open to the actor now; as `moves_open_to`, without
    judging the others.
    """
    facts = facts or read_facts(case, at)
    posts = [] if isinstance(actor, Speaker) else actor.posts_on(facts.on)
    known = Action(action) if action in MOVES else None
    return _offer(known, MOVES[known], facts, actor, posts) if known else None


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
