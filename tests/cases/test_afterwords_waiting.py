"""还有话说 while it waits: what a list shows of it, and who has it once an officer's
post has ended.
"""

import pytest
from django.urls import reverse

from cases.models import Afterword
from cases.tasks import rehome_orphans_due
from supervision.chasing.sweeping import sweep
from supervision.models import Notice
from tests import roles
from tests.cases.roads import DAY, rated, staff
from tests.cases.test_afterwords import LATER, answered, said
from villages.models import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


@pytest.fixture(autouse=True)
def _later(time_machine):
    time_machine.move_to(LATER, tick=False)


def test_a_list_shows_the_words_own_lamp_until_it_is_answered(here, client):
    case = said(rated(here))
    client.force_login(here.secretary.user)
    rows = f"{reverse('cases:list')}?stage=closed"

    waiting = client.get(rows).content.decode()
    answered(here, case)
    ended = client.get(rows).content.decode()

    assert "有话没回：剩3天" in waiting
    assert "有话没回" not in ended
    assert "销号" in ended


def test_a_word_whose_officers_post_ended_is_given_to_the_next(here):
    case = said(rated(here))
    word = case.afterwords.get()
    due_at = word.due_at
    Post.objects.filter(pk=here.duty.pk).update(until_on=LATER.date())

    assert rehome_orphans_due(LATER) == 0
    assert rehome_orphans_due(LATER + DAY) == 1
    assert rehome_orphans_due(LATER + DAY) == 0

    word.refresh_from_db()
    assert (word.owner, word.due_at) == (here.secretary, due_at)
    case.refresh_from_db()
    assert (case.stage, case.owner_post) == ("closed", None)
    sweep(LATER + DAY)
    told = Notice.objects.filter(recipient=here.secretary.user, kind="speaker")
    assert told.filter(case=case).exists()


def test_a_word_with_nobody_left_waits_for_somebody_to_be_appointed(here):
    said(rated(here))
    Post.objects.update(until_on=LATER.date())
    assert rehome_orphans_due(LATER + DAY) == 0

    secretary = roles.secretary_of(here.village)
    assert rehome_orphans_due(LATER + DAY) == 1
    assert Afterword.objects.get().owner == secretary
