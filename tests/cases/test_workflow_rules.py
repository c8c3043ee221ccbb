"""议, 办, 督 and 评: rules of domain §3 that are easily broken, a test each."""

from datetime import date
from uuid import uuid4

import pytest

from cases.models import Clock
from cases.models.choices import Stage
from cases.workflow import Action, Speaker, System, make_move, moves_open_to, read_facts
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)

pytestmark = pytest.mark.django_db


def offered(post, case, at=NOON):
    return {offer.action for offer in moves_open_to(post.user, case, at)}


def end_post(post):
    post.until_on = date(2026, 1, 1)
    post.save()


# --- 议


def test_deadline_beyond_the_rule_is_refused():
    here = staff()

    with pytest.raises(InputRefused) as refused:
        decided(here, due_on=date(2026, 3, 12))

    assert set(refused.value.fields) == {"due_on"}
    assert decided(here, due_on=date(2026, 3, 11)).due_on == date(2026, 3, 11)


def test_decision_does_not_lower_the_grade_in_passing():
    here = staff()

    with pytest.raises(InputRefused) as refused:
        decided(here, grade="minor")

    assert set(refused.value.fields) == {"grade"}


def test_joint_handling_needs_an_assistant():
    here = staff()

    with pytest.raises(InputRefused) as refused:
        decided(here, handling="joint")

    assert set(refused.value.fields) == {"assistants"}


def test_who_leads_does_not_assist_as_well():
    here = staff()

    with pytest.raises(InputRefused) as refused:
        decided(here, handling="joint", assistants=[here.office, here.leader])

    assert set(refused.value.fields) == {"assistants"}


def test_returned_matter_keeps_its_due_when_a_shorter_way_is_chosen_next():
    here = staff()
    case = decided(here)
    due = case.due_at
    case = make_move(
        case,
        Action.RETURN,
        by=officer(here.handler),
        at=NOON + DAY,
        reason="不归我们管",
    )

    case = make_move(
        case,
        Action.DECIDE,
        by=officer(here.secretary),
        at=NOON + 2 * DAY,
        handling="on_spot",
        decision="换",
        lead=here.duty,
    )

    assert case.due_at == due


def test_returned_matter_may_get_the_longer_rule_from_its_clocks_start():
    here = staff()
    case = make_move(
        decided(here),
        Action.RETURN,
        by=officer(here.handler),
        at=NOON + DAY,
        reason="不归我们管",
    )

    case = make_move(
        case, Action.DECIDE, by=officer(here.secretary), at=NOON + 2 * DAY,
        handling="joint", decision="换", lead=here.duty, assistants=[here.office],
    )  # fmt: skip

    assert case.due_on == date(2026, 3, 23)
    assert Clock.objects.filter(case=case, stage=Stage.HANDLE).count() == 1


def test_matter_may_be_put_off_once_in_each_visit():
    here = staff()
    case = make_move(
        decided(here),
        Action.RETURN,
        by=officer(here.handler),
        at=NOON,
        reason="不归我们管",
    )
    later = {
        "by": officer(here.secretary),
        "reason": "等雨停",
        "until_on": date(2026, 3, 5),
    }
    case = make_move(case, Action.DEFER, at=NOON, **later)
    with pytest.raises(MoveRefused):
        make_move(case, Action.DEFER, at=NOON, **later)

    case = make_move(
        decided(here, case),
        Action.RETURN,
        by=officer(here.handler),
        at=NOON,
        reason="还是不归",
    )
    case = make_move(case, Action.DEFER, at=NOON, **later)

    assert case.light(NOON) == "grey"


def test_handing_it_to_another_lead_keeps_the_report_of_an_assistant_who_stays():
    here = staff()
    case = decided(here, handling="joint", assistants=[here.leader])
    case = make_move(
        case, Action.REPORT, by=officer(here.leader), at=NOON, result="沟通好了"
    )

    case = make_move(
        case,
        Action.REASSIGN,
        by=officer(here.secretary),
        at=NOON,
        lead=here.duty,
        assistants=[here.leader],
        reason="出差",
    )

    assert case.owner == here.duty
    assert case.assignments.get(post=here.leader).report == "沟通好了"


# --- 办


def test_granted_time_is_not_lost_when_a_suspension_ends_early():
    here = staff()
    case = decided(here)
    lead, secretary = officer(here.handler), officer(here.secretary)
    case = make_move(
        case,
        Action.ASK_EXTENSION,
        by=lead,
        at=NOON,
        reason="缺料",
        until_on=date(2026, 3, 31),
    )
    case = make_move(
        case,
        Action.ASK_SUSPENSION,
        by=lead,
        at=NOON,
        reason="大雪",
        until_on=date(2026, 3, 10),
    )
    case = make_move(
        case, Action.RULE_SUSPENSION, by=secretary, at=NOON, ruling="granted"
    )
    case = make_move(
        case, Action.RULE_EXTENSION, by=secretary, at=NOON, ruling="granted"
    )

    case = make_move(case, Action.RESUME, by=lead, at=NOON + DAY)

    assert case.due_on == date(2026, 3, 31)


