"""Nobody signs an order against themself, and nobody chases themself in a meeting."""

import pytest
from django.urls import reverse

from cases.workflow import Action, make_move
from minshi.errors import MoveRefused, NoSuchRight
from minshi.workdays import local_day
from supervision.chasing.tracking import begin_tracking, say_of
from supervision.models import (
    Notice,
    NoticeKind,
    OrderState,
    SupervisionOrder,
    TrackingVerdict,
)
from supervision.notices.recipients import recipients_of
from supervision.orders import acts_open_to, draft_orders, raise_order, sign_order
from supervision.orders.drafting import DraftReason
from supervision.orders.locking import requests_to_sign
from tests import roles
from tests.cases.roads import DAY, NOON, accepted, decided, officer, staff

pytestmark = pytest.mark.django_db
LATE = NOON + 10 * DAY


@pytest.fixture(autouse=True)
def _late(time_machine):
    time_machine.move_to(LATE, tick=False)


@pytest.fixture
def here():
    """A town whose reviewer, with a matter of their own, is the only one who signs."""
    here = staff()
    here.reviewer.may_sign = True
    here.reviewer.save()
    return here


def of_the_reviewer(here):
    case = make_move(
        accepted(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )
    assert case.owner_post == here.reviewer
    return case


def raised(here, case):
    return raise_order(
        case,
        reason="逾期",
        demand="马上办",
        reply_on=local_day(LATE + 3 * DAY),
        key=None,
        by=officer(here.supervisor),
        at=LATE,
    )


def county_signer(here):
    return roles.reviewer_of_county(here.town.county_code, may_sign=True)


def asked():
    requests = Notice.objects.filter(kind=NoticeKind.ORDER_TO_SIGN)
    return {notice.recipient for notice in requests}


def test_an_order_to_a_signer_is_signed_by_another_of_the_town(here):
    other = roles.reviewer_of(here.town, may_sign=True)
    county_signer(here)

    order = raised(here, of_the_reviewer(here))

    assert order.state == OrderState.TO_SIGN
    assert asked() == {other.user}


def test_an_order_to_the_only_signer_is_signed_by_the_county(client, here):
    county = county_signer(here)
    case = of_the_reviewer(here)
    client.force_login(here.supervisor.user)

    page = client.get(reverse("supervision:new_order", args=[case.number]))
    order = raised(here, case)
    after = client.get(order.get_absolute_url())

    assert f"由谁签发：{county}" in page.content.decode()
    assert str(county) in after.content.decode()
    assert asked() == {county.user}
    signed = sign_order(order, by=officer(county), at=LATE)
    assert (signed.state, signed.county_code) == (OrderState.SIGNED, county.county_code)


def test_where_nobody_else_signs_it_is_refused_with_the_reason(client, here):
    case = of_the_reviewer(here)
    client.force_login(here.supervisor.user)

    page = client.get(reverse("supervision:new_order", args=[case.number]))
    with pytest.raises(MoveRefused) as refusal:
        raised(here, case)

    assert str(refusal.value) == "他就是签发人，请报县里签发。"
    assert "他就是签发人，请报县里签发。" in page.content.decode()
    assert not SupervisionOrder.objects.exists()


def test_whoever_it_goes_to_cannot_sign_it_nor_is_asked_to(client, here):
    county_signer(here)
    order = raised(here, of_the_reviewer(here))
    client.force_login(here.reviewer.user)

    listed = client.get(reverse("supervision:orders") + "?state=to_sign")
    home = client.get(reverse("cases:home")).context["further"]
    with pytest.raises(NoSuchRight) as refusal:
        sign_order(order, by=officer(here.reviewer), at=LATE)

    assert str(refusal.value) == "督办的就是您自己，请由别人签发。"
    assert "sign" not in acts_open_to(order, here.reviewer.user, LATE)
    assert [row.tick for row in listed.context["orders"]] == [""]
    assert [work.count for work in home] == [0]


def test_whoever_serves_in_the_office_it_goes_to_does_not_sign_it_either(here):
    county_signer(here)
    roles.handler_of(here.office, user=here.reviewer.user)
    order = raised(here, decided(here))

    assert "sign" not in acts_open_to(order, here.reviewer.user, LATE)
    assert here.reviewer.user not in asked()


def test_the_ladder_asks_no_signer_to_order_themself(here):
    county = county_signer(here)
    case = of_the_reviewer(here)

    drafts = draft_orders({case: DraftReason("逾期")}, at=LATE)
    people = recipients_of([case], local_day(LATE))
    asking = requests_to_sign(drafts[case.pk], people)

    assert [message.to for message in asking] == [county.user]


# --- a meeting that goes through what drags on
def test_the_meeting_offers_nobody_to_chase_themself(client, here):
    case = of_the_reviewer(here)
    meeting = begin_tracking(here.town, by=here.reviewer.user, at=LATE)
    offered = {}

    for post in (here.reviewer, here.supervisor):
        client.force_login(post.user)
        page = client.get(meeting.get_absolute_url())
        (row,) = page.context["rows"]
        verdicts = [value for value, _label in row.form.fields["verdict"].choices]
        offered[post.role] = (
            verdicts,
            "您自己经办的，不能督办自己。" in page.content.decode(),
        )

    assert case.owner_post == here.reviewer
    assert offered["reviewer"] == (["goes_on", "helped"], True)
    assert offered["supervisor"] == (TrackingVerdict.values, False)


@pytest.mark.parametrize("verdict", ["urged", "ordered"])
def test_the_meeting_says_why_nobody_chases_themself(here, verdict):
    of_the_reviewer(here)
    meeting = begin_tracking(here.town, by=here.reviewer.user, at=LATE)
    item = meeting.items.get()

    with pytest.raises(MoveRefused) as refusal:
        say_of(item, TrackingVerdict(verdict), "抓紧", by=here.reviewer.user, at=LATE)

    assert str(refusal.value) == "您自己经办的，不能督办自己。"


def test_of_ones_own_matter_the_meeting_notes_how_it_stands(here):
    of_the_reviewer(here)
    meeting = begin_tracking(here.town, by=here.reviewer.user, at=LATE)

    said = say_of(
        meeting.items.get(),
        TrackingVerdict.GOES_ON,
        "",
        by=here.reviewer.user,
        at=LATE,
    )

    assert (said.verdict, said.said_by) == ("goes_on", here.reviewer)
