"""The names that the schema gives to sets of choices, by where these are written.

A set that is not named here is called after its field.
"""

CHOICES = "cases.models.choices"
NAMED_AS_IN_CODE = (
    "Stage",
    "Level",
    "Category",
    "Grade",
    "Channel",
    "Handling",
    "Confidentiality",
    "Outcome",
    "Satisfaction",
    "Solved",
    "How",
    "CloseReason",
    "RequestKind",
    "RequestState",
    "ActorKind",
    "AssignmentEnd",
    "AfterwordEnd",
    "Light",
)
NAMES_OF_CHOICES = {
    **{name: f"{CHOICES}.{name}" for name in NAMED_AS_IN_CODE},
    "Action": "cases.serializers.moves.MADE_BY_PEOPLE",
    "AgendaPart": "cases.models.meeting.Part",
    "BatchAction": "cases.serializers.four_two.BATCH_ACTIONS",
    "BodyKind": "villages.models.bodies.Body",
    "ConcludingAction": "cases.meetings.ITEM_ACTIONS",
    "ExportForm": "cases.ledgers.exports.FORMS",
    "ExportState": "cases.models.export_job.ExportState",
    "FourTwoOrigin": "cases.models.four_two.Origin",
    "InputKind": "cases.serializers.moves.INPUT_KINDS",
    "ItemPlace": "cases.serializers.meetings.PLACES",
    "ItemState": "cases.models.meeting.ItemState",
    "ItemVerdict": "cases.meetings.Verdict",
    "MeetingKind": "villages.models.bodies.MeetingKind",
    "NoticeKind": "supervision.models.notice_kinds.NoticeKind",
    "NoticeState": "supervision.models.notice_kinds.NoticeState",
    "OrderAct": "supervision.api.orders.ACTS",
    "OrderState": "supervision.models.order.OrderState",
    "ReservedMatter": "cases.models.reserved.ReservedMatter",
    "Role": "villages.models.roles.Role",
    "RoundDays": "cases.api.duty.DAYS",
    "Sex": "villages.models.grid.Sex",
    "SwapAnswer": "villages.api.duty.ANSWERS",
    "SwapState": "villages.models.duty.SwapState",
    "VoteBase": "villages.models.bodies.Base",
}
