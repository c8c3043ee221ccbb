"""What a message waits to say may be no longer so, or no longer its reader's to know,
or the hour is a wrong one.
"""

from datetime import timedelta

import pytest

from cases.models import CoSpeaker, Topic
from cases.workflow import Action, make_move
from supervision.chasing.sweeping import sweep
from supervision.models import (
    Call,
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeState,
    Robot,
)
from supervision.notices.delivering import BACKOFF, deliver, send_again
from supervision.notices.groups import told_in_groups
from supervision.orders import reply_to_order
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
    words,
)
from tests.supervision.letters import EIGHT, late, letters, text_of, to_group, with_mail
from tests.supervision.test_orders import sent
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.models import Post

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TEN_PM = NOON + 10 * HOUR
LATER = EIGHT + 7 * DAY


def to_speakers():
    return Notice.objects.filter(channel=NoticeChannel.SMS)


def taken_up(here, at=NOON):
    case = spoken(here, speaker_phone="13909391234", channel="wechat_group")
    case = make_move(
        case,
        Action.ACCEPT,
        by=officer(here.duty),
        at=at,
        category="village",
        grade="complex",
    )
    sweep(at)
    return case


# --- the hour it is sent at


def test_a_message_due_in_the_evening_and_found_at_night_waits_for_the_morning(sms):
    taken_up(staff(), NOON + 8 * HOUR)

    assert deliver(TEN_PM).sent == 0
    assert deliver(EIGHT - HOUR).sent == 0
    assert deliver(EIGHT).sent == 1


def test_a_try_due_at_night_waits_for_the_morning_and_is_not_used_up(sms):
    taken_up(staff(), NOON + 8.5 * HOUR)
    sms.answers = [(200, "isv.BUSINESS_LIMIT_CONTROL", "")] * 4
    at = NOON + 8.5 * HOUR
    for wait in BACKOFF[:4]:
        deliver(at)
        at += wait
    tries = to_speakers().get().tries

    assert at > NOON + 9 * HOUR
    assert deliver(at).sent == 0
    assert to_speakers().get().tries == tries
    assert deliver(EIGHT).sent == 1


def test_what_is_sent_again_at_night_waits_for_the_morning(sms):
    taken_up(staff())
    to_speakers().update(state=NoticeState.DEAD)
    send_again(to_speakers(), TEN_PM)

    assert deliver(TEN_PM).sent == 0
    assert deliver(EIGHT).sent == 1


def test_fridays_letters_are_not_sent_on_saturday(mail):
    here = staff()
    with_mail(here.handler)
    thursday = NOON + 3 * DAY
    case = make_move(
        accepted(here),
        Action.DECIDE,
        by=officer(here.secretary),
        at=thursday,
        handling="led",
        decision="换灯",
        lead=here.office,
    )
    sweep(thursday)
    # Friday, when no worker was there
    assert letters().get().send_after == EIGHT + 3 * DAY

    assert deliver(EIGHT + 4 * DAY).sent == 0
    assert deliver(EIGHT + 5 * DAY).sent == 0
    assert deliver(EIGHT + 6 * DAY).sent == 1
    assert case.number in text_of(mail.letters[0])[1]


def test_a_letter_found_at_night_waits_and_an_urgent_one_does_not(mail):
    here = staff()
    with_mail(here.secretary)
    accepted(here)
    make_move(
        spoken(here),
        Action.MANDATORY_REPORT,
        by=officer(here.duty),
        at=NOON,
        told="派出所",
        happened="孩子被打，已送邻居家",
        told_at=NOON,
    )
    sweep(NOON)
    letters().update(send_after=NOON)

    deliver(TEN_PM)

    assert [
        letter.is_urgent for letter in letters().filter(state=NoticeState.SENT)
    ] == [True]
    assert deliver(EIGHT).sent == 1


# --- what is no longer so


