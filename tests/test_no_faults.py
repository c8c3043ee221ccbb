"""Every address with what nobody means: no answer is a fault of the server.

The values are those that once were one: NUL, which PostgreSQL stores in no text; days
that no calendar counts from; numbers larger than any column.
"""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.db import transaction
from django.db.models import DateField
from django.forms import BaseForm
from django.test import Client
from django.urls import resolve, reverse

from cases.ledgers.period import PeriodForm
from cases.lists.filters import DATES, CaseFilter
from tests import roles
from tests.addresses import PARAMETER, Target, every_address, slot, targets
from tests.api import described
from tests.strangers import World, build
from tests.visiting import visits
from tests.watched import Watched
from villages.admin.rights import BoundedList
from villages.models import User
from villages.views.audit import AuditFilter

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
HUGE = "9" * 20
BEYOND = 2**63  # the first number that no column holds
# Alone in each parameter, and in all of them at once; NUL is refused at the door.
ALONE = ("0001-01-01", HUGE)
TOGETHER = ("0001-01-01", "0001-01", "-1")
DAYS = ("0001-01-01", "9999-12-31", "20261-03-02", "\0")
SHUT = (401, 403, 404, 405)  # nothing is looked at that is sent
MOMENTS = ("0001-01-01T00:00", "9999-12-31T23:59", "\0")
OF_LISTS = (
    *CaseFilter.base_filters,
    *AuditFilter.base_filters,
    *PeriodForm.base_fields,
)
OF_ADMIN = ("reviewer", "system_admin")
WHO = ("reviewer", "system_admin", "auditor", "visitor")


@pytest.fixture(autouse=True)
def _at_noon(settings, tmp_path):
    with visits(settings, tmp_path):
        yield


class Sweep:
    """Somebody who asks, notes every fault, and takes back whatever was changed."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=False)
        if user is not None:
            self.client.force_login(user)
        self.cookies = {
            name: morsel.value for name, morsel in self.client.cookies.items()
        }
        self.faults: list[str] = []
        self.asked = 0

    def ask(self, method: str, address: str, **sent: object):
        if address.startswith(("/api/", "/t/")):
            cache.clear()  # not throttled by the number of tries
        for name, value in self.cookies.items():
            self.client.cookies[name] = value
        with transaction.atomic():
            answer = getattr(self.client, method)(address, **sent)
            if answer.streaming:
                list(answer.streaming_content)  # a fault may come as late as here
            transaction.set_rollback(True)
        self.asked += 1

        is_fault = answer.status_code >= 500 and not address.startswith("/readyz")
        if is_fault:
            what = str(sent.get("data", ""))[:200]
            self.faults.append(f"{method} {address[:200]} {what} {answer.status_code}")
        return answer


def who(role: str, world: World) -> User | None:
    people = {
        "duty": lambda: world.grid[User],
        "reviewer": lambda: world.here.reviewer.user,
        "system_admin": lambda: roles.system_admin().user,
        "security_admin": lambda: roles.security_admin().user,
        "auditor": lambda: roles.auditor().user,
        "visitor": lambda: None,
    }
    return people[role]()


@pytest.fixture
def world() -> World:
    """A village with one row of everything; its people and its town's may open it."""
    made = build("group_leader")
    made.hidden = {"foreign": made.hidden["foreign"]}
    return made


@pytest.mark.parametrize("role", WHO)
def test_no_page_and_no_list_fails_on_what_an_address_may_hold(role, world):
    sweep = Sweep(who(role, world))
    asked_already: set[str] = set()

    for target in targets(world, every_address()):
        in_admin = target.path.startswith("/admin/")
        if in_admin and role not in OF_ADMIN:
            continue
        plain = sweep.ask("get", target.path)
        if target.address.text in asked_already:  # only its values differ
            continue
        asked_already.add(target.address.text)

        # lists of the admin have a test of their own
        if not in_admin and plain.status_code not in (302, *SHUT):
            looked_for = plain.wsgi_request.GET.asked_for
            ask_with_queries(sweep, target, looked_for | described_parameters(target))

    assert sweep.asked > 250
    assert not sweep.faults, "\n".join(sweep.faults)


