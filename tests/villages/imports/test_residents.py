"""Households and residents from a list: in, in again, changed, out again."""

from datetime import timedelta

import pytest
import time_machine

from cases.workflow.pasted import neighbours_of
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from minshi.jobs import SomeFailed
from tests.cases.roads import NOON, spoken, staff
from tests.roles import duty_officer_of, reviewer_of, secretary_of
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    ResidentFactory,
    VillageFactory,
)
from tests.villages.imports.files import (
    FAMILY,
    HEAD,
    checked,
    entered,
    said_of,
    taken_back,
    uploaded,
    worked,
    xlsx,
)
from villages.imports import checking, running, starting
from villages.imports.kinds.residents import Residents
from villages.lookup import find_residents
from villages.models import (
    AuditRecord,
    ContactLink,
    Household,
    Resident,
    ResidentKey,
    Village,
)
from villages.models.imports import Verdict
from villages.tasks import work_on_imports

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> Village:
    village = VillageFactory(name="柳河村")
    GroupFactory(village=village, number=1)
    GroupFactory(village=village, number=2)
    return village


@pytest.fixture
def secretary(village):
    return secretary_of(village)


def register(village: Village) -> list[tuple[object, ...]]:
    """Whoever is on the roll with everything an import may write, without keys of
    rows.
    """
    residents = Resident.objects.filter(
        household__group__village=village, is_on_roll=True
    )
    people = [
        (
            person.household.group.number,
            person.household.number,
            person.name,
            person.is_head,
            person.sex,
            person.birth_year,
            person.phone,
            person.phone_hash,
            *sorted(person.keys.values_list("key", flat=True)),
        )
        for person in residents.select_related("household__group")
    ]
    return sorted(people, key=str)


def test_a_clean_list_goes_in_and_everybody_is_found_at_the_counter(village, secretary):
    run = checked(xlsx(HEAD, *FAMILY), secretary, village)
    assert run.counts == {"new": 3, "entered": 0, "kept": 0}

    run = entered(run)

    assert run.state == "entered"
    assert run.counts["entered"] == 3
    li = Resident.objects.get(name="李建国")
    assert (li.is_head, li.sex, li.birth_year, li.phone) == (
        True,
        "male",
        1968,
        "13893912345",
    )
    assert li.household.number == 3
    found = find_residents("wgl", [village])
    assert [(each.name, each.address) for each in found] == [("王桂兰", "1组3号")]
    assert run.content == ""


def test_the_same_list_again_changes_nothing_and_an_empty_cell_erases_nothing(
    village, secretary
):
    entered(checked(xlsx(HEAD, *FAMILY), secretary, village))
    before = register(village)
    shorter = [[1, 3, "李建国", None, None, None, None]]

    again = checked(xlsx(HEAD, *FAMILY), secretary, village, again=True)
    emptier = checked(xlsx(HEAD, *shorter), secretary, village)

    assert again.counts["same"] == 3
    assert emptier.counts["same"] == 1
    with pytest.raises(InputRefused):
        starting.enter(again, good_only=False, by=secretary.user, at=NOON)
    assert register(village) == before


def test_the_very_file_is_refused_unless_somebody_says_again(village, secretary):
    entered(checked(xlsx(HEAD, *FAMILY), secretary, village))
    content = xlsx(HEAD, *FAMILY)
    run = uploaded(content, secretary, village, again=True)

    assert uploaded(content, secretary, village, again=True) == run
    starting.drop(run, by=secretary.user, at=NOON)
    done = entered(checked(xlsx(HEAD, [1, 9, "赵敏"]), secretary, village))
    with pytest.raises(InputRefused) as refusal:
        starting.upload(
            starting.KINDS["residents"],
            starting.ListPlace(village.town, village),
            open_again(done),
            "x.xlsx",
            by=secretary.user,
            at=NOON,
        )
    assert list(refusal.value.fields) == ["again"]


def open_again(run):
    """Any file with the hash of one that was entered."""
    import hashlib
    import io

    content = xlsx(HEAD, *FAMILY[:1])
    run.file_hash = hashlib.sha256(content).hexdigest()
    run.save()
    return io.BytesIO(content)


