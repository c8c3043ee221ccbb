"""群众说事室: its place, hours and phone, kept by the village's secretary."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import InputRefused
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
    by: User,
    at: datetime,
) -> TalkRoom:
    """Says where the village listens and when. NoSuchRight: not its secretary.
    InputRefused: no place, no such day.
    """
    talk_room_post(by, village, workdays.local_day(at))
    if not place.strip():
        text = _("Say where the talk room is.")
        raise InputRefused.at(place=text)
    if not 1 <= talk_day <= LAST_TALK_DAY:
        text = _("Choose a day from 1 to %(last)s.") % {"last": LAST_TALK_DAY}
        raise InputRefused.at(talk_day=text)
    lock_roster(village.pk)
    room = TalkRoom.objects.filter(village=village).first() or TalkRoom(village=village)
    room.place, room.hours, room.phone, room.talk_day = (
        place.strip(),
        hours.strip(),
        phone.strip(),
        talk_day,
    )
    room.save()
    return room
