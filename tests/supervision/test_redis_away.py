"""Redis is away for a while: whoever takes matters down and moves them notices nothing,
and the jobs go on after it.
"""

import json
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import CookieJar
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse

from cases.models import Case, Clock
from cases.models.choices import Stage
from minshi.clock import now
from supervision.models import Chase, Notice, NoticeKind
from tests import roles
from tests.cases.test_pages import WALK_IN
from tests.processes import (
    command_of,
    free_port,
    full_form,
    gunicorn,
    is_ready,
    readyz,
    until,
)
from tests.villages.factories import UserFactory, VillageFactory
from villages.models import DutyShift, HandOver, User

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PASSWORD = "a-long-password"
AWAY = 60  # seconds
LONGEST = 5  # seconds that any page may take meanwhile


class NotFollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


@dataclass
class Browser:
    """Pages and calls over HTTP; keeps its cookies, and how long the slowest answer
    took.
    """

    port: int
    cookies: CookieJar = field(default_factory=CookieJar)
    token: str = ""
    slowest: float = 0.0

    def ask(
        self, path: str, values: dict | None = None, *, as_json: bool = False
    ) -> tuple[int, str]:
        opener = urllib.request.build_opener(
            NotFollowed, urllib.request.HTTPCookieProcessor(self.cookies)
        )
        kind = "application/json" if as_json else "application/x-www-form-urlencoded"
        body = (
            None
            if values is None
            else json.dumps(values)
            if as_json
            else urllib.parse.urlencode(values)
        )
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", body and body.encode()
        )
        request.add_header("Content-Type", kind)
        request.add_header(
            "X-CSRFToken",
            next((c.value or "" for c in self.cookies if c.name == "csrftoken"), ""),
        )
        if self.token:
            request.add_header("Authorization", f"Token {self.token}")
        start = time.monotonic()
        try:
            with opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        finally:
            self.slowest = max(self.slowest, time.monotonic() - start)

    def log_in(self, post) -> None:
        assert self.ask("/login/")[0] == 200
        assert (
            self.ask("/login/", {"login": post.user.username, "password": PASSWORD})[0]
            == 302
        )

    def take_token(self, post) -> None:
        values = {"username": post.user.username, "password": PASSWORD}
        code, text = self.ask("/api/v1/login/", values, as_json=True)
        assert code == 200, text
        self.token = json.loads(text)["token"]


def someone_who_can_log_in() -> User:
    """Into a process of the product, which knows the product's hashers alone."""
    user = UserFactory()
    user.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    user.save()
    return user


@pytest.fixture
def here():
    """A village whose three officers can log in; the duty officer is on duty now."""
    village = VillageFactory()
    duty = roles.duty_officer_of(village, user=someone_who_can_log_in())
    secretary = roles.secretary_of(village, user=someone_who_can_log_in())
    at = now()
    DutyShift.objects.create(
        village=village,
        primary=duty,
        starts_at=at - timedelta(hours=1),
        ends_at=at + timedelta(hours=1),
    )
    return village, duty, secretary


def redis_on(port: int, folder) -> list[str]:
    """As in docker-compose.yml: nothing is kept over a restart."""
    return [
        "redis-server",
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(folder),
        "--save",
        "",
        "--appendonly",
        "no",
    ]


def works_a_whole_road(browser: Browser, here) -> Case:
    """Taken down and accepted on pages, read on the tracking page, listed and taken
    down over the API.
    """
    village, duty, _secretary = here
    before = set(Case.objects.values_list("pk", flat=True))
    for page in (
        "cases:home",
        "cases:intake",
        "cases:list",
        "supervision:inbox",
        "supervision:unread",
    ):
        assert browser.ask(reverse(page))[0] == 200, page
    code, _page = browser.ask(
        "/intake/", {**WALK_IN, "key": uuid4(), "village": village.pk}
    )
    assert code == 302
    case = Case.objects.exclude(pk__in=before).get()
    values = {
        "key": uuid4(),
        "version": case.version,
        "category": "village",
        "grade": "complex",
    }
    assert browser.ask(f"/cases/{case.number}/do/accept/", values)[0] == 302
    case.refresh_from_db()
    assert case.stage == Stage.DELIBERATE
    tracked = reverse("cases:track", args=[case.number])
    assert browser.ask(f"{tracked}?k={case.tracking_code}")[0] == 200
    assert browser.ask(f"{tracked}?k=WRONG")[0] == 404

    caller = Browser(browser.port)
    caller.take_token(duty)
    assert caller.ask("/api/v1/cases/")[0] == 200
    code, text = caller.ask(
        "/api/v1/cases/", {"verbatim": "水渠堵了", "village": village.pk}, as_json=True
    )
    assert code == 201, text
    browser.slowest = max(browser.slowest, caller.slowest)
    return case


