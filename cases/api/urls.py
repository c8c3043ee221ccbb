"""Addresses of cases, under /api/v1/."""

from django.urls import path

from cases.api import (
    archive,
    cases,
    duty,
    exports,
    files,
    four_two,
    frozen,
    hidden_words,
    items,
    ledgers,
    meetings,
    moves,
    own_ledgers,
    parts,
    queue,
    registers,
    slips,
)

urlpatterns = [
    path("cases/", cases.CaseListAPIView.as_view(), name="api-cases"),
    path("cases/<slug:number>/", cases.CaseItemAPIView.as_view(), name="api-case"),
    path(
        "cases/<slug:number>/moves/", moves.MoveListAPIView.as_view(), name="api-moves"
    ),
    path(
        "cases/<slug:number>/moves/<slug:action>/texts/",
        moves.StandardTextsAPIView.as_view(),
        name="api-move-texts",
    ),
    path(
        "cases/<slug:number>/moves/<slug:action>/preview/",
        moves.PreviewAPIView.as_view(),
        name="api-move-preview",
    ),
    path(
        "cases/<slug:number>/events/", parts.EventsAPIView.as_view(), name="api-events"
    ),
    path(
        "cases/<slug:number>/attachments/",
        parts.AttachmentsAPIView.as_view(),
        name="api-attachments",
    ),
    path(
        "cases/<slug:number>/attachments/<uuid:uuid>/",
        parts.AttachmentFileAPIView.as_view(),
        name="api-attachment",
    ),
    path(
        "cases/<slug:number>/slips/", slips.SlipListAPIView.as_view(), name="api-slips"
    ),
    path(
        "cases/<slug:number>/slips/<slug:key>/<int:nth>/",
        slips.SlipItemAPIView.as_view(),
        name="api-slip",
    ),
    path(
        "time-requests/",
        registers.TimeRequestsAPIView.as_view(),
        name="api-time-requests",
    ),
    path("red-lines/", registers.RedLinesAPIView.as_view(), name="api-red-lines"),
    path(
        "cases/<slug:number>/ratings/",
        parts.RatingsAPIView.as_view(),
        name="api-ratings",
    ),
    path(
        "cases/<slug:number>/meetings/",
        parts.MeetingsOfCaseAPIView.as_view(),
        name="api-case-meetings",
    ),
    path(
        "cases/<slug:number>/four-two/",
        parts.FourTwoOfCaseAPIView.as_view(),
        name="api-case-four-two",
    ),
    path(
        "cases/<slug:number>/hidden-words/",
        hidden_words.HiddenWordsAPIView.as_view(),
        name="api-hidden-words",
    ),
    path(
        "cases/<slug:number>/readers/",
        parts.ReadersAPIView.as_view(),
        name="api-case-readers",
    ),
    path("batch/", four_two.BatchAPIView.as_view(), name="api-batch"),
    path("queue/", queue.DecisionQueueAPIView.as_view(), name="api-queue"),
    path("queue/places/", queue.QueuePlacesAPIView.as_view(), name="api-queue-places"),
    path("duty/rounds/", duty.RoundListAPIView.as_view(), name="api-rounds"),
    path("duty/rounds/plan/", duty.RoundPlanAPIView.as_view(), name="api-round-plan"),
    path("meetings/", meetings.MeetingListAPIView.as_view(), name="api-meetings"),
    path(
        "meetings/<int:pk>/",
        meetings.MeetingItselfAPIView.as_view(),
        name="api-meeting",
    ),
    path(
        "meetings/<int:pk>/roll/",
        meetings.RollAPIView.as_view(),
        name="api-meeting-roll",
    ),
    path(
        "meetings/<int:pk>/people/",
        meetings.PeopleAPIView.as_view(),
        name="api-meeting-people",
    ),
    path(
        "meetings/<int:pk>/people/<int:person>/",
        meetings.PersonAPIView.as_view(),
        name="api-meeting-person",
    ),
    path(
        "meetings/<int:pk>/agenda/",
        meetings.AgendaAPIView.as_view(),
        name="api-meeting-agenda",
    ),
    path(
        "meetings/<int:pk>/minutes/",
        meetings.MinutesAPIView.as_view(),
        name="api-meeting-minutes",
    ),
    path(
        "meetings/<int:pk>/close/",
        meetings.CloseAPIView.as_view(),
        name="api-meeting-close",
    ),
    path(
        "meetings/<int:pk>/cancel/",
        meetings.CancelAPIView.as_view(),
        name="api-meeting-cancel",
    ),
    path(
        "meetings/<int:pk>/corrections/",
        meetings.CorrectionsAPIView.as_view(),
        name="api-meeting-corrections",
    ),
    path(
        "meetings/<int:pk>/sheets/",
        files.MeetingSheetsAPIView.as_view(),
        name="api-meeting-sheets",
    ),
    path(
        "meetings/<int:pk>/items/<int:item>/",
        items.ItemItselfAPIView.as_view(),
        name="api-meeting-item",
    ),
    path(
        "meetings/<int:pk>/items/<int:item>/place/",
        items.ItemPlaceAPIView.as_view(),
        name="api-meeting-place",
    ),
    path(
        "meetings/<int:pk>/items/<int:item>/asides/",
        items.AsidesAPIView.as_view(),
        name="api-meeting-asides",
    ),
    path(
        "meetings/<int:pk>/items/<int:item>/conclude/",
        items.ConclusionAPIView.as_view(),
        name="api-meeting-conclude",
    ),
    path("four-two/", four_two.FourTwoListAPIView.as_view(), name="api-four-two-list"),
    path(
        "four-two/<int:pk>/",
        four_two.FourTwoItselfAPIView.as_view(),
        name="api-four-two",
    ),
    path(
        "four-two/<int:pk>/steps/",
        four_two.FourTwoStepsAPIView.as_view(),
        name="api-four-two-steps",
    ),
    path(
        "four-two/<int:pk>/corrections/",
        four_two.FourTwoCorrectionsAPIView.as_view(),
        name="api-four-two-corrections",
    ),
    path(
        "four-two/<int:pk>/drop/",
        four_two.FourTwoDropAPIView.as_view(),
        name="api-four-two-drop",
    ),
    path(
        "four-two/<int:pk>/steps/<int:nth>/sheets/",
        files.StepSheetsAPIView.as_view(),
        name="api-step-sheets",
    ),
    path("sheets/<uuid:uuid>/", files.SheetFileAPIView.as_view(), name="api-sheet"),
    path("exports/", exports.ExportListAPIView.as_view(), name="api-exports"),
    path(
        "exports/<uuid:uuid>/", exports.ExportItemAPIView.as_view(), name="api-export"
    ),
    path(
        "exports/<uuid:uuid>/file/",
        exports.ExportFileAPIView.as_view(),
        name="api-export-file",
    ),
    path("frozen/", frozen.FrozenListAPIView.as_view(), name="api-frozen-ledgers"),
    path(
        "frozen/<int:pk>/", frozen.FrozenItemAPIView.as_view(), name="api-frozen-ledger"
    ),
    path(
        "frozen/<int:pk>/red/",
        frozen.FrozenRedAPIView.as_view(),
        name="api-frozen-ledger-red",
    ),
    path("ledgers/", ledgers.LedgerListAPIView.as_view(), name="api-ledgers"),
    path("ledgers/<slug:key>/", ledgers.LedgerRowsAPIView.as_view(), name="api-ledger"),
    path(
        "ledgers/<slug:key>/own/",
        own_ledgers.OwnLedgerAPIView.as_view(),
        name="api-own-ledger",
    ),
    path(
        "ledgers/<slug:key>/own/filters/",
        own_ledgers.SavedFiltersAPIView.as_view(),
        name="api-own-ledger-filters",
    ),
    path(
        "ledgers/<slug:key>/own/filters/<str:name>/",
        own_ledgers.SavedFilterAPIView.as_view(),
        name="api-own-ledger-filter",
    ),
    path(
        "cases/<slug:number>/archive/",
        archive.ArchiveAPIView.as_view(),
        name="api-archive",
    ),
    path(
        "cases/<slug:number>/speaker/",
        own_ledgers.ShowSpeakerAPIView.as_view(),
        name="api-show-speaker",
    ),
]
