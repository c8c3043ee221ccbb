"""Conditions that are compiled once: the rows of plain ones, wherever they stand."""

from dataclasses import fields

import pytest
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from cases.models import Case, CaseAccess, Concern, Event, JoinedVillage, scope
from cases.models.scope import Sight
from minshi.prepared import CannotBePrepared, PreparedCondition, prepared_condition
from tests.cases.roads import NOON, Staff, decided, spoken, staff
from villages.models import Post, Village

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
ROLES = [field.name for field in fields(Staff) if field.type in (Post, "Post")]
CONDITIONS = [
    scope._hidden,
    scope._overseen_too,
    scope._readable,
    scope._unnamed_secret,
]


@pytest.fixture
def here() -> Staff:
    """A town with a matter of each kind that a condition tells apart, beside another
    town with one.
    """
    here = staff()
    decided(here)
    spoken(here)
    spoken(here, confidentiality="hidden")
    spoken(here, confidentiality="secret")

    named_to = spoken(here, confidentiality="secret")
    CaseAccess.objects.create(case=named_to, post=here.leader)
    about = spoken(here)
    Concern.objects.create(case=about, user=here.supervisor.user)
    about_village = spoken(here)
    Concern.objects.create(
        case=about_village, user=here.duty.user, village=here.village
    )

    there = staff()
    shared = spoken(there)
    JoinedVillage.objects.create(case=shared, village=here.village)
    spoken(there)
    return here


def rows(cases):
    return sorted(cases.values_list("pk", flat=True))


def asked_in_all_places(condition):
    """Rows found by a condition where a query stands by itself, within others, beside
    another, and beside a column.
    """
    cases = Case.objects.filter(condition)
    within = Case.objects.filter(pk__in=Case.objects.filter(condition).values("pk"))
    outer = Case.objects.filter(condition, pk=OuterRef("case"))
    annotated = Case.objects.annotate(
        holds=ExpressionWrapper(condition, output_field=BooleanField())
    )
    return {
        "itself": rows(cases),
        "not": rows(Case.objects.exclude(condition)),
        "within itself": rows(within),
        "of its events": rows(Event.objects.filter(case__in=cases)),
        "for each event": rows(Event.objects.filter(Exists(outer))),
        "within a subquery": rows(
            Event.objects.filter(case__in=Case.objects.filter(pk__in=cases))
        ),
        "either": rows(cases | Case.objects.filter(stage="decide")),
        "or": rows(Case.objects.filter(condition | Q(stage="decide"))),
        "joined": rows(
            cases.filter(village__town__name__gt="", events__at__isnull=False)
        ),
        "counted": cases.values("stage").distinct().count(),
        "annotated": sorted(annotated.values_list("pk", "holds")),
    }


def test_all_of_the_product_are_looked_at_here():
    of_product = {
        condition.build
        for condition in PreparedCondition.known
        if not condition.build.__module__.startswith("tests.")
    }
    assert of_product == {condition.build for condition in CONDITIONS}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_reader_finds_the_rows_of_a_plain_condition(here, condition):
    found = []
    for role in ROLES:
        sight = Sight.of(getattr(here, role).user, TODAY)
        plainly = asked_in_all_places(condition.build(sight))
        for _first_and_again in range(2):
            assert asked_in_all_places(condition(sight)) == plainly
        found.append(plainly["itself"])

    assert any(found)  # of every condition there are rows


def test_more_values_than_marks_are_asked_for_plainly(here):
    @prepared_condition
    def among(keys: set[int]) -> Q:
        return Q(pk__in=keys)

    keys = {here.village.pk, *range(10_000, 13_000)}

    assert list(Village.objects.filter(among(keys))) == [here.village]


def test_what_holds_for_none_or_for_all_is_asked_as_any_other(here):
    @prepared_condition
    def among(keys: set[int]) -> Q:
        return Q(pk__in=keys)

    assert list(Village.objects.filter(among(set()))) == []
    assert here.village in Village.objects.exclude(among(set()))


@pytest.mark.parametrize(
    "build",
    [
        lambda key: Q(pk=key + 1),  # reckons
        lambda key: Q(town__name=key),  # joins
        lambda key: Q(pk__in=Village.objects.filter(town=key)),  # its own table
    ],
)
def test_what_cannot_be_compiled_apart_is_refused(build):
    with pytest.raises(CannotBePrepared):
        Village.objects.filter(prepared_condition(build)(1))
