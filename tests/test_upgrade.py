"""A town that has matters already is brought up to date: every migration of rows runs
over rows, with the models as they were then.
"""

import pytest
from django.core.management import call_command

from cases.models import Case
from cases.privacy.personal import fold_words
from cases.workflow import Action, make_move
from tests.cases.roads import NOON, accepted, officer, spoken, staff
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents
from villages.models import ResidentKey

pytestmark = pytest.mark.django_db(transaction=True)
FIRST_WITH_ROWS = (("supervision", "0002"), ("cases", "0003"), ("villages", "0002"))


def test_rows_pass_through_every_migration_since_the_first_release():
    here = staff()
    hidden = spoken(
        here,
        confidentiality="hidden",
        speaker_name="欧阳山",
        speaker_phone="13912345678",
        co_speakers=("古丽-艾力", "赵秀英"),
        verbatim="古丽●艾力家旁的路灯坏了",
    )
    case = make_move(
        accepted(here),
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        speaker_name="蒲富贵",
        reason="写错了",
    )
    resident = ResidentFactory(
        household=HouseholdFactory(group=here.group), name="阿依-古丽"
    )
    index_residents([resident])
    keys = set(ResidentKey.objects.values_list("key", flat=True))
    before = {row.pk: (row.open_words, row.hidden_words) for row in (hidden, case)}

    try:
        for app, name in FIRST_WITH_ROWS:
            call_command("migrate", app, name, verbosity=0)
    finally:
        call_command("migrate", verbosity=0)

    assert set(ResidentKey.objects.values_list("key", flat=True)) == keys
    for row in Case.objects.filter(pk__in=before):
        assert (row.open_words, row.hidden_words) == before[row.pk]
        fold_words(row)
        assert (row.open_words, row.hidden_words) == before[row.pk]
