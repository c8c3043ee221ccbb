"""Addresses of logging in and of the grid, under /api/v1/."""

from django.urls import path

from villages import api

urlpatterns = [
    path("login/", api.Login.as_view(), name="api-login"),
    path("logout/", api.Logout.as_view(), name="api-logout"),
    path("logoutall/", api.LogoutAll.as_view(), name="api-logoutall"),
    path("me/", api.Me.as_view(), name="api-me"),
    path("villages/", api.VillageList.as_view(), name="api-villages"),
    path("households/", api.HouseholdLookup.as_view(), name="api-households"),
]
