"""Ledgers of what was heard: the general one, the talk room, home visits."""

from django.utils.translation import pgettext_lazy

from cases.ledgers import cells
from cases.ledgers.belonging import heard_by, with_chased, with_head
from cases.ledgers.book import RESPONSIBLE, Book
from cases.ledgers.columns import (
    CHANNEL,
    COMPLETED,
    DECISION,
    DUE,
    GRADE,
    NUMBER,
    PHONE,
    REMARK,
    RESULT,
    SPEAKER,
    UNIT,
    YES_NO,
    bare,
    category,
    column,
    handling,
    matter,
    once_decided,
)
from cases.models.choices import Channel, Satisfaction
from cases.workflow import Action
from minshi.tabular import Ledger

GENERAL = Book(
    date="registered_at",
    belongs=lambda cases: cases,
    assignments=True,
    enrich=with_chased,
    ledger=Ledger(
        key="general",
        title=pgettext_lazy("ledger", "General ledger"),
        title_on_paper=pgettext_lazy("ledger", "General ledger of what was said"),
        wide=True,
        columns=(
            NUMBER,
            bare(
                "registered_on",
                pgettext_lazy("ledger", "Registered on"),
                lambda r: r.case.registered_at,
                kind="date",
            ),
            column(
                "village",
                pgettext_lazy("ledger", "Village (community)"),
                lambda r: str(r.case.village or ""),
            ),
            column(
                "group",
                pgettext_lazy("ledger", "Villagers' group"),
                lambda r: str(r.case.group or ""),
                width=8,
            ),
            SPEAKER,
            PHONE,
            column(
                "mode",
                pgettext_lazy("ledger", "How it was said (online/offline)"),
                cells.mode,
                width=8,
                kind="choice",
                choices=cells.MODES,
            ),
            CHANNEL,
            category(
                pgettext_lazy("ledger", "Kind of matter (village/neighbours/family)")
            ),
            column(
                "topic",
                pgettext_lazy("ledger", "Topic"),
                lambda r: str(r.case.topic or ""),
            ),
            matter(
                "content",
                pgettext_lazy("ledger", "Content of the matter"),
                cells.content,
                width=36,
            ),
            column(
                "request",
                pgettext_lazy("ledger", "Request"),
                lambda r: r.words(r.case.request_text),
                width=24,
            ),
            GRADE,
            once_decided(
                handling(
                    pgettext_lazy(
                        "ledger", "Way of handling (on the spot/led/joint/meeting)"
                    )
                )
            ),
            once_decided(
                column(
                    "met",
                    pgettext_lazy("ledger", "Deliberation and its date"),
                    cells.deliberation,
                    width=18,
                    reads=(Action.DECIDE,),
                )
            ),
            once_decided(DECISION),
            once_decided(UNIT),
            once_decided(
                column(
                    "responsible",
                    pgettext_lazy("ledger", "Responsible person (lead)"),
                    lambda r: r.responsible,
                    reads=RESPONSIBLE,
                )
            ),
            once_decided(DUE),
            bare(
                "progress",
                pgettext_lazy("ledger", "Progress"),
                cells.progress,
                width=24,
                reads=(Action.PROGRESS,),
            ),
            COMPLETED,
            RESULT,
            column(
                "supervised",
                pgettext_lazy("ledger", "Supervised or not"),
                cells.supervised,
                width=8,
                kind="choice",
                choices=YES_NO,
                reads=(Action.SUPERVISE,),
            ),
            bare(
                "replied_on",
                pgettext_lazy("ledger", "Replied on"),
                lambda r: r.case.replied_at,
                kind="date",
            ),
            column(
                "satisfaction",
                pgettext_lazy("ledger", "Satisfaction"),
                cells.satisfaction,
                kind="choice",
                choices=tuple(Satisfaction.labels),
            ),
            REMARK,
        ),
    ),
)

TALK_ROOM = Book(
    date="said_at",
    names_no_village=True,
    belongs=heard_by(Channel.TALK_ROOM),
    assignments=True,
    ledger=Ledger(
        key="talk-room",
        title=pgettext_lazy("ledger", "Talk-room ledger"),
        columns=(
            column(
                "said_on",
                pgettext_lazy("ledger", "Said on"),
                lambda r: r.case.said_at,
                kind="date",
            ),
            SPEAKER,
            column(
                "sex",
                pgettext_lazy("ledger", "Sex"),
                cells.sex,
                width=6,
            ),
            column(
                "address",
                pgettext_lazy("ledger", "Address (group)"),
                lambda r: r.address,
                width=14,
            ),
            PHONE,
            column(
                "content",
                pgettext_lazy("ledger", "What was said"),
                cells.content,
                width=34,
            ),
            category(pgettext_lazy("ledger", "Kind")),
            column(
                "officer",
                pgettext_lazy("ledger", "Committee member on duty"),
                cells.recorder,
                width=10,
            ),
            column(
                "answer",
                pgettext_lazy("ledger", "Answer on the spot or decision"),
                cells.answer,
                width=28,
                reads=(Action.SETTLE, Action.DIVERT),
            ),
            column(
                "settled",
                pgettext_lazy("ledger", "Settled on the spot or not"),
                lambda r: r.last(Action.SETTLE) is not None,
                width=8,
                kind="choice",
                choices=YES_NO,
                reads=(Action.SETTLE,),
            ),
            column(
                "went_to",
                pgettext_lazy("ledger", "Passed on to"),
                cells.went_to,
                width=14,
                reads=(Action.DIVERT,),
            ),
            column(
                "signature",
                pgettext_lazy("ledger", "Speaker's signature"),
                lambda _record: None,
                width=10,
            ),
            REMARK,
        ),
    ),
)

HOME_VISIT = Book(
    date="said_at",
    belongs=heard_by(Channel.HOME_VISIT),
    enrich=with_head,
    ledger=Ledger(
        key="home-visit",
        title=pgettext_lazy("ledger", "Home-visit ledger"),
        columns=(
            column(
                "said_on",
                pgettext_lazy("ledger", "Visited on"),
                lambda r: r.case.said_at,
                kind="date",
            ),
            column("visitor", pgettext_lazy("ledger", "Visitor"), cells.recorder),
            column("grid", pgettext_lazy("ledger", "Grid"), cells.grid, width=14),
            column("head", pgettext_lazy("ledger", "Household (head)"), cells.head),
            column(
                "channel",
                pgettext_lazy("ledger", "Way of visiting"),
                cells.channel,
                width=10,
            ),
            column(
                "content",
                pgettext_lazy("ledger", "What was reported"),
                cells.content,
                width=36,
            ),
            category(pgettext_lazy("ledger", "Kind")),
            column(
                "answer",
                pgettext_lazy("ledger", "Handled or explained on the spot"),
                cells.answer,
                width=28,
                reads=(Action.SETTLE, Action.DIVERT),
            ),
            column(
                "next",
                pgettext_lazy("ledger", "Reported up, and what next"),
                cells.reported_up,
                width=18,
                reads=(Action.ESCALATE,),
            ),
            COMPLETED,
            REMARK,
        ),
    ),
)
