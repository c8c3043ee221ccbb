"""The role that the application works as in PostgreSQL: it reads and writes rows, and
owns nothing, so that it can neither drop a table nor lift a trigger of the history.
"""

from dataclasses import dataclass, field

from django.db import connection

# In this order; each names the role, the database or the schema by their own names.
GRANTS = (
    "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    # which migrations were run only the owner writes down
    "REVOKE INSERT, UPDATE, DELETE ON {schema}.django_migrations FROM {role}",
)


@dataclass(frozen=True)
class Application:
    """The role of the application."""

    role: str
    password: str = field(repr=False)


def grant_application(application: Application) -> None:
    """Make the role if there is none, set its password, and grant it what it needs.

    To be run by the owner, after each migration: grants reach the tables there are.
    ProgrammingError: the owner may make no roles (CREATEROLE).
    """
    quoted = connection.ops.quote_name
    names = {
        "role": quoted(application.role),
        "database": quoted(connection.settings_dict["NAME"]),
        "schema": quoted("public"),
    }

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [application.role])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(
            f"{verb} ROLE {names['role']} LOGIN PASSWORD %s", [application.password]
        )
        for grant in GRANTS:
            cursor.execute(grant.format(**names))
