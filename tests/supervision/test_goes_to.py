"""Before an order is signed, and before somebody is chased, the form says whom it goes
to: by name and post, by the rule that sends it.
"""

import pytest
from django.urls import reverse

from cases.workflow import Action, make_move
from supervision.models import NoticeKind
from supervision.orders import addressees_of
from supervision.telling import tell_events
from supervision.telling.red_line import red_line_goes_to
from tests.cases.roads import NOON, accepted, decided, officer, words
from tests.supervision.test_orders import raised, sent, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def page_of(client, post, name, *args):
    client.force_login(post.user)
    return client.get(reverse(name, args=args)).content.decode()


def shown(post):
    return f"{post.user} · {post.place} · {post.get_role_display()}"


def test_a_new_order_says_whom_it_goes_to_by_name_and_post(client, here):
    case = accepted(here)  # with the secretary of the village

    page = page_of(client, here.supervisor, "supervision:new_order", case.number)

    assert shown(here.secretary) in page


def test_whoever_signs_a_draft_reads_whom_it_goes_to(client, here):
    case = decided(here)
    order = raised(here, case)

    one = page_of(client, here.signer, "supervision:order", order.pk)
    together = client.post(
        reverse("supervision:sign_together"), {"orders": [f"{order.pk}:{case.number}"]}
    ).content.decode()

    for page in (one, together):
        assert str(case.owner_office or shown(case.owner_post)) in page
        assert shown(here.secretary) in page


def test_chasing_by_hand_says_whom_it_reaches(client, here):
    case = accepted(here)

    act = page_of(client, here.supervisor, "cases:act", case.number, "supervise")
    together = client.post(
        reverse("supervision:chase_together"),
        {"cases": [f"{case.number}:{case.version}"]},
    ).content.decode()

    assert shown(here.secretary) in act
    assert shown(here.secretary) in together


def test_another_step_says_nothing_of_it(client, here):
    case = accepted(here)

    page = page_of(client, here.secretary, "cases:act", case.number, "decide")

    assert "发给" not in page


def red_line_reported(here, case, by):
    values = words(Action.MANDATORY_REPORT, NOON, told="派出所")
    make_move(case, Action.MANDATORY_REPORT, by=officer(by), at=NOON, **values)
    tell_events(NOON)
    return {str(user) for user in told(NoticeKind.RED_LINE)}


def test_whoever_reports_a_danger_reads_who_is_notified_and_that_nobody_is_rung(
    client, here
):
    case = accepted(here)

    page = page_of(client, here.duty, "cases:act", case.number, "mandatory_report")

    assert "派出所、妇联" in page
    assert "自己打电话" in page
    notified = red_line_reported(here, case, here.duty)
    assert str(here.secretary.user) in notified
    form = red_line_goes_to(case, NOON.date(), here.duty.user)
    assert {line.split(" · ")[0] for line in form.notified} == notified
    assert all(line in page for line in form.notified)


def test_whoever_reports_a_danger_is_not_named_as_notified(client, here):
    case = accepted(here)

    page = page_of(client, here.secretary, "cases:act", case.number, "mandatory_report")

    assert shown(here.secretary) not in page.split("系统会通知")[1].split("</div>")[0]
    notified = red_line_reported(here, case, here.secretary)
    form = red_line_goes_to(case, NOON.date(), here.secretary.user)
    assert {line.split(" · ")[0] for line in form.notified} == notified


def test_it_goes_to_those_it_named(here):
    case = decided(here)
    named = addressees_of([case], NOON.date())[case.pk]

    order = sent(here, raised(here, case))

    assert named.addressee == str(order.to_office)
    assert {str(user) for user in told(NoticeKind.ORDER)} == {
        str(here.handler.user),
        str(here.secretary.user),
    }
    assert named.notified == [shown(here.handler), shown(here.secretary)]
