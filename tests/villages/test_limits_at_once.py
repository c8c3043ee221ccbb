"""Limits hold where many tries come at the same moment, each on a thread of its own."""

import io
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axes.models import AccessAttempt
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cases.attachments import MOST_FILES, attach
from cases.models import Case
from minshi.clock import today
from minshi.errors import InputRefused
from tests.api import Api
from tests.cases.roads import NOON, spoken, staff
from tests.roles import secretary_of
from tests.together import at_once, times_at_once
from tests.villages.factories import UserFactory, VillageFactory
from villages.lookup_counts import TooMany, check_pace, count_lookup
from villages.models import LookupCount, User
from villages.tries import OF_RECEIPTS

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "lu-deng-huai-le-7"
WRONG_CODE = "ABCDEFGHJK"
TIMES = 40


@pytest.fixture(autouse=True)
def forgotten():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def user() -> User:
    account = UserFactory(username="wang", password=PASSWORD)
    return secretary_of(VillageFactory(), user=account).user


def stored_tries() -> int:
    return sum(AccessAttempt.objects.values_list("failures_since_start", flat=True))


# --- the code on a receipt
def guess(case: Case, code: str, nth: int = 0, number: str = "") -> int:
    """Ask as one of many browsers: django-axes counts each of them in its own row."""
    url = reverse("cases:track", args=[number or case.number])
    browser = Client(HTTP_USER_AGENT=f"browser {nth}")
    return browser.get(url, {"k": code}).status_code


def test_forty_guesses_at_once_are_no_more_than_are_allowed():
    case = spoken(staff())

    guesses = [lambda nth=nth: guess(case, WRONG_CODE, nth) for nth in range(TIMES)]
    answers = at_once(*guesses)

    assert set(answers) <= {404, 429}
    assert answers.count(404) <= OF_RECEIPTS.here
    assert stored_tries() == answers.count(404)


def test_the_right_code_among_wrong_ones_is_looked_at_within_the_limit_alone():
    case = spoken(staff())
    for nth in range(OF_RECEIPTS.here - 1):
        guess(case, WRONG_CODE, nth)

    guesses = [lambda nth=nth: guess(case, WRONG_CODE, nth) for nth in range(TIMES)]
    answers = at_once(*guesses)

    assert stored_tries() <= OF_RECEIPTS.here
    assert answers.count(404) <= 1
    assert guess(case, case.tracking_code) == 429


def test_right_codes_one_after_another_take_no_place_away():
    case = spoken(staff())

    answers = [guess(case, case.tracking_code, nth) for nth in range(TIMES)]

    assert answers == [200] * TIMES


@pytest.mark.parametrize("code", ["", "123", "ABCDEFGHJ0", "ABCDEFGHJKMN"])
def test_what_cannot_be_a_code_is_no_try_however_often(code):
    case = spoken(staff())

    for nth in range(OF_RECEIPTS.here + 2):
        guess(case, code, nth)

    assert stored_tries() == 0
    assert guess(case, case.tracking_code) == 200


@pytest.mark.parametrize("number", ["XX", "2026", "BG-2026", "0001", "谁"])
def test_what_cannot_be_a_number_is_no_try_however_often(number):
    case = spoken(staff())

    answers = [
        guess(case, WRONG_CODE, nth, number) for nth in range(OF_RECEIPTS.here + 2)
    ]

    assert set(answers) == {404}
    assert stored_tries() == 0


# --- passwords and codes
def wrong_login(nth: int) -> int:
    browser = Client(HTTP_USER_AGENT=f"browser {nth}")
    return browser.post("/login/", {"login": "wang", "password": "x"}).status_code


def test_passwords_guessed_at_once_are_no_more_than_are_allowed(user):
    at_once(*[lambda nth=nth: wrong_login(nth) for nth in range(TIMES)])

    assert stored_tries() <= settings.TRIES


