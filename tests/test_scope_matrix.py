"""Every address the resolver knows, tried by every kind of stranger on cases that are none of their business.

A new address joins by itself; one with a parameter that nothing here can fill fails by its name.
"""

import io
import itertools
import json
import logging
import re
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urlsplit

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, URLPattern, get_resolver, resolve, reverse
from django.urls.resolvers import RoutePattern
from PIL import Image

from cases.attachments import attach
from cases.exports import FORMS
from cases.ledgers import BOOKS
from cases.models import (
    CalendarDay,
    CallBack,
    Case,
    CaseAccess,
    Concern,
    Event,
    JoinedVillage,
    MandatoryReport,
    NumberCounter,
    Rating,
    Reply,
    TimeRequest,
    Topic,
)
from cases.workflow import Action, make_move
from minshi.crypto import masked_name, masked_phone
from supervision.models import Reminder
from tests import roles
from tests.cases.roads import DAY, NOON, Staff, accepted, decided, officer, rated, spoken, staff, words
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    OfficeFactory,
    ResidentFactory,
    TownFactory,
    UserFactory,
    VillageFactory,
)
from villages.audit import record_audit
from villages.lookup import index_residents
from villages.models import (
    AuditRecord,
    ContactLink,
    FieldHistory,
    Group,
    Household,
    Office,
    Post,
    Resident,
    ResidentKey,
    Town,
    User,
    Village,
)
from villages.models.audit import AuditKind
from villages.views.accounts import ACTS

pytestmark = pytest.mark.django_db

STAFF_ROLES = (
    "duty_officer", "group_leader", "committee_member", "secretary", "reviewer", "county_reviewer", "office_handler",
    "supervisor", "county_supervisor",
)  # fmt: skip
ADMINISTRATORS = ("system_admin", "security_admin", "auditor")
VISITORS = ("anonymous", "inactive")
STRANGERS = (*STAFF_ROLES, *ADMINISTRATORS, "without_post", "superuser", *VISITORS)
OVERSEERS = ("reviewer", "county_reviewer", "supervisor", "county_supervisor")

PASSWORD = make_password("only so that there is one")
NOWHERE = 999_999_999  # the key of no row
FEW, SHARES = 12, 3  # the 35 moves are shared out among three roles
NO_NUMBER = "ZZZZ-2026-9999"
LOGINS = ("account_login", "admin:login")
# What answers a visitor: 503 is readyz's own word, the tracking page asks for its code.
PUBLIC = frozenset({
    "healthz", "readyz", "account_login", "account_inactive", "account_logout", "villages:language",
    "villages:type_size", "api-login", "cases:track", "admin:logout",
})  # fmt: skip
# What administrators open by their office (domain §2): the grid, accounts and posts, the logs; never a case.
RIGHTFUL: dict[str, frozenset[object]] = {
    "system_admin": frozenset({Town, Village, Group, Office, Topic, CalendarDay, NumberCounter}),
    "security_admin": frozenset({
        User, Post, "villages:account", "villages:account_act", "villages:appoint", "villages:end_post",
    }),
    "auditor": frozenset({AuditRecord, FieldHistory}),
}  # fmt: skip


# --- the world
@dataclass(frozen=True)
class Markers:
    """Words found in one hidden case and nowhere else."""

    sign: str
    phone: str

    @property
    def name(self) -> str:
        return f"欧阳隐{self.sign}"

    @property
    def friend(self) -> str:
        return f"诸葛隐{self.sign}"

    @property
    def spoken(self) -> dict[str, object]:
        return {
            "title": f"隐题{self.sign}题",
            "verbatim": f"隐话{self.sign}话，村口两盏太阳能灯坏了",
            "request_text": f"隐求{self.sign}求",
            "place": f"隐地{self.sign}地",
            "remark": f"隐注{self.sign}注",
            "speaker_name": self.name,
            "speaker_phone": self.phone,
            "speaker_address": f"隐址{self.sign}址",
            "proxy_speaker": f"慕容隐{self.sign}",
            "co_speakers": (self.friend,),
        }

    @property
    def decision(self) -> str:
        return f"隐议{self.sign}议"

    @property
    def note(self) -> str:
        return f"隐记{self.sign}记"

    def all(self) -> list[str]:
        given = [value for value in self.spoken.values() if isinstance(value, str)]
        given[1:2] = [f"隐话{self.sign}话"]
        return [*given, self.friend, self.decision, self.note, masked_name(self.name), masked_phone(self.phone)]


