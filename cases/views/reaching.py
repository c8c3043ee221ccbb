"""Reaching whoever spoke, for those who work on a matter."""

from django.utils.translation import gettext as _

from cases.models.choices import Confidentiality, Stage
from cases.models.scope import Sight
from cases.workflow import Facts


def where_to_ask(sight: Sight, facts: Facts) -> str:
    """Say to whoever works on a matter, and may not open the speaker's number, who puts
    them through to the speaker; "" to everybody else.

    The number is opened by secretary and supervisor alone (domain §3, Unmasked). Of a
    hidden name and a secret matter nobody asks at a counter.
    """
    case = facts.case
    is_at_work = case.stage == Stage.HANDLE and works_on(sight, facts)
    is_open_to_all = case.confidentiality == Confidentiality.NORMAL
    if not (is_at_work and is_open_to_all) or case.village is None:
        return ""

    room = getattr(case.village, "talk_room", None)
    village = {"village": case.village}
    if room is None or not room.phone:
        return _("To reach whoever spoke, ask at the talk room of %(village)s.") % (
            village
        )
    return _(
        "To reach whoever spoke, ring the talk room of %(village)s: %(phone)s."
    ) % {**village, "phone": room.phone}


def works_on(sight: Sight, facts: Facts) -> bool:
    """Tell whether a reader is lead or assistant of the matter now."""
    reach = sight.reach
    return any(
        item.post_id in reach.posts or item.office_id in reach.offices
        for item in facts.active
    )
