"""What a forger posts to the API's addresses without an object: hidden cases and
foreign places among the fields.
"""

from tests.strangers import World
from villages.models import Post, Resident, Village

SAID: dict[str, object] = {
    "verbatim": "井水浑了",
    "channel": "talk_room",
    "category": "village",
    "grade": "minor",
    "confidentiality": "normal",
}


def bodies(world: World) -> dict[str, list[dict[str, object]]]:
    """By the name of the address."""
    numbers = [case.number for case in world.hidden.values()]
    foreign = world.grid[Village].pk
    villages = (world.here.village.pk, foreign)
    called = {"kind": "two_committees", "starts_at": "2026-03-02T11:00:00+08:00"}
    about = {"subject": "分红", "matter": "other", "origin": "people"}
    inputs = {
        "handling": "led",
        "decision": "换灯",
        "lead": f"office:{world.here.office.pk}",
    }
    span = {
        "members": [world.grid[Post].pk],
        "first": "2026-03-05",
        "last": "2026-03-09",
    }
    rounds: list[dict[str, object]] = [
        {**span, "village": village} for village in villages
    ]
    return {
        "api-cases": [
            *(
                {**SAID, "village": village, "resident": world.grid[Resident].pk}
                for village in villages
            ),
            {**SAID, "village": foreign},
        ],
        "api-meetings": [
            *({**called, "cases": [number]} for number in numbers),
            {**called, "village": foreign},
        ],
        "api-four-two-list": [{**about, "case": number} for number in numbers],
        "api-batch": [
            {
                "action": "decide",
                "cases": [{"number": number, "version": 1}],
                "inputs": inputs,
            }
            for number in numbers
        ],
        "api-sign-orders": [
            {"orders": [order.pk]}
            for case in world.hidden.values()
            for order in case.orders.all()
        ],
        "api-rounds": rounds,
        "api-round-plan": rounds,
    }
