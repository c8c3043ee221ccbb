"""Nothing that somebody writes at a table tells them who spoke in confidence, and
nothing that those write who may know tells others (domain §3, confidentiality).

Each road is walked in two worlds that differ in the speaker alone.
"""

import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.meetings import (
    close_meeting,
    conclude,
    correct_minutes,
    save_item,
    save_minutes,
    set_aside,
)
from cases.meetings.four_two import correct_step, drop_process, record_step
from cases.meetings.sitting import Sitting
from cases.models import AgendaItem, Case, Meeting
from cases.workflow import Action, make_move
from tests import roles
from tests.api import Api
from tests.cases.council import called, present, seats
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, accepted, officer, spoken, staff
from tests.cases.test_four_two import begun, meeting
from villages.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
SPEAKERS = ("欧阳雪松", "欧阳雪梅")
BLANK = "［…］"
ORDERS = ("unknowing", "knowing", "unknowing, knowing", "knowing, unknowing")
TEXT = r"〔\w+〕[^<\"'\\\n（,]{0,40}"  # as it stands on a page, in a file, in JSON


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def guess(tag: str) -> str:
    """A list of names, among them each of those who may be the speaker."""
    return f"〔{tag}〕来过的有张长生、{'、'.join(SPEAKERS)}、赵铁柱"


def naming(tag: str, speaker: str) -> str:
    return f"〔{tag}〕是{speaker}说的"


class Writing:
    """What somebody writes under a tag, in their turn."""

    def __init__(self, here, speaker: str, who: str) -> None:
        self.speaker = speaker
        self.is_knowing = who == "knowing"
        self.post: Post = here.recorder if self.is_knowing else here.secretary
        self.by = officer(self.post)

    def text(self, tag: str, before: str = "") -> str:
        """What they add to what they were given."""
        added = naming(tag, self.speaker) if self.is_knowing else guess(tag)
        return f"{before}\n{added}".strip()


def hidden(here, speaker: str, grade: str = "complex") -> Case:
    """A matter that a second secretary took down, who therefore knows."""
    here.recorder = roles.secretary_of(here.village)
    case = spoken(
        here, by=here.recorder, speaker_name=speaker, confidentiality="hidden"
    )
    return make_move(
        case,
        Action.ACCEPT,
        by=officer(here.duty),
        at=NOON,
        category="village",
        grade=grade,
    )


def seen_of(answer) -> list[str]:
    """All that an answer shows of tagged texts, in order."""
    content = answer.getvalue() if answer.streaming else answer.content
    page = content.decode("utf-8-sig").encode().decode("utf-8")
    if answer.headers["Content-Type"].startswith("application/json"):
        page = str(answer.json())
    return re.findall(TEXT, page)


# --- a meeting
def write_at_meeting(sitting: Meeting, item: AgendaItem, turn: Writing, nth: int):
    """Write what may still be written by more than one."""
    fresh = Sitting(sitting, turn.post.user, NOON.date())
    read = {each.pk: each.opinions for each in fresh.items}
    for each, tag in zip(sitting.items.order_by("position"), ("甲", "乙"), strict=True):
        save_item(
            each,
            version=nth,
            opinions=turn.text(tag, read[each.pk]),
            votes=(None, None, None),
            by=turn.by,
            at=NOON,
        )
    save_minutes(
        sitting,
        turn.text("记录", fresh.minutes),
        version=nth,
        by=turn.by,
        at=NOON,
    )
    sitting.refresh_from_db()
    chosen = sitting.attendees.order_by("pk")[nth]
    set_aside(item, {chosen.pk: turn.text("避")}, by=turn.by, at=NOON, seen=set())


def finish(sitting: Meeting, item: AgendaItem, here, turn: Writing) -> None:
    """Conclude what waits, once by words and once by the note of a step, and close."""
    decided, other = sitting.items.order_by("position")
    present(sitting, here, 7)
    conclude(
        decided,
        "passed",
        by=turn.by,
        at=NOON,
        votes=(7 - decided.asides.count(), 0, 0),
        action="defer",
        reason=turn.text("缓"),
        until_on=(NOON + timedelta(days=5)).date(),
    )
    conclude(
        other,
        "not_passed",
        by=turn.by,
        at=NOON,
        votes=(0, 7, 0),
        resolution=turn.text("议"),
    )
    close_meeting(sitting, by=turn.by, at=NOON)