def test_granted_time_never_brings_the_due_forward():
    here = staff()
    lead, secretary = officer(here.handler), officer(here.secretary)
    case = make_move(
        decided(here),
        Action.ASK_EXTENSION,
        by=lead,
        at=NOON,
        reason="缺料",
        until_on=date(2026, 3, 12),
    )
    case = make_move(
        case,
        Action.ASK_SUSPENSION,
        by=lead,
        at=NOON,
        reason="大雪",
        until_on=date(2026, 3, 20),
    )
    case = make_move(
        case, Action.RULE_SUSPENSION, by=secretary, at=NOON, ruling="granted"
    )
    due = case.due_at

    case = make_move(
        case, Action.RULE_EXTENSION, by=secretary, at=NOON, ruling="granted"
    )

    assert case.due_at == due


def test_request_whose_day_is_past_is_not_granted():
    here = staff()
    case = decided(here)
    ask = {"reason": "缺料", "until_on": date(2026, 3, 12)}
    case = make_move(
        case, Action.ASK_EXTENSION, by=officer(here.handler), at=NOON, **ask
    )

    with pytest.raises(MoveRefused):
        make_move(
            case,
            Action.RULE_EXTENSION,
            by=officer(here.secretary),
            at=NOON + 15 * DAY,
            ruling="granted",
        )


def test_nobody_rules_on_more_time_for_what_they_handle():
    here = staff()
    case = decided(here, lead=here.secretary)
    ask = {"reason": "缺料", "until_on": date(2026, 3, 20)}
    case = make_move(
        case, Action.ASK_EXTENSION, by=officer(here.secretary), at=NOON, **ask
    )

    with pytest.raises(NoSuchRight):
        make_move(
            case,
            Action.RULE_EXTENSION,
            by=officer(here.secretary),
            at=NOON,
            ruling="granted",
        )

    case = make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.reviewer),
        at=NOON,
        ruling="granted",
    )
    assert case.due_on == date(2026, 3, 20)


def test_what_is_done_already_is_not_offered_again():
    here = staff()
    case = decided(here, handling="joint", assistants=[here.leader, here.member])
    case = make_move(case, Action.ACKNOWLEDGE, by=officer(here.leader), at=NOON)
    case = make_move(
        case, Action.REPORT, by=officer(here.leader), at=NOON, result="沟通好了"
    )

    assert not {Action.ACKNOWLEDGE, Action.REPORT} & offered(here.leader, case)
    assert {Action.ACKNOWLEDGE, Action.REPORT} <= offered(here.member, case)


def test_supervision_may_chase_by_itself():
    here = staff()
    case = decided(here)

    case = make_move(
        case,
        Action.SUPERVISE,
        by=System("ladder"),
        at=NOON,
        supervision_level="urge",
        text="逾期一天",
    )

    assert case.events.latest("sequence").data["supervision_level"] == "urge"


# --- 督, 评


def test_villagers_answer_is_marked_by_the_way_it_came():
    here = staff()
    case = verified(here)

    case = make_move(
        case,
        Action.RATE,
        by=Speaker(case, "code"),
        at=NOON + DAY,
        satisfaction="mostly",
        solved="yes",
        how="call",
    )

    assert case.ratings.get().how == "code"


def test_officer_never_enters_a_rating_as_if_the_code_had_been_used():
    here = staff()

    with pytest.raises(InputRefused):
        rated(here, how="code")


def test_second_reopening_by_the_speaker_is_refused():
    here = staff()
    case = rated(here)
    speaker = Speaker(case, "code")
    case = make_move(
        case, Action.REOPEN, by=speaker, at=NOON + 3 * DAY, reason="又坏了"
    )
    case = rated(
        here,
        verified(here, completed(here, case, at=NOON + 4 * DAY), at=NOON + 4 * DAY),
        at=NOON + 5 * DAY,
    )

    with pytest.raises(MoveRefused):
        make_move(case, Action.REOPEN, by=speaker, at=NOON + 6 * DAY, reason="又坏了")


def test_ten_words_a_day_are_taken_by_the_code_and_any_number_at_the_counter():
    here = staff()
    case = spoken(here)
    alone, helped = Speaker(case, "code"), Speaker(case, "counter", here.duty)
    for _nth in range(10):
        case = make_move(case, Action.SUPPLEMENT, by=alone, at=NOON, note="还漏")

    with pytest.raises(MoveRefused):
        make_move(case, Action.SUPPLEMENT, by=alone, at=NOON, note="还漏")

    case = make_move(case, Action.SUPPLEMENT, by=helped, at=NOON, note="我家也漏")
    case = make_move(case, Action.SUPPLEMENT, by=alone, at=NOON + DAY, note="还漏")
    assert case.events.filter(action="supplement").count() == 12


