"""The hours of notices: letters and groups on working days from the morning hour on,
speakers not at night.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.conf import settings

from cases import deadlines
from minshi import workdays
from minshi.workdays import SHANGHAI, WorkCalendar
from supervision.models import NoticeChannel


@dataclass
class Hours:
    """The moments at which notices may go out, seen from one moment; a town's calendar
    is read once.
    """

    at: datetime
    # of towns; the national one stands under None
    calendars: dict[int | None, WorkCalendar] = field(default_factory=dict)

    def first_for(
        self, channel: str, town_id: int | None, *, is_urgent: bool
    ) -> datetime:
        """Return the moment from which a notice written now may go out.

        Letters and groups wait for the next morning, so that a day is one letter.
        """
        if is_urgent or channel == NoticeChannel.INBOX:
            return self.at
        if channel == NoticeChannel.SMS:
            return awake(self.at)
        return self.next_morning(town_id)

    def open_for(
        self, channel: str, town_id: int | None, *, is_urgent: bool
    ) -> datetime:
        """Return the moment at which a notice that is due may go out: now within the
        hours, else when they next begin.

        Asked of each message again as it is sent: a worker may be back, or a try be
        due, at night or on a day off.
        """
        if is_urgent or channel == NoticeChannel.INBOX:
            return self.at
        if channel == NoticeChannel.SMS:
            return awake(self.at)

        today = workdays.local_day(self.at)
        hour = self.at.astimezone(SHANGHAI).hour
        # whatever is set, an hour a day is left
        until = max(settings.QUIET_FROM, settings.DIGEST_HOUR + 1)

        is_working_day = self._calendar(town_id).is_working_day(today)
        if is_working_day and settings.DIGEST_HOUR <= hour < until:
            return self.at
        return self.next_morning(town_id)

    def next_morning(self, town_id: int | None) -> datetime:
        """Return today's morning hour if it is a working day and the hour has not
        passed, else that of the next working day.
        """
        calendar = self._calendar(town_id)
        today = workdays.local_day(self.at)

        morning = _morning_of(calendar.on_or_after(today))
        if morning >= self.at:
            return morning
        return _morning_of(calendar.on_or_after(today + workdays.ONE_DAY))

    def _calendar(self, town_id: int | None) -> WorkCalendar:
        if town_id not in self.calendars:
            today = workdays.local_day(self.at)
            self.calendars[town_id] = deadlines.calendar_of(town_id, today)
        return self.calendars[town_id]


def awake(at: datetime) -> datetime:
    """Return the moment at which a speaker may be written to: now by day, else the end
    of the quiet hours of the evening and the night. On any day of the week.
    """
    local = at.astimezone(SHANGHAI)
    if settings.QUIET_UNTIL <= local.hour < settings.QUIET_FROM:
        return at

    day = local.date()
    if local.hour >= settings.QUIET_FROM:
        day += workdays.ONE_DAY
    return datetime.combine(day, time(settings.QUIET_UNTIL), SHANGHAI)


def _morning_of(day: date) -> datetime:
    return datetime.combine(day, time(settings.DIGEST_HOUR), SHANGHAI)
