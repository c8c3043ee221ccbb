"""A real chromium against the live server: by a session where logging in is not what is
tested.
"""

import http.client
import threading
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Page, Playwright, Response, expect, sync_playwright

from tests.browser.walking import past_the_login
from tests.environment import CHROMIUM

# a busy machine answers slowly; what is there is found at once
expect.set_options(timeout=20_000)
PASSWORD = "lu-deng-huai-le-7"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """While its loop runs, Django keeps another connection for the same thread:
    whichever is out of sight is closed, or the test database could not be dropped at
    the end.
    """
    connections.close_all()
    with sync_playwright() as started:
        yield started
        connections.close_all()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": CHROMIUM_FLAGS,
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "viewport": {"width": 1366, "height": 625},
    }


def wait_until_answered(live_server) -> None:
    """Nothing asked of the server is still being answered: a browser that is gone does
    not end what it asked for.
    """
    last = http.client.HTTPConnection(
        live_server.thread.host, live_server.thread.port, timeout=30
    )
    # whatever came before it has its thread
    last.request("HEAD", "/static/nothing", headers={"Connection": "close"})
    last.getresponse().read()
    last.close()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=30)
            assert not thread.is_alive(), (
                "a page is still asking, or waits for an answer"
            )


@pytest.fixture(autouse=True)
def answered(transactional_db, live_server):
    """The tables are emptied only when nobody reads them any more, or each would wait
    for the other.
    """
    yield
    wait_until_answered(live_server)


def tell_of_answer(answer: Response) -> None:
    """Beside a test that fails stands what its pages asked for, and what came."""
    if "/static/" not in answer.url:
        print(answer.request.method, answer.url, answer.status)


@pytest.fixture
def new_page(browser, browser_context_args, live_server):
    """Opens pages in browsers of their own, which end with the test.

    No script on them may fail, whatever the test is about.
    """
    contexts = []
    failures = []

    def opened(**context) -> Page:
        contexts.append(
            browser.new_context(
                **{**browser_context_args, "base_url": live_server.url, **context}
            )
        )
        contexts[-1].on("weberror", lambda failed: failures.append(str(failed.error)))
        contexts[-1].on("response", tell_of_answer)
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()
    assert failures == []


@pytest.fixture
def log_in_as(new_page):
    """Logs a post's user in by the form, as people do, and gives the page."""

    def logged_in(post, **context) -> Page:
        post.user.set_password(PASSWORD)
        post.user.save()
        page = new_page(**context)
        page.goto("/login/")
        page.fill("[name=login]", post.user.username)
        page.fill("[name=password]", PASSWORD)
        page.click("main .btn-primary")
        page.wait_for_url(past_the_login)
        return page

    return logged_in


@pytest.fixture
def open_as(new_page, live_server):
    """Gives a post's user a browser of their own, logged in by a session that begins
    now.
    """

    def opened(post, **context) -> Page:
        client = Client()
        client.force_login(post.user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value

        page = new_page(**context)
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": session,
                    "url": live_server.url,
                }
            ]
        )
        return page

    return opened
