"""History goes forward only."""

import pytest

from cases.models import Event
from cases.tasks import close_unrated_due
from cases.workflow import Action, Speaker, System, make_move
from minshi.errors import Overtaken
from tests.cases.roads import DAY, NOON, accepted, decided, officer, verified
from tests.chains import findings_of
from tests.supervision.history.attacks import HOUR, MINUTE

pytestmark = pytest.mark.django_db


# --- forward only


def added_words(case):
    return {"text": "还有一盏", "by": Speaker(case, via="code")}


@pytest.mark.parametrize("who", ["officer", "speaker"])
def test_somebody_whose_clock_is_a_little_behind_is_not_refused(here, who):
    case = accepted(here)
    make_move(case, Action.SUPPLEMENT, **added_words(case), at=NOON + 2 * MINUTE)
    if who == "officer":
        act = {"action": Action.AMEND, "by": officer(here.duty), "place": "村口"}
    else:
        act = {"action": Action.SUPPLEMENT, **added_words(case)}

    moved = make_move(case, at=NOON, **act)

    assert moved.events.latest("sequence").at == NOON + 2 * MINUTE
    assert findings_of([moved]) == []


def test_a_job_whose_clock_is_behind_leaves_it_to_the_next_run(here):
    case = decided(here)
    make_move(case, Action.SUPPLEMENT, **added_words(case), at=NOON + 2 * MINUTE)
    urge = {"supervision_level": "urge", "text": "请抓紧"}

    with pytest.raises(Overtaken):
        make_move(case, Action.SUPERVISE, by=System("ladder"), at=NOON, **urge)


def test_a_merge_into_a_matter_moved_a_moment_later_is_not_refused(here):
    case, target = accepted(here), accepted(here)
    make_move(target, Action.SUPPLEMENT, **added_words(target), at=NOON + MINUTE)

    make_move(case, Action.MERGE, by=officer(here.secretary), at=NOON, into=target)

    target.refresh_from_db()
    assert target.last_event_at == NOON + MINUTE
    assert findings_of([case, target]) == []


def test_an_event_much_earlier_than_the_last_is_refused(here):
    case = accepted(here)
    values = added_words(case)

    with pytest.raises(Overtaken):
        make_move(case, Action.SUPPLEMENT, at=NOON - HOUR, **values)

    assert Event.objects.filter(case=case).count() == 2
    assert make_move(case, Action.SUPPLEMENT, at=NOON, **values).event_count == 3


def test_a_job_that_was_overtaken_leaves_the_case_to_its_next_run(here, settings):
    case = verified(here)
    late = NOON + 60 * DAY
    speaker = Speaker(case, via="code")
    make_move(case, Action.SUPPLEMENT, by=speaker, at=late, text="还有一盏")

    assert close_unrated_due(late - MINUTE) == 0
    assert close_unrated_due(late) == 1
