"""The pages on which a list is uploaded, looked over, entered and taken back."""

import io

import pytest
import time_machine
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from minshi.errors import NoSuchRight
from tests.cases.roads import NOON
from tests.roles import duty_officer_of, reviewer_of, secretary_of, security_admin
from tests.villages.factories import GroupFactory, TownFactory, VillageFactory
from tests.villages.imports.files import (
    FAMILY,
    HEAD,
    as_upload,
    checked,
    entered,
    saved,
    uploaded,
    worked,
    xlsx,
)
from villages.imports import starting
from villages.imports.mapping import headings_of
from villages.models import AuditRecord, ImportRun, Resident

pytestmark = pytest.mark.django_db
NEW = "/imports/new/residents/"
BAD = [1, 4, "赵敏", None, None, None, "139"]


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def secretary(client):
    village = VillageFactory(name="柳河村")
    GroupFactory(village=village, number=1)
    GroupFactory(village=village, number=2)
    post = secretary_of(village)
    client.force_login(post.user)
    return post


def act(run: ImportRun, name: str) -> str:
    return reverse("villages:import_act", args=[run.pk, name])


def in_order(run: ImportRun) -> list[str]:
    """What each column is, as they stand in the list: PostgreSQL keeps JSON otherwise."""
    return [run.mapping[heading] for heading in headings_of(run.sheets)]


def page(run: ImportRun) -> str:
    return reverse("villages:import", args=[run.pk])


def test_a_list_goes_from_the_upload_to_the_register_and_back(client, secretary):
    guide = client.get(NEW).content.decode()
    assert "一人一行" in guide
    assert 'name="at"' not in guide  # one village: nothing to choose

    answer = client.post(NEW, {"file": as_upload(xlsx(HEAD, *FAMILY, BAD))})
    run = ImportRun.objects.get()
    assert answer["Location"] == page(run)
    columns = client.get(page(run)).content.decode()
    assert "各列认得对不对" in columns
    assert "李建国" in columns  # a sample below its heading
    form = {f"column-{nth}": key for nth, key in enumerate(in_order(run))}
    answer = client.post(act(run, "columns"), {"sheets": 0, **form})
    assert answer["Location"] == page(run)
    assert "正在读取、核对" in client.get(page(run)).content.decode()

    run = worked(run)
    looked_over = client.get(page(run)).content.decode()
    assert "1 行有问题" in looked_over
    assert "手机号" in looked_over
    refused = client.post(act(run, "enter"), {})
    assert refused.status_code == 422
    assert "入没有问题的行" in refused.content.decode()
    client.post(act(run, "enter"), {"good_only": "on"})
    run = worked(run)
    afterwards = client.get(page(run)).content.decode()
    assert "入 3 行" in afterwards
    assert "/new-town/line/" in afterwards  # what comes next in a new town
    assert "/new-town/line/" in client.get("/imports/").content.decode()
    assert Resident.objects.count() == 3

    client.post(act(run, "take-back"), {})
    run = worked(run)
    assert "已撤回" in client.get(page(run)).content.decode()
    assert not Resident.objects.filter(is_on_roll=True).exists()


def test_a_list_goes_to_no_town_that_nobody_chose(client):
    towns = [TownFactory(), TownFactory()]
    client.force_login(security_admin().user)
    new = "/imports/new/people/"

    form = client.get(new).context["form"]
    assert form["at"].value() in ("", None)
    assert form.fields["at"].choices[0] == ("", "（请选）")
    asked = client.get(f"{new}?at=t{towns[1].pk}").context["form"]
    assert asked["at"].value() == f"t{towns[1].pk}"

    file = as_upload(
        xlsx(["姓名", "电话", "岗位"], ["王桂兰", "13893912345", "督办员"])
    )
    refused = client.post(new, {"at": "", "file": file})

    assert refused.status_code == 422
    assert "请选是哪里的名册" in refused.content.decode()
    assert not ImportRun.objects.exists()