def test_a_changed_list_brings_everybody_up_to_date(village, secretary):
    entered(checked(xlsx(HEAD, *FAMILY), secretary, village))
    moved = [
        [1, 3, "李建国", "父亲", None, None, None],
        [1, 3, "王桂兰", "户主", None, None, "13893900000"],
    ]

    run = checked(xlsx(HEAD, *moved), secretary, village)
    assert run.counts["changed"] == 2
    entered(run)

    wang = Resident.objects.get(name="王桂兰")
    assert wang.is_head
    assert find_residents("13893900000", [village])[0].name == "王桂兰"
    assert not Resident.objects.get(name="李建国").is_head


def test_taken_back_everything_is_as_before(village, secretary):
    entered(checked(xlsx(HEAD, *FAMILY[:1]), secretary, village))
    before = register(village)
    more = [
        [1, 3, "李建国", "户主", "男", 1969, "13893999999"],
        *FAMILY[1:],
        [2, 16, "赵敏", "户主", "女", 1980, None],
    ]

    run = taken_back(entered(checked(xlsx(HEAD, *more), secretary, village)))

    assert run.state == "taken_back"
    assert run.counts["kept"] == 0
    assert register(village) == before


def test_what_somebody_touched_since_stays_and_nothing_tells_who_spoke():
    here = staff()
    content = xlsx(HEAD, *[[here.group.number, *row[1:]] for row in FAMILY])
    run = entered(checked(content, here.secretary, here.village))
    li, wang = (Resident.objects.get(name=name) for name in ("李建国", "王桂兰"))
    spoken(here, resident=li, speaker_name="李建国")
    Resident.objects.filter(pk=wang.pk).update(birth_year=1971)

    run = taken_back(run)

    on_roll = Resident.objects.filter(is_on_roll=True)
    assert [person.name for person in on_roll] == ["王桂兰"]
    kept = run.rows.exclude(kept_because="").order_by("nth")
    assert [row.kept_because for row in kept] == ["之后有人改过"]
    assert find_residents("lijianguo", [here.village]) == []


def test_whoever_was_off_the_roll_and_stands_in_a_list_is_on_it_again(
    village, secretary
):
    entered(checked(xlsx(HEAD, *FAMILY), secretary, village))
    Resident.objects.update(is_on_roll=False)

    # written in the same second it is the very same file
    run = entered(checked(xlsx(HEAD, *FAMILY), secretary, village, again=True))

    assert run.counts["changed"] == 3
    assert len(register(village)) == 3
    assert Resident.objects.count() == 3
    taken_back(run)
    assert register(village) == []
    assert Resident.objects.count() == 3


def test_whom_a_list_brought_is_gone_with_the_household_once_it_is_taken_back(
    village, secretary
):
    taken_back(entered(checked(xlsx(HEAD, *FAMILY), secretary, village)))

    for model in (Resident, Household, ResidentKey):
        assert not model.objects.exists()
    again = checked(xlsx(HEAD, *FAMILY), secretary, village)
    assert again.counts == {"new": 3, "entered": 0, "kept": 0}


def in_admin(client, model: str) -> list[str]:
    answer = client.get(f"/admin/villages/{model}/")
    return [str(row) for row in answer.context["cl"].result_list]


def test_whom_a_matter_names_nobody_sees_once_the_list_is_taken_back(client):
    """Whether a row could be removed would tell whoever keeps the register who spoke in
    confidence.
    """
    here = staff()
    content = xlsx(HEAD, *[[here.group.number, *row[1:]] for row in FAMILY])
    run = entered(checked(content, here.secretary, here.village))
    li = Resident.objects.get(name="李建国")
    case = spoken(here, resident=li, speaker_name="", confidentiality="hidden")

    run = taken_back(run)
    case.refresh_from_db()

    assert run.counts["kept"] == 0
    assert case.resident == li
    assert list(Resident.objects.all()) == [li]
    assert not neighbours_of(case).exists()
    client.force_login(here.secretary.user)
    assert in_admin(client, "resident") == in_admin(client, "household") == []
    assert in_admin(client, "residentkey") == []
    assert client.get(f"/residents/{li.pk}/phone/").status_code == 404
    again = checked(content, here.secretary, here.village)
    assert again.counts == {"new": 3, "entered": 0, "kept": 0}
    entered(again)
    names = [row[2] for row in register(here.village)]
    assert sorted(names) == sorted(row[2] for row in FAMILY)


