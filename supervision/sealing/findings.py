"""The kinds of findings about logs, heads and what was closed."""

from django.db import models
from django.utils.translation import pgettext_lazy


class LogWrong(models.TextChoices):
    """The kinds of findings about logs and heads, in an auditor's words."""

    SEAL = "seal", pgettext_lazy("history", "a seal was changed or forged")
    SEAL_GONE = "seal_gone", pgettext_lazy("history", "a seal before it is missing")
    ROWS_GONE = "rows_gone", pgettext_lazy("history", "rows are gone")
    ROWS_CHANGED = "rows_changed", pgettext_lazy("history", "rows were changed")
    ROWS_ADDED = "rows_added", pgettext_lazy("history", "rows were put in later")
    UNSEALED = (
        "unsealed",
        pgettext_lazy(
            "history",
            "no seal covers it: all were taken away, or the job that seals never ran",
        ),
    )
    SHORTER = (
        "shorter",
        pgettext_lazy("history", "it is shorter than the head that was kept"),
    )
    OTHER_HEAD = (
        "other_head",
        pgettext_lazy("history", "it is not the one whose head was kept"),
    )
    HEADS = "heads", pgettext_lazy("history", "the kept heads were damaged or changed")
    HEADS_GONE = "heads_gone", pgettext_lazy("history", "kept heads are missing")
    CLOSED = "closed", pgettext_lazy("history", "it is not as it was closed")
    CLOSED_GONE = (
        "closed_gone",
        pgettext_lazy("history", "what was closed then is not there any more"),
    )
    FILE = (
        "file",
        pgettext_lazy("history", "the stored file is not the one that was added"),
    )
    FILE_GONE = (
        "file_gone",
        pgettext_lazy("history", "the stored file cannot be read: it is gone"),
    )
    LET_IN = (
        "let_in",
        pgettext_lazy(
            "history",
            "somebody is logged in whom the program did not let in: the session or the"
            " token was put in or changed",
        ),
    )
    PUT_OFF = (
        "put_off",
        pgettext_lazy(
            "history",
            "the moment at which somebody looks at it next was put off or taken away",
        ),
    )
    UNREADABLE = (
        "unreadable",
        pgettext_lazy("history", "a value of it cannot be read: it was put in"),
    )
    UNLOCKED = (
        "unlocked",
        pgettext_lazy("history", "the lock on changes was taken off in the database"),
    )
    PLANTED = (
        "planted",
        pgettext_lazy(
            "history",
            "a trigger or a rule that is not the program's was put into the database:"
            " it may change what is written",
        ),
    )
