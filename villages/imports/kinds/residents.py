"""户和人: households and their residents, of a village or a whole town.

A household is known by village, group and door number, a resident by name and
household. An empty cell changes nothing of somebody who is there already; whoever was
off the roll and stands in a list is on it again.

Whoever a list brought is gone once it is taken back, and so is a household that it
made. A row that something else needs stays behind, and nobody sees it: not the
register, not a later list, which makes another one. So nothing tells who ever spoke.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from minshi.text.finding import numbers_in
from villages.birth_years import fault_of_birth_year
from villages.imports.cells import Stored, Unclear, as_name, as_phone, as_text, as_year
from villages.imports.columns import Column, called
from villages.imports.entries import Entry
from villages.imports.kinds.base import Kind
from villages.imports.kinds.heads import Door, Neighbours, judge_heads
from villages.imports.kinds.references import used_rows
from villages.imports.kinds.rows import village_of
from villages.imports.kinds.words import (
    HEAD,
    RELATIONS,
    as_group,
    as_relation,
    as_sex,
    as_small_number,
)
from villages.lookup import index_residents, phone_hash_of
from villages.models import (
    ContactLink,
    Household,
    ImportRow,
    ImportRun,
    Resident,
    ResidentKey,
)
from villages.models.imports import Verdict
from villages.rights import IMPORT_REGISTER

FIELDS = ("is_head", "sex", "birth_year", "phone", "is_on_roll")
WRITTEN = (*FIELDS, "phone_hash")


class Residents(Kind):
    key = "residents"
    label = gettext_lazy("Households and residents")
    guide = gettext_lazy(
        "One line for each person. Group, door number and name are needed; the rest may"
        " stay empty, and an empty cell changes nothing of somebody who is there"
        " already. Numbers of identity cards are left out, also of the list that comes"
        " back."
    )
    taking_back = gettext_lazy(
        "The people and households that this list brought are taken out of the"
        " register, what it changed is as it was before; what they have said stays"
        " untouched. Rows that somebody has changed since, and households that a cadre"
        " keeps in touch with, stay and are listed."
    )
    roles = IMPORT_REGISTER
    is_of_village = True
    columns = (
        Column(
            "village",
            pgettext_lazy("column", "Village"),
            as_text,
            called("村 村名 行政村 所在村 村居 村社区 所属村 村委会 社区"),
            is_needed=True,
            example="柳河村",
        ),
        Column(
            "group",
            pgettext_lazy("column", "Group"),
            as_group,
            called("组 组别 小组 村民小组 所在组 社 社别 队 生产队 组号 所属组"),
            is_needed=True,
            example="3",
        ),
        Column(
            "door",
            pgettext_lazy("column", "Door number"),
            as_small_number,
            called("户号 门牌号 门牌 户序号 户编号 家庭编号 户次 门号"),
            is_needed=True,
            example="12",
        ),
        Column(
            "head",
            pgettext_lazy("column", "Head of household"),
            as_name,
            called("户主 户主姓名 户主名 户主名称"),
            example="李建国",
        ),
        Column(
            "name",
            pgettext_lazy("column", "Name"),
            as_name,
            called(
                "姓名 成员姓名 家庭成员姓名 人员姓名 名字 家庭成员 居民姓名 村民姓名"
            ),
            is_needed=True,
            example="王桂兰",
        ),
        Column(
            "relation",
            pgettext_lazy("column", "Related to the head"),
            as_relation,
            called("与户主关系 关系 户主关系 家庭关系 与户主的关系 称谓"),
            example="配偶",
        ),
        Column(
            "sex",
            pgettext_lazy("column", "Sex"),
            as_sex,
            called("性别"),
            example="女",
        ),
        Column(
            "birth_year",
            pgettext_lazy("column", "Year of birth"),
            as_year,
            called("出生年份 出生日期 出生年月 出生年 生日 出生年月日 出生时间 出生"),
            example="1968",
        ),
        Column(
            "phone",
            pgettext_lazy("column", "Phone"),
            as_phone,
            called("电话 联系电话 手机 手机号 手机号码 电话号码 联系方式 移动电话"),
            example="13893912345",
        ),
    )

    def default_from_sheet(self, name: str) -> dict[str, Stored]:
        try:
            number = as_small_number(name)
        except Unclear:
            return {}
        return {"group": number} if number and not name.strip().isdigit() else {}

    def judged_with(self, entry: Entry) -> Any:
        values = entry.values
        if not values.get("door"):
            return None
        return values.get("village"), values.get("group"), values["door"]

    def around(self, run: ImportRun, at: datetime) -> Neighbours:
        return Neighbours.read(run, at)

    def judge(self, entries: Sequence[Entry], around: Neighbours) -> None:
        for entry in entries:
            self._find_place(entry, around)
            self._read_relation(entry)
            fault = fault_of_birth_year(entry.values.get("birth_year"), around.on)
            if fault:
                entry.fault("birth_year", fault)

        there = _residents_behind(_doors(entries))
        for entry in entries:
            if not entry.has_fault:
                self._compare_with_file(entry, around)
            if not entry.has_fault:
                _compare_with_database(entry, there.get(entry.values["at"], {}))
            # to a village's own list alone: a town's would look up whole villages
            if entry.verdict == Verdict.CHANGED and around.village:
                _say_what_was(entry)
        judge_heads(entries, there, around)

    def _find_place(self, entry: Entry, around: Neighbours) -> None:
        """Note the group of a row, and whether its name can be one."""
        values = entry.values
        values["at"] = None
        if values.get("name") and numbers_in(values["name"]).spans:
            words = _("Leave the number out of the name; type it as the phone.")
            entry.fault("name", words)

        village = village_of(entry, around)
        if village is None or not values.get("group"):
            return

        group = around.groups.get((village.pk, values["group"]))
        if group is None:
            words = _(
                "%(village)s has no group %(number)s yet. The system administrator adds"
                " groups."
            )
            words %= {"village": village, "number": values["group"]}
            entry.fault("group", words)
        elif values.get("door"):
            values["at"] = (group, values["door"])
            values["village_at"] = village.pk

    def _read_relation(self, entry: Entry) -> None:
        """Work out whether a row is the head of its household; None where neither of
        its columns says so.
        """
        values = entry.values
        relation = values.get("relation")
        head = values.get("head")

        is_head: bool | None = None
        if relation:
            is_head = relation in HEAD
            if not is_head and relation not in RELATIONS:
                words = _("This relation is not known; only heads are told apart here.")
                entry.note("relation", words)
        elif head:
            is_head = head == values.get("name")
        values["is_head"] = is_head

    def _compare_with_file(self, entry: Entry, around: Neighbours) -> None:
        """Say where the same person stands twice, or a household in two groups."""
        values = entry.values
        name = values["name"]
        before = around.met_before(("person", values["at"], name), entry)
        if before:
            words = _("The same name stands in this household already, in row %(row)s.")
            entry.fault("name", words % {"row": before})

        for sign in ("phone", "birth_year"):
            if not values.get(sign):
                continue
            seen = around.met_before((sign, name, values[sign]), entry)
            if seen and not before:
                words = _("Perhaps the same person as in row %(row)s.")
                entry.note("name", words % {"row": seen})
                break

        if values["is_head"]:
            key = ("door", values["village_at"], values["door"], name)
            elsewhere = around.met_before(key, entry)
            if elsewhere and not before:
                words = _("The same household in another group, in row %(row)s?")
                entry.note("door", words % {"row": elsewhere})

    def put_in(self, entries: Sequence[Entry], around: Neighbours) -> None:
        there = _households_behind(entries)
        made = _missing_households(entries, there)
        doors = there | made
        fresh: list[Resident] = []
        changed: list[Resident] = []

        for entry in entries:
            values = entry.values
            if entry.verdict == Verdict.CHANGED:
                resident = values["resident"]
                entry.undo = {"resident": resident.pk, "before": _fields(resident)}
                _fill(resident, values)
                entry.undo["after"] = _state(resident)
                changed.append(resident)
                continue

            resident = Resident(household=doors[values["at"]], name=values["name"])
            _fill(resident, values)
            entry.undo = {"after": _state(resident)}
            if values["at"] in made:
                entry.undo["made"] = resident.household_id
            values["resident"] = resident
            fresh.append(resident)

        _save(changed)
        Resident.objects.bulk_create(fresh)
        index_residents(fresh)
        for entry in entries:
            entry.undo["resident"] = entry.values["resident"].pk

    def take_back(
        self, undone: Sequence[tuple[ImportRow, Mapping[str, Any]]], around: Any
    ) -> dict[int, str]:
        """Take out whom the list brought, with the households that it made, and give
        those it changed their old values.

        A household that a cadre keeps in touch with stays as it is: whoever keeps the
        register sees that.
        """
        keys = [undo["resident"] for _row, undo in undone]
        there = Resident.objects.select_related("household__group").in_bulk(keys)
        made = {undo["made"] for _row, undo in undone if "made" in undo}
        linked = _linked(made)

        kept = {}
        restored: list[Resident] = []
        brought: list[Resident] = []
        for row, undo in undone:
            resident = there.get(undo["resident"])
            if resident is None:
                kept[row.pk] = _("somebody removed it since")
                continue
            now = _state(resident)
            if any(now[name] != value for name, value in undo["after"].items()):
                kept[row.pk] = _("somebody changed it since")
            elif undo.get("made") in linked:
                kept[row.pk] = _("a cadre keeps in touch with the household")
            elif "before" in undo:
                for name, value in undo["before"].items():
                    setattr(resident, name, value)
                resident.phone_hash = phone_hash_of(resident)
                restored.append(resident)
            else:
                brought.append(resident)

        _save(restored)
        _take_out_residents(brought)
        _take_out_households(made - linked)
        return kept


def _doors(entries: Sequence[Entry]) -> set[Door]:
    return {entry.values["at"] for entry in entries if entry.values.get("at")}


def _residents_behind(doors: set[Door]) -> dict[Door, dict[str, Resident]]:
    """Return who lives behind doors, by door and name."""
    groups = {group for group, _number in doors}
    numbers = {number for _group, number in doors}
    residents = Resident.objects.in_register().filter(
        household__group__in=groups, household__number__in=numbers
    )

    found: dict[Door, dict[str, Resident]] = {}
    for resident in residents.select_related("household__group"):
        household = resident.household
        at = (household.group_id, household.number)
        found.setdefault(at, {})[resident.name] = resident
    return found


def _compare_with_database(entry: Entry, at_home: Mapping[str, Resident]) -> None:
    """Give a row its verdict beside whoever lives there."""
    resident = at_home.get(entry.values["name"])
    if resident is None:
        entry.verdict = Verdict.NEW
        return

    entry.values["resident"] = resident
    entry.values["is_on_roll"] = True
    if not resident.is_on_roll and entry.values["is_head"] is None:
        entry.values["is_head"] = False
    before = _fields(resident)
    wanted = _wanted(entry.values)
    is_same = all(before[name] == value for name, value in wanted.items())
    entry.verdict = Verdict.SAME if is_same else Verdict.CHANGED


def _say_what_was(entry: Entry) -> None:
    """Say beside each changed cell what stands there now."""
    resident = entry.values["resident"]
    before = _fields(resident)
    in_words = {
        "sex": resident.get_sex_display(),
        "birth_year": str(resident.birth_year or ""),
        "phone": resident.masked_phone,
    }
    wanted = _wanted(entry.values)
    for name, text in in_words.items():
        if name in wanted and wanted[name] != before[name] and text:
            entry.note(name, _("before: %(value)s") % {"value": text})
    if wanted.get("is_head", before["is_head"]) != before["is_head"]:
        words = _("before: head of the household")
        if not before["is_head"]:
            words = _("before: not the head")
        entry.note("relation", words)
    if not resident.is_on_roll:
        entry.note("name", _("off the roll until now"))


def _wanted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a row gives, without those it leaves empty."""
    wanted = {name: values.get(name) for name in FIELDS}
    return {name: value for name, value in wanted.items() if value not in (None, "")}


