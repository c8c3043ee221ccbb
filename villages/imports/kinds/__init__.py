"""The kinds of lists. An app above adds its own when it is ready."""

from datetime import date

from villages.imports.kinds.base import Kind
from villages.imports.kinds.grid import Groups, Offices
from villages.imports.kinds.links import Links
from villages.imports.kinds.people import People
from villages.imports.kinds.residents import Residents
from villages.imports.kinds.roster import Roster
from villages.imports.kinds.seats import Seats
from villages.models import ImportRun, User
from villages.rights import Roles

KINDS: dict[str, Kind] = {}


def add_kind(kind: Kind) -> None:
    """Offer a kind of list."""
    KINDS[kind.key] = kind


def kinds_of(user: User, on: date) -> list[Kind]:
    """Return the kinds of lists that a user may import, in the order in which a new
    town needs them.
    """
    return [kind for kind in KINDS.values() if user.holds(on, *kind.roles)]


def title_of(run: ImportRun) -> str:
    """Return a list as the audit log names it: its place, its kind and its file."""
    return f"{run.place} {KINDS[run.kind].label} {run.file_name}"


def roles_by_kind() -> dict[str, Roles]:
    return {key: kind.roles for key, kind in KINDS.items()}


for each in (Groups(), Offices(), People(), Residents(), Seats(), Roster(), Links()):
    add_kind(each)

__all__ = ["KINDS", "Kind", "add_kind", "kinds_of", "roles_by_kind", "title_of"]
