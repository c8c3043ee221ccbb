"""组织成员: the seats of bodies, each with its term."""

import re
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from minshi.errors import RuleBroken
from villages.bodies import (
    KEPT_APART,
    BodyPlace,
    end_term,
    refuse_new_seat,
    seat_at,
)
from villages.imports.cells import Stored, Unclear, as_day, as_name, as_text
from villages.imports.columns import Column, called
from villages.imports.entries import Entry
from villages.imports.kinds.base import Around
from villages.imports.kinds.grid import VILLAGE
from villages.imports.kinds.rows import (
    RowKind,
    note_refusal,
    term_of,
    village_of,
)
from villages.models import Body, Post, Resident, Seat, Village
from villages.named import SEAT
from villages.rights import SEAT_BODIES

BODIES: dict[str, Body] = {
    "民事直说委员会": Body.MINSHI_COMMITTEE,
    "直说委员会": Body.MINSHI_COMMITTEE,
    "村两委": Body.TWO_COMMITTEES,
    "两委": Body.TWO_COMMITTEES,
    "村两委会": Body.TWO_COMMITTEES,
    "村民代表": Body.REPRESENTATIVES,
    "村民代表会议": Body.REPRESENTATIVES,
    "党员": Body.PARTY_MEMBERS,
    "全体党员": Body.PARTY_MEMBERS,
    "村党员": Body.PARTY_MEMBERS,
    "支委会": Body.BRANCH_COMMITTEE,
    "村党支部委员会": Body.BRANCH_COMMITTEE,
    "党支部委员会": Body.BRANCH_COMMITTEE,
    "支部委员会": Body.BRANCH_COMMITTEE,
    "成员代表": Body.MEMBER_DELEGATES,
    "集体经济组织成员代表": Body.MEMBER_DELEGATES,
    "成员代表大会": Body.MEMBER_DELEGATES,
    "监委会": Body.OVERSIGHT,
    "村监委会": Body.OVERSIGHT,
    "村务监督委员会": Body.OVERSIGHT,
    "镇党委": Body.TOWN_COMMITTEE,
    "乡党委": Body.TOWN_COMMITTEE,
    "党委": Body.TOWN_COMMITTEE,
}
# a quotation mark in 村“两委”, a pair of brackets
MARKS = re.compile(r"[“”\"'‘’《》()（）\s]")
IN_THE_CHAIR = re.compile(r"主任|书记|主席|组长|召集人|主持人|是|√|✓|1")
BESIDE_THE_CHAIR = re.compile(r"副")


def as_body(cell: Stored) -> Body | None:
    """Return the body that a cell names. Unclear: none that sits here."""
    text = MARKS.sub("", as_text(cell))
    if not text:
        return None
    labels = {MARKS.sub("", str(body.label)): body for body in Body}
    body = BODIES.get(text) or labels.get(text)
    if body is None:
        words = "、".join(str(each.label) for each in Body)
        raise Unclear(_("Write one of these: %(words)s.") % {"words": words})
    return body


def as_chair(cell: Stored) -> bool | None:
    """Tell whether a duty in a body is that of its chair: 主任, and not 副主任."""
    text = as_name(cell)
    if not text:
        return None
    return bool(IN_THE_CHAIR.search(text)) and not BESIDE_THE_CHAIR.search(text)


