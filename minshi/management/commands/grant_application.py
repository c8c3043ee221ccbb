"""The step after every migration: the application's role and its grants."""

import os
from typing import Any

import environ
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from minshi.database_roles import Application, grant_application

VARIABLE = "APPLICATION_DATABASE_URL"


class Command(BaseCommand):
    help = (
        "Makes the PostgreSQL role of APPLICATION_DATABASE_URL, sets its password, and"
        " grants it to read and write rows. Run it as the owner after each migration."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        address = os.environ.get(VARIABLE, "")
        if not address:
            raise CommandError(f"{VARIABLE} is not set.")
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles.")

        asked = environ.Env.db_url_config(address)
        if not asked["USER"] or not asked["PASSWORD"]:
            raise CommandError(f"{VARIABLE} names no role with a password.")
        if asked["USER"] == connection.settings_dict["USER"]:
            raise CommandError("The application's role must not be the owner itself.")

        grant_application(Application(asked["USER"], asked["PASSWORD"]))
        self.stdout.write(f"{asked['USER']} may read and write rows.")
