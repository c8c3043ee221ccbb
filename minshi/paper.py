"""Days and telephones as an office writes them on the papers that it signs or seals.

Ledgers and files keep 2026-11-30.
"""

from datetime import date, datetime

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from minshi.workdays import SHANGHAI, day_with_year, local_day


def day_on_paper(when: date | datetime | None) -> str:
    """Return 2026年11月30日; empty without a day."""
    if when is None:
        return ""
    day = local_day(when) if isinstance(when, datetime) else when
    return day_with_year(day)


def moment_on_paper(at: datetime | None) -> str:
    """Return the day with hour and minute, where the hour matters."""
    if at is None:
        return ""
    words = pgettext("paper", "%(day)s %(hour)s:%(minute)s")
    local = at.astimezone(SHANGHAI)
    return words % {
        "day": day_on_paper(at),
        "hour": local.hour,
        "minute": f"{local.minute:02}",
    }


def deadline_on_paper(day: date | None) -> str:
    """Return a last day as a deadline: 2026年12月16日前; empty without one."""
    return _("by %(date)s") % {"date": day_on_paper(day)} if day else ""


def phone_on_paper(number: str) -> str:
    """Return a telephone with a hyphen behind its area code: 0939-4421201. Mobiles and
    whatever has no area code stay as they are written.
    """
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return number

    code_length = phonenumbers.length_of_geographical_area_code(parsed)
    is_local = parsed.country_code == phonenumbers.country_code_for_region("CN")
    if not code_length or not is_local or parsed.extension:
        return number

    digits = phonenumbers.national_significant_number(parsed)
    return f"0{digits[:code_length]}-{digits[code_length:]}"
