"""Addresses of the case pages."""

from django.urls import path

from cases.views import (
    act,
    archive,
    attachments,
    detail,
    duty_round,
    exports,
    four_two,
    four_two_papers,
    frozen,
    hidden_words,
    home,
    intake,
    ledgers,
    lists,
    meetings,
    new_town,
    own_ledgers,
    preview,
    queue,
    receipt,
    registers,
    shown,
    similar,
    slips,
    timing,
    track,
)

app_name = "cases"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("intake/", intake.Intake.as_view(), name="intake"),
    path("intake/similar/", similar.Similar.as_view(), name="similar"),
    path("new-town/", new_town.NewTown.as_view(), name="new_town"),
    path("new-town/line/", new_town.NewTownSummary.as_view(), name="new_town_line"),
    path("new-town/copy/", new_town.CopyTopics.as_view(), name="copy_topics"),
    path("duty/round/", duty_round.DutyRound.as_view(), name="duty_round"),
    path("cases/", lists.CaseList.as_view(), name="list"),
    path("cases/requests/", registers.RequestList.as_view(), name="requests"),
    path("cases/red-lines/", registers.RedLines.as_view(), name="red_lines"),
    path("cases/<str:number>/", detail.CaseDetail.as_view(), name="detail"),
    path("cases/<str:number>/receipt/", receipt.Receipt.as_view(), name="receipt"),
    path("cases/<str:number>/phone/", detail.OpenPhone.as_view(), name="open_phone"),
    path(
        "cases/<str:number>/hidden-words/",
        hidden_words.HiddenWords.as_view(),
        name="hidden_words",
    ),
    path("cases/<str:number>/archive/", archive.Archive.as_view(), name="archive"),
    path(
        "cases/<str:number>/speaker/", shown.ShowSpeaker.as_view(), name="show_speaker"
    ),
    path("cases/<str:number>/files/", attachments.Upload.as_view(), name="upload"),
    path("cases/<str:number>/do/<slug:action>/", act.Act.as_view(), name="act"),
    path(
        "cases/<str:number>/do/<slug:action>/preview/",
        preview.Preview.as_view(),
        name="preview",
    ),
    path(
        "cases/<str:number>/slips/<slug:key>/<int:nth>/",
        slips.SlipPrint.as_view(),
        name="slip",
    ),
    path(
        "given-back/<int:pk>/slip/",
        slips.ReturnSlipPrint.as_view(),
        name="return_slip",
    ),
    path("files/<uuid:uuid>/", attachments.Download.as_view(), name="file"),
    path("files/<uuid:uuid>/show/", attachments.ShowFile.as_view(), name="show_file"),
    path(
        "files/<uuid:uuid>/off/", attachments.RemoveFile.as_view(), name="remove_file"
    ),
    path(
        "files/<uuid:uuid>/<slug:size>/",
        attachments.Download.as_view(),
        name="file_sized",
    ),
    path("exports/", exports.ExportList.as_view(), name="exports"),
    path("exports/<uuid:uuid>/", exports.ExportFile.as_view(), name="export_file"),
    path("frozen/", frozen.FrozenList.as_view(), name="frozen_list"),
    path("frozen/<int:pk>/", frozen.FrozenPage.as_view(), name="frozen"),
    path("frozen/<int:pk>/xlsx/", frozen.FrozenTaken.as_view(), name="frozen_file"),
    path("frozen/<int:pk>/print/", frozen.FrozenPrint.as_view(), name="frozen_print"),
    path("ledgers/", ledgers.LedgerIndex.as_view(), name="ledgers"),
    path("ledgers/<slug:key>/", ledgers.LedgerPage.as_view(), name="ledger"),
    path(
        "ledgers/<slug:key>/arrange/",
        own_ledgers.LedgerArrange.as_view(),
        name="ledger_arrange",
    ),
    path(
        "ledgers/<slug:key>/filters/",
        own_ledgers.LedgerFilters.as_view(),
        name="ledger_filters",
    ),
    path(
        "ledgers/<slug:key>/print/", ledgers.LedgerPrint.as_view(), name="ledger_print"
    ),
    path(
        "ledgers/<slug:key>/<slug:form>/",
        ledgers.LedgerExport.as_view(),
        name="ledger_export",
    ),
    path("deadlines/", timing.Deadlines.as_view(), name="deadlines"),
    path("deadlines/<slug:rule>/", timing.EditDeadline.as_view(), name="deadline"),
    path("workdays/", timing.WorkDays.as_view(), name="workdays"),
    path("queue/", queue.QueuePage.as_view(), name="queue"),
    path("queue/batch/", queue.QueueBatch.as_view(), name="queue_batch"),
    path("queue/<str:number>/", queue.QueuePanel.as_view(), name="queue_panel"),
    path("meetings/", meetings.MeetingList.as_view(), name="meetings"),
    path("meetings/call/", meetings.CallMeeting.as_view(), name="meeting_call"),
    path("meetings/<int:pk>/", meetings.MeetingPage.as_view(), name="meeting"),
    path(
        "meetings/<int:pk>/screen/",
        meetings.MeetingScreen.as_view(),
        name="meeting_screen",
    ),
    path(
        "meetings/<int:pk>/print/",
        meetings.MeetingPrint.as_view(),
        name="meeting_print",
    ),
    path(
        "meetings/<int:pk>/sheets/",
        meetings.SheetUpload.as_view(),
        name="meeting_sheets",
    ),
    path(
        "meetings/<int:pk>/<slug:act>/",
        meetings.MeetingAct.as_view(),
        name="meeting_act",
    ),
    path(
        "meetings/<int:pk>/items/<int:item>/",
        meetings.ItemPage.as_view(),
        name="meeting_item",
    ),
    path(
        "meetings/<int:pk>/items/<int:item>/<slug:act>/",
        meetings.ItemAct.as_view(),
        name="meeting_item_act",
    ),
    path("sheets/<uuid:uuid>/", meetings.SheetFile.as_view(), name="sheet"),
    path(
        "sheets/<uuid:uuid>/<slug:size>/",
        meetings.SheetFile.as_view(),
        name="sheet_sized",
    ),
    path("four-two/", four_two.FourTwoList.as_view(), name="four_two_list"),
    path("four-two/<int:pk>/", four_two.FourTwoPage.as_view(), name="four_two"),
    path(
        "four-two/<int:pk>/drop/", four_two.FourTwoDrop.as_view(), name="four_two_drop"
    ),
    path(
        "four-two/<int:pk>/print/",
        four_two_papers.FourTwoPrint.as_view(),
        name="four_two_print",
    ),
    path(
        "four-two/<int:pk>/steps/<int:nth>/notice/",
        four_two_papers.FourTwoNotice.as_view(),
        name="four_two_notice",
    ),
    path(
        "four-two/<int:pk>/steps/<int:nth>/correct/",
        four_two.FourTwoCorrect.as_view(),
        name="four_two_correct",
    ),
    path(
        "four-two/<int:pk>/steps/<int:nth>/sheets/",
        four_two.FourTwoSheet.as_view(),
        name="four_two_sheet",
    ),
    path(
        "cases/<str:number>/four-two/",
        four_two.FourTwoStart.as_view(),
        name="four_two_start",
    ),
    path("t/", track.TrackAny.as_view(), name="track_any"),
    path("t/<str:number>/", track.Track.as_view(), name="track"),
    path(
        "t/<str:number>/photos/<uuid:uuid>/",
        track.TrackPhoto.as_view(),
        name="track_photo",
    ),
]
