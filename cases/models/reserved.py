"""What the law leaves to the people of a village, and who of them may decide it."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from villages.models import MeetingKind


class Decider(models.TextChoices):
    """Who may decide a reserved matter."""

    VILLAGERS = (
        "villagers",
        pgettext_lazy(
            "decider", "the villagers' assembly, or representatives it has empowered"
        ),
    )
    MEMBERS = (
        "members",
        pgettext_lazy("decider", "the assembly of the collective's members alone"),
    )
    MEMBERS_OR_DELEGATES = (
        "members_or_delegates",
        pgettext_lazy(
            "decider",
            "the assembly of the collective's members, or their"
            " representatives as the charter says",
        ),
    )


class ReservedMatter(models.TextChoices):
    """Matters that only the people of a village decide.

    村民委员会组织法 28 reserves them to the villagers' assembly, 农村集体经济组织法 26
    to the assembly of the collective's members; where no collective is set up, the
    village meets by the same rules (集体经济组织法 64, 组织法 28).
    """

    VILLAGE_PLAN = (
        "village_plan",
        pgettext_lazy("reserved matter", "planning and building of the village"),
    )
    ALLOWANCES = (
        "allowances",
        pgettext_lazy("reserved matter", "who is paid for lost work, and how much"),
    )
    COLLECTIVE_INCOME = (
        "collective_income",
        pgettext_lazy("reserved matter", "use of the collective's income"),
    )
    PUBLIC_WORKS = (
        "public_works",
        pgettext_lazy("reserved matter", "public works: funds, labour, contracting"),
    )
    HELP = (
        "help",
        pgettext_lazy("reserved matter", "who is helped first, and how"),
    )
    COLLECTIVE_ITSELF = (
        "collective_itself",
        pgettext_lazy(
            "reserved matter", "the collective's charter, membership or merger"
        ),
    )
    COLLECTIVE_PLANS = (
        "collective_plans",
        pgettext_lazy(
            "reserved matter", "the collective's plans, budgets and distribution"
        ),
    )
    LAND_CONTRACTS = (
        "land_contracts",
        pgettext_lazy("reserved matter", "contracting of land"),
    )
    HOMESTEADS = "homesteads", pgettext_lazy("reserved matter", "use of homesteads")
    CONSTRUCTION_LAND = (
        "construction_land",
        pgettext_lazy("reserved matter", "the collective's commercial building land"),
    )
    LAND_COMPENSATION = (
        "land_compensation",
        pgettext_lazy("reserved matter", "compensation for requisitioned land"),
    )
    COLLECTIVE_PROJECTS = (
        "collective_projects",
        pgettext_lazy("reserved matter", "projects of the collective economy"),
    )
    COLLECTIVE_PROPERTY = (
        "collective_property",
        pgettext_lazy(
            "reserved matter", "lending, letting or disposing of collective property"
        ),
    )
    OTHER = (
        "other",
        pgettext_lazy(
            "reserved matter", "what else the villagers reserve to themselves"
        ),
    )

    @property
    def decider(self) -> Decider:
        return DECIDERS.get(self, Decider.VILLAGERS)

    @property
    def kinds(self) -> tuple[MeetingKind, ...]:
        """The kinds of meeting that may decide it, the usual one first."""
        return KINDS_OF_DECIDER[self.decider]

    @property
    def article(self) -> str | Promise:
        """The article of law that reserves it."""
        return ARTICLES.get(self, VILLAGERS_ARTICLE)


KINDS_OF_DECIDER: Mapping[Decider, tuple[MeetingKind, ...]] = MappingProxyType(
    {
        Decider.VILLAGERS: (
            MeetingKind.REPRESENTATIVES,
            MeetingKind.ASSEMBLY,
            MeetingKind.HOUSEHOLDS,
        ),
        Decider.MEMBERS: (MeetingKind.MEMBERS_ASSEMBLY,),
        Decider.MEMBERS_OR_DELEGATES: (
            MeetingKind.MEMBERS_ASSEMBLY,
            MeetingKind.MEMBER_DELEGATES,
        ),
    }
)
# 集体经济组织法 28: representatives never decide items (1), (3), (8), (10), (12) of
# article 26. What is not named here is the villagers' (组织法 28).
DECIDERS: Mapping[str, Decider] = MappingProxyType(
    {
        ReservedMatter.COLLECTIVE_ITSELF: Decider.MEMBERS,
        ReservedMatter.LAND_CONTRACTS: Decider.MEMBERS,
        ReservedMatter.HOMESTEADS: Decider.MEMBERS,
        ReservedMatter.LAND_COMPENSATION: Decider.MEMBERS,
        ReservedMatter.COLLECTIVE_PLANS: Decider.MEMBERS_OR_DELEGATES,
        ReservedMatter.CONSTRUCTION_LAND: Decider.MEMBERS_OR_DELEGATES,
        ReservedMatter.COLLECTIVE_PROJECTS: Decider.MEMBERS_OR_DELEGATES,
        ReservedMatter.COLLECTIVE_PROPERTY: Decider.MEMBERS_OR_DELEGATES,
    }
)
VILLAGERS_ARTICLE = _("Organic Law of Villagers' Committees, article 28")
LAND_CONTRACTS_ARTICLE = _(
    "Law on Rural Collective Economic Organisations, article 26 (8)"
)
INVESTMENTS_ARTICLE = _(
    "Law on Rural Collective Economic Organisations, article 26 (11)"
)
ARTICLES: Mapping[str, str | Promise] = MappingProxyType(
    {
        ReservedMatter.COLLECTIVE_ITSELF: _(
            "Law on Rural Collective Economic Organisations, article 26 (1), (3), (12)"
        ),
        ReservedMatter.COLLECTIVE_PLANS: _(
            "Law on Rural Collective Economic Organisations, article 26 (7)"
        ),
        ReservedMatter.LAND_CONTRACTS: LAND_CONTRACTS_ARTICLE,
        ReservedMatter.HOMESTEADS: LAND_CONTRACTS_ARTICLE,
        ReservedMatter.CONSTRUCTION_LAND: _(
            "Law on Rural Collective Economic Organisations, article 26 (9)"
        ),
        ReservedMatter.LAND_COMPENSATION: _(
            "Law on Rural Collective Economic Organisations, article 26 (10)"
        ),
        ReservedMatter.COLLECTIVE_PROJECTS: INVESTMENTS_ARTICLE,
        ReservedMatter.COLLECTIVE_PROPERTY: INVESTMENTS_ARTICLE,
    }
)
