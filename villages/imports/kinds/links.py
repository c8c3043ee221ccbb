"""联系户: which cadre keeps in touch with which household."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from villages.imports.cells import as_day, as_name
from villages.imports.columns import Column, called
from villages.imports.entries import Entry
from villages.imports.kinds.base import Around
from villages.imports.kinds.grid import VILLAGE
from villages.imports.kinds.rows import RowKind, term_of, village_of
from villages.imports.kinds.words import as_group, as_small_number
from villages.models import ContactLink, Household, Post, Village
from villages.rights import IMPORT_REGISTER


class Links(RowKind):
    key = "links"
    label = gettext_lazy("Cadres and the households they keep in touch with")
    guide = gettext_lazy(
        "One line for each household: the cadre of the village, the group and the door"
        " number. The households and the cadre's post are there already."
    )
    roles = IMPORT_REGISTER
    is_of_village = True
    model = ContactLink
    changeable = ("until_on",)
    columns = (
        VILLAGE,
        Column(
            "cadre",
            pgettext_lazy("column", "Cadre"),
            as_name,
            called("联系干部 包户干部 联系人 干部姓名 帮扶干部 包联干部 干部"),
            is_needed=True,
            example="王桂兰",
        ),
        Column(
            "group",
            pgettext_lazy("column", "Group"),
            as_group,
            called("组 组别 小组 村民小组 社"),
            is_needed=True,
            example="3",
        ),
        Column(
            "door",
            pgettext_lazy("column", "Door number"),
            as_small_number,
            called("户号 门牌号 门牌 户编号"),
            is_needed=True,
            example="12",
        ),
        Column(
            "from_on",
            pgettext_lazy("column", "From"),
            as_day,
            called("起始日 任职时间 开始日期 联系时间 起始日期"),
            help=gettext_lazy("Empty: from today on."),
        ),
        Column(
            "until_on",
            pgettext_lazy("column", "Until"),
            as_day,
            called("结束日期 截止日期"),
        ),
    )

    def find(self, entry: Entry, around: Around) -> ContactLink | None:
        values = entry.values
        village = village_of(entry, around)
        if village is None:
            return None

        post = self._cadre_of(entry, village, around)
        household = (
            Household.objects.in_register()
            .filter(
                group__village=village,
                group__number=values["group"],
                number=values["door"],
            )
            .first()
        )
        if household is None:
            entry.fault("door", _("There is no such household in the register."))
        if post is None or household is None:
            return None

        values["post_at"] = post
        values["household_at"] = household
        values["key"] = (post.pk, household.pk)
        links = ContactLink.objects.filter(post=post, household=household)
        early_end = _("This cannot end before it begins.")
        link: ContactLink | None = term_of(entry, links, around, early_end)
        return link

    def _cadre_of(self, entry: Entry, village: Village, around: Around) -> Post | None:
        """Return the post of the cadre a row names. Nobody, and two of a name, are a
        fault.
        """
        name = entry.values["cadre"]
        found: dict[int, Post] = {}
        for post in _cadres_of(village, around):
            if post.user.name == name:
                found.setdefault(post.user_id, post)
        if len(found) == 1:
            return next(iter(found.values()))

        words = _("%(name)s has no post in this village.")
        if found:
            words = _("Two people of the village are called %(name)s.")
        entry.fault("cadre", words % {"name": name})
        return None

    def make(self, entry: Entry, around: Any) -> ContactLink:
        values = entry.values
        return ContactLink.objects.create(
            post=values["post_at"],
            household=values["household_at"],
            from_on=values["begins"],
            until_on=values.get("until_on"),
        )


def _cadres_of(village: Village, around: Around) -> list[Post]:
    """Return the posts in a village and its groups, read once for a list."""
    key = ("cadres", village.pk)
    if key not in around.read_once:
        posts = Post.objects.current(around.on).select_related("user").in_order()
        own = posts.filter(village=village) | posts.filter(group__village=village)
        around.read_once[key] = list(own)
    cadres: list[Post] = around.read_once[key]
    return cadres
