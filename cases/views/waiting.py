"""What a step answers: a request for time or a part given back, with the words of
whoever asks, what the speaker said after closing, or work reported as done.
"""

from typing import Any

from cases.lists.requests import RULED_BY
from cases.models import HandBack, TimeRequest
from cases.models.choices import RequestKind, RequestState
from cases.privacy.redactor import NOTHING, Redactor
from cases.workflow import Action, Facts
from cases.workflow.writers import NOBODY

AFTER_CLOSING = (
    Action.ANSWER_AFTERWORD,
    Action.NOTE_AFTERWORD,
    Action.ASK_REOPENING,
    Action.REOPEN,
)
CHECKS = (Action.VERIFY, Action.REJECT)


def requests_waiting(facts: Facts, redact: Redactor) -> list[tuple[TimeRequest, str]]:
    """Return the open requests for time with their reason, as this reader may read it.
    No query.
    """
    waiting = []
    for item in facts.requests:
        if item.state == RequestState.OPEN:
            waiting.append((item, redact(item.reason, post=item.asked_by_id)))
    return waiting


def parts_given_back(facts: Facts, redact: Redactor) -> list[tuple[HandBack, str]]:
    """Return the parts given back with the ground, as this reader may read it. No
    query.
    """
    return [
        (item, redact(item.ground, post=item.asked_by_id)) for item in facts.hand_backs
    ]


def said_after_closing(facts: Facts, redact: Redactor) -> list[str]:
    """Return what the speaker said after closing and waits for an answer, the first
    words first. No query for an open case.
    """
    afterword = None if facts.case.is_open else facts.afterword
    if afterword is None:
        return []
    return [
        redact.note(event)
        for event in facts.happened(Action.AFTERWORD, this_round=False)
        if event.at >= afterword.said_at
    ]


def answered_by(facts: Facts, action: Action, redact: Redactor) -> dict[str, Any]:
    """Return what a step answers, for its page: nothing of a step that answers none."""
    if action in AFTER_CLOSING:
        return {"said_afterwards": said_after_closing(facts, redact)}
    if action in CHECKS:
        writers = NOBODY if redact is NOTHING else facts.writers
        result = redact(facts.case.result, by=writers.of("result"))
        return {"reported_done": result}
    if action == Action.RULE_HAND_BACK:
        return {"hand_backs": parts_given_back(facts, redact)}

    asked = []
    for request, reason in requests_waiting(facts, redact):
        if RULED_BY[RequestKind(request.kind)] == action:
            asked.append((request, reason))
    return {"requests": asked}
