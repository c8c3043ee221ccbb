"""No English word on a Chinese page and no Chinese one on an English page, whoever
opens it; data excepted.
"""

import re
from collections import deque
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation

from cases.models import Case, Event, Topic
from cases.workflow import Action, make_move, moves_open_to
from minshi.crypto import masked_name
from tests import roles
from tests.cases.roads import (
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.models import ResidentKey, User

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SHOWN = (
    "placeholder",
    "title",
    "aria-label",
    "aria-description",
    "alt",
    "label",
    "data-words",
)
UNSHOWN = ("script", "style", "template")
# Django's own alt texts, which nothing translates
ADMIN_ICONS = (
    "Search",
    "True",
    "False",
    "None",
)
VOID = (
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
)
# formats, keys, the method's own name
ALLOWED = "Excel|WPS|xlsx|xls|et|CSV|QR|PDF|JPEG|PNG|WebP|Alt|Ctrl|Shift|Enter|Esc|MB|UUID|民事直说"
ENGLISH = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
CODE = re.compile(
    rf"https?://\S+|(?<![A-Za-z])(?:{ALLOWED})(?![A-Za-z])|\b[A-Z][A-Z0-9]{{1,3}}-\d{{4}}-\d+\b|\bA[0-9A-Z]{{3}}\b"
)
APPS = ("villages", "cases", "supervision", "auditlog")
PAGES = 400
KEY = "6f1d6f0e-9f6b-4d0e-8f0e-111111111111"
PASSWORD = "a-password-of-ones-own"


class Page(HTMLParser):
    """What one reads on a page, and where its links lead. What names another language
    (lang=) is left out.
    """

    def __init__(self, html):
        super().__init__()
        self.texts, self.links, self.open = [], [], []
        self.feed(html)

    @property
    def is_shown(self):
        return not any(hidden for _tag, hidden in self.open)

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        hidden = tag in UNSHOWN or (tag != "html" and "lang" in attrs)
        if self.is_shown and not hidden:
            self.texts += [
                attrs[name]
                for name in SHOWN
                if attrs.get(name) not in (None, *ADMIN_ICONS)
            ]
            if tag == "input" and attrs.get("type") in ("submit", "button", "reset"):
                self.texts.append(attrs.get("value", ""))
            self.links += [
                attrs[name]
                for name in ("href", "hx-get")
                if name in attrs and tag != "link"
            ]
        if tag not in VOID:
            self.open.append((tag, hidden))

    def handle_endtag(self, tag):
        while any(tag == name for name, _hidden in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data):
        if self.is_shown:
            self.texts.append(data)


def walk(client, *starts, admin=False):
    """Every kind of page that links lead to from here, once; each case's own page, and
    each step's form once.

    Either inside the admin or outside it.
    """
    waiting, seen, pages = deque(starts), set(), {}
    while waiting and len(pages) < PAGES:
        address = waiting.popleft()
        parts = urlsplit(address)
        kind = kind_of(parts.path)
        if (
            kind is None
            or kind in seen
            or (parts.path.startswith("/admin/") and not admin)
        ):
            continue
        seen.add(kind)
        answer = client.get(address)
        if answer.status_code == 302:
            waiting.append(urljoin(address, answer["Location"]))
        if (
            not answer["Content-Type"].startswith("text/html")
            or answer.status_code != 200
        ):
            continue
        page = Page(answer.content.decode())
        pages[address] = page.texts
        waiting += [urljoin(address, link) for link in page.links]
    return pages


def kind_of(path):
    """What makes two addresses the same kind of page; None for what is no page of
    ours.
    """
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if path.startswith("/api/") or "logout" in match.view_name:
        return None
    whole = match.view_name in ("cases:detail", "cases:track")
    kept = {
        name: value
        for name, value in match.kwargs.items()
        if whole or not any(map(str.isdigit, str(value)))
    }
    return match.view_name, tuple(sorted(kept.items()))


def typed_in_chinese():
    """Every Chinese text that people typed, and its masked form, longest first."""
    found = set()
    for model in (
        model for name in APPS for model in apps.get_app_config(name).get_models()
    ):
        for field in model._meta.get_fields():
            if isinstance(field, (models.CharField, models.TextField)):
                found |= {
                    str(text)
                    for text in model.objects.values_list(field.name, flat=True)
                    if text
                }
    found = set(filter(CHINESE.search, found))
    return sorted(found | set(map(masked_name, found)), key=len, reverse=True)


def codes_in_data():
    """What is made of Latin letters in any language: names of accounts, codes, seals,
    pinyin; longest first.
    """
    found = {
        *User.objects.values_list("username", flat=True),
        *Case.objects.values_list("tracking_code", flat=True),
        *Event.objects.values_list("hash", flat=True),
        *ResidentKey.objects.values_list("key", flat=True),
    }
    return sorted(found, key=len, reverse=True)


def foreign_words(pages, language):
    """Of each page the words that are not in its language."""
    pattern, data = (
        (ENGLISH, codes_in_data())
        if language == "zh-hans"
        else (CHINESE, typed_in_chinese())
    )
    found = {}
    for address, texts in pages.items():
        text = "\n".join(texts)
        for name in data:
            text = text.replace(name, " ")
        if words := pattern.findall(CODE.sub(" ", text)):
            found[address] = sorted(set(words))
    return found


def busy_town():
    """A matter in every state in which a page looks different."""
    here = staff()
    topic = Topic.objects.create(town=here.town, name="基础设施")
    ResidentFactory(
        household=HouseholdFactory(group=here.group), name="李建国", phone="13812345678"
    )
    given = {
        "speaker_phone": "13812345678",
        "proxy_speaker": "李小妹",
        "topic": topic,
        "request_text": "换灯",
    }
    spoken(here, **given, confidentiality="hidden")
    spoken(here, confidentiality="secret")
    spoken(here, concerns=(here.secretary.user,))
    make_move(
        spoken(here),
        Action.SETTLE,
        by=officer(here.duty),
        at=NOON,
        category="village",
        result="已换灯",
    )
    make_move(
        accepted(here),
        Action.DEFER,
        by=officer(here.secretary),
        at=NOON,
        reason="等开会",
        until_on=_on(5),
    )
    make_move(
        accepted(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="村里办不了",
    )
    asked = decided(here, handling="joint", assistants=[here.leader])
    make_move(asked, Action.ACKNOWLEDGE, by=officer(here.handler), at=NOON)
    make_move(
        asked,
        Action.PROGRESS,
        by=officer(here.handler),
        at=NOON,
        text="已去看过",
        public=True,
    )
    make_move(
        asked,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="等材料",
        until_on=_on(30),
    )
    paused = decided(here)
    make_move(
        paused,
        Action.ASK_SUSPENSION,
        by=officer(here.handler),
        at=NOON,
        reason="大雪",
        until_on=_on(9),
    )
    make_move(
        paused,
        Action.RULE_SUSPENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
    )
    decided(here, lead=here.leader)
    completed(here)
    verified(here)
    again = rated(here, satisfaction="dissatisfied", solved="no", reason="又坏了")
    later = again.last_event_at
    rated(
        here,
        verified(here, completed(here, again, at=later), at=later),
        satisfaction="dissatisfied",
        solved="no",
        reason="还是坏的",
    )
    rated(here)
    return here


def _on(days):
    return (NOON + timedelta(days=days)).date()


OFFICERS = (
    "duty",
    "secretary",
    "leader",
    "member",
    "reviewer",
    "supervisor",
    "handler",
    "county_reviewer",
)
ADMINISTRATORS = {
    "system_admin": roles.system_admin,
    "security_admin": roles.security_admin,
    "auditor": roles.auditor,
}
EVERYBODY = (*OFFICERS, "county_supervisor", *ADMINISTRATORS)


def account_of(here, name):
    """The account of a role; the three administrators serve at no place of the town."""
    user = (
        ADMINISTRATORS[name]() if name in ADMINISTRATORS else getattr(here, name)
    ).user
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    """Built once: whatever a test writes in it is taken back after the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        # what is written down meanwhile is data
        with translation.override(settings.LANGUAGE_CODE):
            town = busy_town()
        yield town
        transaction.set_rollback(True)


@pytest.fixture(params=["zh-hans", "en"])
def language(request, client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = request.param
    return request.param


@pytest.fixture
def log_in(client, here):
    """By the page itself, so that pages asking for a recent login open too."""

    def log_in(name):
        client.post(
            reverse("account_login"),
            {"login": account_of(here, name).username, "password": PASSWORD},
        )

    return log_in


@pytest.mark.parametrize(
    ("name", "language"),
    [
        *((name, "zh-hans") for name in EVERYBODY),
        *((name, "en") for name in ("secretary", "supervisor", *ADMINISTRATORS)),
    ],
    indirect=["language"],
)
def test_pages_of_a_role_speak_one_language(client, log_in, name, language):
    log_in(name)

    pages = walk(client, "/", reverse("account_change_password"))

    assert len(pages) > 2
    assert foreign_words(pages, language) == {}


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("system_admin", "en"),
        *((name, "zh-hans") for name in (*ADMINISTRATORS, "secretary")),
    ],
    indirect=["language"],
)
def test_admin_pages_speak_one_language(client, log_in, name, language):
    log_in(name)

    pages = walk(client, "/admin/", admin=True)

    assert len(pages) > 2
    assert foreign_words(pages, language) == {}


def test_pages_of_a_visitor_speak_one_language(client, here, language):
    tracked = [
        f"{reverse('cases:track', args=[case.number])}?k={case.tracking_code}"
        for case in Case.objects.all()
    ]

    pages = walk(client, reverse("account_login"), *tracked)
    pages |= walk(client, reverse("cases:track", args=["A000-2026-0001"]))

    assert len(pages) > len(tracked)
    assert foreign_words(pages, language) == {}


def test_refusals_speak_one_language(client, here, log_in, language):
    case = Case.objects.filter(stage="rate").first()
    wrong = {"login": "nobody", "password": "wrong"}
    pages = {
        f"login {nth}": posted(client, "account_login", [], **wrong) for nth in range(6)
    }
    pages["track"] = posted(
        client,
        "cases:track",
        [case.number],
        k=case.tracking_code,
        action="rate",
        version=0,
        key=KEY,
    )
    log_in("secretary")
    for action, number in open_to(here.secretary.user).items():
        pages[action] = posted(
            client, "cases:act", [number, action], version=-1, key=KEY
        )
    pages["intake"] = posted(
        client, "cases:intake", [], channel="x", settled="on", said_at="x", key=KEY
    )

    assert len(pages) > 20
    assert foreign_words(pages, language) == {}


def open_to(user):
    """Each step that is open to somebody, with a matter it is open in."""
    at = timezone.now()
    return {
        offer.action: case.number
        for case in Case.objects.all()
        for offer in moves_open_to(user, case, at)
    }


def posted(client, name, args, **data):
    return Page(client.post(reverse(name, args=args), data).content.decode()).texts
