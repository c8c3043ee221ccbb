"""督办单: supervision orders, written, signed by a reviewer who may, sent, answered and
checked; numbered from a locked counter.
"""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from cases.models import Case
from cases.models.choices import Confidentiality, WithChoices
from minshi.workdays import due_at
from villages.models import Office, Post, Town
from villages.models.posts import Reach


class OrderState(models.TextChoices):
    TO_SIGN = "to_sign", pgettext_lazy("order", "waiting for a signature")
    SIGNED = "signed", pgettext_lazy("order", "signed, goes out in a moment")
    SENT = "sent", pgettext_lazy("order", "sent, waiting for the reply")
    REPLIED = "replied", pgettext_lazy("order", "replied, waiting to be checked")
    CLOSED = "closed", pgettext_lazy("order", "checked and closed")
    CANCELLED = "cancelled", pgettext_lazy("order", "cancelled")
    ENDED = "ended", pgettext_lazy("order", "ended with the matter")


UNSENT = (OrderState.TO_SIGN, OrderState.SIGNED)
LIVE = (*UNSENT, OrderState.SENT, OrderState.REPLIED)
OVER = (OrderState.CLOSED, OrderState.CANCELLED, OrderState.ENDED)


def sent_to(reach: Reach, order: str = "") -> Q:
    """Match the orders that were sent to these posts or offices, of matters that are
    not secret; `order` leads to the order.
    """
    to_them = Q(**{f"{order}to_post__in": reach.posts})
    to_them |= Q(**{f"{order}to_office__in": reach.offices})
    is_secret = Q(**{f"{order}case__confidentiality": Confidentiality.SECRET})
    return to_them & ~is_secret & Q(**{f"{order}sent_at__isnull": False})


class OrderCounter(models.Model):
    """The last number that an issuer gave in a year; locked, never max + 1.

    The issuer is a town, by its code of 9 digits, or a county, by its 6.
    """

    issuer = models.CharField(max_length=9)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("counter of order numbers")
        verbose_name_plural = _("counters of order numbers")
        constraints = (
            models.UniqueConstraint(
                fields=("issuer", "year"), name="order_counter_one_a_year"
            ),
        )

    def __str__(self) -> str:
        return f"{self.issuer} {self.year}: {self.last}"


