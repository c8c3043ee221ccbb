"""Seven of days, four of weeks, twelve of months; and nothing else in the folder goes."""

from datetime import UTC, datetime, timedelta

import pytest

from supervision.backups.contents import index_key_mark
from supervision.backups.keeping import backups_in, made_at, thin_out, to_stay
from supervision.models import BackupRun
from tests.cases.roads import NOON

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]
COUNTS = (7, 4, 12)
NIGHT = NOON.replace(hour=2, minute=10)


def nights(count):
    return [NIGHT - timedelta(days=nth) for nth in range(count)]


def test_after_two_years_the_last_week_month_and_year_can_be_fetched():
    stay = to_stay(nights(730), COUNTS)

    ages = sorted((NIGHT - moment).days for moment in stay)
    assert ages[:7] == [0, 1, 2, 3, 4, 5, 6]  # a Monday back to the Tuesday before
    # Sundays; the ends of months since
    weeks = [1, 8, 15]
    assert set(weeks) <= set(ages)
    months = {moment.month for moment in stay if (moment + timedelta(days=1)).day == 1}
    assert len(months) == 11  # the twelfth is the month under way
    assert len(stay) <= sum(COUNTS)
    assert ages[-1] == 306  # the end of April of last year


def test_kept_night_by_night_the_same_stay():
    """What is thinned out every night is what is thinned out once."""
    kept: set[datetime] = set()
    for moment in reversed(nights(500)):
        kept = to_stay({*kept, moment}, COUNTS)

    assert kept == to_stay(nights(500), COUNTS)


def test_of_a_day_the_last_stays():
    early, late = NIGHT, NIGHT + timedelta(hours=9)

    assert to_stay([early, late], (1, 0, 0)) == {late}


def test_a_day_is_one_in_shanghai():
    """20:00 and 23:00 in Greenwich are two days there but one here."""
    first = datetime(2026, 3, 1, 20, tzinfo=UTC)
    second = datetime(2026, 3, 2, 10, tzinfo=UTC)

    assert to_stay([first, second], (7, 0, 0)) == {second}


def test_a_machine_that_was_off_for_long_loses_none_of_its_days():
    """Days without a backup are not counted: the newest seven stay, however old."""
    moments = [NIGHT - timedelta(days=20 * nth) for nth in range(7)]

    assert to_stay(moments, (7, 0, 0)) == set(moments)


def test_other_files_are_left_alone(tmp_path, settings):
    folder = tmp_path / "folder"
    folder.mkdir()
    settings.BACKUP_KEEP = (1, 1, 1)
    names = [name_of(moment, index_key_mark()) for moment in nights(3)]
    others = ["minshi-mine.backup", "notes.txt", ".minshi-x.backup.unfinished"]
    # of another town on the same share, and of nobody knows whom
    others += [name_of(moment, "0123abcd") for moment in nights(3)]
    others += [name_of(moment) for moment in nights(3)]
    for name in (*names, *others):
        (folder / name).touch()

    removed = thin_out(folder)

    # the last of the day and the month is today's, of the week before last none
    assert {path.name for path in removed} == set(names[1:])
    assert {path.name for path in folder.iterdir()} == {names[0], *others}
    assert [path.name for path in backups_in(folder)] == [names[0]]
    assert made_at(folder / "minshi-mine.backup") is None


def name_of(moment, mark=""):
    before = f"{mark}-" if mark else ""
    return f"minshi-{before}{moment:%Y%m%dT%H%M%SZ}.backup"


def test_names_from_before_are_own_where_the_database_notes_them(tmp_path):
    (older, oldest) = nights(2)
    newest = older + timedelta(days=1)
    names = [name_of(newest, index_key_mark()), name_of(older), name_of(oldest)]
    for name in names:
        (tmp_path / name).touch()
    BackupRun.objects.create(
        step="made", at=older, file=name_of(older), is_good=True, size=1
    )

    assert [path.name for path in backups_in(tmp_path)] == names[:2]
