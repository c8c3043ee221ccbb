"""The outbox: one row for each recipient and channel, made in the transaction that has
something to tell.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Afterword, Case, Event
from cases.models.choices import WithChoices
from cases.models.standard_text import BRACED
from minshi.crypto import EncryptedTextField
from supervision.models.chase import Chase
from supervision.models.notice_kinds import (
    FACTS,
    FILLED_IN,
    OF_HISTORY,
    OF_SYSTEM,
    TO_SPEAKER,
    NoticeChannel,
    NoticeKind,
    NoticeState,
)
from supervision.models.order import SupervisionOrder
from supervision.models.seal import HistoryCheck
from villages.models import Post, Town, User


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
        asked = Afterword.objects.filter(
            case=OuterRef("case"), owner__user=OuterRef("recipient")
        )
        holding = Post.objects.filter(
            Q(pk=OuterRef("chase__to_post")) | Q(office=OuterRef("chase__to_office")),
            user=OuterRef("recipient"),
        )
        marked = self.annotate(is_asked=Exists(asked), is_holder=Exists(holding))
        return marked.select_related(
            "chase__by__user",
            "chase__clock",
            "chase__event",
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
    is_copy = models.BooleanField(
        _("only to know"),
        default=False,
        editable=False,
        help_text=_("of an order that somebody else was to answer then"),
    )
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

    @property
    def is_pressing(self) -> bool:
        """True for what cannot wait. A secret matter handed over only goes out at once,
        in the inbox it is like any other.
        """
        handed_over = (NoticeKind.YOURS, NoticeKind.PART)
        return self.is_urgent and self.kind not in handed_over

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
    since = models.DateTimeField(pgettext_lazy("failure", "since"))
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
