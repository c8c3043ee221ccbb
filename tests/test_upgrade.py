"""A town that has matters already is brought up to date: every migration of rows runs
over rows, with the models as they were then; in the program's database, and in one of
its own that a restore migrates while the program's is worked with.
"""

import pytest
from django.core.management import call_command

from cases.models import Case
from cases.privacy.personal import fold_words
from cases.workflow import Action, make_move
from supervision.backups.databases import scratch, snapshot
from tests.cases.roads import NOON, accepted, officer, spoken, staff
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents
from villages.models import ResidentKey

pytestmark = pytest.mark.django_db(transaction=True)
FIRST_WITH_ROWS = (("supervision", "0002"), ("cases", "0003"), ("villages", "0002"))


@pytest.fixture(autouse=True)
def _other_databases(db, django_db_blocker):
    """Of its own, which Django knows of only meanwhile."""
    with django_db_blocker.unblock():
        yield


def rows_of_a_town():
    """Matters and a resident in whose columns stands what migrations fold."""
    here = staff()
    spoken(
        here,
        confidentiality="hidden",
        speaker_name="欧阳山",
        speaker_phone="13912345678",
        co_speakers=("古丽-艾力", "赵秀英"),
        verbatim="古丽●艾力家和欧阳山家旁的路灯坏了 120 天",
    )
    make_move(
        accepted(here),
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        speaker_name="蒲富贵",
        reason="写错了",
    )
    household = HouseholdFactory(group=here.group)
    index_residents([ResidentFactory(household=household, name="阿依-古丽")])


def words_in(database):
    """What is searched of each matter, and the hash over its history."""
    cases = Case.objects.using(database).order_by("pk")
    return list(cases.values_list("pk", "open_words", "hidden_words", "event_hash"))


def keys_in(database):
    keys = ResidentKey.objects.using(database)
    return set(keys.values_list("key", flat=True))


def test_rows_pass_through_every_migration_since_the_first_release(tmp_path):
    rows_of_a_town()
    words = words_in("default")
    keys = keys_in("default")

    dump = tmp_path / "dump"
    try:
        for app, name in FIRST_WITH_ROWS:
            call_command("migrate", app, name, verbosity=0)
        with snapshot(tmp_path) as first, dump.open("wb") as file:
            first.write_to(file)
    finally:
        call_command("migrate", verbosity=0)

    assert words_in("default") == words
    assert keys_in("default") == keys
    for row in Case.objects.all():
        before = (row.open_words, row.hidden_words)
        fold_words(row)
        assert (row.open_words, row.hidden_words) == before

    Case.objects.update(open_words="ours", hidden_words="ours")
    ResidentKey.objects.all().delete()
    with scratch(tmp_path) as other:
        with dump.open("rb") as file:
            other.read_from(file)
        call_command("migrate", database=other.alias, verbosity=0)

        assert words_in(other.alias) == words
        assert keys_in(other.alias) == keys
    ours = Case.objects.values_list("open_words", "hidden_words")
    assert set(ours) == {("ours", "ours")}
    assert not ResidentKey.objects.exists()
