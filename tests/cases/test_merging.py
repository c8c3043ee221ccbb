"""并案: what two matters that become one tell of each other."""

import json
import zipfile
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import Case
from cases.workflow import Action, make_move
from minshi.errors import InputRefused
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import DAY, NOON, decided, officer, spoken, staff
from villages.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
KINDS = ("hidden", "secret")


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON + DAY, tick=False):
        yield


@pytest.fixture
def here():
    return staff()


def merged(here, case, into, by=None):
    by = officer(by or here.secretary)
    return make_move(case, Action.MERGE, by=by, at=NOON + DAY, into=into)


def text_of(post, address):
    return logged_in(post).get(address).content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_learns_by_it_who_spoke(here, kind):
    case = spoken(here, speaker_name="欧阳建仁", confidentiality=kind)
    other = spoken(here, by=here.leader, speaker_name="钱二水")

    with pytest.raises(InputRefused) as refused:
        merged(here, case, other)

    assert list(refused.value.fields) == ["into"]
    other.refresh_from_db()
    assert not other.others
    assert "欧阳建仁" not in text_of(here.leader, other.get_absolute_url())


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_way_round_it_goes(here, kind):
    case = spoken(here, speaker_name="欧阳建仁", confidentiality=kind)
    other = spoken(here, by=here.leader, speaker_name="钱二水")

    merged(here, other, case)

    case.refresh_from_db()
    assert [person.name for person in case.others] == ["钱二水"]
    assert "欧阳建仁" not in text_of(here.leader, other.get_absolute_url())


def test_whoever_took_down_both_merges_them_as_before(here):
    case = spoken(here, speaker_name="欧阳建仁", confidentiality="hidden")
    other = spoken(here, speaker_name="钱二水")

    assert merged(here, case, other).stage == "closed"


def test_a_recorder_whose_post_is_over_learns_nothing_and_stops_nothing(here):
    case = spoken(here, speaker_name="欧阳建仁", confidentiality="hidden")
    other = spoken(here, by=here.leader, speaker_name="钱二水")
    Post.objects.filter(pk=here.leader.pk).update(until_on=NOON.date())

    assert merged(here, case, other).stage == "closed"


def test_who_handles_the_other_one_does_not_learn_of_a_secret_one(here):
    case = spoken(here, confidentiality="secret")
    handled = decided(here, lead=here.office)

    with pytest.raises(InputRefused):
        merged(here, case, handled)


# --- that there is another matter


@pytest.fixture
def complained_of(here):
    """A matter that goes on in one which is about the secretary."""
    case = spoken(here, speaker_name="钱二水")
    about = spoken(here, by=here.reviewer, speaker_name="欧阳建仁")
    make_move(
        about,
        Action.RECUSE,
        by=officer(here.reviewer),
        at=NOON,
        concerns=[here.secretary.user],
    )
    about.refresh_from_db()
    Case.objects.filter(pk=case.pk).update(level="town", owner_post=here.reviewer)
    case.refresh_from_db()
    return merged(here, case, about, by=here.reviewer), about


@pytest.mark.parametrize("reader", ["secretary", "reviewer"])
def test_its_number_is_told_to_whoever_may_read_it_alone(here, complained_of, reader):
    case, about = complained_of
    post = getattr(here, reader)
    may_read = post == here.reviewer

    shown = Api(post).get(f"cases/{case.number}/").json()
    events = Api(post).get(f"cases/{case.number}/events/").content.decode()

    assert shown["merged_into"] == (about.number if may_read else None)
    assert about.number not in events
    assert (about.number in text_of(post, case.get_absolute_url())) <= may_read


def test_the_archive_does_not_tell_its_number_either(here, complained_of):
    case, about = complained_of
    for post, may_read in ((here.secretary, False), (here.reviewer, True)):
        client = logged_in(post)
        address = reverse("cases:archive", args=[case.number])
        answer = client.post(address, {"reason": "归档"})
        assert answer.status_code == 200

        content = b"".join(answer.streaming_content)
        with zipfile.ZipFile(BytesIO(content)) as package:
            lines = package.read("events.jsonl").decode()
        assert (about.number in lines) == may_read
        (into,) = [
            json.loads(line)["data"].get("into")
            for line in lines.splitlines()
            if '"merge"' in line
        ]
        assert into == (about.number if may_read else None)


# --- a recorder who has gone


@pytest.fixture
def gone(here):
    """A matter in confidence whose recorder serves elsewhere now."""
    case = spoken(here, speaker_name="欧阳建仁", confidentiality="hidden")
    Post.objects.filter(pk=here.duty.pk).update(until_on=NOON.date())
    user = here.duty.user
    there = staff()
    Post.objects.filter(pk=there.duty.pk).update(user=user)
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(user)
    return case, client


def test_a_recorder_who_has_gone_is_not_told_what_became_of_it(gone):
    case, client = gone
    address = reverse("cases:intake")

    page = client.get(address, {"done": case.number})

    assert page.status_code == 200
    assert "已登记" not in page.content.decode()
    assert client.get(reverse("cases:receipt", args=[case.number])).status_code == 404
