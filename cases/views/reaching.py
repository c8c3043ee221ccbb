"""Reaching whoever spoke, for those who work on a matter."""

from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Confidentiality, Stage
from cases.models.scope import Sight
from cases.workflow import Facts


def where_to_ask(sight: Sight, facts: Facts) -> str:
    """Say to whoever works on a matter, and may not open the speaker's number, who puts
    them through to the speaker; "" to everybody else.

    The number is opened by secretary and supervisor alone (domain §3, Unmasked). Of a
    hidden name and a secret matter nobody asks at a counter: who spoke in confidence
    reads on the page behind their code, and is known to the reviewer and to whoever
    took it down.
    """
    case = facts.case
    if case.stage != Stage.HANDLE or not works_on(sight, facts):
        return ""
    if not sight.may_know_speaker(case):
        return _(
            "The speaker's name is kept from you. Write what you have to ask as"
            " progress that the speaker may see; or have the town's reviewer ask, who"
            " knows them."
        )
    if case.confidentiality == Confidentiality.SECRET:
        return _of_secret(facts)
    if case.confidentiality == Confidentiality.HIDDEN or case.village is None:
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


def rings_speaker(sight: Sight, facts: Facts) -> bool:
    """Tell whether the calls about a matter being worked on are this reader's to make,
    with the number: those of a secret one, of whoever it is with
    (supervision/notices/calls.py).
    """
    case = facts.case
    is_secret = case.confidentiality == Confidentiality.SECRET
    if case.stage != Stage.HANDLE or not is_secret:
        return False
    return owns(sight, case) and sight.may_know_speaker(case)


def owns(sight: Sight, case: Case) -> bool:
    """Tell whether a matter is with this reader."""
    reach = sight.reach
    return case.owner_post_id in reach.posts or case.owner_office_id in reach.offices


def _of_secret(facts: Facts) -> str:
    """Name who knows the speaker of a secret matter: its recorder, unless they may not
    open it any more or left the post, and the reviewer.
    """
    recorder = facts.case.recorded_by
    serving = {post.pk for post in facts.posts}
    if recorder is None or recorder.pk not in serving or not facts.may_see(recorder):
        return _("To reach whoever spoke, ask the town's reviewer.")
    words = _("To reach whoever spoke, ask %(recorder)s or the town's reviewer.")
    return words % {"recorder": recorder.user}


def works_on(sight: Sight, facts: Facts) -> bool:
    """Tell whether a reader is lead or assistant of the matter now."""
    reach = sight.reach
    return any(
        item.post_id in reach.posts or item.office_id in reach.offices
        for item in facts.active
    )
