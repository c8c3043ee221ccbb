"""议事规则: the quorum and majority of every kind of meeting, by law or custom, or as a
town has set them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from villages.models.bodies import Base, Body, MeetingKind, Procedure

# as laws and minutes write a share: in words
NUMERALS: Mapping[int, Promise] = MappingProxyType(
    {
        1: pgettext_lazy("numeral", "one"),
        2: pgettext_lazy("numeral", "two"),
        3: pgettext_lazy("numeral", "three"),
        4: pgettext_lazy("numeral", "four"),
        5: pgettext_lazy("numeral", "five"),
        6: pgettext_lazy("numeral", "six"),
        7: pgettext_lazy("numeral", "seven"),
        8: pgettext_lazy("numeral", "eight"),
        9: pgettext_lazy("numeral", "nine"),
        10: pgettext_lazy("numeral", "ten"),
    }
)


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

    def is_less_than(self, other: "Share") -> bool:
        """Tell whether the share asks for less than another, of whatever number."""
        own_part = self.of * other.among
        other_part = other.of * self.among
        if own_part == other_part:
            return other.above and not self.above
        return own_part < other_part

    def __str__(self) -> str:
        if (self.of, self.among) == (1, 2):
            return _("more than half") if self.above else _("half")

        words = _("%(of)s in %(among)s") % {
            "of": NUMERALS.get(self.of, self.of),
            "among": NUMERALS.get(self.among, self.among),
        }
        return _("more than %(share)s") % {"share": words} if self.above else words


@dataclass(frozen=True)
class Rules:
    """Rules of one kind of meeting: the share that must attend, the share that must
    agree and of whom, and by which rule.

    `least_due`: a body of fewer people decides nothing. `is_law`: a law names the
    numbers, and no town sets lower ones.
    """

    quorum: Share
    majority: Share
    article: str | Promise
    base: Base = Base.PRESENT
    substitutes_vote: bool = False
    least_due: int = 0
    is_law: bool = False

    def __str__(self) -> str:
        return _("Attend: %(quorum)s. Agree: %(majority)s %(base)s.") % {
            "quorum": self.quorum,
            "majority": self.majority,
            "base": self.base.label,
        }

    def asks_less_than(self, law: "Rules") -> bool:
        """Tell whether fewer need to come or to agree than by the law's rules, or
        whether somebody may stand in where the law lets nobody.
        """
        of_fewer_people = law.base == Base.DUE and self.base == Base.PRESENT
        stands_in = self.substitutes_vote and not law.substitutes_vote
        return (
            of_fewer_people
            or stands_in
            or self.quorum.is_less_than(law.quorum)
            or self.majority.is_less_than(law.majority)
        )

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
MEMBER_DELEGATES_AT_LEAST = 21  # "more than twenty" (集体经济组织法 28)

# --- the rules' sources, as read in the law in force since 2026-01-01 (domain §8)
CUSTOM = gettext_lazy("The method's own custom; a town may set it otherwise.")
BRANCH_ASSEMBLY = gettext_lazy(
    "Regulations on the work of party branches, article 11: half present, more than"
    " half of all party members due agree"
)
BRANCH_COMMITTEE = gettext_lazy(
    "Regulations on the work of party branches, article 12: more than half of the"
    " committee's members"
)
BRANCH_LIFE = gettext_lazy("Regulations on the work of party branches, article 11")
MINORITY_YIELDS = gettext_lazy(
    "Organic Law of Villagers' Committees, article 34: the minority yields"
)
REPRESENTATIVES_BY_LAW = gettext_lazy(
    "Organic Law of Villagers' Committees, article 30: two thirds of the"
    " representatives, nobody in their place"
)
ASSEMBLY_BY_LAW = gettext_lazy(
    "Organic Law of Villagers' Committees, article 26: more than half of the adults"
)
HOUSEHOLDS_BY_LAW = gettext_lazy(
    "Organic Law of Villagers' Committees, article 26: one of two thirds of the"
    " households"
)
GROUP_BY_LAW = gettext_lazy(
    "Organic Law of Villagers' Committees, article 32: two thirds of the group's"
    " adults, or of its households"
)
MEMBERS_BY_LAW = gettext_lazy(
    "Law on Rural Collective Economic Organisations, article 27: two thirds of all"
    " members, who may come by written proxy"
)
MEMBER_DELEGATES_BY_LAW = gettext_lazy(
    "Law on Rural Collective Economic Organisations, article 28: more than twenty"
    " representatives, two thirds of all of them"
)
CONSULTATION_BY_LAW = gettext_lazy(
    "Organic Law of Villagers' Committees, article 33: public affairs, difficulties and"
    " disputes are talked over in consultation"
)
AS_PARTY_COMMITTEES = gettext_lazy(
    "As party committees vote: half attend, more than half of those due agree"
)

BY_CUSTOM = Rules(MORE_THAN_HALF, MORE_THAN_HALF, CUSTOM)

# [cfg] defaults (domain §2, §8). Where a law names numbers these are the law's; where
# none does, the text says so.
DEFAULTS: Mapping[str, Rules] = MappingProxyType(
    {
        MeetingKind.MINSHI_COMMITTEE: BY_CUSTOM,
        MeetingKind.TALK_DAY: BY_CUSTOM,
        MeetingKind.TWO_COMMITTEES: Rules(
            MORE_THAN_HALF, MORE_THAN_HALF, MINORITY_YIELDS
        ),
        MeetingKind.MASS_CONGRESS: Rules(
            TWO_THIRDS, MORE_THAN_HALF, REPRESENTATIVES_BY_LAW, is_law=True
        ),
        MeetingKind.REPRESENTATIVES: Rules(
            TWO_THIRDS, MORE_THAN_HALF, REPRESENTATIVES_BY_LAW, is_law=True
        ),
        MeetingKind.ASSEMBLY: Rules(
            MORE_THAN_HALF, MORE_THAN_HALF, ASSEMBLY_BY_LAW, is_law=True
        ),
        MeetingKind.HOUSEHOLDS: Rules(
            TWO_THIRDS, MORE_THAN_HALF, HOUSEHOLDS_BY_LAW, is_law=True
        ),
        MeetingKind.GROUP_MEETING: Rules(
            TWO_THIRDS, MORE_THAN_HALF, GROUP_BY_LAW, is_law=True
        ),
        MeetingKind.MEMBERS_ASSEMBLY: Rules(
            TWO_THIRDS,
            TWO_THIRDS,
            MEMBERS_BY_LAW,
            Base.DUE,
            substitutes_vote=True,
            is_law=True,
        ),
        MeetingKind.MEMBER_DELEGATES: Rules(
            TWO_THIRDS,
            TWO_THIRDS,
            MEMBER_DELEGATES_BY_LAW,
            Base.DUE,
            least_due=MEMBER_DELEGATES_AT_LEAST,
            is_law=True,
        ),
        MeetingKind.BRANCH_COMMITTEE: Rules(
            MORE_THAN_HALF, MORE_THAN_HALF, BRANCH_COMMITTEE, Base.DUE, is_law=True
        ),
        MeetingKind.PARTY_ASSEMBLY: Rules(
            HALF, MORE_THAN_HALF, BRANCH_ASSEMBLY, Base.DUE, is_law=True
        ),
        MeetingKind.PARTY_MASS_DAY: BY_CUSTOM,
        MeetingKind.THEMED_PARTY_DAY: BY_CUSTOM,
        MeetingKind.THREE_MEETINGS: Rules(HALF, MORE_THAN_HALF, BRANCH_LIFE, Base.DUE),
        MeetingKind.CONSULTATION: BY_CUSTOM,
        MeetingKind.TOWN_COMMITTEE: Rules(
            HALF, MORE_THAN_HALF, AS_PARTY_COMMITTEES, Base.DUE
        ),
        MeetingKind.COUNTY_BOARD: BY_CUSTOM,
    }
)

# The body whose roll is called; an assembly of all villagers, members or people of a
# group has none, its people are counted.
BODY_OF: Mapping[str, Body] = MappingProxyType(
    {
        MeetingKind.MINSHI_COMMITTEE: Body.MINSHI_COMMITTEE,
        MeetingKind.TALK_DAY: Body.MINSHI_COMMITTEE,
        MeetingKind.TWO_COMMITTEES: Body.TWO_COMMITTEES,
        MeetingKind.MASS_CONGRESS: Body.REPRESENTATIVES,
        MeetingKind.REPRESENTATIVES: Body.REPRESENTATIVES,
        MeetingKind.MEMBER_DELEGATES: Body.MEMBER_DELEGATES,
        MeetingKind.BRANCH_COMMITTEE: Body.BRANCH_COMMITTEE,
        MeetingKind.PARTY_ASSEMBLY: Body.PARTY_MEMBERS,
        MeetingKind.PARTY_MASS_DAY: Body.PARTY_MEMBERS,
        MeetingKind.THEMED_PARTY_DAY: Body.PARTY_MEMBERS,
        MeetingKind.THREE_MEETINGS: Body.PARTY_MEMBERS,
        MeetingKind.CONSULTATION: Body.MINSHI_COMMITTEE,
        MeetingKind.TOWN_COMMITTEE: Body.TOWN_COMMITTEE,
        MeetingKind.COUNTY_BOARD: Body.COUNTY_BOARD,
    }
)
# meetings of everybody in a place, whose people are counted: nobody is due by name
OF_EVERYBODY = frozenset(MeetingKind) - BODY_OF.keys()
# 村务监督委员会 attends these without a vote: the committees', the representatives' and
# every consultation (组织法 37).
OVERSEEN_MEETINGS = frozenset(
    {
        MeetingKind.MINSHI_COMMITTEE,
        MeetingKind.TALK_DAY,
        MeetingKind.TWO_COMMITTEES,
        MeetingKind.MASS_CONGRESS,
        MeetingKind.REPRESENTATIVES,
        MeetingKind.CONSULTATION,
    }
)
# 三会一课 is a system, no meeting that decides or proposes (domain §8).
ONLY_HEAR = frozenset({MeetingKind.THREE_MEETINGS})
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
        least_due=DEFAULTS[own.kind].least_due,
    )
