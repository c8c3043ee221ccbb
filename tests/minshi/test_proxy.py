"""The proxy of the full form: its configuration as it is shipped, run by a real nginx in
front of a real gunicorn.
"""

import contextlib
import json
import re
import socket
import subprocess
import time

import pytest
from django.conf import settings

from tests.environment import NGINX, ROOT
from tests.minshi.test_celery import without_redis
from tests.minshi.test_refusals import MEGABYTE, PART, ask, get, head_of, reaches
from tests.processes import free_port, gunicorn, until

pytestmark = [pytest.mark.proxy, pytest.mark.any_database]
CONFIGURATION = (ROOT / "proxy" / "nginx.conf").read_text()
THREADS = 4  # of the gunicorn of tests
LARGE = 16_000_000  # bytes


def for_here(folder, port, application):
    """The shipped configuration with the ports and folders of a test."""
    spool = folder / "spool"
    spool.mkdir(parents=True)
    text = CONFIGURATION
    for shipped, here in (
        ("listen 8080;", f"listen 127.0.0.1:{port};"),
        ("http://web:8000;", f"http://127.0.0.1:{application};"),
        ("/var/cache/nginx", str(spool)),
        ("/run/nginx/nginx.pid", str(folder / "nginx.pid")),
        ("/dev/stdout", str(folder / "access.log")),
    ):
        assert shipped in text, shipped
        text = text.replace(shipped, here)

    file = folder / "nginx.conf"
    file.write_text(text)
    return file


def nginx(file, *arguments):
    own = "user root; daemon off;"  # the folders of a test are its user's alone
    return [NGINX, "-p", str(file.parent), "-c", str(file), "-g", own, *arguments]


@pytest.fixture
def served(start, tmp_path):
    """Proxy and application; gives the proxy's port, the application's, and where they
    write.
    """
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (tmp_path / "static").mkdir()
    env = without_redis(tmp_path / "var") | {
        "MINSHI_NO_BACKGROUND": "1",
        "TMPDIR": str(uploads),
        "STATIC_ROOT": str(tmp_path / "static"),
        "DEBUG": "true",  # plain names of static files, as nothing is collected
        "PROXY_COUNT": "1",
    }
    inside, outside = free_port(), free_port()
    application = start(*gunicorn(inside), env=env)
    proxy = start(*nginx(for_here(tmp_path / "proxy", outside, inside)), env=env)
    until(lambda: reaches(inside), processes=[application])
    until(lambda: reaches(outside), processes=[proxy])
    return outside, inside, tmp_path


def test_nginx_takes_the_configuration(tmp_path):
    file = for_here(tmp_path / "proxy", free_port(), free_port())

    done = subprocess.run(
        nginx(file, "-t"), capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_the_proxy_takes_as_much_as_the_application():
    """Else one of them refuses what the other would take."""
    (largest,) = re.findall(r"client_max_body_size (\d+)m;", CONFIGURATION)
    assert int(largest) * 1_048_576 == settings.BODY_MAX_BYTES

    at_most = 299_999  # the smallest number that the patterns of the map let through
    assert at_most > settings.ANONYMOUS_BODY_MAX_BYTES
    assert settings.SESSION_COOKIE_NAME.endswith("sessionid")


def test_slow_lines_hold_no_thread_of_the_application(served):
    """Each has sent half of a form and waits. Straight to gunicorn as many would hold
    every thread.
    """
    port, _inside, _folder = served
    form = b"login=a&password=" + b"b" * 1000
    head = head_of(b"/login/", b"Content-Length: %d" % (len(form) * 2))

    with contextlib.ExitStack() as lines:
        for _ in range(THREADS * 5):
            lines.enter_context(slow_line(port, head + form))
        began = time.monotonic()
        answer = ask(port, get(b"/login/"))
        took = time.monotonic() - began

    assert answer.startswith(b"HTTP/1.1 200")
    assert took < 5, took


def test_slow_readers_hold_no_thread_either(served):
    """Each has asked for more than the buffers of all sockets on the way hold, and
    reads nothing. Straight to gunicorn as many would hold every thread.
    """
    port, _inside, folder = served
    with (folder / "static" / "large.bin").open("wb") as file:
        file.truncate(LARGE)

    with contextlib.ExitStack() as lines:
        for _ in range(THREADS * 2):
            line = lines.enter_context(slow_line(port, get(b"/static/large.bin")))
            assert line.recv(15) == b"HTTP/1.1 200 OK"
        began = time.monotonic()
        answer = ask(port, get(b"/login/"))
        took = time.monotonic() - began

    assert answer.startswith(b"HTTP/1.1 200")
    assert took < 5, took


def slow_line(port, sent):
    line = socket.socket()
    line.settimeout(20)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", port))
    line.sendall(sent)
    return line


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        (b"/login/", b"zh-CN", "提交的内容太大"),
        (b"/login/", b"en", "What was sent is too large"),
        (b"/api/v1/cases/", b"zh-CN", "提交的内容太大"),
        (b"/api/v1/cases/", b"en", "What was sent is too large"),
    ],
)
def test_what_is_too_large_is_said_in_the_readers_language(
    served, path, language, words
):
    port, _inside, _folder = served
    lines = (b"Accept-Language: " + language, b"Content-Length: 314572800")

    answer = ask(port, head_of(path, *lines), PART, *[MEGABYTE] * 8).decode()

    assert answer.startswith("HTTP/1.1 413")
    if path.startswith(b"/api/"):
        assert words in json.loads(answer.split("\r\n\r\n", 1)[1])["detail"]
    else:
        assert "<h1>" in answer
        assert words in answer


