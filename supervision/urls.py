"""Addresses of supervision."""

from django.urls import path

from supervision.views import (
    board,
    calls,
    figures,
    inbox,
    new_order,
    of_case,
    order,
    order_print,
    orders,
    publishing,
    reports,
    settings,
    signing,
    status,
    tracking,
    undelivered,
    wall,
)

app_name = "supervision"
urlpatterns = [
    path("inbox/", inbox.InboxPage.as_view(), name="inbox"),
    path("inbox/count/", inbox.Unread.as_view(), name="unread"),
    path("inbox/latest/", inbox.Latest.as_view(), name="latest"),
    path("inbox/read/", inbox.MarkAllRead.as_view(), name="read_all"),
    path("inbox/<int:pk>/", inbox.Open.as_view(), name="open"),
    path("undelivered/", undelivered.Undelivered.as_view(), name="undelivered"),
    path("undelivered/again/", undelivered.SendAgain.as_view(), name="send_again"),
    path("status/", status.Status.as_view(), name="status"),
    path("metrics", status.metrics, name="metrics"),
    path("figures/", figures.FiguresPage.as_view(), name="figures"),
    path(
        "figures/definitions/",
        figures.FigureMeanings.as_view(),
        name="figure_definitions",
    ),
    path("figures/mine/", figures.OwnMonth.as_view(), name="own_month"),
    path("figures/rows/<str:code>/", figures.FigureRows.as_view(), name="figure_rows"),
    path("reports/", reports.ReportList.as_view(), name="reports"),
    path("reports/<int:pk>/", reports.ReportPage.as_view(), name="report"),
    path("reports/<int:pk>/print/", reports.ReportPrint.as_view(), name="report_print"),
    path(
        "reports/<int:pk>/publish/",
        publishing.PublishReport.as_view(),
        name="publish_report",
    ),
    path(
        "reports/<int:pk>/take-back/",
        publishing.TakeBackReport.as_view(),
        name="take_back_report",
    ),
    path(
        "reports/<int:pk>/<slug:act>/", reports.ReportAct.as_view(), name="report_act"
    ),
    path("public/<slug:code>/", publishing.show_public, name="public_report"),
    path("wall/", wall.show_wall, name="wall"),
    path("walls/", wall.Walls.as_view(), name="walls"),
    path("walls/<int:pk>/end/", wall.EndWall.as_view(), name="end_wall"),
    path("board/", board.Board.as_view(), name="board"),
    path("board/export/", board.ExportTicked.as_view(), name="export_ticked"),
    path("board/chase/", board.ChaseTogether.as_view(), name="chase_together"),
    path("tracking/", tracking.TrackingList.as_view(), name="tracking"),
    path(
        "tracking/<int:pk>/", tracking.TrackingPage.as_view(), name="tracking_meeting"
    ),
    path("tracking/<int:pk>/end/", tracking.EndTracking.as_view(), name="end_tracking"),
    path(
        "tracking/<int:pk>/items/<int:tracked>/",
        tracking.SayOf.as_view(),
        name="tracked",
    ),
    path(
        "matters/<str:number>/chasing/", of_case.ChasingOfCase.as_view(), name="of_case"
    ),
    path("orders/", orders.OrderList.as_view(), name="orders"),
    path("orders/sign/", signing.SignTogether.as_view(), name="sign_together"),
    path("orders/<int:pk>/", order.OrderPage.as_view(), name="order"),
    path(
        "orders/<int:pk>/print/", order_print.OrderPrint.as_view(), name="order_print"
    ),
    path("orders/<int:pk>/<slug:act>/", order.OrderAct.as_view(), name="order_act"),
    path("calls/", calls.CallList.as_view(), name="calls"),
    path("calls/<int:pk>/", calls.NoteCall.as_view(), name="call"),
    path("calls/<int:pk>/phone/", calls.OpenNumber.as_view(), name="call_phone"),
    path("ladder/", settings.Ladder.as_view(), name="ladder"),
    path("ladder/<slug:step>/", settings.EditRung.as_view(), name="rung"),
    path("ladder/texts/<slug:kind>/", settings.EditText.as_view(), name="notice_text"),
    path("matters/<str:number>/order/", new_order.NewOrder.as_view(), name="new_order"),
]
