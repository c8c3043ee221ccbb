"""Ledgers of what was done about cases: handling, results, satisfaction."""

from django.utils.translation import pgettext_lazy

from cases.ledgers import cells
from cases.ledgers.belonging import decided, ended, rated, with_hearing, with_papers
from cases.ledgers.book import RESPONSIBLE, Book
from cases.ledgers.columns import (
    ASSIGNED_ON,
    ASSISTING,
    CHECKER,
    COMPLETED,
    DECISION,
    DUE,
    GRADE,
    LEAD_UNIT,
    LEADER,
    MEASURES,
    NUMBER,
    REMARK,
    SPEAKER,
    TITLE,
    UNIT,
    YES_NO,
    bare,
    column,
    handling,
    once_decided,
)
from cases.models.choices import Satisfaction, Solved
from cases.workflow import Action
from minshi.tabular import Ledger

HANDLING = Book(
    date="decided_at",
    belongs=decided,
    assignments=True,
    enrich=with_hearing,
    ledger=Ledger(
        key="handling",
        title=pgettext_lazy("ledger", "Handling ledger"),
        wide=True,
        columns=(
            NUMBER,
            TITLE,
            GRADE,
            handling(pgettext_lazy("ledger", "Way of handling")),
            bare(
                "decided_on",
                pgettext_lazy("ledger", "Decided on"),
                cells.decided_at,
                kind="date",
            ),
            DECISION,
            LEAD_UNIT,
            ASSISTING,
            column(
                "responsible",
                pgettext_lazy("ledger", "Lead person"),
                lambda r: r.responsible,
                reads=RESPONSIBLE,
            ),
            LEADER,
            ASSIGNED_ON,
            DUE,
            bare(
                "progress",
                pgettext_lazy("ledger", "Progress so far"),
                cells.progress,
                width=24,
                reads=(Action.PROGRESS,),
            ),
            column(
                "extended",
                pgettext_lazy("ledger", "Extended or not (until)"),
                cells.extended_until,
                width=16,
                reads=(Action.RULE_EXTENSION,),
            ),
            bare(
                "light",
                pgettext_lazy("ledger", "Light"),
                lambda r: r.standing,
                width=10,
            ),
            REMARK,
        ),
    ),
)

RESULTS = Book(
    date="closed_at",
    belongs=ended,
    assignments=True,
    enrich=with_papers,
    ledger=Ledger(
        key="results",
        title=pgettext_lazy("ledger", "Results ledger (closed)"),
        columns=(
            NUMBER,
            TITLE,
            once_decided(UNIT),
            once_decided(
                column(
                    "responsible",
                    pgettext_lazy("ledger", "Responsible person"),
                    lambda r: r.responsible,
                    width=10,
                    reads=RESPONSIBLE,
                )
            ),
            MEASURES,
            column(
                "outcome",
                pgettext_lazy("ledger", "Result (done/partly/explained/proper route)"),
                cells.outcome,
                kind="choice",
                choices=tuple(cells.OUTCOME_WORDS.values()),
            ),
            COMPLETED,
            bare(
                "days",
                pgettext_lazy("ledger", "Days used"),
                lambda r: r.days_used,
                width=8,
                kind="number",
            ),
            column(
                "late",
                pgettext_lazy("ledger", "Overdue or not"),
                lambda r: r.was_late,
                width=8,
                kind="choice",
                choices=YES_NO,
            ),
            column(
                "papers", pgettext_lazy("ledger", "Evidence"), cells.papers, width=8
            ),
            CHECKER,
            bare(
                "closed_on",
                pgettext_lazy("ledger", "Closed on"),
                lambda r: r.case.closed_at,
                kind="date",
            ),
            REMARK,
        ),
    ),
)

SATISFACTION = Book(
    date="first_rated_at",
    names_no_village=True,
    belongs=rated,
    ratings=True,
    ledger=Ledger(
        key="satisfaction",
        title=pgettext_lazy("ledger", "Satisfaction ledger"),
        columns=(
            NUMBER,
            TITLE,
            SPEAKER,
            column(
                "completed_on",
                pgettext_lazy("ledger", "Completed on"),
                cells.completed_before_rating,
                kind="date",
                reads=(Action.COMPLETE, Action.SETTLE),
            ),
            column(
                "rated_on",
                pgettext_lazy("ledger", "Called back on"),
                lambda r: r.ratings[0].at,
                kind="date",
            ),
            column(
                "how",
                pgettext_lazy("ledger", "Called back how"),
                lambda r: r.ratings[0].get_how_display(),
                width=10,
            ),
            column(
                "solved",
                pgettext_lazy("ledger", "Solved or not"),
                lambda r: r.ratings[0].get_solved_display(),
                width=10,
                kind="choice",
                choices=tuple(Solved.labels),
            ),
            column(
                "satisfaction",
                pgettext_lazy("ledger", "Satisfied/mostly/dissatisfied"),
                lambda r: r.ratings[0].get_satisfaction_display(),
                width=10,
                kind="choice",
                choices=tuple(Satisfaction.labels),
            ),
            column(
                "reason",
                pgettext_lazy("ledger", "Why dissatisfied"),
                lambda r: r.words(r.ratings[0].reason, post=r.ratings[0].entered_by_id),
                width=16,
            ),
            column(
                "put_right",
                pgettext_lazy("ledger", "How it was put right"),
                cells.put_right,
                width=16,
            ),
            column(
                "second",
                pgettext_lazy("ledger", "Second rating"),
                cells.second_rating,
                width=14,
            ),
            column(
                "caller",
                pgettext_lazy("ledger", "Called back by"),
                cells.caller,
                width=10,
            ),
            column(
                "remark",
                pgettext_lazy("ledger", "Remark"),
                cells.rating_remark,
                width=12,
                reads=(Action.AFTERWORD, *cells.ANSWERED_AFTERWARDS),
            ),
        ),
    ),
)
