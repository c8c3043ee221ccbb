import re
from datetime import date

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from tests.cases.roads import NOON
from tests.roles import (
    auditor,
    duty_officer_of,
    reviewer_of,
    secretary_of,
    security_admin,
    system_admin,
)
from tests.villages.factories import (
    GroupFactory,
    OfficeFactory,
    TownFactory,
    UserFactory,
    VillageFactory,
)
from villages.accounts import password_stamp
from villages.models import AuditRecord, Post, Role, User
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    post = security_admin()
    client.force_login(post.user)
    return post.user


def pages(user: User, post: Post) -> list[str]:
    return [
        reverse("villages:accounts"),
        reverse("villages:account_create"),
        reverse("villages:account", args=[user.pk]),
        reverse("villages:appoint", args=[user.pk]),
        reverse("villages:end_post", args=[post.pk]),
    ]


def test_account_pages_do_not_exist_for_anybody_else(client):
    village = VillageFactory()
    target = duty_officer_of(village)
    superuser = UserFactory(is_superuser=True, is_staff=True)
    others = [
        system_admin().user,
        auditor().user,
        secretary_of(village).user,
        reviewer_of(village.town).user,
        superuser,
    ]

    for user in others:
        client.force_login(user)
        for url in pages(target.user, target):
            assert client.get(url).status_code == 404
        for act in ("reset_password", "deactivate", "unlock"):
            url = reverse("villages:account_act", args=[target.user.pk, act])
            assert client.post(url).status_code == 404

    assert not AuditRecord.objects.filter(kind=AuditKind.ACCOUNT).exists()


def test_a_visitor_is_sent_to_the_login(client):
    post = duty_officer_of(VillageFactory())

    for url in pages(post.user, post):
        assert client.get(url)["Location"] == f"/login/?next={url}"


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_asks_five_queries_whatever_its_length(
    client, admin, count, django_assert_num_queries
):
    for _ in range(count):
        duty_officer_of(VillageFactory())

    with django_assert_num_queries(
        5
    ):  # session, account with own posts, accounts, their posts, their wrong tries
        answer = client.get(reverse("villages:accounts"))

    assert answer.status_code == 200


def test_the_list_goes_on_where_the_page_ended(client, admin):
    UserFactory.create_batch(60)

    first = client.get(reverse("villages:accounts"))
    second = client.get(reverse("villages:accounts"), {"after": first.context["after"]})

    shown = [row.user.pk for page in (first, second) for row in page.context["rows"]]
    assert len(shown) == len(set(shown)) == 61
    assert second.context["after"] == ""


@pytest.mark.parametrize("text", ["淑芬", "SUN", "ｓｕｎ", "sun。s", "淑芬\u3000"])
def test_the_list_is_searched_by_name_and_account_name(client, admin, text):
    wanted = UserFactory(name="孙淑芬", username="sun.sf")
    UserFactory(name="李强", username="li.q")

    answer = client.get(reverse("villages:accounts"), {"q": text})

    assert [row.user.pk for row in answer.context["rows"]] == [wanted.pk]


def test_the_list_shows_current_posts_and_not_former_ones(client, admin):
    village = VillageFactory(name="柳河村")
    user = duty_officer_of(village).user
    secretary_of(VillageFactory(name="石桥村"), user=user, until_on=date(2020, 2, 1))

    text = client.get(reverse("villages:accounts")).content.decode()

    assert "柳河村" in text
    assert "石桥村" not in text


def test_an_account_is_opened_and_its_password_shown_once(client, admin):
    answer = client.post(
        reverse("villages:account_create"), {"name": "王桂兰", "username": "wang"}
    )

    user = User.objects.get(username="wang")
    password = re.search(
        r'<code class="once">([-a-z0-9]+)</code>', answer.content.decode()
    ).group(1)
    assert user.check_password(password)
    assert answer["Cache-Control"] == "no-store"
    assert (
        password
        not in client.get(reverse("villages:account", args=[user.pk])).content.decode()
    )


