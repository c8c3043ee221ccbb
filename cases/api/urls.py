"""Addresses of cases, under /api/v1/."""

from django.urls import path

from cases.api import (
    cases,
    duty,
    files,
    four_two,
    items,
    ledgers,
    meetings,
    moves,
    parts,
    queue,
    registers,
    slips,
)

urlpatterns = [
    path("cases/", cases.CaseList.as_view(), name="api-cases"),
    path("cases/<slug:number>/", cases.CaseItem.as_view(), name="api-case"),
    path("cases/<slug:number>/moves/", moves.MoveList.as_view(), name="api-moves"),
    path(
        "cases/<slug:number>/moves/<slug:action>/texts/",
        moves.StandardTexts.as_view(),
        name="api-move-texts",
    ),
    path(
        "cases/<slug:number>/moves/<slug:action>/preview/",
        moves.Preview.as_view(),
        name="api-move-preview",
    ),
    path("cases/<slug:number>/events/", parts.Events.as_view(), name="api-events"),
    path(
        "cases/<slug:number>/attachments/",
        parts.Attachments.as_view(),
        name="api-attachments",
    ),
    path(
        "cases/<slug:number>/attachments/<uuid:uuid>/",
        parts.AttachmentFile.as_view(),
        name="api-attachment",
    ),
    path("cases/<slug:number>/slips/", slips.SlipList.as_view(), name="api-slips"),
    path(
        "cases/<slug:number>/slips/<slug:key>/<int:nth>/",
        slips.SlipItem.as_view(),
        name="api-slip",
    ),
    path("time-requests/", registers.TimeRequests.as_view(), name="api-time-requests"),
    path("red-lines/", registers.RedLines.as_view(), name="api-red-lines"),
    path("cases/<slug:number>/ratings/", parts.Ratings.as_view(), name="api-ratings"),
    path(
        "cases/<slug:number>/meetings/",
        parts.MeetingsOfCase.as_view(),
        name="api-case-meetings",
    ),
    path(
        "cases/<slug:number>/four-two/",
        parts.FourTwoOfCase.as_view(),
        name="api-case-four-two",
    ),
    path(
        "cases/<slug:number>/readers/", parts.Readers.as_view(), name="api-case-readers"
    ),
    path("batch/", four_two.Batch.as_view(), name="api-batch"),
    path("queue/", queue.DecisionQueue.as_view(), name="api-queue"),
    path("queue/places/", queue.QueuePlaces.as_view(), name="api-queue-places"),
    path("duty/rounds/", duty.RoundList.as_view(), name="api-rounds"),
    path("duty/rounds/plan/", duty.RoundPlan.as_view(), name="api-round-plan"),
    path("meetings/", meetings.MeetingList.as_view(), name="api-meetings"),
    path("meetings/<int:pk>/", meetings.MeetingItself.as_view(), name="api-meeting"),
    path("meetings/<int:pk>/roll/", meetings.Roll.as_view(), name="api-meeting-roll"),
    path(
        "meetings/<int:pk>/people/",
        meetings.People.as_view(),
        name="api-meeting-people",
    ),
    path(
        "meetings/<int:pk>/people/<int:person>/",
        meetings.Person.as_view(),
        name="api-meeting-person",
    ),
    path(
        "meetings/<int:pk>/agenda/",
        meetings.Agenda.as_view(),
        name="api-meeting-agenda",
    ),
    path(
        "meetings/<int:pk>/minutes/",
        meetings.Minutes.as_view(),
        name="api-meeting-minutes",
    ),
    path(
        "meetings/<int:pk>/close/", meetings.Close.as_view(), name="api-meeting-close"
    ),
    path(
        "meetings/<int:pk>/cancel/",
        meetings.Cancel.as_view(),
        name="api-meeting-cancel",
    ),
    path(
        "meetings/<int:pk>/corrections/",
        meetings.Corrections.as_view(),
        name="api-meeting-corrections",
    ),
    path(
        "meetings/<int:pk>/sheets/",
        files.MeetingSheets.as_view(),
        name="api-meeting-sheets",
    ),
    path(
        "meetings/<int:pk>/items/<int:item>/",
        items.ItemItself.as_view(),
        name="api-meeting-item",
    ),
    path(
        "meetings/<int:pk>/items/<int:item>/place/",
        items.ItemPlace.as_view(),
        name="api-meeting-place",
    ),
    path(
        "meetings/<int:pk>/items/<int:item>/asides/",
        items.Asides.as_view(),
        name="api-meeting-asides",
    ),
    path(
        "meetings/<int:pk>/items/<int:item>/conclude/",
        items.Conclusion.as_view(),
        name="api-meeting-conclude",
    ),
    path("four-two/", four_two.FourTwoList.as_view(), name="api-four-two-list"),
    path("four-two/<int:pk>/", four_two.FourTwoItself.as_view(), name="api-four-two"),
    path(
        "four-two/<int:pk>/steps/",
        four_two.FourTwoSteps.as_view(),
        name="api-four-two-steps",
    ),
    path(
        "four-two/<int:pk>/corrections/",
        four_two.FourTwoCorrections.as_view(),
        name="api-four-two-corrections",
    ),
    path(
        "four-two/<int:pk>/drop/",
        four_two.FourTwoDrop.as_view(),
        name="api-four-two-drop",
    ),
    path(
        "four-two/<int:pk>/steps/<int:nth>/sheets/",
        files.StepSheets.as_view(),
        name="api-step-sheets",
    ),
    path("sheets/<uuid:uuid>/", files.SheetFile.as_view(), name="api-sheet"),
    path("ledgers/", ledgers.LedgerList.as_view(), name="api-ledgers"),
    path("ledgers/<slug:key>/", ledgers.LedgerRows.as_view(), name="api-ledger"),
]