def test_the_number_of_a_household_that_was_taken_back_is_free(client):
    here = staff()
    row = [here.group.number, *FAMILY[0][1:]]
    run = entered(checked(xlsx(HEAD, row), here.secretary, here.village))
    former = Household.objects.get()
    spoken(here, resident=Resident.objects.get(), speaker_name="")
    taken_back(run)
    fields = {"group": here.group.pk, "number": former.number}
    client.force_login(here.secretary.user)

    made, doubled = [
        client.post("/admin/villages/household/add/", fields) for _ in range(2)
    ]

    assert made.status_code == 302
    assert in_admin(client, "household") == [
        str(Household.objects.exclude(pk=former.pk).get())
    ]
    assert list(doubled.context["adminform"].form.errors) == ["number"]


def test_a_household_stays_with_whoever_else_lives_there(village, secretary):
    run = entered(checked(xlsx(HEAD, FAMILY[0]), secretary, village))
    household = Household.objects.get()
    ResidentFactory(household=household, name="赵敏")

    taken_back(run)

    assert list(Household.objects.in_register()) == [household]
    assert [person.name for person in Resident.objects.all()] == ["赵敏"]


def test_a_household_of_before_stays_though_nobody_lives_there(village, secretary):
    group, number = village.groups.get(number=1), FAMILY[0][1]
    household = HouseholdFactory(group=group, number=number)

    taken_back(entered(checked(xlsx(HEAD, FAMILY[0]), secretary, village)))

    assert list(Household.objects.all()) == [household]


def test_a_household_that_a_cadre_keeps_in_touch_with_stays(village, secretary):
    run = entered(checked(xlsx(HEAD, FAMILY[0]), secretary, village))
    household = Household.objects.get()
    ContactLink.objects.create(post=secretary, household=household, from_on=NOON.date())

    run = taken_back(run)

    assert run.rows.get(is_entered=True).kept_because == "有干部联系这一户"
    assert [row[2] for row in register(village)] == ["李建国"]
    assert ContactLink.objects.filter(household=household).exists()


@pytest.mark.parametrize("change", ["renamed", "moved"])
def test_whom_somebody_renamed_or_moved_since_stays(village, secretary, change):
    run = entered(checked(xlsx(HEAD, FAMILY[0]), secretary, village))
    if change == "renamed":
        Resident.objects.update(name="李建国富")
    else:
        elsewhere = HouseholdFactory(group=village.groups.first(), number=20)
        Resident.objects.update(household=elsewhere)

    run = taken_back(run)

    assert run.counts["kept"] == 1
    assert len(register(village)) == 1


def test_the_page_says_what_taking_back_does(client, village, secretary):
    run = entered(checked(xlsx(HEAD, FAMILY[0]), secretary, village))
    client.force_login(secretary.user)

    with time_machine.travel(NOON):
        page = client.get(f"/imports/{run.pk}/").content.decode()

    assert "新增的人和户从名册里去掉" in page
    assert "导入后 30 天内可以撤回。" in page


def test_faults_keep_all_of_a_list_out_until_somebody_says_the_rest_is_enough(
    village, secretary
):
    rows = [*FAMILY, [9, 4, "赵敏", None, None, None, "139"]]
    run = checked(xlsx(HEAD, *rows), secretary, village)

    assert run.counts["faulty"] == 1
    assert [column for column, _words in said_of(run)[5]] == ["phone", "group"]
    with pytest.raises(InputRefused) as refusal:
        starting.enter(run, good_only=False, by=secretary.user, at=NOON)
    assert list(refusal.value.fields) == ["good_only"]
    assert not Resident.objects.exists()
    assert entered(run, good_only=True).counts["entered"] == 3


def test_a_town_has_its_list_by_the_names_of_its_villages(village):
    other = GroupFactory(village=VillageFactory(town=village.town, name="石桥村"))
    reviewer = reviewer_of(village.town)
    rows = [
        ["柳河村", 1, 3, "李建国"],
        ["石桥", other.number, 3, "赵敏"],
        ["黑沟村", 1, 1, "无名"],
    ]

    run = checked(xlsx(["村名", "组", "户号", "姓名"], *rows), reviewer, village.town)

    assert (run.counts["new"], run.counts["faulty"]) == (2, 1)
    assert said_of(run)[4][0][0] == "village"
    entered(run, good_only=True)
    zhao = Resident.objects.get(name="赵敏")
    assert zhao.household.group == other


