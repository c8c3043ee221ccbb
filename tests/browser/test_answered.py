"""What the browser tests stand on: a test ends when the server has answered, not when
the browser has gone.
"""

import threading

import pytest
from django.core.signals import request_finished, request_started

from tests.browser.conftest import wait_until_answered
from tests.cases.roads import staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def test_an_answer_nobody_waits_for_is_waited_for(open_as, live_server):
    page = open_as(staff().duty)
    page.goto("/")
    asked, go_on, finished = threading.Event(), threading.Event(), []

    def begin(environ, **kwargs):
        if environ["PATH_INFO"] == "/cases/":
            asked.set()
            assert go_on.wait(30)

    def end(**kwargs):
        finished.append(go_on.is_set())

    request_started.connect(begin)
    request_finished.connect(end)
    try:
        page.evaluate("void fetch('/cases/')")
        assert asked.wait(30)
        page.context.close()
        finished.clear()
        threading.Timer(0.2, go_on.set).start()

        wait_until_answered(live_server)
    finally:
        request_started.disconnect(begin)
        request_finished.disconnect(end)

    assert True in finished
