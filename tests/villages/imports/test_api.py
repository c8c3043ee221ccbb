"""The same over the API, for a county that has its lists in another program; and from
the command line.
"""

import io

import pytest
import time_machine
from django.core.management import CommandError, call_command

from tests.api import Api
from tests.cases.roads import NOON
from tests.roles import duty_officer_of, reviewer_of_county, secretary_of
from tests.villages.factories import GroupFactory, VillageFactory
from tests.villages.imports.files import FAMILY, HEAD, as_upload, checked, worked, xlsx
from villages.models import AuditRecord, ImportRun, Resident

pytestmark = pytest.mark.django_db
ADDRESS = "imports/"
BAD = [1, 4, "赵敏", None, None, None, "139"]


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def village():
    village = VillageFactory(name="柳河村")
    GroupFactory(village=village, number=1)
    GroupFactory(village=village, number=2)
    return village


def test_a_county_uploads_a_list_of_a_town_and_has_it_entered(village):
    api = Api(reviewer_of_county(village.town.county_code).user)
    head = ["村名", *HEAD]
    rows = [["柳河村", *row] for row in (*FAMILY, BAD)]

    answer = api.client.post(
        f"/api/v1/{ADDRESS}",
        {
            "kind": "residents",
            "at": f"t{village.town.pk}",
            "file": as_upload(xlsx(head, *rows)),
        },
    )
    assert answer.status_code == 201, answer.json()
    run = answer.json()
    assert run["state"] == "mapping"
    assert run["mapping"]["电话"] == "phone"
    address = f"{ADDRESS}{run['id']}/"
    assert api.post(f"{address}columns/", {"sheets": [0]}).json()["state"] == "reading"
    worked(ImportRun.objects.get())
    assert api.get(address).json()["counts"]["faulty"] == 1
    (row,) = api.get(f"{address}rows/?verdict=faulty").json()["results"]
    assert row["problems"][0]["column"] == "phone"
    assert row["cells"]["name"] == "赵敏"
    refused = api.post(f"{address}enter/", {})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["good_only"])
    assert (
        api.post(f"{address}enter/", {"good_only": True}).json()["state"] == "entering"
    )
    worked(ImportRun.objects.get())
    assert Resident.objects.count() == 3
    file = api.get(f"{address}results/")
    assert b"".join(file.streaming_content).startswith(b"PK")
    assert api.post(f"{address}take-back/", {}).json()["state"] == "taking_back"


def test_the_audit_log_says_from_where_the_api_was_called(village):
    api = Api(secretary_of(village).user)
    file = as_upload(xlsx(HEAD, *FAMILY))
    answer = api.client.post(
        f"/api/v1/{ADDRESS}", {"kind": "residents", "at": "", "file": file}
    )
    address = f"{ADDRESS}{answer.json()['id']}/"
    api.post(f"{address}columns/", {"sheets": [0]})
    worked(ImportRun.objects.get())
    api.get(f"{address}results/")
    api.post(f"{address}enter/", {})
    worked(ImportRun.objects.get())
    api.post(f"{address}take-back/", {})

    records = AuditRecord.objects.filter(kind__in=("import", "export"))
    assert records.count() == 4
    assert {record.address for record in records} == {"127.0.0.1"}
    taken = records.get(kind="export")
    assert taken.subject.startswith("柳河村")
    assert "花名册.xlsx" in taken.subject


def test_lists_of_others_are_neither_listed_nor_opened(village):
    run = checked(xlsx(HEAD, *FAMILY), secretary_of(village), village)
    stranger = Api(secretary_of(VillageFactory()).user)

    assert stranger.get(ADDRESS).json()["results"] == []
    for part in ("", "rows/", "results/"):
        assert stranger.get(f"{ADDRESS}{run.pk}/{part}").status_code == 404
    assert stranger.post(f"{ADDRESS}{run.pk}/enter/", {}).status_code == 404
    assert Api(duty_officer_of(village).user).get(ADDRESS).status_code == 404


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_asks_as_many_queries_whatever_its_length(
    village, count, django_assert_num_queries
):
    secretary = secretary_of(village)
    people = [[1, nth, f"李{chr(0x4E00 + nth)}"] for nth in range(1, count + 1)]
    run = checked(xlsx(HEAD[:3], *people), secretary, village)
    address = f"{ADDRESS}{run.pk}/rows/"
    for _more in range(count - 1):
        run.pk = None
        run.save()
    api = Api(secretary.user)

    with django_assert_num_queries(3):  # the token, its account's posts, imports
        listed = api.get(ADDRESS)
    with django_assert_num_queries(4):  # the same, the import, its rows
        rows = api.get(address)

    assert len(listed.json()["results"]) == count
    assert len(rows.json()["results"]) == count


# --- the command


def import_list(file, *options) -> str:
    out = io.StringIO()
    call_command("import_list", "residents", file, *options, stdout=out)
    return out.getvalue()


def test_the_command_checks_enters_and_takes_back(village, tmp_path):
    by = ("--by", secretary_of(village).user.username)
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(xlsx(HEAD, *FAMILY, BAD))

    said = import_list(file, *by)
    assert "有问题 1" in said
    assert "5: 电话：" in said
    assert not Resident.objects.exists()
    with pytest.raises(CommandError, match="勾选"):
        import_list(file, *by, "--enter")
    assert "已导入 3 行" in import_list(file, *by, "--enter", "--good-only")
    assert Resident.objects.count() == 3
    assert "有 0 行后来改过" in import_list(file, *by, "--take-back")
    assert not Resident.objects.filter(is_on_roll=True).exists()


def test_the_command_waits_for_a_worker_that_was_faster(village, tmp_path, monkeypatch):
    from villages.management.commands import import_list as command

    by = ("--by", secretary_of(village).user.username)
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(xlsx(HEAD, *FAMILY))
    waits = []

    def claimed(pk, _clock, _shown):
        """Another worker has it, and is done while the command waits once."""
        return False

    def wait(_seconds):
        run = ImportRun.objects.get()
        waits.append(run.state)
        worked(run)

    monkeypatch.setattr(command, "work_through", claimed)
    monkeypatch.setattr(command, "sleep", wait)

    assert "已导入 3 行" in import_list(file, *by, "--enter")
    assert waits == ["reading", "entering"]


def test_the_command_says_what_it_waits_for_in_vain(village, tmp_path, monkeypatch):
    from villages.management.commands import import_list as command

    by = ("--by", secretary_of(village).user.username)
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(xlsx(HEAD, *FAMILY))
    monkeypatch.setattr(command, "work_through", lambda *_args: False)
    monkeypatch.setattr(command, "sleep", lambda _seconds: None)

    with pytest.raises(CommandError, match="另一个进程正在处理"):
        import_list(file, *by, "--enter")


def test_the_command_names_whatever_stands_in_its_way(village, tmp_path):
    by = ("--by", secretary_of(village).user.username)
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"%PDF")

    with pytest.raises(CommandError, match="没有这个账号"):
        import_list(file, "--by", "nobody")
    with pytest.raises(CommandError, match="不是表格"):
        import_list(file, *by)
    with pytest.raises(CommandError, match="gone"):
        import_list(tmp_path / "gone.xlsx", *by)
    with pytest.raises(CommandError, match="123456789012"):
        import_list(file, *by, "--at", "123456789012")