def test_a_file_that_cannot_be_read_is_refused_beside_the_field(client, secretary):
    answer = client.post(NEW, {"file": as_upload(b"%PDF-1.7 ...", "a.xls")})

    assert answer.status_code == 422
    assert "这不是表格" in answer.content.decode()
    assert answer.context["form"].errors["file"]
    assert not ImportRun.objects.exists()


def test_a_text_between_whose_cells_stand_tabs_is_a_list(client, secretary):
    text = "BM\t组\t户号\t姓名\n1\t1\t3\t李建国\n"
    file = as_upload(text.encode("gb18030"), "花名册.txt")

    answer = client.post(NEW, {"file": file})

    run = ImportRun.objects.get()
    assert answer["Location"] == page(run)
    assert in_order(run) == ["", "group", "door", "name"]


def test_the_page_says_what_is_hidden_in_a_sheet_and_what_was_never_worked_out(
    client, secretary
):
    book = Workbook()
    sheet = book.active
    sheet.title = "一组"
    sheet.append(["户号", "姓名", "电话"])
    sheet.append([3, "李建国", '=CONCATENATE("138","93912345")'])
    sheet.append([4, "赵敏", None])
    sheet.row_dimensions[3].hidden = True

    shown = client.post(NEW, {"file": as_upload(saved(book))}, follow=True)

    words = shown.content.decode()
    assert "一组" in words
    assert "隐藏" in words
    assert "公式" in words


def test_columns_said_wrongly_are_refused_with_all_that_was_chosen(client, secretary):
    run = uploaded(xlsx(HEAD, *FAMILY), secretary, secretary.village)

    form = {"column-0": "group", "column-1": "", "column-2": "name"}
    answer = client.post(act(run, "columns"), {"sheets": 0, **form})

    assert answer.status_code == 422
    text = answer.content.decode()
    assert "请选哪一列是“户号”" in text
    assert "工作表" not in text, "the only sheet needs no name"
    assert answer.context["form"]["column-2"].value() == "name"


def test_what_was_said_of_a_heading_is_remembered(client, secretary):
    head = ["所属小组", "门户", "谁"]
    run = uploaded(xlsx(head, [1, 3, "李建国"]), secretary, secretary.village)
    assert set(run.mapping.values()) == {""}
    form = {"column-0": "group", "column-1": "door", "column-2": "name"}
    client.post(act(run, "columns"), {"sheets": 0, **form})
    entered(worked(run))

    again = uploaded(xlsx(head, [1, 4, "赵敏"]), secretary, secretary.village)

    assert in_order(again) == ["group", "door", "name"]


def test_the_list_comes_back_with_what_was_found_and_is_read_again(client, secretary):
    run = checked(xlsx(HEAD, *FAMILY, BAD), secretary, secretary.village)

    answer = client.post(reverse("villages:import_file", args=[run.pk]))

    content = b"".join(answer.streaming_content)
    sheet = load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == [*HEAD, "核对结果"]
    assert rows[1][:7] == FAMILY[0]
    assert rows[1][7] == "新增"
    assert rows[4][7].startswith("电话：")
    assert AuditRecord.objects.filter(kind="export").count() == 1
    mended = load_workbook(io.BytesIO(content))
    mended.active["G5"] = "13893900001"
    out = io.BytesIO()
    mended.save(out)
    assert checked(out.getvalue(), secretary, secretary.village).counts["new"] == 4


def test_numbers_of_papers_are_in_no_row_and_do_not_come_back(client, secretary):
    number = "621226197001011234"
    head = [*HEAD, "身份证号"]
    run = checked(xlsx(head, [*FAMILY[0], number]), secretary, secretary.village)

    answer = client.post(reverse("villages:import_file", args=[run.pk]))

    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [cell.value for cell in sheet[1]] == [*head, "核对结果"]
    assert [cell.value for cell in sheet[2]] == [*FAMILY[0], None, "新增"]
    assert number not in run.rows.get().raw


