"""What a move costs in queries, by itself and with its page: counted, so that a loop in
the workflow shows.
"""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from cases.workflow import Action, Officer, make_move, moves_open_to
from cases.workflow.speakers import neighbour_named, neighbours_named
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    rated,
    spoken,
    staff,
    verified,
    words,
)
from villages.models import Post

pytestmark = pytest.mark.django_db

DISSATISFIED = {"satisfaction": "dissatisfied", "solved": "no", "reason": "又灭了"}
# one of the queries of each event reads the rows that it seals, and one of each move
# whether what the last event sealed is as it was
COSTS = {  # action: from which point of the road, by whom, with what, queries
    Action.SETTLE: (spoken, "duty", {}, 16),
    Action.ACCEPT: (spoken, "duty", {}, 15),
    Action.DIVERT: (spoken, "secretary", {}, 14),
    Action.AMEND: (spoken, "duty", {}, 15),
    Action.ESCALATE: (accepted, "secretary", {}, 15),
    Action.DECIDE: (accepted, "secretary", {"lead": "office"}, 18),
    Action.ACKNOWLEDGE: (decided, "handler", {}, 15),
    Action.PROGRESS: (decided, "handler", {}, 14),
    Action.RETURN: (decided, "handler", {}, 15),
    Action.REASSIGN: (decided, "secretary", {"lead": "member"}, 18),
    Action.COMPLETE: (decided, "handler", {}, 16),
    Action.VERIFY: (completed, "secretary", {}, 17),
    Action.REJECT: (completed, "secretary", {}, 17),
    Action.RATE: (verified, "duty", {}, 16),
    Action.CALL_BACK: (
        rated,
        "secretary",
        DISSATISFIED,
        20,
    ),  # with the reopening it brings about
}


def queries_of(call: Callable[[], object]) -> int:
    """Savepoints are none: the edges' own transaction makes them free."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return sum(
        not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured
    )


@pytest.mark.parametrize("action", COSTS)
def test_a_move_costs_no_more_than_counted(action):
    point, name, values, most = COSTS[action]
    here = staff()
    case, post = (
        point(here),
        Post.objects.select_related("user").get(pk=getattr(here, name).pk),
    )
    chosen = {
        key: getattr(here, value) if key == "lead" else value
        for key, value in values.items()
    }
    values = words(action, NOON + 3 * DAY, **chosen)

    spent = queries_of(
        lambda: make_move(
            case, action, by=Officer(post.user, post), at=NOON + 3 * DAY, **values
        )
    )

    assert spent == most <= 22


@pytest.mark.parametrize("action", COSTS)
def test_a_move_sent_from_its_page_costs_at_most_23_login_and_all(client, action):
    point, name, values, _alone = COSTS[action]
    here = staff()
    case, post = point(here), getattr(here, name)
    client.force_login(post.user)
    values = {
        key: value
        for key, value in words(action, NOON, **values).items()
        if isinstance(value, str)
    }
    if lead := values.get("lead"):
        values["lead"] = (
            f"{'office' if lead == 'office' else 'post'}:{getattr(here, lead).pk}"
        )
    seen = {"version": case.version, "key": uuid4()}
    answers = []

    spent = queries_of(
        lambda: answers.append(
            client.post(f"/cases/{case.number}/do/{action}/", values | seen)
        )
    )

    assert answers[0].status_code == 302, answers[0].context["form"].errors
    assert spent <= 23


def test_a_merge_costs_as_much_as_two_moves():
    here = staff()
    case, into, by = (
        spoken(here, speaker_name="王大妈"),
        accepted(here),
        Officer(here.secretary.user, here.secretary),
    )

    # one of them asks if the speaker was said to be no neighbour
    assert (
        queries_of(lambda: make_move(case, Action.MERGE, by=by, at=NOON, into=into))
        == 30
    )


@pytest.mark.parametrize(
    "fields", [{}, {"confidentiality": "secret"}, {"speaker_phone": "13893901234"}]
)
def test_registering_costs_no_more_than_counted(fields):
    here = staff()
    spoken(here)  # the town's counter is there
    here.duty.user.keep_posts(NOON.date())  # as every request does

    # two of them ask whose name it is, and who is named in the words, one what to seal
    assert queries_of(lambda: spoken(here, **fields)) <= 13


def test_offers_cost_the_same_however_long_the_history():
    here = staff()
    later = NOON + 3 * DAY
    short, long = decided(here), rated(here, **DISSATISFIED)
    for _time in range(3):
        long = rated(
            here, verified(here, completed(here, long, at=later), at=later), at=later
        )
        by = Officer(here.supervisor.user, here.supervisor)
        long = make_move(long, Action.REOPEN, by=by, at=later, reason="又灭了")

    def cost(case: Case) -> int:
        case = Case.objects.select_related("town").get(pk=case.pk)
        return queries_of(lambda: moves_open_to(here.secretary.user, case, later))

    assert cost(short) == cost(long) == 8


def test_nobody_is_looked_up_where_no_name_was_typed(django_assert_num_queries):
    here = staff()
    by = Officer(here.duty.user, here.duty)

    with django_assert_num_queries(0):
        assert neighbours_named([], here.village, by=by, at=NOON) == {}
        assert neighbour_named("", here.village, by=by, at=NOON) is None
