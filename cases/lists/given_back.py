"""What somebody gave back: of a matter that they see no more, their own words."""

from datetime import date

from django.db.models import QuerySet

from cases.models import Case, Event
from cases.models.choices import Confidentiality
from cases.models.scope import Sight
from cases.workflow import Action
from villages.models import Role, User
from villages.rights import EXPORT_OF_OFFICE

SHOWN = 20
# whoever reads a matter only while it is theirs; the others find it in their village
SEES_OWN_WORK = (Role.OFFICE_HANDLER, Role.GROUP_LEADER)


def given_back_by(user: User, on: date) -> QuerySet[Event]:
    """Return what a user gave back, the newest first: the day and the number, and the
    ground as they wrote it.

    They read the matter no more (domain §3, visible_to). A secret one is left out, and
    one that concerns a cadre of theirs.
    """
    sight = Sight.of(user, on)
    cases = Case.objects.filter(~sight.in_conflict()).exclude(
        confidentiality=Confidentiality.SECRET
    )
    returned = Event.objects.filter(user=user, action=Action.RETURN, case__in=cases)

    of_places = returned.select_related(
        "case__town", "case__village", "user", "post__office"
    )
    with_words = of_places.prefetch_related("revisions")
    return with_words.order_by("-at", "-pk")


def may_print(event: Event, user: User, on: date) -> bool:
    """Tell whether the slip of a return is theirs to print: of the own work of an
    office (domain §3, Opening and exporting).
    """
    office = event.post.office_id if event.post else None
    return office in user.reach(on, EXPORT_OF_OFFICE).offices