@pytest.mark.parametrize("role", ["reviewer", "visitor"])
def test_no_address_takes_nul(role, world):
    """It is refused at the door, before anybody asks what stands there."""
    sweep = Sweep(who(role, world))
    asked_already: set[str] = set()

    for target in targets(world, every_address()):
        if target.address.text in asked_already:
            continue
        asked_already.add(target.address.text)

        sweep.ask("get", f"{target.path}?%00=%00")
        sweep.ask("get", f"{target.path}%00/")

    assert sweep.asked > 300
    assert not sweep.faults, "\n".join(sweep.faults)


def described_parameters(target: Target) -> set[str]:
    """The parameters that the schema names for an address of the API."""
    operations = described()["paths"].get(as_in_schema(target), {})
    return {
        parameter["name"]
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    }


def ask_with_queries(sweep: Sweep, target: Target, looked_for: set[str]) -> None:
    """Ask with every parameter that the page looks for."""
    alone = looked_for - {Watched.EVERY, None}  # DRF asks for a form under no name
    if Watched.EVERY in looked_for:
        alone |= set(DATES)
    for name in map(quote, sorted(alone)):
        for value in map(quote, ALONE):
            sweep.ask("get", f"{target.path}?{name}={value}")

    names = [quote(name) for name in sorted(alone | set(OF_LISTS))]
    for value in map(quote, TOGETHER):
        query = "&".join(f"{name}={value}" for name in names)
        sweep.ask("get", f"{target.path}?{query}")


@pytest.mark.parametrize("role", ["duty", "security_admin"])
def test_no_form_of_a_page_fails_on_what_may_be_typed(role, world):
    """Every form as the page draws it, each field in turn with what nobody means."""
    sweep = Sweep(who(role, world))
    sent: set[tuple[str, frozenset[str]]] = set()
    tried: set[tuple[str, str]] = set()

    for target in targets(world, every_address()):
        in_admin = target.path.startswith("/admin/")
        if target.path.startswith("/api/") or (in_admin and role not in OF_ADMIN):
            continue
        page = sweep.ask("get", target.path)
        if page.status_code != 200 or "html" not in page.get("Content-Type", ""):
            continue
        drawn = Drawn()
        drawn.feed(page.content.decode())
        fields = names_of_fields(page)
        for form in drawn.forms:
            action = urljoin(target.path, form.action)
            # the switches of language and size stand on every page, and what takes a
            # ledger away on that of every ledger
            route = resolve(urlsplit(action).path).route
            shape = (route, frozenset(form.values))
            if shape in sent:
                continue
            sent.add(shape)

            untried = [name for name in form.kinds if (route, name) not in tried]
            tried |= {(route, name) for name in untried}
            # a choice is not drawn where there is nothing to choose
            beyond = dict.fromkeys(fields, str(BEYOND)) | form.sound()
            for data in (*filled(form, untried), beyond):
                sweep.ask("post", action, data=data)

    assert sweep.asked > 20
    assert not sweep.faults, "\n".join(sweep.faults)


def names_of_fields(page) -> set[str]:
    """The fields of every form that a page was drawn with."""
    names = set()
    drawn_with = page.context if isinstance(page.context, list) else [page.context]
    for context in filter(None, drawn_with):
        for value in context.flatten().values():
            if isinstance(value, BaseForm):
                names |= {value.add_prefix(name) for name in value.fields}
    return names


