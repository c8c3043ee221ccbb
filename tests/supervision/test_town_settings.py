"""A town's own ladder and the words of its notices: who sets them, what they say, and
from when on they hold.
"""

import pytest
import time_machine
from django.urls import reverse

from cases.workflow import Action, make_move
from minshi.errors import InputRefused, NoSuchRight
from supervision.chasing.circulating import circulate_due
from supervision.chasing.ladder import look_at_clocks
from supervision.chasing.sweeping import sweep
from supervision.models import (
    ChaseStep,
    Notice,
    NoticeKind,
    NoticeText,
    Robot,
    Rung,
    SupervisionOrder,
)
from supervision.models.notice_kinds import FACTS, FILLED_IN, TO_OFFICERS
from supervision.notices.words import example_of, line_of, standard_words, words_of
from supervision.orders import check_reply, raise_order, reply_to_order
from supervision.town_settings import drop_rung, set_rung, set_text
from tests.cases.roads import DAY, NOON, accepted, decided, officer, spoken, staff
from tests.roles import reviewer_of

pytestmark = pytest.mark.django_db
URGE = {
    "is_on": True,
    "days": 2,
    "told": ["head"],
    "by_letter": True,
    "by_robot": False,
}


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_a_step_is_set_from_the_page_and_dropped_again(client):
    here = staff()
    client.force_login(here.reviewer.user)
    address = reverse("supervision:rung", args=["urge"])

    client.post(address, {"is_on": "on", "days": "2", "told": ["head"]})
    rung = Rung.objects.get()
    assert (rung.town, rung.step, rung.days, rung.told) == (
        here.town,
        ChaseStep.URGE,
        2,
        ["head"],
    )
    assert "镇里定的" in client.get(reverse("supervision:ladder")).text

    client.post(address, {"default": "1"})
    assert not Rung.objects.exists()