MARKERS = {"foreign": Markers("甲", "13800137391"), "secret": Markers("乙", "13900138264"),
           "conflict": Markers("丙", "13700139157")}  # fmt: skip


@dataclass
class World:
    """A stranger, and three cases that are hidden from them, each with one row of everything that belongs to a case."""

    role: str
    user: User | None
    here: Staff
    own: Case
    hidden: dict[str, Case]
    grid: dict[type[Model], Model] = field(default_factory=dict)  # of the foreign village

    @cached_property
    def needles(self) -> list[str]:
        plain = [word for markers in MARKERS.values() for word in markers.all()]
        return list(dict.fromkeys([*plain, *(json.dumps(word)[1:-1] for word in plain)]))


def neighbours(village: Village, of: Staff) -> Staff:
    """Another village under the same town and county people."""
    group, office = GroupFactory(village=village), OfficeFactory(town=village.town)
    return replace(
        of, town=village.town, village=village, group=group, office=office, duty=roles.duty_officer_of(village),
        secretary=roles.secretary_of(village), leader=roles.group_leader_of(group),
        member=roles.committee_member_of(village), handler=roles.handler_of(office),
    )  # fmt: skip


def foreign_place(role: str, here: Staff) -> Staff:
    """The nearest place that is foreign to the role: the next village, the next town, the next county."""
    if role in ("reviewer", "supervisor"):
        return staff()
    if role in ("county_reviewer", "county_supervisor"):
        village = VillageFactory(town=TownFactory(county_code="621202", county_name="武都区"))
        county = replace(
            here, county_reviewer=roles.reviewer_of_county("621202"),
            county_supervisor=roles.supervisor_of_county("621202"), reviewer=roles.reviewer_of(village.town),
            supervisor=roles.supervisor_of(village.town),
        )  # fmt: skip
        return neighbours(village, county)
    return neighbours(VillageFactory(town=here.town), here)


def stranger(role: str, here: Staff) -> Post | User | None:
    found: dict[str, Callable[[], Post | User | None]] = {
        "duty_officer": lambda: roles.duty_officer_of(here.village),
        "group_leader": lambda: here.leader,
        "committee_member": lambda: here.member,
        "secretary": lambda: here.secretary,
        "reviewer": lambda: roles.reviewer_of(here.town),
        "county_reviewer": lambda: roles.reviewer_of_county(here.town.county_code),
        "office_handler": lambda: here.handler,
        "supervisor": lambda: roles.supervisor_of(here.town),
        "county_supervisor": lambda: roles.supervisor_of_county(here.town.county_code),
        "system_admin": roles.system_admin,
        "security_admin": roles.security_admin,
        "auditor": roles.auditor,
        "without_post": UserFactory,
        "superuser": lambda: UserFactory(is_superuser=True, is_staff=True),
        "inactive": lambda: roles.secretary_of(here.village, user=UserFactory(is_active=False)),
        "anonymous": lambda: None,
    }
    return found[role]()


def handed_over(case: Case, here: Staff, marks: Markers, to: Office) -> Case:
    return decided(here, accepted(here, case), lead=to, decision=marks.decision)


def secret_case(role: str, here: Staff, there: Staff, helpers: Office) -> Case:
    """Secret, within the stranger's territory, and they are not named in it."""
    marks = MARKERS["secret"]
    if role == "secretary":  # every secretary is named at home: hers is the village that only joined
        case = accepted(there, spoken(there, confidentiality="secret", **marks.spoken))
        case = make_move(case, Action.JOIN, by=officer(there.secretary), at=NOON, village=here.village)
        return decided(there, case, lead=helpers, decision=marks.decision)
    case = spoken(here, confidentiality="secret", **marks.spoken)
    if role == "reviewer":  # named while it was the town's, no longer at the county's level
        case = accepted(here, case)
        for post in (here.secretary, here.reviewer):
            case = make_move(case, Action.ESCALATE, by=officer(post), at=NOON, reason=marks.note)
        chosen = {"handling": "led", "decision": marks.decision, "lead": helpers}
        return make_move(case, Action.DECIDE, by=officer(here.county_reviewer), at=NOON, **chosen)
    if role == "office_handler":  # assigned once, returned, assigned elsewhere
        case = handed_over(case, here, marks, here.office)
        case = make_move(case, Action.RETURN, by=officer(here.handler), at=NOON, reason=marks.note)
        return decided(here, case, lead=helpers, decision=marks.decision)
    return handed_over(case, here, marks, helpers)