def test_passwords_guessed_at_once_over_the_api_are_no_more(user, settings):
    def wrong(nth: int) -> int:
        api = Api()
        api.client.defaults["HTTP_USER_AGENT"] = f"browser {nth}"
        return api.post("login/", {"username": "wang", "password": "x"}).status_code

    at_once(*[lambda nth=nth: wrong(nth) for nth in range(TIMES)])

    assert stored_tries() <= settings.TRIES


def test_old_passwords_guessed_at_once_are_no_more_than_are_allowed(user):
    def wrong(nth: int) -> int:
        browser = Client(HTTP_USER_AGENT=f"browser {nth}")
        browser.force_login(user)
        new = "shui-qu-xiu-hao-le-9"
        typed = {"oldpassword": "x", "password1": new, "password2": new}
        return browser.post("/account/password/", typed).status_code

    at_once(*[lambda nth=nth: wrong(nth) for nth in range(TIMES)])

    assert stored_tries() <= settings.TRIES


def test_codes_of_the_app_guessed_at_once_are_no_more_than_are_allowed(user):
    TOTP.activate(user, generate_totp_secret())
    browsers = [Client(HTTP_USER_AGENT=f"browser {nth}") for nth in range(TIMES)]
    for browser in browsers:
        browser.post("/login/", {"login": "wang", "password": PASSWORD})

    def wrong(browser: Client) -> int:
        return browser.post("/login/code/", {"code": "000000"}).status_code

    at_once(*[lambda browser=browser: wrong(browser) for browser in browsers])

    assert stored_tries() <= settings.TRIES


# --- lookups
def test_neighbours_looked_up_at_once_are_no_more_than_a_minute_allows(user):
    def look() -> bool:
        try:
            check_pace(user)
        except TooMany:
            return False
        return True

    allowed = times_at_once(2 * 60, look)

    assert allowed.count(True) == 60


def test_the_first_lookups_of_a_day_at_once_are_all_allowed_and_counted(user):
    times_at_once(8, lambda: count_lookup(user, today()))

    assert LookupCount.objects.get(user=user).count == 8


def test_lookups_at_once_are_no_more_than_a_day_allows(user, settings):
    settings.LOOKUPS_A_DAY = 5

    answers = at_once(*[lambda: count_lookup(user, today())] * 12)

    assert LookupCount.objects.get(user=user).count == 5
    assert [type(answer) for answer in answers].count(TooMany) == 7


# --- the API
def test_calls_of_the_api_at_once_are_no_more_than_a_minute_allows():
    def call() -> int:
        body = {"username": "nobody", "password": ""}  # of the wrong form: no try
        return Api().post("login/", body).status_code

    answers = times_at_once(30, call)

    assert answers.count(429) == 20


def calls_allowed(user: User) -> int:
    for nth in range(100):
        try:
            check_pace(user)
        except TooMany:
            return nth
    return 100


def test_a_minute_that_is_over_is_forgotten_by_and_by(user, time_machine):
    time_machine.move_to("2026-03-02 10:00:59+08:00", tick=False)
    full = calls_allowed(user)
    time_machine.shift(timedelta(seconds=2))
    two_seconds_later = calls_allowed(user)
    time_machine.shift(timedelta(seconds=30))
    half_a_minute_later = calls_allowed(user)
    time_machine.shift(timedelta(minutes=2))

    assert (full, two_seconds_later, half_a_minute_later) == (60, 1, 30)
    assert calls_allowed(user) == 60


# --- files
def test_files_sent_at_once_are_no_more_than_a_matter_may_have(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    here = staff()
    case = spoken(here)
    for nth in range(MOST_FILES - 1):
        attach(case, paper(nth), at=NOON, post=here.duty)

    def send(nth: int) -> object:
        return attach(case, paper(nth), at=NOON, post=here.duty)

    answers = at_once(*[lambda nth=nth: send(nth) for nth in range(100, 106)])

    assert case.attachments.count() == MOST_FILES
    refused = [answer for answer in answers if isinstance(answer, InputRefused)]
    assert len(refused) == 5
    assert len(list(tmp_path.rglob("*.pdf"))) == MOST_FILES


def paper(nth: int) -> io.BytesIO:
    return io.BytesIO(b"%PDF-1.4\n" + str(nth).encode())
