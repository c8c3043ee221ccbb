"""The wall of a town (ux 2.9): figures of the past year that name nobody, opened by a
token of its own.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.ledgers.period import TWELVE_MONTHS
from minshi.errors import InputRefused, NoSuchRight, said
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
from villages.models import Town, User
from villages.models.audit import AuditKind
from villages.rights import CONFIGURE

TOKEN_BYTES = 24
RATES = ("rate.answered", "rate.solved", "rate.satisfied")


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
    request: HttpRequest | None = None,
) -> tuple[Wall, str]:
    """Let a screen show a town's figures, and return it with its token, which nobody
    can read again. NoSuchRight: not the system's administrator. InputRefused: no word
    of where it hangs.
    """
    _require_right(by, at)
    name = said(clean_line(name), name=_("Say where it hangs."))
    longest = Wall._meta.get_field("name").max_length or 0
    if len(name) > longest:
        words = _("At most %(length)s characters.") % {"length": longest}
        raise InputRefused.at(name=words)

    token = secrets.token_urlsafe(TOKEN_BYTES)
    wall = Wall.objects.create(
        town=town, name=name, digest=digest_of(token), given_at=at, given_by=by
    )
    subject = _("wall given: %(wall)s") % {"wall": wall}
    record_audit(AuditKind.EXPORT, at=at, user=by, subject=subject, request=request)
    return wall, token


@transaction.atomic
def end_wall(
    wall: Wall, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """End a wall; one that was ended stays as it is, and nothing is recorded again.
    NoSuchRight: not the system's administrator.
    """
    _require_right(by, at)
    if Wall.objects.filter(pk=wall.pk, ended_at=None).update(ended_at=at):
        subject = _("wall ended: %(wall)s") % {"wall": wall}
        record_audit(AuditKind.EXPORT, at=at, user=by, subject=subject, request=request)


def _require_right(by: User, at: datetime) -> None:
    if not by.holds(local_day(at), *CONFIGURE):
        raise NoSuchRight(_("Only the system's administrator gives and ends walls."))


def wall_of(token: str) -> Wall | None:
    """Return the wall that a token opens; None: none, or it was ended. One query."""
    walls = Wall.objects.filter(digest=digest_of(token), ended_at=None)
    return walls.select_related("town").first()


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