def test_a_list_without_faults_asks_for_no_mending(client, secretary):
    run = checked(xlsx(HEAD, *FAMILY), secretary, secretary.village)
    assert "改好，再上传" not in client.get(page(run)).content.decode()

    run = checked(xlsx(HEAD, *FAMILY, BAD), secretary, secretary.village)
    assert "改好，再上传" in client.get(page(run)).content.decode()


def test_the_page_offers_the_villages_of_a_town(client):
    village = VillageFactory(name="柳河村")
    GroupFactory(village=village, number=1)
    reviewer = reviewer_of(village.town)
    client.force_login(reviewer.user)
    run = uploaded(xlsx(HEAD, FAMILY[0]), reviewer, village.town)
    form = {f"column-{nth}": key for nth, key in enumerate(in_order(run))}

    refused = client.post(act(run, "columns"), {"sheets": 0, **form})
    assert refused.status_code == 422
    assert refused.context["form"].errors.keys() == {"village"}
    client.post(act(run, "columns"), {"sheets": 0, "village": village.code, **form})

    run = worked(run)
    assert run.counts["new"] == 1
    assert "柳河村" in client.get(page(run)).content.decode()
    again = client.post(act(run, "anew"), {}).context["form"]
    assert again["village"].value() == village.code


def test_a_list_of_faults_alone_is_not_called_known(client, secretary):
    run = checked(xlsx(HEAD, BAD), secretary, secretary.village)

    text = client.get(page(run)).content.decode()

    assert "1 行有问题，改好再传" in text
    assert "这张表里没有新的内容" not in text


def test_the_template_is_understood_without_a_word(client, secretary):
    answer = client.get("/imports/template/residents/")

    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:3] == ["组", "户号", "户主姓名"]
    sheet.append(["1", "3", "李建国", "李建国", "户主", "男", "1968", "13893912345"])
    out = io.BytesIO()
    book.save(out)
    run = uploaded(out.getvalue(), secretary, secretary.village)
    assert "" not in run.mapping.values()


def test_a_preview_masks_the_telephones_that_are_some(client, secretary):
    run = checked(xlsx(HEAD, *FAMILY), secretary, secretary.village)

    text = client.get(page(run)).content.decode()

    assert "13893912345" not in text
    assert "****2345" in text


def test_progress_is_told_and_then_the_page_loads_itself_anew(client, secretary):
    run = uploaded(xlsx(HEAD, *FAMILY), secretary, secretary.village)
    ImportRun.objects.filter(pk=run.pk).update(state="entering", done=500, total=2000)
    address = reverse("villages:import_progress", args=[run.pk])

    under_way = client.get(address)
    ImportRun.objects.filter(pk=run.pk).update(state="entered")
    over = client.get(address)

    assert "2000 行，已做 500 行" in under_way.content.decode()
    assert over["HX-Refresh"] == "true"


@pytest.mark.parametrize("count", [1, 3, 50])
def test_pages_ask_as_many_queries_whatever_their_length(
    client, secretary, count, django_assert_num_queries
):
    people = [[1, nth, f"李{chr(0x4E00 + nth)}"] for nth in range(1, count + 1)]
    run = checked(xlsx(HEAD[:3], *people), secretary, secretary.village)
    for _more in range(count - 1):
        run.pk = None
        run.save()

    address = page(ImportRun.objects.order_by("pk").first())
    with django_assert_num_queries(3):  # session, account with posts, imports
        listed = client.get("/imports/")
    with django_assert_num_queries(4):  # session, account, the import, its rows
        shown = client.get(address)

    assert len(listed.context["runs"]) == min(count, 20)
    assert len(shown.context["rows"]) == count


