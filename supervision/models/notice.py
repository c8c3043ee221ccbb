"""The outbox: one row for each recipient and channel, made in the transaction that has
something to tell.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case, Event
from cases.models.choices import WithChoices
from cases.models.standard_text import BRACED
from minshi.crypto import EncryptedTextField
from supervision.models.chase import Chase
from supervision.models.order import SupervisionOrder
from supervision.models.seal import HistoryCheck
from villages.models import Town, User

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
    CIRCULATE = "circulate", pgettext_lazy("notice", "order not answered")
    ALARM = "alarm", pgettext_lazy("notice", "nobody to tell")
    YOURS = "yours", pgettext_lazy("notice", "with you now")
    PART = "part", pgettext_lazy("notice", "a part for you")
    RULE = "rule", pgettext_lazy("notice", "waits for your ruling")
    RULED = "ruled", pgettext_lazy("notice", "your request was ruled on")
    SPEAKER = "speaker", pgettext_lazy("notice", "word from the speaker")
    TAKEN_BACK = "taken_back", pgettext_lazy("notice", "taken back by the speaker")
    RED_LINE = "red_line", pgettext_lazy("notice", "red line")
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
    HEADS = "heads", pgettext_lazy("notice", "heads of the day")


# templates are approved for these
BY_SMS = (
    NoticeKind.ACCEPTED,
    NoticeKind.PROMISED,
    NoticeKind.ANSWERED,
)
TO_SPEAKER = (*BY_SMS, NoticeKind.WITHDRAWN)
# about the program, to those who audit it: of no matter and no town
OF_SYSTEM = (
    NoticeKind.BACKUP_FAILED,
    NoticeKind.BACKUP_LATE,
    NoticeKind.PROOF_FAILED,
    NoticeKind.PROOF_LATE,
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


class Robot(models.Model):
    """企业微信群机器人 of a town: it notifies its group of what fell due, without
    anybody's name.
    """

    town = models.ForeignKey(
        Town, models.CASCADE, related_name="robots", verbose_name=_("town")
    )
    name = models.CharField(_("group"), max_length=40)
    url = EncryptedTextField(_("webhook address"))
    is_on = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("group robot")
        verbose_name_plural = _("group robots")
        ordering = ("town", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("town", "name"), name="robot_name_once_a_town"
            ),
        )

    def __str__(self) -> str:
        return self.name


class NoticeText(models.Model):
    """A town's own words for one kind of notice; what stands in {braces} is filled in
    (supervision/notices/words.py).
    """

    town = models.ForeignKey(
        Town, models.CASCADE, related_name="notice_texts", verbose_name=_("town")
    )
    kind = models.CharField(_("kind"), max_length=14, choices=NoticeKind.choices)
    text = models.CharField(_("text"), max_length=120)

    class Meta:
        verbose_name = _("text of a notice")
        verbose_name_plural = _("texts of notices")
        ordering = ("town", "kind")
        constraints = (
            models.UniqueConstraint(
                fields=("town", "kind"), name="notice_text_once_a_town"
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    def clean(self) -> None:
        """Refuse words for a kind that towns do not word, and braces that cannot be
        filled in.
        """
        if self.kind in OF_SYSTEM:
            raise ValidationError(
                {"kind": _("Notices about the program are of no town.")}
            )
        if self.kind in TO_SPEAKER:
            raise ValidationError(
                {"kind": _("Messages to speakers are templates of the SMS service.")}
            )

        allowed = FACTS.get(self.kind, FILLED_IN)
        for name in BRACED.findall(self.text):
            if name in allowed:
                continue
            words = _(
                "A notice of this kind cannot fill in {%(name)s}, only %(names)s."
            )
            names = " ".join(f"{{{each}}}" for each in allowed)
            raise ValidationError({"text": words % {"name": name, "names": names}})

        if set("{}") & set(BRACED.sub("", self.text)):
            raise ValidationError({"text": _("A brace is left open.")})


class NoticeQuerySet(models.QuerySet["Notice"]):
    def worded(self) -> "NoticeQuerySet":
        """Read with the notices all that their words are made of
        (supervision/notices/words.py).
        """
        return self.select_related(
            "chase",
            "order",
            "event",
            "case__town",
            "case__village",
            "history_check",
        )


class Notice(WithChoices):
    """One message to one recipient on one channel.

    `key` names subject, recipient and channel: the same notice is sent once, whatever
    runs twice.
    """

    key = models.CharField(max_length=80, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=14, choices=NoticeKind.choices)
    channel = models.CharField(
        _("channel"), max_length=8, choices=NoticeChannel.choices
    )
    recipient = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        related_name="notices",
        verbose_name=_("recipient"),
    )
    robot = models.ForeignKey(
        "Robot",
        models.CASCADE,
        null=True,
        related_name="notices",
        verbose_name=_("group robot"),
    )
    case = models.ForeignKey(
        Case, models.CASCADE, null=True, related_name="notices", verbose_name=_("case")
    )
    history_check = models.ForeignKey(
        HistoryCheck, models.CASCADE, null=True, related_name="notices"
    )
    chase = models.ForeignKey(
        Chase, models.CASCADE, null=True, related_name="notices", verbose_name=_("step")
    )
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    order = models.ForeignKey(
        SupervisionOrder,
        models.CASCADE,
        null=True,
        related_name="notices",
        verbose_name=_("supervision order"),
    )
    is_urgent = models.BooleanField(_("at once"), default=False)
    state = models.CharField(
        pgettext_lazy("notice", "state"),
        max_length=7,
        choices=NoticeState.choices,
        default=NoticeState.WAITING,
    )
    own_text = models.CharField(_("the town's words"), max_length=120, blank=True)
    day = models.DateField(
        _("day named"),
        null=True,
        help_text=_("the reply due, or the day promised, as it was then"),
    )
    created_at = models.DateTimeField(_("at"))
    send_after = models.DateTimeField(_("not before"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(pgettext_lazy("notice", "sent"), null=True)
    read_at = models.DateTimeField(pgettext_lazy("notice", "read"), null=True)
    error = models.CharField(_("error"), max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=("recipient", "-created_at", "-id"),
                condition=Q(channel="inbox"),
                name="notice_inbox",
            ),
            models.Index(
                fields=("recipient",),
                condition=Q(channel="inbox", state="sent"),
                name="notice_unread",
            ),
            models.Index(
                fields=("send_after",),
                condition=Q(state__in=("waiting", "failed")),
                name="notice_to_send",
            ),
            models.Index(
                fields=("created_at", "id"),
                condition=Q(state="dead"),
                name="notice_given_up",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(channel="robot", recipient=None, robot__isnull=False)
                | Q(channel="sms", recipient=None, robot=None)
                | Q(
                    channel__in=("inbox", "email"), recipient__isnull=False, robot=None
                ),
                name="notice_goes_where_its_channel_leads",
            ),
            models.CheckConstraint(
                condition=Q(case=None, kind__in=OF_SYSTEM, recipient__isnull=False)
                | Q(case__isnull=False) & ~Q(kind__in=OF_SYSTEM),
                name="notice_is_about_a_case_or_the_system",
            ),
            models.CheckConstraint(
                condition=Q(channel="inbox", state__in=("sent", "read"))
                | ~Q(channel="inbox"),
                name="notice_in_the_inbox_is_there_at_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OF_HISTORY, history_check__isnull=False)
                | ~Q(kind__in=OF_HISTORY) & Q(history_check=None),
                name="notice_of_a_check_iff_of_history",
            ),
            models.CheckConstraint(
                condition=Q(state="read", read_at__isnull=False)
                | ~Q(state="read") & Q(read_at=None),
                name="notice_read_iff_at",
            ),
        )

    @property
    def matter(self) -> Case:
        """The case it is about: of every notice but those about the program."""
        if self.case is None:
            raise ValueError("A notice about the program is about no case.")
        return self.case

    def __str__(self) -> str:
        reader = self.recipient or self.robot or self.get_channel_display()
        return f"{self.get_kind_display()} · {reader}"


class EventSeen(models.Model):
    """An event whose notices are written. Below the watermark all are, and their rows
    are gone.
    """

    event = models.OneToOneField(Event, models.PROTECT, related_name="seen")

    class Meta:
        verbose_name = _("event seen")
        verbose_name_plural = _("events seen")

    def __str__(self) -> str:
        return str(self.event_id)


class EventFailure(models.Model):
    """An event whose notices could not be written; after a day of trying it is passed
    over, for somebody to see.
    """

    event = models.OneToOneField(Event, models.PROTECT, related_name="failure")
    since = models.DateTimeField(_("since"))
    tries = models.PositiveIntegerField(_("tries"), default=1)
    passed_over_at = models.DateTimeField(_("passed over"), null=True)

    class Meta:
        verbose_name = _("event that could not be told")
        verbose_name_plural = _("events that could not be told")
        ordering = ("pk",)
        indexes = (models.Index(fields=("passed_over_at",), name="event_passed_over"),)

    def __str__(self) -> str:
        return str(self.event_id)


class Watermark(models.Model):
    """The event up to which all were seen; the one row of its table.

    The floor follows an hour behind: an event that a slow transaction commits late has
    a lower id than others seen before it, and is still above the floor.
    """

    floor = models.BigIntegerField(default=0)
    ceiling = models.BigIntegerField(default=0)
    ceiling_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("watermark of events")
        verbose_name_plural = _("watermark of events")

    def __str__(self) -> str:
        return str(self.floor)
