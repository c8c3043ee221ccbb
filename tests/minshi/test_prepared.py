"""Queries that are compiled once: the statements and rows of plain ones, whatever the
values.
"""

import re
from dataclasses import dataclass, fields
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from cases.api import base
from cases.deadlines import counting
from cases.models import Case
from cases.models.scope import Sight
from cases.views import access
from cases.workflow import moving, reading_facts
from cases.workflow.candidates import _handlers, _leading_posts
from minshi.prepared import CannotBePrepared, Prepared, prepared
from tests.cases.roads import DAY, NOON, Staff, decided, spoken, staff
from villages import lookup
from villages.models import Post, Village
from villages.models.duty import Moment
from villages.models.posts import posts_of_account

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
LIST = re.compile(r"IN \((?P<values>[\d, ]+)\)")
ROLES = [field.name for field in fields(Staff) if field.type in (Post, "Post")]


def statements_of(read, *values: object) -> list[str]:
    """What is asked of the database, lists in order and without what pads them."""
    with CaptureQueriesContext(connection) as asked:
        read(*values)
    return [LIST.sub(in_order, each["sql"]) for each in asked]


def in_order(found: re.Match[str]) -> str:
    return f"IN ({', '.join(sorted(set(found['values'].split(', '))))})"


def plainly(query: Prepared):
    return lambda *values: list(query.build(*values))


def told(row: object) -> object:
    """A row with all that was read with it."""
    if not hasattr(row, "_meta"):
        return row
    read = {name: value for name, value in vars(row).items() if name != "_state"}
    joined = {name: told(value) for name, value in row._state.fields_cache.items()}
    return type(row), read, joined


@pytest.fixture
def here() -> Staff:
    return staff()


def asked_of(case: Case, post: Post) -> dict[Prepared, list[tuple[object, ...]]]:
    """Every prepared query of the product, with values of several shapes."""
    sight = Sight.of(post.user, TODAY)
    moment = Moment.of(NOON)
    nobody: set[int] = set()
    some = {post.pk, case.recorded_by_id}
    year = (TODAY - timedelta(days=400), TODAY + timedelta(days=400))

    return {
        posts_of_account: [(post.user_id, TODAY), (0, TODAY)],
        counting._days_and_rules: [(case.town_id, *year), (None, *year)],
        moving._locked: [
            (case.pk, sight, None),
            (case.pk, sight, uuid4()),
            (case.pk, None, case.events.first().key or uuid4()),
        ],
        reading_facts._posts_about: [
            (case.pk, case.town_id, "621226", {case.village_id}, some, nobody, moment),
            (case.pk, case.town_id, "621226", nobody, nobody, {1, 2}, moment),
        ],
        access._with_page: [(case.number, sight), ("XX-2026-0001", sight)],
        base._with_town: [(case.number, sight)],
        reading_facts._assignments_of: [(case.pk,)],
        reading_facts._time_requests_of: [(case.pk,)],
        reading_facts._ratings_of: [(case.pk,)],
        reading_facts._clocks_of: [(case.pk,)],
        reading_facts._events_read_of: [(case.pk,)],
        reading_facts._posts_ever_in: [({case.owner_office_id or 0},), ({1, 2, 3},)],
        reading_facts._open_hand_backs_of: [(some,), ({1, 2, 3},)],
        _leading_posts: [
            (case.pk, case.village_id, case.town_id, None, TODAY),
            (case.pk, None, case.town_id, "621226", TODAY),
        ],
        _handlers: [
            (case.town_id, None, TODAY),
            (case.town_id, "621226", TODAY),
        ],
        lookup._keys_of_names: [
            (case.village, None, ("李建国",)),
            (case.village, case.group, ("李建国",)),
        ],
    }


def test_all_of_the_product_are_looked_at_here(here):
    case = spoken(here)

    looked_at = {query.build for query in asked_of(case, here.duty)}
    of_product = {
        query.build
        for query in Prepared.known
        if not query.build.__module__.startswith("tests.")
    }

    assert of_product == looked_at