class SupervisionOrder(WithChoices):
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="orders", verbose_name=_("case")
    )
    key = models.UUIDField(_("key of the form"), unique=True, null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=9, choices=OrderState.choices, default=OrderState.TO_SIGN
    )
    number = models.CharField(_("document number"), max_length=40, blank=True)
    town = models.ForeignKey(
        Town,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("issued by the town"),
    )
    county_code = models.CharField(_("issued by the county"), max_length=6, blank=True)
    reason = models.CharField(_("why"), max_length=200)
    demand = models.TextField(_("what is demanded"))
    # whoever signs may word it anew
    demanded_by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("written by")
    )
    reply_on = models.DateField(_("reply due"))
    to_post = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("to the post")
    )
    to_office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("to the office"),
    )
    raised_at = models.DateTimeField(pgettext_lazy("order", "written"))
    raised_by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("written by")
    )
    signed_at = models.DateTimeField(pgettext_lazy("order", "signed"), null=True)
    signed_by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("signed by")
    )
    send_at = models.DateTimeField(pgettext_lazy("order", "goes out"), null=True)
    sent_at = models.DateTimeField(pgettext_lazy("order", "sent"), null=True)
    reply = models.TextField(pgettext_lazy("order", "reply"), blank=True)
    replied_at = models.DateTimeField(pgettext_lazy("order", "replied"), null=True)
    replied_by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("replied by")
    )
    finding = models.TextField(_("what the check found"), blank=True)
    checked_at = models.DateTimeField(pgettext_lazy("order", "checked"), null=True)
    checked_by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("checked by")
    )
    cancelled_at = models.DateTimeField(pgettext_lazy("order", "cancelled"), null=True)
    cancelled_by = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )
    cancel_reason = models.CharField(_("why cancelled"), max_length=200, blank=True)
    ended_at = models.DateTimeField(pgettext_lazy("order", "ended"), null=True)
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True)
    remind_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_(
            "when whoever it waits for is told again; none: nobody is waited for"
        ),
    )
    circulated_at = models.DateTimeField(
        pgettext_lazy("order", "circulated"), null=True
    )

    class Meta:
        verbose_name = _("supervision order")
        verbose_name_plural = _("supervision orders")
        ordering = ("-raised_at", "-pk")
        indexes = (
            models.Index(
                fields=("state", "-raised_at", "-id"), name="order_state_raised"
            ),
            models.Index(
                fields=("send_at",), condition=Q(state="signed"), name="order_to_send"
            ),
            models.Index(
                fields=("reply_on",),
                condition=Q(state="sent", circulated_at=None),
                name="order_to_circulate",
            ),
            models.Index(
                fields=("remind_at",),
                condition=Q(remind_at__isnull=False),
                name="order_to_remind_of",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("case",),
                condition=Q(state__in=LIVE),
                name="order_one_alive_a_case",
            ),
            models.UniqueConstraint(
                fields=("number",), condition=~Q(number=""), name="order_number_once"
            ),
            models.CheckConstraint(
                condition=Q(town__isnull=False, county_code="")
                | Q(town=None, county_code__regex=r"^\d{6}$"),
                name="order_is_a_towns_or_a_countys",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="to_sign", signed_at=None, signed_by=None, send_at=None
                )
                | Q(state="cancelled", cancelled_at__isnull=False)
                | ~Q(state__in=("to_sign", "cancelled"))
                & Q(
                    signed_at__isnull=False,
                    signed_by__isnull=False,
                    send_at__isnull=False,
                ),
                name="order_is_signed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=("to_sign", "signed", "cancelled"),
                    number="",
                    sent_at=None,
                )
                | ~Q(number="")
                & Q(
                    state__in=("sent", "replied", "closed", "ended"),
                    sent_at__isnull=False,
                ),
                name="order_is_numbered_when_sent",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("replied", "closed"))
                | ~Q(reply="") & Q(replied_at__isnull=False),
                name="order_replied_with_words",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) & ~Q(end_reason="")
                | ~Q(state="ended") & Q(ended_at=None, end_reason=""),
                name="order_ended_iff_at",
            ),
            models.CheckConstraint(
                condition=Q(to_post=None) | Q(to_office=None), name="order_goes_to_one"
            ),
        )

    def __str__(self) -> str:
        return self.number or f"{self.case} {self.state_in_words}"

    def get_absolute_url(self) -> str:
        return reverse("supervision:order", args=[self.pk])

    @property
    def is_alive(self) -> bool:
        return self.state in LIVE

    def is_late(self, at: datetime) -> bool:
        """Return True for an order that is sent and whose reply is past its day."""
        return self.state == OrderState.SENT and at >= due_at(self.reply_on)

    @property
    def is_given_back(self) -> bool:
        """True for an order whose answer was not good: it waits for another."""
        return self.state == OrderState.SENT and self.checked_at is not None

    @property
    def state_in_words(self) -> str:
        """The state for people: one that was given back is not one just sent."""
        if self.is_given_back:
            return pgettext("order", "given back, waiting for another reply")
        return self.get_state_display()

    @property
    def has_answer(self) -> bool:
        """True for an order with an answer that was not sent back."""
        if self.state != OrderState.ENDED:
            return self.state in (OrderState.REPLIED, OrderState.CLOSED)

        if self.replied_at is None:
            return False
        return self.checked_at is None or self.replied_at > self.checked_at


class SentBack(models.Model):
    """An answer that was not good, with what was missing: one round of an order."""

    order = models.ForeignKey(
        SupervisionOrder,
        models.CASCADE,
        related_name="sent_back",
        verbose_name=_("supervision order"),
    )
    reply = models.TextField(pgettext_lazy("order", "reply"))
    replied_at = models.DateTimeField(pgettext_lazy("order", "replied"))
    replied_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("replied by")
    )
    finding = models.TextField(_("what the check found"))
    checked_at = models.DateTimeField(_("checked"))
    checked_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("checked by")
    )

    class Meta:
        verbose_name = _("answer sent back")
        verbose_name_plural = _("answers sent back")
        ordering = ("checked_at", "pk")

    def __str__(self) -> str:
        return f"{self.order} {self.checked_at:%Y-%m-%d}"


class OrderTalk(models.Model):
    """约谈: a talk to which whoever left an order without an answer in time is summoned
    (domain §4).
    """

    order = models.ForeignKey(
        SupervisionOrder,
        models.CASCADE,
        related_name="talks",
        verbose_name=_("supervision order"),
    )
    held_on = models.DateField(pgettext_lazy("talk", "held on"))
    whom = models.CharField(pgettext_lazy("talk", "with whom"), max_length=80)
    agreed = models.TextField(pgettext_lazy("talk", "what was agreed"))
    noted_at = models.DateTimeField(_("at"))
    noted_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("talk about an order")
        verbose_name_plural = _("talks about orders")
        ordering = ("held_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("order", "held_on", "whom"),
                name="order_talk_once_a_day_with_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(whom="") & ~Q(agreed=""),
                name="order_talk_says_who_and_what",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order} {self.held_on:%Y-%m-%d}"