@pytest.mark.parametrize("role", ["duty", "reviewer", "security_admin"])
def test_no_address_fails_on_a_number_that_no_row_can_have(role, world):
    sweep = Sweep(who(role, world))
    (case,) = world.hidden.values()

    for address in every_address():
        if "<int:" not in address.text:
            continue
        slots = [slot(address, name) for name in address.slots()]
        sound = [fill(world, case)[0] for fill, _absent in slots]
        for place, name in enumerate(PARAMETER.finditer(address.text)):
            if not name.group().startswith("<int:"):
                continue
            path = address.filled((*sound[:place], BEYOND, *sound[place + 1 :]))
            for method in ("get", "post", "put", "patch", "delete"):
                sweep.ask(method, path)

    assert sweep.asked > 200
    assert not sweep.faults, "\n".join(sweep.faults)


class Form:
    """A form of a page that is sent by POST: where, and its fields by name."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.values: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def sound(self) -> dict[str, str]:
        return {name: value or "1" for name, value in self.values.items()}


class Drawn(HTMLParser):
    """The forms of a page as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.within: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.within = Form(given.get("action", ""))
            self.forms.append(self.within)
        elif self.within and tag in ("input", "select", "textarea", "button"):
            name = given.get("name", "")
            if name and given.get("type") != "file":
                self.within.values.setdefault(name, given.get("value", ""))
                self.within.kinds[name] = given.get("type", tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.within = None


def filled(form: Form, untried: list[str]) -> Iterator[dict[str, str]]:
    """The form as it stands, once with all fields at fault, and with one of those in
    turn that no form sent there had before.
    """
    values = form.sound()
    yield values
    yield dict.fromkeys(values, "\0")
    yield dict.fromkeys(values, "0001-01-01")
    for name in untried:
        nasty = {"date": DAYS, "month": DAYS, "datetime-local": MOMENTS}
        for value in nasty.get(form.kinds[name], (HUGE,)):
            yield values | {name: value}


@pytest.mark.parametrize("role", ["reviewer", "visitor"])
def test_no_operation_of_the_api_fails_on_what_may_be_sent(role, world):
    """Every property of the schema, each in turn with what nobody means."""
    sweep = Sweep(who(role, world))
    schema = described()
    by_name = {address.name: address for address in every_address()}
    assert "api-cases" in by_name

    for target in targets(world, every_address()):
        if not target.path.startswith("/api/v1/"):
            continue
        operations = schema["paths"].get(as_in_schema(target), {})
        for method, operation in operations.items():
            for body in bodies(operation, schema):
                answer = sweep.ask(
                    method, target.path, data=body, content_type="application/json"
                )
                if answer.status_code in SHUT:  # whatever the body is
                    break

    assert sweep.asked > (200 if role == "reviewer" else 20)
    assert not sweep.faults, "\n".join(sweep.faults)


def as_in_schema(target: Target) -> str:
    """The path of an address as the schema writes it: /api/v1/cases/{number}/."""
    text = "/" + target.address.text
    while "<" in text:
        before, _open, rest = text.partition("<")
        inner, _close, after = rest.partition(">")
        text = f"{before}{{{inner.rpartition(':')[2]}}}{after}"
    return text


def bodies(operation: dict, schema: dict) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return

    yield "[" * 3000 + "]" * 3000
    yield '{"a":' * 3000 + "1" + "}" * 3000
    yield json.dumps("\0")
    yield json.dumps({"\0": 1})
    properties = resolved(content["application/json"]["schema"], schema)
    sound = {name: sample(kind, schema) for name, kind in properties.items()}
    yield json.dumps(sound)
    for name, kind in properties.items():
        plain = (HUGE, [["\0"]], 10**30)
        nasty = {"date": DAYS, "date-time": MOMENTS}.get(kind.get("format", ""), plain)
        for value in nasty:
            yield json.dumps(sound | {name: value})


def resolved(kind: dict, schema: dict) -> dict:
    """The properties of a body, those of every shape it may have together."""
    if "$ref" in kind:
        kind = schema["components"]["schemas"][kind["$ref"].rpartition("/")[2]]
    found = dict(kind.get("properties", {}))
    for part in (
        *kind.get("oneOf", ()),
        *kind.get("allOf", ()),
        *kind.get("anyOf", ()),
    ):
        found |= resolved(part, schema)
    return found


def sample(kind: dict, schema: dict) -> object:
    """A sound value for a property, so that only the one in turn is at fault."""
    if "$ref" in kind:
        kind = schema["components"]["schemas"][kind["$ref"].rpartition("/")[2]]
    if "allOf" in kind or "oneOf" in kind:
        return sample((kind.get("allOf") or kind["oneOf"])[0], schema)
    if "enum" in kind:
        return kind["enum"][0]

    by_format = {
        "date": "2026-03-05",
        "date-time": "2026-03-05T09:00:00+08:00",
        "uuid": "00000000-0000-4000-8000-000000000001",
    }
    plain = {"integer": 1, "number": 1, "boolean": False, "array": [], "object": {}}
    found = by_format.get(kind.get("format", ""))
    return found or plain.get(kind.get("type", ""), "看看")


OF_DAYS = (("year", "99999"), ("year", HUGE), ("gte", "0001-01-01"))
OF_OTHERS = (("exact", HUGE), ("isnull", "x"))
OF_EVERY_LIST = ("q", "o", "p", "all", "_to_field", "_popup", "_facets", "e")


def names_asked_for(shown: BoundedList) -> set[str]:
    """The parameters that the filters of a list and its bar of dates ask for."""
    names = {f"{shown.date_hierarchy}__{part}" for part in ("year", "month", "day")}
    for each in shown.filter_specs:
        names |= set(each.expected_parameters())
    return names


@pytest.mark.parametrize("role", ["reviewer", "system_admin"])
def test_no_list_of_the_admin_fails_on_any_lookup_of_any_column(role, world):
    """What no filter of a list asks for is refused by its name, whatever the value: so
    one such name is asked for, and of the others every value.
    """
    sweep = Sweep(who(role, world))

    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        address = reverse(f"admin:{name}_changelist")
        page = sweep.ask("get", address)
        if page.status_code != 200:
            continue

        shown = page.context["cl"]
        assert isinstance(shown, BoundedList)
        asked_for = names_asked_for(shown)
        unknown = []
        for column in model._meta.get_fields():
            is_day = isinstance(column, DateField)
            for lookup, value in OF_DAYS if is_day else OF_OTHERS:
                query = f"{column.name}__{lookup}={quote(value)}"
                if f"{column.name}__{lookup}" in asked_for:
                    sweep.ask("get", f"{address}?{query}")
                else:
                    unknown.append(query)
        assert sweep.ask("get", f"{address}?{unknown[0]}").status_code in (302, 400)
        for own in OF_EVERY_LIST:
            sweep.ask("get", f"{address}?{own}={HUGE}")
        together = "&".join(f"{own}=0001-01-01" for own in OF_EVERY_LIST)
        sweep.ask("get", f"{address}?{together}")
        for action in (*admin.site.get_model_admin(model).actions, "delete_selected"):
            data = {"action": action, "_selected_action": BEYOND, "index": 0}
            sweep.ask("post", address, data=data)

    assert not sweep.faults, "\n".join(sweep.faults)


def test_the_bar_of_dates_takes_a_year_within_reach_alone(world):
    client = Client()
    client.force_login(roles.system_admin().user)
    address = reverse("admin:cases_calendarday_changelist")

    def status_of(query):
        return client.get(f"{address}?{query}").status_code

    assert status_of("day__year=2026") == 200
    assert status_of("day__year=2026&day__month=3&day__day=2") == 200
    for query in (
        "day__year=99999",
        "day__year=1",
        "day__month=3",
        "day__gte=1999-1-1",
    ):
        assert status_of(query) == 302, query


@pytest.mark.parametrize("model", ["talkroom", "village", "group", "office"])
def test_a_form_of_the_admin_shows_again_what_was_no_row(model):
    client = Client()
    client.force_login(roles.system_admin().user)
    address = reverse(f"admin:villages_{model}_add")

    answer = client.post(address, {"village": "路灯", "town": "路灯", "name": "某村"})

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