def test_nobody_else_imports_the_register_of_a_village(village):
    strangers = [
        duty_officer_of(village),
        secretary_of(VillageFactory(town=village.town)),
        reviewer_of(VillageFactory().town),
    ]

    for post in strangers:
        with pytest.raises(NoSuchRight):
            uploaded(xlsx(HEAD, *FAMILY), post, village)
        assert not starting.runs_in_sight(post.user, NOON.date()).exists()


def test_a_reviewer_of_the_town_sees_its_villages_lists_and_no_others(
    village, secretary
):
    run = uploaded(xlsx(HEAD, *FAMILY), secretary, village)
    there = VillageFactory()
    uploaded(xlsx(HEAD, *FAMILY), secretary_of(there), there)

    seen = starting.runs_in_sight(reviewer_of(village.town).user, NOON.date())

    assert list(seen) == [run]


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_goes_on(
    village, secretary, monkeypatch
):
    monkeypatch.setattr(checking, "BATCH", 2)
    monkeypatch.setattr(running, "BATCH", 2)
    people = [[1, nth, f"李建国{chr(0x4E00 + nth)}"] for nth in range(1, 8)]
    people.append([1, 3, people[2][2]])
    run = uploaded(xlsx(["组", "户号", "姓名"], *people), secretary, village)
    starting.confirm_columns(run, run.mapping, {0}, by=secretary.user, at=NOON)

    work = running._Work(run.pk)
    work.do_batch(NOON)
    work.do_batch(NOON)
    run = worked(run, NOON + running.LEASE * 2)
    assert run.state == "checked"
    assert run.counts == {"new": 7, "faulty": 1, "entered": 0, "kept": 0}
    starting.enter(run, good_only=True, by=secretary.user, at=NOON)
    running._Work(run.pk).do_batch(NOON)
    assert Resident.objects.count() == 2
    run = worked(run, NOON + running.LEASE * 4)

    assert Resident.objects.count() == 7
    assert run.counts["entered"] == 7


def test_a_list_that_another_worker_has_is_left_to_it(village, secretary):
    run = uploaded(xlsx(HEAD, *FAMILY), secretary, village)
    starting.confirm_columns(run, run.mapping, {0}, by=secretary.user, at=NOON)
    type(run).objects.filter(pk=run.pk).update(
        claimed_until=NOON + timedelta(minutes=1)
    )

    assert not running.work_through(run.pk, lambda: NOON)
    assert running.waiting(NOON) == []
    assert running.waiting(NOON + timedelta(minutes=2)) == [run.pk]


def test_a_row_that_no_longer_fits_takes_the_whole_list_back(village, secretary):
    run = checked(xlsx(HEAD, *FAMILY), secretary, village)
    village.groups.filter(number=2).delete()

    run = entered(run)

    assert run.state == "taken_back"
    assert run.trouble.startswith("第 4 行")
    assert register(village) == []


def test_after_thirty_days_only_numbers_are_left(village, secretary):
    run = entered(checked(xlsx(HEAD, *FAMILY), secretary, village))
    later = NOON + timedelta(days=31)

    assert starting.forget_old(NOON + timedelta(days=29)) == 0
    assert starting.forget_old(later) == 1

    run.refresh_from_db()
    assert not run.rows.exists()
    assert run.counts["entered"] == 3
    with pytest.raises(MoveRefused):
        starting.take_back(run, by=secretary.user, at=later)


def test_each_step_is_in_the_audit_log_without_a_name(village, secretary):
    taken_back(entered(checked(xlsx(HEAD, *FAMILY), secretary, village)))

    records = AuditRecord.objects.filter(kind="import").order_by("pk")
    assert len(records) == 3
    assert not any("李建国" in record.subject for record in records)


def test_rows_are_encrypted_where_they_wait(village, secretary):
    from django.db import connection

    run = checked(xlsx(HEAD, *FAMILY), secretary, village)
    with connection.cursor() as cursor:
        cursor.execute("SELECT raw FROM villages_importrow WHERE run_id = %s", [run.pk])
        stored = [raw for (raw,) in cursor.fetchall()]

    assert len(stored) == 3
    assert all(raw.startswith("f1:") for raw in stored)
    assert ResidentKey.objects.count() == 0
    assert run.rows.filter(verdict=Verdict.NEW).count() == 3


