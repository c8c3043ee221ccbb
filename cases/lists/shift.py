"""What a shift took down and what waits for it, for the draft of its hand-over."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Afterword, Case, Event
from cases.models.choices import Channel, Confidentiality
from cases.privacy.redactor import public_titles
from cases.templatetags.days import day
from cases.workflow import Action
from minshi import workdays
from villages.duty import on_duty_in
from villages.duty.drafting import ShiftDone
from villages.models import DutyShift, Post, User

MOST_NAMED = 10  # matters in a line
COME_BY = (Channel.TALK_ROOM, Channel.TALK_DAY)


def done_in(
    shift: DutyShift, on_duty: Sequence[Post], user: User, at: datetime
) -> ShiftDone:
    """Tell how many matters the officers of a shift took down, which of them they
    settled on the spot, with whom the others are, and what else waits for them: open
    matters, and words said after closing.

    The note stands in the duty ledger: nobody who spoke is named, and secret matters
    are counted and not named. Five queries, two more once the shift is over.
    """
    keepers = _keepers(shift, on_duty, at)
    cases = _matters(shift, on_duty, keepers, user, at)
    titles = public_titles(cases)

    taken_down = []
    waiting = []
    for case in cases:
        if _is_taken_down_in(shift, on_duty, case):
            taken_down.append(case)
        else:
            waiting.append(case)

    lines = _lines_of_taken_down(taken_down, titles)
    lines += _lines_of_waiting(waiting, titles)
    lines += _lines_of_afterwords(keepers, user, at)

    came_by = sum(case.channel in COME_BY for case in taken_down)
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


def _keepers(shift: DutyShift, on_duty: Sequence[Post], at: datetime) -> list[Post]:
    """Return with whom the matters of the counter are: whoever was on in the shift, and
    once it is over whoever is on duty now.
    """
    keepers = list(on_duty)
    if at >= shift.ends_at:
        keepers += on_duty_in([shift.village_id], at).get(shift.village_id, [])
    return keepers


def _matters(
    shift: DutyShift,
    on_duty: Sequence[Post],
    keepers: Sequence[Post],
    user: User,
    at: datetime,
) -> list[Case]:
    """Return what was taken down in a shift, and what is open and with its officers.

    Nothing that concerns a cadre: others read it in the note, whoever they are.
    """
    taken_down = Q(
        recorded_by__in=[post.pk for post in on_duty],
        registered_at__gte=shift.starts_at,
        registered_at__lt=shift.ends_at,
    )
    is_with_them = Q(owner_post__in=[post.pk for post in keepers])

    visible = Case.objects.visible_to(user, workdays.local_day(at)).about_nobody()
    cases = visible.filter(taken_down | is_with_them, village=shift.village_id)
    return list(cases.with_row().order_by("registered_at", "pk"))


def _is_taken_down_in(shift: DutyShift, on_duty: Sequence[Post], case: Case) -> bool:
    is_by_them = any(post.pk == case.recorded_by_id for post in on_duty)
    return is_by_them and shift.starts_at <= case.registered_at < shift.ends_at


def _lines_of_taken_down(cases: Sequence[Case], titles: dict[int, str]) -> list[str]:
    if not cases:
        return []

    in_the_open = [case for case in cases if not _is_secret(case)]
    settled = _settled(in_the_open)
    at_once = []
    still_open = []
    for case in in_the_open:
        if case.pk in settled:
            at_once.append(named(case, titles))
        elif case.is_open:
            still_open.append(_with_holder(case, titles))

    lines = [_taken_down_in_words(len(in_the_open), len(cases) - len(in_the_open))]
    if at_once:
        lines.append(_("Settled on the spot: %(cases)s.") % {"cases": listed(at_once)})
    if still_open:
        lines.append(_("Still open: %(cases)s.") % {"cases": listed(still_open)})
    return lines


def _taken_down_in_words(in_the_open: int, secret: int) -> str:
    if not secret:
        return _("Taken down: %(number)s.") % {"number": in_the_open}
    return _("Taken down: %(number)s, and %(secret)s secret.") % {
        "number": in_the_open,
        "secret": secret,
    }


def _lines_of_waiting(cases: Sequence[Case], titles: dict[int, str]) -> list[str]:
    """Say what came before the shift or by another way, and is with its officers."""
    names = []
    for case in cases:
        if not _is_secret(case):
            names.append(_by_its_day(named(case, titles), case.due_at))

    words = _with_the_secret(names, len(cases) - len(names))
    if not words:
        return []
    return [_("Also with the duty officer: %(cases)s.") % {"cases": words}]


def _lines_of_afterwords(
    keepers: Sequence[Post], user: User, at: datetime
) -> list[str]:
    """Say which closed matters have a word that the shift's officers are to answer."""
    visible = Case.objects.visible_to(user, workdays.local_day(at)).about_nobody()
    waiting = Afterword.objects.filter(
        answered_at=None,
        owner__in=[post.pk for post in keepers],
        case__in=visible,
    )
    words = list(waiting.select_related("case").order_by("due_at", "pk"))

    names = []
    for word in words:
        if not _is_secret(word.case):
            names.append(_by_its_day(word.case.number, word.due_at))

    said = _with_the_secret(names, len(words) - len(names))
    if not said:
        return []
    return [_("Said after closing, to be answered: %(cases)s.") % {"cases": said}]


def _with_the_secret(names: Sequence[str], secret: int) -> str:
    """List matters by name, and behind them how many secret ones there are."""
    parts = [listed(names)] if names else []
    if secret:
        words = ngettext("%(number)s secret one", "%(number)s secret ones", secret)
        parts.append(words % {"number": secret})
    return "、".join(parts)


def _by_its_day(name: str, due_at: datetime | None) -> str:
    if due_at is None:
        return name
    last_on = day(workdays.last_day_of(due_at))
    return _("%(case)s (by %(day)s)") % {"case": name, "day": last_on}


def _settled(cases: Iterable[Case]) -> set[int]:
    settled = Event.objects.filter(case__in=cases, action=Action.SETTLE)
    return set(settled.values_list("case", flat=True))


def _with_holder(case: Case, titles: dict[int, str]) -> str:
    name = named(case, titles)
    holder = case.owner_office or (case.owner_post and case.owner_post.user)
    if not holder:
        return name
    return _("%(case)s (with %(holder)s)") % {"case": name, "holder": holder}


def _is_secret(case: Case) -> bool:
    return case.confidentiality == Confidentiality.SECRET
