"""The requests that are measured, each as the person who sends it most."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from cases.models import Case
from cases.models.choices import Category, Channel, Confidentiality, Grade, Stage
from cases.workflow import Officer, Spoken
from cases.workflow.intake import take_down
from minshi.bench.cost import Meter, metered
from minshi.workdays import local_day
from villages.models import Post

WORD = "路灯"
NAME = "wang"
FILTERED_DAYS = 3 * 365
CASE_LINK = re.compile(rb'href="/cases/([A-Z]+-\d{4}-\d+)/')
ANSWERED = {"GET": 200, "POST": 302}


@dataclass(frozen=True)
class Request:
    client: Client
    path: str
    data: Mapping[str, Any] | None = None  # with data it is a POST

    def send(self) -> tuple[Meter, int]:
        """Return the cost, and how many different cases the page links to;
        AssertionError: not answered as it should.
        """
        method = "GET" if self.data is None else "POST"
        with metered() as meter:
            answer = self._answer()

        if answer.status_code != ANSWERED[method]:
            raise AssertionError(f"{method} {self.path}: {answer.status_code}")

        linked = set(CASE_LINK.findall(answer.content))
        return meter, len(linked)

    def _answer(self) -> Any:
        if self.data is None:
            return self.client.generic("GET", self.path)
        return self.client.post(self.path, self.data)


@dataclass(frozen=True)
class Operation:
    """One kind of request. `ready` makes the next one; whatever it needs first is not
    measured. `lists`: its page lists cases.
    """

    key: str
    ready: Callable[[], Request]
    lists: bool = False


class Desk:
    """The clients that send the requests: a supervisor of the town, who sees every
    matter, and a village's duty officer and secretary.
    """

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.supervisor = _logged_in("supervisor")
        self.duty = _logged_in("duty.baiguan")
        self.secretary = _logged_in("secretary.baiguan")
        self.duty_post = Post.objects.select_related("user", "village__town").get(
            user__username="duty.baiguan"
        )

        in_order = Case.objects.order_by("registered_at", "pk")
        # three quarters of the list come before it
        self.deep = in_order[in_order.count() // 4]
        closed = in_order.filter(stage=Stage.CLOSED)
        self.closed = closed.values_list("number", flat=True)[:50]
        self.turn = 0

    def operations(self) -> list[Operation]:
        since = local_day(self.at) - timedelta(days=FILTERED_DAYS)
        after = f"{self.deep.registered_at.isoformat()}_{self.deep.pk}"
        kind = Category.VILLAGE.value
        filters = {"category": kind, "registered_from": since.isoformat()}

        here = str(self.duty_post.village_id)
        of_kind = {"village": here, "category": kind}
        words = {"village": here, "q": WORD}
        return [
            Operation("list of 50", self._list(), lists=True),
            Operation("deep page", self._list(after=after), lists=True),
            Operation("filtered list", self._list(**filters), lists=True),
            Operation("search of two characters", self._list(q=WORD), lists=True),
            Operation("list of a village", self._list(village=here), lists=True),
            Operation("category of a village", self._list(**of_kind), lists=True),
            Operation("search in a village", self._list(**words), lists=True),
            Operation("detail", self._detail),
            Operation("intake", self._intake),
            Operation("move (accept)", self._accept),
            Operation("lookup", self._lookup),
            Operation("ledger page", self._ledger()),
            Operation("ledger of a category", self._ledger(category=kind)),
            Operation("ledger of a village", self._ledger(village=here)),
        ]

    def _list(self, **query: str) -> Callable[[], Request]:
        def ready() -> Request:
            path = f"{reverse('cases:list')}?{urlencode(query)}"
            return Request(self.supervisor, path)

        return ready

    def _intake(self) -> Request:
        return Request(self.duty, reverse("cases:intake"), self._spoken())

    def _lookup(self) -> Request:
        return Request(self.duty, f"{reverse('villages:lookup')}?q={NAME}")

    def _ledger(self, **query: str) -> Callable[[], Request]:
        """Ask for all times, so that at every size the counts beside it go as far as
        they ever do.
        """

        def ready() -> Request:
            page = reverse("cases:ledger", args=["general"])
            path = f"{page}?{urlencode({'period': 'all', **query})}"
            return Request(self.supervisor, path)

        return ready

    def _detail(self) -> Request:
        self.turn += 1
        number = self.closed[self.turn % len(self.closed)]
        return Request(self.supervisor, reverse("cases:detail", args=[number]))

    def _accept(self) -> Request:
        """Let the secretary accept what the duty officer has just taken down."""
        spoken = Spoken(verbatim="村口的路灯又坏了两盏", village=self.duty_post.village)
        duty_officer = Officer(self.duty_post.user, self.duty_post)
        case = take_down(spoken, by=duty_officer, at=self.at)

        answers = {
            "version": case.version,
            "key": uuid.uuid4(),
            "category": Category.VILLAGE,
            "grade": Grade.MINOR,
        }
        path = reverse("cases:act", args=[case.number, "accept"])
        return Request(self.secretary, path, answers)

    def _spoken(self) -> dict[str, Any]:
        assert self.duty_post.village is not None  # noqa: S101 - a duty officer's post is a village's
        return {
            "key": uuid.uuid4(),
            "verbatim": "三组的水渠堵了，浇不上地",
            "village": self.duty_post.village.pk,
            "speaker_name": "王秀英",
            "speaker_phone": "13800000000",
            "channel": Channel.TALK_ROOM,
            "category": Category.VILLAGE,
            "grade": Grade.MINOR,
            "confidentiality": Confidentiality.NORMAL,
        }


def _logged_in(username: str) -> Client:
    post = Post.objects.select_related("user").get(user__username=username)
    client = Client()
    client.force_login(post.user)
    return client
