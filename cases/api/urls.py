"""Addresses of cases, under /api/v1/."""

from django.urls import path

from cases.api import cases, moves, parts

urlpatterns = [
    path("cases/", cases.CaseList.as_view(), name="api-cases"),
    path("cases/<slug:number>/", cases.CaseItem.as_view(), name="api-case"),
    path("cases/<slug:number>/moves/", moves.MoveList.as_view(), name="api-moves"),
    path("cases/<slug:number>/events/", parts.Events.as_view(), name="api-events"),
    path("cases/<slug:number>/attachments/", parts.Attachments.as_view(), name="api-attachments"),
    path("cases/<slug:number>/ratings/", parts.Ratings.as_view(), name="api-ratings"),
]