def test_diverted_matter_opened_again_is_deliberated_even_if_the_first_lead_is_back():
    here = staff()
    case = verified(
        here, completed(here, decided(here, lead=here.member), by=here.member)
    )
    end_post(here.member)
    case = rated(here, case, satisfaction="dissatisfied", solved="no", reason="没修")
    case = make_move(
        case,
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON + 2 * DAY,
        reason="要立案",
    )
    case = make_move(
        case,
        Action.DIVERT,
        by=officer(here.reviewer),
        at=NOON + 2 * DAY,
        route="法院",
        told="请去法院",
    )
    here.member.until_on = None
    here.member.save()

    case = make_move(
        case,
        Action.REOPEN,
        by=officer(here.supervisor),
        at=NOON + 3 * DAY,
        reason="法院不收",
    )

    assert (case.stage, case.round) == (Stage.DELIBERATE, 3)


def test_dissatisfied_call_back_opens_the_matter_again_and_says_why():
    here = staff()
    case = rated(here)
    answer = {"satisfaction": "dissatisfied", "solved": "no", "how": "call"}
    with pytest.raises(InputRefused):
        make_move(
            case,
            Action.CALL_BACK,
            by=officer(here.secretary),
            at=NOON + 9 * DAY,
            **answer,
        )

    case = make_move(
        case,
        Action.CALL_BACK,
        by=officer(here.secretary),
        at=NOON + 9 * DAY,
        reason="又灭了",
        **answer,
    )

    assert (case.stage, case.round, case.owner) == (Stage.HANDLE, 2, here.office)
    last = list(case.events.values_list("action", "actor_kind"))[-2:]
    assert last == [("call_back", "officer"), ("reopen", "system")]


def test_explanation_says_who_explained():
    here = staff()
    case = rated(here, satisfaction="dissatisfied", solved="no", reason="又灭了")
    case = verified(here, completed(here, case, at=NOON + 3 * DAY), at=NOON + 3 * DAY)
    case = rated(
        here,
        case,
        at=NOON + 4 * DAY,
        satisfaction="dissatisfied",
        solved="no",
        reason="还是不亮",
    )

    case = make_move(
        case,
        Action.EXPLAIN,
        by=officer(here.supervisor),
        at=NOON + 5 * DAY,
        text="线路明年统一改造",
    )

    data = case.events.latest("sequence").data
    assert data["explained_by"] == here.supervisor.user.name
    assert data["explained_at"]


def test_order_pending_promises_a_day_to_come():
    here = staff()
    case = rated(here, satisfaction="dissatisfied", solved="no", reason="又灭了")
    case = verified(here, completed(here, case, at=NOON + 3 * DAY), at=NOON + 3 * DAY)

    late = NOON + 60 * DAY
    case = rated(
        here, case, at=late, satisfaction="dissatisfied", solved="no", reason="还是不亮"
    )

    assert case.promised_on >= late.date()


def test_changed_promise_is_named_in_the_event():
    here = staff()

    case = accepted(here)

    assert case.events.latest("sequence").data["promised_on"] == str(case.promised_on)


# --- a page's facts, and its key


def test_facts_read_before_somebody_elses_move_serve_no_longer():
    here = staff()
    case = decided(here)
    seen, at = read_facts(case, NOON + DAY), NOON + DAY
    make_move(
        case,
        Action.REASSIGN,
        by=officer(here.secretary),
        at=at,
        lead=here.member,
        reason="换人",
    )

    with pytest.raises(NoSuchRight):
        make_move(case, Action.ACKNOWLEDGE, by=officer(here.handler), at=at, facts=seen)


def test_a_used_key_moves_nothing_whatever_version_is_named():
    here = staff()
    case, key = decided(here), uuid4()
    done = make_move(
        case, Action.PROGRESS, by=officer(here.handler), at=NOON, key=key, text="去看了"
    )

    for version in (None, case.version, done.version):
        again = make_move(
            case,
            Action.PROGRESS,
            by=officer(here.handler),
            at=NOON,
            key=key,
            version=version,
            text="去看了",
        )
        assert again.version == done.version
    assert [event.note for event in case.events.filter(action="progress")] == ["去看了"]


def test_an_answer_by_the_code_is_no_officers_to_note():
    here = staff()
    said = {"how": "code", "said_at": NOON, "reason": "不用办了"}
    with pytest.raises(InputRefused):
        make_move(spoken(here), Action.WITHDRAW, by=officer(here.duty), at=NOON, **said)
    with pytest.raises(InputRefused):
        make_move(
            verified(here),
            Action.ATTEMPT,
            by=officer(here.duty),
            at=NOON + DAY,
            how="code",
        )
    answers = {"satisfaction": "satisfied", "solved": "yes", "how": "code"}
    with pytest.raises(InputRefused):
        make_move(
            rated(here),
            Action.CALL_BACK,
            by=officer(here.duty),
            at=NOON + 2 * DAY,
            **answers,
        )
