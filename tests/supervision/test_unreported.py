"""Red lines that nobody has reported an hour after they were taken down
(未成年人保护法 11, 反家庭暴力法 14).
"""

from datetime import timedelta

import pytest
from django.utils import translation

from cases.models import Topic
from cases.workflow import Action, make_move
from supervision.chasing.sweeping import sweep
from supervision.chasing.unreported import warn_of_unreported
from supervision.models import Notice, NoticeChannel
from supervision.notices.words import WORDS
from tests.cases.roads import DAY, NOON, officer, spoken, staff

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LATE = NOON + 61 * MINUTE


def taken_down(here, *, is_red_line=True, **fields):
    topic = Topic.objects.create(
        town=here.town, name="未成年人", is_red_line=is_red_line
    )
    return spoken(here, topic=topic, **fields)


def warned():
    notices = Notice.objects.filter(key__startswith="unreported:")
    return set(notices.values_list("recipient", flat=True))


@pytest.mark.parametrize(("minutes", "count"), [(59, 0), (60, 0), (61, 1)])
def test_it_is_warned_of_after_an_hour(minutes, count):
    here = staff()
    taken_down(here)

    assert warn_of_unreported(NOON + minutes * MINUTE) == (count, [])
    assert bool(warned()) is bool(count)


def test_the_hour_is_a_setting(settings):
    settings.RED_LINE_MINUTES = 30
    taken_down(staff())

    assert warn_of_unreported(NOON + 30 * MINUTE) == (0, [])
    assert warn_of_unreported(NOON + 31 * MINUTE) == (1, [])


def test_whoever_has_it_the_secretary_and_the_supervisors_are_warned_once():
    here, elsewhere = staff(), staff()
    case = taken_down(here)

    assert warn_of_unreported(LATE) == (1, [])
    assert warn_of_unreported(LATE + DAY) == (0, [])

    posts = (here.duty, here.secretary, here.supervisor)
    assert warned() == {post.user.pk for post in posts}
    assert elsewhere.supervisor.user.pk not in warned()
    assert Notice.objects.filter(case=case, kind="red_line_late").count() == len(posts)


def test_letters_go_out_at_once_at_night(time_machine):
    here = staff()
    here.secretary.user.email = "secretary@example.org"
    here.secretary.user.save()
    taken_down(here)
    night = NOON + timedelta(hours=14)

    warn_of_unreported(night)

    letter = Notice.objects.get(
        channel=NoticeChannel.EMAIL, recipient=here.secretary.user
    )
    assert letter.is_urgent
    assert letter.send_after <= night


def test_what_was_reported_is_warned_of_no_more():
    here = staff()
    make_move(
        taken_down(here),
        Action.MANDATORY_REPORT,
        by=officer(here.duty),
        at=NOON,
        told="镇派出所",
        happened="孩子被打，已送邻居家",
    )

    assert warn_of_unreported(LATE) == (0, [])


def test_other_topics_are_not_warned_of():
    here = staff()
    taken_down(here, is_red_line=False)
    spoken(here)

    assert warn_of_unreported(LATE) == (0, [])


def test_a_closed_matter_is_not_warned_of():
    here = staff()
    make_move(
        taken_down(here),
        Action.VOID,
        by=officer(here.duty),
        at=NOON,
        void_as="void",
        reason="点错了，没人来说",
    )

    assert warn_of_unreported(LATE) == (0, [])


def test_never_somebody_whom_it_concerns():
    here = staff()
    taken_down(here, concerns=(here.secretary.user,))

    warn_of_unreported(LATE)

    assert here.secretary.user.pk not in warned()
    assert warned()


def test_the_sweep_warns_and_its_words_say_what_to_do():
    taken_down(staff())

    assert sweep(LATE).unreported == 1
    with translation.override("zh-hans"):
        assert "请立即报告" in str(WORDS["red_line_late"])
