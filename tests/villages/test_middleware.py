from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from tests.roles import (
    auditor,
    duty_officer_of,
    group_leader_of,
    secretary_of,
    supervisor_of_county,
)
from tests.villages.factories import (
    GroupFactory,
    TownFactory,
    UserFactory,
    VillageFactory,
)
from villages.reader import who_is_here

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def on_that_day(time_machine):
    time_machine.move_to("2026-03-02 09:00+08:00", tick=False)


def here_of(rf, user, **cookies):
    request = rf.get("/")
    request.user = user
    request.COOKIES |= cookies
    return who_is_here(request)["here"]


def test_the_posts_are_read_once_and_everything_shown_comes_from_them(
    rf, django_assert_num_queries
):
    village = VillageFactory(name="柳河村", town__name="白关镇")
    user = duty_officer_of(village).user
    secretary_of(village, user=user, from_on=TODAY)
    user = type(user).objects.get(pk=user.pk)

    with django_assert_num_queries(1):
        user.keep_posts(TODAY)
        here = here_of(rf, user)
        assert (here.place, here.roles, here.is_staff_of_cases) == (
            "白关镇柳河村",
            {"duty_officer", "secretary"},
            True,
        )
        assert str(here.main_post)
        assert [post.place for post in here.posts] == ["柳河村", "柳河村"]


def test_a_group_and_a_county_are_named_in_words_by_the_same_query(
    rf, django_assert_num_queries
):
    TownFactory(county_code="621226", county_name="礼县")
    leader = group_leader_of(
        GroupFactory(number=2, village__name="柳河村", village__town__name="白关镇")
    ).user
    supervisor = supervisor_of_county("621226").user

    with django_assert_num_queries(2):
        assert here_of(rf, leader).place.startswith("白关镇柳河村")
        assert here_of(rf, supervisor).place == "礼县"


def test_an_administrator_is_no_staff_of_cases(rf):
    here = here_of(rf, auditor().user)

    assert (here.is_staff_of_cases, here.place, here.roles) == (False, "", {"auditor"})


def test_a_visitor_costs_no_query(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        here = here_of(rf, AnonymousUser())
        assert (here.user, here.posts, here.main_post, here.place, here.roles) == (
            None,
            [],
            None,
            "",
            frozenset(),
        )


def test_a_user_without_a_post_is_nobody(rf):
    here = here_of(rf, UserFactory())

    assert (here.posts, here.main_post, here.is_staff_of_cases) == ([], None, False)


@pytest.mark.parametrize(
    ("kept", "size"),
    [("large", "large"), ("largest", "largest"), ("huge", "normal"), ("", "normal")],
)
def test_the_type_size_comes_from_the_cookie(rf, kept, size):
    assert here_of(rf, AnonymousUser(), type=kept).type_size == size


def test_a_page_of_a_user_reads_the_session_and_the_account_with_its_posts(
    client, django_assert_num_queries
):
    client.force_login(
        secretary_of(
            VillageFactory(), user=UserFactory(password="a-long-password")
        ).user
    )

    with django_assert_num_queries(2):
        client.get("/account/password/")


def test_the_type_size_is_kept_in_a_cookie(client):
    answer = client.post(
        reverse("villages:type_size"), {"type": "large", "next": "/login/"}
    )

    assert (answer["Location"], answer.cookies["type"].value) == ("/login/", "large")


def test_an_unknown_type_size_changes_nothing(client):
    assert (
        "type"
        not in client.post(reverse("villages:type_size"), {"type": "9em"}).cookies
    )


def test_the_language_is_kept_in_a_cookie(client):
    answer = client.post(
        reverse("villages:language"), {"language": "en", "next": "/login/"}
    )

    assert (answer["Location"], answer.cookies["django_language"].value) == (
        "/login/",
        "en",
    )


@pytest.mark.parametrize("name", ["villages:language", "villages:type_size"])
def test_a_switch_is_a_post_and_leads_nowhere_foreign(client, name):
    answer = client.post(
        reverse(name),
        {"next": "https://evil.example/", "type": "large", "language": "en"},
    )

    assert answer["Location"] == "/"
    assert client.get(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", ["villages:language", "villages:type_size"])
@pytest.mark.parametrize(
    ("shown_at", "page"),
    [
        ("/imports/1/enter/", "/imports/1/"),  # where a refused form is shown
        ("/imports/1/", "/imports/1/"),
        ("/duty/shifts/new/?village=3", "/duty/shifts/new/?village=3"),
        ("/t/A-2026-0001/?k=ABC", "/t/A-2026-0001/?k=ABC"),
        ("/no/such/page/", "/no/such/page/"),
    ],
)
def test_a_switch_leads_to_a_page_that_opens(client, name, shown_at, page):
    said = {"next": shown_at, "type": "large", "language": "en"}

    answer = client.post(reverse(name), said)

    assert answer["Location"] == page


def test_an_address_of_a_button_opened_by_itself_says_so_in_our_words(client):
    client.force_login(secretary_of(VillageFactory()).user)

    opened = client.get("/imports/1/enter/", HTTP_ACCEPT="text/html,*/*;q=0.8")
    by_script = client.get("/imports/1/enter/", HTTP_HX_REQUEST="true")

    assert opened.status_code == by_script.status_code == 405
    assert opened["Allow"] == by_script["Allow"]
    assert "这个网址不能直接打开" in opened.text
    assert 'href="/imports/1/"' in opened.text
    assert by_script.text == ""


def test_a_switch_takes_a_page_that_is_no_address_for_what_it_is(client):
    """A word was looked for as the name of a view, and not found."""
    answer = client.post(reverse("villages:type_size"), {"next": "99", "type": "large"})

    assert (answer.status_code, answer["Location"]) == (302, "99")


def test_a_fragment_never_begins_the_page_anew_that_it_stands_on(client):
    """The header's count asked for itself and reloaded the page on which the first
    password is chosen.
    """
    client.force_login(
        secretary_of(VillageFactory(), user=UserFactory(must_change_password=True)).user
    )
    here = "http://testserver/account/password/?next=/"

    from_here = client.get(
        reverse("supervision:unread"), HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=here
    )
    from_elsewhere = client.get(
        reverse("supervision:unread"),
        HTTP_HX_REQUEST="true",
        HTTP_HX_CURRENT_URL="http://testserver/",
    )

    assert (from_here.status_code, "HX-Redirect" in from_here) == (204, False)
    assert from_elsewhere["HX-Redirect"] == "/account/password/"


def test_whoever_has_yet_to_choose_a_password_is_offered_nothing_else(rf):
    user = secretary_of(
        VillageFactory(), user=UserFactory(must_change_password=True)
    ).user

    assert here_of(rf, user).posts == []