def with_every_part(case: Case, by: Post, elsewhere: Staff, marks: Markers) -> Case:
    """One row of every model that belongs to a case, by moves where a move makes it, else written down directly."""
    case = make_move(case, Action.AMEND, by=officer(by), at=NOON, place=f"隐地{marks.sign}地旁", remark=marks.note)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "JPEG")
    attach(case, SimpleUploadedFile("x.jpg", picture.getvalue(), "image/jpeg"), at=NOON, post=by)
    answers = {"satisfaction": "satisfied", "solved": "yes", "how": "call"}
    other = elsewhere.duty
    TimeRequest.objects.create(
        case=case, round=1, kind="extension", reason=marks.note, until_on=(NOON + DAY).date(), asked_by=other,
        asked_at=NOON,
    )  # fmt: skip
    Reply.objects.create(case=case, round=1, at=NOON, text=marks.note, post=other)
    MandatoryReport.objects.create(case=case, at=NOON, told=marks.note, told_at=NOON, post=other)
    Rating.objects.create(case=case, round=1, at=NOON, reason=marks.note, **answers)
    CallBack.objects.create(case=case, at=NOON, note=marks.note, post=other, **answers)
    CaseAccess.objects.get_or_create(case=case, post=other)
    JoinedVillage.objects.get_or_create(case=case, village=elsewhere.village)
    Concern.objects.create(case=case, user=other.user)
    clock = case.clocks.get(stopped_at=None)
    to = case.owner_post.user if case.owner_post else case.owner_office.posts.first().user
    Reminder.objects.create(clock=clock, due_at=clock.due_at, step="yellow", recipient=to, at=NOON)
    return case


def grid_of(there: Staff, resident: Resident) -> dict[type[Model], Model]:
    """A row of everything that is not a case's, all of the foreign place."""
    household = resident.household
    linked = ContactLink.objects.create(post=there.leader, household=household, from_on=NOON.date())
    return {
        Town: there.town,
        Village: there.village,
        Group: there.group,
        Office: there.office,
        Household: household,
        Resident: resident,
        ResidentKey: ResidentKey.objects.filter(resident=resident).first(),
        ContactLink: linked,
        User: there.duty.user,
        Post: there.duty,
        AuditRecord: record_audit(AuditKind.UNMASK, at=NOON, user=there.secretary.user, subject="x"),
        FieldHistory: FieldHistory.objects.first(),
        NumberCounter: NumberCounter.objects.get(town=there.town),
        Topic: Topic.objects.create(town=there.town, name="饮水"),
        CalendarDay: CalendarDay.objects.create(town=there.town, day=NOON.date(), is_working=True),
    }


