"""The app, and Django's admin with our own site, which posts alone open."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.core import checks
from django.utils.translation import gettext_lazy as _


class Villages(AppConfig):
    default = True
    name = "villages"
    verbose_name = _("Villages and people")

    def ready(self) -> None:
        # Third parties' signals and registers: logins go to the audit log, settings
        # keep their field history.
        from villages import field_history, login_log, second_factor

        login_log.listen()
        field_history.register_history()
        checks.register(second_factor.check_roles)


class MinshiAdmin(admin.AdminConfig):
    default = (
        False  # of this module; settings name it in the place of django.contrib.admin
    )
    default_site = "villages.admin_site.MinshiAdminSite"