def test_a_list_that_fails_stops_no_other_and_can_be_given_up(
    village, secretary, monkeypatch, caplog
):
    def confirmed(*rows):
        run = uploaded(xlsx(HEAD, *rows), secretary, village)
        return starting.confirm_columns(
            run, run.mapping, {0}, by=secretary.user, at=NOON
        )

    broken, good = confirmed(*FAMILY[:1]), confirmed(*FAMILY)
    type(broken).objects.filter(pk=broken.pk).update(content="", kind="nonsense")

    with time_machine.travel(NOON), pytest.raises(SomeFailed):
        work_on_imports()

    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.state, good.state) == ("failed", "checked")
    assert broken.trouble
    assert "could not be worked on" in caplog.text


@pytest.fixture
def half_in(village, secretary, monkeypatch):
    """A list of which the first row is in; the next one is not understood."""

    def put_in(self, entries, around):
        raise ValueError("no such thing")

    monkeypatch.setattr(running, "BATCH", 1)
    run = checked(xlsx(HEAD, *FAMILY), secretary, village)
    starting.enter(run, good_only=False, by=secretary.user, at=NOON)
    running._Work(run.pk).do_batch(NOON)
    monkeypatch.setattr(Residents, "put_in", put_in)
    return run


def fail(run, minutes: int) -> str:
    """The state after a worker failed at a list."""
    with pytest.raises(ValueError, match="no such thing"):
        worked(run, NOON + timedelta(minutes=minutes))
    run.refresh_from_db()
    return run.state


def test_a_list_that_fails_again_and_again_is_taken_back(half_in):
    states = [fail(half_in, 3), fail(half_in, 14)]
    first_words = half_in.trouble
    states.append(fail(half_in, 25))

    run = worked(half_in, NOON + timedelta(minutes=36))

    assert states == ["entering", "entering", "taking_back"]
    assert run.state == "taken_back"
    assert run.trouble not in ("", first_words)
    assert "failures" not in run.counts
    assert not Resident.objects.filter(is_on_roll=True).exists()


def test_a_failure_that_passes_is_not_counted_later(half_in, monkeypatch):
    fail(half_in, 3)
    fail(half_in, 14)
    monkeypatch.undo()

    run = worked(half_in, NOON + timedelta(minutes=25))

    assert (run.state, run.trouble, run.counts["entered"]) == ("entered", "", 3)


def test_a_list_that_cannot_be_taken_back_stops_half_in_and_waits_for_people(
    half_in, secretary, monkeypatch
):
    def take_back(self, undone, around):
        raise ValueError("no such thing")

    for minutes in (3, 14, 25):
        fail(half_in, minutes)
    with monkeypatch.context() as broken:
        broken.setattr(Residents, "take_back", take_back)
        states = [fail(half_in, minutes) for minutes in (36, 47, 58)]

    assert states == ["taking_back", "taking_back", "failed"]
    with pytest.raises(MoveRefused):
        starting.drop(half_in, by=secretary.user, at=NOON)
    run = taken_back(half_in, NOON + timedelta(hours=2))
    assert (run.state, run.trouble) == ("taken_back", "")
    assert not Resident.objects.filter(is_on_roll=True).exists()


def test_a_list_being_read_can_be_given_up(village, secretary):
    run = uploaded(xlsx(HEAD, *FAMILY), secretary, village)
    starting.confirm_columns(run, run.mapping, {0}, by=secretary.user, at=NOON)

    starting.drop(run, by=secretary.user, at=NOON)

    assert worked(run).state == "dropped"
    assert not run.rows.exists()


def test_no_list_names_the_head_of_a_door(village, secretary):
    entered(checked(xlsx(HEAD, *FAMILY), secretary, village))

    run = checked(xlsx(HEAD, [1, 3, "某某", "户主"]), secretary, village)

    assert "另有户主" in said_of(run)[2][0][1]
    assert "李建国" not in str(said_of(run))


STRANGERS = [
    [1, 3, "王强军", "户主", "男", 1970, None],
    [1, 3, "赵小兰", "配偶", "女", 1972, None],
    [1, 3, "王小军", "子", "男", 1999, None],
    [2, 15, "张有才", "户主", "男", 1955, None],
]


def test_whose_head_is_refused_goes_into_no_household_of_strangers(village, secretary):
    entered(checked(xlsx(HEAD, *FAMILY[:2]), secretary, village))
    before = register(village)

    run = checked(xlsx(HEAD, *STRANGERS), secretary, village)
    assert run.counts == {"faulty": 3, "new": 1, "entered": 0, "kept": 0}
    run = entered(run, good_only=True)

    assert run.counts["entered"] == 1
    behind_door = [row for row in register(village) if row[:2] == (1, 3)]
    assert behind_door == before


