"""What the page of a step says of it: its heading and button, what it cannot do, and
who reads what is written there.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from cases.views.steps import WORDS_FOR_SPEAKER
from cases.workflow import Action, Offer
from cases.workflow.inputs import Kind
from minshi.errors import Text

# a step whose button says when to press it, and whose page what it is
HEADINGS: Mapping[Action, Text] = MappingProxyType(
    {Action.MANDATORY_REPORT: gettext_lazy("Mandatory report")}
)
# a step whose name would be long on its button, or says what is asked
BUTTONS: Mapping[Action, Text] = MappingProxyType(
    {Action.RESERVE: gettext_lazy("Save")}
)
# what a step cannot do, and what does it instead
LIMITS: Mapping[Action, Text] = MappingProxyType(
    {
        Action.AMEND: gettext_lazy(
            "The words as they were said cannot be changed. What is wrong in them is"
            " put into the remark; or make the matter void, and take it down again."
        ),
        Action.MANDATORY_REPORT: gettext_lazy(
            "The system notifies people of this house alone. It reaches neither the"
            " police nor the women's federation: ring them up yourself."
        ),
    }
)
# where what was done may be shown (domain §1: a photo may be added, never must)
WITH_PHOTOS = (Action.SETTLE, Action.PROGRESS, Action.REPORT, Action.COMPLETE)


def who_sees_photos(action: Action, case: Case) -> str:
    """Say whether the speaker sees the photos that come with a step."""
    if not case.shows_photos:
        return _("The speaker sees no photos of a secret matter.")
    if action == Action.PROGRESS:
        return _("Where you say above that the speaker may see it, the photo goes too.")
    return _(
        "The speaker does not see it yet. You may let them on the page of the matter,"
        " beside the photo."
    )


def read_by(offer: Offer) -> str:
    """Return in words who reads what is written in a step; "" where nothing is."""
    action = offer.action
    if not any(item.kind in (Kind.TEXT, Kind.LINE) for item in offer.move.inputs):
        return ""
    if action in WORDS_FOR_SPEAKER or action == Action.ANSWER_AFTERWORD:
        return _("The speaker reads this on the tracking page.")
    if action == Action.RATE:
        return _("The speaker reads both answers on the tracking page, no more of it.")
    if action == Action.PROGRESS:
        return _(
            "Seen by everyone who may open this matter; by the speaker only if you say"
            " so."
        )
    if offer.move.informs_speaker:
        return _(
            "The speaker reads only what stands in the box above. The rest is seen by"
            " everyone who may open this matter."
        )
    return _("Seen by everyone who may open this matter.")