def meeting_faces(post: Post, sitting: Meeting, case: Case) -> dict[str, list[str]]:
    client = logged_in(post)
    api = Api(post)
    items = [each.pk for each in sitting.items.order_by("position")]
    screen = reverse("cases:meeting_screen", args=[sitting.pk])
    ledger = reverse("cases:ledger", args=["meetings"]) + "?period=all"
    csv = reverse("cases:ledger_export", args=["meetings", "csv"]) + "?period=all"
    answers = {
        "page": client.get(sitting.get_absolute_url()),
        "wall 1": client.get(screen, {"item": 1}),
        "wall 2": client.get(screen, {"item": 2}),
        "print": client.post(reverse("cases:meeting_print", args=[sitting.pk])),
        "ledger": client.get(ledger),
        "csv": client.post(csv, {"reason": "月报"}),
        "case": client.get(case.get_absolute_url()),
        "admin": client.get(reverse("admin:cases_stepaside_changelist")),
        "api": api.get(f"meetings/{sitting.pk}/"),
        "api of case": api.get(f"cases/{case.number}/meetings/"),
    }
    for nth, item in enumerate(items):
        page = reverse("cases:meeting_item", args=[sitting.pk, item])
        answers[f"item {nth}"] = client.get(page)
    for correction in sitting.corrections.order_by("pk"):
        page = reverse("admin:cases_minutescorrection_change", args=[correction.pk])
        answers[f"admin {correction.wrong[:3]}"] = client.get(page)
    return {name: seen_of(answer) for name, answer in answers.items()}


def hold_meeting(here, speaker: str, order: str) -> dict[str, list[str]]:
    """Return what the one who may not know sees while it is open and once it is
    closed.
    """
    seats(here)
    case = hidden(here, speaker)
    other = accepted(here, speaker_name="李建国")
    sitting = called(here, case, other)
    item = sitting.items.get(case=case)
    turns = [Writing(here, speaker, who) for who in order.split(", ")]

    for nth, turn in enumerate(turns):
        write_at_meeting(sitting, item, turn, nth)
    seen = meeting_faces(here.secretary, sitting, case)
    finish(sitting, item, here, turns[-1])
    for turn in turns:
        correct_minutes(
            sitting,
            wrong=turn.text("误"),
            right=turn.text("正"),
            key=uuid.uuid4(),
            by=turn.by,
            at=NOON,
        )
    after = meeting_faces(here.secretary, sitting, case)
    return seen | {f"{name}, closed": texts for name, texts in after.items()}


# --- the six steps
def run_steps(here, speaker: str, order: str) -> dict[str, list[str]]:
    case = hidden(here, speaker, "major")
    turns = [Writing(here, speaker, who) for who in order.split(", ")]
    begins = replace(here, secretary=turns[0].post)
    process = begun(begins, case, subject=turns[0].text("题"))

    for nth, turn in enumerate(turns, 1):
        held = replace(meeting(30, 30, 30), content=turn.text("步"))
        step = record_step(process, nth, held, by=turn.by, at=NOON)
        correct_step(
            step,
            wrong=turn.text("误"),
            right=turn.text("正"),
            key=uuid.uuid4(),
            by=turn.by,
            at=NOON,
        )
    drop_process(process, turns[-1].text("弃"), by=turns[-1].by, at=NOON)
    return steps_faces(here.secretary, process, case)


def steps_faces(post: Post, process, case: Case) -> dict[str, list[str]]:
    client = logged_in(post)
    api = Api(post)
    step = process.steps.first()
    answers = {
        "page": client.get(process.get_absolute_url()),
        "list": client.get(reverse("cases:four_two_list")),
        "print": client.post(reverse("cases:four_two_print", args=[process.pk])),
        "case": client.get(case.get_absolute_url()),
        "api": api.get(f"four-two/{process.pk}/"),
        "api list": api.get("four-two/"),
        "api of case": api.get(f"cases/{case.number}/four-two/"),
        "admin": client.get(reverse("admin:cases_fourtwoprocess_changelist")),
        "admin step": client.get(
            reverse("admin:cases_fourtwostep_change", args=[step.pk])
        ),
    }
    return {name: seen_of(answer) for name, answer in answers.items()}


def as_lines(faces: dict[str, list[str]]) -> list[str]:
    return [f"{name}: {text}" for name, texts in faces.items() for text in texts]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("road", [hold_meeting, run_steps])
def test_a_writer_sees_the_same_whoever_spoke(road, order):
    worlds = [as_lines(road(staff(), speaker, order)) for speaker in SPEAKERS]

    assert worlds[0] == worlds[1]
    assert worlds[0]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("road", [hold_meeting, run_steps])
def test_whoever_may_not_know_reads_no_name_from_those_who_may(road, order):
    lines = as_lines(road(staff(), SPEAKERS[0], order))

    assert not [line for line in lines if f"{SPEAKERS[0]}说" in line]
    if "unknowing" in order.split(", "):
        assert any(f"{'、'.join(SPEAKERS)}、赵铁柱" in line for line in lines)
    if "knowing" in order.split(", "):
        assert any(f"{BLANK}说的" in line for line in lines)
