"""An order whose matter went on to somebody else after it was sent: whoever has the
matter answers, and knows why; whom it was sent to reads what they were sent and
answered.
"""

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from cases.models.access import Concern
from cases.workflow import Action, make_move
from minshi.errors import NoSuchRight
from supervision.desk import work_of_supervision
from supervision.models import Notice, NoticeKind, SupervisionOrder
from supervision.notices.inbox import inbox_of
from supervision.notices.words import words_of
from supervision.orders import check_reply, reply_to_order
from tests import roles
from tests.api import Api
from tests.cases.roads import DAY, NOON, officer
from tests.supervision.test_orders import replied
from tests.villages.factories import OfficeFactory

pytestmark = pytest.mark.django_db
ANSWER = "已修好"
FINDING = "没写什么时候修好"


@pytest.fixture(autouse=True)
def _the_day_after():
    with time_machine.travel(NOON + DAY, tick=False):
        yield


def returned(case, by):
    return make_move(
        case, Action.RETURN, by=officer(by), at=NOON + DAY, reason="办不了"
    )


def given_back(here, order):
    by = officer(here.supervisor)
    return check_reply(order, good=False, finding=FINDING, by=by, at=NOON + DAY)


@pytest.fixture
def handed_on(here):
    """An order to the office that was answered; the office returned the matter."""
    order = replied(here)
    returned(order.case, here.handler)
    return SupervisionOrder.objects.get()


def page_of(client, post, order):
    client.force_login(post.user)
    return client.get(reverse("supervision:order", args=[order.pk]))


def told_of(post, kind):
    found = inbox_of(post.user, NOON + DAY).filter(kind=kind)
    return [words_of(notice) for notice in found]


def orders_to_answer(post):
    work = work_of_supervision(post.user, NOON + DAY)
    return [each.count for each in work if "督办单" in str(each.label)]


def test_what_was_told_of_an_order_stays_as_it_was_told(here, handed_on):
    (copy,) = told_of(here.secretary, NoticeKind.ORDER)

    assert copy.startswith("请您知道：")
    (asked,) = told_of(here.handler, NoticeKind.ORDER)
    assert "请您知道" not in asked


def test_whoever_has_the_matter_by_now_is_asked_and_told_why(client, here, handed_on):
    order = given_back(here, handed_on)

    (asked,) = told_of(here.secretary, NoticeKind.ORDER_BACK)
    assert "请您知道" not in asked
    page = page_of(client, here.secretary, order)
    assert [act.name for act in page.context["acts"]] == ["reply"]
    assert "事项现在在您这里" in page.text
    assert orders_to_answer(here.secretary) == [1]


def test_all_who_read_it_see_who_answers_by_now(client, here, handed_on):
    order = given_back(here, handed_on)

    text = page_of(client, here.supervisor, order).text
    row = text.partition("现在由谁回复")[2].partition("</dd>")[0]
    assert str(here.secretary.user) in row
    assert "事项现在在您这里" not in text


def test_whom_it_was_sent_to_reads_what_they_were_sent_and_answered(
    client, here, handed_on
):
    order = given_back(here, handed_on)

    page = page_of(client, here.handler, order)
    assert page.status_code == 200
    for words in ("请立即办理", ANSWER, FINDING, "不用您回复"):
        assert words in page.text
    assert order.case.title not in page.text
    assert order.case.get_absolute_url() not in page.text
    assert page.context["acts"] == []
    listed = client.get(reverse("supervision:orders"))
    assert order.number in listed.text
    assert order.case.title not in listed.text
    shown = Api(here.handler).get(f"orders/{order.pk}/").json()
    assert (shown["reply"], shown["finding"]) == (ANSWER, FINDING)
    assert order.case.title not in str(shown)


def test_whom_it_was_sent_to_is_told_of_their_answer_and_not_asked(here, handed_on):
    order = given_back(here, handed_on)

    (told,) = told_of(here.handler, NoticeKind.ORDER_BACK)
    assert told.startswith("请您知道：")
    assert orders_to_answer(here.handler) == []
    with pytest.raises(NoSuchRight):
        reply_to_order(order, "办了", by=officer(here.handler), at=NOON + DAY)


def test_what_others_answered_since_is_not_theirs_to_read(client, here, handed_on):
    order = given_back(here, handed_on)
    later = "村里另找人修了"
    order = reply_to_order(order, later, by=officer(here.secretary), at=NOON + DAY)

    text = page_of(client, here.handler, order).text
    assert ANSWER in text
    assert later not in text
    assert later not in str(Api(here.handler).get(f"orders/{order.pk}/").json())
    assert later in page_of(client, here.supervisor, order).text


def test_a_notice_leads_to_the_order(client, here, handed_on):
    client.force_login(here.handler.user)
    notice = Notice.objects.get(
        kind=NoticeKind.ORDER, recipient=here.handler.user, channel="inbox"
    )

    answer = client.get(reverse("supervision:open", args=[notice.pk]))

    assert answer["Location"] == handed_on.get_absolute_url()


@pytest.mark.parametrize("why", ["secret", "concerns"])
def test_what_is_not_theirs_to_know_stays_absent(client, here, handed_on, why):
    if why == "secret":
        Case.objects.update(confidentiality="secret")
    else:
        Concern.objects.create(case=handed_on.case, user=here.handler.user)

    assert page_of(client, here.handler, handed_on).status_code == 404
    assert told_of(here.handler, NoticeKind.ORDER) == []


def test_another_office_reads_none_of_it(client, here, handed_on):
    stranger = roles.handler_of(OfficeFactory(town=here.town))

    assert page_of(client, stranger, handed_on).status_code == 404


def test_who_checks_an_answer_is_told_who_answers_next(client, here, handed_on):
    page = page_of(client, here.supervisor, handed_on).text

    assert f"不通过的话，接下来由{here.secretary.user}（村支书）回复" in page
