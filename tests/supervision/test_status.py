"""Whether the jobs run, what waits and what was given up: on the page, and for
Prometheus.
"""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db.migrations.recorder import MigrationRecorder
from django.template.loader import render_to_string
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from cases.deadlines.calendar import Gaps, load_calendar, years_without_data
from cases.models import CalendarDay
from minshi.celery import HEARTBEAT_KEY
from minshi.clock import now
from supervision import tasks
from supervision.chasing.sweeping import sweep
from supervision.models import Call, JobRun, Notice, NoticeState
from supervision.status import NAMES, backlog, jobs
from tests import roles
from tests.cases.roads import DAY, NOON, decided, spoken, staff

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
NONE = Gaps((), ())


@pytest.fixture(autouse=True)
def _at_noon():
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield
    cache.clear()


def run_of(name):
    return JobRun.objects.get(name=f"supervision.tasks.{name}")


def test_a_run_that_goes_well_is_noted():
    tasks.sweep.apply()

    run = run_of("sweep")
    assert (run.started_at, run.ended_at, run.ok_at, run.failures) == (
        NOON,
        NOON,
        NOON,
        0,
    )


def test_failures_are_counted_until_one_goes_well_and_name_no_matter():
    here = staff()
    case = decided(here)
    broken = Notice.objects.create(
        key="x",
        kind="yellow",
        channel="email",
        recipient=here.handler.user,
        case=case,
        state="waiting",
        created_at=NOON,
        send_after=NOON,
    )
    Notice.objects.filter(pk=broken.pk).update(kind="nonsense")
    here.handler.user.email = "a@example.cn"
    here.handler.user.save()

    for times in (1, 2):
        tasks.deliver.apply()
        Notice.objects.filter(pk=broken.pk).update(send_after=NOON)
        assert Notice.objects.get(pk=broken.pk).error == "KeyError"
        assert (run_of("deliver").failures, run_of("deliver").error) == (
            times,
            "SomeFailed",
        )
    assert run_of("deliver").ok_at is None

    Notice.objects.filter(pk=broken.pk).delete()
    tasks.deliver.apply()
    assert (
        run_of("deliver").failures,
        run_of("deliver").error,
        run_of("deliver").ok_at,
    ) == (0, "", NOON)


def test_a_job_that_has_not_gone_well_for_three_turns_is_late():
    tasks.sweep.apply()
    tasks.deliver.apply()

    def late(at):
        return {job.name for job in jobs(at) if job.is_late}

    assert late(NOON) == set()
    assert "supervision.tasks.sweep" not in late(NOON + 3 * MINUTE)
    assert "supervision.tasks.sweep" in late(NOON + 3 * MINUTE + timedelta(seconds=1))


def test_every_job_of_the_schedule_has_a_name():
    from minshi.celery import app

    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == {
        *NAMES,
        tasks.HEARTBEAT,
    }


def test_the_backlog_counts_what_waits():
    here = staff()
    load_calendar([2026], NOON)
    case = spoken(here, channel="qr_code")
    waits = backlog(case.due_at + MINUTE)
    assert (waits.events, waits.clocks, waits.orphans, waits.gaps) == (1, 1, 0, NONE)
    assert waits.oldest > 0

    sweep(case.due_at + MINUTE)
    waits = backlog(case.due_at + MINUTE)
    assert (waits.events, waits.clocks, waits.oldest) == (0, 0, 0)


def test_what_has_no_owner_and_what_was_given_up_is_counted():
    here = staff()
    case = decided(here)
    here.handler.until_on = NOON.date() - DAY
    here.handler.from_on = here.handler.until_on - DAY
    here.handler.save()
    sweep(NOON)
    Notice.objects.create(
        key="dead",
        kind="yellow",
        channel="email",
        recipient=here.duty.user,
        case=case,
        state=NoticeState.DEAD,
        created_at=NOON,
        send_after=NOON,
    )

    waits = backlog(NOON)
    assert (waits.orphans, waits.dead, waits.calls) == (1, 1, Call.objects.count())


@pytest.mark.parametrize(
    ("month", "years"), [(3, (2026,)), (10, (2026,)), (11, (2026, 2027))]
)
def test_the_next_year_is_missed_from_november_on(month, years):
    assert years_without_data(NOON.replace(month=month)) == years


def test_a_year_that_is_entered_in_part_stays_on_the_page(client):
    """One make-up day lets its year be relied on; there never were so few."""
    load_calendar([2026], NOON)
    admin = roles.system_admin()

    def notes(*worked):
        for day in worked:
            CalendarDay.objects.create(day=day, is_working=True, confirmed=True)
        with time_machine.travel(NOON.replace(month=11), tick=False):
            client.force_login(admin.user)
            page = client.get(reverse("supervision:status")).text
        return re.findall(r"2027年.*安排|2027年.*太少", page)

    weekends = [date(2027, 2, nth) for nth in (6, 7, 13, 14, 20)]
    assert notes() == ["2027年的放假调休安排"]
    assert notes(weekends[0]) == ["2027年录入的调休上班日太少"]
    assert notes(*weekends[1:]) == []


