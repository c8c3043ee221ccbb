"""The wall of a town (ux 2.9): figures of the past year that name nobody, opened by a
token of its own.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.ledgers.period import TWELVE_MONTHS
from minshi.crypto import blind_index
from minshi.errors import InputRefused, NoSuchRight, said
from minshi.idempotency import refuse_reuse
from minshi.text import clean_line
from minshi.workdays import local_day
from supervision.figures.asking import days_named
from supervision.figures.definitions import IN_SHORT, SHARES
from supervision.figures.for_all import reading_for_all, topics_for_all
from supervision.figures.periods import Days
from supervision.figures.pictures import Bar
from supervision.figures.places import parts_of
from supervision.figures.reading import Figures
from supervision.figures.shown import share_in_short
from supervision.figures.trend import Week, by_week, weeks_until
from supervision.models import Wall
from villages.audit import record_audit
from villages.finals import Columns, Final, change_recorded, seal_final
from villages.models import Town, User
from villages.models.audit import AuditKind
from villages.rights import CONFIGURE

TOKEN_BYTES = 24
RATES = ("rate.answered", "rate.solved", "rate.satisfied")

# an address opens a page without a log-in, as long as its wall is not ended
WALL = Final(
    "wall",
    Columns(Wall, ("town_id", "name", "digest", "given_at", "given_by_id", "ended_at")),
)


@dataclass(frozen=True)
class VillageOnWall:
    name: str
    received: int
    open: int
    overdue: int
    satisfied: str
    bar: int  # of the share, in whole hundredths; 0 where it is not worked out


@dataclass(frozen=True)
class RateOnWall:
    label: str
    shown: str
    part: int
    whole: int
    in_short: str
    meaning: str


@dataclass(frozen=True)
class OnWall:
    town: Town
    days: Days
    at: datetime
    total: Figures
    villages: list[VillageOnWall]
    rates: list[RateOnWall]
    weeks: list[Week]
    topics: list[Bar]

    @property
    def received(self) -> int:
        return self.total.count("case.received.count")

    @property
    def concluded(self) -> int:
        return self.total.count("case.concluded.count")


@transaction.atomic
def give_wall(
    town: Town,
    name: str,
    *,
    by: User,
    at: datetime,
    key: UUID | None = None,
    request: HttpRequest | None = None,
) -> tuple[Wall, str]:
    """Let a screen show a town's figures, and return it with its token, which nobody
    can read again: only the same form, sent twice, gives the same wall and token.

    NoSuchRight: not the system's administrator. InputRefused: no word of where it
    hangs. KeyReused: the form gave another wall before, or one that was ended.
    """
    _require_right(by, at)
    name = said(clean_line(name), name=_("Say where it hangs."))
    longest = Wall._meta.get_field("name").max_length or 0
    if len(name) > longest:
        words = _("At most %(length)s characters.") % {"length": longest}
        raise InputRefused.at(name=words)

    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # who may click twice
    token = _token_from(key or uuid4())
    given = Wall.objects.filter(digest=digest_of(token)).first()
    if given:
        before = (given.town_id, given.name, given.given_by_id, given.ended_at)
        refuse_reuse(before, (town.pk, name, by.pk, None))
        return given, token

    wall = Wall.objects.create(
        town=town, name=name, digest=digest_of(token), given_at=at, given_by=by
    )
    seal_final(WALL, wall, at=at, user=by)
    subject = _("wall given: %(wall)s") % {"wall": wall}
    record_audit(AuditKind.WALL, at=at, user=by, subject=subject, request=request)
    return wall, token


@transaction.atomic
def end_wall(
    wall: Wall, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """End a wall; one that was ended stays as it is, and nothing is recorded again.
    NoSuchRight: not the system's administrator.
    """
    _require_right(by, at)
    wall = Wall.objects.select_for_update().get(pk=wall.pk)
    if wall.ended_at:
        return

    wall.ended_at = at
    with change_recorded(WALL, wall, at=at, user=by):
        wall.save(update_fields=["ended_at"])
    subject = _("wall ended: %(wall)s") % {"wall": wall}
    record_audit(AuditKind.WALL, at=at, user=by, subject=subject, request=request)


def _require_right(by: User, at: datetime) -> None:
    if not by.holds(local_day(at), *CONFIGURE):
        raise NoSuchRight(_("Only the system's administrator gives and ends walls."))


def wall_of(token: str) -> Wall | None:
    """Return the wall that a token opens; None: none, or it was ended. One query."""
    walls = Wall.objects.filter(digest=digest_of(token), ended_at=None)
    return walls.select_related("town").first()


def _token_from(key: UUID) -> str:
    """Return the token of a form by its key, which is stored nowhere: without our key
    nobody works it out.
    """
    hashed = bytes.fromhex(blind_index(str(key), "address of a wall"))
    return urlsafe_b64encode(hashed[:TOKEN_BYTES]).decode()


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def on_wall(town: Town, at: datetime) -> OnWall:
    """Return what the wall of a town shows."""
    days = days_named(TWELVE_MONTHS, local_day(at))
    reading = reading_for_all(town, at)
    weeks = weeks_until(days.last)
    read = reading.read([days], weeks)
    (by_part,) = read.parts
    total = Figures.together(by_part.values())

    villages = []
    for part in parts_of(reading.place):
        if part.is_village:
            figures = by_part.get(part.code, Figures.none())
            villages.append(_village(part.name, figures))
    return OnWall(
        town=town,
        days=days,
        at=at,
        total=total,
        villages=villages,
        rates=[_rate(code, total) for code in RATES],
        weeks=by_week(read.by_day, weeks, total.count("case.open.count")),
        topics=topics_for_all(total),
    )


def _village(name: str, figures: Figures) -> VillageOnWall:
    satisfied = figures.share("rate.satisfied")
    return VillageOnWall(
        name=name,
        received=figures.count("case.received.count"),
        open=figures.count("case.open.count"),
        overdue=figures.count("case.overdue.count"),
        satisfied=share_in_short(satisfied),
        bar=round(satisfied.percent or 0),
    )


def _rate(code: str, total: Figures) -> RateOnWall:
    rate = SHARES[code]
    share = total.share(code)
    return RateOnWall(
        label=str(rate.label),
        shown=share_in_short(share),
        part=share.part,
        whole=share.whole,
        in_short=str(IN_SHORT.get(code, "")),
        meaning=str(rate.meaning),
    )
