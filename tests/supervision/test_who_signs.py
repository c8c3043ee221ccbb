"""Who signs an order, takes it back and reads it: nobody one against themself, and of
a secret matter whoever signs without reading it.
"""

import pytest
from django.urls import reverse

from cases.models import Case, Concern
from cases.models.scope import Sight
from cases.workflow import Action, make_move
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from minshi.workdays import local_day
from supervision.chasing.tracking import begin_tracking, say_of
from supervision.models import (
    Notice,
    NoticeKind,
    OrderState,
    SupervisionOrder,
    TrackingVerdict,
)
from supervision.notices.outbox import put_in_outbox
from supervision.notices.recipients import recipients_of
from supervision.orders import (
    acts_open_to,
    cancel_order,
    draft_orders,
    raise_order,
    send_orders_due,
    sign_order,
)
from supervision.orders.drafting import DraftReason
from supervision.orders.locking import requests_to_sign
from supervision.orders.paper import OrderSheet
from tests import roles
from tests.api import Api
from tests.cases.roads import DAY, NOON, accepted, decided, officer, spoken, staff

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

    assert f"由谁签发：{county.user} · " in page.content.decode()
    assert str(county.user) in after.content.decode()
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


# --- an order on a secret matter that its signer may not read
SECRET = "马家湾的低保，说的是我侄子"


def secret_one(here):
    """A secret matter of the town's only signer, with an order drafted for it."""
    case = accepted(here, spoken(here, confidentiality="secret", title=SECRET))
    case = make_move(
        case, Action.ESCALATE, by=officer(here.secretary), at=NOON, reason="要镇上定"
    )
    assert case.owner_post == here.reviewer
    drafts = draft_orders({case: DraftReason("逾期")}, at=LATE)
    people = recipients_of([case], local_day(LATE))
    put_in_outbox(requests_to_sign(drafts[case.pk], people), at=LATE)
    return drafts[case.pk]


def test_whoever_signs_finds_the_order_on_a_secret_matter_from_its_notice(client, here):
    county = county_signer(here)
    order = secret_one(here)
    client.force_login(county.user)
    notice = Notice.objects.get(recipient=county.user)

    home = client.get(reverse("cases:home")).context["further"]
    listed = client.get(reverse("supervision:orders") + "?state=to_sign")
    page = client.get(reverse("supervision:open", args=[notice.pk]), follow=True)

    assert [work.count for work in home] == [1]
    assert [row.name for row in listed.context["orders"]] == ["保密事项"]
    assert page.redirect_chain[-1][0] == order.get_absolute_url()
    assert "保密事项" in page.text
    for told in (listed.text, page.text, Api(county).get(f"orders/{order.pk}/").text):
        for hidden in (SECRET, str(here.reviewer.user), str(here.office)):
            assert hidden not in told


def test_whoever_signs_signs_a_secret_matters_order_as_it_is_written(client, here):
    county = county_signer(here)
    order = secret_one(here)
    client.force_login(county.user)
    address = reverse("supervision:order_act", args=[order.pk, "sign"])

    page = client.post(address, {"reply_on": local_day(LATE + 3 * DAY)}, follow=True)
    signed = SupervisionOrder.objects.get()

    assert page.status_code == 200
    assert (signed.state, signed.signed_by) == (OrderState.SIGNED, county)
    assert signed.demand == order.demand


def test_several_are_signed_at_once_with_a_secret_one_among_them(client, here):
    county = county_signer(here)
    order = secret_one(here)
    client.force_login(county.user)
    ticked = {"orders": [f"{order.pk}:{order.case.number}"]}
    address = reverse("supervision:sign_together")

    check = client.post(address, ticked).text
    done = client.post(address, {**ticked, "apply": "1"}).text

    assert SupervisionOrder.objects.get().state == OrderState.SIGNED
    for page in (check, done):
        assert "保密事项" in page
        assert SECRET not in page
        assert str(here.reviewer.user) not in page


def test_words_that_somebody_wrote_of_a_secret_matter_stay_hidden_from_its_signer(
    client, here
):
    county = county_signer(here)
    order = secret_one(here)
    order.raised_by = order.demanded_by = here.reviewer
    order.reason, order.demand = "侄子的低保拖着", "把侄子的事办了"
    order.save()
    client.force_login(county.user)

    page = client.get(order.get_absolute_url()).text
    told = Api(county).get(f"orders/{order.pk}/").text

    assert "侄子" not in page
    assert "侄子" not in told
    with pytest.raises(InputRefused):
        sign_order(order, by=officer(county), at=LATE, demand="另办")


