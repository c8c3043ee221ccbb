"""Every move × stage × level × actor, handled or not, plain and secret: make_move
against a table written by hand.

TABLE says in a line a move what domain §3 says in a row. It knows nothing of MOVES, and
`World` puts a case bodily where it stands; only make_move's answer comes from the
workflow.
"""

from datetime import timedelta

import pytest
from django.db import transaction

from cases.models import (
    Afterword,
    Assignment,
    Case,
    CaseAccess,
    Clock,
    Concern,
    HandBack,
    TimeRequest,
)
from cases.models.choices import CloseReason, Level
from cases.workflow import MOVES, Action, Speaker, System, make_move, read_facts
from cases.workflow.facts import Facts
from minshi.errors import NoSuchRight, RuleBroken
from tests.cases.roads import DAY, NOON, Staff, officer, people_of, spoken, staff, words
from tests.villages.factories import VillageFactory
from villages.models import Post

pytestmark = pytest.mark.django_db

# Stages: s 说, d 议, b 议 after a return, h 办, v 督, o 督 under needs_order, r 评,
# c closed.
# Who: D duty officer, S secretary, L group leader, R reviewer, V supervisor of the
# level; V>R: the supervisor, else the reviewer. Barred: h who handled in this round, e
# in any. Besides: l lead, a assistant, w owner, n recorder, R reviewers and V
# supervisors of town and county, * whoever sees it; y the speaker, z the system.
#      move              stages    at village  above  barred  besides
TABLE = """
    settle            s         DS    R    -  -
    accept            s         DS    R    -  -
    void              s         D     -    -  -
    divert            sdb       S     R    h  -
    escalate          dbh       S     R    -  -
    send_back         db        -     R    -  -
    decide            db        S     R    -  -
    return            h         -     -    -  l
    complete          h         -     -    -  l
    verify            v         S     VR   h  -
    reject            v         S     VR   h  -
    rate              r         DSL   V>R  h  y
    redo              o         town  VR   e  -
    explain           o         town  VR   e  -
    close_unrated     r         DSL   V>R  h  z
    reopen            c         town  VR   -  yz
    withdraw          sdbh      DSL   V>R  h  y
    acknowledge       h         -     -    -  la
    progress          h         -     -    -  la
    report            h         -     -    -  a
    hand_back         h         -     -    -  a
    rule_hand_back    h         S     R    h  -
    waive             h         -     -    -  l
    reassign          h         S     R    -  -
    regrade           sdbh      S     R    -  -
    reserve           sdb       S     R    -  -
    join              dbh       S     R    -  -
    defer             db        S     R    -  z
    attempt           r         DSL   V>R  h  -
    call_back         c         DSL   V>R  e  -
    afterword         c         DSL   V>R  -  y
    answer_afterword  c         DSL   V>R  h  -
    note_afterword    c         DSL   V>R  h  -
    supplement        sdbhvor   -     -    -  y
    urge              sdbhvor   -     -    -  y
    ask_extension     h         -     -    -  l
    ask_suspension    h         -     -    -  l
    rule_extension    h         S     R    h  -
    rule_suspension   h         S     R    h  -
    resume            h         S     R    -  lz
    recuse            sdbhvor   -     -    -  nRVy
    lift_recusal      sdbhvor   town  R    -  -
    mandatory_report  sdbhvorc  -     -    -  *
    receipt           sdbhvorc  -     -    -  *
    supervise         sdbhvor   -     -    -  RVz
    amend             sdbhvorc  -     -    -  nw
    reply             sdbhvo    -     -    -  w
    reply             r         DSL   V>R  h  -
"""
# merge needs a second case, protect goes two ways, reconsider is a meeting's, rehome
# the system's, remove_file and show_file are of a file, hide_words is of a 隐名 matter
# (test_hidden_words.py), and nobody asks for what they may do (test_afterwords.py)
ELSEWHERE = {
    "ask_reopening",
    "hide_words",
    "merge",
    "protect",
    "reconsider",
    "rehome",
    "remove_file",
    "show_file",
}
STAGE = {
    "s": "speak",
    "d": "deliberate",
    "b": "deliberate",
    "h": "handle",
    "v": "supervise",
    "o": "supervise",
    "r": "rate",
    "c": "closed",
}
STEPS_IN_FIRST = {
    "verify",
    "reject",
    "redo",
    "explain",
    "rate",
    "close_unrated",
    "attempt",
    "call_back",
    "withdraw",
    "reopen",
    "afterword",
    "answer_afterword",
    "note_afterword",
}
OF_AFTERWORD = {"answer_afterword", "note_afterword"}
VILLAGE_ALONE = {"void"}  # nobody steps in from above
POSTS = {
    "village": {"D": "duty", "S": "secretary", "L": "leader"},
    "town": {"R": "reviewer", "V": "supervisor"},
    "county": {"R": "county_reviewer", "V": "county_supervisor"},
}


