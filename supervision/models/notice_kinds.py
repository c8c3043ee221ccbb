"""Notices by kind, channel and state, and the facts that each kind has."""

from django.db import models
from django.utils.translation import pgettext_lazy

# the names that a text may have filled in
LAST_DAY = "到期日"
ORDER_NUMBER = "督办单号"
REPLY_ON = "回复日"
STAGE = "环节"
REASON = "原因"
NUMBER = "编号"
PROMISED_ON = "答复日"
FILLED_IN = (
    LAST_DAY,
    ORDER_NUMBER,
    REPLY_ON,
    STAGE,
    REASON,
    NUMBER,
    PROMISED_ON,
)


class NoticeChannel(models.TextChoices):
    INBOX = "inbox", pgettext_lazy("channel", "inbox")
    EMAIL = "email", pgettext_lazy("channel", "e-mail")
    ROBOT = "robot", pgettext_lazy("channel", "group robot")
    SMS = "sms", pgettext_lazy("channel", "message to the speaker")


class NoticeKind(models.TextChoices):
    """The subjects of notices; their words stand in supervision/notices/words.py."""

    YELLOW = "yellow", pgettext_lazy("notice", "due soon")
    OVERDUE = "overdue", pgettext_lazy("notice", "overdue")
    URGE = "urge", pgettext_lazy("notice", "urged")
    ORDER_TO_SIGN = "order_to_sign", pgettext_lazy("notice", "order to sign")
    ORDER = "order", pgettext_lazy("notice", "supervision order")
    ORDER_REPLIED = "order_replied", pgettext_lazy("notice", "order answered")
    ORDER_BACK = "order_back", pgettext_lazy("notice", "answer sent back")
    ORDER_CLOSED = "order_closed", pgettext_lazy("notice", "answer found good")
    ORDER_UNSENT = "order_unsent", pgettext_lazy("notice", "order given back")
    CIRCULATE = "circulate", pgettext_lazy("notice", "order not answered")
    ALARM = "alarm", pgettext_lazy("notice", "nobody to tell")
    YOURS = "yours", pgettext_lazy("notice", "with you now")
    PART = "part", pgettext_lazy("notice", "a part for you")
    RULE = "rule", pgettext_lazy("notice", "waits for your ruling")
    RULED = "ruled", pgettext_lazy("notice", "your request was ruled on")
    SPEAKER = "speaker", pgettext_lazy("notice", "word from the speaker")
    TAKEN_BACK = "taken_back", pgettext_lazy("notice", "taken back by the speaker")
    RED_LINE = "red_line", pgettext_lazy("notice", "red line")
    RED_LINE_LATE = (
        "red_line_late",
        pgettext_lazy("notice", "red line not reported"),
    )
    REOPEN_ASKED = (
        "reopen_asked",
        pgettext_lazy("notice", "somebody asks you to open it again"),
    )
    UNANSWERED = (
        "unanswered",
        pgettext_lazy("notice", "a word after closing not answered"),
    )
    CHASED = "chased", pgettext_lazy("notice", "chased by hand")
    ACCEPTED = "accepted", pgettext_lazy("to the speaker", "taken up")
    PROMISED = "promised", pgettext_lazy("to the speaker", "another day promised")
    ANSWERED = "answered", pgettext_lazy("to the speaker", "answered")
    CALL = "call", pgettext_lazy("notice", "a call to the speaker")
    WITHDRAWN = "withdrawn", pgettext_lazy("to the speaker", "taken back in their name")
    BACKUP_FAILED = "backup_failed", pgettext_lazy("notice", "backup failed")
    BACKUP_LATE = "backup_late", pgettext_lazy("notice", "backup late")
    PROOF_FAILED = "proof_failed", pgettext_lazy("notice", "proof of a backup failed")
    PROOF_LATE = "proof_late", pgettext_lazy("notice", "proof of a backup late")
    HISTORY = "history", pgettext_lazy("notice", "history does not fit")
    HISTORY_LATE = (
        "history_late",
        pgettext_lazy("notice", "check of history late"),
    )
    NO_BACKUPS = "no_backups", pgettext_lazy("notice", "no backups here")
    HEADS = "heads", pgettext_lazy("notice", "heads of the day")
    EXPORT_READY = "export_ready", pgettext_lazy("notice", "file ready")
    EXPORT_FAILED = "export_failed", pgettext_lazy("notice", "file not written")


# templates are approved for these
BY_SMS = (
    NoticeKind.ACCEPTED,
    NoticeKind.PROMISED,
    NoticeKind.ANSWERED,
)
TO_SPEAKER = (*BY_SMS, NoticeKind.WITHDRAWN)
# about a file that somebody asked for, to them
OF_EXPORTS = (NoticeKind.EXPORT_READY, NoticeKind.EXPORT_FAILED)
# about the program, to those who audit it, or about a file: of no matter and no town
OF_SYSTEM = (
    *OF_EXPORTS,
    NoticeKind.BACKUP_FAILED,
    NoticeKind.BACKUP_LATE,
    NoticeKind.PROOF_FAILED,
    NoticeKind.PROOF_LATE,
    NoticeKind.NO_BACKUPS,
    NoticeKind.HISTORY_LATE,
    NoticeKind.HISTORY,
    NoticeKind.HEADS,
)
OF_HISTORY = (NoticeKind.HISTORY, NoticeKind.HEADS)
# a town may word these
TO_OFFICERS = tuple(
    kind for kind in NoticeKind if kind not in (*TO_SPEAKER, *OF_SYSTEM)
)
_OF_ORDER = (ORDER_NUMBER, REPLY_ON, NUMBER)
# The facts that a notice of each kind always has: a town's own words may name nothing
# else.
FACTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TO_OFFICERS, (NUMBER,)),
    **dict.fromkeys(
        (NoticeKind.YELLOW, NoticeKind.OVERDUE, NoticeKind.URGE), (LAST_DAY, NUMBER)
    ),
    **dict.fromkeys(
        (NoticeKind.ORDER, NoticeKind.ORDER_REPLIED, NoticeKind.ORDER_BACK), _OF_ORDER
    ),
    NoticeKind.CIRCULATE: _OF_ORDER,
    NoticeKind.YOURS: (STAGE, NUMBER),
    NoticeKind.CHASED: (REASON, NUMBER),
}


class NoticeState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("notice", "waiting")
    SENT = "sent", pgettext_lazy("notice", "sent")
    FAILED = "failed", pgettext_lazy("notice", "failed, tried again later")
    DEAD = "dead", pgettext_lazy("notice", "given up")
    READ = "read", pgettext_lazy("notice", "read")
    DROPPED = "dropped", pgettext_lazy("notice", "not sent, no longer so")
