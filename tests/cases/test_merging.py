"""并案: what two matters that become one tell of each other."""

import json
import uuid
import zipfile
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import Case
from cases.views.receipt import tracking_address
from cases.workflow import Action, Speaker, make_move
from minshi.errors import InputRefused, MoveRefused
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import (
    DAY,
    NOON,
    completed,
    decided,
    officer,
    spoken,
    staff,
    verified,
)
from tests.villages.factories import (
    HouseholdFactory,
    ResidentFactory,
    VillageFactory,
)
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
    hidden = {"speaker_name": "欧阳建仁", "confidentiality": "hidden"}
    case = spoken(here, by=here.secretary, **hidden)
    other = spoken(here, by=here.secretary, speaker_name="钱二水")

    assert merged(here, case, other).stage == "closed"


def test_who_may_not_know_a_speaker_merges_the_matter_into_none_they_have_read(here):
    """Whatever is blanked there afterwards would tell who spoke."""
    case = spoken(here, speaker_name="欧阳建仁", confidentiality="hidden")
    said = "张建国、欧阳建仁、赵六几家门口的路都坏了"
    other = spoken(here, speaker_name="钱二水", verbatim=said)

    with pytest.raises(InputRefused) as refused:
        merged(here, case, other)
    merged(here, other, case)  # the other way round nothing is told

    assert list(refused.value.fields) == ["into"]
    assert said in text_of(here.secretary, f"/cases/{other.number}/")


def test_a_recorder_whose_post_is_over_learns_nothing_and_stops_nothing(here):
    hidden = {"speaker_name": "欧阳建仁", "confidentiality": "hidden"}
    case = spoken(here, by=here.secretary, **hidden)
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
    assert (about.number in text_of(post, case.get_absolute_url())) == may_read


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


def test_each_page_leads_to_the_other_matter(here):
    case = spoken(here, speaker_name="钱二水")
    other = spoken(here, speaker_name="赵喜梅")
    merged(here, case, other)

    for shown, named in ((case, other), (other, case)):
        page = text_of(here.secretary, shown.get_absolute_url())
        link = f'<a href="{named.get_absolute_url()}">{named.number}</a>'
        happened = page[page.index('id="happened"') : page.index('id="facts"')]
        assert link in happened
        assert page.count(link) == 2


def test_the_other_matter_does_not_name_one_that_its_reader_may_not_open(here):
    elsewhere = VillageFactory(town=here.town)
    case = spoken(here, by=here.reviewer, village=elsewhere, group=None)
    other = spoken(here, by=here.reviewer, speaker_name="钱二水")
    Case.objects.filter(pk=case.pk).update(level="town", owner_post=here.reviewer)
    case.refresh_from_db()
    merged(here, case, other, by=here.reviewer)

    shown = {
        post: text_of(post, other.get_absolute_url())
        for post in (here.secretary, here.reviewer)
    }

    assert case.number not in shown[here.secretary]
    assert case.number in shown[here.reviewer]


def test_what_happened_meanwhile_names_the_other_matter_as_well(here):
    case = spoken(here, speaker_name="钱二水")
    other = spoken(here, speaker_name="赵喜梅")
    seen = other.version
    merged(here, case, other)

    answer = logged_in(here.secretary).post(
        reverse("cases:act", args=[other.number, "divert"]),
        {"version": seen, "key": uuid.uuid4(), "route": "法院", "told": "请去法院"},
    )

    assert answer.status_code == 409
    assert case.number in answer.content.decode()


# --- the form


def answers_to(post, case, into, **sent):
    """The answer to the form of 并案, filled in so."""
    client = logged_in(post)
    address = reverse("cases:act", args=[case.number, "merge"])
    form = client.get(address).context["form"]
    hidden = {"version": form["version"].value(), "key": str(form["key"].value())}
    return client.post(address, {**hidden, "into": into, **sent})


def test_the_other_matter_is_shown_before_this_one_is_closed(here):
    case = spoken(here, speaker_name="钱二水")
    other = spoken(here, speaker_name="赵喜梅", verbatim="井水发黄有怪味")

    shown = answers_to(here.secretary, case, other.number)
    page = shown.content.decode()

    assert shown.status_code == 200
    for words in (other.number, other.title, "赵喜梅", "确认并到这件"):
        assert words in page
    case.refresh_from_db()
    assert case.is_open


def test_once_it_was_shown_the_matter_goes_on_in_it(here):
    case, other = spoken(here), spoken(here)

    gone = answers_to(here.secretary, case, other.number, confirmed=other.number)

    assert gone.status_code == 302
    case.refresh_from_db()
    assert case.merged_into == other


def test_another_number_than_the_one_shown_is_shown_first(here):
    case, shown, other = spoken(here), spoken(here), spoken(here)

    answer = answers_to(here.secretary, case, other.number, confirmed=shown.number)

    assert answer.context["other"].case == other
    case.refresh_from_db()
    assert case.is_open