def _fill(resident: Resident, values: Mapping[str, Any]) -> None:
    for name, value in _wanted(values).items():
        setattr(resident, name, value)
    resident.phone_hash = phone_hash_of(resident)


def _fields(resident: Resident) -> dict[str, Any]:
    return {
        "is_head": resident.is_head,
        "is_on_roll": resident.is_on_roll,
        "sex": str(resident.sex),
        "birth_year": resident.birth_year,
        "phone": resident.phone or "",
    }


def _state(resident: Resident) -> dict[str, Any]:
    """Return all that somebody may change of a resident."""
    return {
        **_fields(resident),
        "name": resident.name,
        "household": resident.household_id,
    }


def _households_behind(entries: Sequence[Entry]) -> dict[Door, Household]:
    """Return the households of the groups that a list names, by door."""
    groups = {group for group, _number in _doors(entries)}
    there = Household.objects.in_register().filter(group__in=groups)
    return {
        (each.group_id, each.number): each for each in there.select_related("group")
    }


def _missing_households(
    entries: Sequence[Entry], there: Mapping[Door, Household]
) -> dict[Door, Household]:
    """Make the households that are not there yet, and return them by door."""
    missing = sorted(_doors(entries) - set(there))
    households = [Household(group_id=group, number=number) for group, number in missing]
    made = Household.objects.bulk_create(households)
    return {(each.group_id, each.number): each for each in made}


