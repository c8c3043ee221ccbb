"""The days and moments of the demo: working days, in office hours, one after the
other.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random

from minshi.workdays import ONE_DAY, SHANGHAI, WorkCalendar

# When something is written down: a meeting that ends in it began at 8:30 or 14:30
OFFICE_MINUTES = (*range(9 * 60, 12 * 60), *range(15 * 60, 18 * 60))
MORNING = time(8, 30)
AFTERNOON = time(14, 30)
TALK_DAY = 10  # of each month


class Diary:
    def __init__(self, calendar: WorkCalendar, rng: Random) -> None:
        self.calendar = calendar
        self.rng = rng

    def on_or_before(self, day: date) -> date:
        while not self.calendar.is_working_day(day):
            day -= ONE_DAY
        return day

    def after(self, day: date, working_days: int) -> date:
        return self.calendar.add_working_days(
            self.calendar.on_or_after(day), working_days
        )

    def before(self, day: date, working_days: int) -> date:
        return self.calendar.subtract_working_days(day, working_days)

    def talk_day(self, day: date) -> date:
        """Return the last 说事日 up to a day, moved to a working day."""
        month = day.replace(day=1)
        month_before = (month - ONE_DAY).replace(day=1)
        for first in (month, month_before):
            talk_day = self.calendar.on_or_after(first.replace(day=TALK_DAY))
            if talk_day <= day:
                return talk_day

        raise AssertionError("every month has its talk day")

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), SHANGHAI)

    def moments(self, days: list[date]) -> list[datetime]:
        """Return a moment in office hours for each of the days, in their order, each
        later than the one before.
        """
        minutes = {}
        for day, count in Counter(days).items():
            drawn = self.rng.sample(OFFICE_MINUTES, count)
            minutes[day] = iter(sorted(drawn))

        moments = []
        for day in days:
            midnight = datetime.combine(day, time.min, SHANGHAI)
            moments.append(midnight + timedelta(minutes=next(minutes[day])))
        return moments


def opening_before(moment: datetime) -> datetime:
    """Return when the office opened in the half of the day that the moment is in."""
    local = moment.astimezone(SHANGHAI)
    opening = AFTERNOON if local.time() >= AFTERNOON else MORNING
    return datetime.combine(local.date(), opening, SHANGHAI)
