"""The calls to speakers: whose they are, making one, and what came of it."""

import pytest
import time_machine
from django.urls import reverse

from cases.deadlines.counting import counting_of
from cases.models import Case
from cases.models.choices import Rule, Stage
from cases.workflow import Action, Speaker, make_move
from minshi.errors import NoSuchRight
from supervision.chasing.sweeping import sweep
from supervision.models import Call, Notice, NoticeChannel, NoticeKind
from supervision.notices.calls import calls_of, note_call, numbers_to_call
from supervision.notices.speaker import told_so_far
from tests import roles
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
    words,
)
from tests.supervision.test_speaker import PHONE, taken_up
from tests.villages.duty_desk import away, shift_of
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_a_call_is_made_from_the_list_and_noted_once(client):
    here = staff()
    case = taken_up(here)
    call = Call.objects.get()
    client.force_login(here.duty.user)

    page = client.get(reverse("supervision:calls"))
    assert case.number in page.text
    assert PHONE not in page.text
    opened = client.post(reverse("supervision:call_phone", args=[call.pk]))
    assert PHONE in opened.text
    assert opened["Cache-Control"] == "no-store"
    assert AuditRecord.objects.filter(
        kind="unmask", user=here.duty.user, subject__contains=case.number
    ).exists()

    client.post(reverse("supervision:call", args=[call.pk]), {"reached": "no"})
    client.post(reverse("supervision:call", args=[call.pk]), {"reached": "yes"})
    client.post(reverse("supervision:call", args=[call.pk]), {"reached": "yes"})
    call.refresh_from_db()
    assert (call.tries, call.done_by) == (2, here.duty)
    assert case.number not in client.get(reverse("supervision:calls")).text
    assert [line.by for line in told_so_far(case)] == [here.duty]


def test_a_call_not_answered_is_counted_once_however_often_it_is_clicked(client):
    here = staff()
    taken_up(here)
    call = Call.objects.get()
    client.force_login(here.duty.user)
    address = reverse("supervision:call", args=[call.pk])

    first = form_of(client, call)
    client.post(address, first | {"reached": "no"})
    client.post(address, first | {"reached": "no"})
    call.refresh_from_db()
    assert call.tries == 1

    second = form_of(client, call)
    assert second != first
    client.post(address, second | {"reached": "no"})
    client.post(address, {"key": "x", "reached": "no"})
    call.refresh_from_db()
    assert call.tries == 3  # without a key each counts

    # another outcome of the same form is another
    client.post(address, second | {"reached": "yes"})
    call.refresh_from_db()
    assert (call.tries, call.done_by) == (4, here.duty)


def form_of(client, call):
    """The key of the form of a call, as its page has it."""
    (row,) = client.get(reverse("supervision:calls")).context["calls"]
    assert row.pk == call.pk
    return {"key": str(row.key)}


def test_two_who_call_are_counted_each(client):
    here = staff()
    taken_up(here)
    call = Call.objects.get()
    for post in (here.duty, here.secretary):
        client.force_login(post.user)
        address = reverse("supervision:call", args=[call.pk])
        client.post(address, form_of(client, call) | {"reached": "no"})

    call.refresh_from_db()
    assert call.tries == 2


def test_a_strangers_call_does_not_exist(client):
    here, elsewhere = staff(), staff()
    taken_up(here)
    call = Call.objects.get()

    for post in (elsewhere.duty, here.leader, here.handler, here.member):
        assert not calls_of(post.user, NOON).exists()
        with pytest.raises(NoSuchRight):
            note_call(call, reached=True, by=post.user, at=NOON)
        with pytest.raises(NoSuchRight):
            numbers_to_call(call, by=post.user, at=NOON)
        client.force_login(post.user)
        for name in ("call", "call_phone"):
            assert (
                client.post(
                    reverse(f"supervision:{name}", args=[call.pk]), {"reached": "yes"}
                ).status_code
                == 404
            )
    call.refresh_from_db()
    assert call.done_at is None


def test_a_secret_matters_call_is_for_whoever_it_is_with():
    here = staff()
    case = taken_up(here, confidentiality="secret")

    assert [
        user
        for user in (here.duty, here.secretary, here.reviewer)
        if calls_of(user.user, NOON).exists()
    ] == [
        post
        for post in (here.duty, here.secretary, here.reviewer)
        if post.pk == case.owner_post_id
    ]


