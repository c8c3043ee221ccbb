"""What became of a matter is not for whoever lost sight of it: neither by the key of a
step they made, nor by the receipt of one that goes on in it.
"""

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from cases.workflow import Action, make_move
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import DAY, NOON, accepted, officer, spoken, staff
from villages.models import TalkRoom

pytestmark = pytest.mark.django_db
LATER = NOON + DAY
REPLY = "纪委已对村支书立案"
PHONE = "0939-4421010"


@pytest.fixture(autouse=True)
def the_day_after(time_machine):
    time_machine.move_to(LATER, tick=False)


@pytest.fixture
def here():
    return staff()


def recused(here, case: Case) -> Case:
    """It concerns the secretary, as they said."""
    by = officer(here.reviewer)
    concerned = [here.secretary.user]
    return make_move(case, Action.RECUSE, by=by, at=LATER, concerns=concerned)


def test_a_key_of_before_tells_where_the_matter_stood_then(here):
    case = spoken(here)
    key = {"Idempotency-Key": "6b0f5f3e-4f4d-4c6c-8a8a-0d0c8c2f6b11"}
    body = {"category": "village", "grade": "complex"}
    first = Api(here.secretary).move(case, "accept", **key, **body)

    moved = recused(here, Case.objects.get(pk=case.pk))
    told = {"route": "纪委", "told": "请去纪委"}
    make_move(moved, Action.DIVERT, by=officer(here.reviewer), at=LATER, **told)
    again = Api(here.secretary).move(case, "accept", **key, **body)

    assert Api(here.secretary).get(f"cases/{case.number}/").status_code == 404
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"]


def test_whoever_sees_the_matter_is_told_where_it_stands_now(here):
    case = spoken(here)
    key = {"Idempotency-Key": "6b0f5f3e-4f4d-4c6c-8a8a-0d0c8c2f6b11"}
    body = {"category": "village", "grade": "complex"}
    Api(here.secretary).move(case, "accept", **key, **body)
    moved = Case.objects.get(pk=case.pk)
    told = {"route": "法院", "told": "请去法院"}
    make_move(moved, Action.DIVERT, by=officer(here.secretary), at=LATER, **told)

    again = Api(here.secretary).move(case, "accept", **key, **body)

    assert again.json()["stage"] == "closed"


def merged_into(here, about: Case) -> Case:
    """The secretary's own matter, that the town merged into another one."""
    case = spoken(here, by=here.secretary, speaker_name="钱二水")
    Case.objects.filter(pk=case.pk).update(level="town", owner_post=here.reviewer)
    case = Case.objects.get(pk=case.pk)
    by = officer(here.reviewer)
    return make_move(case, Action.MERGE, by=by, at=LATER, into=about)


def tracked(case: Case) -> str:
    villager = Client(headers={"accept-language": "zh-hans"})
    address = f"/t/{case.number}/?k={case.tracking_code}"
    return villager.get(address, follow=True).content.decode()


def test_by_a_receipt_nobody_reads_the_answers_in_a_matter_about_a_cadre(here):
    """Whoever took the first one down has its code."""
    about = recused(here, spoken(here, by=here.reviewer, verbatim="村支书私分扶贫款"))
    case = merged_into(here, about)
    about = Case.objects.get(pk=about.pk)
    about = accepted(here, about) if about.owner_post == here.secretary else about
    by = officer(here.reviewer)
    make_move(about, Action.REPLY, by=by, at=LATER, reply=REPLY)

    receipt = logged_in(here.secretary).get(
        reverse("cases:receipt", args=[case.number])
    )
    page = tracked(case)

    assert receipt.status_code == 200
    assert REPLY not in page
    assert "当面或者打电话告诉您" in page


def test_by_a_receipt_nobody_reads_the_answers_in_a_secret_matter(here):
    about = spoken(here, by=here.reviewer, confidentiality="secret")
    Case.objects.filter(pk=about.pk).update(level="town", owner_post=here.reviewer)
    about = Case.objects.get(pk=about.pk)
    case = merged_into(here, about)
    about = Case.objects.get(pk=about.pk)
    make_move(about, Action.REPLY, by=officer(here.reviewer), at=LATER, reply=REPLY)

    assert REPLY not in tracked(case)


def test_in_an_open_matter_they_read_the_answer_as_before(here):
    about = spoken(here, by=here.reviewer)
    Case.objects.filter(pk=about.pk).update(level="town", owner_post=here.reviewer)
    about = Case.objects.get(pk=about.pk)
    case = merged_into(here, about)
    about = Case.objects.get(pk=about.pk)
    make_move(about, Action.REPLY, by=officer(here.reviewer), at=LATER, reply=REPLY)

    assert REPLY in tracked(case)


@pytest.mark.parametrize("confidentiality", ["normal", "secret"])
def test_the_recorder_of_what_goes_past_them_is_told_so_in_place_of_a_dead_link(
    here, confidentiality
):
    case = recused(here, spoken(here, confidentiality=confidentiality))
    opened = reverse("cases:detail", args=[case.number])
    client = logged_in(here.duty)

    receipt = client.get(reverse("cases:receipt", args=[case.number]))
    intake = client.get(reverse("cases:intake"), {"done": case.number})

    assert client.get(opened).status_code == 404
    for page in (receipt, intake):
        assert f'href="{opened}"' not in page.content.decode()
        assert "cases/_out_of_sight.html" in [used.name for used in page.templates]


def test_the_recorder_of_any_other_matter_opens_it_from_the_receipt(here):
    case = spoken(here)
    opened = reverse("cases:detail", args=[case.number])
    client = logged_in(here.duty)

    receipt = client.get(reverse("cases:receipt", args=[case.number]))
    intake = client.get(reverse("cases:intake"), {"done": case.number})

    for page in (receipt, intake):
        assert f'href="{opened}"' in page.content.decode()
        assert "cases/_out_of_sight.html" not in [used.name for used in page.templates]


def test_nobody_is_sent_to_the_telephone_of_those_who_may_not_open_the_matter(here):
    TalkRoom.objects.create(village=here.village, place="村部", phone=PHONE)
    about_the_secretary = recused(here, spoken(here))
    secret = spoken(here, confidentiality="secret")

    for case in (about_the_secretary, secret):
        receipt = reverse("cases:receipt", args=[case.number])
        assert PHONE not in logged_in(here.duty).get(receipt).content.decode()
        assert PHONE not in tracked(case)


def test_of_a_matter_that_goes_on_in_a_secret_one_nobody_rings_the_village(here):
    TalkRoom.objects.create(village=here.village, place="村部", phone=PHONE)
    about = recused(here, spoken(here, by=here.reviewer))
    case = merged_into(here, about)

    assert PHONE not in tracked(case)


def test_of_a_matter_about_an_officer_of_the_town_the_village_is_rung(here):
    TalkRoom.objects.create(village=here.village, place="村部", phone=PHONE)
    case = spoken(here)
    by = officer(here.supervisor)
    concerned = [here.reviewer.user]
    case = make_move(case, Action.RECUSE, by=by, at=LATER, concerns=concerned)

    assert PHONE in tracked(case)
