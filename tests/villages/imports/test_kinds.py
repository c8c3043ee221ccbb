"""Every other kind of list: people, seats, rosters, contact links, groups, offices."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override

from minshi.clock import now
from minshi.errors import NoSuchRight
from tests.cases.roads import NOON
from tests.roles import (
    committee_member_of,
    duty_officer_of,
    reviewer_of,
    secretary_of,
    security_admin,
    system_admin,
)
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    OfficeFactory,
    TownFactory,
    UserFactory,
    VillageFactory,
)
from tests.villages.imports.files import (
    checked,
    entered,
    said_of,
    taken_back,
    uploaded,
    worked,
    xlsx,
)
from villages.appointing import end_post
from villages.audit import record_audit
from villages.imports import starting
from villages.imports.kinds.people import WORDS_FOR_ROLES
from villages.imports.mapping import sample_of
from villages.imports.passwords import take_passwords
from villages.imports.starting import forget_old
from villages.models import (
    AuditRecord,
    ContactLink,
    DutyShift,
    Group,
    ImportRun,
    Office,
    Post,
    Role,
    Seat,
    User,
)
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
PEOPLE = ["姓名", "电话", "岗位", "村名", "组"]


@pytest.fixture
def town():
    town = TownFactory(name="白关镇")
    village = VillageFactory(town=town, name="柳河村")
    GroupFactory(village=village, number=3)
    VillageFactory(town=town, name="石桥村")
    OfficeFactory(town=town, name="水管站")
    return town


@pytest.fixture
def village(town):
    return town.villages.get(name="柳河村")


@pytest.fixture
def secadmin():
    return security_admin()


# --- groups and offices


def test_groups_and_offices_come_from_the_system_administrator(town):
    admin = system_admin()
    groups = xlsx(
        ["村名", "组"], ["柳河村", "一组"], ["柳河", 2], ["柳河村", 3], ["石桥村", 1]
    )
    offices = xlsx(
        ["站所名称", "办公电话"], ["水管站", "0939-4421234"], ["司法所", None]
    )

    run = entered(checked(groups, admin, town, "groups"))
    assert run.counts == {"new": 3, "same": 1, "entered": 3, "kept": 0}
    run = entered(checked(offices, admin, town, "offices"))
    assert Office.objects.get(name="水管站").phone == "0939-4421234"
    assert Office.objects.filter(town=town).count() == 2

    taken_back(run)
    assert [(each.name, each.phone) for each in Office.objects.all()] == [
        ("水管站", "")
    ]
    with pytest.raises(NoSuchRight):
        uploaded(offices, reviewer_of(town), town, "offices")


def test_telephones_of_offices_are_those_that_the_administration_takes(town):
    offices = xlsx(
        ["站所名称", "办公电话"],
        ["水管站", "０９３９－４４２１２３４"],
        ["司法所", "１２３４８"],
        ["派出所", "没有"],
    )

    run = checked(offices, system_admin(), town, "offices")
    (faults,) = said_of(run).values()
    entered(run, good_only=True)

    assert [column for column, _words in faults] == ["phone"]
    phones = dict(Office.objects.values_list("name", "phone"))
    assert phones == {"水管站": "0939-4421234", "司法所": "12348"}


def test_a_group_with_households_stays_when_its_list_is_taken_back(town, village):
    run = entered(
        checked(
            xlsx(["村名", "组"], ["柳河村", 7], ["柳河村", 8]),
            system_admin(),
            town,
            "groups",
        )
    )
    HouseholdFactory(group=Group.objects.get(number=7))

    with override("en"):
        run = taken_back(run)

    assert run.counts["kept"] == 1
    # whatever names it: that a secret matter does is nobody's to learn here
    assert run.rows.get(is_entered=True).kept_because == "it is in use"
    assert set(village.groups.values_list("number", flat=True)) == {3, 7}


# --- people and posts


def test_people_get_an_account_and_their_posts_and_one_password_each(
    town, village, secadmin
):
    rows = [
        ["王桂兰", "13893912345", "值班员", "柳河村", None],
        ["王桂兰", "13893912345", "民事直说委员", "柳河村", None],
        ["单田芳", "13893912346", "小组长", "柳河村", "3组"],
        ["赵敏", "13893912347", "站所经办", "水管站", None],
        ["李强", "13893912348", "审核人", None, None],
    ]

    run = entered(checked(xlsx(PEOPLE, *rows), secadmin, town, "people"))

    assert run.counts["entered"] == 5
    wang = User.objects.get(name="王桂兰")
    assert (wang.username, wang.phone) == ("wangguilan2345", "13893912345")
    assert wang.must_change_password
    assert {post.role for post in wang.posts.all()} == {
        "duty_officer",
        "committee_member",
    }
    assert User.objects.get(name="单田芳").username == "shantianfang2346"
    places = {post.user.name: post.place for post in Post.objects.with_places()}
    assert places["单田芳"] == "柳河村3组"
    assert places["赵敏"] == "水管站"
    assert places["李强"] == "白关镇"


def test_the_sheet_of_passwords_is_printed_once_and_opens_the_accounts(
    client, town, secadmin
):
    rows = [
        ["王桂兰", "13893912345", "值班员", "柳河村", None],
        ["赵敏", "13893912347", "站所经办", "水管站", None],
    ]
    run = entered(checked(xlsx(PEOPLE, *rows), secadmin, town, "people"))
    client.force_login(secadmin.user)
    address = reverse("villages:import_passwords", args=[run.pk])

    before = client.get(reverse("villages:import", args=[run.pk])).content.decode()
    sheet = client.post(address)
    again = client.post(address)

    assert "2 个一次性密码" in before
    strips = sheet.context["strips"]
    assert [strip.user.name for strip in strips] == ["王桂兰", "赵敏"]
    assert "柳河村 值班员" in sheet.content.decode()
    assert sheet.content.decode().count("登录网址 http://testserver/") == len(strips)
    for strip in strips:
        assert strip.user.check_password(strip.password)
        assert strip.password not in again.content.decode()
    assert again["Location"] == reverse("villages:import", args=[run.pk])
    assert sheet["Cache-Control"] == "no-store"
    assert not any("password" in row.undo for row in run.rows.all())


@pytest.mark.parametrize("count", [1, 3])
def test_passwords_ask_as_many_queries_whatever_their_number(
    town, secadmin, count, django_assert_num_queries
):
    rows = [
        [f"李{chr(0x4E00 + nth)}", f"1389391234{nth}", "值班员", "柳河村", None]
        for nth in range(count)
    ]
    run = entered(checked(xlsx(PEOPLE, *rows), secadmin, town, "people"))

    # a savepoint and its end, the import, its rows, accounts, posts, rows, the log
    with django_assert_num_queries(8):
        strips = take_passwords(run, by=secadmin.user, at=NOON)

    assert [strip.posts for strip in strips] == [["柳河村 值班员"]] * count


def test_people_who_are_there_already_are_appointed_and_not_opened_again(
    town, village, secadmin
):
    user = UserFactory(name="王桂兰", phone="13893912345")
    namesake = ["王桂兰", "13893900000", "值班员", "石桥村", None]
    rows = [["王桂兰", "13893912345", "村支书", "柳河村", None], namesake]

    run = entered(checked(xlsx(PEOPLE, *rows), secadmin, town, "people"))
    again = checked(xlsx(PEOPLE, *rows), secadmin, town, "people", again=True)

    assert [post.role for post in user.posts.all()] == ["secretary"]
    assert User.objects.filter(name="王桂兰").count() == 2
    assert again.counts["same"] == 2
    taken_back(run)
    assert User.objects.filter(name="王桂兰").get() == user
    assert not user.posts.exists()


def test_an_account_that_was_used_stays_when_its_list_is_taken_back(
    client, town, secadmin
):
    rows = [
        ["王桂兰", "13893912345", "值班员", "柳河村", None],
        ["赵敏", "13893912347", "站所经办", "水管站", None],
    ]
    run = entered(checked(xlsx(PEOPLE, *rows), secadmin, town, "people"))
    post = Post.objects.get(user__name="赵敏")
    end_post(post, date(2027, 1, 1), by=secadmin.user, at=NOON)

    run = taken_back(run)

    assert run.counts["kept"] == 1
    assert set(User.objects.values_list("name", flat=True)) >= {"赵敏"}
    assert not User.objects.filter(name="王桂兰").exists()


def test_faults_of_people_are_told_by_column(town, secadmin):
    UserFactory(username="taken", name="别人")
    head = [*PEOPLE, "账号", "任职时间", "任期结束"]
    rows = [
        ["王桂兰", "138939", "值班员", "柳河村", None],
        ["赵敏", "13893912347", "镇长", "柳河村", None],
        ["李强", "13893912348", "站所经办", "派出所", None],
        ["张强", "13893912349", "小组长", "柳河村", 9],
        ["孙明", "13893912350", "值班员", "黑沟村", None],
        ["钱进", "13893912351", "值班员", "柳河村", None, "taken"],
        [
            "周全",
            "13893912352",
            "值班员",
            "柳河村",
            None,
            None,
            "2026-12-01",
            "2026-01-01",
        ],
        ["周全", "13893912352", "值班员", "柳河村", None],
    ]

    said = said_of(checked(xlsx(head, *rows), secadmin, town, "people"))

    columns = {
        number: [column for column, _words in each] for number, each in said.items()
    }
    assert columns == {
        2: ["phone"],
        3: ["role"],
        4: ["place"],
        5: ["group"],
        6: ["place"],
        7: ["username"],
        8: ["until_on"],
    }


def test_passwords_that_were_never_printed_go_with_the_rows(town, secadmin):
    rows = [["王桂兰", "13893912345", "值班员", "柳河村", None]]
    run = entered(checked(xlsx(PEOPLE, *rows), secadmin, town, "people"))

    forget_old(NOON + timedelta(days=31))

    assert not run.rows.exists()


def test_a_list_ends_a_post_as_the_security_administrator_does_by_hand(
    town, village, secadmin
):
    user = UserFactory(name="王桂兰", phone="13893912345")
    post = duty_officer_of(village, user=user, from_on=date(2026, 1, 1))
    head = [*PEOPLE, "任期结束"]
    row = ["王桂兰", "13893912345", "值班员", "柳河村", None]

    run = entered(
        checked(xlsx(head, [*row, "2026-12-31"]), secadmin, town, "people"),
    )
    post.refresh_from_db()
    assert post.until_on == date(2026, 12, 31)
    (record,) = AuditRecord.objects.filter(kind="account")
    assert (record.user, "柳河村" in record.subject) == (secadmin.user, True)

    later = checked(xlsx(head, [*row, "2027-06-30"]), secadmin, town, "people")
    entered(later)
    assert Post.objects.get(pk=post.pk).until_on == date(2027, 6, 30)
    taken_back(later)
    taken_back(run)

    assert Post.objects.get(pk=post.pk).until_on is None
    assert AuditRecord.objects.filter(kind="account").count() == 4


def test_an_end_before_the_post_there_is_begins_is_a_fault_of_its_row(
    town, village, secadmin
):
    user = UserFactory(name="王桂兰", phone="13893912345")
    duty_officer_of(village, user=user, from_on=date(2026, 2, 1))
    row = ["王桂兰", "13893912345", "值班员", "柳河村", None]

    of_today = xlsx([*PEOPLE, "任期结束"], [*row, "2026-01-31"])
    named = xlsx([*PEOPLE, "任职时间", "任期结束"], [*row, "2026-02-01", "2026-01-31"])

    for content in (of_today, named):
        run = checked(content, secadmin, town, "people")
        assert [each[0] for each in said_of(run)[2]] == ["until_on"]


def test_a_term_wholly_before_the_post_there_is_is_one_of_its_own(
    town, village, secadmin
):
    user = UserFactory(name="王桂兰", phone="13893912345")
    post = duty_officer_of(village, user=user, from_on=date(2026, 2, 1))
    head = [*PEOPLE, "任职时间", "任期结束"]
    row = ["王桂兰", "13893912345", "值班员", "柳河村", None]

    run = checked(
        xlsx(head, [*row, "2025-01-01", "2026-01-15"]), secadmin, town, "people"
    )
    entered(run)

    post.refresh_from_db()
    assert (post.from_on, post.until_on) == (date(2026, 2, 1), None)
    assert user.posts.count() == 2


def test_an_account_that_the_audit_log_names_stays(town, secadmin):
    rows = [["王桂兰", "13893912345", "值班员", "柳河村", None]]
    run = entered(checked(xlsx(PEOPLE, *rows), secadmin, town, "people"))
    user = User.objects.get(name="王桂兰")
    record_audit(AuditKind.LOGIN_FAILED, at=NOON, user=user)

    run = taken_back(run)

    assert (run.state, run.counts["kept"]) == ("taken_back", 1)
    assert User.objects.filter(pk=user.pk).exists()


def test_what_a_list_of_people_made_is_taken_back_with_a_line_in_the_audit_log(
    town, secadmin
):
    rows = [["王桂兰", "13893912345", "值班员", "柳河村", None]]
    run = entered(checked(xlsx(PEOPLE, *rows), secadmin, town, "people"))
    before = AuditRecord.objects.filter(kind="account").count()

    taken_back(run)

    removed = AuditRecord.objects.filter(kind="account").order_by("pk")[before:]
    assert [record.user for record in removed] == [None, None]
    assert all("王桂兰" in record.subject for record in removed)
    assert not User.objects.filter(name="王桂兰").exists()


def test_the_same_list_of_people_with_terms_brings_nobody_twice(town, secadmin):
    head = [*PEOPLE, "任职时间", "任期结束"]
    rows = [
        ["王桂兰", "13893912345", "值班员", "柳河村", None, "2027-01-01", None],
        ["李强", "13893912348", "审核人", None, None, "2025-01-01", "2025-12-31"],
    ]
    entered(checked(xlsx(head, *rows), secadmin, town, "people"))

    again = checked(xlsx(head, *rows), secadmin, town, "people", again=True)

    assert again.counts["same"] == 2


# --- seats


def test_a_term_that_a_list_ends_before_it_begins_is_a_fault_of_its_row(village):
    secretary = secretary_of(village)
    head = ["组织", "姓名", "任期开始", "任期结束"]
    row = ["两委", "王桂兰", "2026-01-10"]
    entered(checked(xlsx(head, [*row, None]), secretary, village, "seats"))

    early = checked(xlsx(head, [*row, "2026-01-09"]), secretary, village, "seats")
    run = checked(xlsx(head, [*row, "2026-12-31"]), secretary, village, "seats")

    assert said_of(early)[2][0][0] == "until_on"
    entered(run)
    assert Seat.objects.get().until_on == date(2026, 12, 31)
    taken_back(run)
    assert Seat.objects.get().until_on is None


def test_whoever_sits_there_is_not_put_in_the_chair_by_a_list_in_silence(village):
    secretary = secretary_of(village)
    head = ["组织", "姓名", "职务"]
    member = xlsx(head, ["两委", "王桂兰", "委员"])
    entered(checked(member, secretary, village, "seats"))

    chair = checked(xlsx(head, ["两委", "王桂兰", "书记"]), secretary, village, "seats")

    assert [each[0] for each in said_of(chair)[2]] == ["is_chair"]
    assert checked(member, secretary, village, "seats", again=True).counts["same"] == 1


def test_a_reviewer_seats_the_bodies_of_the_whole_town(town, village):
    head = ["村名", "组织", "姓名", "职务", "任期开始"]
    rows = [
        ["柳河村", "村“两委”", "王桂兰", "书记", "2026-01-10"],
        ["柳河村", "两委", "李强", "副主任", "2026-01-10"],
        ["石桥村", "村务监督委员会", "赵敏", "主任", "2026-01-10"],
        [None, "镇党委", "张强", None, "2026-01-10"],
    ]
    reviewer = reviewer_of(town)

    run = entered(checked(xlsx(head, *rows), reviewer, town, "seats"))

    assert run.counts["entered"] == 4
    wang = Seat.objects.get(name="王桂兰")
    assert (wang.is_chair, wang.body, wang.village) == (True, "two_committees", village)
    assert not Seat.objects.get(name="李强").is_chair
    assert Seat.objects.get(name="张强").town == town
    taken_back(run)
    assert not Seat.objects.exists()


def test_whoever_would_oversee_themselves_is_refused_by_the_same_rule_as_by_hand(
    village,
):
    secretary = secretary_of(village)
    head = ["组织", "姓名", "职务"]
    rows = [
        ["两委", "王桂兰", "书记"],
        ["监委会", "王桂兰", "主任"],
        ["两委", "李强", "主任"],
    ]

    run = checked(xlsx(head, *rows), secretary, village, "seats")
    assert said_of(run)[4][0][0] == "is_chair"
    run = entered(run, good_only=True)

    assert Seat.objects.get().name == "王桂兰"
    assert said_of(run)[3][0][0] == "name"
    assert (run.counts["entered"], run.counts["faulty"]) == (1, 2)


# --- the roster


def test_a_roster_by_day_and_name(village):
    secretary = secretary_of(village)
    duty = duty_officer_of(village)
    member = committee_member_of(village)
    tomorrow = NOON.date() + timedelta(days=1)
    head = ["日期", "值班人", "备班", "时段"]
    rows = [
        [tomorrow, duty.user.name, member.user.name, None],
        [tomorrow + timedelta(days=1), member.user.name, None, "9:00—12:30"],
        [tomorrow + timedelta(days=2), "外人", None, None],
        [NOON.date() - timedelta(days=3), duty.user.name, None, None],
        [tomorrow, member.user.name, None, "随时"],
    ]

    run = checked(xlsx(head, *rows), secretary, village, "roster")

    said = said_of(run)
    assert {number: each[0][0] for number, each in said.items()} == {
        4: "primary",
        5: "day",
        6: "hours",
    }
    run = entered(run, good_only=True)
    shifts = DutyShift.objects.order_by("starts_at")
    assert [shift.hours for shift in shifts] == ["8:00–17:00", "9:00–12:30"]
    assert shifts[0].backup == member
    assert (
        checked(xlsx(head, *rows[:2]), secretary, village, "roster").counts["same"] == 2
    )
    taken_back(run)
    assert not DutyShift.objects.exists()


def test_a_shift_of_the_night_ends_on_the_next_day(village):
    secretary = secretary_of(village)
    duty = duty_officer_of(village)
    rows = [[NOON.date() + timedelta(days=1), duty.user.name, "20:00-8:00"]]

    run = checked(xlsx(["日期", "值班人", "时段"], *rows), secretary, village, "roster")
    entered(run)

    shift = DutyShift.objects.get()
    assert shift.ends_at - shift.starts_at == timedelta(hours=12)
    assert shift.hours.startswith("20:00")


def test_a_list_names_who_leads_during_a_shift_that_is_there(village):
    secretary = secretary_of(village)
    duty = duty_officer_of(village)
    tomorrow = NOON.date() + timedelta(days=1)
    row = [tomorrow, duty.user.name]
    entered(checked(xlsx(["日期", "值班人"], row), secretary, village, "roster"))
    with_leader = xlsx(["日期", "值班人", "带班领导"], [*row, "张主任"])

    run = checked(with_leader, secretary, village, "roster")
    assert run.counts["changed"] == 1
    run = entered(run)

    assert DutyShift.objects.get().leader == "张主任"
    again = checked(with_leader, secretary, village, "roster", again=True)
    assert again.counts["same"] == 1
    taken_back(run)
    assert DutyShift.objects.get().leader == ""


def test_what_a_list_does_not_change_of_a_shift_is_a_fault_of_its_row(village):
    secretary = secretary_of(village)
    duty = duty_officer_of(village)
    tomorrow = NOON.date() + timedelta(days=1)
    row = [tomorrow, duty.user.name]
    entered(checked(xlsx(["日期", "值班人"], row), secretary, village, "roster"))
    DutyShift.objects.update(ends_at=NOON + timedelta(days=1, hours=2))

    head = ["日期", "值班人", "时段", "带班领导"]
    longer = checked(
        xlsx(head, [*row, "8:00-20:00", None]), secretary, village, "roster"
    )
    DutyShift.objects.update(starts_at=NOON - timedelta(hours=4))
    day = DutyShift.objects.get().on
    begun = checked(
        xlsx(head, [day, duty.user.name, None, "张主任"]), secretary, village, "roster"
    )

    assert [each[0] for each in said_of(longer)[2]] == ["day"]
    assert [each[0] for each in said_of(begun)[2]] == ["leader"]


# --- contact links


def test_households_and_the_cadres_who_keep_in_touch_with_them(village):
    secretary = secretary_of(village)
    duty = duty_officer_of(village)
    HouseholdFactory(group=village.groups.get(), number=12)
    head = ["包户干部", "组", "户号"]
    rows = [[duty.user.name, 3, 12], [duty.user.name, 3, 99], ["外人", 3, 12]]

    run = checked(xlsx(head, *rows), secretary, village, "links")

    assert {number: each[0][0] for number, each in said_of(run).items()} == {
        3: "door",
        4: "cadre",
    }
    run = entered(run, good_only=True)
    link = ContactLink.objects.get()
    assert (link.post, link.household.number) == (duty, 12)
    taken_back(run)
    assert not ContactLink.objects.exists()


def test_the_same_links_with_an_end_come_in_once(village):
    secretary = secretary_of(village)
    duty = duty_officer_of(village)
    HouseholdFactory(group=village.groups.get(), number=12)
    row = [duty.user.name, 3, 12]
    head = ["包户干部", "组", "户号", "结束日期"]
    with_end = xlsx(head, [*row, NOON.date() + timedelta(days=30)])
    entered(checked(with_end, secretary, village, "links"))

    counts = []
    for days in (0, 1, 60):
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            run = uploaded(with_end, secretary, village, "links", again=True)
            run = starting.confirm_columns(
                run, run.mapping, {0}, by=secretary.user, at=now()
            )
            counts.append(worked(run, now()).counts)

    assert [each.get("same") for each in counts] == [1, 1, 1]
    assert ContactLink.objects.count() == 1


def test_a_link_that_ends_before_it_begins_is_a_fault_of_its_row(village):
    secretary = secretary_of(village)
    duty = duty_officer_of(village)
    for number in (12, 13):
        HouseholdFactory(group=village.groups.get(), number=number)
    head = ["包户干部", "组", "户号", "开始日期", "结束日期"]
    rows = [
        [duty.user.name, 3, 12, "2026-03-01", "2026-02-01"],
        [duty.user.name, 3, 13, None, "2026-02-01"],
    ]

    run = checked(xlsx(head, *rows), secretary, village, "links")

    assert [each[0][0] for each in said_of(run).values()] == ["until_on", "until_on"]


def test_each_kind_is_offered_to_those_who_may_enter_it_by_hand(client, town, village):
    offered = {}
    for post in (
        secretary_of(village),
        reviewer_of(town),
        system_admin(),
        security_admin(),
    ):
        client.force_login(post.user)
        page = client.get("/imports/")
        offered[Role(post.role)] = {kind.key for kind in page.context["kinds"]}

    assert offered[Role.SYSTEM_ADMIN] >= {"groups", "offices"}
    assert offered[Role.SECURITY_ADMIN] == {"people"}
    assert offered[Role.SECRETARY] == {"residents", "seats", "roster", "links"}
    assert offered[Role.REVIEWER] >= {"residents", "seats", "roster", "links"}
    assert not ImportRun.objects.exists()


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_a_new_installation_opens_the_accounts_of_its_three_administrators_once():
    out = StringIO()
    call_command("first_accounts", stdout=out)

    lines = [line.split("\t") for line in out.getvalue().splitlines()]
    assert [username for username, _name, _password in lines] == [
        "sysadmin",
        "secadmin",
        "auditor",
    ]
    for username, _name, password in lines:
        user = User.objects.get(username=username)
        assert user.check_password(password)
        assert user.must_change_password
    with pytest.raises(CommandError):
        call_command("first_accounts", stdout=out)
    assert User.objects.count() == 3


def test_all_that_is_wrong_in_a_row_is_told_at_once(town, secadmin):
    head = [*PEOPLE, "可签发督办单"]
    row = ["张强", "138939", "小组长", "柳河村", 9, "是"]

    (said,) = said_of(checked(xlsx(head, row), secadmin, town, "people")).values()

    assert sorted(column for column, _words in said) == ["group", "may_sign", "phone"]


def test_a_group_that_a_village_has_not_is_told_with_those_it_has(town, secadmin):
    rows = [
        ["张强", "13893912349", "小组长", "柳河村", 9],
        ["李强", "13893912350", "网格员", "柳河村", None],
    ]

    said = said_of(checked(xlsx(PEOPLE, *rows), secadmin, town, "people"))

    words = [each[0][1] for each in said.values()]
    numbers = Group.objects.filter(village__town=town, village__name="柳河村")
    known = "、".join(str(group.number) for group in numbers.order_by("number"))
    assert words[0] == (
        f"柳河村没有9组（有{known}组）" if known else "柳河村还没有村民小组"
    )
    assert words[1] != words[0]


def test_whoever_chooses_a_role_reads_that_a_grid_officer_is_one():
    assert "网格员" in WORDS_FOR_ROLES


def test_a_day_is_not_masked_as_a_telephone_is():
    run = ImportRun(
        sheets=[{"headings": ["任职时间", "电话", "编号"]}],
        samples=json.dumps([[["2026-11-01", "13893912345", "BG-2025-0012"]]]),
    )

    assert sample_of("任职时间", run) == ["2026-11-01"]
    assert sample_of("电话", run) == ["****2345"]
    assert sample_of("编号", run) == ["BG-2025-0012"]