def test_of_a_hidden_matter_the_form_does_not_tell_who_spoke(here):
    case = spoken(here, by=here.leader, speaker_name="钱二水")
    other = spoken(here, speaker_name="欧阳建仁", confidentiality="hidden")

    page = answers_to(here.secretary, case, other.number).content.decode()

    assert other.number in page
    assert "欧阳建仁" not in page


def test_that_the_other_matter_becomes_hidden_is_said_before_and_afterwards(here):
    hidden = {"speaker_name": "欧阳建仁", "confidentiality": "hidden"}
    case = spoken(here, by=here.secretary, **hidden)
    other = spoken(here, by=here.secretary, speaker_name="钱二水")

    asked = answers_to(here.secretary, case, other.number).content.decode()
    merged(here, case, other)
    page = text_of(here.secretary, other.get_absolute_url())

    assert "并过去以后，那一件也跟这件一样“隐名”" in asked
    assert "有事项并入 · 普通 → 隐名" in page


def test_what_is_refused_is_not_asked_to_be_confirmed(here):
    case = spoken(here, speaker_name="欧阳建仁", confidentiality="hidden")
    other = spoken(here, by=here.leader, speaker_name="钱二水")

    answer = answers_to(here.secretary, case, other.number)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["into"]
    assert "other" not in answer.context


def test_a_matter_that_stays_as_it_is_says_nothing_of_it(here):
    case, other = spoken(here), spoken(here, confidentiality="hidden")

    asked = answers_to(here.secretary, case, other.number).content.decode()
    merged(here, case, other)

    assert "并过去以后，那一件" not in asked
    assert "普通 → 隐名" not in text_of(here.secretary, other.get_absolute_url())


def test_what_is_wrong_with_a_number_is_said(here):
    case = spoken(here)
    closed, elsewhere = spoken(here), spoken(staff())
    merged(here, closed, spoken(here))

    said = {
        number: answers_to(here.secretary, case, number).context["form"].errors["into"]
        for number in ("", case.number, closed.number, elsewhere.number)
    }

    assert said == {
        "": ["请写编号。"],
        case.number: ["这就是这一件。"],
        closed.number: ["那一件已经销号了，不能并过去。"],
        elsewhere.number: [
            "没找到这个编号。请写全，例如 BG-2026-0166；只能并入另一件还没办完的事。"
        ],
    }


def test_the_api_says_the_same(here):
    case, closed = spoken(here), spoken(here)
    merged(here, closed, spoken(here))

    answer = Api(here.secretary).move(case, "merge", into=closed.number)

    assert answer.status_code == 400
    assert answer.json()["fields"] == {"into": ["那一件已经销号了，不能并过去。"]}


def test_a_closed_matter_out_of_sight_is_not_found(here):
    elsewhere = VillageFactory(town=here.town)
    closed = spoken(here, by=here.reviewer, village=elsewhere, group=None)
    Case.objects.filter(pk=closed.pk).update(level="town", owner_post=here.reviewer)
    closed.refresh_from_db()
    into = spoken(here, by=here.reviewer)
    merged(here, closed, into, by=here.reviewer)

    answer = answers_to(here.secretary, spoken(here), closed.number)

    (words,) = answer.context["form"].errors["into"]
    assert words.startswith("没找到这个编号")


# --- the receipt


def scan_on_receipt(here, case):
    address = reverse("cases:receipt", args=[case.number])
    return logged_in(here.duty).get(address).context["scan"]


def test_the_receipt_of_a_merged_matter_says_how_the_other_one_stands(here):
    case, other = spoken(here), decided(here)
    merged(here, case, other)

    assert scan_on_receipt(here, case) == "扫下面的码，看办到哪一步了；也可以催一下："

    other.refresh_from_db()
    verified(here, completed(here, other))
    assert scan_on_receipt(here, case) == "扫下面的码，看办得怎么样了："


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


def test_nobody_takes_back_what_others_asked_for_too(here):
    case = spoken(here, speaker_name="赵德旺")
    merged(here, spoken(here, speaker_name="钱桂花"), case)
    case.refresh_from_db()
    reason = {"reason": "我家的水通了"}

    for by in (Speaker(case, "code"), officer(here.duty)):
        with pytest.raises(MoveRefused) as refused:
            make_move(case, Action.WITHDRAW, by=by, at=NOON + DAY, **reason)
        assert "别人也说了同一件事" in str(refused.value)

    page = Client().get(tracking_address(case)).text
    assert "不用办了" not in page


def test_whoever_said_it_twice_may_still_take_it_back(here):
    neighbour = ResidentFactory(household=HouseholdFactory(group=here.group))
    case = spoken(here, resident=neighbour)
    merged(here, spoken(here, resident=neighbour), case)
    case.refresh_from_db()

    case = make_move(
        case,
        Action.WITHDRAW,
        by=Speaker(case, "code"),
        at=NOON + DAY,
        reason="我家的水通了",
    )

    assert case.close_reason == "withdrawn"
    assert "我家的水通了" not in case.replies.get().text
