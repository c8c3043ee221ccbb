"""Files that take long: asked for, written by a worker, fetched while one may."""

import hashlib
import io
import uuid
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse

from cases.ledgers import jobs
from cases.models import Case, ExportJob
from cases.models.export_job import ExportState
from cases.tasks import write_exports
from cases.workflow import Action, make_move
from minshi.clock import now
from supervision.backups import contents
from supervision.models import Notice, NoticeKind
from supervision.notices.exports import tell_of_exports
from tests import roles
from tests.api import Api
from tests.cases.ledger_desk import logged_in, page, take
from tests.cases.roads import accepted, decided, officer, spoken, staff
from villages.models import AuditRecord, Post
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch, settings, tmp_path):
    """A file of more than one row is one that takes long; nothing is queued."""
    settings.MEDIA_ROOT = tmp_path
    for where in ("cases.views.ledgers", "cases.ledgers.jobs"):
        monkeypatch.setattr(f"{where}.MOST_AT_ONCE", 1)


@pytest.fixture
def here():
    here = staff()
    decided(here)
    spoken(here, speaker_name="孙淑芬")
    return here


def asked_for(here, post: Post | None = None, **data: object) -> ExportJob:
    answer = take(post or here.secretary, form=data.pop("form", "xlsx"), **data)
    assert answer["Location"] == reverse("cases:exports")
    return ExportJob.objects.latest("pk")


def fetched(post: Post, job: ExportJob):
    return logged_in(post).post(reverse("cases:export_file", args=[job.uuid]))


def written(job: ExportJob) -> ExportJob:
    write_exports()
    job.refresh_from_db()
    return job


def test_a_long_file_is_written_by_the_worker_and_fetched_by_who_asked(here):
    job = asked_for(here)
    assert (job.state, job.rows) == (ExportState.WAITING, 2)
    shown = logged_in(here.secretary).get(reverse("cases:exports"))
    assert "every 3s" in shown.content.decode()

    job = written(job)

    assert (job.state, job.done, job.percent) == (ExportState.READY, 2, 100)
    answer = fetched(here.secretary, job)
    file = b"".join(answer.streaming_content)
    assert hashlib.sha256(file).hexdigest() == job.sha256
    assert len(file) == job.size
    sheet = openpyxl.load_workbook(io.BytesIO(file)).worksheets[0]
    assert sheet.max_row == 5
    traces = AuditRecord.objects.filter(kind=AuditKind.EXPORT).order_by("pk")
    assert ["2 行" in each.subject for each in traces] == [True, False]
    assert job.name in traces[1].subject
    assert {each.reason for each in traces} == {"月报"}


def test_a_file_is_not_handed_out_after_a_matter_in_it_was_hidden(here):
    case = accepted(here)
    job = written(asked_for(here))
    make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=now(),
        confidentiality="hidden",
    )

    answer = fetched(here.secretary, job)

    assert "请重新导出" in answer.text
    anew = fetched(here.secretary, written(asked_for(here)))
    assert anew.status_code == 200
    assert b"".join(anew.streaming_content)


def test_a_short_file_is_handed_out_at_once(here):
    answer = take(here.secretary, query="period=all&stage=speak")

    assert answer.status_code == 200
    assert not ExportJob.objects.exists()


def test_the_same_form_sent_twice_asks_for_one_file(here):
    client = logged_in(here.secretary)
    address = reverse("cases:ledger_export", args=["general", "xlsx"])
    said = {"key": str(uuid.uuid4()), "reason": "月报"}

    answers = [client.post(f"{address}?period=all", said) for _time in range(2)]

    assert {answer["Location"] for answer in answers} == {reverse("cases:exports")}
    assert ExportJob.objects.count() == 1


def test_the_same_form_with_full_names_is_another_file(here):
    api = Api(here.secretary)
    said = {"ledgers": ["general"], "query": "period=all", "reason": "月报"}
    said["key"] = str(uuid.uuid4())
    api.post("exports/", said)

    again = api.post("exports/", {**said, "unmasked": True})

    assert (again.status_code, again.json()["code"]) == (409, "key_reused")
    assert not ExportJob.objects.get().unmasked


def test_the_same_form_at_the_same_moment_asks_for_one_file(here, monkeypatch):
    api = Api(here.secretary)
    said = {"ledgers": ["general"], "query": "period=all", "reason": "月报"}
    said["key"] = str(uuid.uuid4())
    looked_up = jobs.once
    others = []

    def beside_another(*args, **options):
        monkeypatch.setattr(jobs, "once", looked_up)
        found = looked_up(*args, **options)
        others.append(api.post("exports/", said).json())
        return found

    monkeypatch.setattr(jobs, "once", beside_another)
    answer = api.post("exports/", said)

    assert answer.status_code == 201
    assert answer.json() == others[0]
    assert ExportJob.objects.count() == 1


def test_only_so_many_files_wait_at_a_time(here):
    for _time in range(jobs.MOST_WAITING):
        asked_for(here)

    assert take(here.secretary).status_code == 422


