"""Addresses of logging in, of the grid and of the roster, under /api/v1/."""

from django.urls import path

from villages.api import (
    bodies,
    duty,
    grid,
    hand_overs,
    imports,
    leaves,
    login,
    talk_rooms,
)

urlpatterns = [
    path("login/", login.Login.as_view(), name="api-login"),
    path("logout/", login.Logout.as_view(), name="api-logout"),
    path("logoutall/", login.LogoutAll.as_view(), name="api-logoutall"),
    path("me/", login.Me.as_view(), name="api-me"),
    path("villages/", grid.VillageList.as_view(), name="api-villages"),
    path("households/", grid.HouseholdLookup.as_view(), name="api-households"),
    path("talk-rooms/", talk_rooms.TalkRoomList.as_view(), name="api-talk-rooms"),
    path(
        "talk-rooms/<int:village>/",
        talk_rooms.TalkRoomItem.as_view(),
        name="api-talk-room",
    ),
    path("bodies/", bodies.Bodies.as_view(), name="api-bodies"),
    path("bodies/seats/<int:pk>/end/", bodies.SeatEnd.as_view(), name="api-end-seat"),
    path("bodies/rules/<slug:kind>/", bodies.RulesItem.as_view(), name="api-rules"),
    path("imports/", imports.Imports.as_view(), name="api-imports"),
    path("imports/<int:pk>/", imports.ImportItem.as_view(), name="api-import"),
    path(
        "imports/<int:pk>/columns/",
        imports.ImportColumns.as_view(),
        name="api-import-columns",
    ),
    path(
        "imports/<int:pk>/enter/",
        imports.ImportEnter.as_view(),
        name="api-import-enter",
    ),
    path(
        "imports/<int:pk>/take-back/",
        imports.ImportTakeBack.as_view(),
        name="api-import-take-back",
    ),
    path(
        "imports/<int:pk>/rows/", imports.ImportRows.as_view(), name="api-import-rows"
    ),
    path(
        "imports/<int:pk>/results/",
        imports.ImportResults.as_view(),
        name="api-import-results",
    ),
    path("duty/now/", duty.OnDutyNow.as_view(), name="api-duty-now"),
    path("duty/shifts/", duty.ShiftList.as_view(), name="api-shifts"),
    path("duty/shifts/<int:shift>/", duty.ShiftItem.as_view(), name="api-shift"),
    path("duty/shifts/<int:shift>/swaps/", duty.SwapAsk.as_view(), name="api-swap-ask"),
    path(
        "duty/shifts/<int:shift>/hand-over/",
        hand_overs.HandOverItem.as_view(),
        name="api-hand-over",
    ),
    path("duty/swaps/", duty.SwapList.as_view(), name="api-swaps"),
    path("duty/swaps/<int:swap>/", duty.SwapItem.as_view(), name="api-swap"),
    path("duty/leaves/", leaves.LeaveList.as_view(), name="api-leaves"),
    path("duty/leaves/<int:leave>/", leaves.LeaveItem.as_view(), name="api-leave"),
    path("duty/hand-overs/", hand_overs.HandOverList.as_view(), name="api-hand-overs"),
    path(
        "duty/hand-overs/<int:hand_over>/take/",
        hand_overs.HandOverTake.as_view(),
        name="api-take-over",
    ),
]