def test_the_list_costs_the_same_for_one_and_for_many(
    client, django_assert_num_queries
):
    here = staff()
    taken_up(here)
    client.force_login(here.duty.user)
    client.get(reverse("supervision:calls"))

    for _more in range(2):
        with django_assert_num_queries(3):
            client.get(reverse("supervision:calls"))
        taken_up(here)


def test_a_later_word_takes_the_place_of_a_call_nobody_has_made_yet():
    here = staff()
    case = taken_up(here)
    verified(here, completed(here, decided(here, case)))
    sweep(NOON + DAY)

    assert [call.kind for call in Call.objects.filter(case=case)] == [
        NoticeKind.ANSWERED
    ]


def test_a_call_that_was_made_stays_beside_the_later_word():
    here = staff()
    case = taken_up(here)
    note_call(Call.objects.get(), reached=True, by=here.duty.user, at=NOON)
    verified(here, completed(here, decided(here, case)))
    sweep(NOON + DAY)

    assert [line.kind for line in told_so_far(case)] == ["已经受理", "有答复了"]


def test_nobody_is_called_about_a_matter_that_is_closed():
    here = staff()
    rated(here, verified(here, completed(here, decided(here, taken_up(here)))))
    sweep(NOON + 2 * DAY)

    assert not calls_of(here.duty.user, NOON + 2 * DAY).exists()
    states = {line.state for line in told_so_far(Case.objects.get())}
    assert states == {"已经办结过，不用再打电话"}


def test_a_hidden_speaker_is_called_by_whoever_took_it_down(client):
    here = staff()
    case = taken_up(here, confidentiality="hidden")

    told = Notice.objects.get(kind=NoticeKind.CALL)
    assert told.recipient == here.duty.user
    assert calls_of(here.duty.user, NOON).get().case == case
    assert calls_of(here.reviewer.user, NOON).exists()
    assert not calls_of(here.secretary.user, NOON).exists()


def test_a_hidden_speaker_whose_recorder_has_left_is_called_by_the_towns_reviewer():
    here = staff()
    case = accepted(
        here,
        spoken(
            here, speaker_phone=PHONE, channel="wechat_group", confidentiality="hidden"
        ),
    )
    here.duty.from_on = here.duty.until_on = (NOON - DAY).date()
    here.duty.save()
    sweep(NOON)

    assert (
        Notice.objects.get(kind=NoticeKind.CALL, case=case).recipient
        == here.reviewer.user
    )


def test_several_hidden_speakers_of_one_recorder_are_all_called_by_them():
    here = staff()
    for _nth in range(2):
        accepted(
            here,
            spoken(
                here,
                speaker_phone=PHONE,
                channel="wechat_group",
                confidentiality="hidden",
            ),
        )
    sweep(NOON)

    assert set(
        Notice.objects.filter(kind=NoticeKind.CALL).values_list("recipient", flat=True)
    ) == {here.duty.user_id}


def test_a_call_is_noted_from_the_post_that_has_to_do_with_it():
    here = staff()
    other = roles.committee_member_of(staff().village, user=here.duty.user)
    taken_up(here)

    call = note_call(Call.objects.get(), reached=True, by=here.duty.user, at=NOON)

    assert call.done_by == here.duty != other


def test_whoever_is_on_shift_opens_the_call_and_the_number(client):
    here = staff()
    taken_up(here)
    call = Call.objects.get()
    assert not calls_of(here.member.user, NOON).exists()
    shift_of(here.member)
    client.force_login(here.member.user)

    assert PHONE in client.post(reverse("supervision:call_phone", args=[call.pk])).text
    client.post(reverse("supervision:call", args=[call.pk]), {"reached": "yes"})

    call.refresh_from_db()
    assert call.done_by == here.member


def test_who_stands_in_for_the_shift_calls_and_who_is_away_does_not():
    here = staff()
    away_one = roles.committee_member_of(here.village)
    shift_of(away_one)
    away(away_one, here.member)
    taken_up(here)

    assert calls_of(here.member.user, NOON).exists()
    assert not calls_of(away_one.user, NOON).exists()


def test_a_shift_in_another_village_opens_no_call():
    here, elsewhere = staff(), staff()
    shift_of(elsewhere.member)
    taken_up(here)

    assert not calls_of(elsewhere.member.user, NOON).exists()


