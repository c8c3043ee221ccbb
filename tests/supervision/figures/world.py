"""Two villages of a town, and one of the next, with a few matters of each kind; the
same figures counted by plain SQL.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from cases.models import Case
from cases.workflow import Action, make_move
from supervision.figures.periods import Days
from tests.cases.roads import (
    DAY,
    NOON,
    Staff,
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

DISSATISFIED = {"satisfaction": "dissatisfied", "solved": "no", "reason": "没修"}


@dataclass
class World:
    here: Staff
    there: Staff  # another town of the county
    cases: dict[str, Case]


def make_world() -> World:
    here = staff()
    there = staff()
    cases = {
        "heard": spoken(here, channel="qr_code"),
        "taken up": accepted(here),
        "given": decided(here),
        "done": completed(here),
        "answered": verified(here),
        "praised": rated(here),
        "praised too": rated(here, verified(here), NOON + DAY, solved="partly"),
        "blamed": rated(here, verified(here), NOON + DAY, **DISSATISFIED),
        "secret": spoken(here, confidentiality="secret", channel="phone"),
        "elsewhere": spoken(there),
    }

    taken_back = spoken(here)
    cases["taken back"] = moved(here, taken_back, Action.WITHDRAW)
    merged = spoken(here)
    cases["merged"] = moved(here, merged, Action.MERGE, into=cases["heard"])
    slip = spoken(here)
    cases["slip"] = moved(here, slip, Action.VOID)
    settled = spoken(here)
    cases["settled"] = moved(here, settled, Action.SETTLE)
    shown_on = accepted(here)
    cases["diverted"] = moved(here, shown_on, Action.DIVERT)
    return World(here, there, cases)


def moved(here: Staff, case: Case, action: Action, **values: object) -> Case:
    by = here.secretary
    if action in (Action.VOID, Action.SETTLE, Action.WITHDRAW):
        by = here.duty
    asked = words(action, NOON, **values)
    return make_move(case, action, by=officer(by), at=NOON + DAY / 24, **asked)


# what each figure counts, in plain SQL over the table of cases `c`
RATES = "c.close_reason NOT IN ('merged', 'withdrawn') AND c.adopted_from = ''"
RATIO = "c.close_reason <> 'merged' AND c.adopted_from = ''"
CLOSED = "c.stage = 'closed' AND c.close_reason NOT IN ('merged', 'void', 'duplicate')"
REPLIED = (
    "c.handling <> 'on_spot' AND EXISTS (SELECT 1 FROM cases_reply r WHERE"
    " r.case_id = c.id)"
)
DONE = "c.completed_at IS NOT NULL"
DONE_OR_DIVERTED = (
    f"({DONE} OR c.close_reason = 'diverted' AND c.accepted_at IS NOT NULL)"
)
OF_EVENTS = "SELECT 1 FROM cases_event e WHERE e.case_id = c.id"
OF_REQUESTS = "SELECT 1 FROM cases_timerequest t WHERE t.case_id = c.id"
OF_CALLS = "SELECT 1 FROM supervision_call l WHERE l.case_id = c.id"
FIRST_REPLY = "(SELECT MIN(r.at) FROM cases_reply r WHERE r.case_id = c.id)"
RATED = f"{RATES} AND c.satisfaction <> ''"


def had(*actions: str) -> str:
    """A condition that one of the actions was taken."""
    listed = ", ".join(f"'{action}'" for action in actions)
    return f"EXISTS ({OF_EVENTS} AND e.action IN ({listed}))"


def had_time(kind: str) -> str:
    """A condition that more time, or a break, was granted."""
    return f"EXISTS ({OF_REQUESTS} AND t.kind = '{kind}' AND t.state = 'granted')"


ANSWERED = (
    "EXISTS (SELECT 1 FROM cases_event e JOIN cases_clock k ON k.case_id = e.case_id"
    " AND k.nth = 1 WHERE e.case_id = c.id AND e.action IN ('settle', 'accept',"
    " 'acknowledge', 'reply', 'attempt') AND e.at < k.due_at)"
)
TRIED_OR_SHOWN = "(e.action = 'attempt' OR e.action = 'progress' AND {public})"
CONTACTED = (
    f"(EXISTS ({OF_EVENTS} AND {TRIED_OR_SHOWN} AND e.at < {FIRST_REPLY}) OR"
    f" EXISTS ({OF_CALLS} AND l.done_at < {FIRST_REPLY}))"
)
CHASED = (
    "EXISTS (SELECT 1 FROM supervision_chase h WHERE h.case_id = c.id AND h.level <>"
    " 'remind')"
)
REPEATED = (
    "EXISTS (SELECT 1 FROM cases_case b LEFT JOIN villages_resident br ON br.id ="
    " b.resident_id LEFT JOIN villages_resident cr ON cr.id = c.resident_id WHERE"
    " b.topic_id = c.topic_id AND b.town_id = c.town_id AND b.close_reason NOT IN"
    " ('void', 'duplicate') AND b.registered_at < c.registered_at AND"
    " b.registered_at >= {days_before} AND (br.household_id = cr.household_id OR"
    " b.place <> '' AND b.place = c.place AND b.village_id = c.village_id) AND"
    " c.confidentiality = 'normal' AND c.id NOT IN (SELECT case_id FROM cases_concern)"
    " AND b.confidentiality = 'normal' AND b.id NOT IN (SELECT case_id FROM"
    " cases_concern))"
)
ONLINE = "c.channel IN ('wechat_group', 'qr_code', 'mini_program')"
OPENLY_ONLINE = f"({ONLINE} AND c.confidentiality <> 'secret')"
IN_SQL = {
    "case.received.count": "1 = 1",
    "case.online.count": OPENLY_ONLINE,
    "case.offline.count": f"NOT {OPENLY_ONLINE}",
    "case.accepted.count": "c.accepted_at IS NOT NULL",
    "case.concluded.count": CLOSED,
    "case.completed.count": DONE_OR_DIVERTED,
    "case.chased.count": CHASED,
    "case.reopened.count": had("reopen"),
    "case.redone.count": "c.round > 1",
    "case.handed_back.count": had("return", "hand_back"),
    "case.extended.count": had_time("extension"),
    "case.suspended.count": had_time("suspension"),
    "case.repeated.count": REPEATED,
    "rating.satisfied.count": f"{RATES} AND c.satisfaction = 'satisfied'",
    "rating.mostly.count": f"{RATES} AND c.satisfaction = 'mostly'",
    "rating.dissatisfied.count": f"{RATES} AND c.satisfaction = 'dissatisfied'",
    "ratio.concluded.part": f"{RATIO} AND {CLOSED}",
    "ratio.concluded.whole": RATIO,
    "rate.answered.part": f"{RATES} AND {ANSWERED}",
    "rate.answered.whole": RATES,
    "rate.contacted.part": f"{RATES} AND {REPLIED} AND {CONTACTED}",
    "rate.contacted.whole": f"{RATES} AND {REPLIED}",
    "rate.completed.part": (
        f"{RATES} AND c.accepted_at IS NOT NULL AND {DONE_OR_DIVERTED}"
    ),
    "rate.completed.whole": f"{RATES} AND c.accepted_at IS NOT NULL",
    "rate.rated.part": f"{RATED} AND {DONE}",
    "rate.rated.whole": f"{RATES} AND {DONE}",
    "rate.solved.part": f"{RATED} AND c.solved = 'yes'",
    "rate.satisfied.part": f"{RATES} AND c.satisfaction IN ('satisfied', 'mostly')",
    "rating.count": RATED,
}
OF_ROUNDS = {
    "round.completed.count": "1 = 1",
    "round.in_time.count": "k.stopped_at < k.due_at",
}
HEARD = "c.close_reason NOT IN ('void', 'duplicate')"
MATTERS = "SELECT COUNT(*) FROM cases_case c WHERE 1 = 1"
ROUNDS = (
    "SELECT COUNT(*) FROM cases_clock k JOIN cases_case c ON c.id = k.case_id WHERE"
    " EXISTS (SELECT 1 FROM cases_event e WHERE e.case_id = c.id AND e.round = k.round"
    " AND e.at = k.stopped_at AND (e.action = 'complete' AND k.stage = 'handle' OR"
    " e.action = 'settle' AND k.stage = 'speak')) AND c.adopted_from = ''"
)


def in_sql(code: str, days: Days, within: str, at: datetime) -> int:
    """Count a figure by plain SQL; `within` narrows the matters `c` to a place."""
    moments = {"since": days.begin, "until": days.end, "at": at}
    rows = MATTERS
    if code in OF_ROUNDS:
        rows = ROUNDS
        where = [OF_ROUNDS[code], _between("k.stopped_at")]
    elif code == "case.closed.count":
        where = [_between("c.closed_at")]
    elif code in OPEN_NOW:
        where = [OPEN_NOW[code]]
    else:
        condition = IN_SQL[code].format(days_before=_days_before(), public=_public())
        where = [condition, _between("c.registered_at")]

    with connection.cursor() as cursor:
        asked = " AND ".join([rows, *where, HEARD, within])
        cursor.execute(asked, {name: _stored(each) for name, each in moments.items()})
        return cursor.fetchone()[0]


RUNNING = "(c.grey_until IS NULL OR c.grey_until <= %(at)s)"
OPEN_NOW = {
    "case.open.count": "c.stage <> 'closed'",
    "case.overdue.count": f"c.stage <> 'closed' AND {RUNNING} AND c.due_at <= %(at)s",
    "case.due_soon.count": (
        f"c.stage <> 'closed' AND {RUNNING} AND c.due_at > %(at)s AND c.yellow_at <="
        " %(at)s"
    ),
}


def _between(column: str) -> str:
    return f"{column} >= %(since)s AND {column} < %(until)s"


def _days_before() -> str:
    if connection.vendor == "sqlite":
        return "datetime(c.registered_at, '-90 days')"
    return "c.registered_at - INTERVAL '90 days'"


def _public() -> str:
    if connection.vendor == "sqlite":
        return "json_extract(e.data, '$.public') = 1"
    return "e.data->>'public' = 'true'"


def _stored(moment: datetime) -> object:
    return connection.ops.adapt_datetimefield_value(moment)
