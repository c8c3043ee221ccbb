"""Years of birth, as a register and a list of residents take them."""

from datetime import date

from django.utils.translation import gettext as _


def fault_of_birth_year(year: int | None, on: date) -> str:
    """Say why nobody was born in a year, as known on a day; "" where somebody may be,
    or where none is given.
    """
    if year is not None and year > on.year:
        return _("This year has not come yet.")
    return ""