def rows_of_the_table() -> list[list[str]]:
    return [
        [cell.strip("-") for cell in line.split()]
        for line in TABLE.strip().splitlines()
    ]


class World:
    """One case on a full staff, at any stage and level, led by anybody, plain or
    secret.
    """

    def __init__(self, stage: str, level: str, handler: str, *, secret: bool) -> None:
        self.stage, self.level, self.handler, self.secret = (
            stage,
            Level(level),
            handler,
            secret,
        )
        self.here: Staff = staff()
        self.neighbours = VillageFactory(town=self.here.town)
        self.case = spoken(self.here)
        self.facts: Facts | None = None
        self.sees = self.named() if secret else set(self.people) - {"handler"}
        self.owner = self.owners_name()
        self._stand()

    @property
    def people(self) -> dict[str, Post]:
        return {
            name: post
            for name, post in vars(self.here).items()
            if isinstance(post, Post)
        }

    @property
    def handled(self) -> set[str]:
        return {self.handler, "member"} if self.stage in "bhvorc" else set()

    def named(self) -> set[str]:
        """保密: recorder, secretary, reviewer of the level, lead and assistants while
        assigned.
        """
        return {"duty", "secretary", self.reader} | (
            self.handled if self.stage in "hvor" else set()
        )

    @property
    def reader(self) -> str:
        """The reviewer of the level; a village has none, and the town's steps in."""
        return POSTS["county" if self.level == Level.COUNTY else "town"]["R"]

    def owners_name(self) -> str:
        """The owner as domain §3 names it, for a secret case among those named
        first.
        """
        if self.stage == "h":
            return self.handler
        above = {"s": "R", "d": "R", "b": "R"}.get(self.stage, "VR")
        village = {
            "s": ["duty"],
            "d": ["secretary"],
            "b": ["secretary"],
            "v": ["secretary"],
            "r": ["duty", "secretary"],
        }
        line = list(village.get(self.stage, [])) if self.level == "village" else []
        levels = ("county",) if self.level == Level.COUNTY else ("town", "county")
        line += [POSTS[level][who] for level in levels for who in above]
        fit = [
            name for name in line if name not in self.handled or self.stage not in "vor"
        ]
        return next((name for name in fit if name in self.sees), fit[0])

    def _stand(self) -> None:
        case, people, stage = self.case, self.people, self.stage
        case.stage, case.level, case.needs_order = (
            STAGE[stage],
            self.level,
            stage == "o",
        )
        case.category, case.handling, case.confidentiality = (
            "village",
            "led",
            "secret" if self.secret else "normal",
        )
        case.accepted_at = case.decided_at = NOON - 40 * DAY
        case.replied_at = case.completed_at = (
            NOON - 40 * DAY if stage in "vorc" else None
        )
        case.result = "换了灯"
        case.owner_post = people[self.owner]
        if stage == "c":
            case.closed_at, case.close_reason = NOON, CloseReason.UNRATED
            case.owner_post = case.due_at = case.yellow_at = case.promised_on = None
        if stage == "r":
            # the thirty days in which it could be rated are over
            case.due_at = NOON - 9 * DAY
        case.save()
        clock = {"stage": "handle" if stage == "b" else case.stage, "level": self.level}
        Clock.objects.filter(case=case).update(
            **clock, stopped_at=NOON if stage == "c" else None
        )
        if self.secret:
            access = ("secretary", self.reader)
            CaseAccess.objects.bulk_create(
                CaseAccess(case=case, post=people[name]) for name in access
            )
            if stage != "c":
                self.sees.add(self.owner)
        if stage in "bhvorc":
            end = {"b": "returned", "c": "closed"}.get(stage, "")
            for role, name in (("lead", self.handler), ("assistant", "member")):
                Assignment.objects.create(
                    case=case,
                    round=1,
                    role=role,
                    post=people[name],
                    assigned_at=NOON,
                    end=end,
                    ended_at=NOON if end else None,
                )

    # --- what the table says
    def expected(self, row: list[str]) -> set[str]:
        move, stages, village, above, barred, besides = row
        if self.stage not in stages or (move, self.level) in {
            ("send_back", "village"),
            ("escalate", "county"),
        }:
            return set()
        left = self.sees - (self.handled if barred in {"h", "e"} else set())
        out = self.of_the_level(move, village, above, left)
        if self.stage == "r" and barred and self.owner not in self.handled:
            out |= {self.owner}  # in 评 the owner is always one who may
        bound = {
            "l": {self.handler},
            "a": {"member"},
            "w": {self.owner},
            "n": {"duty"},
            "*": set(self.people) - {"handler"},
            "R": {"reviewer", "county_reviewer"},
            "V": {"supervisor", "county_supervisor"},
            "y": {"the speaker"},
            "z": {"the system"},
        }
        if self.stage == "c":
            bound["w"] = set()
        return out | set().union(*(bound[letter] for letter in besides)) & (
            self.sees | {"the speaker", "the system"}
        )

    def of_the_level(
        self, move: str, village: str, above: str, left: set[str]
    ) -> set[str]:
        if not (village or above):
            return set()
        if move in VILLAGE_ALONE and self.level != Level.VILLAGE:
            return set()
        level = (
            Level.TOWN
            if village == "town" and self.level == Level.VILLAGE
            else self.level
        )
        letters = village if level == Level.VILLAGE else above
        while True:
            for tier in letters.split(">"):
                if found := {POSTS[level][letter] for letter in tier} & left:
                    return found
            if level.above is None:
                return set()
            level, letters = level.above, "V>R" if move in STEPS_IN_FIRST else "R"

    # --- what make_move says
    def prepare(self, move: str) -> None:
        """What the move needs besides stage and right, so that nothing else is in its
        way.
        """
        case, people = self.case, self.people
        if move == "complete":
            case.assignments.filter(role="assistant").update(reported_at=NOON)
        if move in {"rule_extension", "rule_suspension", "resume"}:
            kind, running = (
                ("extension" if move == "rule_extension" else "suspension"),
                move == "resume",
            )
            until = NOON.date() if running else NOON.date() + 12 * DAY
            TimeRequest.objects.create(
                case=case,
                round=1,
                kind=kind,
                state="granted" if running else "open",
                reason="缺料",
                until_on=until,
                asked_by=people[self.handler],
                asked_at=NOON,
            )
        part = case.assignments.filter(role="assistant").first()
        if move == "rule_hand_back" and part:
            HandBack.objects.create(
                assignment=part,
                ground="不归我们",
                asked_by=people["member"],
                asked_at=NOON,
            )
        if move == "receipt":
            make_move(
                case,
                Action.MANDATORY_REPORT,
                by=officer(people["secretary"]),
                at=NOON,
                told="派出所",
                happened="孩子被打，已送邻居家",
            )
            case.refresh_from_db()
        if move in OF_AFTERWORD and not case.is_open:
            by = Speaker(case, "code")
            make_move(case, Action.AFTERWORD, by=by, at=NOON, text="还有话说")
            Afterword.objects.filter(case=case).update(owner=None)
            case.refresh_from_db()
        if move == "lift_recusal":
            Concern.objects.create(case=case, user=people["handler"].user)
            Case.objects.filter(pk=case.pk).update(conflict_floor="village")

    def values(self, move: str) -> dict[str, object]:
        here = self.here
        more = {
            "decide": {"lead": here.leader},
            "reassign": {"lead": here.leader},
            "waive": {"holder": here.member},
            "join": {"village": self.neighbours},
            "recuse": {"concerns": [here.handler.user]},
            "ask_extension": {"until_on": NOON.date() + timedelta(days=12)},
            "rule_hand_back": {"part": here.member},
        }
        if move == "receipt":
            more["receipt"] = {"report": self.case.mandatory_reports.first()}
        return words(Action(move), NOON, **more.get(move, {}))

    def allowed(self, move: str) -> set[str]:
        self.facts = None  # of the move before
        actors = {name: officer(post) for name, post in self.people.items()}
        actors |= {
            "the speaker": Speaker(self.case, "code"),
            "the system": System("nightly"),
        }
        return {name for name, by in actors.items() if self._lets(move, by)}

    def _lets(self, move: str, by: object) -> bool:
        """Tried for good and taken back. The facts are read anew after whoever got far
        enough to change them; one without the right does not.
        """
        self.facts = self.facts or self._read_facts()
        try:
            with transaction.atomic():
                make_move(
                    self.case,
                    Action(move),
                    by=by,
                    at=NOON,
                    facts=self.facts,
                    **self.values(move),
                )
                transaction.set_rollback(True)
        except NoSuchRight:
            return False
        except RuleBroken as refusal:
            self.facts = None
            if refusal.code == "invalid":
                raise
            return False
        self.facts = None
        return True

    def _read_facts(self) -> Facts:
        stored = Case.objects.select_related("town").get(pk=self.case.pk)
        return read_facts(stored, NOON)


