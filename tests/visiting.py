"""Visits of a stranger to every address: what is asked there, and what may be answered."""

import io
import itertools
import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache as cache_of_calls
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import time_machine
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cases.models import (
    CalendarDay,
    Case,
    DeadlineRule,
    Event,
    ExportJob,
    NumberCounter,
    StandardText,
    StateAtUpdate,
    Topic,
)
from supervision.models import (
    BackupRun,
    DailyFigure,
    EventFailure,
    EventSeen,
    FigureMark,
    HistoryCheck,
    JobRun,
    NoticeText,
    OrderCounter,
    Robot,
    Rung,
    Seal,
    Wall,
    Watermark,
)
from tests import remembered
from tests.addresses import Address, Target
from tests.cases.roads import NOON
from tests.forged import bodies
from tests.strangers import VISITORS, World
from tests.tried import forms, methods, questions, takes_a_file
from tests.watched import Watched, watching
from villages.login import Accounts
from villages.models import (
    AuditRecord,
    FieldHistory,
    Group,
    LookupCount,
    Office,
    OpenLogin,
    PasswordUsed,
    Post,
    TalkRoom,
    Town,
    User,
    Village,
)

PASSWORD = make_password("only so that there is one")
ACCOUNTS = f"{Accounts.__module__}.{Accounts.__name__}"
REMEMBERED = f"{remembered.__name__}.{remembered.Accounts.__name__}"
LOGINS = ("account_login", "admin:login")
# What answers a visitor: 503 is readyz's own word, the tracking page asks for its code.
PUBLIC = frozenset(
    {
        "healthz",
        "readyz",
        "account_login",
        "account_inactive",
        "account_logout",
        "villages:language",
        "villages:type_size",
        "api-login",
        "cases:track",
        "cases:track_any",
        "supervision:public_report",
        "admin:logout",
        "favicon",
        "too-large",
        "api-too-large",
    }
)
# What a role opens by its office (domain §2): administrators the grid, accounts and
# posts, the logs, never a case; an office, which takes matters down in every village of
# its town, where each of them listens.
RIGHTFUL: dict[str, frozenset[object]] = {
    "system_admin": frozenset(
        {
            Town,
            Village,
            TalkRoom,
            Group,
            Office,
            Topic,
            StandardText,
            CalendarDay,
            NumberCounter,
            Rung,
            Robot,
            OrderCounter,
            EventSeen,
            EventFailure,
            JobRun,
            Watermark,
            DeadlineRule,
            NoticeText,
            DailyFigure,
            FigureMark,
            Wall,
            "supervision:end_wall",
        }
    ),
    "security_admin": frozenset(
        {
            User,
            Post,
            OpenLogin,
            PasswordUsed,
            "villages:account",
            "villages:account_act",
            "villages:account_phone",
            "villages:appoint",
            "villages:end_post",
        }
    ),
    "auditor": frozenset(
        {
            AuditRecord,
            FieldHistory,
            HistoryCheck,
            Seal,
            StateAtUpdate,
            LookupCount,
            BackupRun,
            ExportJob,
        }
    ),
    "office_handler": frozenset({"api-talk-room"}),
}


@contextmanager
def visits(settings: Any, folder: Path) -> Iterator[None]:
    """A noon at which some thousand addresses are asked: parameters are watched,
    accounts and sessions remembered, and nothing is logged, which took as long as the
    answers.
    """
    settings.MEDIA_ROOT = folder
    settings.MIDDLEWARE = [
        f"{watching.__module__}.{watching.__name__}",
        *settings.MIDDLEWARE,
    ]
    settings.AUTHENTICATION_BACKENDS = [
        REMEMBERED if name == ACCOUNTS else name
        for name in settings.AUTHENTICATION_BACKENDS
    ]
    settings.SESSION_ENGINE = remembered.__name__
    remembered.forget()
    cache.clear()
    logging.disable(logging.CRITICAL)
    with time_machine.travel(NOON, tick=False):
        yield
    logging.disable(logging.NOTSET)
    cache.clear()


@dataclass
class Asked:
    """An answer as a stranger gets it: its status, where it sends them, and every word
    in it; and which parameters the page asked for.
    """

    status: int
    location: str
    text: str
    parameters: Watched


