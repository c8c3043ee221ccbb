"""Addresses of supervision."""

from django.urls import path

from supervision import views

app_name = "supervision"
urlpatterns = [path("reminders/", views.Reminders.as_view(), name="reminders")]
