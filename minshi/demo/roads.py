"""The roads matters take in the demo: which step on which day, counted from the day
they are told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from cases.models.choices import Level
from minshi.demo.diary import Diary
from minshi.demo.samples import Sample

Step = str  # the name of a method of StoryTelling
Days = list[tuple[Step, date]]
PLAIN = (
    "register",
    "accept",
    "decide",
    "acknowledge",
    "progress",
    "report",
    "complete",
    "verify",
    "rate",
)


@dataclass(frozen=True)
class Pace:
    """The time people take between the steps, in working days."""

    decide: int
    acknowledge: int
    verify: int
    rate: int

    @classmethod
    def drawn(cls, rng: Random) -> "Pace":
        return cls(
            decide=rng.choice((1, 2, 2, 3)),
            acknowledge=rng.choice((0, 0, 1)),
            verify=rng.choice((0, 1, 1, 2)),
            rate=rng.choice((0, 1, 2, 4, 7)),
        )


def road_of(
    sample: Sample, start: date, pace: Pace, diary: Diary, turn: str = ""
) -> Days:
    """Return the steps of a closed matter and their days; `turn` names the turn its
    road takes, if any.
    """
    if sample.path == "settle":
        return _settled(sample, start, pace, diary)
    if sample.path == "divert":
        return [
            ("register", start),
            ("accept", start),
            ("divert", diary.after(start, sample.days)),
        ]

    days = list(up_to_decision(sample, start, pace, diary))
    days += handling_road(sample, days[-1][1], pace, diary)
    if turn:
        return TURNS[turn](days, diary)
    return days + _checked(days, pace, diary)


def _settled(sample: Sample, start: date, pace: Pace, diary: Diary) -> Days:
    answered = start
    if not sample.at_the_counter:
        answered = diary.after(start, max(pace.rate, 1))
    return [("register", start), ("settle", start), ("rate", answered)]


def up_to_decision(
    sample: Sample, start: date, pace: Pace, diary: Diary
) -> Iterator[tuple[Step, date]]:
    yield "register", start
    yield "accept", start
    if sample.level != Level.VILLAGE:
        start = diary.after(start, 1)
        yield "escalate", start
    yield "decide", diary.after(start, pace.decide)


def start_for_decision(sample: Sample, decided: date, pace: Pace, diary: Diary) -> date:
    """Return the day on which a matter decided on that day was told: the inverse of
    `up_to_decision`.
    """
    going_up = sample.level != Level.VILLAGE  # takes one working day
    return diary.before(decided, pace.decide + going_up)


def handling_road(
    sample: Sample, decided: date, pace: Pace, diary: Diary, days: int = 0
) -> Days:
    """Return the steps from the decision to 办结, `days` calendar days later or on the
    working day before.
    """
    due = decided + timedelta(days=days or sample.days)
    done = max(diary.on_or_before(due), diary.after(decided, 1))
    half = diary.on_or_before(decided + (done - decided) / 2)
    taken = min(diary.after(decided, pace.acknowledge), done)

    return [
        ("acknowledge", taken),
        ("progress", max(taken, half)),
        ("report", done),
        ("complete", done),
    ]


def _checked(days: Days, pace: Pace, diary: Diary) -> Days:
    checked = diary.after(days[-1][1], pace.verify)
    return [("verify", checked), ("rate", diary.after(checked, pace.rate))]


# --- roads with a turn in them


def extended(days: Days, diary: Diary) -> Days:
    """Ask for more time before the due, and grant it; the work takes ten days
    longer.
    """
    done = days[-1][1]
    asked = diary.before(done, 1)
    later = diary.after(done, 10)
    checked = diary.after(later, 1)

    taken = []
    for step, day in days:
        if step not in ("report", "complete") and day <= asked:
            taken.append((step, day))
    return [
        *taken,
        ("ask_extension", asked),
        ("grant_extension", done),
        ("report", later),
        ("complete", later),
        ("verify", checked),
        ("rate", diary.after(checked, 1)),
    ]


def late(days: Days, diary: Diary) -> Days:
    """Let the matter become overdue, chase it, then complete it."""
    done = days[-1][1]
    chased = diary.after(done, 9)
    later = diary.after(done, 11)
    checked = diary.after(later, 1)
    return [
        *days[:-2],
        ("chase", chased),
        ("report", later),
        ("complete", later),
        ("verify", checked),
        ("rate", diary.after(checked, 2)),
    ]


def ordered(days: Days, diary: Diary) -> Days:
    """Let the matter become overdue and the town order it done: the order is answered,
    and checked with the result.
    """
    done = days[-1][1]
    signed = diary.after(done, 9)
    later = diary.after(done, 11)
    checked = diary.after(later, 1)
    return [
        *days[:-2],
        ("chase", diary.after(done, 6)),
        ("order", signed),
        ("send_order", signed),
        ("report", later),
        ("answer_order", later),
        ("complete", later),
        ("verify", checked),
        ("check_order", checked),
        ("rate", diary.after(checked, 2)),
    ]


def rejected(days: Days, diary: Diary) -> Days:
    """Let the check fail, and pass after two more days of work."""
    back = diary.after(days[-1][1], 1)
    again = diary.after(back, 2)
    checked = diary.after(back, 3)
    return [
        *days,
        ("reject", back),
        ("complete", again),
        ("verify", checked),
        ("rate", diary.after(checked, 1)),
    ]


def second_round(days: Days, diary: Diary) -> Days:
    """Answer 不满意, which starts a new round with the same lead; the second answer
    closes it.
    """
    checked = diary.after(days[-1][1], 1)
    angry = diary.after(checked, 1)
    again = diary.after(angry, 4)
    answered = diary.after(angry, 6)

    return [
        *days,
        ("verify", checked),
        ("rate_badly", angry),
        ("acknowledge", angry),
        ("complete", again),
        ("verify", diary.after(again, 1)),
        ("rate", answered),
    ]


def redone(days: Days, diary: Diary) -> Days:
    """Answer 不满意 twice; the town orders it redone, and then it is well."""
    twice = _twice_dissatisfied(days, diary)
    ordered_on = diary.after(twice[-1][1], 1)
    later = (
        ("redo", 0),
        ("acknowledge", 0),
        ("complete", 4),
        ("verify", 5),
        ("rate", 6),
    )
    return [*twice, *_days_after(ordered_on, later, diary)]


def explained(days: Days, diary: Diary) -> Days:
    """Answer 不满意 twice; more cannot be done, and the town explains why."""
    twice = _twice_dissatisfied(days, diary)
    return [*twice, ("explain", diary.after(twice[-1][1], 2))]


def _twice_dissatisfied(days: Days, diary: Diary) -> Days:
    (*until_answer, (_rate, answered)) = second_round(days, diary)
    return [*until_answer, ("rate_badly", answered)]


def unreached(days: Days, diary: Diary) -> Days:
    """Reach nobody on three different days."""
    checked = diary.after(days[-1][1], 1)
    tries = [("attempt", diary.after(checked, nth)) for nth in (2, 4, 7)]
    return [
        *days,
        ("verify", checked),
        *tries,
        ("close_unrated", diary.after(checked, 8)),
    ]


def withdrawn(days: Days, diary: Diary) -> Days:
    """Let the speaker take the matter back while it is being worked on."""
    under_way = []
    for step, day in days:
        if step not in ("report", "complete"):
            under_way.append((step, day))
    return [*under_way, ("withdraw", days[-1][1])]


def to_committee(days: Days, diary: Diary) -> Days:
    """Take the matter up with another one; it is too much for one station and goes to
    the committee. One station gives its part back in vain.
    """
    up = days[2][1]
    decided = diary.after(up, 4)

    work = (
        ("accept_together", diary.after(up, 1)),
        ("give_up", diary.after(up, 2)),
        ("join", diary.after(up, 3)),
        ("decide", decided),
        ("acknowledge", decided),
    )
    later = (
        ("hand_back", 1),
        ("overrule", 2),
        ("progress", 4),
        ("report", 8),
        ("complete", 8),
        ("verify", 9),
        ("rate", 10),
    )
    return [*days[:3], *work, *_days_after(decided, later, diary)]


def beside(days: Days, diary: Diary) -> Days:
    """Decide the matter in the town together with the one before, and let the station
    do it.
    """
    later = (
        ("acknowledge", 2),
        ("progress", 4),
        ("report", 9),
        ("complete", 9),
        ("verify", 10),
        ("rate", 11),
    )
    return [*days[:3], *_days_after(days[2][1], later, diary)]


def _days_after(start: date, steps: Iterable[tuple[Step, int]], diary: Diary) -> Days:
    """Return the steps with their days, given in working days after the start."""
    return [(step, diary.after(start, nth)) for step, nth in steps]


TURNS = {
    "extended": extended,
    "late": late,
    "ordered": ordered,
    "rejected": rejected,
    "second_round": second_round,
    "redone": redone,
    "explained": explained,
    "unreached": unreached,
    "withdrawn": withdrawn,
    "to_committee": to_committee,
    "beside": beside,
}
