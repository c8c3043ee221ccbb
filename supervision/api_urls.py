"""Addresses of supervision, under /api/v1/."""

from django.urls import path

from supervision import api

urlpatterns = [
    path("inbox/", api.Inbox.as_view(), name="api-inbox"),
    path("inbox/read/", api.ReadAll.as_view(), name="api-inbox-read"),
    path("inbox/<int:pk>/read/", api.ReadOne.as_view(), name="api-notice-read"),
    path("orders/", api.Orders.as_view(), name="api-orders"),
    path("orders/<int:pk>/", api.OneOrder.as_view(), name="api-order"),
    path(
        "cases/<slug:number>/orders/",
        api.OrdersOfCase.as_view(),
        name="api-case-orders",
    ),
]
