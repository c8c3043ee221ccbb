"""Roles, and the kinds of places at which each of them serves."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    DUTY_OFFICER = "duty_officer", pgettext_lazy("role", "duty officer")
    GROUP_LEADER = "group_leader", pgettext_lazy("role", "group leader")
    COMMITTEE_MEMBER = "committee_member", pgettext_lazy("role", "committee member")
    SECRETARY = "secretary", pgettext_lazy("role", "village secretary")
    REVIEWER = "reviewer", pgettext_lazy("role", "reviewer")
    OFFICE_HANDLER = "office_handler", pgettext_lazy("role", "office handler")
    SUPERVISOR = "supervisor", pgettext_lazy("role", "supervisor")
    SYSTEM_ADMIN = "system_admin", pgettext_lazy("role", "system administrator")
    SECURITY_ADMIN = "security_admin", pgettext_lazy("role", "security administrator")
    AUDITOR = "auditor", pgettext_lazy("role", "auditor")


class Node(models.TextChoices):
    """The kind of place a post is at."""

    COUNTY = "county_code", _("county")
    TOWN = "town", _("town")
    VILLAGE = "village", _("village")
    GROUP = "group", _("villagers' group")
    OFFICE = "office", _("office")


# 三员
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
NODES_OF_ROLE: dict[str, frozenset[Node]] = {
    Role.DUTY_OFFICER: frozenset({Node.VILLAGE}),
    Role.GROUP_LEADER: frozenset({Node.GROUP}),
    Role.COMMITTEE_MEMBER: frozenset({Node.VILLAGE}),
    Role.SECRETARY: frozenset({Node.VILLAGE}),
    Role.REVIEWER: frozenset({Node.TOWN, Node.COUNTY}),
    Role.OFFICE_HANDLER: frozenset({Node.OFFICE}),
    Role.SUPERVISOR: frozenset({Node.TOWN, Node.COUNTY}),
    **{role: frozenset[Node]() for role in ADMINISTRATORS},
}