def differences(world: World) -> list[tuple[str, set[str], set[str]]]:
    for post in world.people.values():
        post.user.keep_posts(NOON.date())
    found = []
    rows = rows_of_the_table()
    for move in dict.fromkeys(row[0] for row in rows):
        expected = set().union(*(world.expected(row) for row in rows if row[0] == move))
        with transaction.atomic():
            world.prepare(move)
            allowed = (
                world.allowed(move)
                if STAGE[world.stage] in MOVES[Action(move)].sources or expected
                else set()
            )
            transaction.set_rollback(True)
        if move == "supervise":
            expected -= {world.owner}  # nobody chases themself
        if move == "join" and world.secret:
            expected = set()  # nobody of the village would see it
        if allowed != expected:
            found.append((move, allowed - expected, expected - allowed))
    return found


@pytest.mark.any_database
@pytest.mark.parametrize("secret", [False, True], ids=["plain", "secret"])
@pytest.mark.parametrize("level", ["village", "town", "county"])
@pytest.mark.parametrize("stage", STAGE)
@pytest.mark.parametrize("handler", ["secretary", "reviewer"])
def test_those_may_move_it_whom_the_table_names(stage, level, handler, secret):
    if (handler == "reviewer" and (secret or stage in "sd")) or (
        level == "county" and secret
    ):
        return  # shown by the other handler, and by the town

    world = World(stage, level, handler, secret=secret)

    assert differences(world) == []


@pytest.mark.any_database
def test_the_table_has_every_move():
    assert {row[0] for row in rows_of_the_table()} | ELSEWHERE == {
        action.value for action in MOVES
    }


@pytest.mark.any_database
def test_no_move_starts_from_a_stage_the_table_does_not_name():
    table: dict[str, set[str]] = {}
    for row in rows_of_the_table():
        table.setdefault(row[0], set()).update(STAGE[letter] for letter in row[1])

    assert table == {
        action.value: set(move.sources)
        for action, move in MOVES.items()
        if action not in ELSEWHERE
    }


def test_people_are_all_of_the_staff():
    assert len(people_of(staff())) == 9
