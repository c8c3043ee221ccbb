"""The case: one row holds everything a list sorts or filters by."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models.choices import (
    ONLINE_CHANNELS,
    Category,
    Channel,
    CloseReason,
    Confidentiality,
    Grade,
    Handling,
    Level,
    Light,
    Outcome,
    Satisfaction,
    Solved,
    Stage,
    WithChoices,
)
from cases.models.reserved import ReservedMatter
from cases.models.scope import CaseQuerySet
from cases.models.topic import Topic
from minshi import workdays
from minshi.crypto import EncryptedTextField, masked_phone
from villages.models import Group, Office, Post, Resident, Town, Village
from villages.models.grid import Sex

if TYPE_CHECKING:
    from cases.models.co_speaker import CoSpeaker


class Case(WithChoices):
    # of a locked case: the groups of it that SQL had changed before the move
    changed_before: frozenset[str] = frozenset()

    # who and where
    key = models.UUIDField(_("key of the form"), unique=True, null=True, editable=False)
    number = models.CharField(_("number"), max_length=16, unique=True)
    # with the number alone; a million of them may well hold the same twice
    tracking_code = models.CharField(_("tracking code"), max_length=12, editable=False)
    town = models.ForeignKey(
        Town,
        models.PROTECT,
        related_name="cases",
        verbose_name=_("town"),
        db_index=False,
    )
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("village"),
        db_index=False,
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("villagers' group"),
    )
    resident = models.ForeignKey(
        Resident,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("resident"),
    )
    speaker_name = models.CharField(_("speaker"), max_length=40, blank=True)
    speaker_sex = models.CharField(
        _("sex"), max_length=6, choices=Sex.choices, blank=True
    )
    speaker_phone = EncryptedTextField(_("phone"), blank=True)
    speaker_phone_hash = models.CharField(
        max_length=64, blank=True, db_index=True, editable=False
    )
    speaker_address = models.CharField(_("address"), max_length=80, blank=True)
    proxy_speaker = models.CharField(_("spoken for by"), max_length=40, blank=True)
    # what else gives away who spoke, a value a line (privacy/personal.py)
    also_personal = EncryptedTextField(blank=True, default="", editable=False)
    # of a matter in confidence, what the register says of whoever spoke, likewise
    of_register = EncryptedTextField(blank=True, default="", editable=False)
    # of a 隐名 matter what somebody saw would tell who spoke, likewise
    also_hidden = EncryptedTextField(
        _("further words to blank"), blank=True, default="", editable=False
    )
    # what
    title = models.CharField(_("matter"), max_length=60)
    verbatim = models.TextField(_("in the speaker's own words"))
    request_text = models.TextField(_("what is wanted"), blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    category = models.CharField(
        _("category"), max_length=10, choices=Category.choices, blank=True
    )
    topic = models.ForeignKey(
        Topic,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("topic"),
    )
    # set by the topic, changed with a reason (domain §8)
    reserved = models.CharField(
        _("reserved to the people of the village"),
        max_length=20,
        choices=ReservedMatter.choices,
        blank=True,
    )
    grade = models.CharField(
        _("grade"), max_length=8, choices=Grade.choices, blank=True
    )
    channel = models.CharField(
        _("channel"), max_length=12, choices=Channel.choices, default=Channel.TALK_ROOM
    )
    confidentiality = models.CharField(
        _("confidentiality"),
        max_length=8,
        choices=Confidentiality.choices,
        default=Confidentiality.NORMAL,
    )
    # of a 保密 matter that was 隐名 before, or took such a one up
    name_stays_hidden = models.BooleanField(
        _("the name stays hidden"), default=False, editable=False
    )
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    # the same folded, for searching (privacy/personal.py): what every reader may find,
    # and what only those may who know who spoke
    open_words = models.TextField(blank=True, default="", editable=False)
    hidden_words = models.TextField(blank=True, default="", editable=False)
    # where it stands
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage.choices, default=Stage.SPEAK
    )
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    needs_order = models.BooleanField(_("needs an order"), default=False)
    conflict_floor = models.CharField(
        _("not below"), max_length=8, choices=Level.choices, blank=True
    )
    owner_post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_cases",
        verbose_name=_("with"),
        db_index=False,
    )
    owner_office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_cases",
        verbose_name=_("with"),
        db_index=False,
    )
    handling = models.CharField(
        _("way of handling"), max_length=8, choices=Handling.choices, blank=True
    )
    decision = models.TextField(_("decision"), blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, blank=True
    )
    measures = models.TextField(_("measures taken"), blank=True)
    # of the report on completion (ledgers 15)
    findings = models.TextField(_("what was found"), blank=True)
    basis = models.TextField(_("on what ground it was handled"), blank=True)
    result = models.TextField(_("result"), blank=True)
    satisfaction = models.CharField(
        _("satisfaction"), max_length=12, choices=Satisfaction.choices, blank=True
    )
    solved = models.CharField(
        _("solved"), max_length=6, choices=Solved.choices, blank=True
    )
    # when
    said_at = models.DateTimeField(_("said"))
    registered_at = models.DateTimeField(_("registered"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    replied_at = models.DateTimeField(_("replied"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    close_reason = models.CharField(
        _("why closed"), max_length=9, choices=CloseReason.choices, blank=True
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_cases",
        verbose_name=_("merged into"),
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    yellow_at = models.DateTimeField(null=True, blank=True, editable=False)
    grey_until = models.DateTimeField(_("suspended until"), null=True, blank=True)
    promised_on = models.DateField(_("promised for"), null=True, blank=True)
    # who wrote it down, and the books
    recorded_by = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recorded_cases",
        verbose_name=_("recorded by"),
    )
    adopted_from = models.CharField(_("adopted from"), max_length=40, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    event_count = models.PositiveIntegerField(default=0, editable=False)
    event_hash = models.CharField(max_length=64, blank=True, editable=False)
    last_event_at = models.DateTimeField(null=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ("-registered_at", "-pk")
        indexes = (
            models.Index(fields=("-registered_at", "-id"), name="case_registered"),
            models.Index(
                fields=("village", "-registered_at", "-id"),
                name="case_village_registered",
            ),
            models.Index(
                fields=("town", "-registered_at", "-id"), name="case_town_registered"
            ),
            # the few that a ledger tells apart beside its rows
            models.Index(
                fields=("close_reason", "registered_at"),
                condition=Q(close_reason__in=("void", "duplicate")),
                name="case_not_heard",
            ),
            models.Index(
                fields=("due_at", "id"),
                condition=~Q(stage="closed"),
                name="case_open_due",
            ),
            models.Index(
                fields=("village", "due_at", "id"),
                condition=~Q(stage="closed"),
                name="case_village_open_due",
            ),
            models.Index(
                fields=("town", "due_at", "id"),
                condition=~Q(stage="closed"),
                name="case_town_open_due",
            ),
            models.Index(
                fields=("yellow_at",),
                condition=~Q(stage="closed"),
                name="case_open_yellow",
            ),
            # few of all that are open: suspended, and waiting for an order
            models.Index(
                fields=("grey_until",),
                condition=~Q(stage="closed") & Q(grey_until__isnull=False),
                name="case_open_grey",
            ),
            models.Index(
                fields=("due_at", "id"),
                condition=Q(needs_order=True),
                name="case_needs_order",
            ),
            models.Index(
                fields=("stage", "village"),
                condition=~Q(stage="closed"),
                name="case_open_stage_village",
            ),
            models.Index(
                fields=("owner_post", "due_at"),
                condition=~Q(stage="closed"),
                name="case_open_owner_post",
            ),
            models.Index(
                fields=("owner_office", "due_at"),
                condition=~Q(stage="closed"),
                name="case_open_owner_office",
            ),
            models.Index(
                fields=("-closed_at", "-id"),
                condition=Q(stage="closed"),
                name="case_closed",
            ),
            # satisfied, and yet not solved: few, and somebody looks at each
            models.Index(
                fields=("town", "-closed_at"),
                condition=Q(stage="closed", solved__in=("partly", "no")),
                name="case_closed_unsolved",
            ),
            models.Index(
                fields=("town", "category", "-registered_at"), name="case_town_category"
            ),
            models.Index(
                fields=("group", "-registered_at"), name="case_group_registered"
            ),
            # the orders of the ledgers of handling, and of what was heard by a way
            models.Index(
                fields=("-decided_at", "-id"),
                condition=Q(decided_at__isnull=False),
                name="case_decided",
            ),
            models.Index(fields=("channel", "-said_at", "-id"), name="case_said"),
            # the ledgers of a channel, counted in a village
            models.Index(
                fields=("village", "channel", "-registered_at", "-id"),
                name="case_village_channel",
            ),
            # by the surname alone
            models.Index(
                fields=("speaker_name",),
                name="case_speaker_like",
                opclasses=("varchar_pattern_ops",),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(stage="closed", closed_at__isnull=False)
                & ~Q(close_reason="")
                | ~Q(stage="closed") & Q(closed_at=None, close_reason=""),
                name="case_closed_at_and_reason_iff_closed",
            ),
            models.CheckConstraint(
                condition=Q(stage="closed", owner_post=None, owner_office=None)
                | ~Q(stage="closed") & Q(owner_post__isnull=False, owner_office=None)
                | ~Q(stage="closed") & Q(owner_post=None, owner_office__isnull=False),
                name="case_open_iff_exactly_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(stage="closed", due_at=None, yellow_at=None)
                | ~Q(stage="closed") & Q(due_at__isnull=False, yellow_at__isnull=False),
                name="case_open_iff_due",
            ),
            models.CheckConstraint(
                condition=Q(close_reason="merged", merged_into__isnull=False)
                | ~Q(close_reason="merged") & Q(merged_into=None),
                name="case_merged_into_iff_merged",
            ),
            models.CheckConstraint(
                condition=Q(needs_order=False) | Q(stage="supervise"),
                name="case_needs_order_only_under_supervision",
            ),
            models.CheckConstraint(
                condition=~Q(level="village") | Q(village__isnull=False),
                name="case_at_village_level_has_a_village",
            ),
            models.CheckConstraint(
                condition=~Q(stage="handle") | ~Q(handling=""),
                name="case_in_handling_has_a_way_of_handling",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | ~Q(result=""),
                name="case_completed_has_a_result",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["speak", "closed"])
                | Q(accepted_at__isnull=False),
                name="case_past_speak_is_accepted",
            ),
            models.CheckConstraint(
                condition=~Q(handling="meeting")
                | ~Q(level="village")
                | ~Q(stage="handle"),
                name="case_committee_meeting_only_above_village",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction="", solved="")
                | ~Q(satisfaction="") & ~Q(solved=""),
                name="case_rating_has_both_answers",
            ),
            models.CheckConstraint(condition=Q(round__gte=1), name="case_round_from_1"),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("cases:detail", args=[self.number])

    @property
    def is_secret(self) -> bool:
        return self.confidentiality == Confidentiality.SECRET

    @property
    def is_open(self) -> bool:
        return self.stage != Stage.CLOSED

    @property
    def shows_photos(self) -> bool:
        """True where the speaker may be shown photos on the tracking page: none of a
        secret matter, where the house and its people would be seen.
        """
        return self.confidentiality != Confidentiality.SECRET

    @property
    def is_online(self) -> bool:
        return self.channel in ONLINE_CHANNELS

    @property
    def owner(self) -> "Post | Office | None":
        return self.owner_post or self.owner_office

    @property
    def masked_phone(self) -> str:
        return masked_phone(self.speaker_phone or "")

    @property
    def others(self) -> list["CoSpeaker"]:
        """Whoever says the same, first named first. No query where nobody does."""
        if not self.also_personal:
            return []
        return list(self.co_speakers.order_by("pk"))

    @property
    def due_on(self) -> date | None:
        """The last day, as people say it: the day before `due_at` (domain §4)."""
        if self.due_at is None:
            return None
        return workdays.last_day_of(self.due_at)

    @property
    def reply_by(self) -> date | None:
        """The day promised, as long as the answer is owed: in 评 it was given."""
        is_answered = self.stage == Stage.RATE
        if is_answered or not self.is_open:
            return None
        return self.promised_on

    @property
    def was_settled(self) -> bool:
        """True where it was settled on the spot, and stands so."""
        return (
            self.handling == Handling.ON_SPOT
            and self.completed_at is not None
            and self.completed_at == self.accepted_at
        )

    @property
    def is_completed(self) -> bool:
        """True where the work of the present round is 办结: what came of it is of this
        round, and not of one before.
        """
        return self.completed_at is not None

    @property
    def is_rated(self) -> bool:
        """True where the speaker answered in the present round.

        An answer closes the matter or has it wait for an order, and the next round
        begins without one (domain §3, rate). What closes otherwise had no answer, but
        an explanation, which follows the second 不满意. No query.
        """
        if not self.satisfaction:
            return False
        ended = (CloseReason.RATED, CloseReason.EXPLAINED)
        return self.needs_order or self.close_reason in ended

    def is_left_unrated(self, at: datetime) -> bool:
        """Return True where nobody rated within the days after the reply (domain §3,
        close_unrated), nor within the clock that asks for it: where a town gives more
        time, that holds.
        """
        if self.stage != Stage.RATE or self.replied_at is None or self.due_at is None:
            return False

        days = timedelta(days=settings.UNRATED_CLOSE_DAYS)
        return self.replied_at + days <= at and self.due_at <= at

    def light(self, at: datetime) -> Light | None:
        """Return the light of domain §4; None once closed. Lights belong to cases,
        never to people.
        """
        if self.due_at is None or self.yellow_at is None:
            return None

        if self.grey_until and at < self.grey_until:
            return Light.GREY
        if at >= self.due_at:
            return Light.RED
        if at >= self.yellow_at:
            return Light.YELLOW
        return Light.GREEN