def test_who_opens_a_matter_again_themself_is_not_called_about_what_was_before(client):
    here = staff()
    case = rated(here)
    sweep(NOON + DAY)
    make_move(
        case,
        Action.REOPEN,
        by=Speaker(case, "code"),
        at=NOON + 2 * DAY,
        reason="还是不亮",
    )
    client.force_login(here.duty.user)

    page = client.get(reverse("supervision:calls")).text

    assert case.number not in page
    assert "转回去重新办了" not in page
    case.refresh_from_db()
    (line,) = told_so_far(case)
    assert line.state == "已经办结过，不用再打电话"


def test_a_call_about_a_day_tells_the_answer_once_there_is_one(client):
    """The matter moved on before the sweep asked for another call."""
    here = staff()
    case = _with_another_day(here)
    verified(here, completed(here, case))
    client.force_login(here.duty.user)

    page = client.get(reverse("supervision:calls")).text

    assert Call.objects.get(case=case).kind == NoticeKind.PROMISED
    assert "办好了，答复是：灯修好了；请他评一评" in page
    assert "答复日变了" not in page


def test_a_call_about_a_day_that_nobody_promises_any_more_does_not_speak_of_it(client):
    here = staff()
    case = _with_another_day(here)
    Case.objects.filter(pk=case.pk).update(promised_on=None)
    client.force_login(here.duty.user)

    page = client.get(reverse("supervision:calls")).text

    assert "答复日变了" not in page
    assert "办到哪一步了" in page


def test_the_tries_stay_when_there_is_another_thing_to_tell():
    here = staff()
    case = taken_up(here)
    note_call(Call.objects.get(), reached=False, by=here.duty.user, at=NOON)
    verified(here, completed(here, decided(here, case)))
    sweep(NOON + DAY)

    call = Call.objects.get(case=case)
    assert call.kind == NoticeKind.ANSWERED
    assert (call.tries, call.tried_at) == (1, NOON)


def test_the_start_page_says_that_somebody_is_to_be_called(client):
    here = staff()
    taken_up(here)

    shown = []
    for post in (here.duty, here.secretary, here.member):
        client.force_login(post.user)
        shown.append(client.get(reverse("cases:home")))

    duty, secretary, member = shown
    assert [
        (work.label, work.count, work.address) for work in duty.context["further"]
    ] == [("要打的电话", 1, reverse("supervision:calls"))]
    assert "现在没有要办的事" not in duty.text
    assert [work.label for work in secretary.context["further"]] == ["要打的电话"]
    assert member.context["further"] == []


def test_what_was_handed_out_is_told_as_that_and_by_whom_it_is_done(client):
    here = staff()
    taken_up(here)
    case = decided(here, Case.objects.get())
    sweep(NOON)
    client.force_login(here.duty.user)

    page = client.get(reverse("supervision:calls")).text
    told = client.get(reverse("supervision:of_case", args=[case.number])).text

    assert f"商量好了，由{here.office}办，最迟" in page
    assert "商量好由谁办了" in told
    assert "答复日变了" not in page + told


def test_what_was_handed_out_and_given_back_is_told_as_that(client):
    here = staff()
    taken_up(here)
    case = decided(here, Case.objects.get())
    sweep(NOON)
    handler = officer(here.handler)
    make_move(case, Action.RETURN, by=handler, at=NOON, reason="没有梯子")
    client.force_login(here.duty.user)

    page = client.get(reverse("supervision:calls")).text

    assert "原来办的人办不了" in page
    assert "商量好了" not in page


def test_who_said_that_it_was_not_done_well_hears_that_it_is_done_again(client):
    here = staff()
    case = verified(here, completed(here, decided(here, taken_up(here))))
    bad = {"satisfaction": "dissatisfied", "solved": "no", "reason": "没修"}
    rated(here, case, **bad)
    sweep(NOON + 2 * DAY)
    client.force_login(here.duty.user)

    page = client.get(reverse("supervision:calls")).text
    told = client.get(reverse("supervision:of_case", args=[case.number])).text

    assert "他说没办好，转回去重新办了，最迟" in page
    assert "他说没办好，转回去重新办了" in told
    assert "答复日变了" not in page + told