class Visit:
    """One stranger at the door: asks, looks at each answer, and takes back whatever it
    changed.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client(raise_request_exception=False)
        if world.user is not None:
            world.user.password = PASSWORD
            world.user.save()
            self.client.force_login(world.user, REMEMBERED)
        self.cookies = {
            name: morsel.value for name, morsel in self.client.cookies.items()
        }
        self.cases = [case.pk for case in world.hidden.values()]
        reached = (
            Village.objects.in_reach_of(world.user, NOON.date())
            if world.user
            else Village.objects.none()
        )
        # An office takes matters down in every village of its town (domain §3,
        # register).
        self.out_of_reach = list(
            Village.objects.filter(pk=world.grid[Village].pk).exclude(pk__in=reached)
        )
        self.before = self._state()
        self.faults: list[str] = []
        self.known: dict[tuple[str, str], int] = {}
        # which methods nothing at an address takes, whatever it is filled with
        self.shut: set[tuple[str, Address]] = set()
        self.forged = bodies(world)

    def ask(
        self,
        method: str,
        path: str,
        data: dict[str, object] | None = None,
        echoed: str = "",
    ) -> Asked:
        """Also judged here: a fault of the server, hidden words in the answer, a hidden
        case touched.
        """
        if path.startswith(("/api/", "/t/")):
            cache.clear()  # neither throttled nor locked out by the number of tries
        for name, value in self.cookies.items():
            self.client.cookies[name] = value
        as_json = (
            path.startswith("/api/") and method != "get" and not takes_a_file(path)
        )
        sent = {"content_type": "application/json"} if as_json else {}
        with transaction.atomic():
            answer = getattr(self.client, method)(path, data or {}, **sent)
            asked = Asked(
                answer.status_code,
                answer.get("Location", ""),
                words_in(answer),
                answer.wsgi_request.GET,
            )
            touched = (
                method != "get" and asked.status < 400 and self._state() != self.before
            )
            transaction.set_rollback(True)
        what = f"{method.upper()} {path} {data if method == 'get' and data else ''}"
        if asked.status >= 500 and path != "/readyz":
            self.faults.append(f"{what} → {asked.status}")
        told = [
            word
            for word in self.world.needles
            if word in asked.text and word not in echoed
        ]
        if told:
            self.faults.append(f"{what} → {asked.status}, tells {told}")
        if touched:
            self.faults.append(
                f"{what} → {asked.status}, wrote to a hidden case, or as or to the"
                " foreign village"
            )
        return asked

    def _state(self) -> tuple[int, ...]:
        return (
            Event.objects.filter(case__in=self.cases).count(),
            Case.objects.filter(village__in=self.out_of_reach).count(),
            Case.objects.filter(resident__isnull=False).count(),
        )

    def refused(self, method: str, target: Target, data: dict[str, object]) -> None:
        """An object out of sight is refused exactly as one that does not exist."""
        if (method, target.address) in self.shut:
            return
        asked = self.ask(method, target.path, data)
        self._note_shut(method, target, asked)
        if self._is_rightful(target):
            return
        if not self._is_refusal(target, asked):
            self.faults.append(
                f"{method.upper()} {target.path} → {asked.status} {asked.location}"
            )
        path = urlsplit(asked.location).path
        if asked.status in (403, 404, 405) or path in login_pages():
            # the words for a page that does not exist, or a door shut whatever is
            # behind it
            return
        # which answers all missing rows in one way
        in_admin = target.path.startswith("/admin/")
        key = (method, target.path.split("/")[-2] if in_admin else target.address.text)
        if key not in self.known:
            self.known[key] = self.ask(method, target.absent, data).status
        if asked.status != self.known[key]:
            self.faults.append(
                f"{method.upper()} {target.path} → {asked.status}, but {target.absent}"
                f" → {self.known[key]}"
            )

    def listed(self, target: Target, *, curious: bool) -> None:
        """An address without an object may answer, but not with what is hidden.

        Asked plainly first. A page that then looked for none of a question's parameters
        would answer the question word for word the same: it is not asked.
        """
        plain = self.ask("get", target.path)
        self._public("get", target, plain)
        # whoever may not even look at the list has nothing to ask there
        if curious and plain.status not in (302, 401, 404, 405):
            for data, echoed in questions(self.world, target):
                if plain.parameters.were_asked_for(set(data)):
                    asked = self.ask("get", target.path, data, echoed)
                    self._public("get", target, asked)
        sent = forms(self.world, self.forged, target)
        for method, data in itertools.product(methods(target)[1:], sent):
            if (method, target.address) in self.shut:
                continue
            asked = self.ask(method, target.path, data)
            self._note_shut(method, target, asked)
            self._public(method, target, asked)

    def _note_shut(self, method: str, target: Target, asked: Asked) -> None:
        if asked.status == 405:
            self.shut.add((method, target.address))

    def _is_rightful(self, target: Target) -> bool:
        return bool(
            {target.address.model, target.address.name}
            & RIGHTFUL.get(self.world.role, frozenset())
        )

    def _is_refusal(self, target: Target, asked: Asked) -> bool:
        path = urlsplit(asked.location).path
        if target.address.name == "cases:track":
            # asks for the code; that it tells nothing is judged in `ask`
            return asked.status in (
                200,
                404,
            )
        if target.address.name == "cases:track_photo":
            return asked.status in (404, 405)  # the code alone opens it
        if self.world.role in VISITORS:
            if target.path.startswith("/api/"):
                return asked.status == 401
            # of what was typed into a form the page gives the words back
            is_sent_on = asked.status == 302 and path in visitors_are_sent_to(target)
            return is_sent_on or asked.status == 401
        if target.path.startswith("/admin/"):
            sent_away = (
                *login_pages(),
                reverse("admin:index"),
                f"{target.path}change/",
            )
            return asked.status in (403, 404) or (
                asked.status in (301, 302) and path in sent_away
            )
        return asked.status in (404, 405)

    def _public(self, method: str, target: Target, asked: Asked) -> None:
        """Without a login there is nothing but the few public pages."""
        if (
            self.world.role not in VISITORS
            or target.address.name in PUBLIC
            or asked.status in (401, 403, 404, 405)
        ):
            return
        if asked.status != 302 or urlsplit(
            asked.location
        ).path not in visitors_are_sent_to(target):
            self.faults.append(
                f"{method.upper()} {target.path} → {asked.status} {asked.location} for"
                " a visitor"
            )


def visitors_are_sent_to(target: Target) -> tuple[str, ...]:
    return (*login_pages(), f"{target.path}change/")


@cache_of_calls
def login_pages() -> tuple[str, ...]:
    return tuple(map(reverse, LOGINS))


def words_in(answer: HttpResponse) -> str:
    """Every word of an answer; of a workbook the words of its sheets, of a redirect
    also where it goes.
    """
    # read to its end it closes
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(book.read(name) for name in book.namelist())
    return content.decode("utf-8", "replace") + answer.get("Location", "")