@pytest.mark.parametrize("role", ROLES)
def test_every_reader_gets_the_statements_and_rows_of_a_plain_query(here, role):
    case = decided(here)
    post = getattr(here, role)

    for query, asked in asked_of(case, post).items():
        for values in asked:
            for _first_and_again in range(2):
                statements = statements_of(query, *values)
                assert statements == statements_of(plainly(query), *values)
                rows = [told(row) for row in query(*values)]
                assert rows == [told(row) for row in plainly(query)(*values)]


def test_a_list_is_padded_so_that_there_are_few_statements():
    @prepared
    def named(keys: set[int]):
        return Village.objects.filter(pk__in=keys)

    def marks_in(keys):
        with CaptureQueriesContext(connection) as asked:
            named(keys)
        return sum(each["sql"].count(", ") for each in asked)

    assert named(set()) == []
    assert marks_in({1, 2, 3}) == marks_in({1, 2, 3, 4})
    assert marks_in({1, 2, 3}) < marks_in({1, 2, 3, 4, 5})
    assert marks_in({1, 2, 3, 4, 5}) == marks_in(set(range(8)))


def test_the_last_value_of_a_padded_list_is_found_once(here):
    @prepared
    def named(keys: set[int]):
        return Village.objects.filter(pk__in=keys)

    assert named({0, -1, here.village.pk}) == [here.village]


def test_more_values_than_marks_are_asked_for_plainly(here):
    @prepared
    def among(keys: tuple[int, ...]):
        return Village.objects.filter(pk__in=keys)

    keys = [here.village.pk, *range(10_000, 13_000)]

    assert among(keys) == [here.village]


@pytest.mark.parametrize(
    "reckons",
    [
        lambda day: Post.objects.filter(from_on__lt=day - timedelta(days=1)),
        lambda day: Post.objects.filter(from_on__year=day.year),
        lambda day: Post.objects.filter(user__name=f"{day:%Y}"),
    ],
)
def test_a_builder_that_reckons_with_a_value_is_refused(reckons):
    with pytest.raises(CannotBePrepared):
        prepared(reckons)(date(2026, 3, 2))


def test_part_of_a_text_is_refused():
    with pytest.raises(CannotBePrepared):
        prepared(lambda name: Village.objects.filter(name__contains=name))("柳")


def test_a_second_query_is_refused():
    with pytest.raises(CannotBePrepared):
        prepared(lambda key: Village.objects.prefetch_related("groups"))(1)


def test_nothing_is_put_into_the_statement_itself(here):
    @prepared
    def named(name: str, code: str):
        return Village.objects.filter(Q(name=name) | Q(official_name=code))

    nasty = "' OR 1=1 -- %s"
    assert named(nasty, "%(x)s") == []
    assert named(here.village.name, nasty) == [here.village]


def test_a_kind_that_is_no_value_of_a_query_is_refused():
    with pytest.raises(CannotBePrepared):
        prepared(lambda some: Village.objects.filter(pk=some))(1.5)


def test_none_is_another_statement(here):
    @prepared
    def of_town(town: int | None):
        return Village.objects.filter(town=town)

    assert of_town(here.town.pk) == [here.village]
    assert of_town(None) == []


@dataclass(frozen=True)
class Pair:
    first: UUID
    second: int | None


def test_a_dataclass_is_taken_apart(here):
    @prepared
    def of(pair: Pair):
        rows = Case.objects.filter(events__key=pair.first)
        return rows if pair.second is None else rows.filter(pk=pair.second)

    case = spoken(here)
    key = uuid4()

    assert of(Pair(key, None)) == []
    assert of(Pair(key, case.pk)) == []


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_within_a_transaction_alone(here):
    case = spoken(here)

    with pytest.raises(TransactionManagementError):
        moving._locked(case.pk, None, None)
    with transaction.atomic():
        assert moving._locked(case.pk, None, None) == [case]


def test_the_days_asked_for_are_the_days_given(here):
    before, after = here.duty.from_on - DAY, here.duty.from_on + DAY

    assert posts_of_account(here.duty.user_id, before) == []
    assert posts_of_account(here.duty.user_id, after) == [here.duty]
