"""Who has a matter, and what comes next, in a villager's words (ux, tracking page)."""

from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Confidentiality, Level, Stage
from cases.workflow.committee import is_unheard
from cases.workflow.standing import level_of
from villages.models import TalkRoom


def with_whom(case: Case, *, is_secret: bool) -> str:
    """Return the office that has a matter: never a person, unless the village says so.

    Of a secret one nobody is named, not even the office: 派出所 or 妇联 tells what it
    is about to whoever finds the receipt (domain §3). Empty once it is closed. No query
    where the owner's place, the town and the talk room came with the case; one of what
    was handed to the committee, which it is with until that heard it.
    """
    if is_secret:
        return _("whoever it was given to") if case.is_open else ""
    if is_unheard(case):
        return _of_level(case, Level(case.level))
    if case.owner_office:
        return str(case.owner_office)
    post = case.owner_post
    if post is None:
        return ""

    level = level_of(post)
    if level in (Level.COUNTY, Level.TOWN):
        return _of_level(case, level)

    village = post.village or (post.group.village if post.group else case.village)
    office = _("the village committee of %(village)s") % {"village": village}
    if names_officers(case):
        return f"{office} {post.user}"
    return office


def _of_level(case: Case, level: Level) -> str:
    """Name the county or the town that a matter is with."""
    if level == Level.COUNTY:
        return _("the county (%(county)s)") % {"county": case.town.county_name}
    return _("the town's government (%(town)s)") % {"town": case.town}


def names_officers(case: Case) -> bool:
    """Tell whether the village writes its officers' names on the tracking page."""
    room = getattr(case.village, "talk_room", None)
    return bool(room and room.names_officers)


def room_to_ring(case: Case) -> TalkRoom | None:
    """Return the talk room whose telephone the speaker of a matter is given; None where
    nobody there may open it: it is secret, or about a cadre of the village.

    No query but where it concerns somebody, if the talk room came with the case.
    """
    if case.confidentiality == Confidentiality.SECRET:
        return None
    is_about_somebody = bool(case.conflict_floor)
    if is_about_somebody and case.concerns.filter(village=case.village_id).exists():
        return None
    return getattr(case.village, "talk_room", None)


def town_to_ring(case: Case) -> str:
    """Return the telephone of the town, for whoever is given no talk room to ring; "":
    it has none, or the matter concerns a cadre of the town's own. No query.
    """
    if case.conflict_floor == Level.COUNTY:
        return ""
    return case.town.phone


def what_comes_next(case: Case) -> str:
    """Return the next thing that happens to a matter; empty once it is closed."""
    if case.stage == Stage.SPEAK:
        return _("Next: we look at it, and tell you whether it is taken up.")
    if case.stage == Stage.DELIBERATE:
        return _("Next: it is talked over who does it, how, and by when.")
    if is_unheard(case):
        return _("Next: a meeting talks it over; then the work begins.")
    if case.stage == Stage.HANDLE:
        return _("Next: once it is done, somebody else looks whether it is done well.")
    if case.needs_order:
        return _(
            "Next: somebody above who did not handle it decides whether it is done"
            " again or explained to you."
        )
    if case.stage == Stage.SUPERVISE:
        return _("Next: somebody else looks whether it is done well, and you are told.")
    if case.stage == Stage.RATE and case.replied_at:
        return _("Next: you say how it was. Without an answer we ring you up.")
    if case.stage == Stage.RATE:
        return _("Next: you are told how it came out, and say how it was.")
    return ""
