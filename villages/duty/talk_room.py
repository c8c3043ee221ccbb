"""群众说事室: its place, hours and phone, entered by the village's secretary."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from minshi import workdays
from minshi.crypto import office_phone
from minshi.errors import Faults, InputRefused
from minshi.seen import mark_of, refuse_unseen
from villages.duty.rights import lock_roster, talk_room_post
from villages.models import TalkRoom, User, Village
from villages.models.duty import LAST_TALK_DAY


@transaction.atomic
def describe_talk_room(
    village: Village,
    *,
    place: str,
    hours: str,
    phone: str,
    talk_day: int,
    names_officers: bool = False,
    seen: str | None = None,
    by: User,
    at: datetime,
) -> TalkRoom:
    """Enter where a village listens and when, and whether the tracking page names the
    officer who has a matter, or the village committee alone.

    NoSuchRight: not its secretary. InputRefused: no place, no such day, no telephone.
    StaleVersion: it was described otherwise since it was `seen` (`mark_of_talk_room`).
    """
    talk_room_post(by, village, workdays.local_day(at))
    faults = Faults()
    with faults.noted():
        if not place.strip():
            raise InputRefused.at(place=_("Say where the talk room is."))
    with faults.noted():
        if not 1 <= talk_day <= LAST_TALK_DAY:
            text = _("Choose a day from 1 to %(last)s.") % {"last": LAST_TALK_DAY}
            raise InputRefused.at(talk_day=text)
    with faults.noted():
        phone = _checked_phone(phone)
    faults.refuse()

    lock_roster(village.pk)
    room = TalkRoom.objects.filter(village=village).first() or TalkRoom(village=village)
    stands = ", ".join(filter(None, (room.place, room.hours, room.phone)))
    described_since = _(
        "This was changed meanwhile: %(room)s. Look at it and save once more; then"
        " yours stands."
    ) % {"room": stands}
    refuse_unseen(mark_of_talk_room(room), seen, described_since)

    room.place = place.strip()
    room.hours = hours.strip()
    room.phone = phone
    room.talk_day = talk_day
    room.names_officers = names_officers
    room.save()
    return room


def mark_of_talk_room(room: TalkRoom | None) -> str:
    return mark_of(room, ("place", "hours", "phone", "talk_day", "names_officers"))


def _checked_phone(phone: str) -> str:
    """Return the telephone that receipts print. InputRefused: nobody can ring it up."""
    try:
        return office_phone(phone)
    except ValidationError as error:
        raise InputRefused.at(phone=" ".join(error.messages)) from error


def hours_in_words(hours: str) -> str:
    """Return opening hours in the reader's language, as far as they are usual words.

    They are typed in Chinese; the times stand as they are.
    """
    days = {
        "工作日": pgettext("opening hours", "working days"),
        "每天": _("every day"),
        "周一至周五": _("Monday to Friday"),
        "周一到周五": _("Monday to Friday"),
    }
    for typed, said in days.items():
        hours = hours.replace(typed, said)
    return hours
