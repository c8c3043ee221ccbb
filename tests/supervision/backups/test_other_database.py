"""A restore migrates a database of its own, while the program's is worked with."""

import pytest
from django.core.management import call_command

from cases.models import Case
from supervision.backups.databases import scratch, snapshot
from tests.cases.roads import spoken, staff
from tests.test_upgrade import FIRST_WITH_ROWS
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents
from villages.models import ResidentKey

pytestmark = pytest.mark.django_db(transaction=True)


def test_another_database_is_brought_up_to_date_and_ours_is_not_touched(tmp_path):
    here = staff()
    case = spoken(
        here,
        confidentiality="hidden",
        speaker_name="欧阳山",
        co_speakers=("赵秀英",),
        verbatim="欧阳山家旁的路灯坏了 120 天",
    )
    household = HouseholdFactory(group=here.group)
    index_residents([ResidentFactory(household=household, name="阿依-古丽")])
    keys = set(ResidentKey.objects.values_list("key", flat=True))
    wanted = (case.open_words, case.hidden_words)
    dump = tmp_path / "dump"
    for app, name in FIRST_WITH_ROWS:
        call_command("migrate", app, name, verbosity=0)
    try:
        with snapshot(tmp_path) as ours, dump.open("wb") as file:
            ours.write_to(file)
    finally:
        call_command("migrate", verbosity=0)
    Case.objects.update(open_words="ours", hidden_words="ours")
    ResidentKey.objects.all().delete()

    with scratch(tmp_path) as other:
        with dump.open("rb") as file:
            other.read_from(file)
        call_command("migrate", database=other.alias, verbosity=0)
        theirs = Case.objects.using(other.alias).get(pk=case.pk)
        their_keys = ResidentKey.objects.using(other.alias)

        assert (theirs.open_words, theirs.hidden_words) == wanted
        assert theirs.event_hash == case.event_hash
        assert set(their_keys.values_list("key", flat=True)) == keys

    assert set(Case.objects.values_list("open_words", "hidden_words")) == {
        ("ours", "ours")
    }
    assert not ResidentKey.objects.exists()
