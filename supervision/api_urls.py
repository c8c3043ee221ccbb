"""Addresses of supervision, under /api/v1/."""

from django.urls import path

from supervision.api import figures, inbox, orders

urlpatterns = [
    path("figures/", figures.FiguresAPIView.as_view(), name="api-figures"),
    path(
        "figures/definitions/",
        figures.FigureMeaningsAPIView.as_view(),
        name="api-figure-definitions",
    ),
    path("inbox/", inbox.InboxAPIView.as_view(), name="api-inbox"),
    path("inbox/read/", inbox.ReadAllAPIView.as_view(), name="api-inbox-read"),
    path(
        "inbox/<int:pk>/read/", inbox.ReadOneAPIView.as_view(), name="api-notice-read"
    ),
    path("orders/", orders.OrdersAPIView.as_view(), name="api-orders"),
    path("orders/sign/", orders.SignOrdersAPIView.as_view(), name="api-sign-orders"),
    path("orders/<int:pk>/", orders.OneOrderAPIView.as_view(), name="api-order"),
    path(
        "cases/<slug:number>/orders/",
        orders.OrdersOfCaseAPIView.as_view(),
        name="api-case-orders",
    ),
]
