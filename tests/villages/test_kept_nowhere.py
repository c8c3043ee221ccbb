"""No browser keeps an answer from behind the login; the cookies and powers a page has."""

import json

import pytest
from django.urls import reverse

from tests.api import Api
from tests.cases.roads import spoken, staff
from tests.processes import output_of
from tests.roles import system_admin

pytestmark = pytest.mark.django_db


def test_no_page_behind_the_login_is_kept(client):
    here = staff()
    case = spoken(here)
    client.force_login(here.duty.user)
    pages = ["/", "/cases/", case.get_absolute_url(), "/logins/", "/duty/"]

    for page in [*pages, "/nowhere/", reverse("supervision:unread")]:
        assert "no-store" in client.get(page)["Cache-Control"], page
    assert "no-store" in client.post("/logout/")["Cache-Control"]


def test_no_page_of_the_admin_is_kept(client):
    client.force_login(system_admin().user)

    assert "no-store" in client.get("/admin/")["Cache-Control"]


def test_no_answer_of_the_api_is_kept():
    here = staff()
    spoken(here)

    for api in (Api(here.duty.user), Api()):
        for address in ("cases/", "me/", "households/?q=l", "nowhere/"):
            assert "no-store" in api.get(address)["Cache-Control"], address


def test_public_pages_are_as_before(client):
    assert "Cache-Control" not in client.get("/t/")


def test_every_answer_names_the_powers_no_page_uses(client):
    for page in ("/login/", "/nowhere/", "/api/v1/me/"):
        policy = client.get(page)["Permissions-Policy"]
        assert "camera=()" in policy
        assert "geolocation=()" in policy


COOKIES = """
import json, django
django.setup()
from django.conf import settings
from villages.reader import TYPE_COOKIE
from villages.sessions import COOKIE
print(json.dumps({
    "names": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME,
              settings.LANGUAGE_COOKIE_NAME, COOKIE, TYPE_COOKIE],
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE,
               settings.LANGUAGE_COOKIE_SECURE],
    "domains": [settings.SESSION_COOKIE_DOMAIN, settings.CSRF_COOKIE_DOMAIN,
                settings.LANGUAGE_COOKIE_DOMAIN],
    "paths": [settings.SESSION_COOKIE_PATH, settings.CSRF_COOKIE_PATH,
              settings.LANGUAGE_COOKIE_PATH],
}))
"""


@pytest.mark.any_database
def test_cookies_over_https_are_bound_to_this_host(tmp_path):
    told = json.loads(output_of(COOKIES, tmp_path, SECURE_COOKIES="true"))

    assert all(name.startswith("__Host-") for name in told["names"])
    assert all(told["secure"])
    assert set(told["domains"]) == {None}
    assert set(told["paths"]) == {"/"}


@pytest.mark.any_database
def test_cookies_over_http_have_plain_names(tmp_path):
    told = json.loads(output_of(COOKIES, tmp_path, SECURE_COOKIES="false"))

    assert not any(name.startswith("__Host-") for name in told["names"])
