"""组和站所: the villagers' groups and the offices of a town."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from villages.imports.cells import Stored, Unclear, as_office_phone, as_text
from villages.imports.columns import Column, called
from villages.imports.entries import Entry
from villages.imports.kinds.base import Around
from villages.imports.kinds.rows import RowKind, village_of
from villages.imports.kinds.words import as_group
from villages.models import Group, Office
from villages.named import GROUP, OFFICE
from villages.rights import CONFIGURE

MOST_GROUPS = 60

VILLAGE = Column(
    "village",
    pgettext_lazy("column", "Village"),
    as_text,
    called("村 村名 行政村 所在村 村居 村社区 所属村 村委会 社区"),
    is_needed=True,
    example="柳河村",
)


def as_group_number(cell: Stored) -> int | None:
    number = as_group(cell)
    if number is not None and not 1 <= number <= MOST_GROUPS:
        raise Unclear(_("From 1 to %(most)s.") % {"most": MOST_GROUPS})
    return number


class Groups(RowKind):
    key = "groups"
    label = gettext_lazy("Villagers' groups")
    guide = gettext_lazy(
        "One line for each group: the village and the number of the group. Residents"
        " can be entered only where their group is there."
    )
    roles = CONFIGURE
    model = Group
    final = GROUP
    columns = (
        VILLAGE,
        Column(
            "number",
            pgettext_lazy("column", "Group"),
            as_group_number,
            called("组 组别 小组 村民小组 社 组号 队"),
            is_needed=True,
            example="3",
        ),
    )

    def find(self, entry: Entry, around: Around) -> Group | None:
        village = village_of(entry, around)
        if village is None:
            return None
        number = entry.values["number"]
        entry.values["key"] = (village.pk, number)
        entry.values["village_at"] = village
        return Group.objects.filter(village=village, number=number).first()

    def make(self, entry: Entry, around: Any) -> Group:
        values = entry.values
        group = Group.objects.create(
            village=values["village_at"], number=values["number"]
        )
        self.record(group, around)
        return group


class Offices(RowKind):
    key = "offices"
    label = gettext_lazy("Offices of the town")
    guide = gettext_lazy("One line for each office: its name and its telephone.")
    roles = CONFIGURE
    model = Office
    final = OFFICE
    changeable = ("phone",)
    columns = (
        Column(
            "name",
            pgettext_lazy("column", "Office"),
            as_text,
            called("站所 站所名称 单位 单位名称 名称 部门 部门名称"),
            is_needed=True,
            example="水管站",
        ),
        Column(
            "phone",
            pgettext_lazy("column", "Phone"),
            as_office_phone,
            called("电话 联系电话 办公电话 值班电话 座机"),
            longest=20,
            example="0939-4421234",
        ),
    )

    def find(self, entry: Entry, around: Around) -> Office | None:
        name = entry.values["name"]
        entry.values["key"] = name
        return Office.objects.filter(town=around.town, name=name).first()

    def make(self, entry: Entry, around: Around) -> Office:
        values = entry.values
        office = Office.objects.create(
            town=around.town, name=values["name"], phone=values.get("phone") or ""
        )
        self.record(office, around)
        return office