@pytest.mark.parametrize(
    ("step", "values", "field"),
    [
        (ChaseStep.URGE, {**URGE, "told": []}, "told"),
        (ChaseStep.URGE, {**URGE, "days": 61}, "days"),
        (ChaseStep.OVERDUE, URGE, "days"),
        (ChaseStep.BY_HAND, {**URGE, "days": 0}, "step"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_by_the_field(step, values, field):
    here = staff()

    with pytest.raises(InputRefused) as refused:
        set_rung(here.town, step, by=here.reviewer.user, at=NOON, **values)

    assert set(refused.value.fields) == {field}
    assert not Rung.objects.exists()


def test_only_the_towns_own_reviewer_sets_anything(client):
    here = staff()
    strangers = (
        here.secretary,
        here.supervisor,
        here.county_reviewer,
        reviewer_of(staff().town),
    )

    for post in strangers:
        with pytest.raises(NoSuchRight):
            set_rung(here.town, ChaseStep.URGE, by=post.user, at=NOON, **URGE)
        with pytest.raises(NoSuchRight):
            drop_rung(here.town, ChaseStep.URGE, by=post.user, at=NOON)
        with pytest.raises(NoSuchRight):
            set_text(here.town, NoticeKind.YELLOW, "快到期了", by=post.user, at=NOON)
    client.force_login(here.secretary.user)
    assert client.get(reverse("supervision:ladder")).status_code == 200
    for name, key in (("rung", "urge"), ("notice_text", "yellow")):
        assert client.get(reverse(f"supervision:{name}", args=[key])).status_code == 404
        assert (
            client.post(
                reverse(f"supervision:{name}", args=[key]), {"text": "x"}
            ).status_code
            == 404
        )


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("rung", "by_hand"),
        ("rung", "nothing"),
        ("notice_text", "nothing"),
        ("notice_text", "accepted"),
    ],
)
def test_a_step_or_notice_that_does_not_exist_is_none(client, name, key):
    here = staff()
    client.force_login(here.reviewer.user)

    assert client.get(reverse(f"supervision:{name}", args=[key])).status_code == 404
    assert (
        client.post(
            reverse(f"supervision:{name}", args=[key]), {"text": "x"}
        ).status_code
        == 404
    )


def test_words_are_looked_at_first_and_then_said_in_the_inbox_and_in_letters(client):
    here = staff()
    client.force_login(here.reviewer.user)
    address = reverse("supervision:notice_text", args=["overdue"])

    looked = client.post(address, {"text": "{到期日}就到期了，抓紧办", "look": "1"})
    assert looked.context["example"] == "3月2日就到期了，抓紧办"
    assert not NoticeText.objects.exists()

    client.post(address, {"text": "{到期日}就到期了，抓紧办"})
    case = spoken(here)
    sweep(case.due_at)
    notice = Notice.objects.worded().filter(kind=NoticeKind.OVERDUE).first()
    assert words_of(notice) == "3月3日就到期了，抓紧办"
    assert line_of(notice).startswith(f"{case.number} {here.village}：3月3日就到期了")


def test_another_towns_words_are_not_ours():
    here, elsewhere = staff(), staff()
    set_text(
        elsewhere.town, NoticeKind.OVERDUE, "催", by=elsewhere.reviewer.user, at=NOON
    )

    sweep(spoken(here).due_at)

    assert {
        words_of(notice)
        for notice in Notice.objects.worded().filter(kind=NoticeKind.OVERDUE)
    } != {"催"}


def test_what_the_software_cannot_fill_in_is_refused_and_kept(client):
    here = staff()
    client.force_login(here.reviewer.user)

    answer = client.post(
        reverse("supervision:notice_text", args=["overdue"]),
        {"text": "{姓名}的事到期了"},
    )

    assert answer.status_code == 422
    assert "姓名" in answer.context["form"].errors["text"][0]
    assert "{姓名}的事到期了" in answer.text


@pytest.mark.parametrize(
    "text", ["{到期日就到期了", "到期日}就到期了", "{{到期日}就到期了"]
)
def test_a_brace_left_open_is_refused(text):
    here = staff()

    with pytest.raises(InputRefused):
        set_text(here.town, NoticeKind.OVERDUE, text, by=here.reviewer.user, at=NOON)


@pytest.mark.parametrize("said", ["default", "standard"])
def test_the_standard_words_are_nothing_of_the_towns_own(client, said):
    here = staff()
    set_text(here.town, NoticeKind.YELLOW, "快到期了", by=here.reviewer.user, at=NOON)
    client.force_login(here.reviewer.user)
    sent = (
        {"text": "x", "default": "1"}
        if said == "default"
        else {"text": standard_words(NoticeKind.YELLOW)}
    )

    client.post(reverse("supervision:notice_text", args=["yellow"]), sent)

    assert not NoticeText.objects.exists()


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_can_be_said_in_its_standard_words(kind):
    assert "%(" not in standard_words(kind)


def channels_of(kind):
    return set(Notice.objects.filter(kind=kind).values_list("channel", flat=True))


@pytest.mark.parametrize(
    ("by_letter", "channels"), [(True, {"inbox", "email"}), (False, {"inbox"})]
)
def test_a_step_is_told_by_letter_where_the_town_wants_it(by_letter, channels):
    here = staff()
    here.secretary.user.email = "a@example.cn"
    here.secretary.user.save()
    set_rung(
        here.town,
        ChaseStep.URGE,
        by=here.reviewer.user,
        at=NOON,
        **{**URGE, "by_letter": by_letter},
    )

    sweep(spoken(here).due_at + 2 * DAY)

    assert channels_of(NoticeKind.URGE) == channels


@pytest.mark.parametrize("by_robot", [True, False])
def test_an_order_not_answered_is_told_to_the_group_where_the_town_wants_it(by_robot):
    here = staff()
    Robot.objects.create(
        town=here.town, name="村干部群", url="https://qyapi.weixin.qq.com/x?key=1"
    )
    values = {
        "is_on": True,
        "days": 0,
        "told": ["owner"],
        "by_letter": True,
        "by_robot": by_robot,
    }
    set_rung(here.town, ChaseStep.CIRCULATE, by=here.reviewer.user, at=NOON, **values)
    order = SupervisionOrder.objects.create(
        case=accepted(here),
        town=here.town,
        reason="x",
        demand="x",
        reply_on=NOON.date(),
        raised_at=NOON,
        state="sent",
        number="白关镇督字〔2026〕1号",
        signed_at=NOON,
        signed_by=here.reviewer,
        send_at=NOON,
        sent_at=NOON,
    )

    circulate_due(NOON + DAY)

    assert ("robot" in channels_of(NoticeKind.CIRCULATE)) is by_robot
    if by_robot:
        assert order.number in words_of(Notice.objects.worded().get(channel="robot"))


def test_what_was_told_stays_as_it_was():
    here = staff()
    sweep(spoken(here).due_at)
    told = Notice.objects.worded().filter(kind=NoticeKind.OVERDUE).first()
    before = words_of(told)

    set_text(here.town, NoticeKind.OVERDUE, "抓紧", by=here.reviewer.user, at=NOON)

    assert words_of(Notice.objects.worded().get(pk=told.pk)) == before


def set_step(here, step, days, **values):
    told = {
        "told": ["head"],
        "by_letter": True,
        "by_robot": False,
        "is_on": True,
        **values,
    }
    return set_rung(here.town, step, by=here.reviewer.user, at=NOON, days=days, **told)


@pytest.mark.parametrize(
    ("step", "days"),
    [("urge", 0), ("urge", 3), ("urge", 9), ("order", 0), ("order", 1)],
)
def test_a_step_that_would_never_come_is_refused_beside_its_days(step, days):
    here = staff()

    with pytest.raises(InputRefused) as refused:
        set_step(here, ChaseStep(step), days)

    assert set(refused.value.fields) == {"days"}
    assert not Rung.objects.exists()


def test_a_step_not_in_use_bars_no_other():
    here = staff()
    set_step(here, ChaseStep.URGE, 0, is_on=False, told=[])

    assert set_step(here, ChaseStep.ORDER, 1).days == 1
    with pytest.raises(InputRefused):
        set_step(here, ChaseStep.URGE, 1)


def test_a_default_by_which_another_step_would_never_come_is_not_gone_back_to(client):
    here = staff()
    set_step(here, ChaseStep.ORDER, 10)
    set_step(here, ChaseStep.URGE, 5)
    client.force_login(here.reviewer.user)

    answer = client.post(reverse("supervision:rung", args=["order"]), {"default": "1"})

    assert answer.status_code == 422
    assert "要多于5天" in answer.text
    assert Rung.objects.count() == 2


def steps_of(case):
    return list(case.chases.order_by("pk").values_list("step", flat=True))


def days_late(case, days):
    """So many days after the due: the weeks of the tests have no holiday."""
    return case.due_at + days * DAY


def test_an_order_asked_for_sooner_comes_sooner_for_what_is_late_already():
    here, elsewhere = staff(), staff()
    for each in (here, elsewhere):
        set_step(each, ChaseStep.ORDER, 10)
    case, other = spoken(here), spoken(elsewhere)
    look_at_clocks(days_late(case, 8))
    assert steps_of(case) == steps_of(other) == ["urge"]

    set_rung(
        here.town,
        ChaseStep.ORDER,
        by=here.reviewer.user,
        at=days_late(case, 8),
        is_on=True,
        days=3,
        told=["signer"],
        by_letter=True,
        by_robot=False,
    )
    look_at_clocks(days_late(case, 8))

    assert steps_of(case) == ["urge", "order"]
    assert steps_of(other) == ["urge"]


def test_a_step_in_use_again_comes_for_what_nobody_had_to_look_at_any_more():
    here = staff()
    set_step(here, ChaseStep.ORDER, 3, is_on=False)
    case = spoken(here)
    look_at_clocks(days_late(case, 8))
    assert case.clocks.get().look_at is None

    with time_machine.travel(days_late(case, 8), tick=False):
        drop_rung(
            here.town, ChaseStep.ORDER, by=here.reviewer.user, at=days_late(case, 8)
        )
    look_at_clocks(days_late(case, 8))

    assert steps_of(case) == ["urge", "order"]


def test_what_is_not_yellow_yet_is_not_looked_at_for_a_changed_ladder():
    here = staff()
    case = accepted(here)

    set_step(here, ChaseStep.ORDER, 5)

    assert case.clocks.get(stopped_at=None).look_at == case.yellow_at


def test_the_admin_looks_again_too_and_drops_nothing_that_bars_another_step(client):
    here = staff()
    set_step(here, ChaseStep.ORDER, 10)
    set_step(here, ChaseStep.URGE, 5)
    client.force_login(here.reviewer.user)
    order, urge = Rung.objects.get(step="order"), Rung.objects.get(step="urge")

    assert (
        client.post(
            f"/admin/supervision/rung/{order.pk}/delete/", {"post": "yes"}
        ).status_code
        == 403
    )
    assert (
        client.post(
            f"/admin/supervision/rung/{urge.pk}/delete/", {"post": "yes"}
        ).status_code
        == 302
    )
    assert Rung.objects.get() == order


def test_where_a_town_circulates_nothing_its_late_orders_are_not_looked_at_again(
    django_assert_num_queries,
):
    here = staff()
    set_rung(
        here.town,
        ChaseStep.CIRCULATE,
        by=here.reviewer.user,
        at=NOON,
        is_on=False,
        days=0,
        told=["owner"],
        by_letter=True,
        by_robot=False,
    )
    SupervisionOrder.objects.create(
        case=spoken(here),
        town=here.town,
        reason="x",
        demand="x",
        reply_on=NOON.date(),
        raised_at=NOON,
        state="sent",
        number="白关镇督字〔2026〕1号",
        signed_at=NOON,
        signed_by=here.reviewer,
        send_at=NOON,
        sent_at=NOON,
    )

    with django_assert_num_queries(1):
        assert circulate_due(NOON + DAY) == (0, [])


# --- a town's own words name what their notice knows


def all_facts(kind):
    return "|".join(f"{{{name}}}" for name in FACTS[kind])


@pytest.mark.parametrize("kind", TO_OFFICERS)
def test_the_preview_fills_in_all_that_is_offered_each_with_its_own(kind):
    parts = example_of(kind, all_facts(kind), NOON.date()).split("|")

    assert all(parts)
    assert len(set(parts)) == len(parts)


@pytest.mark.parametrize("kind", TO_OFFICERS)
def test_what_a_kind_of_notice_does_not_know_is_refused_with_what_it_does(kind):
    here = staff()
    for name in set(FILLED_IN) - set(FACTS[kind]):
        with pytest.raises(InputRefused, match="这种通知填不出"):
            set_text(here.town, kind, f"{{{name}}}", by=here.reviewer.user, at=NOON)


def test_what_was_previewed_is_filled_in_for_real():
    """One matter through every kind that names more than its number."""
    here = staff()
    here.signer = reviewer_of(here.town, may_sign=True)
    for kind in TO_OFFICERS:
        set_text(here.town, kind, all_facts(kind), by=here.reviewer.user, at=NOON)
    case = decided(here)
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        note="尽快",
    )
    for at in (NOON, case.yellow_at, case.due_at, case.due_at + 2 * DAY):
        sweep(at)
    order = raise_order(
        case,
        reason="x",
        demand="x",
        reply_on=(NOON + 30 * DAY).date(),
        key=None,
        by=officer(here.signer),
        at=NOON + 20 * DAY,
    )
    sweep(NOON + 21 * DAY)
    order.refresh_from_db()
    order = reply_to_order(order, "在办", by=officer(here.handler), at=NOON + 21 * DAY)
    check_reply(
        order,
        good=False,
        finding="没办",
        by=officer(here.supervisor),
        at=NOON + 21 * DAY,
    )
    sweep(NOON + 60 * DAY)

    said = {
        notice.kind: words_of(notice)
        for notice in Notice.objects.worded().filter(channel="inbox")
    }
    more = {kind for kind in TO_OFFICERS if len(FACTS[kind]) > 1}
    assert more <= set(said)
    assert [kind for kind in more if not all(said[kind].split("|"))] == []
