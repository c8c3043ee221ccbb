"""What was said after closing: whom it is told to, and what happens where nobody
answers in time.
"""

import pytest
from django.utils import translation

from cases.models import Afterword
from cases.workflow import Action, Speaker, make_move
from supervision.chasing.sweeping import sweep
from supervision.chasing.unanswered import warn_of_unanswered
from supervision.models import Call, Notice, NoticeChannel
from supervision.notices.words import words_of
from tests.cases.roads import DAY, NOON, officer, rated, staff

pytestmark = pytest.mark.django_db
LATER = NOON + 7 * DAY
LATE = LATER + 4 * DAY  # its day was the day before


@pytest.fixture
def here():
    return staff()


def said(here):
    case = rated(here)
    by = Speaker(case, "code")
    return make_move(case, Action.AFTERWORD, by=by, at=LATER, text="太暗")


def told(kind):
    notices = Notice.objects.filter(kind=kind, channel=NoticeChannel.INBOX)
    return set(notices.values_list("recipient", flat=True))


def test_whoever_it_is_with_hears_of_it(here):
    said(here)

    sweep(LATER)

    assert told("speaker") == {here.duty.user.pk}


def test_whoever_is_asked_to_open_it_again_hears_of_it(here):
    case = said(here)
    make_move(
        case, Action.ASK_REOPENING, by=officer(here.duty), at=LATER, reason="真太暗"
    )

    sweep(LATER)

    assert told("reopen_asked") == {Afterword.objects.get().owner.user.pk}


def test_the_speaker_hears_that_it_is_answered(here):
    case = said(here)
    make_move(
        case, Action.ANSWER_AFTERWORD, by=officer(here.duty), at=LATER, reply="月底换"
    )

    sweep(LATER)

    assert Call.objects.get(case=case).kind == "answered"


def test_nobody_is_warned_before_its_day_has_passed(here):
    said(here)
    due_at = Afterword.objects.get().due_at

    assert warn_of_unanswered(due_at - DAY / 24) == (0, [])
    assert warn_of_unanswered(due_at) == (1, [])


def test_whoever_has_it_the_secretary_and_the_supervisors_are_warned_once(here):
    said(here)
    staff()

    assert sweep(LATE).unanswered == 1
    assert sweep(LATE + DAY).unanswered == 0

    posts = (here.duty, here.secretary, here.supervisor)
    assert told("unanswered") == {post.user.pk for post in posts}


def test_nobody_is_warned_of_what_was_answered(here):
    case = said(here)
    make_move(
        case, Action.NOTE_AFTERWORD, by=officer(here.duty), at=LATER, reason="是道谢"
    )

    assert warn_of_unanswered(LATE) == (0, [])


def test_a_second_word_that_is_late_is_warned_of_too(here):
    case = said(here)
    warn_of_unanswered(LATE)
    case = make_move(
        case, Action.ANSWER_AFTERWORD, by=officer(here.duty), at=LATE, reply="月底换"
    )
    by = Speaker(case, "code")
    make_move(case, Action.AFTERWORD, by=by, at=LATE + DAY, text="没换")

    assert warn_of_unanswered(LATE + 10 * DAY) == (1, [])


@pytest.mark.parametrize(("waiting", "queries"), [(0, 1), (1, 1)])
def test_one_query_where_there_is_nothing_to_warn_of(
    here, waiting, queries, django_assert_num_queries
):
    if waiting:
        said(here)

    with django_assert_num_queries(queries):
        warn_of_unanswered(LATER)


def test_whoever_is_to_answer_reads_so_and_who_oversees_reads_to_see_to_it(here):
    said(here)
    sweep(LATE)
    notices = Notice.objects.filter(kind="unanswered", channel=NoticeChannel.INBOX)

    with translation.override("zh-hans"):
        words = {row.recipient_id: words_of(row) for row in notices.worded()}

    assert "请马上答复" in words[here.duty.user.pk]
    assert "请督促答复" in words[here.supervisor.user.pk]
