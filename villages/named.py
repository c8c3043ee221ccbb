"""What every record names: accounts, the grid, offices and seats. A record of the past
reads another name where one of them is changed; so each change is sealed in the audit
log (villages/finals.py), with the rules of procedure beside them.
"""

from villages.finals import Columns, Final
from villages.models import Group, Office, Procedure, Seat, Town, User, Village

ACCOUNT = Final("account", Columns(User, ("username", "name", "is_active")))
TOWN = Final(
    "town",
    Columns(
        Town,
        ("code", "name", "county_code", "county_name", "abbreviation", "phone"),
    ),
)
VILLAGE = Final(
    "village",
    Columns(Village, ("code", "town_id", "name", "official_name", "inhabitants")),
)
GROUP = Final("group", Columns(Group, ("village_id", "number")))
OFFICE = Final("office", Columns(Office, ("name", "town_id", "county_code", "phone")))
SEAT = Final(
    "seat",
    Columns(
        Seat,
        (
            "body",
            "village_id",
            "town_id",
            "county_code",
            "name",
            "user_id",
            "is_chair",
            "from_on",
            "until_on",
        ),
    ),
)
PROCEDURE = Final(
    "procedure",
    Columns(
        Procedure,
        (
            "town_id",
            "kind",
            "quorum_of",
            "quorum_in",
            "quorum_above",
            "pass_of",
            "pass_in",
            "pass_above",
            "pass_base",
            "substitutes_vote",
            "article",
        ),
    ),
)
NAMED: tuple[Final, ...] = (
    ACCOUNT,
    TOWN,
    VILLAGE,
    GROUP,
    OFFICE,
    SEAT,
    PROCEDURE,
)