class Seats(RowKind):
    key = "seats"
    label = gettext_lazy("Members of the bodies")
    guide = gettext_lazy(
        "One line for each member of each body. Nobody of the two committees sits in"
        " the oversight committee."
    )
    roles = SEAT_BODIES
    is_of_village = True
    model = Seat
    final = SEAT
    changeable = ("until_on",)
    columns = (
        Column(
            VILLAGE.key,
            VILLAGE.label,
            VILLAGE.read,
            VILLAGE.names,
            example="柳河村",
            help=gettext_lazy("Empty for the body of the town."),
        ),
        Column(
            "body",
            pgettext_lazy("column", "Body"),
            as_body,
            called("组织 组织名称 委员会 机构 所在组织 会议组织"),
            is_needed=True,
            example="村“两委”",
        ),
        Column(
            "name",
            pgettext_lazy("column", "Name"),
            as_name,
            called("姓名 成员姓名 名字 成员"),
            is_needed=True,
            example="王桂兰",
        ),
        Column(
            "is_chair",
            pgettext_lazy("column", "Duty in the body"),
            as_chair,
            called("职务 担任职务 组织职务 是否主任 主任"),
            example="主任",
            help=gettext_lazy("Who is in the chair; everybody else is a member."),
        ),
        Column(
            "from_on",
            pgettext_lazy("column", "From"),
            as_day,
            called("起始日 任职时间 任期开始 开始日期 当选时间 起始日期"),
            example="2026-01-10",
            help=gettext_lazy("Empty: from today on."),
        ),
        Column(
            "until_on",
            pgettext_lazy("column", "Until"),
            as_day,
            called("任期结束 结束日期 届满时间"),
        ),
    )

    def find(self, entry: Entry, around: Around) -> Seat | None:
        values = entry.values
        where = village_of(entry, around)
        if entry.has_fault:
            return None

        place = BodyPlace(where or around.town, str(where or around.town))
        if values["body"] not in place.bodies:
            entry.fault("body", _("That body does not sit here."))
            return None

        values["at"] = place
        values["key"] = (place.key, values["body"], values["name"])
        self._refuse_second_chair(entry, around)
        seats = Seat.objects.filter(
            body=values["body"], name=values["name"], **place.fields
        )
        early_end = _("A term cannot end before it begins.")
        seat: Seat | None = term_of(entry, seats, around, early_end)
        if seat and values.get("is_chair") and not seat.is_chair:
            words = _("%(name)s sits here already, not in the chair; end that first.")
            entry.fault("is_chair", words % {"name": seat.name})
        if seat is None and not entry.has_fault:
            self._refuse_unfit(entry, around)
        return seat

    def _refuse_unfit(self, entry: Entry, around: Around) -> None:
        """Note as faults what would keep a new seat out, of what is there and of the
        rows before.
        """
        values = entry.values
        body = values["body"]
        where = values["at"]
        try:
            refuse_new_seat(
                where,
                body,
                values["name"],
                max(values["begins"], around.on),
                is_chair=bool(values.get("is_chair")),
            )
        except RuleBroken as refusal:
            note_refusal(entry, refusal)
            return

        other = KEPT_APART.get(body)
        before = around.met.get(("sits", where.key, other, values["name"]))
        if other and before:
            words = _(
                "By row %(row)s they would sit in: %(body)s. Nobody oversees themselves"
                " (Organic Law of Villagers' Committees, article 37)."
            )
            words %= {"row": before[1], "body": other.label}
            entry.fault("name", words)
            return
        around.met_before(("sits", where.key, body, values["name"]), entry)
        self._note_who_is_unknown(entry, around)

    def _note_who_is_unknown(self, entry: Entry, around: Around) -> None:
        """Say where a village whose residents are in knows nobody of a member's name:
        it may be misspelled. Whoever lives elsewhere sits all the same.
        """
        values = entry.values
        village = values["at"].where
        if not isinstance(village, Village):
            return
        known = _names_in(village, around)
        if known and values["name"] not in known:
            words = _("%(village)s has no resident or cadre of this name.")
            entry.note("name", words % {"village": village})

    def _refuse_second_chair(self, entry: Entry, around: Around) -> None:
        values = entry.values
        if not values.get("is_chair"):
            return
        key = ("chair", values["at"].key, values["body"])
        before = around.met_before(key, entry)
        if before:
            words = _("This body has a chair already, in row %(row)s.")
            entry.fault("is_chair", words % {"row": before})

    def make(self, entry: Entry, around: Any) -> Seat:
        values = entry.values
        return seat_at(
            values["at"],
            values["body"],
            values["name"],
            from_on=values["begins"],
            until_on=values.get("until_on"),
            is_chair=bool(values.get("is_chair")),
            by=around.by,
            at=around.at,
        )

    def change(self, entry: Entry, row: Seat, around: Around) -> Seat:
        """End a term as is done by hand."""
        until_on = self._wanted(entry).get("until_on")
        if not until_on:
            return row
        return end_term(row, until_on, by=around.by, at=around.at)


def _names_in(village: Village, around: Around) -> set[str]:
    """Return the names of a village's residents and cadres, read once for a list; empty
    where it has no residents yet.
    """
    key = ("names", village.pk)
    if key not in around.read_once:
        residents = Resident.objects.in_register().filter(
            household__group__village=village
        )
        names = set(residents.values_list("name", flat=True))
        if names:
            here = Q(village=village) | Q(group__village=village)
            posts = Post.objects.current(around.on).filter(here)
            names |= set(posts.values_list("user__name", flat=True))
        around.read_once[key] = names
    known: set[str] = around.read_once[key]
    return known
