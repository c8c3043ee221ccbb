"""A database of its own beside the one configured: made, filled, measured, dropped."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

# As in production, but with plain static names (nothing need be collected) and without
# the shared cache and broker.
CONDITIONS = {
    "ALLOWED_HOSTS": ["testserver"],
    "DEBUG": False,
    "STATIC_ROOT": settings.BASE_DIR / "static",  # whitenoise warns of a missing one
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    "STORAGES": {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    },
}


@contextmanager
def throw_away() -> Iterator[str]:
    """Make an empty, migrated database and yield its name; whatever the configured one
    holds is not read.
    """
    with ExitStack() as stack:
        name = f"minshi_bench_{os.getpid()}"
        if connection.vendor == "sqlite":
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="minshi-bench-")
            )
            name = str(Path(folder) / f"{name}.sqlite3")
        configured = str(connection.settings_dict["NAME"])

        stack.enter_context(override_settings(**CONDITIONS))
        logging.disable(logging.WARNING)
        stack.callback(logging.disable, logging.NOTSET)

        connection.settings_dict["TEST"]["NAME"] = name
        connection.creation.create_test_db(
            verbosity=0, autoclobber=True, serialize=False
        )
        stack.callback(connection.creation.destroy_test_db, configured, verbosity=0)
        yield name


def refresh_statistics() -> None:
    """Do what autovacuum does in the hours after so much was written."""
    statement = "VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE"
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def joined_database(name: str) -> Iterator[None]:
    """Join the same database and conditions in another process."""
    connection.settings_dict["NAME"] = name
    logging.disable(logging.WARNING)
    with override_settings(**CONDITIONS):
        yield
    connection.close()
