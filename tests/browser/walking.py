"""How people go on with a matter on its pages: a step with a form, a step with one
click, a meeting.
"""

import re
from datetime import datetime

from playwright.sync_api import Locator, Page, expect

from tests.cases.roads import SHANGHAI

FRONT = re.compile(r"//[^/]+/$")  # the address of the first page, and of no other


def at_path(path: str) -> re.Pattern[str]:
    """The address of one page, and of no log-in that leads on to it."""
    return re.compile(rf"//[^/]+{re.escape(path)}$")


def past_the_login(url: str) -> bool:
    """Whether a page is another than the log-in, to wait for."""
    return "/login/" not in url


def act(page: Page, number: str, action: str) -> Locator:
    """The form of a step, opened from the matter's page: from the buttons in sight, or
    from those under 更多.
    """
    page.goto(f"/cases/{number}/")
    step = page.locator(f'#act a[href$="/do/{action}/"]')
    expect(step).to_be_attached()
    if not step.is_visible():
        page.locator("#act details > summary").click()
    step.click()
    form = page.locator("form#act")
    expect(form).to_be_visible()
    return form


def send(page: Page, form: Locator) -> None:
    form.locator("button.btn-primary").click()
    expect(page.locator(".note.good").first).to_be_visible()


def take(page: Page, number: str, action: str) -> None:
    """A step that asks nothing."""
    page.goto(f"/cases/{number}/")
    page.click(f'form[action$="/do/{action}/"] button')
    expect(page.locator(".note.good").first).to_be_visible()


def choose(scope: Page | Locator, **answers: str) -> None:
    """One of the chips of each question."""
    for name, value in answers.items():
        scope.locator(f"label:has([name={name}][value={value}])").click()


def choose_holder(scope: Page | Locator, key: str, *, field: str = "lead") -> None:
    """Who leads, or whose part it is: their name is typed and taken from the list."""
    option = scope.locator(f"[name={field}] option[value='{key}']")
    name = option.text_content() or ""
    scope.locator(f"input#id_{field}").fill(name)
    scope.get_by_role("option", name=name).first.click()
    expect(scope.locator(f"[name={field}]")).to_have_value(key)


def write(scope: Page | Locator, **words: str) -> None:
    for name, text in words.items():
        scope.locator(f"[name={name}]").fill(text)


def do(
    page: Page,
    number: str,
    action: str,
    words: dict[str, str] | None = None,
    **chosen: str,
) -> None:
    """A step with its form: what is typed, what is chosen."""
    form = act(page, number, action)
    choose(form, **chosen)
    write(form, **words or {})
    send(page, form)


def take_down(page: Page, verbatim: str, *, name: str = "", **chosen: str) -> str:
    """登记一件; gives its number."""
    page.goto("/intake/")
    choose(page, **chosen)
    write(page, speaker_name=name, verbatim=verbatim)
    page.click("button[name=save]")
    page.locator(".note.good a[href^='/cases/']:not([href*=receipt])").click()
    expect(page.locator("h1")).to_contain_text(verbatim[:6])
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def call_meeting(page: Page) -> None:
    """The meeting whose form is open is held now."""
    page.fill("[name=starts_at]", f"{datetime.now(SHANGHAI):%Y-%m-%dT%H:%M}")
    page.click("button:has-text('建好这个会')")
    expect(page.locator("#agenda")).to_be_visible()


def call_roll(page: Page, *present: str) -> None:
    roll = page.locator("section[aria-labelledby=roll]")
    for name in present:
        roll.locator("label.tick", has_text=name).locator("input").check()
    roll.locator("button", has_text="点名完毕").click()
    expect(page.locator("#roll")).to_contain_text(f"{len(present)}/")


def vote(page: Page, votes_for: int, against: int) -> None:
    write(page, votes_for=str(votes_for), votes_against=str(against), votes_abstain="0")


def end_meeting(page: Page) -> None:
    page.locator("summary", has_text="会开完了").click()
    page.click("button:has-text('结束这个会')")
    expect(page.locator(".note", has_text="更正")).to_be_visible()
