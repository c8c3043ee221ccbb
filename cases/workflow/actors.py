"""Actors: an officer from a post, the speaker behind the code, or the system."""

from dataclasses import dataclass

from cases.models import Case
from cases.models.choices import ActorKind
from villages.models import Post, User

ROSTER = "follow_roster"  # the task by which cases follow the duty roster


@dataclass(frozen=True)
class Officer:
    user: User
    post: Post
    kind = ActorKind.OFFICER


@dataclass(frozen=True)
class Speaker:
    """The villager, known by the tracking code of `case`; None while registering."""

    case: Case | None
    via: str  # code, counter, qr_code, mini_program
    helped_by: Post | None = None  # the officer who typed it at the counter
    kind = ActorKind.SPEAKER


@dataclass(frozen=True)
class System:
    task: str
    kind = ActorKind.SYSTEM


Actor = Officer | Speaker | System


def officer_typing(actor: Actor) -> Officer | None:
    """Return the officer who types: the actor, or whoever helps the villager at the
    counter. None for a villager alone and for the system.
    """
    if isinstance(actor, Officer):
        return actor
    if isinstance(actor, Speaker) and actor.helped_by:
        return Officer(actor.helped_by.user, actor.helped_by)
    return None
