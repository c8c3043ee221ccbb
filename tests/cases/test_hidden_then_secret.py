"""A name that was hidden stays so when the matter becomes secret on top, by itself or
by another one that it takes up: 保密 says who reads it, not who may know the name.
"""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from cases.models import Case, Event
from cases.workflow import Action, make_move
from minshi.errors import InputRefused
from tests import roles
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import DAY, NOON, officer, spoken, staff
from tests.villages.factories import HouseholdFactory, ResidentFactory

pytestmark = pytest.mark.django_db
NAME, PHONE = "欧阳建仁", "13912348264"
LATER = NOON + DAY


@pytest.fixture(autouse=True)
def the_day_after(time_machine):
    time_machine.move_to(LATER, tick=False)


@pytest.fixture
def here():
    return staff()


def hidden(here, **fields) -> Case:
    """Taken down by a group's leader, with the secretary, who may not know the name."""
    values = {"by": here.leader, "speaker_name": NAME, "speaker_phone": PHONE}
    case = spoken(here, **{**values, "confidentiality": "hidden", **fields})
    return accepted_by(here.secretary, case)


def accepted_by(post, case) -> Case:
    chosen = {"category": "village", "grade": "complex"}
    return make_move(case, Action.ACCEPT, by=officer(post), at=LATER, **chosen)


def protect(post, case, level: str) -> Case:
    answer = Api(post).move(case, "protect", confidentiality=level, reason="")
    assert answer.status_code == 200, answer.content.decode()
    return Case.objects.get(pk=case.pk)


def names_speaker(post, case) -> bool:
    """Whether a reader finds the name on the page or by API, or the whole number."""
    page = logged_in(post).get(case.get_absolute_url()).content.decode()
    data = Api(post).get(f"cases/{case.number}/").content.decode()
    phone = logged_in(post).post(
        reverse("cases:open_phone", args=[case.number]), {"reason": "回访"}
    )
    return NAME in page + data or PHONE in phone.content.decode()


def test_the_secretary_who_makes_it_secret_learns_no_name(here):
    case = protect(here.secretary, hidden(here), "secret")

    assert not names_speaker(here.secretary, case)
    assert names_speaker(here.reviewer, case)


def test_the_lead_who_makes_it_secret_learns_no_name(here):
    lead = roles.committee_member_of(here.village)
    words = {"handling": "led", "decision": "换灯", "lead": lead}
    case = hidden(here)
    case = make_move(case, Action.DECIDE, by=officer(here.secretary), at=LATER, **words)

    case = protect(lead, case, "secret")

    assert not names_speaker(lead, case)


def test_whoever_is_named_by_the_rule_learns_no_name(here):
    case = spoken(here, by=here.duty, speaker_name=NAME, confidentiality="hidden")

    case = protect(here.duty, case, "secret")

    assert logged_in(here.secretary).get(case.get_absolute_url()).status_code == 200
    assert not names_speaker(here.secretary, case)
    assert names_speaker(here.duty, case)


def test_no_search_finds_the_name_in_the_words(here):
    case = hidden(here, verbatim=f"我叫{NAME}，村口灯坏了")

    case = protect(here.secretary, case, "secret")

    assert NAME not in case.open_words
    found = logged_in(here.secretary).get(reverse("cases:list"), {"q": NAME})
    assert case.number not in found.content.decode()


def test_a_reviewer_who_protects_it_less_shows_the_name_again(here):
    case = protect(here.secretary, hidden(here), "secret")

    case = protect(here.reviewer, case, "normal")
    assert names_speaker(here.secretary, case)

    case = protect(here.secretary, case, "secret")
    assert names_speaker(here.secretary, case), "it was known to all before"


def test_what_was_secret_from_the_first_names_the_speaker_to_its_readers(here):
    case = spoken(here, by=here.leader, speaker_name=NAME, confidentiality="secret")

    assert names_speaker(here.secretary, accepted_by(here.secretary, case))


def test_a_hidden_name_that_goes_on_in_a_secret_matter_stays_hidden(here):
    target = spoken(
        here, by=here.leader, speaker_name="钱二水", confidentiality="secret"
    )
    target = accepted_by(here.secretary, target)

    case = hidden(here)
    knows = roles.secretary_of(here.village, user=case.recorded_by.user)

    answer = Api(knows).move(case, "merge", into=target.number)

    assert answer.status_code == 200
    assert not names_speaker(here.secretary, target)


def test_a_matter_that_becomes_secret_by_another_keeps_its_own_name_hidden(here):
    target = hidden(here)
    own = spoken(
        here, by=here.secretary, speaker_name="钱二水", confidentiality="secret"
    )

    Api(here.secretary).move(own, "merge", into=target.number)

    assert not names_speaker(here.secretary, target)


def test_whoever_the_rule_would_name_hinders_the_merging(here):
    """The town's own secret goes on in a matter that has a village: its secretary would
    be named to read it.
    """
    secret = spoken(
        here,
        by=here.reviewer,
        village=None,
        group=None,
        town=here.town,
        speaker_name=NAME,
        confidentiality="secret",
    )
    target = spoken(here, by=here.reviewer, speaker_name="钱二水")
    Case.objects.filter(pk=target.pk).update(level="town", owner_post=here.reviewer)

    with pytest.raises(InputRefused) as refusal:
        make_move(
            secret,
            Action.MERGE,
            by=officer(here.reviewer),
            at=LATER,
            into=Case.objects.get(pk=target.pk),
        )

    assert "into" in refusal.value.fields
    assert Case.objects.get(pk=secret.pk).is_open
    assert not names_speaker(here.secretary, target)


def test_the_update_hides_the_names_that_were_told(here):
    """As a version before left them: the mark missing, the words folded in the open."""
    case = protect(here.secretary, hidden(here, verbatim=f"我叫{NAME}"), "secret")
    never = spoken(here, speaker_name="钱二水", confidentiality="secret")
    Case.objects.filter(pk=case.pk).update(
        name_stays_hidden=False, open_words=NAME, hidden_words=""
    )
    module = import_module("cases.migrations.0031_names_that_stay_hidden")

    module.hide_names_again(apps, SimpleNamespace(connection=connection))

    case, never = Case.objects.get(pk=case.pk), Case.objects.get(pk=never.pk)
    assert (case.name_stays_hidden, never.name_stays_hidden) == (True, False)
    assert NAME not in case.open_words
    assert Event.objects.filter(case=case, action="protect").exists()


def test_of_a_hidden_speaker_no_group_is_taken_from_the_household(here):
    """In a group of thirty households it would narrow down who spoke."""
    household = HouseholdFactory(group=here.group)
    resident = ResidentFactory(household=household, name=NAME)
    at = {"group": None, "resident": resident, "speaker_name": NAME}

    assert spoken(here, **at).group == here.group
    assert spoken(here, **at, confidentiality="hidden").group is None


def test_a_guess_at_a_hidden_name_is_answered_by_no_similar_matter(here):
    """待议 shows what reads alike, as its reader has the words."""
    case = hidden(here, verbatim=f"我是{NAME}，村口灯坏了")
    right = spoken(here, by=here.secretary, verbatim=f"{NAME}来过")
    wrong = spoken(here, by=here.secretary, verbatim="司马光启来过")
    alike = spoken(here, by=here.secretary, verbatim="村口灯坏了好久")

    panel = logged_in(here.secretary).get(
        reverse("cases:queue_panel", args=[case.number])
    )

    listed = {each.number for each in panel.context["similar"]}
    assert listed == {alike.number}
    assert not listed & {right.number, wrong.number}