@pytest.mark.parametrize("days", [[], [date(2027, 2, 6)]])
def test_only_who_enters_days_off_is_asked_to(client, days):
    """Whoever oversees matters has no page for it."""
    load_calendar([2026], NOON)
    for day in days:
        CalendarDay.objects.create(day=day, is_working=True, confirmed=True)
    pages = []
    for post in (roles.system_admin(), staff().supervisor):
        with time_machine.travel(NOON.replace(month=11), tick=False):
            client.force_login(post.user)
            pages.append(client.get(reverse("supervision:status")).text)

    asked = re.compile(r"请更新日历|请看看是不是没录全")
    assert ["2027年" in page for page in pages] == [True, True]
    assert [bool(asked.search(page)) for page in pages] == [True, False]


def test_the_page_is_for_overseers_system_administrator_and_auditor(
    client, django_assert_num_queries
):
    here = staff()
    admin = roles.system_admin()
    for post, status in (
        (here.reviewer, 200),
        (here.supervisor, 200),
        (admin, 200),
        (roles.auditor(), 200),
        (here.duty, 404),
    ):
        client.force_login(post.user)
        assert client.get(reverse("supervision:status")).status_code == status
    client.force_login(admin.user)
    # four of them for backups, three for the check of history that never was
    with django_assert_num_queries(21):
        page = client.get(reverse("supervision:status")).text
    assert "两分钟没有动静" in page

    cache.set(HEARTBEAT_KEY, "alive", 60)
    assert "两分钟没有动静" not in client.get(reverse("supervision:status")).text


def test_who_oversees_matters_reads_no_count_of_them(client):
    """It would tell them of what their own lists leave out."""
    here = staff()
    case = spoken(here)
    Notice.objects.create(
        key="dead",
        kind="yellow",
        channel="email",
        recipient=here.duty.user,
        case=case,
        state=NoticeState.DEAD,
        created_at=NOON,
        send_after=NOON,
    )
    tasks.check_history.apply()

    def read(post):
        client.force_login(post.user)
        page = client.get(reverse("supervision:status"))
        return page.context["backlog"], re.findall(r"<dd>\d+</dd>|1 件事的", page.text)

    for post in (here.reviewer, here.supervisor, here.county_supervisor):
        assert read(post) == (None, [])
    for post in (roles.system_admin(), roles.auditor()):
        waits, shown = read(post)
        assert waits.dead == 1
        assert "1 件事的" in shown


def scraped(client, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return client.get(reverse("supervision:metrics"), headers=headers)


def test_prometheus_reads_the_same_with_the_token_alone(client, settings):
    tasks.sweep.apply()
    assert scraped(client, "").status_code == 404
    settings.METRICS_TOKEN = "a long word"
    for wrong in (None, "", "another"):
        assert scraped(client, wrong).status_code == 404

    families = {
        family.name: {
            tuple(sample.labels.values()): sample.value for sample in family.samples
        }
        for family in text_string_to_metric_families(
            scraped(client, "a long word").text
        )
    }

    assert families["minshi_jobs_alive"] == {(): 0}
    assert families["minshi_backlog"][("clocks",)] == 0
    assert (
        families["minshi_job_went_well_seconds"][("supervision.tasks.sweep",)]
        == NOON.timestamp()
    )
    assert families["minshi_job_failures"][("supervision.tasks.deliver",)] == 0


def test_a_night_without_a_key_is_no_good_backup(client, settings):
    settings.BACKUP_KEY = ""
    tasks.back_up.apply()
    client.force_login(roles.system_admin().user)

    page = client.get(reverse("supervision:status"))

    rows = {str(row.label): row for row in page.context["jobs"]}
    made = rows[str(NAMES["supervision.tasks.back_up"])]
    assert (made.colour, made.words) == (
        "yellow",
        "还没有设置备份用的密钥，不做备份",
    )
    assert made.ok_at is None


def test_the_system_administrator_starts_at_the_state_of_the_system(client):
    client.force_login(roles.system_admin().user)

    assert client.get(reverse("cases:home"))["Location"] == reverse(
        "supervision:status"
    )


def test_the_headline_counts_what_is_to_be_seen_to(client):
    client.force_login(roles.system_admin().user)

    before = client.get(reverse("supervision:status"))
    cache.set(HEARTBEAT_KEY, "alive", 60)
    after = client.get(reverse("supervision:status"))

    assert before.context["to_do"] > after.context["to_do"] > 0  # no backup yet
    assert f"有 {after.context['to_do']} 项要处理" in after.text
    assert "后台任务正常" not in after.text


def test_where_nothing_is_to_be_seen_to_the_headline_says_so():
    told = {"alive": True, "to_do": 0, "gaps": NONE}

    headline = render_to_string("supervision/_status_notes.html", told)

    assert "后台任务正常" in headline
    assert "要处理" not in headline


def test_what_is_said_of_late_backups_is_plain_speech(client):
    long_ago = now() - timedelta(days=90)
    MigrationRecorder.Migration.objects.update(applied=long_ago)
    client.force_login(roles.system_admin().user)

    page = client.get(reverse("supervision:status")).text

    assert "运维手册" in page
    assert "BACKUP_KEY" not in page
