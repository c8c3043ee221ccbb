"""The app's name in words."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Cases(AppConfig):
    name = "cases"
    verbose_name = _("Cases")