def test_a_talk_that_is_put_off_is_no_day_of_an_answer(client):
    here = staff()
    case = taken_up(here)
    later = words(Action.DEFER, NOON, until_on=case.due_on + 10 * DAY)
    make_move(case, Action.DEFER, by=officer(here.secretary), at=NOON, **later)
    sweep(NOON)
    client.force_login(here.duty.user)

    page = client.get(reverse("supervision:calls")).text

    assert "往后放了放再商量，最迟" in page
    assert "答复" not in page


def test_a_day_that_moved_is_told_as_that(client):
    here = staff()
    _with_another_day(here)
    client.force_login(here.duty.user)

    assert "答复日变了，最迟" in client.get(reverse("supervision:calls")).text


def test_who_left_no_number_is_told_in_person(client):
    here = staff()
    taken_up(here, speaker_phone="")
    client.force_login(here.duty.user)

    page = client.get(reverse("supervision:calls"))

    assert "没留电话，见面时告诉他。" in page.text
    assert "已告诉他" in page.text
    assert "没打通" not in page.text
    assert "显示号码" not in page.text
    assert "没留电话" in client.get(reverse("supervision:inbox")).text


def test_who_works_on_a_matter_is_not_given_the_number():
    here = staff()
    leader_works = decided(here, taken_up(here), lead=here.leader)
    sweep(NOON)

    assert leader_works.owner_post == here.leader
    assert not calls_of(here.leader.user, NOON).exists()
    assert calls_of(here.duty.user, NOON).exists()


def test_above_the_village_the_reviewer_calls_while_an_office_works_on_it():
    here = staff()
    case = make_move(
        taken_up(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        **words(Action.ESCALATE, NOON),
    )
    make_move(
        case,
        Action.DECIDE,
        by=officer(here.reviewer),
        at=NOON,
        handling="led",
        decision="换灯",
        lead=here.office,
    )
    sweep(NOON)

    told = Notice.objects.filter(kind=NoticeKind.CALL, case=case).latest("pk")
    assert told.recipient == here.reviewer.user
    assert calls_of(here.reviewer.user, NOON).exists()
    assert not calls_of(here.handler.user, NOON).exists()


def _with_another_day(here):
    """A matter in 办 that was given more time: a call is to say so."""
    case = decided(here, taken_up(here))
    asked = words(Action.ASK_EXTENSION, NOON, until_on=case.due_on + 10 * DAY)
    case = make_move(
        case, Action.ASK_EXTENSION, by=officer(here.handler), at=NOON, **asked
    )
    case = make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
    )
    sweep(NOON)
    return case


def test_who_said_so_twice_is_called_and_gets_no_text_that_it_is_being_done(
    client, settings
):
    settings.SMS_URL = "console://"
    here = staff()
    case = verified(here, completed(here, decided(here, taken_up(here))))
    bad = {"satisfaction": "dissatisfied", "solved": "no", "reason": "没修"}
    at = NOON + 2 * DAY
    case = completed(here, rated(here, case, at, **bad), at=at + DAY)
    sweep(at + DAY)

    rated(here, verified(here, case, at + DAY), at + 2 * DAY, **bad)
    sweep(at + 2 * DAY)

    texts = Notice.objects.filter(channel=NoticeChannel.SMS, event__action=Action.RATE)
    assert [notice.event.target for notice in texts] == [Stage.HANDLE]
    (call,) = Call.objects.to_make()
    assert call.event.target == Stage.SUPERVISE
    client.force_login(here.duty.user)
    page = client.get(reverse("supervision:calls")).text
    assert "他说还是没办好，已经交给上面过问，最迟" in page


def test_whoever_was_not_content_hears_of_it_though_the_day_stays_the_same():
    """The last day of the clock that reminds, and of the one for the order, may be one."""
    here = staff()
    case = verified(here, completed(here, decided(here, taken_up(here))))
    bad = {"satisfaction": "dissatisfied", "solved": "no", "reason": "没修"}
    case = rated(here, case, NOON + 2 * DAY, **bad)
    case = completed(here, case, at=NOON + 3 * DAY)
    case = verified(here, case, NOON + 3 * DAY)
    sweep(NOON + 3 * DAY)
    counting = counting_of(case.town_id, NOON.date())
    at = NOON + 3 * DAY
    while counting.last_day(Rule.SUPERVISE, at) != case.promised_on:
        at += DAY

    case = rated(here, case, at, **bad)
    sweep(at)

    event = case.events.latest("sequence")
    assert "promised_on" not in event.data
    assert Call.objects.get(event=event).kind == NoticeKind.PROMISED
