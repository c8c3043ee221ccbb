"""What was taken down in a shift, for the draft of its hand-over."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from cases.models import Case, Event
from cases.models.choices import Channel, Confidentiality
from cases.privacy.redactor import public_titles
from cases.workflow import Action
from minshi import workdays
from villages.duty.drafting import ShiftDone
from villages.models import DutyShift, Post, User

MOST_NAMED = 10  # matters in a line
COME_BY = (Channel.TALK_ROOM, Channel.TALK_DAY)


def taken_down_in(
    shift: DutyShift, on_duty: Sequence[Post], user: User, at: datetime
) -> ShiftDone:
    """Tell how many matters the officers of a shift took down, which of them they
    settled on the spot, and with whom the others are.

    The note stands in the duty ledger: nobody who spoke is named, and no secret matter.
    Three queries.
    """
    cases = _registered_in(shift, on_duty, user, at)
    if not cases:
        return ShiftDone()

    titles = public_titles(cases)
    settled = _settled(cases)
    lines = [_("Taken down: %(number)s.") % {"number": len(cases)}]

    at_once = []
    still_open = []
    for case in cases:
        if case.pk in settled:
            at_once.append(named(case, titles))
        elif case.is_open:
            still_open.append(_with_holder(case, titles))

    if at_once:
        lines.append(_("Settled on the spot: %(cases)s.") % {"cases": listed(at_once)})
    if still_open:
        lines.append(_("Still open: %(cases)s.") % {"cases": listed(still_open)})

    came_by = sum(case.channel in COME_BY for case in cases)
    return ShiftDone(lines, came_by)


def named(case: Case, titles: dict[int, str]) -> str:
    """Name a matter by its number, and by its title where everybody may read that."""
    return f"{case.number} {titles.get(case.pk, '')}".strip()


def listed(names: Sequence[str]) -> str:
    """List the first names; of the others say how many they are."""
    text = "、".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    if more > 0:
        text += _(" and %(number)s more") % {"number": more}
    return text


def _registered_in(
    shift: DutyShift, on_duty: Sequence[Post], user: User, at: datetime
) -> list[Case]:
    """Return what was taken down in a shift and others may read in its note, whoever
    they are: nothing secret, nothing that concerns a cadre.
    """
    visible = Case.objects.visible_to(user, workdays.local_day(at))
    taken_down = visible.about_nobody().filter(
        village=shift.village_id,
        recorded_by__in=[post.pk for post in on_duty],
        registered_at__gte=shift.starts_at,
        registered_at__lt=shift.ends_at,
    )
    not_secret = taken_down.exclude(confidentiality=Confidentiality.SECRET)
    return list(not_secret.with_row().order_by("registered_at", "pk"))


def _settled(cases: Iterable[Case]) -> set[int]:
    settled = Event.objects.filter(case__in=cases, action=Action.SETTLE)
    return set(settled.values_list("case", flat=True))


def _with_holder(case: Case, titles: dict[int, str]) -> str:
    name = named(case, titles)
    holder = case.owner_office or (case.owner_post and case.owner_post.user)
    if not holder:
        return name
    return _("%(case)s (with %(holder)s)") % {"case": name, "holder": holder}
