"""The notices of a step that was taken: to the people of the case, and to the groups of
its town.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from minshi import workdays
from supervision.chasing.steps import ORDERED, Ladders
from supervision.models import Chase, ChaseStep, NoticeKind, Robot
from supervision.notices.groups import told_in_groups
from supervision.notices.outbox import Message, put_in_outbox
from supervision.notices.recipients import Recipients

KINDS = {
    ChaseStep.YELLOW: NoticeKind.YELLOW,
    ChaseStep.OVERDUE: NoticeKind.OVERDUE,
    ChaseStep.URGE: NoticeKind.URGE,
    ChaseStep.ORDER: NoticeKind.ORDER_TO_SIGN,
    ChaseStep.DISSATISFIED: NoticeKind.ORDER_TO_SIGN,
    ChaseStep.CIRCULATE: NoticeKind.CIRCULATE,
}


def notify_of(
    chases: Sequence[Chase], people: Recipients, ladders: Ladders, at: datetime
) -> None:
    """Put the notices of steps into the outbox: to the people meant, and to the groups
    of the town where the step says so.
    """
    robots = _robots_of(ladders)

    messages = []
    for chase in chases:
        messages += _to_people(chase, people, ladders)

    if robots:
        cases = [chase.case for chase in chases]
        may_be_named = told_in_groups(cases, workdays.local_day(at))
        for chase in chases:
            if chase.case_id in may_be_named:
                messages += _to_groups(chase, robots, ladders)

    put_in_outbox(messages, at=at)


def _robots_of(towns: Iterable[int]) -> dict[int, list[Robot]]:
    """Return the groups in use, by town. One query."""
    robots: dict[int, list[Robot]] = {}
    for robot in Robot.objects.filter(town__in=list(towns), is_on=True):
        robots.setdefault(robot.town_id, []).append(robot)

    return robots


def _to_people(chase: Chase, people: Recipients, ladders: Ladders) -> list[Message]:
    """Return the messages to those the step names; where there is nobody, an alarm to
    the town office.

    Steps of one order share what their messages are about, so that one who is to sign
    it is asked once.
    """
    step = ChaseStep(chase.step)
    setting = ladders[chase.case.town_id][step]
    kind, users = people.told_or_alarm(chase.case, setting.told, KINDS[step])

    is_order = step in ORDERED
    subject = f"order:{chase.order_id}" if is_order else f"chase:{chase.pk}"
    by_letter = setting.by_letter or kind == NoticeKind.ALARM

    return [
        Message(
            f"{subject}:{kind}",
            kind,
            user,
            chase.case,
            chase=chase,
            order=chase.order,
            by_letter=by_letter,
        )
        for user in users
    ]


def _to_groups(
    chase: Chase, robots: Mapping[int, list[Robot]], ladders: Ladders
) -> list[Message]:
    """Return the messages to the town's groups; none where the step is not told
    there.
    """
    case = chase.case
    step = ChaseStep(chase.step)
    if not ladders[case.town_id][step].by_robot:
        return []

    kind = KINDS[step]
    return [
        Message(
            f"chase:{chase.pk}:{kind}",
            kind,
            robot,
            case,
            chase=chase,
            order=chase.order,
        )
        for robot in robots.get(case.town_id, [])
    ]
