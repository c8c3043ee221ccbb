"""Events told: whoever a matter passes to hears of it once, and whoever did it does
not.
"""

from datetime import timedelta

import pytest
import time_machine

from cases.models import Clock, Event
from cases.workflow import Action, Speaker, make_move
from minshi.workdays import local_day
from supervision.models import (
    Chase,
    EventFailure,
    EventSeen,
    Notice,
    NoticeKind,
    OrderState,
    SupervisionOrder,
    Watermark,
)
from supervision.notices.inbox import inbox_of
from supervision.notices.words import words_of
from supervision.status import backlog
from supervision.telling import Telling, pass_over_the_past, tell_events
from tests import roles
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    spoken,
    staff,
    verified,
)
from tests.together import times_at_once

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def told(kind=None):
    # calls to the speaker: test_speaker.py
    rows = Notice.objects.exclude(kind=NoticeKind.CALL).order_by("pk")
    return [
        (row.recipient, row.kind) for row in (rows.filter(kind=kind) if kind else rows)
    ]


def just_told(at=NOON):
    """The notices of what happened since the last time."""
    before = set(Notice.objects.values_list("pk", flat=True))
    tell_events(at)
    return [
        (row.recipient, row.kind)
        for row in (
            Notice.objects.exclude(pk__in=before)
            .exclude(kind=NoticeKind.CALL)
            .order_by("pk")
        )
    ]


def test_whoever_a_matter_passes_to_hears_of_it_at_every_step():
    here = staff()
    case = spoken(here)
    assert just_told() == []  # the duty officer took it down, and has it

    case = accepted(here, case)
    assert just_told() == [(here.secretary.user, NoticeKind.YOURS)]
    case = decided(here, case)
    assert just_told() == [(here.handler.user, NoticeKind.YOURS)]
    case = completed(here, case)
    assert just_told() == [(here.secretary.user, NoticeKind.YOURS)]
    verified(here, case)
    assert just_told() == [(here.duty.user, NoticeKind.YOURS)]


def test_an_assistant_hears_of_their_part():
    here = staff()
    decided(here, handling="joint", lead=here.office, assistants=[here.member])

    tell_events(NOON)

    assert (here.member.user, NoticeKind.PART) in told()
    assert (here.handler.user, NoticeKind.YOURS) in told()


def test_who_has_passed_it_on_within_the_minute_is_not_told():
    here = staff()
    decided(here)

    tell_events(NOON)

    assert told() == [(here.handler.user, NoticeKind.YOURS)]


def test_a_request_goes_to_whoever_rules_and_the_ruling_back():
    here = staff()
    case = decided(here)
    tell_events(NOON)
    until_on = local_day(NOON + 20 * DAY)
    case = make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="下雨",
        until_on=until_on,
    )

    assert just_told() == [(here.secretary.user, NoticeKind.RULE)]
    make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
    )
    assert just_told() == [(here.handler.user, NoticeKind.RULED)]


def test_an_order_asked_for_has_the_words_of_whoever_asked():
    """What is blanked in a list of names would tell them who spoke in confidence."""
    here = staff()
    case = accepted(here, spoken(here, confidentiality="hidden"))
    typed = "请问张建国、李建国、赵六"
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="order",
        note=typed,
    )

    tell_events(NOON)

    order = SupervisionOrder.objects.get()
    chase = Chase.objects.get()
    assert order.demand.startswith(typed)
    assert (chase.demand, chase.demand_in_full) == ("请问张建国、［…］、赵六", typed)


@pytest.mark.parametrize("who", ["supervisor", "secretary"])
def test_whoever_urged_reads_their_own_words_and_others_no_name(who):
    here = staff()
    case = accepted(here, spoken(here, confidentiality="hidden"))
    typed = "请问张建国、李建国、赵六"
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        note=typed,
    )
    tell_events(NOON)
    reader = logged_in(getattr(here, who))

    with time_machine.travel(NOON, tick=False):
        of_case = reader.get(f"/supervision/matters/{case.number}/chasing/").text
        ledger = reader.get("/ledgers/supervision/", {"period": "all"}).text

    for page in (of_case, ledger):
        assert (typed in page) == (who == "supervisor")
        assert ("李建国" in page) == (who == "supervisor")


def test_whoever_may_not_open_a_matter_is_not_told_to_look_at_its_danger():
    here = staff()
    case = spoken(here, confidentiality="secret")
    make_move(
        case,
        Action.MANDATORY_REPORT,
        by=officer(here.duty),
        at=NOON,
        told="派出所",
        happened="孩子身上有伤",
    )
    tell_events(NOON)

    (notice,) = inbox_of(here.supervisor.user, NOON)
    words = words_of(notice)

    assert "您看不到" in words
    assert "马上看" not in words


def test_a_ruling_reaches_whoever_asked_though_the_matter_has_moved_on():
    here = staff()
    case = decided(here)
    case = make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="下雨",
        until_on=local_day(NOON + 20 * DAY),
    )
    tell_events(NOON)
    case = make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
    )
    verified(here, completed(here, case))

    told = just_told(NOON + MINUTE)

    assert [user for user, kind in told if kind == NoticeKind.RULED] == [
        here.handler.user
    ]