def test_more_rows_and_more_imports_than_a_page_holds_go_on_on_the_next(
    client, secretary
):
    people = [[1, nth, f"李{chr(0x4E00 + nth)}"] for nth in range(1, 62)]
    run = checked(xlsx(HEAD[:3], *people), secretary, secretary.village)
    first_run = run.pk
    for _more in range(20):
        run.pk = None
        run.save()

    first = client.get(reverse("villages:import", args=[first_run]))
    after = first.context["after"]
    second = client.get(
        reverse("villages:import", args=[first_run]), {"verdict": "new", "after": after}
    )
    listed = client.get("/imports/")
    older = client.get("/imports/", {"before": listed.context["before"]})

    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 11)
    assert [each.pk for each, _kind in older.context["runs"]] == [first_run]


def test_whoever_imports_nothing_has_no_such_page(client):
    post = duty_officer_of(VillageFactory())
    client.force_login(post.user)

    for address in ("/imports/", NEW, "/imports/template/residents/"):
        assert client.get(address).status_code == 404
    assert "/imports/" not in client.get("/").content.decode()


def test_a_security_administrator_is_not_offered_the_register(client):
    client.force_login(security_admin().user)

    assert client.get(NEW).status_code == 404


def test_a_reviewer_of_a_county_chooses_the_town(client):
    from tests.roles import reviewer_of_county

    village = VillageFactory()
    TownFactory(county_code=village.town.county_code)
    client.force_login(reviewer_of_county(village.town.county_code).user)

    offered = client.get(NEW).context["form"].fields["at"].choices

    assert (f"t{village.town.pk}", village.town.name) in offered


def test_a_step_that_is_over_leads_back_to_the_list(client, secretary):
    run = entered(checked(xlsx(HEAD, *FAMILY), secretary, secretary.village))

    for name in ("columns", "drop", "anew"):
        answer = client.post(act(run, name), {"sheets": 0})
        assert answer.status_code in (302, 422), name
    assert ImportRun.objects.get().state == "entered"
    assert client.post(act(run, "nonsense")).status_code == 404
    other = reviewer_of(VillageFactory().town)
    client.force_login(other.user)
    assert client.get(page(run)).status_code == 404


def test_each_step_asks_for_the_right_and_a_list_given_up_leaves_a_trace(
    client, secretary
):
    run = uploaded(xlsx(HEAD, *FAMILY), secretary, secretary.village)
    stranger = secretary_of(VillageFactory()).user

    with pytest.raises(NoSuchRight):
        starting.reread(run, {}, {}, by=stranger, at=NOON)
    with pytest.raises(NoSuchRight):
        starting.confirm_columns(run, run.mapping, {0}, by=stranger, at=NOON)
    with pytest.raises(NoSuchRight):
        starting.drop(run, by=stranger, at=NOON)
    client.post(act(run, "drop"))

    record = AuditRecord.objects.filter(kind="import").latest("pk")
    assert ImportRun.objects.get().state == "dropped"
    assert run.file_name in record.subject
    assert record.subject != AuditRecord.objects.earliest("pk").subject
    assert (record.user, record.address) == (secretary.user, "127.0.0.1")


def test_telephones_of_a_list_are_whole_for_whoever_uploaded_it_alone(
    client, secretary
):
    run = checked(xlsx(HEAD, *FAMILY, BAD), secretary, secretary.village)
    file = reverse("villages:import_file", args=[run.pk])
    columns = uploaded(xlsx([*HEAD, "别的"], *FAMILY), secretary, secretary.village)
    own = client.get(page(run))
    assert own.context["rows"][0].cells[-1].text == "139"  # to be mended
    assert client.post(file).status_code == 200
    assert "13893912345" not in client.get(page(columns)).content.decode()

    client.force_login(reviewer_of(secretary.village.town).user)
    others = client.get(page(run))

    assert others.context["rows"][0].cells[-1].text == "****"
    assert client.post(file).status_code == 404
    assert "带核对结果的表" not in others.content.decode()
