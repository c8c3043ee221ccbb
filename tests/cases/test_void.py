"""作废: what was taken down by mistake, or twice."""

import pytest
from django.urls import reverse

from cases.models import Case, Event
from cases.speaking.progress import told_to_speaker
from cases.templatetags.lamps import stepper
from cases.workflow import (
    Action,
    Speaker,
    Spoken,
    make_move,
    moves_open_to,
    register,
)
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from tests.api import Api
from tests.cases.roads import NOON, accepted, officer, spoken, staff, words
from tests.roles import duty_officer_of
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    return staff()


def void(here, case, by=None, **values):
    values = {"void_as": "void", "reason": "点错了", **values}
    by = officer(by or here.duty)
    return make_move(case, Action.VOID, by=by, at=NOON, **values)


@pytest.mark.parametrize("reason", ["void", "duplicate"])
def test_a_mistaken_record_is_closed_with_its_reason(here, reason):
    case = void(here, spoken(here), void_as=reason)

    event = case.events.get(action="void")
    assert (case.stage, case.close_reason, case.owner) == ("closed", reason, None)
    assert (event.note, event.data["void_as"]) == ("点错了", reason)


def test_it_needs_a_reason_and_which_mistake_it_was(here):
    case = spoken(here)

    with pytest.raises(InputRefused) as refused:
        void(here, case, void_as="", reason="")

    assert set(refused.value.fields) == {"void_as", "reason"}


def test_nobody_else_voids_and_nothing_is_voided_once_accepted(here):
    elsewhere = duty_officer_of(VillageFactory(town=here.town))
    case = spoken(here)
    others = (here.secretary, here.reviewer, here.supervisor, here.leader, elsewhere)

    for post in others:
        with pytest.raises(NoSuchRight):
            void(here, case, by=post)
    with pytest.raises(MoveRefused):
        void(here, accepted(here, case))


def test_what_a_villager_sent_in_is_not_voided(here):
    sent = Spoken(verbatim="路灯坏了", village=here.village)
    case = register(sent, by=Speaker(None, "qr_code"), at=NOON)

    with pytest.raises(MoveRefused):
        void(here, case)


def test_a_red_line_is_not_voided(here):
    case = spoken(here)
    by = officer(here.duty)
    make_move(
        case,
        Action.MANDATORY_REPORT,
        by=by,
        at=NOON,
        told="派出所",
        happened="孩子被打，已送邻居家",
    )

    with pytest.raises(MoveRefused):
        void(here, case)


def test_it_is_in_no_ledger_and_in_no_count_but_stands_beside_them(here, client):
    kept = spoken(here)
    mistaken = void(here, spoken(here))
    void(here, spoken(here), void_as="duplicate")
    client.force_login(here.supervisor.user)

    page = client.get(reverse("cases:ledger", args=["general"])).context
    listed = client.get(reverse("cases:list"), {"close_reason": "void"}).context
    client.force_login(here.duty.user)
    home = client.get(reverse("cases:home")).context

    assert [record.case for _nth, record, _cells in page["rows"]] == [kept]
    assert (page["count"], home["counts"]["today"]) == (1, 1)
    assert page["set_apart"] == [("void", 1), ("duplicate", 1)]
    assert list(listed["page"].rows) == [mistaken]
    assert not Case.objects.concluded().exists()


def test_the_ledgers_of_the_api_leave_it_out(here):
    kept = spoken(here)
    void(here, spoken(here))

    rows = Api(here.supervisor).get("ledgers/general/").json()["results"]

    assert len(rows) == 1
    assert kept.number in str(rows)


def test_the_api_offers_and_takes_it(here):
    case = spoken(here)
    api = Api(here.duty)

    offered = {
        move["action"]
        for move in api.get(f"cases/{case.number}/moves/").json()["moves"]
    }
    answer = api.move(case, "void", void_as="duplicate", reason="刚才登过了")

    assert "void" in offered
    assert (answer.status_code, answer.json()["stage"]) == (200, "closed")


def test_the_page_offers_it_under_more_and_takes_it(here, client):
    case = spoken(here)
    client.force_login(here.duty.user)
    page = client.get(case.get_absolute_url()).context
    address = reverse("cases:act", args=[case.number, "void"])
    form = client.get(address).context["form"]

    client.post(
        address,
        {
            "version": case.version,
            "key": form["key"].value(),
            "void_as": "void",
            "reason": "点错了",
        },
    )

    case.refresh_from_db()
    assert "void" in [offer.action for offer in page["further"]]
    assert case.close_reason == "void"


def test_whoever_has_its_receipt_reads_why(here):
    case = void(here, spoken(here), reason="李建国刚才登过了")

    told = told_to_speaker(case)

    assert told.is_void
    assert "刚才登过了" in told.reply
    assert "李建国" not in told.reply


def test_a_speaker_may_say_that_it_was_no_mistake(here):
    case = void(here, spoken(here))

    offers = moves_open_to(Speaker(case, "code"), case, NOON)
    make_move(case, Action.REOPEN, by=Speaker(case, "code"), at=NOON, reason="没登错")

    case.refresh_from_db()
    assert Action.REOPEN in [offer.action for offer in offers]
    assert (case.stage, case.close_reason) == ("deliberate", "")
    assert Event.objects.filter(case=case, action="reopen").exists()


def test_no_step_is_ticked_that_was_never_taken(here):
    mistaken = void(here, spoken(here))
    case = accepted(here)
    withdrawn = make_move(
        case,
        Action.WITHDRAW,
        by=officer(here.secretary),
        at=NOON,
        **words(Action.WITHDRAW, NOON),
    )

    for case in (mistaken, withdrawn):
        assert [step["mark"] for step in stepper(case, NOON)["steps"]] == (
            ["✓", "", "", "", ""]
        )


def test_it_asks_what_happened_and_not_why_twice(here, client):
    case = spoken(here)
    client.force_login(here.duty.user)

    page = client.get(reverse("cases:act", args=[case.number, "void"]))

    labels = [str(field.label) for field in page.context["form"].shown()]
    assert labels == ["为什么作废", "具体怎么回事"]


def test_a_correction_says_where_wrong_words_are_put_right(here, client):
    case = spoken(here)
    client.force_login(here.duty.user)

    page = client.get(reverse("cases:act", args=[case.number, "amend"])).text

    assert "原话不能改。写错了就写在备注里，或者作废以后重新登记。" in page