@pytest.mark.parametrize(
    ("typed", "name"),
    [("ｒ１．test", "r1.test"), ("duty。maya", "duty.maya"), ("duty——2", "duty_2")],
)
def test_an_account_is_opened_by_the_name_that_was_meant(client, admin, typed, name):
    client.post(
        reverse("villages:account_create"), {"name": "王桂兰", "username": typed}
    )

    assert User.objects.filter(username=name).exists()


def test_a_taken_account_name_is_said_beside_the_field(client, admin):
    UserFactory(username="wang")

    answer = client.post(
        reverse("villages:account_create"), {"name": "王桂兰", "username": "wang"}
    )

    assert answer.status_code == 422
    assert "username" in answer.context["form"].errors
    assert answer.context["form"]["name"].value() == "王桂兰"


@pytest.mark.parametrize(
    ("role", "text", "make"),
    [
        (Role.SECRETARY, "柳河", lambda: VillageFactory(name="柳河村")),
        (Role.GROUP_LEADER, "柳河", lambda: GroupFactory(village__name="柳河村")),
        (Role.OFFICE_HANDLER, "水管", lambda: OfficeFactory(name="水管站")),
        (Role.REVIEWER, "白关", lambda: TownFactory(name="白关镇")),
        (Role.SUPERVISOR, "礼县", lambda: TownFactory(county_name="礼县")),
    ],
)
def test_a_post_is_given_in_two_steps_without_a_script(client, admin, role, text, make):
    make()
    user = UserFactory()
    url = reverse("villages:appoint", args=[user.pk])

    found = client.get(url, {"role": role, "place": text})
    value, _label = found.context["form"].fields["node"].choices[0]
    answer = client.post(
        f"{url}?place={text}", {"role": role, "node": value, "from_on": "2026-03-02"}
    )

    post = user.posts.get()
    assert answer["Location"] == reverse("villages:account", args=[user.pk])
    assert (post.role, post.from_on, post.until_on) == (role, date(2026, 3, 2), None)


def test_the_one_place_found_is_chosen_and_none_of_several(client, admin):
    only = VillageFactory(name="柳河村")
    VillageFactory(name="石桥村", town=only.town)
    url = reverse("villages:appoint", args=[UserFactory().pk])
    role = Role.SECRETARY

    one = client.get(url, {"role": role, "place": "柳河"})
    several = client.get(url, {"role": role, "place": "村"})

    (chosen,) = _places_of(one)
    assert (chosen["value"], chosen["selected"]) == (f"village:{only.pk}", True)
    assert [choice["selected"] for choice in _places_of(several)] == [False, False]


@pytest.mark.parametrize(
    "typed",
    ["林业　站", "林 业 站", " 林业站 ", "白关镇 林业站", "白关镇林业站", "白关"],
)
def test_an_office_is_found_however_blanks_stand_in_its_name(client, admin, typed):
    office = OfficeFactory(name="林业站", town__name="白关镇")
    url = reverse("villages:appoint", args=[UserFactory().pk])

    page = client.get(url, {"role": Role.OFFICE_HANDLER, "place": typed})

    choices = page.context["form"].fields["node"].choices
    assert choices == [(f"office:{office.pk}", "白关镇 林业站")]


def test_an_office_of_the_county_is_offered_with_its_county(client, admin):
    TownFactory(county_code="621226", county_name="礼县")
    office = OfficeFactory(name="林业局", town=None, county_code="621226")
    url = reverse("villages:appoint", args=[UserFactory().pk])

    page = client.get(url, {"role": Role.OFFICE_HANDLER, "place": "林业"})

    choices = page.context["form"].fields["node"].choices
    assert choices == [(f"office:{office.pk}", "礼县 林业局")]


