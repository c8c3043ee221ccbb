"""Words of Django and django-auditlog that our catalogue translates in its own way, or
at all.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

FOREIGN_WORDS = (
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("timestamp"),
    gettext_noop("object representation"),
    gettext_noop("change message"),
    gettext_noop("create"),
    gettext_noop("update"),
    gettext_noop("delete"),
    gettext_noop("access"),
    gettext_noop("Created {repr:s}"),
    gettext_noop("Updated {repr:s}"),
    gettext_noop("Deleted {repr:s}"),
    gettext_noop("Logged {repr:s}"),
    # whose name says nothing to a reader, and is left out: xgettext:no-python-format
    gettext_noop("Constraint “%(name)s” is violated."),
    # accounts and passwords
    gettext_noop("username"),
    gettext_noop("A user with that username already exists."),
    gettext_noop("You must type the same password each time."),
    gettext_noop(
        "Enter a valid username. This value may contain only letters, numbers, and"
        " @/./+/-/_ characters."
    ),
    gettext_noop("Please type your current password."),
    gettext_noop(
        "Your password can’t be too similar to your other personal information."
    ),
    gettext_noop("The password is too similar to the %(verbose_name)s."),
    gettext_noop("Your password can’t be a commonly used password."),
    gettext_noop("This password is too common."),
    gettext_noop("Your password can’t be entirely numeric."),
    gettext_noop("This password is entirely numeric."),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)
