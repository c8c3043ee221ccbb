"""Who prints a receipt again: it shows the code that speaks for the villager."""

import pytest
from django.urls import reverse

from tests import roles
from tests.cases.roads import accepted, completed, decided, spoken, staff, verified

pytestmark = pytest.mark.django_db


def printed(client, post, case):
    client.force_login(post.user)
    return client.get(reverse("cases:receipt", args=[case.number])).status_code


def test_whoever_may_handle_a_matter_reads_its_code_once_it_is_done(client):
    here = staff()
    case = spoken(here)
    on_duty = roles.duty_officer_of(here.village)

    assert printed(client, here.duty, case) == 200
    assert printed(client, on_duty, case) == 200
    assert printed(client, here.secretary, case) == 404
    assert printed(client, here.leader, case) == 404

    done = completed(here, decided(here, accepted(here, case)))
    assert printed(client, on_duty, done) == 200
    assert printed(client, here.secretary, done) == 404


def test_a_secretary_prints_it_for_the_rating_of_what_others_handled(client):
    here = staff()
    other = roles.secretary_of(here.village)
    case = completed(here)
    assert printed(client, other, case) == 404

    case = verified(here, case)
    assert printed(client, other, case) == 200


def test_nobody_who_may_not_know_who_spoke_reads_the_code(client):
    here = staff()
    case = spoken(here, confidentiality="hidden")

    assert printed(client, here.duty, case) == 200
    assert printed(client, roles.duty_officer_of(here.village), case) == 404
    assert printed(client, here.secretary, case) == 404