def hands_over(browser: Browser) -> None:
    shift = DutyShift.objects.get()
    assert (
        browser.ask(
            f"/duty/shifts/{shift.pk}/hand-over/", {"visitors": "3", "note": "等电工"}
        )[0]
        == 302
    )
    assert HandOver.objects.get().shift == shift


def test_work_goes_on_without_redis_and_the_jobs_after_it(start, here, tmp_path):
    _village, duty, secretary = here
    port, redis_port = free_port(), free_port()
    env = full_form(tmp_path, REDIS_URL=f"redis://127.0.0.1:{redis_port}/0")
    redis = start(*redis_on(redis_port, tmp_path), env=env)
    web = start(*gunicorn(port), env=env)
    worker = start(*command_of("worker"), env=env)
    beat = start(*command_of("beat"), "--schedule", str(tmp_path / "beat"), env=env)
    jobs = [web, worker, beat]
    until(lambda: is_ready(port), processes=[redis, *jobs])
    browser = Browser(port)
    browser.log_in(duty)
    works_a_whole_road(browser, here)

    redis.terminate()
    redis.wait(20)
    back_at, browser.slowest = time.monotonic() + AWAY, 0.0
    case = works_a_whole_road(browser, here)
    Browser(port).log_in(secretary)
    answer = readyz(port)
    assert (answer["status"], answer["database"], answer["cache"]) == (
        "failed",
        "ok",
        "failed",
    )
    hands_over(browser)
    assert browser.slowest < LONGEST
    Clock.objects.filter(case=case, stopped_at=None).update(
        look_at=now(), yellow_at=now()
    )
    # nobody gives up meanwhile
    until(lambda: time.monotonic() > back_at, processes=jobs)

    redis = start(*redis_on(redis_port, tmp_path), env=env)
    until(lambda: is_ready(port), seconds=90, processes=[redis, *jobs])
    until(
        lambda: Chase.objects.filter(case=case).exists(),
        seconds=90,
        processes=[redis, *jobs],
    )
    until(
        Notice.objects.filter(case=case, kind=NoticeKind.YOURS).exists,
        seconds=90,
        processes=[redis, *jobs],
    )

    told = list(
        Notice.objects.filter(case=case).order_by("pk").values_list("kind", "recipient")
    )
    assert sorted(told) == sorted(
        {("yours", secretary.user_id), ("yellow", secretary.user_id)}
    )
    works_a_whole_road(browser, here)
    for process in (beat, worker, web):
        process.terminate()
        assert process.wait(60) == 0


def test_a_redis_that_hangs_holds_up_no_page_for_long(start, here, tmp_path):
    """Worse than one that is gone: it takes the line and never answers."""
    _village, duty, _secretary = here
    port, redis_port = free_port(), free_port()
    env = full_form(tmp_path, REDIS_URL=f"redis://127.0.0.1:{redis_port}/0")
    redis = start(*redis_on(redis_port, tmp_path), env=env)
    web = start(*gunicorn(port), env=env)
    worker = start(*command_of("worker"), env=env)
    beat = start(*command_of("beat"), "--schedule", str(tmp_path / "beat"), env=env)
    until(lambda: is_ready(port), processes=[redis, web, worker, beat])
    browser = Browser(port)
    browser.log_in(duty)
    works_a_whole_road(browser, here)
    browser.slowest = 0.0

    redis.send_signal(signal.SIGSTOP)
    try:
        works_a_whole_road(browser, here)
        hands_over(browser)
        assert browser.slowest < LONGEST
        assert readyz(port)["cache"] == "failed"
    finally:
        redis.send_signal(signal.SIGCONT)

    until(lambda: is_ready(port), seconds=90, processes=[redis, web, worker, beat])
    assert not [
        line
        for line in (tmp_path / "02.log").read_text().splitlines()
        if "Traceback" in line
    ]
