"""Two lists at once, and matters taken down meanwhile: nothing is doubled, and nobody
waits for the other to the end.
"""

import pytest

from cases.models import Case
from tests.cases.roads import NOON, spoken, staff
from tests.together import at_once
from tests.villages.imports.files import HEAD, checked, xlsx
from villages.imports import running, starting
from villages.models import Household, ImportRun, Resident

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
PEOPLE = 60


def test_the_same_people_in_two_lists_at_once_come_in_once(monkeypatch):
    monkeypatch.setattr(running, "BATCH", 10)
    here = staff()
    people = [
        [here.group.number, 1 + nth // 3, f"李{chr(0x4E00 + nth)}"]
        for nth in range(PEOPLE)
    ]
    of_village = checked(xlsx(HEAD[:3], *people), here.secretary, here.village)
    rows = [[here.village.name, *row] for row in people]
    of_town = checked(xlsx(["村名", *HEAD[:3]], *rows), here.reviewer, here.town)
    for run in (of_village, of_town):
        starting.enter(run, good_only=True, by=run.by, at=NOON)

    def enter(run):
        return lambda: running.work_through(run.pk, lambda: NOON)

    def take_down():
        for _matter in range(5):
            spoken(here)

    results = at_once(enter(of_village), enter(of_town), take_down)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Resident.objects.count() == PEOPLE
    assert Household.objects.count() == PEOPLE // 3
    assert Case.objects.count() == 5
    runs = ImportRun.objects.order_by("pk")
    assert [run.state for run in runs] == ["entered", "entered"]
    assert sum(run.counts["entered"] for run in runs) == PEOPLE


def test_two_workers_at_one_list_enter_each_row_once(monkeypatch):
    monkeypatch.setattr(running, "BATCH", 5)
    here = staff()
    people = [
        [here.group.number, nth, f"李{chr(0x4E00 + nth)}"] for nth in range(1, 31)
    ]
    run = checked(xlsx(HEAD[:3], *people), here.secretary, here.village)
    starting.enter(run, good_only=True, by=run.by, at=NOON)

    def work():
        batches = running._Work(run.pk)
        while batches.do_batch(NOON):
            pass

    results = at_once(work, work)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Resident.objects.count() == 30
    assert run.rows.filter(is_entered=True).count() == 30
