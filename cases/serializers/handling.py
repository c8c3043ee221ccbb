"""Who handles a case, what they report and ask for, and what was replied."""

from cases.models import Assignment, HandBack, Reply, TimeRequest
from cases.serializers.fields import ReadOnlyHolderField, ShownRow


class HandBackSerializer(ShownRow[HandBack]):
    asked_by = ReadOnlyHolderField()
    ruled_by = ReadOnlyHolderField(allow_null=True)

    class Meta:
        model = HandBack
        fields = ("ground", "state", "asked_by", "asked_at", "ruled_by", "ruled_at")


class AssignmentSerializer(ShownRow[Assignment]):
    """`ask` and `due_on` are of this part alone; `hand_backs` say why it was given back
    and how that was ruled.
    """

    holder = ReadOnlyHolderField()
    hand_backs = HandBackSerializer(many=True)

    class Meta:
        model = Assignment
        fields = (
            "round",
            "role",
            "holder",
            "ask",
            "due_on",
            "assigned_at",
            "acknowledged_at",
            "reported_at",
            "report",
            "waived_at",
            "ended_at",
            "end",
            "hand_backs",
        )


class ReplySerializer(ShownRow[Reply]):
    class Meta:
        model = Reply
        fields = ("round", "at", "text")


class TimeRequestSerializer(ShownRow[TimeRequest]):
    class Meta:
        model = TimeRequest
        fields = (
            "round",
            "kind",
            "state",
            "reason",
            "until_on",
            "asked_at",
            "ruled_at",
            "ended_at",
        )