def test_of_300_mb_from_a_visitor_nothing_is_written(served):
    port, _inside, folder = served
    places = [folder / "uploads", *(folder / "proxy" / "spool").iterdir()]
    before = [place.stat().st_mtime_ns for place in places]

    def head(*lines):
        return head_of(b"/login/", *lines).replace(b"sessionid=nobodys", b"type=large")

    stated = ask(port, head(b"Content-Length: 314572800"), PART, *[MEGABYTE] * 300)
    short = ask(port, head(b"Content-Length: 2000000"), PART, MEGABYTE)
    chunk = b"100000\r\n" + MEGABYTE + b"\r\n"
    chunked = ask(port, head(b"Transfer-Encoding: chunked"), *[chunk] * 300)

    assert stated.startswith(b"HTTP/1.1 413")
    assert short.startswith(b"HTTP/1.1 413")
    assert chunked.startswith(b"HTTP/1.1 411")
    assert [place.stat().st_mtime_ns for place in places] == before


def test_who_asks_is_the_address_that_the_proxy_outside_says(served):
    """A forged entry before it is not believed, and the query is in no log."""
    port, _inside, folder = served
    forged = b"X-Forwarded-For: 203.0.113.9, 198.51.100.7"

    ask(port, get(b"/t/?number=BG-2026-1&k=SECRETCODE", forged))

    log = until((folder / "proxy" / "access.log").read_text)
    assert "198.51.100.7" in log
    assert "203.0.113.9" not in log
    assert "SECRETCODE" not in log


def test_an_application_that_is_away_is_said_in_words(start, tmp_path):
    port = free_port()
    file = for_here(tmp_path / "proxy", port, free_port())
    proxy = start(*nginx(file), env={})

    def asked(path, language):
        wanted = f"Accept-Language: {language}".encode()
        return ask(port, get(path.encode(), wanted)).decode()

    until(lambda: is_listening(port), processes=[proxy])

    assert "503" in asked("/", "zh-CN").splitlines()[0]
    assert "没有回应" in asked("/", "zh-CN")
    assert "does not answer" in asked("/", "en")
    body = asked("/api/v1/cases/", "en").split("\r\n\r\n", 1)[1]
    assert json.loads(body)["code"] == "away"


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        (b"/login/", b"zh-CN", "<h1>提交的内容太大。</h1>"),
        (b"/login/", b"en", "<h1>What was sent is too large.</h1>"),
        (b"/api/v1/cases/", b"en", '"code": "too_large"'),
    ],
)
def test_what_is_too_large_is_said_while_the_application_is_away(
    start, tmp_path, path, language, words
):
    """So it is where the application closed the line before its answer was read."""
    port = free_port()
    proxy = start(*nginx(for_here(tmp_path / "proxy", port, free_port())), env={})
    until(lambda: is_listening(port), processes=[proxy])
    lines = (b"Accept-Language: " + language, b"Content-Length: 314572800")

    answer = ask(port, head_of(path, *lines), PART).decode()

    assert answer.startswith("HTTP/1.1 413")
    assert words in answer


def is_listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True
