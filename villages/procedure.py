"""议事规则: the quorum and majority of every kind of meeting, by law or custom, or as a
town has set them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from villages.models.bodies import Base, Body, MeetingKind, Procedure


@dataclass(frozen=True)
class Share:
    """A part of a number of people: at least `of` in `among`, or more than that."""

    of: int
    among: int
    above: bool = False

    def least(self, people: int) -> int:
        """Return the smallest whole number of people that makes the share of
        `people`.
        """
        if self.above:
            return people * self.of // self.among + 1
        return -(-people * self.of // self.among)

    def __str__(self) -> str:
        if (self.of, self.among) == (1, 2):
            return _("more than half") if self.above else _("half")

        words = _("%(of)s in %(among)s") % {"of": self.of, "among": self.among}
        return _("more than %(share)s") % {"share": words} if self.above else words


@dataclass(frozen=True)
class Rules:
    """Rules of one kind of meeting: the share that must attend, the share that must
    agree and of whom, and by which rule.
    """

    quorum: Share
    majority: Share
    article: str | Promise
    base: Base = Base.PRESENT
    substitutes_vote: bool = False

    def __str__(self) -> str:
        return _("Attend: %(quorum)s. Agree: %(majority)s %(base)s.") % {
            "quorum": self.quorum,
            "majority": self.majority,
            "base": self.base.label,
        }

    def quorum_needed(self, due: int) -> int:
        """Return how many of those due must attend; at least one, for where nobody
        comes nothing is decided.
        """
        return max(self.quorum.least(due), 1)

    def votes_needed(self, due: int, present: int) -> int:
        """Return how many must agree, at least one. Those who stepped aside are left
        out of both numbers already.
        """
        people = due if self.base == Base.DUE else present
        return max(self.majority.least(people), 1)


HALF = Share(1, 2)
MORE_THAN_HALF = Share(1, 2, above=True)
TWO_THIRDS = Share(2, 3)
CUSTOM = gettext_lazy("The method's own custom; a town may set it otherwise.")
BRANCH_ASSEMBLY = gettext_lazy(
    "Regulations on the work of party branches, article 11; two thirds by custom of the"
    " six steps"
)
REPRESENTATIVES_BY_LAW = gettext_lazy(
    "Organic Law of Villagers' Committees, article 26"
)

# [cfg] defaults (domain §2). Where a law names numbers these are the law's; where none
# does, the text says so.
DEFAULTS: Mapping[str, Rules] = MappingProxyType(
    {
        MeetingKind.MINSHI_COMMITTEE: Rules(MORE_THAN_HALF, MORE_THAN_HALF, CUSTOM),
        MeetingKind.TALK_DAY: Rules(MORE_THAN_HALF, MORE_THAN_HALF, CUSTOM),
        MeetingKind.TWO_COMMITTEES: Rules(
            MORE_THAN_HALF,
            MORE_THAN_HALF,
            gettext_lazy(
                "Organic Law of Villagers' Committees, article 29: the minority yields"
            ),
        ),
        MeetingKind.MASS_CONGRESS: Rules(
            TWO_THIRDS, MORE_THAN_HALF, REPRESENTATIVES_BY_LAW
        ),
        MeetingKind.REPRESENTATIVES: Rules(
            TWO_THIRDS, MORE_THAN_HALF, REPRESENTATIVES_BY_LAW
        ),
        MeetingKind.ASSEMBLY: Rules(
            MORE_THAN_HALF,
            MORE_THAN_HALF,
            gettext_lazy(
                "Organic Law of Villagers' Committees, article 22: more than half of"
                " the adults"
            ),
        ),
        MeetingKind.HOUSEHOLDS: Rules(
            TWO_THIRDS,
            MORE_THAN_HALF,
            gettext_lazy(
                "Organic Law of Villagers' Committees, article 22: one of two thirds of"
                " the households"
            ),
        ),
        MeetingKind.PARTY_ASSEMBLY: Rules(
            TWO_THIRDS, MORE_THAN_HALF, BRANCH_ASSEMBLY, Base.DUE
        ),
        MeetingKind.PARTY_MASS_DAY: Rules(MORE_THAN_HALF, MORE_THAN_HALF, CUSTOM),
        MeetingKind.THEMED_PARTY_DAY: Rules(MORE_THAN_HALF, MORE_THAN_HALF, CUSTOM),
        MeetingKind.THREE_MEETINGS: Rules(
            HALF,
            MORE_THAN_HALF,
            gettext_lazy("Regulations on the work of party branches, article 11"),
            Base.DUE,
        ),
        MeetingKind.CONSULTATION: Rules(MORE_THAN_HALF, MORE_THAN_HALF, CUSTOM),
        MeetingKind.TOWN_COMMITTEE: Rules(
            HALF,
            MORE_THAN_HALF,
            gettext_lazy(
                "As party committees vote: half attend, more than half of those due"
                " agree"
            ),
            Base.DUE,
        ),
        MeetingKind.COUNTY_BOARD: Rules(MORE_THAN_HALF, MORE_THAN_HALF, CUSTOM),
    }
)

# The body whose roll is called; an assembly of all the villagers has none, its people
# are counted.
BODY_OF: Mapping[str, Body] = MappingProxyType(
    {
        MeetingKind.MINSHI_COMMITTEE: Body.MINSHI_COMMITTEE,
        MeetingKind.TALK_DAY: Body.MINSHI_COMMITTEE,
        MeetingKind.TWO_COMMITTEES: Body.TWO_COMMITTEES,
        MeetingKind.MASS_CONGRESS: Body.REPRESENTATIVES,
        MeetingKind.REPRESENTATIVES: Body.REPRESENTATIVES,
        MeetingKind.PARTY_ASSEMBLY: Body.PARTY_MEMBERS,
        MeetingKind.PARTY_MASS_DAY: Body.PARTY_MEMBERS,
        MeetingKind.THEMED_PARTY_DAY: Body.PARTY_MEMBERS,
        MeetingKind.THREE_MEETINGS: Body.PARTY_MEMBERS,
        MeetingKind.CONSULTATION: Body.MINSHI_COMMITTEE,
        MeetingKind.TOWN_COMMITTEE: Body.TOWN_COMMITTEE,
        MeetingKind.COUNTY_BOARD: Body.COUNTY_BOARD,
    }
)
OF_TOWN = frozenset({MeetingKind.TOWN_COMMITTEE})
OF_COUNTY = frozenset({MeetingKind.COUNTY_BOARD})
OF_VILLAGE = frozenset(MeetingKind) - OF_TOWN - OF_COUNTY


def rules_for(town_id: int | None, kind: str) -> Rules:
    """Return the rules of a kind of meeting in a town: its own where it has set any,
    else the default. One query.
    """
    return rules_by_kind(town_id, (kind,))[kind]


def rules_by_kind(town_id: int | None, kinds: Iterable[str]) -> dict[str, Rules]:
    """Return the rules of several kinds of meeting as `rules_for` does. One query."""
    rules = {kind: DEFAULTS[kind] for kind in kinds}
    if town_id is None:
        return rules

    for own in Procedure.objects.filter(town=town_id, kind__in=rules):
        rules[own.kind] = as_rules(own)
    return rules


def as_rules(own: Procedure) -> Rules:
    return Rules(
        quorum=Share(own.quorum_of, own.quorum_in, own.quorum_above),
        majority=Share(own.pass_of, own.pass_in, own.pass_above),
        article=own.article,
        base=Base(own.pass_base),
        substitutes_vote=own.substitutes_vote,
    )