def build(role: str) -> World:
    here = staff()
    there, elsewhere = foreign_place(role, here), staff()
    helpers = roles.handler_of(OfficeFactory(town=there.town)).office
    nearby = roles.handler_of(OfficeFactory(town=here.town)).office
    who = stranger(role, here)
    post = who if isinstance(who, Post) else None
    own = spoken(here, speaker_phone="13600131111")
    household = HouseholdFactory(group=there.group)
    resident = ResidentFactory(household=household, name=MARKERS["foreign"].name, phone=MARKERS["foreign"].phone)
    index_residents([resident])

    hidden = {}
    foreign = spoken(there, resident=resident, **MARKERS["foreign"].spoken)
    foreign = handed_over(foreign, there, MARKERS["foreign"], helpers)
    hidden["foreign"] = with_every_part(foreign, there.duty, elsewhere, MARKERS["foreign"])
    if role != "office_handler":  # closed ones too, which the ledgers of results and ratings list
        rated_case(there, spoken(there, **MARKERS["foreign"].spoken), helpers)
    if role not in ("secretary", "reviewer"):  # named in what their own level settles
        rated_case(here, spoken(here, confidentiality="secret", **MARKERS["secret"].spoken), nearby)
    secret = secret_case(role, here, there, nearby if role != "secretary" else helpers)
    recorder = there.duty if role == "secretary" else here.duty
    hidden["secret"] = with_every_part(secret, recorder, elsewhere, MARKERS["secret"])
    conflict = handed_over(spoken(here, **MARKERS["conflict"].spoken), here, MARKERS["conflict"], nearby)
    conflict = with_every_part(conflict, here.duty, elsewhere, MARKERS["conflict"])
    concerned = post.user if post and role in STAFF_ROLES else here.secretary.user
    hidden["conflict"] = make_move(
        conflict, Action.RECUSE, by=officer(here.county_supervisor), at=NOON, concerns=[concerned]
    )
    return World(role, who.user if isinstance(who, Post) else who, here, own, hidden, grid_of(there, resident))


def rated_case(place: Staff, case: Case, to: Office) -> Case:
    """The same words again in a closed case, which the ledgers of results and ratings list."""
    case = decided(place, accepted(place, case), lead=to)
    for action, by, at in (
        (Action.COMPLETE, to.posts.first(), NOON),
        (Action.VERIFY, place.secretary, NOON),
    ):
        case = make_move(case, action, by=officer(by), at=at, **words(action, at))
    return rated(place, case, at=NOON)


