"""The slip of a return for whoever gave a matter back and reads it no more: their own
part of it.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import pgettext_lazy

from cases.ledgers.asking import RETURN_SLIP, kind_of
from cases.ledgers.columns import NUMBER
from cases.ledgers.record import joined
from cases.models import Event
from cases.models.choices import Level
from cases.models.scope import Sight
from cases.privacy.redactor import reader_redactor
from cases.slips.forms import TIME
from cases.slips.reading import Line, side_by_side
from cases.workflow.event_data import data_of
from minshi.errors import Text
from minshi.paper import day_on_paper
from villages.seals import seal_of, seal_of_county


@dataclass(frozen=True)
class ReturnSheet:
    """A slip of a return without what others did about it since: whoever rules signs
    it by hand.
    """

    event: Event
    sight: Sight

    title: Text = RETURN_SLIP
    signatures: tuple[Text, ...] = TIME.signatures

    @property
    def unit(self) -> str:
        """The village, town or county that the matter was at then, as its seal has
        it.
        """
        case = self.event.case
        if self.event.level == Level.COUNTY:
            return seal_of_county(case.town)
        is_village = self.event.level == Level.VILLAGE
        return seal_of(case.town, case.village if is_village else None)

    def rows(self) -> list[list[Line]]:
        event = self.event
        due = data_of(event).get("due_on")
        due_on = day_on_paper(date.fromisoformat(due)) if due else ""
        applicant = joined(event.post.place, event.user) if event.post else ""

        lines = [
            Line("number", NUMBER.heading, event.case.number, False),
            Line("applicant", pgettext_lazy("slip", "Applying unit"), applicant, False),
            Line("kind", pgettext_lazy("slip", "Kind"), kind_of(event), False),
            Line(
                "asked_at",
                pgettext_lazy("slip", "Applied at"),
                day_on_paper(event.at),
                False,
            ),
            Line("due_on", pgettext_lazy("slip", "Deadline so far"), due_on, False),
            Line("reason", pgettext_lazy("slip", "Ground"), self.ground, True),
            Line("ruling", pgettext_lazy("slip", "Ruling"), "", True),
        ]
        return side_by_side(lines)

    @property
    def ground(self) -> str:
        """What they wrote, as they wrote it."""
        return reader_redactor(self.event.case, self.sight).note(self.event)
