"""What readers wrote about a matter, where its speaker is hidden from them."""

from collections.abc import Iterator
from typing import Any

from cases.models import Case
from cases.models.scope import Sight
from cases.privacy.redactor import reader_redactor
from cases.workflow.writers import writers_of


def show_own_words(case: Case, shown: dict[str, Any], sight: Sight) -> None:
    """Show what the reader wrote in a case that a serializer has redacted with the
    rest. One query.
    """
    redact = reader_redactor(case, sight)
    writers = writers_of([case])[case.pk]
    for name in ("decision", "result", "measures", "findings", "basis"):
        shown[name] = redact(getattr(case, name), by=writers.of(name))

    for part, row in _beside(case.assignments, shown["assignments"]):
        row["ask"] = redact(part.ask, by=writers.of_ask(part))
        row["report"] = redact(part.report, by=writers.of_report(part))
        for back, given_back in _beside(part.hand_backs, row["hand_backs"]):
            given_back["ground"] = redact(back.ground, post=back.asked_by_id)
    for reply, row in _beside(case.replies, shown["replies"]):
        row["text"] = redact(reply.text, post=reply.post_id)
    for said, row in _beside(case.afterwords, shown["afterwords"]):
        row["answer"] = redact(said.answer, post=said.answered_by_id)
    for asked, row in _beside(case.time_requests, shown["time_requests"]):
        row["reason"] = redact(asked.reason, post=asked.asked_by_id)


def _beside(rows: Any, shown: list[dict[str, Any]]) -> Iterator[tuple[Any, Any]]:
    """Pair the rows of a relation with what a serializer made of them."""
    return zip(rows.all(), shown, strict=True)