def test_a_secret_matters_order_is_open_to_no_other_overseer(client, here):
    county_signer(here)
    order = secret_one(here)

    for post in (here.supervisor, here.county_supervisor, here.county_reviewer):
        client.force_login(post.user)
        assert client.get(order.get_absolute_url()).status_code == 404
        assert Api(post).get(f"orders/{order.pk}/").status_code == 404


def test_an_order_on_a_secret_matter_about_its_signer_is_none_of_theirs(client, here):
    county = county_signer(here)
    order = secret_one(here)
    Concern.objects.create(case=order.case, user=county.user)
    Case.objects.update(conflict_floor="county")
    client.force_login(county.user)

    assert client.get(order.get_absolute_url()).status_code == 404
    with pytest.raises(NoSuchRight):
        sign_order(order, by=officer(county), at=LATE)


# --- taking it back
def test_nobody_takes_back_an_order_against_themself(client, here):
    county = county_signer(here)
    order = raised(here, of_the_reviewer(here))
    client.force_login(here.reviewer.user)

    page = client.get(order.get_absolute_url()).text
    with pytest.raises(NoSuchRight) as refusal:
        cancel_order(order, reason="不用办", by=officer(here.reviewer), at=LATE)

    assert "撤回" not in page
    assert str(refusal.value) == "督办的就是您自己，请由别人办。"
    assert acts_open_to(order, here.reviewer.user, LATE) == {}
    assert set(acts_open_to(order, county.user, LATE)) == {"sign", "cancel"}


def test_the_list_says_why_one_does_not_sign_an_order_to_oneself(client, here):
    county_signer(here)
    raised(here, of_the_reviewer(here))
    client.force_login(here.reviewer.user)

    (row,) = client.get(reverse("supervision:orders")).context["orders"]

    assert row.state == "待签发 · 发给您自己的，由别人签发"


def test_an_order_that_is_signed_waits_for_no_signature_any_more(client, here):
    county = county_signer(here)
    order = raised(here, of_the_reviewer(here))
    sign_order(order, by=officer(county), at=LATE)
    client.force_login(county.user)

    listed = client.get(reverse("supervision:orders") + "?state=to_sign")

    assert listed.context["orders"] == []


def test_an_order_given_back_unsigned_reads_so(client, here):
    county = county_signer(here)
    order = raised(here, of_the_reviewer(here))
    cancel_order(order, reason="先谈一次", by=officer(county), at=LATE)
    client.force_login(here.supervisor.user)

    page = client.get(order.get_absolute_url())

    assert page.context["state"] == "没有签发，退回"
    assert page.context["history"][-1].what == "没有签发，退回"


def test_an_order_that_went_out_says_to_whom(client, here):
    county = county_signer(here)
    order = sign_order(raised(here, of_the_reviewer(here)), by=officer(county), at=LATE)
    send_orders_due(LATE + DAY)
    client.force_login(here.supervisor.user)

    page = client.get(order.get_absolute_url())

    assert page.context["addressee"] == f"{here.reviewer.user}（审核人）"


def test_a_signer_of_the_county_is_named_with_the_county(client, here):
    county_signer(here)
    here.town.county_name = "礼县"
    here.town.save()
    order = raised(here, of_the_reviewer(here))
    client.force_login(here.supervisor.user)

    page = client.get(order.get_absolute_url()).text

    assert "礼县 · 审核人" in page
    assert here.town.county_code not in page


def test_the_paper_names_a_leader_who_is_one(client, here):
    here.signer = roles.reviewer_of(here.town, may_sign=True)
    case = accepted(here)
    order = raised(here, case)
    order = sign_order(order, by=officer(here.signer), at=LATE)
    send_orders_due(LATE + DAY)
    order.refresh_from_db()

    sheet = OrderSheet.of(
        order, sight=Sight.of(here.supervisor.user, LATE.date()), at=LATE
    )
    cells = {str(line.heading): line.value for row in sheet.rows() for line in row}

    assert cells["牵头领导"] == str(here.secretary.user)
