"""Addresses of supervision, under /api/v1/."""

from django.urls import path

from supervision.api import inbox, orders

urlpatterns = [
    path("inbox/", inbox.Inbox.as_view(), name="api-inbox"),
    path("inbox/read/", inbox.ReadAll.as_view(), name="api-inbox-read"),
    path("inbox/<int:pk>/read/", inbox.ReadOne.as_view(), name="api-notice-read"),
    path("orders/", orders.Orders.as_view(), name="api-orders"),
    path("orders/<int:pk>/", orders.OneOrder.as_view(), name="api-order"),
    path(
        "cases/<slug:number>/orders/",
        orders.OrdersOfCase.as_view(),
        name="api-case-orders",
    ),
]
