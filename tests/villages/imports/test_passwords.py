"""One-time passwords of a list whose slips are lost, in part or all of them."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from tests.cases.roads import NOON
from tests.roles import duty_officer_of, security_admin
from tests.villages.factories import TownFactory, VillageFactory
from tests.villages.imports.files import checked, entered, uploaded, worked, xlsx
from villages.accounts import deactivate, reset_password
from villages.imports import starting
from villages.imports.passwords import take_passwords
from villages.models import AuditRecord, ImportRun, User

pytestmark = pytest.mark.django_db
HEAD = ["姓名", "电话", "岗位", "村名"]
ROWS = [
    ["王桂兰", "13893912345", "值班员", "柳河村"],
    ["赵敏", "13893912346", "值班员", "柳河村"],
    ["李强", "13893912347", "值班员", "柳河村"],
]
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def secadmin():
    return security_admin()


@pytest.fixture
def run(secadmin):
    town = TownFactory(name="白关镇")
    VillageFactory(town=town, name="柳河村")
    return entered(checked(xlsx(HEAD, *ROWS), secadmin, town, "people"))


def printed(run: ImportRun, at=NOON) -> dict[str, str]:
    """The passwords on the strips, by the name of whom each is for."""
    strips = take_passwords(run, by=run.by, at=at)
    return {strip.user.name: strip.password for strip in strips}


def renewed(run: ImportRun, at=LATER) -> ImportRun:
    return worked(starting.renew_passwords(run, by=run.by, at=at), at)


def account(name: str) -> User:
    return User.objects.get(name=name)


def page(run: ImportRun) -> str:
    return reverse("villages:import", args=[run.pk])


def test_strips_that_were_lost_are_made_anew_for_all_at_once(run):
    lost = printed(run)

    again = renewed(run)
    strips = printed(again, LATER)

    assert (again.state, again.entered_at) == ("entered", run.entered_at)
    assert strips.keys() == lost.keys()
    for name, password in strips.items():
        assert account(name).check_password(password)
        assert account(name).must_change_password
        assert not account(name).check_password(lost[name])


def test_whoever_has_logged_in_or_was_given_another_keeps_theirs(client, run, secadmin):
    lost = printed(run)
    client.force_login(account("王桂兰"))
    by_hand = reset_password(account("赵敏"), by=secadmin.user, at=LATER)

    strips = printed(renewed(run), LATER)

    assert strips.keys() == {"李强"}
    assert account("王桂兰").check_password(lost["王桂兰"])
    assert account("赵敏").check_password(by_hand)


def test_a_strip_of_a_password_that_is_over_is_not_printed(run, secadmin):
    reset_password(account("赵敏"), by=secadmin.user, at=LATER)

    assert printed(run).keys() == {"王桂兰", "李强"}


def test_an_account_that_was_shut_gets_no_new_password(run, secadmin):
    printed(run)
    deactivate(account("赵敏"), by=secadmin.user, at=NOON)

    assert printed(renewed(run), LATER).keys() == {"王桂兰", "李强"}


def test_the_log_says_who_had_them_made_anew_and_whose(run, secadmin):
    printed(run)
    before = AuditRecord.objects.latest("pk").pk

    renewed(run)

    asked, *made = AuditRecord.objects.filter(pk__gt=before).order_by("pk")
    assert (asked.kind, asked.user) == ("import", secadmin.user)
    assert run.file_name in asked.subject
    lines = [line for line in made if line.kind == "account"]
    assert len(lines) == len(ROWS)
    assert not any(line.user for line in lines)  # whoever asked stands above


def test_a_worker_that_is_killed_makes_none_twice(run, monkeypatch):
    printed(run)
    monkeypatch.setattr("villages.imports.kinds.people.People.at_once", 2)
    run = starting.renew_passwords(run, by=run.by, at=LATER)
    assert (run.state, run.total) == ("renewing", 3)

    turns = []
    from villages.imports.running import work_through

    work_through(
        run.pk,
        lambda: LATER,
        lambda shown: turns.append((shown.state, shown.done)),
        until=LATER,  # gives way after the first batch
    )
    first = set(User.objects.filter(password_changed_at=LATER))
    run = worked(run, LATER + timedelta(minutes=5))

    assert turns == [("renewing", 2)]
    assert run.state == "entered"
    for user in first:
        assert account(user.name).password == user.password
    assert len(printed(run, LATER)) == 3


def test_nothing_is_made_anew_before_it_is_printed_or_where_nothing_is_left(
    client, run
):
    with pytest.raises(InputRefused):
        starting.renew_passwords(run, by=run.by, at=NOON)

    printed(run)
    for name in ("王桂兰", "赵敏", "李强"):
        client.force_login(account(name))
    with pytest.raises(InputRefused):
        starting.renew_passwords(run, by=run.by, at=NOON)
    assert ImportRun.objects.get().state == "entered"


def test_only_a_security_administrator_has_them_made_anew_of_a_list_of_people(
    run, secadmin
):
    printed(run)
    officer = duty_officer_of(VillageFactory()).user

    with pytest.raises(NoSuchRight):
        starting.renew_passwords(run, by=officer, at=NOON)
    not_entered = uploaded(xlsx(HEAD, ROWS[0][:3]), secadmin, run.town, "people")
    with pytest.raises(MoveRefused):
        starting.renew_passwords(not_entered, by=secadmin.user, at=NOON)


def test_the_page_offers_it_once_they_are_printed(client, run):
    client.force_login(run.by)
    act = reverse("villages:import_act", args=[run.pk, "renew"])
    sheet = reverse("villages:import_passwords", args=[run.pk])

    assert act not in client.get(page(run)).text
    strips = client.post(sheet)
    assert "data-shown-once" in strips.text
    assert page(run) in strips.text
    assert client.post(sheet)["Location"] == page(run), "loaded once more"
    assert act in client.get(page(run)).text

    assert client.post(act)["Location"] == page(run)
    assert "import-bar" in client.get(page(run)).text
    worked(run, LATER)
    assert sheet in client.get(page(run)).text
    assert len(client.post(sheet).context["strips"]) == len(ROWS)


@pytest.mark.parametrize(
    ("host", "is_only_here"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:8121", True),
        ("localhost", True),
        ("[::1]", True),
        ("192.168.1.20:8000", False),
        ("minshi.example.cn", False),
    ],
)
def test_slips_are_warned_of_that_name_an_address_nobody_else_opens(
    client, run, settings, host, is_only_here
):
    settings.ALLOWED_HOSTS = ["*"]
    client.force_login(run.by)
    sheet = reverse("villages:import_passwords", args=[run.pk])
    for_all = {"HTTP_HOST": host}

    before = client.get(page(run), **for_all)
    strips = client.post(sheet, **for_all)

    for shown in (before, strips):
        assert f"http://{host}/" in shown.text
        assert ("只有这台电脑" in shown.text) == is_only_here


def test_a_list_fails_to_be_made_anew_three_times_and_stays_entered(run, monkeypatch):
    printed(run)
    starting.renew_passwords(run, by=run.by, at=NOON)
    monkeypatch.setattr("villages.imports.running.renew_some", lambda *_args: 1 / 0)

    for nth in range(1, 4):
        with pytest.raises(ZeroDivisionError):
            worked(run, NOON + nth * timedelta(hours=1))

    run = ImportRun.objects.get()
    assert run.state == "entered"
    assert run.trouble
