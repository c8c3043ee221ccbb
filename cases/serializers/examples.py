"""Examples of what is sent and answered about matters: those of the demo."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

NUMBER = "BG-2026-0184"
SPOKEN = {
    "verbatim": "村口两盏太阳能灯坏了半月，学生早起看不清路",
    "village": 12,
    "speaker_name": "张长生",
    "channel": "phone",
}
RECEIPT = {
    "number": NUMBER,
    "tracking_code": "7KQ3MD4HWT",
    "registered_at": "2026-03-02T09:30:00+08:00",
    "promised_on": "2026-03-10",
    "stage": "speak",
    "level": "village",
    "version": 1,
}
ACCEPTED = {
    "action": "accept",
    "version": 1,
    "category": "village",
    "grade": "complex",
}
DECIDED = {
    "action": "decide",
    "version": 2,
    "category": "village",
    "grade": "complex",
    "handling": "led",
    "decision": "请水管站换灯，集体经济出钱",
    "lead": "office:3",
}
COMPLETED = {
    "action": "complete",
    "version": 3,
    "outcome": "done",
    "result": "当日换蓄电池",
}
RATED = {
    "action": "rate",
    "version": 5,
    "satisfaction": "satisfied",
    "solved": "yes",
    "how": "call",
}
ANSWERED_AFTERWARDS = {
    "action": "answer_afterword",
    "version": 7,
    "reply": "月底换成亮一点的灯",
}
MOVED = {
    "number": NUMBER,
    "version": 2,
    "stage": "deliberate",
    "level": "village",
    "round": 1,
}


def _sent(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


TAKEN_DOWN = [
    _sent("register", SPOKEN),
    OpenApiExample("receipt", value=RECEIPT, response_only=True, status_codes=["201"]),
]
MOVES_MADE = [
    _sent("accept", ACCEPTED),
    _sent("decide", DECIDED),
    _sent("complete", COMPLETED),
    _sent("rate", RATED),
    _sent("answer_afterword", ANSWERED_AFTERWARDS),
    OpenApiExample("moved", value=MOVED, response_only=True, status_codes=["200"]),
]