def test_several_ledgers_are_sheets_of_one_file(here):
    job = written(asked_for(here, also=["handling", "results", "visitors"]))

    file = b"".join(fetched(here.secretary, job).streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(file))
    shown = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    # of the results there is no row: no empty ledger is made
    assert shown == ["总台账", "办理事项台账", "群众来访登记"]
    assert "3本台账" in job.name


def test_a_csv_file_holds_one_ledger(here):
    answer = take(here.secretary, form="csv", also=["handling"])

    assert answer.status_code == 422
    asked = {"ledgers": ["general", "handling"], "form": "csv", "reason": "月报"}
    assert Api(here.secretary).post("exports/", asked).status_code == 409
    assert not ExportJob.objects.exists()


def test_the_file_has_what_the_reader_saw_and_no_more(here):
    beside = roles.secretary_of(here.village)
    Case.objects.filter(speaker_name="孙淑芬").update(confidentiality="secret")

    job = written(asked_for(here, post=here.supervisor, form="csv"))

    file = b"".join(fetched(here.supervisor, job).streaming_content).decode()
    assert "保密事项" in file
    assert "孙" not in file
    for other in (beside, here.reviewer, here.leader):
        assert fetched(other, job).status_code == 404


def test_whoever_lost_the_post_fetches_nothing(here):
    job = written(asked_for(here))
    Post.objects.filter(pk=here.secretary.pk).update(until_on=now().date() - DAY)
    roles.duty_officer_of(here.village, user=here.secretary.user)

    assert fetched(here.secretary, job).status_code == 422


def test_rows_of_a_post_gained_before_it_was_written_are_fetched_with_it_alone(here):
    job = asked_for(here)
    gained = roles.secretary_of(staff().village, user=here.secretary.user)
    written(job)
    Post.objects.filter(pk=gained.pk).update(until_on=now().date() - DAY)

    assert fetched(here.secretary, job).status_code == 422


def test_after_a_day_the_file_is_gone(here, time_machine):
    job = written(asked_for(here))
    path = Path(jobs.settings.MEDIA_ROOT) / job.file
    assert path.exists()
    time_machine.move_to(now() + jobs.STAYS + timedelta(minutes=1))

    assert fetched(here.secretary, job).status_code == 422
    assert jobs.remove_expired(now()) == 1
    job.refresh_from_db()
    assert (job.state, job.file, path.exists()) == (ExportState.EXPIRED, "", False)


def test_a_job_left_by_a_worker_that_died_is_taken_up_again(here):
    job = asked_for(here)
    left_at = now() - jobs.LEASE - timedelta(minutes=1)
    ExportJob.objects.update(state=ExportState.RUNNING, claimed_at=left_at)

    assert written(job).state == ExportState.READY
    assert not jobs.write_next(now)


def late(monkeypatch, then) -> None:
    """Have the next file take longer than its lease, and `then` happen meanwhile."""
    writing = jobs.file_of

    def slow(exports, form):
        monkeypatch.setattr(jobs, "file_of", writing)
        left_at = now() - jobs.LEASE - timedelta(minutes=1)
        ExportJob.objects.update(claimed_at=left_at)
        then()
        return writing(exports, form)

    monkeypatch.setattr(jobs, "file_of", slow)


def test_who_is_slower_than_the_lease_changes_nothing_of_the_next_try(
    here, monkeypatch, tmp_path
):
    job = asked_for(here)
    second = {}

    def taken_up():
        assert jobs.write_next(now)
        second.update(ExportJob.objects.values().get())
        (tmp_path / second["file"]).write_bytes(b"of the second")

    late(monkeypatch, taken_up)
    jobs.write_next(now)

    assert second["state"] == ExportState.READY
    assert ExportJob.objects.values().get() == second
    (file,) = (tmp_path / "exports").iterdir()
    assert file.name == f"{job.uuid}.xlsx"
    assert file.read_bytes() == b"of the second"


def test_who_fails_after_the_lease_gives_up_nothing_of_the_next_try(
    here, monkeypatch, tmp_path
):
    job = asked_for(here)

    def taken_up():
        assert jobs.write_next(now)
        raise ValueError("the disk of the first")

    late(monkeypatch, taken_up)
    jobs.write_next(now)

    job.refresh_from_db()
    assert job.state == ExportState.READY
    assert (tmp_path / job.file).is_file()


def test_a_job_is_held_as_long_as_its_rows_are_told(here, monkeypatch):
    monkeypatch.setattr("cases.ledgers.exports.TOLD_EVERY", 1)
    job = asked_for(here)
    began = now()
    times = (began + nth * jobs.LEASE for nth in range(9))

    jobs.write_next(lambda: next(times))

    job.refresh_from_db()
    assert job.claimed_at == began + 2 * jobs.LEASE


def test_who_is_told_that_another_has_the_job_reads_no_further(here, monkeypatch):
    monkeypatch.setattr("cases.ledgers.exports.TOLD_EVERY", 1)
    asked_for(here)
    late(monkeypatch, lambda: ExportJob.objects.update(tries=2))

    jobs.write_next(now)

    assert not AuditRecord.objects.filter(kind=AuditKind.EXPORT).exists()
    assert ExportJob.objects.get().state == ExportState.RUNNING


