"""The app's name in words."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Supervision(AppConfig):
    name = "supervision"
    verbose_name = _("Supervision")
