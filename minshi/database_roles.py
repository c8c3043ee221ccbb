"""The role that the application works as in PostgreSQL: it reads and writes rows, and
owns nothing, so that it can neither drop a table nor lift a trigger of the history.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg2 import sql

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
    InsufficientPrivilege (ProgrammingError): the owner may make no roles (CREATEROLE).
    """
    with connection.cursor() as cursor:
        verb = "ALTER" if _is_known(cursor, application.role) else "CREATE"
        _run(
            cursor,
            f"{verb} ROLE {{role}} LOGIN PASSWORD {{password}}",
            application,
        )
        for grant in GRANTS:
            _run(cursor, grant, application)


def _is_known(cursor: Any, role: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    return cursor.fetchone() is not None


def _run(cursor: Any, statement: str, application: Application) -> None:
    names = {
        "role": sql.Identifier(application.role),
        "database": sql.Identifier(connection.settings_dict["NAME"]),
        "schema": sql.Identifier("public"),
        "password": sql.Literal(application.password),
    }
    composed = sql.SQL(statement).format(**names)
    cursor.execute(composed.as_string(connection.connection))