def test_a_head_with_another_fault_keeps_the_family_out_as_well(village, secretary):
    entered(checked(xlsx(HEAD, *FAMILY[:2]), secretary, village))
    unreadable = [1, 3, "王强军", "户主", "男", "猴年", None]

    run = checked(xlsx(HEAD, *STRANGERS[1:3], unreadable), secretary, village)

    assert run.counts["faulty"] == 3


def test_a_family_whose_list_names_another_head_is_not_put_in(village, secretary):
    entered(checked(xlsx(HEAD, *FAMILY[:2]), secretary, village))
    columns = ["组", "户号", "户主", "姓名"]
    rows = [[1, 3, "王强军", "赵小兰"], [1, 3, "李建国", "李小明"]]

    other, own = (checked(xlsx(columns, row), secretary, village) for row in rows)

    assert (other.counts.get("faulty"), own.counts.get("new")) == (1, 1)


def test_of_two_families_under_one_number_the_second_stays_out(village, secretary):
    run = checked(xlsx(HEAD, *FAMILY[:2], *STRANGERS), secretary, village)

    assert sorted(said_of(run)) == [4, 5, 6]
    assert run.counts["new"] == 3


def test_a_family_is_judged_in_one_batch(village, secretary, monkeypatch):
    entered(checked(xlsx(HEAD, *FAMILY[:2]), secretary, village))
    wife, head = STRANGERS[1], STRANGERS[0]
    monkeypatch.setattr(checking, "BATCH", 2)

    run = checked(xlsx(HEAD, STRANGERS[3], wife, head), secretary, village)

    assert run.total == 3
    assert sorted(said_of(run)) == [3, 4]


def test_a_village_reads_what_its_list_would_change_and_a_town_does_not(
    village, secretary
):
    entered(checked(xlsx(HEAD, *FAMILY), secretary, village))
    row = [1, 3, "李建国", "户主", "男", 1970, "13893900000"]

    own = checked(xlsx(HEAD, row), secretary, village)
    of_town = checked(
        xlsx(["村名", *HEAD], ["柳河村", *row]), reviewer_of(village.town), village.town
    )

    assert said_of(own)[2] == [
        ("birth_year", "原来是 1968"),
        ("phone", "原来是 ****2345"),
    ]
    assert own.counts["changed"] == of_town.counts["changed"] == 1
    assert said_of(of_town) == {}


def test_a_town_says_of_which_village_all_of_a_list_is(village):
    """白关村1组 in the roster of a village that has no column of the village."""
    reviewer = reviewer_of(village.town)
    content = xlsx(
        ["家庭住址", "户号", "姓名"],
        ["柳河村1组", 3, "李建国"],
        ["柳河村二组", 4, "赵敏"],
    )
    run = uploaded(content, reviewer, village.town)
    mapping = {**run.mapping, "家庭住址": "group"}
    with pytest.raises(InputRefused) as refusal:
        starting.confirm_columns(run, mapping, {0}, by=reviewer.user, at=NOON)
    assert list(refusal.value.fields) == ["village"]

    run = worked(
        starting.confirm_columns(
            run, mapping, {0}, by=reviewer.user, at=NOON, village=village.code
        )
    )
    entered(run)

    assert [row[:3] for row in register(village)] == [
        (1, 3, "李建国"),
        (2, 4, "赵敏"),
    ]


def test_a_list_goes_to_no_village_of_another_town(village):
    reviewer = reviewer_of(village.town)
    run = uploaded(xlsx(HEAD, *FAMILY), reviewer, village.town)
    other = VillageFactory().code

    with pytest.raises(InputRefused) as refusal:
        starting.confirm_columns(
            run, run.mapping, {0}, by=reviewer.user, at=NOON, village=other
        )

    assert list(refusal.value.fields) == ["village"]


@pytest.mark.parametrize(
    ("group", "is_read"),
    [
        ("柳河村1组", True),
        ("柳河村第一村民小组", True),
        ("柳河村委会1社", True),
        ("1村民小组", True),
        ("石沟村1组", False),
        ("柳河村", False),
    ],
)
def test_a_group_may_stand_behind_its_own_village(village, secretary, group, is_read):
    run = checked(xlsx(HEAD, [group, 3, "李建国"]), secretary, village)

    assert [column for column, _words in said_of(run).get(2, [])] == (
        [] if is_read else ["group"]
    )