@pytest.mark.parametrize(
    "action", [Action.PROTECT, Action.RECUSE, Action.MANDATORY_REPORT]
)
def test_what_a_group_may_not_hear_of_by_the_morning_is_not_told_there(group, action):
    here = staff()
    case = late(here, group)
    asked = {
        Action.PROTECT: {"confidentiality": "secret"},
        Action.RECUSE: {"concerns": [here.member.user], "reason": "说的就是他"},
        Action.MANDATORY_REPORT: {
            "told": "派出所",
            "happened": "孩子被打，已送邻居家",
            "told_at": NOON,
        },
    }
    by = here.reviewer if action == Action.RECUSE else here.secretary
    make_move(case, action, by=officer(by), at=case.due_at, **asked[action])

    done = deliver(LATER)

    assert (done.sent, done.dropped) == (0, 1)
    assert group.messages == []
    assert (to_group().get().state, to_group().get().sent_at) == (
        NoticeState.DROPPED,
        None,
    )


def test_what_was_done_before_the_morning_is_not_called_not_done_yet(group):
    here = staff()
    Robot.objects.create(town=here.town, name="村干部群", url=group.url)
    case = decided(here)
    sweep(case.due_at)
    completed(here, case, at=case.due_at + HOUR)

    assert deliver(LATER + 14 * DAY).dropped == 1
    assert group.messages == []


def test_what_was_closed_before_the_morning_is_told_to_nobody(mail):
    here = staff()
    with_mail(here.secretary)
    case = accepted(here)
    sweep(NOON)
    make_move(
        case,
        Action.DIVERT,
        by=officer(here.secretary),
        at=NOON,
        **words(Action.DIVERT, NOON),
    )

    deliver(EIGHT)

    assert mail.letters == []
    assert set(letters().values_list("state", flat=True)) == {NoticeState.DROPPED}


def test_a_speaker_is_not_told_that_it_is_taken_up_when_it_was_closed_since(sms):
    here = staff()
    case = taken_up(here, TEN_PM)
    make_move(
        case,
        Action.DIVERT,
        by=officer(here.secretary),
        at=TEN_PM,
        **words(Action.DIVERT, NOON),
    )

    assert deliver(EIGHT).dropped == 1
    assert sms.sent == []


def test_a_speaker_hidden_since_is_called_instead_of_written_to(sms):
    here = staff()
    case = taken_up(here, TEN_PM)
    make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=TEN_PM,
        confidentiality="hidden",
    )

    assert deliver(EIGHT).dead == 1
    assert sms.sent == []
    assert Call.objects.get().case == case


def test_a_later_word_that_was_sent_leaves_no_call_for_the_earlier(sms):
    here = staff()
    case = taken_up(here)
    verified(here, completed(here, decided(here, case)))
    sweep(NOON + DAY)
    deliver(NOON + DAY)
    to_speakers().filter(kind=NoticeKind.ACCEPTED).update(
        state=NoticeState.WAITING, tries=len(BACKOFF) + 1, send_after=NOON
    )

    assert deliver(NOON + DAY).dead == 1
    assert not Call.objects.exists()


def test_an_order_answered_before_the_morning_is_not_asked_to_be_answered(mail, here):
    with_mail(here.handler)
    order = sent(here)
    reply_to_order(order, "修好了", by=officer(here.handler), at=order.sent_at)

    deliver(EIGHT + DAY)

    assert (
        letters().get(kind=NoticeKind.ORDER, recipient=here.handler.user).state
        == NoticeState.DROPPED
    )


# --- what a group never hears of


@pytest.mark.parametrize(
    "fields", [{"category": "family"}, {"category": ""}, {"level": "town"}]
)
def test_neither_family_matters_nor_unsorted_ones_are_told_in_a_group(fields):
    case = accepted(staff())
    assert told_in_groups([case], NOON.date()) == {case.pk}

    type(case).objects.filter(pk=case.pk).update(**fields)

    assert told_in_groups([case], NOON.date()) == set()


