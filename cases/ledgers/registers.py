"""Registers of the counter and of what was sent in: 线上说事台账, 诉求登记表,
群众来访登记, 代办簿 (ledgers 4, 8, 25).
"""

from dataclasses import replace

from django.utils.translation import pgettext_lazy

from cases.ledgers import cells
from cases.ledgers.belonging import (
    heard_by,
    run_by_a_cadre,
    with_replies,
    with_work_clock,
)
from cases.ledgers.book import RESPONSIBLE, Book
from cases.ledgers.columns import (
    MEASURES,
    PHONE,
    REMARK,
    RESULT,
    SPEAKER,
    bare,
    category,
    column,
    matter,
)
from cases.models.choices import ONLINE_CHANNELS, Channel, Satisfaction
from cases.workflow import Action
from minshi.tabular import Ledger

ACCEPTING = (Action.ACCEPT, Action.SETTLE)

ONLINE = Book(
    date="registered_at",
    belongs=heard_by(*ONLINE_CHANNELS),
    assignments=True,
    enrich=with_replies,
    ledger=Ledger(
        key="online",
        title=pgettext_lazy("ledger", "Online ledger"),
        wide=True,
        columns=(
            column(
                "registered_at",
                pgettext_lazy("ledger", "Sent in at"),
                lambda r: r.case.registered_at,
                width=16,
            ),
            column(
                "channel",
                pgettext_lazy("ledger", "Platform (group/mini-program/QR code)"),
                cells.channel,
                width=10,
                kind="choice",
                choices=tuple(Channel(one).label for one in ONLINE_CHANNELS),
            ),
            SPEAKER,
            column(
                "grid",
                pgettext_lazy("ledger", "Village and group"),
                cells.grid,
                width=14,
            ),
            matter(
                "content", pgettext_lazy("ledger", "Content"), cells.content, width=36
            ),
            column(
                "papers",
                pgettext_lazy("ledger", "Attachments"),
                cells.number_of_papers,
                width=8,
                kind="number",
            ),
            column(
                "accepted_by",
                pgettext_lazy("ledger", "Accepted by"),
                lambda r: r.did(*ACCEPTING),
                reads=ACCEPTING,
            ),
            column(
                "accepted_at",
                pgettext_lazy("ledger", "Accepted at"),
                lambda r: r.case.accepted_at,
                width=16,
            ),
            column(
                "reply",
                pgettext_lazy("ledger", "What was replied"),
                cells.last_reply,
                width=28,
            ),
            column(
                "replied_at",
                pgettext_lazy("ledger", "Replied at"),
                lambda r: r.case.replied_at,
                width=16,
            ),
            column(
                "went_to",
                pgettext_lazy("ledger", "Passed on to"),
                cells.went_to,
                width=16,
                reads=(Action.SETTLE, Action.DIVERT),
            ),
            column(
                "completed_at",
                pgettext_lazy("ledger", "Completed at"),
                lambda r: r.case.completed_at,
                width=16,
            ),
            column(
                "rating",
                pgettext_lazy("ledger", "Rating"),
                cells.rating,
                width=14,
            ),
            REMARK,
        ),
    ),
)

REQUESTS = Book(
    date="registered_at",
    belongs=lambda cases: cases,
    assignments=True,
    enrich=with_work_clock,
    ledger=Ledger(
        key="requests",
        title=pgettext_lazy("ledger", "Register of requests"),
        columns=(
            bare(
                "registered_on",
                pgettext_lazy("ledger", "Registered on"),
                lambda r: r.case.registered_at,
                kind="date",
            ),
            column(
                "speaker",
                pgettext_lazy("ledger", "Name of who asks"),
                lambda r: r.person(r.case.speaker_name),
                width=10,
            ),
            PHONE,
            column(
                "address",
                pgettext_lazy("ledger", "Where they live"),
                lambda r: r.address,
                width=12,
            ),
            column("grid", pgettext_lazy("ledger", "Grid"), cells.grid, width=12),
            category(pgettext_lazy("ledger", "Kind of request")),
            matter(
                "content",
                pgettext_lazy("ledger", "What is asked for"),
                cells.content_and_wish,
                width=28,
            ),
            column(
                "accepted_by",
                pgettext_lazy("ledger", "Accepted by"),
                cells.recorder,
                width=10,
            ),
            replace(
                MEASURES,
                heading=pgettext_lazy("ledger", "What was done for it"),
                width=24,
            ),
            replace(
                RESULT,
                heading=pgettext_lazy("ledger", "What came of it in the end"),
                width=24,
            ),
            bare(
                "completed_on",
                pgettext_lazy("ledger", "Finished on"),
                lambda r: r.case.completed_at,
                kind="date",
            ),
            column(
                "satisfaction",
                pgettext_lazy("ledger", "Satisfaction"),
                cells.satisfaction,
                width=10,
                kind="choice",
                choices=tuple(Satisfaction.labels),
            ),
            REMARK,
        ),
    ),
)

VISITORS = Book(
    date="registered_at",
    belongs=heard_by(Channel.TALK_ROOM, Channel.TALK_DAY),
    assignments=True,
    enrich=lambda cases: cases.select_related("resident"),
    ledger=Ledger(
        key="visitors",
        title=pgettext_lazy("ledger", "Register of visitors"),
        columns=(
            column(
                "speaker",
                pgettext_lazy("ledger", "Name"),
                lambda r: r.person(r.case.speaker_name),
            ),
            column("sex", pgettext_lazy("ledger", "Sex"), cells.sex, width=6),
            column(
                "age", pgettext_lazy("ledger", "Age"), cells.age, width=6, kind="number"
            ),
            column(
                "phone",
                pgettext_lazy("ledger", "Telephone"),
                lambda r: r.phone,
                width=14,
            ),
            column(
                "address",
                pgettext_lazy("ledger", "Address"),
                lambda r: r.address,
                width=14,
            ),
            column(
                "when_and_where",
                pgettext_lazy("ledger", "When and where"),
                cells.when_and_where,
                width=18,
            ),
            matter(
                "content",
                pgettext_lazy("ledger", "What they came for"),
                cells.content,
                width=36,
            ),
            column("officer", pgettext_lazy("ledger", "Received by"), cells.recorder),
            column(
                "answer",
                pgettext_lazy("ledger", "What was decided and came of it"),
                cells.answer_and_result,
                width=28,
                reads=(Action.SETTLE, Action.DIVERT),
            ),
            REMARK,
        ),
    ),
)

ERRANDS = Book(
    date="registered_at",
    names_no_village=True,
    belongs=run_by_a_cadre,
    assignments=True,
    ledger=Ledger(
        key="errands",
        title=pgettext_lazy("ledger", "Errand book"),
        columns=(
            column(
                "speaker",
                pgettext_lazy("ledger", "Done for"),
                lambda r: r.person(r.case.speaker_name),
            ),
            matter(
                "title",
                pgettext_lazy("ledger", "Errand"),
                lambda r: r.words(r.case.title),
                width=36,
            ),
            column(
                "completed_at",
                pgettext_lazy("ledger", "Time"),
                lambda r: r.case.completed_at,
                width=16,
            ),
            column(
                "responsible",
                pgettext_lazy("ledger", "Done by"),
                lambda r: r.responsible,
                reads=RESPONSIBLE,
            ),
            column(
                "satisfaction",
                pgettext_lazy("ledger", "Satisfied or not"),
                cells.satisfaction,
                kind="choice",
                choices=tuple(Satisfaction.labels),
            ),
            REMARK,
        ),
    ),
)