@pytest.fixture(autouse=True)
def _at_noon(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    logging.disable(logging.CRITICAL)  # two lines for each of some thousand requests take as long as the answers
    with time_machine.travel(NOON, tick=False):
        yield
    logging.disable(logging.NOTSET)
    cache.clear()


# --- the addresses
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*\)")


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver, written as a single text with its parameters in it."""

    text: str
    name: str

    @property
    def is_unnamed(self) -> bool:
        return self.name == self.text

    @property
    def model(self) -> type[Model] | None:
        """The model whose pages in the admin these are."""
        site, app, model, *_rest = [*self.text.split("/"), "", ""]
        return apps.all_models[app].get(model) if site == "admin" and app in apps.app_configs else None

    @property
    def is_of_a_part(self) -> bool:
        """Whether the admin shows there a row that is not the case itself: such pages take the cases in turns."""
        return self.model not in (None, Case) and "object_id" in self.text

    def slots(self) -> list[str]:
        """The parameters by name and by the segment they follow, as SLOTS knows them."""
        segments = self.text.split("/")
        found = []
        for before, segment in itertools.pairwise(["", *segments]):
            if names := PARAMETER.findall(segment):
                inner = PARAMETER.findall(before)
                found.append(f"{(inner[0][0] or inner[0][1]) if inner else before}/{names[0][0] or names[0][1]}")
        return found

    def filled(self, values: tuple[object, ...]) -> str:
        left = iter(values)
        return "/" + PARAMETER.sub(lambda _found: str(next(left)), self.text)


def every_address() -> list[Address]:
    return list(walk(get_resolver().url_patterns))


def walk(patterns: list[object], before: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Address]:
    for pattern in patterns:
        text = str(pattern.pattern)
        if not isinstance(pattern.pattern, RoutePattern):
            text = text.removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            name = ":".join([*spaces, pattern.name]) if pattern.name else before + text
            yield Address(before + text, name)
        else:
            space = (pattern.namespace,) if pattern.namespace else ()
            yield from walk(pattern.url_patterns, before + text, spaces + space)


def constant(*values: object) -> Callable[[World, Case], list[object]]:
    return lambda _world, _case: list(values)


def attachments_of(_world: World, case: Case) -> list[object]:
    return [case.attachments.get().uuid]


def number_of(_world: World, case: Case) -> list[object]:
    return [case.number]


def row_of(model: type[Model]) -> Callable[[World, Case], list[object]]:
    return lambda world, _case: [world.grid[model].pk]


# What fills a parameter, and the value of one that does not exist; None where the parameter carries no object.
SLOTS: dict[str, tuple[Callable[[World, Case], list[object]], object]] = {
    "cases/number": (number_of, NO_NUMBER),
    "t/number": (number_of, NO_NUMBER),
    "files/uuid": (attachments_of, uuid.UUID(int=1)),
    "attachments/uuid": (attachments_of, uuid.UUID(int=1)),
    "residents/pk": (row_of(Resident), NOWHERE),
    "accounts/pk": (row_of(User), NOWHERE),
    "posts/pk": (row_of(Post), NOWHERE),
    "do/action": (constant(*Action.values), None),
    "uuid/size": (constant("small"), None),
    "pk/act": (constant(*ACTS, "reset_password"), None),
    "ledgers/key": (constant(*BOOKS), None),
    "key/form": (constant(*FORMS), None),
    "admin/app_label": (lambda *_: sorted({model._meta.app_label for model in admin.site._registry}), None),
    "admin/url": (constant("nowhere"), None),
}


def slot(address: Address, name: str) -> tuple[Callable[[World, Case], list[object]], object] | None:
    model = address.model
    if model is not None and name == f"{model._meta.model_name}/object_id":
        return (lambda world, case: rows_of(model, world, case), NOWHERE)
    return SLOTS.get(name)


def rows_of(model: type[Model], world: World, case: Case) -> list[object]:
    """The keys of the rows of a model that belong to the case, or the one of the foreign place."""
    window = admin.site._registry[model]
    if model in world.grid:
        return [world.grid[model].pk]
    path = getattr(window, "path", None)
    assert path, f"{model.__name__}: neither a case's nor in grid_of(); say there which row is foreign"
    value = case.pk if path == "pk" else case
    keys = list(model.objects.filter(**{path: value}).values_list("pk", flat=True)[:1])
    assert keys, f"{model.__name__}: with_every_part() made none of them"
    return keys


def unfillable(addresses: list[Address]) -> list[str]:
    return [
        f"{address.text}: nothing fills {name}"
        for address in addresses
        for name in address.slots()
        if slot(address, name) is None
    ]


@dataclass(frozen=True)
class Target:
    """A filled address; `absent` is the same one for an object that does not exist, None where it carries none."""

    address: Address
    path: str
    absent: str | None


def targets(world: World, addresses: list[Address]) -> list[Target]:
    """Every address for every hidden case; parts in the admin and values that are no object (35 moves) in turns.

    Another role begins the turns elsewhere, so that together they try every part of every case.
    """
    found: dict[str, Target] = {}
    every = itertools.product(enumerate(addresses), enumerate(world.hidden.values()))
    begin = STRANGERS.index(world.role)
    for (place, address), (turn, case) in every:
        if address.is_of_a_part and (begin + place) % len(MARKERS) != turn:
            continue
        slots = [slot(address, name) for name in address.slots()]
        carries = any(absent is not None for _fill, absent in slots)
        fills = [dealt(fill(world, case), turn, begin) if carries else fill(world, case) for fill, _absent in slots]
        for values in itertools.product(*fills):
            nothing = tuple(absent or value for value, (_fill, absent) in zip(values, slots, strict=True))
            path = address.filled(values)
            found[path] = Target(address, path, address.filled(nothing) if carries else None)
    return list(found.values())


def dealt(values: list[object], turn: int, begin: int) -> list[object]:
    """This case's share of this role's share; a few are not shared out among roles."""
    if len(values) > FEW:
        values = values[begin % SHARES :: SHARES]
    return values[turn :: len(MARKERS)] or values[:1]


# --- asking and judging
@dataclass
class Asked:
    """An answer as a stranger gets it: its status, where it sends them, and every word in it."""

    status: int
    location: str
    text: str


class Visit:
    """One stranger at the door: asks, looks at each answer, and takes back whatever it changed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client(raise_request_exception=False)
        if world.user is not None:
            world.user.password = PASSWORD
            world.user.save()
            self.client.force_login(world.user)
        self.cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        self.cases = [case.pk for case in world.hidden.values()]
        reached = Village.objects.overseen_by(world.user, NOON.date()) if world.user else Village.objects.none()
        # An office takes matters down in every village of its town (domain §3, register).
        self.out_of_reach = list(Village.objects.filter(pk=world.grid[Village].pk).exclude(pk__in=reached))
        self.before = self._state()
        self.faults: list[str] = []
        self.known: dict[tuple[str, str], int] = {}

    def ask(self, method: str, path: str, data: dict[str, object] | None = None, echoed: str = "") -> Asked:
        """Also judged here: a fault of the server, hidden words in the answer, a hidden case touched."""
        if path.startswith(("/api/", "/t/")):
            cache.clear()  # neither throttled nor locked out by the number of tries
        for name, value in self.cookies.items():
            self.client.cookies[name] = value
        as_json = path.startswith("/api/") and method != "get"
        sent = {"content_type": "application/json"} if as_json else {}
        with transaction.atomic():
            answer = getattr(self.client, method)(path, data or {}, **sent)
            asked = Asked(answer.status_code, answer.get("Location", ""), words_in(answer))
            touched = method != "get" and asked.status < 400 and self._state() != self.before
            transaction.set_rollback(True)
        what = f"{method.upper()} {path} {data if method == 'get' and data else ''}"
        if asked.status >= 500 and path != "/readyz":
            self.faults.append(f"{what} → {asked.status}")
        told = [word for word in self.world.needles if word in asked.text and word not in echoed]
        if told:
            self.faults.append(f"{what} → {asked.status}, tells {told}")
        if touched:
            self.faults.append(f"{what} → {asked.status}, wrote to a hidden case, or as or to the foreign village")
        return asked

    def _state(self) -> tuple[int, ...]:
        return (
            Event.objects.filter(case__in=self.cases).count(),
            Case.objects.filter(village__in=self.out_of_reach).count(),
            Case.objects.filter(resident__isnull=False).count(),
        )

    def refused(self, method: str, target: Target, data: dict[str, object]) -> None:
        """An object out of sight is refused exactly as one that does not exist."""
        asked = self.ask(method, target.path, data)
        if self._is_rightful(target):
            return
        if not self._is_refusal(target, asked):
            self.faults.append(f"{method.upper()} {target.path} → {asked.status} {asked.location}")
        if asked.status in (403, 404, 405) or urlsplit(asked.location).path in map(reverse, LOGINS):
            return  # the words for a page that does not exist, or a door shut whatever is behind it
        in_admin = target.path.startswith("/admin/")  # which answers all missing rows in one way
        key = (method, target.path.split("/")[-2] if in_admin else target.address.text)
        if key not in self.known:
            self.known[key] = self.ask(method, target.absent, data).status
        if asked.status != self.known[key]:
            self.faults.append(
                f"{method.upper()} {target.path} → {asked.status}, but {target.absent} → {self.known[key]}"
            )

    def listed(self, target: Target, *, curious: bool) -> None:
        """An address without an object may answer, but not with what is hidden."""
        for data, echoed in questions(self.world, target):
            asked = self.ask("get", target.path, data, echoed)
            self._public("get", target, asked)
            if asked.status in (302, 401, 404, 405) or not curious:
                break  # whoever may not even look at the list has nothing to ask there
        for method, data in itertools.product(methods(target)[1:], forms(self.world, target)):
            self._public(method, target, self.ask(method, target.path, data))

    def _is_rightful(self, target: Target) -> bool:
        return bool({target.address.model, target.address.name} & RIGHTFUL.get(self.world.role, frozenset()))

    def _is_refusal(self, target: Target, asked: Asked) -> bool:
        path = urlsplit(asked.location).path
        if target.address.name == "cases:track":
            return asked.status in (200, 404)  # asks for the code; that it tells nothing is judged in `ask`
        if self.world.role in VISITORS:
            if target.path.startswith("/api/"):
                return asked.status == 401
            return asked.status == 302 and path in visitors_are_sent_to(target)
        if target.path.startswith("/admin/"):
            sent_away = (*map(reverse, LOGINS), reverse("admin:index"), f"{target.path}change/")
            return asked.status in (403, 404) or (asked.status in (301, 302) and path in sent_away)
        return asked.status in (404, 405)

    def _public(self, method: str, target: Target, asked: Asked) -> None:
        """Without a login there is nothing but the few public pages."""
        if self.world.role not in VISITORS or target.address.name in PUBLIC or asked.status in (401, 403, 404, 405):
            return
        if asked.status != 302 or urlsplit(asked.location).path not in visitors_are_sent_to(target):
            self.faults.append(f"{method.upper()} {target.path} → {asked.status} {asked.location} for a visitor")