@pytest.mark.parametrize(
    ("born", "told"), [(2009, False), (2008, False), (2007, True), (None, True)]
)
def test_a_childs_matter_is_told_in_no_group(born, told):
    here = staff()
    resident = ResidentFactory(
        household=HouseholdFactory(group=here.group), birth_year=born
    )
    case = accepted(here, resident=resident)

    assert bool(told_in_groups([case], NOON.date())) is told


def test_what_a_child_says_with_others_is_told_in_no_group():
    here = staff()
    home = HouseholdFactory(group=here.group)
    child = ResidentFactory(household=home, birth_year=2015)
    case = accepted(here)
    assert told_in_groups([case], NOON.date()) == {case.pk}

    CoSpeaker.objects.create(case=case, resident=child, name=child.name)

    assert told_in_groups([case], NOON.date()) == set()


@pytest.mark.parametrize("is_below", [False, True])
def test_a_red_line_that_nobody_has_reported_yet_is_told_in_no_group(is_below):
    here = staff()
    topic = Topic.objects.create(town=here.town, name="未成年人", is_red_line=True)
    if is_below:
        topic = Topic.objects.create(town=here.town, name="孩子挨打", parent=topic)

    case = accepted(here, topic=topic)

    assert told_in_groups([case], NOON.date()) == set()


def test_a_red_line_is_told_in_no_group(group):
    here = staff()
    Robot.objects.create(town=here.town, name="村干部群", url=group.url)
    case = accepted(here)
    make_move(
        case,
        Action.MANDATORY_REPORT,
        by=officer(here.secretary),
        at=NOON,
        told="派出所",
        happened="孩子被打，已送邻居家",
        told_at=NOON,
    )

    sweep(case.due_at)

    assert not to_group().exists()


# --- what a letter says of a secret matter, and when


def of_a_secret_matter(here, **fields):
    return accepted(
        here, spoken(here, confidentiality="secret", title="不能说的事", **fields)
    )


def test_a_letter_on_a_secret_matter_says_what_a_redacted_row_shows(mail):
    here = staff()
    for post, address in (
        (here.supervisor, "over@example.cn"),
        (here.secretary, "named@example.cn"),
    ):
        with_mail(post, address)
    case = of_a_secret_matter(here)
    make_move(
        case,
        Action.MANDATORY_REPORT,
        by=officer(here.duty),
        at=NOON,
        told="派出所",
        happened="孩子被打，已送邻居家",
        told_at=NOON,
    )
    sweep(NOON)
    deliver(NOON)

    by_reader = {letter_to(letter): text_of(letter)[1] for letter in mail.letters}
    assert str(here.village) not in by_reader["over@example.cn"]
    assert f"{case.number} 保密事项：" in by_reader["over@example.cn"]
    assert str(here.village) in by_reader["named@example.cn"]


def letter_to(letter):
    return next(
        line.removeprefix("To: ")
        for line in letter.splitlines()
        if line.startswith("To: ")
    )


def test_only_the_hand_over_of_a_secret_matter_is_told_at_once():
    here = staff()
    for post in Post.objects.all():
        with_mail(post, f"{post.pk}@example.cn")
    case = of_a_secret_matter(here)
    sweep(NOON)
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.reviewer),
        at=NOON + DAY,
        supervision_level="urge",
        text="x",
    )
    sweep(NOON + DAY)

    urgent = set(letters().filter(is_urgent=True).values_list("kind", flat=True))
    assert urgent == {NoticeKind.YOURS}
    assert letters().exclude(kind=NoticeKind.YOURS).exists()


# --- chased by hand, and handed on since


@pytest.mark.parametrize("is_handed_on", [True, False])
def test_chasing_by_hand_is_not_sent_once_the_matter_is_with_somebody_else(
    mail, is_handed_on
):
    here = staff()
    case = accepted(here)
    with_mail(here.secretary)
    case = make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        note="抓紧",
    )
    sweep(NOON)
    if is_handed_on:
        decided(here, case)

    deliver(EIGHT)

    sent = letters().filter(kind=NoticeKind.CHASED, state=NoticeState.SENT)
    assert sent.exists() != is_handed_on
