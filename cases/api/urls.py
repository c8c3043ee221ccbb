"""Addresses of cases, under /api/v1/."""

from django.urls import path

from cases.api import cases, ledgers, moves, parts, registers, slips

urlpatterns = [
    path("cases/", cases.CaseList.as_view(), name="api-cases"),
    path("cases/<slug:number>/", cases.CaseItem.as_view(), name="api-case"),
    path("cases/<slug:number>/moves/", moves.MoveList.as_view(), name="api-moves"),
    path("cases/<slug:number>/events/", parts.Events.as_view(), name="api-events"),
    path("cases/<slug:number>/attachments/", parts.Attachments.as_view(), name="api-attachments"),
    path("cases/<slug:number>/attachments/<uuid:uuid>/", parts.AttachmentFile.as_view(), name="api-attachment"),
    path("cases/<slug:number>/slips/", slips.SlipList.as_view(), name="api-slips"),
    path("cases/<slug:number>/slips/<slug:key>/<int:nth>/", slips.SlipItem.as_view(), name="api-slip"),
    path("time-requests/", registers.TimeRequests.as_view(), name="api-time-requests"),
    path("red-lines/", registers.RedLines.as_view(), name="api-red-lines"),
    path("cases/<slug:number>/ratings/", parts.Ratings.as_view(), name="api-ratings"),
    path("ledgers/", ledgers.LedgerList.as_view(), name="api-ledgers"),
    path("ledgers/<slug:key>/", ledgers.LedgerRows.as_view(), name="api-ledger"),
]