def test_of_two_offices_of_one_name_each_is_shown_with_its_town(client, admin):
    user = UserFactory(username="zhao")
    for name in ("白关镇", "王坝镇"):
        OfficeFactory(name="林业站", town__name=name)
    url = reverse("villages:appoint", args=[user.pk])
    role = {"role": Role.OFFICE_HANDLER, "place": "王坝镇 林业站"}
    ((value, _label),) = client.get(url, role).context["form"].fields["node"].choices

    told = client.post(
        f"{url}?place=林业站",
        {"role": Role.OFFICE_HANDLER, "node": value, "from_on": "2026-03-02"},
        follow=True,
    )

    (message,) = told.context["messages"]
    assert "王坝镇林业站" in str(message)
    ending = reverse("villages:end_post", args=[user.posts.get().pk])
    for address in (reverse("villages:accounts"), told.request["PATH_INFO"], ending):
        assert "王坝镇林业站" in client.get(address).content.decode()
    record = AuditRecord.objects.filter(kind=AuditKind.ACCOUNT).latest("pk")
    assert "王坝镇林业站" in record.subject


def _places_of(page):
    return [radio.data for radio in page.context["form"]["node"]]


def test_an_administrator_is_appointed_without_a_place(client, admin):
    user = UserFactory()
    url = reverse("villages:appoint", args=[user.pk])

    page = client.get(url, {"role": Role.AUDITOR, "place": ""})
    client.post(url, {"role": Role.AUDITOR, "from_on": "2026-03-02"})

    assert page.context["form"].is_placeless
    assert user.posts.get().role == Role.AUDITOR


def test_a_place_that_was_not_offered_is_refused(client, admin):
    village = VillageFactory(name="柳河村")
    user = UserFactory()
    url = reverse("villages:appoint", args=[user.pk])

    for place, node in (
        ("石桥", f"village:{village.pk}"),
        ("柳河", "village:0"),
        ("柳河", ""),
    ):
        answer = client.post(
            f"{url}?place={place}",
            {"role": Role.SECRETARY, "node": node, "from_on": "2026-03-02"},
        )
        assert answer.status_code == 422

    assert not user.posts.exists()


def test_a_refused_appointment_says_why(client, admin):
    village = VillageFactory(name="柳河村")
    user = auditor().user
    url = reverse("villages:appoint", args=[user.pk])

    answer = client.post(
        f"{url}?place=柳河",
        {
            "role": Role.SECRETARY,
            "node": f"village:{village.pk}",
            "from_on": "2026-03-02",
        },
    )

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


def test_a_malformed_role_is_no_page(client, admin):
    url = reverse("villages:appoint", args=[UserFactory().pk])

    assert client.get(url, {"role": "king"}).context["form"] is None
    assert client.post(url, {"role": "king"}).status_code == 404


def test_a_post_is_ended_on_its_page(client, admin):
    post = secretary_of(VillageFactory())
    url = reverse("villages:end_post", args=[post.pk])

    refused = client.post(url, {"until_on": "2019-01-01"})
    answer = client.post(url, {"until_on": "2026-03-02"})

    post.refresh_from_db()
    assert (refused.status_code, answer.status_code) == (422, 302)
    assert post.until_on == date(2026, 3, 2)


def test_the_buttons_of_the_account_page_do_what_they_say(client, admin):
    user = UserFactory()

    def press(act: str):
        seen = {"seen": password_stamp(user)}
        address = reverse("villages:account_act", args=[user.pk, act])
        answer = client.post(address, seen)
        user.refresh_from_db()
        return answer

    press("deactivate")
    assert not user.is_active
    press("reactivate")
    assert user.is_active
    assert press("unlock").status_code == 302
    assert press("remove_second_factor").status_code == 302
    assert user.must_change_password is False
    assert press("reset_password")["Cache-Control"] == "no-store"
    assert user.must_change_password
    assert press("promote").status_code == 404


