"""Two thousand clocks long due in three towns, and what must have been told of each,
counted without the product.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy

from cases.bulk import adopt
from cases.bulk.matter import Matter
from cases.models import Case, Clock
from cases.models.choices import Stage
from supervision.models import (
    Chase,
    ChaseStep,
    Notice,
    NoticeChannel,
    NoticeState,
    Rung,
)
from tests import roles
from tests.cases.roads import officer
from tests.villages.factories import UserFactory, VillageFactory
from villages.models import Post, Town

VILLAGES = 6
LONG_AGO = timedelta(days=90)  # so long overdue that no step changes while a test runs


def with_address(is_written_to: bool):
    user = UserFactory()
    user.email = f"{user.username}@example.cn" if is_written_to else ""
    user.save()
    return user


@dataclass
class Flooded:
    """A town whose every matter has reached one and the same step."""

    town: Town
    step: ChaseStep
    signers: list[Post]
    secretaries: dict[int, Post] = field(default_factory=dict)  # by village
    duty: dict[int, Post] = field(default_factory=dict)

    def told_of(self, case: Case) -> set[int]:
        """The users, by the rules as domain and ladder say them for this step."""
        if self.step == ChaseStep.ORDER:
            return {post.user_id for post in self.signers}
        owner = self.secretaries if case.stage == Stage.DELIBERATE else self.duty
        told = {owner[case.village_id].user_id}
        return (
            told | {self.secretaries[case.village_id].user_id}
            if self.step == ChaseStep.URGE
            else told
        )


def flooded_town(step: ChaseStep, count: int, at: datetime) -> Flooded:
    """Staff, every other person with an address; `count` matters taken over in bulk,
    half of them with each owner.
    """
    first = VillageFactory()
    town, villages = (
        first.town,
        [first, *(VillageFactory(town=first.town) for _nth in range(VILLAGES - 1))],
    )
    signers = [
        roles.reviewer_of(town, may_sign=True, user=with_address(nth == 0))
        for nth in range(2)
    ]
    here = Flooded(town, step, signers)
    for nth, village in enumerate(villages):
        here.secretaries[village.pk] = roles.secretary_of(
            village, user=with_address(nth % 2 == 0)
        )
        here.duty[village.pk] = roles.duty_officer_of(
            village, user=with_address(nth % 2 == 1)
        )
    if step == ChaseStep.URGE:
        Rung.objects.create(
            town=town, step=ChaseStep.ORDER, is_on=False, days=3, told=["signer"]
        )
    rows = [
        _matter(villages[nth % VILLAGES], nth, step, at - LONG_AGO)
        for nth in range(count)
    ]
    adopt(rows, by=officer(signers[0]), at=at)
    return here


def _matter(village, nth: int, step: ChaseStep, told_at: datetime) -> Matter:
    base = {
        "source": "旧台账",
        "title": f"第{nth}件",
        "verbatim": "路灯坏了",
        "village": village,
        "registered_at": told_at,
    }
    accepted = {"category": "village", "grade": "minor", "accepted_at": told_at}
    if step == ChaseStep.OVERDUE:  # 评, replied to: the thirty days that only remind
        done = {
            "completed_at": told_at,
            "replied_at": told_at,
            "result": "修好了",
            "outcome": "done",
        }
        return Matter(**base, **accepted, **done, stage=Stage.RATE)
    if nth // VILLAGES % 2:
        return Matter(**base, **accepted, stage=Stage.DELIBERATE)
    return Matter(**base, stage=Stage.SPEAK)


def flood(at: datetime, counts: dict[ChaseStep, int]) -> list[Flooded]:
    return [flooded_town(step, count, at) for step, count in counts.items()]


def steps_taken() -> Counter[tuple[int, str]]:
    return Counter(Chase.objects.filter(event=None).values_list("clock_id", "step"))


def steps_wanted(towns: list[Flooded]) -> Counter[tuple[int, str]]:
    of_town = {here.town.pk: str(here.step) for here in towns}
    return Counter(
        (clock, of_town[town])
        for clock, town in Clock.objects.values_list("pk", "case__town_id")
    )


Told = Counter[tuple[int, datetime, str, int]]


def told(channel: NoticeChannel) -> Told:
    """Notices by clock, due, step and person."""
    keys = ("chase__clock_id", "chase__due_at", "chase__step", "recipient_id")
    return Counter(Notice.objects.filter(channel=channel).values_list(*keys))


def wanted(towns: list[Flooded], only: set[int] | None = None) -> Told:
    """One for each clock, due, step and person who is told; `only` those people."""
    due = dict(Clock.objects.values_list("case_id", "due_at"))
    clocks = dict(Clock.objects.values_list("case_id", "pk"))
    return Counter(
        (clocks[case.pk], due[case.pk], str(here.step), user)
        for here in towns
        for case in Case.objects.filter(town=here.town)
        for user in here.told_of(case)
        if only is None or user in only
    )


def lines_of(letter: str) -> set[tuple[str, str]]:
    """To whom a letter went, and the numbers of the matters it names."""
    found = message_from_bytes(letter.encode(), policy=policy.default)
    text = found.get_content()
    return {
        (str(found["To"]), number)
        for number in re.findall(r"^(\S+-\d{4}-\d+)", text, re.MULTILINE)
    }


def sent_twice(letters: list[str]) -> int:
    """How many letters hold a line that a later letter holds again."""
    seen_later, twice = set[tuple[str, str]](), 0
    for letter in reversed(letters):
        lines = lines_of(letter)
        twice += bool(lines & seen_later)
        seen_later |= lines
    return twice


def unsent() -> list[tuple[str, int]]:
    letters = Notice.objects.filter(channel=NoticeChannel.EMAIL).exclude(
        state=NoticeState.SENT
    )
    return list(letters.values_list("state", "tries"))
