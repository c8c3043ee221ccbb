"""The role of the application reads and writes rows, and owns nothing."""

import contextlib
import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import psycopg2
import pytest
from axes.models import AccessAttempt
from django.core.management import CommandError, call_command
from django.db import connection

from cases.models import Event
from minshi.database_roles import Application, grant_application
from tests.cases.roads import accepted, staff
from tests.processes import free_port, full_form, gunicorn, readyz, until

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PASSWORD = "only for a test: % ' \""
FORBIDDEN = (
    "CREATE TABLE own (id int)",
    "CREATE SCHEMA own",
    "DROP TABLE cases_event",
    "TRUNCATE cases_event",
    "ALTER TABLE cases_event DISABLE TRIGGER ALL",
    "ALTER TABLE cases_case ADD COLUMN own int",
    "SET session_replication_role = replica",
    "UPDATE django_migrations SET name = name",
    "CREATE ROLE another",
)


@pytest.fixture
def application():
    """The role, of this test database alone; roles belong to the whole cluster."""
    name = connection.settings_dict["NAME"]
    made = Application(f"{name}_app", PASSWORD)
    grant_application(made)
    yield made
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT "{made.role}" TO CURRENT_USER')
        cursor.execute(f'DROP OWNED BY "{made.role}"')
        cursor.execute(f'DROP ROLE "{made.role}"')


@contextlib.contextmanager
def connect(application):
    database = connection.settings_dict
    opened = psycopg2.connect(
        dbname=database["NAME"],
        host=database["HOST"],
        port=database["PORT"],
        user=application.role,
        password=application.password,
    )
    opened.autocommit = True
    with contextlib.closing(opened), opened.cursor() as cursor:
        yield cursor


def test_it_owns_nothing_and_may_not_change_what_there_is(application):
    accepted(staff())

    with connect(application) as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
            " WHERE r.rolname = current_user"
        )
        assert cursor.fetchone() == (0,)
        for statement in FORBIDDEN:
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
        cursor.execute("SELECT count(*) FROM cases_event")
        assert cursor.fetchone() == (Event.objects.count(),)


def test_what_is_granted_twice_stays_so(application):
    grant_application(Application(application.role, "another"))

    with connect(Application(application.role, "another")) as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        assert cursor.fetchone() == (0,)


def test_the_application_serves_and_writes_as_this_role(application, start, tmp_path):
    database = connection.settings_dict
    quoted = urllib.parse.quote(application.password, safe="")
    where = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    env = full_form(
        tmp_path, DATABASE_URL=f"postgres://{application.role}:{quoted}@{where}"
    )
    port = free_port()
    server = start(*gunicorn(port), env=env | {"SECURE_COOKIES": "false"})
    until(lambda: is_up(port), processes=[server])

    log_in(f"http://127.0.0.1:{port}", "nobody", "a try that is written down")

    assert AccessAttempt.objects.exists()


def is_up(port):
    answer = readyz(port)
    return answer and (answer["database"], answer["migrations"]) == ("ok", "ok")


def log_in(site, name, password):
    browser = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(CookieJar())
    )
    page = browser.open(f"{site}/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    form = {"csrfmiddlewaretoken": token, "login": name, "password": password}
    sent = urllib.parse.urlencode(form).encode()
    browser.open(f"{site}/login/", sent).close()


def test_the_step_names_what_is_missing(monkeypatch):
    owner = connection.settings_dict["USER"]
    for address, words in (
        ("", "not set"),
        ("postgres://minshi_app@db/minshi", "no role with a password"),
        (f"postgres://{owner}:x@db/minshi", "not be the owner"),
    ):
        monkeypatch.setenv("APPLICATION_DATABASE_URL", address)
        with pytest.raises(CommandError, match=words):
            call_command("grant_application")


def test_the_step_grants_to_the_role_of_the_address(monkeypatch, application):
    quoted = urllib.parse.quote("of the address", safe="")
    address = f"postgres://{application.role}:{quoted}@db:5432/minshi"
    monkeypatch.setenv("APPLICATION_DATABASE_URL", address)

    call_command("grant_application")

    with connect(Application(application.role, "of the address")) as cursor:
        cursor.execute("SELECT 1")
