"""Requests for time and red-line reports as rows of a list. Context: `sight`."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from cases.models import Event, MandatoryReport, TimeRequest
from cases.privacy.redactor import NOTHING, Redactor, reader_redactor
from cases.serializers.fields import ReadOnlyHolderField, ShownRow
from cases.time_to_report import time_to_report
from cases.workflow.writers import Writers, receipt_for


class OfACase(ShownRow[Any]):
    """With the case's number and title; without who spoke where that is hidden from the
    reader.
    """

    number = serializers.CharField(source="case.number", read_only=True)
    title = serializers.CharField(source="case.title", read_only=True)

    def to_representation(self, row: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(row)
        redact = reader_redactor(row.case, self.context["sight"])

        for name, value in shown.items():
            if isinstance(value, str):
                shown[name] = redact(value)
        if redact is not NOTHING:
            self.show_own_words(row, shown, redact)
        return shown

    def show_own_words(self, row: Any, shown: dict[str, Any], redact: Redactor) -> None:
        """Show in a redacted row what the reader wrote, as they wrote it."""
        raise NotImplementedError


class TimeRequestRow(OfACase):
    asked_by = ReadOnlyHolderField()
    ruled_by = ReadOnlyHolderField(allow_null=True)
    case_due_on = serializers.DateField(
        source="case.due_on", allow_null=True, read_only=True
    )
    days = serializers.IntegerField(read_only=True)

    class Meta:
        model = TimeRequest
        fields = (
            "number",
            "title",
            "round",
            "kind",
            "state",
            "reason",
            "until_on",
            "days",
            "due_on",
            "new_due_on",
            "case_due_on",
            "asked_by",
            "asked_at",
            "ruled_by",
            "ruled_at",
            "ended_at",
        )

    def show_own_words(self, row: Any, shown: dict[str, Any], redact: Redactor) -> None:
        shown["reason"] = redact(row.reason, post=row.asked_by_id)


class RedLineRow(OfACase):
    """A red-line report: to whom, when, and how long it took."""

    # the context also has `writers`, as `writers_for` gives them, and `events`, as
    # `events_of` does
    post = ReadOnlyHolderField()
    happened = serializers.SerializerMethodField(
        help_text="What happened; empty in reports from before it was asked."
    )
    minutes = serializers.SerializerMethodField(
        help_text="From taking down to reporting."
    )
    late = serializers.SerializerMethodField(
        help_text="True where that was longer than RED_LINE_MINUTES."
    )

    class Meta:
        model = MandatoryReport
        fields = (
            "id",
            "number",
            "title",
            "at",
            "told",
            "happened",
            "told_at",
            "minutes",
            "late",
            "receipt",
            "post",
        )

    def show_own_words(self, row: Any, shown: dict[str, Any], redact: Redactor) -> None:
        writers: Mapping[int, Writers] = self.context["writers"]
        shown["told"] = redact(row.told, post=row.post_id)
        shown["receipt"] = receipt_for(row, redact, writers[row.case_id])
        event = self._event_of(row)
        shown["happened"] = redact.note(event) if event else ""

    def get_happened(self, report: MandatoryReport) -> str:
        """Return it as it is stored, without names; `show_own_words` has it in full
        for whoever may read it so.
        """
        event = self._event_of(report)
        return event.note if event else ""

    def _event_of(self, report: MandatoryReport) -> Event | None:
        events: Mapping[int, Event] = self.context["events"]
        return events.get(report.pk)

    def get_minutes(self, report: MandatoryReport) -> int:
        return time_to_report(report).minutes

    def get_late(self, report: MandatoryReport) -> bool:
        return time_to_report(report).is_late
