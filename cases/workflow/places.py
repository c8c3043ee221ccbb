"""The places that go together: a matter's group, topic and neighbours (domain §2)."""

from django.utils.translation import gettext as _

from cases.models import Topic
from minshi.errors import InputRefused, Text
from villages.models import Group, Resident


def refuse_other_places(
    *,
    town: int,
    village: int | None,
    group: Group | None = None,
    topic: Topic | None = None,
    resident: Resident | None = None,
    resident_field: str = "resident",
) -> None:
    """Refuse a group, a topic or a resident that belongs to another place.

    `town` and `village` are the keys of the matter's own, `resident_field` is where the
    resident was chosen. Raise InputRefused at the fields that do not fit.
    """
    wrong: dict[str, Text] = {}
    if group and group.village_id != village:
        wrong["group"] = _("That group is in another village.")
    if topic and topic.town_id != town:
        wrong["topic"] = _("That topic is another town's.")
    if resident and resident.household.group.village.town_id != town:
        wrong[resident_field] = _("They live in another town.")

    if wrong:
        raise InputRefused.at(**wrong)
