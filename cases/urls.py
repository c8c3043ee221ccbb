"""Addresses of the case pages."""

from django.urls import path

from cases.views import act, attachments, detail, home, intake, ledgers, lists, preview, registers, slips, track

app_name = "cases"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("intake/", intake.Intake.as_view(), name="intake"),
    path("intake/similar/", intake.Similar.as_view(), name="similar"),
    path("cases/", lists.CaseList.as_view(), name="list"),
    path("cases/requests/", registers.RequestList.as_view(), name="requests"),
    path("cases/red-lines/", registers.RedLines.as_view(), name="red_lines"),
    path("cases/<str:number>/", detail.CaseDetail.as_view(), name="detail"),
    path("cases/<str:number>/receipt/", intake.Receipt.as_view(), name="receipt"),
    path("cases/<str:number>/phone/", detail.OpenPhone.as_view(), name="open_phone"),
    path("cases/<str:number>/files/", attachments.Upload.as_view(), name="upload"),
    path("cases/<str:number>/do/<slug:action>/", act.Act.as_view(), name="act"),
    path("cases/<str:number>/do/<slug:action>/preview/", preview.Preview.as_view(), name="preview"),
    path("cases/<str:number>/slips/<slug:key>/<int:nth>/", slips.SlipPrint.as_view(), name="slip"),
    path("files/<uuid:uuid>/", attachments.Download.as_view(), name="file"),
    path("files/<uuid:uuid>/<slug:size>/", attachments.Download.as_view(), name="file_sized"),
    path("ledgers/", ledgers.LedgerIndex.as_view(), name="ledgers"),
    path("ledgers/<slug:key>/", ledgers.LedgerPage.as_view(), name="ledger"),
    path("ledgers/<slug:key>/print/", ledgers.LedgerPrint.as_view(), name="ledger_print"),
    path("ledgers/<slug:key>/<slug:form>/", ledgers.LedgerExport.as_view(), name="ledger_export"),
    path("t/", track.TrackAny.as_view(), name="track_any"),
    path("t/<str:number>/", track.Track.as_view(), name="track"),
]