def test_a_job_that_ends_its_workers_is_given_up(here, monkeypatch):
    job = asked_for(here)

    def ends_the_worker(_exports, _form):
        raise SystemExit

    monkeypatch.setattr(jobs, "file_of", ends_the_worker)
    for _try in range(jobs.MOST_TRIES):
        with pytest.raises(SystemExit):
            jobs.write_next(now)
        left_at = now() - jobs.LEASE - timedelta(minutes=1)
        ExportJob.objects.update(claimed_at=left_at)

    assert written(job).state == ExportState.FAILED
    assert job.error
    assert not jobs.write_next(now)


def test_a_task_writes_one_file_and_asks_for_the_next(here, monkeypatch):
    asks = []
    monkeypatch.setattr("cases.tasks.write_exports_soon", lambda: asks.append(1))
    first, second = asked_for(here), asked_for(here)

    assert written(first).state == ExportState.READY
    second.refresh_from_db()
    assert (second.state, len(asks)) == (ExportState.WAITING, 1)
    assert written(second).state == ExportState.READY
    assert len(asks) == 1


def test_what_cannot_be_written_says_so(here):
    job = asked_for(here)
    Post.objects.filter(user=here.secretary.user).update(until_on=now().date() - DAY)

    assert written(job).state == ExportState.FAILED
    assert job.error
    tell_of_exports(now())
    assert Notice.objects.get().kind == NoticeKind.EXPORT_FAILED


def test_a_notice_tells_once_that_the_file_is_ready_and_leads_to_it(here):
    written(asked_for(here))

    for _time in range(2):
        tell_of_exports(now())

    notice = Notice.objects.get(recipient=here.secretary.user)
    client = logged_in(here.secretary)
    assert "好了" in client.get(reverse("supervision:inbox")).content.decode()
    opened = client.get(reverse("supervision:open", args=[notice.pk]))
    assert opened["Location"] == reverse("cases:exports")


def test_the_api_asks_for_a_file_and_fetches_it(here):
    api = Api(here.secretary)
    body = {"ledgers": ["general"], "query": "period=all", "reason": "月报"}

    job = api.post("exports/", {**body, "form": "csv"}).json()
    write_exports()

    assert api.get(f"exports/{job['uuid']}/").json()["state"] == "ready"
    assert [each["rows"] for each in api.get("exports/").json()["results"]] == [2]
    file = api.post(f"exports/{job['uuid']}/file/", accept="application/octet-stream")
    assert "李*国" in b"".join(file.streaming_content).decode()
    assert Api(here.reviewer).get(f"exports/{job['uuid']}/").status_code == 404
    assert Api(here.leader).get("exports/").json()["results"] == []
    assert Api(here.leader).post("exports/", body).status_code == 403
    assert api.post("exports/", {**body, "ledgers": ["x"]}).status_code == 400


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_of_files_costs_the_same_however_many(
    here, count, django_assert_num_queries
):
    ExportJob.objects.bulk_create(
        ExportJob(
            user=here.secretary.user,
            ledgers=["general"],
            form="csv",
            language="zh-hans",
            reason="月报",
            asked_at=now(),
        )
        for _nth in range(count)
    )
    client = logged_in(here.secretary)

    with django_assert_num_queries(3):
        client.get(reverse("cases:exports"))


def test_whoever_may_take_nothing_away_finds_no_list(here):
    assert logged_in(here.leader).get(reverse("cases:exports")).status_code == 404
    assert "exports/" not in page(here.leader).content.decode()


def test_nothing_stays_of_a_file_that_could_not_be_written(here, tmp_path):
    job = asked_for(here)
    folder = tmp_path / "exports"
    folder.mkdir()
    path = folder / f"{job.uuid}.xlsx"
    draft = path.with_suffix(".1.draft")
    draft.write_text("孙淑芬")
    path.write_text("孙淑芬")
    Post.objects.filter(user=here.secretary.user).update(until_on=now().date() - DAY)

    assert written(job).state == ExportState.FAILED
    assert list(folder.iterdir()) == []


def test_what_no_job_speaks_of_is_removed_and_what_is_being_written_is_not(
    here, tmp_path
):
    ready = written(asked_for(here))
    running = asked_for(here)
    ExportJob.objects.filter(pk=running.pk).update(state=ExportState.RUNNING, tries=2)
    folder = tmp_path / "exports"
    half = folder / f"{running.uuid}.2.draft"
    of_a_former_try = folder / f"{running.uuid}.1.draft"
    for left in (half, of_a_former_try, folder / f"{uuid.uuid4()}.csv"):
        left.write_text("孙淑芬")

    jobs.remove_expired(now())

    there = {file.name for file in folder.iterdir()}
    assert there == {half.name, Path(ready.file).name}


def test_no_backup_has_a_file_which_is_then_said_to_be_gone(here, tmp_path):
    job = written(asked_for(here))
    (tmp_path / "photo.jpg").write_bytes(b"x")

    backed_up = [name for name, _path in contents.files(tmp_path / "no heads")]

    assert backed_up == ["media/photo.jpg"]
    (tmp_path / job.file).unlink()
    assert fetched(here.secretary, job).status_code == 422
