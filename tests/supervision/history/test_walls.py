"""Walls, whose address lets in without a log-in: one that SQL put in, changed or took
away is found, and one that the administrator gave or ended is not.
"""

import pytest

from minshi.history import history_lifted
from supervision.figures.wall import digest_of, end_wall, give_wall, wall_of
from supervision.models import Wall
from supervision.sealing.findings import LogWrong
from tests import roles
from tests.cases.roads import NOON
from tests.supervision.history.attacks import MINUTE, NIGHT, by_sql, found
from tests.supervision.history.migrating import migrate_back_before, migrate_to_the_end
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(here):
    post = roles.system_admin()
    roles.record_made(NOON)
    return post.user


@pytest.fixture
def wall(here, admin):
    given, _token = give_wall(here.town, "大厅", by=admin, at=NOON)
    return given


def test_a_wall_that_was_given_and_ended_is_recorded(admin, wall):
    assert found() == set()

    end_wall(wall, by=admin, at=NOON + MINUTE)

    assert found() == set()


def test_a_wall_that_was_put_in_is_found(here, admin):
    rows = [
        Wall(
            town=here.town,
            name="x",
            digest=digest_of("mine"),
            given_at=NOON,
            given_by=admin,
        )
    ]
    Wall.objects.bulk_create(rows)

    assert wall_of("mine")
    assert found() == {LogWrong.CLOSED}


def test_a_wall_that_was_ended_and_put_back_is_found(admin, wall):
    end_wall(wall, by=admin, at=NOON + MINUTE)

    by_sql("wall", "UPDATE supervision_wall SET ended_at = NULL", id=wall.pk)

    assert found() == {LogWrong.CLOSED}


@pytest.mark.parametrize("is_ended_after", [False, True])
def test_another_address_is_found_also_once_it_is_ended(admin, wall, is_ended_after):
    Wall.objects.filter(pk=wall.pk).update(digest=digest_of("mine"))
    if is_ended_after:
        end_wall(wall, by=admin, at=NOON + MINUTE)

    assert found() == {LogWrong.CLOSED}


def test_a_wall_that_was_taken_away_is_found(wall):
    Wall.objects.all()._raw_delete("default")

    assert found() == {LogWrong.CLOSED_GONE}


@pytest.mark.django_db(transaction=True)
def test_walls_of_before_are_recorded_by_the_update_once(here, wall):
    migrate_back_before("0024_seal_walls", app="supervision")
    with history_lifted():
        AuditRecord.objects.filter(subject__startswith="wall:").delete()
    migrate_to_the_end()
    assert not found(NIGHT) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}

    migrate_back_before("0024_seal_walls", app="supervision")
    Wall.objects.update(digest=digest_of("mine"))
    migrate_to_the_end()

    assert LogWrong.CLOSED in found(NIGHT)