@pytest.mark.parametrize(
    ("ruling", "words"),
    [
        ({"ruling": "granted"}, "您申请的延期同意了，延到3月23日。"),
        (
            {"ruling": "refused", "reason": "料已到"},
            "您申请的延期没有同意，还按原来的期限办。为什么，打开这件事看。",
        ),
    ],
)
def test_a_ruling_says_how_it_was_ruled(ruling, words):
    here = staff()
    case = decided(here)
    asked = {"reason": "等材料", "until_on": local_day(NOON + 20 * DAY)}  # a Sunday
    by = officer(here.handler)
    make_move(case, Action.ASK_EXTENSION, by=by, at=NOON, **asked)
    tell_events(NOON)

    by = officer(here.secretary)
    make_move(case, Action.RULE_EXTENSION, by=by, at=NOON, **ruling)

    assert just_told() == [(here.handler.user, NoticeKind.RULED)]
    assert words_of(Notice.objects.get(kind=NoticeKind.RULED)) == words


def test_what_was_returned_goes_back_to_whoever_decides():
    here = staff()
    case = decided(here)
    tell_events(NOON)

    make_move(
        case, Action.RETURN, by=officer(here.handler), at=NOON, reason="不归我们管"
    )

    assert just_told() == [(here.secretary.user, NoticeKind.YOURS)]


def test_a_word_from_the_speaker_reaches_whoever_has_the_matter():
    here = staff()
    case = decided(here)
    tell_events(NOON)

    make_move(case, Action.URGE, by=Speaker(case, "code"), at=NOON)

    assert just_told() == [(here.handler.user, NoticeKind.SPEAKER)]


def test_a_red_line_is_told_at_once_to_those_above():
    here = staff()
    case = spoken(here)
    tell_events(NOON)

    make_move(
        case,
        Action.MANDATORY_REPORT,
        by=officer(here.duty),
        at=NOON,
        told="派出所",
        happened="孩子被打，已送邻居家",
        told_at=NOON,
    )

    assert set(just_told()) == {
        (here.secretary.user, NoticeKind.RED_LINE),
        (here.supervisor.user, NoticeKind.RED_LINE),
    }
    assert set(
        Notice.objects.filter(kind=NoticeKind.RED_LINE).values_list(
            "is_urgent", flat=True
        )
    ) == {True}


def test_whom_a_matter_concerns_hears_nothing_of_it():
    here = staff()
    case = accepted(here)

    make_move(
        case,
        Action.RECUSE,
        by=officer(here.reviewer),
        at=NOON,
        concerns=[here.secretary.user],
    )
    tell_events(NOON)

    recipients = [user for user, _kind in told()]
    assert here.secretary.user not in recipients
    assert here.reviewer.user not in recipients  # did it


def test_chasing_by_hand_is_kept_told_and_counted():
    here = staff()
    case = decided(here)
    tell_events(NOON)

    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        note="尽快",
    )

    assert just_told() == [
        (here.handler.user, NoticeKind.CHASED),
        (here.secretary.user, NoticeKind.CHASED),
    ]
    chase = Chase.objects.get()
    assert (chase.level, chase.by, chase.demand) == ("urge", here.supervisor, "尽快")


def test_whoever_is_put_in_as_speaker_later_is_named_in_no_notice():
    here = staff()
    case = decided(here, accepted(here, spoken(here, speaker_name="")))
    tell_events(NOON)
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        note="欧阳建仁来镇上催过三次",
    )
    tell_events(NOON)
    by = officer(here.duty)
    named = {"speaker_name": "欧阳建仁", "as_typed": True, "reason": "问到了"}
    make_move(case, Action.AMEND, by=by, at=NOON, **named)
    by = officer(here.handler)
    make_move(case, Action.PROTECT, by=by, at=NOON, confidentiality="hidden")

    notices = Notice.objects.filter(kind=NoticeKind.CHASED)
    said = [words_of(notice) for notice in notices.select_related("case", "chase")]

    assert said
    assert not [words for words in said if "欧阳建仁" in words]
    assert all("催过三次" in words for words in said)


def test_an_order_asked_for_by_hand_waits_for_a_signature():
    here = staff()
    case = decided(here)

    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="order",
        note="久拖不办",
    )
    tell_events(NOON)

    assert SupervisionOrder.objects.get().state == OrderState.TO_SIGN


def test_a_second_telling_tells_nothing():
    here = staff()
    decided(here)
    assert tell_events(NOON) == (3, [])

    assert tell_events(NOON + MINUTE) == (0, [])
    assert len(told()) == 1


def test_an_event_that_was_committed_late_is_told_all_the_same():
    """Its id is lower than others seen before it: a cursor would have passed over
    it.
    """
    here, there = staff(), staff()
    early = decided(here).events.latest("pk")
    decided(there)
    EventSeen.objects.create(event=early)  # as if it were not there yet
    tell_events(NOON)
    EventSeen.objects.filter(event=early).delete()

    assert just_told(NOON + MINUTE) == [(here.handler.user, NoticeKind.YOURS)]


