"""Slips: who prints them, and what trace a print leaves."""

from html import unescape

import pytest
from django.urls import reverse

from cases.archiving import papers_of
from cases.ledgers.exports import exportable, may_export, may_take
from cases.models import Case
from cases.models.scope import Sight
from cases.slips import slips_of
from cases.slips.reading import asked_of
from cases.workflow import Action, make_move
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    decided,
    officer,
    people_of,
    spoken,
    staff,
)
from tests.cases.slip_desk import printed
from tests.roles import committee_member_of, duty_officer_of
from tests.villages.factories import VillageFactory
from villages.models import AuditRecord
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON + 3 * DAY, tick=False)


@pytest.fixture
def here():
    return staff()


def test_those_who_may_take_a_ledger_away_print_a_slip_and_nobody_else(here):
    case = decided(here, lead=here.leader)
    handed = decided(here)
    others = [
        committee_member_of(here.village),
        duty_officer_of(VillageFactory(town=here.town)),
    ]
    on = (NOON + 3 * DAY).date()

    for post in (*people_of(here), *others):
        for each in (case, handed):
            seen = Case.objects.visible_to(post.user, on)
            may = (
                may_export(post.user, on)
                and exportable(seen, post.user, on).filter(pk=each.pk).exists()
            )
            assert printed(post, each, "handover").status_code == (200 if may else 404)
            if seen.filter(pk=each.pk).exists():
                assert may_take(post.user, on, each, each.assignments.all()) is may
                assert (
                    bool(logged_in(post).get(each.get_absolute_url()).context["slips"])
                    is may
                )


def test_a_secret_matter_is_printed_by_those_named_alone(here):
    case = decided(here, accepted(here, confidentiality="secret"))

    assert printed(here.secretary, case, "handover").status_code == 200
    assert printed(here.supervisor, case, "handover").status_code == 404


@pytest.mark.parametrize(
    ("key", "nth"),
    [("handover", 2), ("handover", 0), ("time", 1), ("report", 1), ("x", 1)],
)
def test_a_slip_that_the_case_does_not_have_is_not_found(here, key, nth):
    case = decided(here)

    assert printed(here.secretary, case, key, nth).status_code == 404
    assert (
        Api(here.secretary).get(f"cases/{case.number}/slips/{key}/{nth}/").status_code
        == 404
    )


def test_a_matter_just_taken_down_has_none(here):
    page = logged_in(here.secretary).get(spoken(here).get_absolute_url())

    assert page.context["slips"] == []


# --- the print
def test_every_print_is_logged(here):
    case = decided(here)

    page = printed(here.secretary, case, "handover").content.decode()

    record = AuditRecord.objects.get(kind=AuditKind.PRINT)
    assert (record.user, record.subject) == (
        here.secretary.user,
        f"{case.number} 的交办单",
    )
    assert "签收人（签字）" in page
    assert 'colspan="3"' in page
    assert not {
        word for word in ("Handover", "Issued", "None") if word in unescape(page)
    }


def test_coming_back_from_a_login_leads_to_the_case_and_prints_nothing(here):
    case = decided(here)

    answer = logged_in(here.secretary).get(
        reverse("cases:slip", args=[case.number, "handover", 1])
    )

    assert (answer.status_code, answer["Location"]) == (302, case.get_absolute_url())
    assert not AuditRecord.objects.filter(kind=AuditKind.PRINT).exists()


@pytest.mark.parametrize("count", [1, 3, 10])
def test_a_print_costs_ten_queries_whatever_happened(
    here, count, django_assert_num_queries
):
    case, until = decided(here), (NOON + DAY).date()
    lead, decider = officer(here.handler), officer(here.secretary)
    for _ in range(count):
        make_move(
            case, Action.ASK_SUSPENSION, by=lead, at=NOON, reason="雪", until_on=until
        )
        make_move(
            case,
            Action.RULE_SUSPENSION,
            by=decider,
            at=NOON,
            ruling="refused",
            reason="不必",
        )
    client = logged_in(here.secretary)

    with django_assert_num_queries(10):
        assert (
            client.post(
                reverse("cases:slip", args=[case.number, "time", count])
            ).status_code
            == 200
        )


SECRET = "保密：只有指定的人能看，不要外传。"


def test_every_slip_of_a_secret_matter_says_so_at_its_head(here):
    secret = decided(here, accepted(here, confidentiality="secret"), lead=here.leader)
    is_open = decided(here, lead=here.leader)
    on = (NOON + 3 * DAY).date()
    offers = slips_of(secret, secret.assignments.all(), *asked_of(secret))
    assert offers
    assert may_take(here.secretary.user, on, secret, secret.assignments.all())

    for offer in offers:
        paper = printed(here.secretary, secret, offer.slip.key, offer.nth)
        assert paper.status_code == 200
        assert SECRET in paper.text[: paper.text.index("<table")]
    assert SECRET not in printed(here.secretary, is_open, "handover").text


def test_the_papers_of_a_secret_matters_archive_say_so_too(here):
    secret = decided(here, accepted(here, confidentiality="secret"), lead=here.leader)
    on = (NOON + 3 * DAY).date()
    sight = Sight.of(here.secretary.user, on)

    papers = papers_of(secret, sight, NOON + 3 * DAY)

    assert len(papers) > 1
    assert all(SECRET in paper.html for paper in papers)