def _linked(households: Collection[int]) -> set[int]:
    """Return those of the households that a cadre keeps, or kept, in touch with."""
    links = ContactLink.objects.filter(household__in=households)
    return set(links.values_list("household", flat=True))


def _take_out_residents(brought: Sequence[Resident]) -> None:
    """Remove residents for good; whom a matter names nobody sees any more."""
    keys = [resident.pk for resident in brought]
    needed = used_rows(Resident, keys, besides=(ResidentKey,))

    ResidentKey.objects.filter(resident__in=needed).delete()
    Resident.objects.filter(pk__in=needed).update(is_on_roll=False, is_taken_back=True)
    Resident.objects.filter(pk__in=set(keys) - needed).delete()


def _take_out_households(made: Collection[int]) -> None:
    """Remove households in which nobody of the register lives any more, as
    `_take_out_residents` does.
    """
    at_home = Resident.objects.in_register().filter(household=OuterRef("pk"))
    empty = Household.objects.filter(~Exists(at_home), pk__in=made)
    keys = set(empty.values_list("pk", flat=True))
    needed = used_rows(Household, keys)

    Household.objects.filter(pk__in=needed).update(is_taken_back=True)
    Household.objects.filter(pk__in=keys - needed).delete()


def _save(residents: list[Resident]) -> None:
    """Write changed residents, each time all in one statement, and their keys.

    Who is the head no longer, or off the roll, goes first and in a statement of its
    own: a household has one head, and PostgreSQL looks at each row as it is written.
    """
    heads: list[Resident] = []
    others: list[Resident] = []
    for resident in residents:
        is_head_now = resident.is_head and resident.is_on_roll
        (heads if is_head_now else others).append(resident)

    for each in (others, heads):
        Resident.objects.bulk_create(
            each, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN
        )
    index_residents(residents)