def visitors_are_sent_to(target: Target) -> tuple[str, ...]:
    return (*map(reverse, LOGINS), f"{target.path}change/")


def words_in(answer: HttpResponse) -> str:
    """Every word of an answer; of a workbook the words of its sheets, of a redirect also where it goes."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # read to its end it closes
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(book.read(name) for name in book.namelist())
    return content.decode("utf-8", "replace") + answer.get("Location", "")


# --- what is tried
def questions(world: World, target: Target) -> list[tuple[dict[str, object], str]]:
    """What a curious stranger puts into the address of a list, with the hidden words they typed themselves."""
    name, village = target.address.name, world.here.village.pk
    if name == "admin:autocomplete":
        return [({**where, "term": term}, term) for where in autocompletes() for term in ("", "欧阳")]
    if name == "cases:similar":
        asked = {"village": village, "verbatim": "隐话，村口两盏太阳能灯坏了"}
        return [({}, ""), (asked, ""), ({**asked, "village": world.grid[Village].pk}, "")]
    sought: list[tuple[dict[str, object], str]] = [({}, "")]
    if target.path.startswith(("/admin/", "/login/", "/account/", "/api/schema/")):
        return sought  # a search only narrows such a list, or there is none
    if name in ("villages:lookup", "api-households"):
        sought.append(({"q": "欧阳", "village": world.grid[Village].pk}, ""))
    if name == "cases:intake":
        sought += [({"done": case.number}, "") for case in world.hidden.values()]
    texts = ("欧阳", "隐话", world.hidden["secret"].number)
    phones = tuple(markers.phone for markers in MARKERS.values())
    return [*sought, *(({"q": text}, "") for text in texts), *(({"q": text}, text) for text in phones)]


def autocompletes() -> list[dict[str, str]]:
    return [
        {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": name}
        for model, window in admin.site._registry.items()
        for name in window.autocomplete_fields
    ]


def forms(world: World, target: Target) -> list[dict[str, object]]:
    """What a forger posts to an address without an object: hidden cases among the fields."""
    numbers = [case.number for case in world.hidden.values()]
    keys = [case.pk for case in world.hidden.values()]
    if target.address.name.endswith("_changelist"):
        plain = {"_selected_action": keys}
        full = {
            **plain, "apply": "1", "category": "village", "grade": "complex", "supervision_level": "urge",
            "text": "请抓紧", "reason": "出差", "lead": f"office:{world.here.office.pk}",
        }  # fmt: skip
        own = [{**form, "action": action} for action in admin.site._registry[target.address.model].actions
               for form in (plain, full)]  # fmt: skip
        return [*own, {**plain, "action": "delete_selected"}]
    said = {
        "verbatim": "井水浑了", "channel": "talk_room", "category": "village", "grade": "minor",
        "confidentiality": "normal",
    }  # fmt: skip
    villages = (world.here.village.pk, world.grid[Village].pk)
    if target.address.name == "cases:intake":
        return [
            *({**said, "village": villages[0], "key": uuid.uuid4(), "add_to": number} for number in numbers),
            *({**said, "village": village, "key": uuid.uuid4(), "resident": world.grid[Resident].pk}
              for village in villages),
        ]  # fmt: skip
    if target.address.name == "api-cases":
        return [{**said, "village": village, "resident": world.grid[Resident].pk} for village in villages] + [
            {**said, "village": villages[1]}
        ]
    if target.address.name in ("cases:ledger_export", "cases:ledger_print"):
        return [{"reason": "年底总结", **({"unmasked": "on"} if target.path.endswith("/csv/") else {})}]
    return [{}]


def act_form(world: World) -> dict[str, object]:
    """Every field that some page with an object might read."""
    return {
        "version": 99, "key": uuid.UUID(int=7), "reason": "看看", "text": "看看", "reply": "看看", "result": "看看",
        "post": "yes", "action": "progress", "satisfaction": "satisfied", "solved": "yes", "how": "call",
        "village": world.here.village.pk, "name": "看看", "number": 1,
    }  # fmt: skip


def methods(target: Target) -> tuple[str, ...]:
    return ("get", "post", "patch") if target.path.startswith("/api/") else ("get", "post")


@pytest.mark.parametrize("role", STRANGERS)
def test_no_address_opens_or_tells_a_stranger_what_is_hidden_from_them(role):
    addresses = every_address()
    assert unfillable(addresses) == []
    world = build(role)
    for case in world.hidden.values():
        seen = world.user is not None and Case.objects.visible_to(world.user, NOON.date()).filter(pk=case.pk).exists()
        assert not seen, "the world shows them what it should hide"
    visit = Visit(world)

    asked_already: set[Address] = set()
    for target in targets(world, addresses):
        if target.absent is not None:
            for method in methods(target):
                visit.refused(method, target, {} if method == "get" else act_form(world))
        else:
            visit.listed(target, curious=target.address not in asked_already)
            asked_already.add(target.address)

    assert not visit.faults, "\n".join(visit.faults)


def test_the_walk_finds_the_addresses_it_is_meant_to_and_fills_them_rightly():
    addresses = every_address()
    world = build("secretary")

    names = {address.name for address in addresses}
    assert {"cases:detail", "cases:file_sized", "api-attachment", "admin:cases_case_history", "api-ledger"} <= names
    for target in targets(world, addresses):
        try:
            match = resolve(target.path)
        except Resolver404:
            pytest.fail(f"{target.address.text} was filled as {target.path}, which nothing answers")
        if not target.address.is_unnamed:
            assert match.view_name == target.address.name, target.path


def test_a_parameter_that_nothing_fills_is_named():
    unknown = Address("petitions/<int:petition>/", "petitions")

    assert unfillable([unknown]) == ["petitions/<int:petition>/: nothing fills petitions/petition"]


@pytest.mark.parametrize("role", OVERSEERS)
def test_an_overseer_sees_of_a_secret_case_number_dates_stage_and_light_alone(role):
    world = build(role)
    client = Client()
    client.force_login(world.user)
    number = world.hidden["secret"].number

    rows = client.get("/api/v1/cases/").json()["results"]
    row = next(row for row in rows if row["number"] == number)
    page = client.get(reverse("cases:list")).content.decode()

    assert row["redacted"]
    assert {name for name, value in row.items() if value is not None} <= {
        "number", "redacted", "title", "stage", "light", "said_at", "registered_at", "accepted_at", "decided_at",
        "completed_at", "replied_at", "closed_at", "due_on", "promised_on",
    }  # fmt: skip
    assert number in page
    assert not [word for word in MARKERS["secret"].all() if word in page]


def test_a_group_leader_takes_no_name_or_phone_from_another_groups_register():
    here = staff()
    household = HouseholdFactory(group=GroupFactory(village=here.village))
    neighbour = ResidentFactory(household=household, name=MARKERS["foreign"].name, phone=MARKERS["foreign"].phone)
    client = Client()
    client.force_login(here.leader.user)
    form = {"key": uuid.uuid4(), "verbatim": "井水浑了", "channel": "talk_room", "village": here.village.pk}

    answer = client.post(reverse("cases:intake"), {**form, "resident": neighbour.pk})

    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_the_recorder_of_a_matter_then_hidden_from_them_keeps_the_receipt_alone():
    world = build("duty_officer")
    client = Client()
    client.force_login(world.here.duty.user)
    case = world.hidden["conflict"]

    receipt = client.get(reverse("cases:receipt", args=[case.number]))

    assert case.tracking_code in receipt.content.decode()
    assert not [word for word in MARKERS["conflict"].all() if word in receipt.content.decode()]
    assert client.get(case.get_absolute_url()).status_code == 404
    assert client.get(f"/api/v1/cases/{case.number}/").status_code == 404
