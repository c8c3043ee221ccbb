"""Rights: the one table capability → roles that every check by role reads (domain §2).

Where a post reaches is the queryset's business (`in_reach_of`, `reach`), who makes
which move of a case the workflow's (`cases/workflow/who.py`, domain §3): here stands
only which roles a capability is given to. docs/rights.md shows it as role × capability;
a test compares the two.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from villages.models import Post, Role
from villages.models.roles import ADMINISTRATORS

Roles = tuple[Role, ...]

# --- the territory
OVERSEE: Roles = (Role.REVIEWER, Role.SUPERVISOR)
DECIDE: Roles = (Role.SECRETARY, Role.REVIEWER)
SET_TOWN_RULES: Roles = (Role.REVIEWER,)
READ_BOARD: Roles = (*OVERSEE, Role.SECRETARY)
READ_FIGURES_OF_VILLAGE: Roles = (
    Role.DUTY_OFFICER,
    Role.GROUP_LEADER,
    Role.COMMITTEE_MEMBER,
    Role.SECRETARY,
)
READ_FIGURES_OF_TOWN: Roles = OVERSEE
READ_FIGURES: Roles = (*READ_FIGURES_OF_VILLAGE, *READ_FIGURES_OF_TOWN)
READ_REPORTS: Roles = OVERSEE
SIGN_REPORTS: Roles = (Role.SUPERVISOR,)
PUBLISH_REPORTS: Roles = (Role.REVIEWER,)
READ_STATUS: Roles = (Role.SYSTEM_ADMIN, Role.AUDITOR, *OVERSEE)

# --- the counter
SETTLE: Roles = (Role.DUTY_OFFICER, Role.SECRETARY, Role.REVIEWER)
CALL_BACK: Roles = (Role.DUTY_OFFICER, Role.SECRETARY, Role.GROUP_LEADER)
CALL_SPEAKERS: Roles = (Role.DUTY_OFFICER, Role.SECRETARY)
CALL_AFTER_CLOSING: Roles = (Role.SECRETARY,)
LEAD: Roles = (
    Role.DUTY_OFFICER,
    Role.GROUP_LEADER,
    Role.COMMITTEE_MEMBER,
    Role.SECRETARY,
    Role.REVIEWER,
    Role.OFFICE_HANDLER,
)

# --- the register of households
LOOK_UP_IN_VILLAGE: Roles = (
    Role.DUTY_OFFICER,
    Role.COMMITTEE_MEMBER,
    Role.SECRETARY,
    Role.REVIEWER,
    Role.SUPERVISOR,
)
LOOK_UP_IN_GROUP: Roles = (Role.GROUP_LEADER,)
KEEP_REGISTER_OF_VILLAGE: Roles = (Role.SECRETARY, Role.DUTY_OFFICER)
KEEP_REGISTER_OF_GROUP: Roles = (Role.GROUP_LEADER,)
KEEP_REGISTER: Roles = (*KEEP_REGISTER_OF_VILLAGE, *KEEP_REGISTER_OF_GROUP)
IMPORT_REGISTER: Roles = (Role.SECRETARY, Role.REVIEWER)
UNMASK_IN_VILLAGE: Roles = (Role.SECRETARY,)
UNMASK_IN_TERRITORY: Roles = (Role.SUPERVISOR,)
UNMASK: Roles = (*UNMASK_IN_VILLAGE, *UNMASK_IN_TERRITORY)

# --- the duty roster and the talk room
TAKE_DUTY: Roles = (Role.DUTY_OFFICER, Role.COMMITTEE_MEMBER, Role.SECRETARY)
ARRANGE_DUTY: Roles = (Role.SECRETARY, Role.DUTY_OFFICER)
DESCRIBE_TALK_ROOM: Roles = (Role.SECRETARY,)

IMPORT_ROSTER: Roles = (Role.SECRETARY, Role.REVIEWER)

# --- bodies and meetings
SEAT_BODIES: Roles = (Role.SECRETARY, Role.REVIEWER)
SIT_IN_VILLAGE_COMMITTEE: Roles = (
    Role.SECRETARY,
    Role.DUTY_OFFICER,
    Role.COMMITTEE_MEMBER,
)
SIT_IN_TWO_COMMITTEES: Roles = (Role.SECRETARY, Role.DUTY_OFFICER)
SIT_ABOVE: Roles = (Role.REVIEWER,)

# --- ledgers and papers
EXPORT_OF_VILLAGE: Roles = (Role.SECRETARY, Role.DUTY_OFFICER)
EXPORT_OF_OFFICE: Roles = (Role.OFFICE_HANDLER,)
EXPORT: Roles = (*EXPORT_OF_VILLAGE, *OVERSEE, *EXPORT_OF_OFFICE)
FREEZE_LEDGERS: Roles = (Role.SECRETARY, *OVERSEE)
EXPORT_MEETINGS: Roles = (*EXPORT_OF_VILLAGE, *OVERSEE)
EXPORT_DUTY: Roles = (*EXPORT_OF_VILLAGE, *OVERSEE)
READ_DUTY_LEDGER: Roles = (*EXPORT_DUTY, Role.COMMITTEE_MEMBER)

# --- the 三员 and the admin
CONFIGURE: Roles = (Role.SYSTEM_ADMIN,)
MANAGE_ACCOUNTS: Roles = (Role.SECURITY_ADMIN,)
IMPORT_LISTS: Roles = (*IMPORT_REGISTER, *CONFIGURE, *MANAGE_ACCOUNTS)
READ_AUDIT_LOG: Roles = (Role.AUDITOR,)
ENTER_ADMIN: Roles = (
    *CONFIGURE,
    *MANAGE_ACCOUNTS,
    *READ_AUDIT_LOG,
    *KEEP_REGISTER,
    *OVERSEE,
)
SET_TOWN_OPTIONS: Roles = (*CONFIGURE, *SET_TOWN_RULES)
EDIT_TALK_ROOM: Roles = (*CONFIGURE, *DESCRIBE_TALK_ROOM)
VIEW_OWN_GRID: Roles = KEEP_REGISTER
VIEW_ROSTERS: Roles = (*ARRANGE_DUTY, *OVERSEE)
VIEW_BODIES: Roles = (*ARRANGE_DUTY, *OVERSEE)
VIEW_CASES: Roles = (*KEEP_REGISTER, *OVERSEE)

TABLE: Mapping[str, Roles] = MappingProxyType(
    {
        name: value
        for name, value in globals().items()
        if name.isupper() and isinstance(value, tuple)
    }
)


def deals_with_cases(posts: Iterable[Post]) -> bool:
    """Tell whether any of the posts is not one of the 三员, who see no case."""
    return any(post.role not in ADMINISTRATORS for post in posts)


def first_post(posts: Iterable[Post], roles: Roles, **node: object) -> Post | None:
    """Return the first of somebody's posts with one of the roles, at the node given.

    `node` names fields of the post: `town_id=3`, `village_id=17`.
    """
    for post in posts:
        is_there = all(getattr(post, name) == value for name, value in node.items())
        if post.role in roles and is_there:
            return post
    return None
