"""The moments at which this installation was made and last brought up to date."""

from datetime import datetime

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max, Min


def installed_at() -> datetime:
    """Return the moment at which the database was made."""
    migrations = MigrationRecorder.Migration.objects
    made: datetime = migrations.aggregate(first=Min("applied"))["first"]
    return made


def brought_up_at() -> datetime:
    """Return the moment at which the database was last brought up to date."""
    migrations = MigrationRecorder.Migration.objects
    changed: datetime = migrations.aggregate(last=Max("applied"))["last"]
    return changed
