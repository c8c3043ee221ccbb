"""Every page, looked at by machine as roles that have data there: what a picture shows
and no rule of markup finds (ux, "What a picture shows and axe does not").
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from playwright.sync_api import APIResponse, Page, Response

from cases.models import Case
from cases.views.receipt import tracking_address
from minshi.clock import now
from minshi.demo import make_demo
from supervision.models import MonthlyReport
from supervision.reports.making import make_reports_due
from supervision.reports.publishing import OFFERED, publish
from supervision.reports.signing import sign
from villages.models import Post, User

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.longest]
TOWN = "621226118"
PASSWORD = "baiguan-2026"
LINK = re.compile(r"<a\s[^>]*>")
ADDRESS = re.compile(r"\shref=\"(/[^\"]*)\"")
LOOKING = (Path(__file__).parent / "looking.js").read_text()

DESK, SCREEN, PHONE, SMALL_PHONE = (1366, 625), (1920, 1080), (390, 844), (360, 640)
# type, language, and the sizes looked at with them: where words are longest, the
# narrowest and the usual one
LOOKS = (
    ("normal", "zh-hans", (DESK, PHONE, SMALL_PHONE, SCREEN)),
    ("largest", "zh-hans", (SMALL_PHONE, DESK)),
    ("normal", "en", (SMALL_PHONE, DESK)),
)
SMALLEST_TEXT, SMALLEST_OF_VILLAGERS = 16, 18  # px
SMALLEST_TARGET = 44  # px
ROLES = (
    "duty.baiguan",
    "secretary.baiguan",
    "committee.baiguan",
    "group.baiguan",
    "office.sifa",
    "reviewer",
    "supervisor",
    "reviewer.county",
    "supervisor.county",
    "sysadmin",
    "secadmin",
    "auditor",
)
OURS = ("cases", "villages", "supervision")
FEWEST = 100  # kinds of pages; fewer means that the walk was cut short
# which kind of object an address shows; its key makes no other page
KINDS = ("action", "key", "kind", "rule", "step", "act", "form")


@dataclass
class Looked:
    """What was looked at, and what is wrong with it."""

    pages: set[tuple[str, ...]] = field(default_factory=set)
    faults: dict[tuple[str, ...], str] = field(default_factory=dict)

    def note(self, page: Page, look: str, found: list[list[str]]) -> None:
        """Note each kind of fault at an element once, with the first page that has it."""
        for kind, where, amount, words in found:
            what = f"{urlsplit(page.url).path} {look}: {amount} “{words}”"
            self.faults.setdefault((kind, where), what)


def kind_of(path: str) -> tuple[str, ...] | None:
    """The page that an address is one of; None: none of ours."""
    try:
        match: ResolverMatch = resolve(urlsplit(path).path)
    except Resolver404:
        return None
    if not match.view_name or match.app_names[:1] not in [[each] for each in OURS]:
        return None
    kinds = [str(match.kwargs[name]) for name in KINDS if name in match.kwargs]
    return (match.view_name, *kinds)


def links_shown(page: Page) -> Iterator[str]:
    """Yield where the links of the page lead that is open."""
    for link in page.eval_on_selector_all(
        "a[href^='/']:not([download])",
        "links => links.map(link => link.getAttribute('href'))",
    ):
        yield link.partition("#")[0]


def links_in(markup: str) -> Iterator[str]:
    """Yield the same of a page that is not shown."""
    for tag in LINK.findall(markup):
        address = ADDRESS.search(tag)
        if address and "download" not in tag:
            yield unescape(address[1]).partition("#")[0]


def is_page(response: Response | APIResponse | None) -> bool:
    return response is not None and "html" in response.headers.get("content-type", "")


def choose(page: Page, language: str) -> None:
    """Choose the language of what is opened next."""
    name = settings.LANGUAGE_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": language, "url": page.url}])


def look_at(page: Page, looked: Looked, smallest_text: int) -> None:
    """Look at the page that is open, in every type, language and size.

    It was opened in the first language, which is chosen again for the next page. The
    size of type is one attribute of the page: it need not be opened anew for it.
    """
    ask_axe(page, looked)
    opened_in = first_language = LOOKS[0][1]
    for kind, language, sizes in LOOKS:
        if language != opened_in:
            choose(page, language)
            page.reload()
            opened_in = language
        page.evaluate("kind => document.documentElement.dataset.type = kind", kind)
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            found = page.evaluate(
                f"([words, target]) => ({LOOKING})(words, target)",
                [smallest_text, SMALLEST_TARGET],
            )
            looked.note(page, f"{kind} {language} {width}", found)
    choose(page, first_language)


def ask_axe(page: Page, looked: Looked) -> None:
    """Ask axe what is in the way of whoever does not see, or cannot use a mouse."""
    results = Axe().run(page)
    for violation in results.response["violations"]:
        found = []
        for node in violation["nodes"]:
            where = " ".join(map(str, node["target"]))
            found.append([f"axe {violation['id']}", where, "", violation["help"]])
        looked.note(page, "axe", found)


def walk(page: Page, looked: Looked) -> None:
    """Open one page of every kind that the links lead to, from the first page on.

    What was looked at as somebody else is asked for only to follow its links.
    """
    todo = deque(["/"])
    seen = set()
    while todo:
        path = todo.popleft()
        kind = kind_of(path)
        if kind is None or kind in seen:
            continue
        seen.add(kind)

        if kind in looked.pages:
            answer = page.request.get(path)
            if not answer.ok:
                looked.faults[("link", path)] = f"answers {answer.status}"
            if is_page(answer):
                todo.extend(links_in(answer.text()))
        elif is_page(page.goto(path)):
            looked.pages.add(kind)
            todo.extend(links_shown(page))
            look_at(page, looked, SMALLEST_TEXT)


@pytest.fixture
def town(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_demo(TOWN, PASSWORD, seed=1, at=now())
    publish_a_report()


def publish_a_report():
    make_reports_due(now())
    supervisor = User.objects.get(username="supervisor")
    reviewer = User.objects.get(username="reviewer")
    report = MonthlyReport.objects.filter(town__code=TOWN).first()
    sign(report, by=supervisor, at=now())
    publish(report, OFFERED, by=reviewer, at=now())


def test_every_page_can_be_read_and_hit(town, open_as, new_page):
    looked = Looked()
    faults = []
    for name in ROLES:
        user = User.objects.get(username=name)
        page = open_as(Post.objects.filter(user=user).first())
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda line: faults.append(line.text) if line.type == "error" else None,
        )
        walk(page, looked)
        page.context.close()

    visitor = new_page()
    visitor.goto("/t/")
    look_at(visitor, looked, SMALLEST_OF_VILLAGERS)
    visitor.goto(tracking_address(Case.objects.filter(stage="handle").first()))
    look_at(visitor, looked, SMALLEST_OF_VILLAGERS)
    visitor.goto(reverse("supervision:public_report", args=[TOWN]))
    look_at(visitor, looked, SMALLEST_OF_VILLAGERS)

    wrong = [
        f"{kind}: {where}: {what}" for (kind, where), what in looked.faults.items()
    ]
    assert "\n".join(sorted(wrong)) == ""
    assert faults == []
    assert len(looked.pages) >= FEWEST