def test_the_page_of_a_one_time_password_loaded_again_gives_no_second_one(
    client, admin
):
    user = UserFactory()
    page = client.get(reverse("villages:account", args=[user.pk]))
    reset = reverse("villages:account_act", args=[user.pk, "reset_password"])
    form = {"seen": page.context["seen"]}

    first = client.post(reset, form)
    again = client.post(reset, form, follow=True)

    user.refresh_from_db()
    assert user.check_password(first.context["password"])
    assert "先前告诉的一次性密码还能用" in again.text
    assert 'name="seen"' in page.text


def test_the_account_page_says_whether_it_is_locked_and_offers_to_unlock_it_then(
    client, admin, time_machine
):
    time_machine.move_to(NOON, tick=False)
    user = UserFactory(username="duty.maya")
    address = reverse("villages:account", args=[user.pk])
    unlock = reverse("villages:account_act", args=[user.pk, "unlock"])

    def try_wrongly(times):
        for _ in range(times):
            Client().post("/login/", {"login": "Duty.Maya", "password": "wrong"})
        return client.get(address).text

    page = try_wrongly(0)
    assert "没有锁定。" in page
    assert unlock not in page
    page = try_wrongly(2)
    assert "没有锁定；刚才输错过 2 次。" in page
    assert unlock in page
    page = try_wrongly(3)
    assert "密码或验证码错的次数太多，已锁定，12:15以后才能登录。" in page
    assert unlock in page

    page = client.post(unlock, follow=True).text
    assert "没有锁定。" in page
    assert unlock not in page


def test_the_list_says_of_a_locked_account_until_when(client, admin, time_machine):
    time_machine.move_to(NOON, tick=False)
    UserFactory(username="duty.maya", name="马雅")
    UserFactory(username="li.q", name="李强")
    UserFactory(username="wang.sh", name="王停", is_active=False)

    def state_of(name):
        rows = client.get(reverse("villages:accounts"), {"q": name}).context["rows"]
        return [str(row.state) for row in rows]

    for name in ("Duty.Maya", "wang.sh"):
        for _ in range(4):
            Client().post("/login/", {"login": name, "password": "wrong"})
    almost = state_of("马雅")
    for name in ("Duty.Maya", "wang.sh"):
        Client().post("/login/", {"login": name, "password": "wrong"})

    assert almost == ["在用"]
    assert state_of("马雅") == ["锁住了，12:15以后才能登录"]
    assert state_of("李强") == ["在用"]
    assert state_of("王停") == ["已停用"]
    assert "锁住了，12:15以后才能登录" in client.get(reverse("villages:accounts")).text


def test_the_account_page_says_whether_a_second_factor_is_set_up(client, admin):
    user = UserFactory()
    address = reverse("villages:account", args=[user.pk])
    removing = reverse("villages:account_act", args=[user.pk, "remove_second_factor"])

    before = client.get(address).text
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    after = client.get(address).text

    assert "没开“登录多验一次”" in before
    assert removing not in before
    assert "开了“登录多验一次”：" in after
    assert removing in after


def test_the_own_account_is_shown_and_not_managed(client, admin):
    page = client.get(reverse("villages:account", args=[admin.pk]))
    answer = client.post(
        reverse("villages:account_act", args=[admin.pk, "deactivate"]), follow=True
    )

    admin.refresh_from_db()
    assert reverse("villages:appoint", args=[admin.pk]) not in page.content.decode()
    assert admin.is_active
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_an_act_needs_a_post_request(client, admin):
    assert (
        client.get(
            reverse("villages:account_act", args=[UserFactory().pk, "deactivate"])
        ).status_code
        == 405
    )


def test_a_place_that_was_not_named_is_asked_for(client, admin):
    url = reverse("villages:appoint", args=[UserFactory().pk])

    page = client.get(url, {"role": Role.SECRETARY, "place": ""})

    assert "请先写任职单位的名字" in page.text
