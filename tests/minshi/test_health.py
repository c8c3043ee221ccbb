"""/healthz and /readyz say what a supervisor of processes needs, and nothing an
attacker could use.
"""

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from minshi import health
from minshi.celery import HEARTBEAT_KEY, heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def heard():
    health._migrated.clear()
    heartbeat()
    yield
    cache.delete(HEARTBEAT_KEY)


def test_the_process_answers_without_asking_anything(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_when_everything_works(client):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "cache": "ok",
        "migrations": "ok",
        "beat": "ok",
    }
    assert "no-store" in answer["Cache-Control"]


def test_unready_when_the_beat_is_not_heard(client):
    cache.delete(HEARTBEAT_KEY)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert (answer.json()["beat"], answer.json()["database"]) == ("failed", "ok")


def test_unready_while_a_migration_is_missing(client):
    MigrationRecorder.Migration.objects.filter(app="supervision").delete()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["migrations"] == "failed"


def test_migrations_are_asked_for_until_they_are_applied(
    client, django_assert_num_queries
):
    client.get("/readyz")

    with django_assert_num_queries(1):
        client.get("/readyz")


@pytest.mark.parametrize("broken", ["database", "cache"])
def test_a_broken_part_is_named_and_its_words_stay_in_the_log(
    client, monkeypatch, caplog, broken
):
    def refuse(*_args, **_kwargs):
        raise ConnectionError("password=secret host=10.0.0.1")

    monkeypatch.setattr(
        *{"database": (connection, "cursor"), "cache": (cache, "set")}[broken], refuse
    )

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()[broken] == "failed"
    assert "secret" not in answer.content.decode()
    assert "10.0.0.1" in caplog.text


def test_nothing_is_posted(client):
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


def test_a_log_in_is_not_asked_for(client):
    assert client.get("/healthz").status_code == 200
