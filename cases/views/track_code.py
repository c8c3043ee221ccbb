"""The words for a number and a code that open no tracking page."""

from django.utils.translation import gettext as _

from cases.workflow.numbering import (
    CODE_LENGTH,
    code_of,
    is_number,
    number_of,
    signs_of,
)


def wrong_in_words(number: str, code: str) -> str:
    """Say what is wrong with a number and a code, from how they are typed alone:
    whether there is such a number nobody learns here.
    """
    if not is_number(number_of(number)):
        return _("Type the whole number, for example BG-2026-0183.")

    signs = signs_of(code)
    if not code_of(code) and signs.isdigit():
        words = _("The code on the receipt has %(length)s digits; you typed %(typed)s.")
        return words % {"length": CODE_LENGTH, "typed": len(signs)}

    return _(
        "Number and code do not belong together. Look at the receipt again, or ask at"
        " the counter."
    )
