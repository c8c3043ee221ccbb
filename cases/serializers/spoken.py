"""A matter as it is taken down through the API, and the receipt given for it."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from cases.models import Case, Topic
from cases.models.choices import Category, Channel, Confidentiality, Grade
from cases.serializers.fields import PhoneField, PlainText, ShownRow
from cases.workflow import Spoken
from cases.workflow.speakers import LONGEST_NAME, LONGEST_WORDS, MOST_CO_SPEAKERS
from minshi import workdays
from villages.api.fields import NO_SUCH_CHOICE, IdField, MomentField
from villages.lookup import neighbourhood_of
from villages.models import Group, Resident, Town, User, Village
from villages.models.grid import Sex

MOST_CONCERNED = 20


class SpokenBody(serializers.Serializer[Any]):
    """Only the words and the village are needed."""

    # context: `user`, `at`; validated, a `Spoken` and the post
    verbatim = PlainText(max_length=LONGEST_WORDS)
    village = IdField(
        required=False,
        help_text="Needed unless the matter is told at the town's counter.",
    )
    town = IdField(required=False)
    group = IdField(required=False)
    resident = IdField(
        required=False, help_text="From households/; fills name, phone and group."
    )
    speaker_name = PlainText(max_length=LONGEST_NAME, required=False, allow_blank=True)
    as_typed = serializers.BooleanField(
        default=False,
        help_text="The name is written so, in whatever letters, and is no neighbour's.",
    )
    speaker_sex = serializers.ChoiceField(Sex.choices, required=False, allow_blank=True)
    speaker_phone = PhoneField()
    speaker_address = PlainText(max_length=80, required=False, allow_blank=True)
    proxy_speaker = PlainText(max_length=40, required=False, allow_blank=True)
    co_speakers = serializers.ListField(
        child=PlainText(max_length=LONGEST_NAME),
        max_length=MOST_CO_SPEAKERS,
        required=False,
    )
    title = PlainText(max_length=60, required=False, allow_blank=True)
    request_text = PlainText(max_length=2000, required=False, allow_blank=True)
    place = PlainText(max_length=80, required=False, allow_blank=True)
    category = serializers.ChoiceField(
        Category.choices, required=False, allow_blank=True
    )
    topic = IdField(required=False)
    grade = serializers.ChoiceField(Grade.choices, required=False, allow_blank=True)
    channel = serializers.ChoiceField(Channel.choices, default=Channel.TALK_ROOM)
    confidentiality = serializers.ChoiceField(
        Confidentiality.choices, default=Confidentiality.NORMAL
    )
    said_at = MomentField(required=False)
    concerns = serializers.ListField(
        child=IdField(), max_length=MOST_CONCERNED, required=False
    )
    remark = PlainText(max_length=200, required=False, allow_blank=True)
    post = IdField(
        required=False,
        help_text="The post acted from; else the first of yours that reaches there.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Replace keys by the rows they name; return a `Spoken` and the post's key.

        ValidationError: one names no row that the caller may choose.
        """
        post = attrs.pop("post", None)

        village = self._one("village", Village.objects.select_related("town"), attrs)
        town = self._one("town", Town.objects.all(), attrs)
        if village:
            town = village.town

        self._one("group", Group.objects.filter(village=village), attrs)
        self._one("topic", Topic.objects.filter(town=town, is_offered=True), attrs)
        self._one("resident", self._neighbours(), attrs)

        if "concerns" in attrs:
            attrs["concerns"] = self._existing(attrs["concerns"])
        attrs["co_speakers"] = tuple(attrs.get("co_speakers", ()))

        return {"spoken": Spoken(**attrs), "post": post}

    def _one(self, name: str, rows: QuerySet[Any], attrs: dict[str, Any]) -> Any:
        """Put the row that a field names in its place, and return it; None if unnamed.

        ValidationError: it is none of `rows`.
        """
        if name not in attrs:
            return None

        row = rows.filter(pk=attrs[name]).first()
        if row is None:
            raise serializers.ValidationError({name: NO_SUCH_CHOICE})

        attrs[name] = row
        return row

    def _neighbours(self) -> QuerySet[Resident]:
        """Return the residents whom the caller could look up: no others are copied."""
        at: datetime = self.context["at"]
        where = neighbourhood_of(self.context["user"], workdays.local_day(at))
        return where.residents.select_related("household__group")

    def _existing(self, ids: list[int]) -> tuple[User, ...]:
        """Return the accounts; `register` checks that they are cadres of the place."""
        users = tuple(User.objects.filter(pk__in=ids))
        if len(users) != len(set(ids)):
            raise serializers.ValidationError({"concerns": NO_SUCH_CHOICE})
        return users


class ReceiptSerializer(ShownRow[Case]):
    """回执: what the recorder hands over, even for a case that is then hidden from
    them.
    """

    class Meta:
        model = Case
        fields = (
            "number",
            "tracking_code",
            "registered_at",
            "promised_on",
            "stage",
            "level",
            "version",
        )
        read_only_fields = fields
