"""The hours of what goes out: letters and groups on working days from the morning hour
on, speakers not at night.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.conf import settings

from cases import deadlines
from minshi import workdays
from minshi.workdays import SHANGHAI, WorkCalendar
from supervision.models import Channel


@dataclass
class Hours:
    """When a notice may go out, seen from one moment; a town's calendar is read
    once.
    """

    at: datetime
    calendars: dict[int, WorkCalendar] = field(default_factory=dict)

    def first_for(self, channel: str, town_id: int, *, is_urgent: bool) -> datetime:
        """Of what is written now: letters and groups wait for the next morning, so that
        a day is one letter.
        """
        if is_urgent or channel == Channel.INBOX:
            return self.at
        return awake(self.at) if channel == Channel.SMS else self.next_morning(town_id)

    def open_for(self, channel: str, town_id: int, *, is_urgent: bool) -> datetime:
        """Of what is due by now: at once within the hours, else when they next begin.

        Asked of each message again as it is sent: a worker may be back, or a try be
        due, at night or on a day off.
        """
        if is_urgent or channel == Channel.INBOX:
            return self.at
        if channel == Channel.SMS:
            return awake(self.at)
        today, local = workdays.local_day(self.at), self.at.astimezone(SHANGHAI)
        # whatever is set, an hour a day is left
        until = max(settings.QUIET_FROM, settings.DIGEST_HOUR + 1)
        if (
            self._calendar(town_id).is_working_day(today)
            and settings.DIGEST_HOUR <= local.hour < until
        ):
            return self.at
        return self.next_morning(town_id)

    def next_morning(self, town_id: int) -> datetime:
        """The morning hour of today where it is a working day and the hour has not
        passed, else of the next one.
        """
        calendar, today = self._calendar(town_id), workdays.local_day(self.at)
        morning = _morning_of(calendar.on_or_after(today))
        if morning >= self.at:
            return morning
        return _morning_of(calendar.on_or_after(today + workdays.ONE_DAY))

    def _calendar(self, town_id: int) -> WorkCalendar:
        if town_id not in self.calendars:
            self.calendars[town_id] = deadlines.calendar_of(
                town_id, workdays.local_day(self.at)
            )
        return self.calendars[town_id]


def awake(at: datetime) -> datetime:
    """At once by day; in the quiet hours of the evening and the night, when they end.
    For speakers, on any day.
    """
    local = at.astimezone(SHANGHAI)
    if settings.QUIET_UNTIL <= local.hour < settings.QUIET_FROM:
        return at
    day = (
        local.date() + workdays.ONE_DAY
        if local.hour >= settings.QUIET_FROM
        else local.date()
    )
    return datetime.combine(day, time(settings.QUIET_UNTIL), SHANGHAI)


def _morning_of(day: date) -> datetime:
    return datetime.combine(day, time(settings.DIGEST_HOUR), SHANGHAI)
