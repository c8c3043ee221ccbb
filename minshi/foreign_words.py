"""Words of Django, its REST framework and django-auditlog that our catalogue translates
in its own way, or at all.
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
    # texts too long or too short; a page says how long they are
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has"
        " %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has"
        " %(show_value)d).",
        "limit_value",
    ),
    ngettext_lazy(
        "Ensure this value has at least %(limit_value)d character (it has"
        " %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has"
        " %(show_value)d).",
        "limit_value",
    ),
    ngettext_lazy(
        "Ensure this filename has at most %(max)d character (it has %(length)d).",
        "Ensure this filename has at most %(max)d characters (it has %(length)d).",
        "max",
    ),
    gettext_noop("Ensure this field has no more than {max_length} characters."),
    gettext_noop("Ensure this field has at least {min_length} characters."),
    gettext_noop("Ensure this field has no more than {max_length} elements."),
    gettext_noop("Ensure this field has at least {min_length} elements."),
    gettext_noop(
        "Ensure this filename has at most {max_length} characters (it has {length})."
    ),
    # numbers and days
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a number."),
    gettext_noop("Enter a valid integer."),
    gettext_noop("A valid integer is required."),
    gettext_noop("A valid number is required."),
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is less than or equal to {max_value}."),
    gettext_noop("Ensure this value is greater than or equal to {min_value}."),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s digit in total.",
        "Ensure that there are no more than %(max)s digits in total.",
        "max",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s decimal place.",
        "Ensure that there are no more than %(max)s decimal places.",
        "max",
    ),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a valid time."),
    gettext_noop("Enter a valid date/time."),
    gettext_noop("Enter a valid duration."),
    # other values
    gettext_noop("This field is required."),
    gettext_noop("This field cannot be null."),
    gettext_noop("This field cannot be blank."),
    gettext_noop("This field may not be null."),
    gettext_noop("This field may not be blank."),
    gettext_noop("Not a valid string."),
    gettext_noop("String value too large."),
    gettext_noop("Must be a valid boolean."),
    gettext_noop("Enter a valid value."),
    gettext_noop("Invalid value."),
    gettext_noop("Enter a complete value."),
    gettext_noop("Enter a list of values."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Enter a valid URL."),
    gettext_noop("Null characters are not allowed."),
    gettext_noop(
        "Select a valid choice. That choice is not one of the available choices."
    ),
    gettext_noop(
        "Select a valid choice. %(value)s is not one of the available choices."
    ),
    gettext_noop("Value %(value)r is not a valid choice."),
    gettext_noop('"{input}" is not a valid choice.'),
    gettext_noop("“%(pk)s” is not a valid value."),
    gettext_noop(
        "Upload a valid image. The file you uploaded was either not an image or"
        " a corrupted image."
    ),
    # of a page with rows, where the page did not come back whole
    gettext_noop("(Hidden field %(name)s) %(error)s"),
    gettext_noop(
        # what is missing says nothing to a reader: xgettext:no-python-format
        "ManagementForm data is missing or has been tampered with. Missing"
        " fields: %(field_names)s. You may need to file a bug report if the"
        " issue persists."
    ),
    gettext_noop("Please correct the duplicate values below."),
    gettext_noop(
        "Please correct the duplicate data for %(field)s, which must be unique."
    ),
)