def test_the_watermark_follows_an_hour_behind_and_clears_what_lies_below():
    here = staff()
    decided(here)
    last = Event.objects.latest("pk").pk
    tell_events(NOON)
    assert Watermark.objects.get().floor == 0

    tell_events(NOON + timedelta(minutes=59))
    assert Watermark.objects.get().floor == 0
    tell_events(NOON + timedelta(minutes=61))

    assert Watermark.objects.get().floor == last
    assert not EventSeen.objects.exists()
    assert tell_events(NOON + timedelta(hours=2)) == (0, [])


def test_what_lies_in_the_past_can_be_passed_over():
    here = staff()
    decided(here)

    pass_over_the_past(NOON)

    assert tell_events(NOON + MINUTE) == (0, [])
    accepted(here)
    assert tell_events(NOON + MINUTE)[0] > 0


def test_who_chased_a_matter_stays_on_record_though_it_was_closed_before_it_was_told():
    here = staff()
    taken_back, taken_over = decided(here), decided(here)
    for case in (taken_back, taken_over):
        make_move(
            case,
            Action.SUPERVISE,
            by=officer(here.supervisor),
            at=NOON,
            supervision_level="order",
            note="抓紧",
        )
    clocks = {clock.case_id: clock for clock in Clock.objects.filter(stopped_at=None)}
    make_move(
        taken_back, Action.WITHDRAW, by=Speaker(taken_back, "code"), at=NOON, reason=""
    )

    tell_events(NOON + MINUTE)

    chases = Chase.objects.select_related("clock")
    assert {chase.case_id: chase.clock for chase in chases} == clocks
    (order,) = SupervisionOrder.objects.all()  # nothing is left to order
    assert order.case == taken_over


def test_who_chased_a_matter_stays_on_record_though_nobody_is_told_of_the_past():
    here = staff()
    case = decided(here)
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        note="抓紧",
    )

    pass_over_the_past(NOON)

    assert (Chase.objects.get().case, told()) == (case, [])
    assert tell_events(NOON + MINUTE) == (0, [])


def test_an_event_that_cannot_be_told_holds_up_no_other_and_is_tried_again(monkeypatch):
    here, there = staff(), staff()
    bad, good = decided(here), decided(there)
    whole = Telling.messages

    def fails(self, event):
        if event.case_id == bad.pk:
            raise ZeroDivisionError
        return whole(self, event)

    monkeypatch.setattr(Telling, "messages", fails)
    _told, failed = tell_events(NOON)
    monkeypatch.undo()

    assert {name.split("/")[0] for name in failed} == {bad.number}
    assert told() == [(there.handler.user, NoticeKind.YOURS)]
    assert just_told(NOON + MINUTE) == [(here.handler.user, NoticeKind.YOURS)]
    assert good.pk != bad.pk


@pytest.mark.parametrize("count", [1, 20])
def test_telling_takes_a_fixed_number_of_queries(count, django_assert_max_num_queries):
    here = staff()
    for _nth in range(count):
        decided(here, handling="joint", lead=here.office, assistants=[here.member])

    with django_assert_max_num_queries(35):
        tell_events(NOON)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_tellers_at_the_same_time_tell_each_once():
    here = staff()
    for _nth in range(10):
        decided(here)
    times_at_once(3, lambda: tell_events(NOON))

    assert len(told()) == 10
    assert EventSeen.objects.count() == 30


def test_the_owner_of_a_case_in_another_town_hears_nothing():
    here, there = staff(), staff()
    roles.supervisor_of(there.town)
    decided(here)

    tell_events(NOON)

    assert [user for user, _kind in told()] == [here.handler.user]


def test_an_event_that_cannot_be_told_for_a_day_is_passed_over_and_the_status_page_says_so(
    client, monkeypatch
):
    here, there = staff(), staff()
    bad = decided(here)
    decided(there)
    whole = Telling.messages

    def fails(self, event):
        if event.case_id == bad.pk:
            raise ZeroDivisionError
        return whole(self, event)

    monkeypatch.setattr(Telling, "messages", fails)
    assert len(tell_events(NOON)[1]) == 3
    assert len(tell_events(NOON + 23 * HOUR)[1]) == 3
    assert set(EventFailure.objects.values_list("tries", "passed_over_at")) == {
        (2, None)
    }
    assert Watermark.objects.get().floor == 0

    tell_events(NOON + 24 * HOUR)
    assert tell_events(NOON + 25 * HOUR) == (0, [])

    assert backlog(NOON + 25 * HOUR).passed_over == 3
    tell_events(NOON + 26 * HOUR)
    assert Watermark.objects.get().floor == Event.objects.latest("pk").pk
    client.force_login(roles.system_admin().user)
    assert "有3件事一整天都没能通知出去" in client.get("/supervision/status/").text


def test_what_is_told_at_last_failed_no_more(monkeypatch):
    decided(staff())
    monkeypatch.setattr(Telling, "messages", lambda _self, _event: 1 / 0)
    tell_events(NOON)
    assert EventFailure.objects.count() == 3
    monkeypatch.undo()

    tell_events(NOON + MINUTE)

    assert not EventFailure.objects.exists()
    assert len(told()) == 1
