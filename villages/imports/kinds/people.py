"""人员和任职: accounts and posts, each account with a one-time password to be handed
out.

An account is known by its name of account, or by name and telephone. Whoever holds
several posts stands in several rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from villages import accounts, appointing
from villages.imports.cells import Stored, as_choice, as_day, as_name, as_phone, as_text
from villages.imports.columns import Column, called
from villages.imports.entries import Entry
from villages.imports.kinds.base import Around, check_group, village_named
from villages.imports.kinds.references import used_rows
from villages.imports.kinds.rows import RowKind, term_of
from villages.imports.kinds.words import as_group, as_yes
from villages.models import (
    Group,
    ImportRow,
    Office,
    PasswordUsed,
    Post,
    Role,
    User,
    Village,
)
from villages.models.roles import NODES_OF_ROLE, Node
from villages.naming import TAIL_LENGTH, account_name, pinyin_of
from villages.rights import MANAGE_ACCOUNTS

ROLES: dict[str, Any] = {
    "值班员": Role.DUTY_OFFICER,
    "说事室值班员": Role.DUTY_OFFICER,
    "小组长": Role.GROUP_LEADER,
    "组长": Role.GROUP_LEADER,
    "村民小组长": Role.GROUP_LEADER,
    "网格员": Role.GROUP_LEADER,
    "委员": Role.COMMITTEE_MEMBER,
    "民事直说委员": Role.COMMITTEE_MEMBER,
    "民事直说委员会委员": Role.COMMITTEE_MEMBER,
    "村支书": Role.SECRETARY,
    "支书": Role.SECRETARY,
    "支部书记": Role.SECRETARY,
    "村党支部书记": Role.SECRETARY,
    "党支部书记": Role.SECRETARY,
    "村书记": Role.SECRETARY,
    "审核人": Role.REVIEWER,
    "站所经办": Role.OFFICE_HANDLER,
    "站所经办人": Role.OFFICE_HANDLER,
    "经办人": Role.OFFICE_HANDLER,
    "督办员": Role.SUPERVISOR,
    "系统管理员": Role.SYSTEM_ADMIN,
    "安全管理员": Role.SECURITY_ADMIN,
    "审计员": Role.AUDITOR,
    "安全审计员": Role.AUDITOR,
}
WORDS_FOR_ROLES = (
    "村支书、值班员、民事直说委员、小组长、网格员、站所经办、审核人、督办员"
)


def as_role(cell: Stored) -> Role | None:
    role: Role | None = as_choice(cell, ROLES, WORDS_FOR_ROLES)
    return role


class People(RowKind):
    key = "people"
    label = gettext_lazy("Accounts and posts")
    guide = gettext_lazy(
        "One line for each post; whoever holds two stands in two lines. Each new"
        " account gets a one-time password, which you print once and hand out folded."
    )
    roles = MANAGE_ACCOUNTS
    model = Post
    at_once = 10  # a password is hashed slowly on purpose
    changeable = ("until_on", "may_sign")
    after_template = "villages/imports/_passwords.html"
    columns = (
        Column(
            "name",
            pgettext_lazy("column", "Name"),
            as_name,
            called("姓名 名字 人员姓名 干部姓名"),
            is_needed=True,
            example="王桂兰",
        ),
        Column(
            "phone",
            pgettext_lazy("column", "Phone"),
            as_phone,
            called("电话 联系电话 手机 手机号 手机号码 电话号码 联系方式"),
            is_needed=True,
            example="13893912345",
            help=gettext_lazy("By it namesakes are told apart."),
        ),
        Column(
            "role",
            pgettext_lazy("column", "Role"),
            as_role,
            called("角色 岗位 职务 身份 任职 平台角色"),
            is_needed=True,
            example="值班员",
            help=format_html('<span lang="zh">{}</span>', WORDS_FOR_ROLES),
        ),
        Column(
            "place",
            pgettext_lazy("column", "Place of the post"),
            as_text,
            called(
                "任职地 单位 所在单位 工作单位 村 村名 所在村 行政村 站所 任职单位 地点"
            ),
            example="柳河村",
            help=gettext_lazy("A village, an office, or the town; the town if empty."),
        ),
        Column(
            "group",
            pgettext_lazy("column", "Group"),
            as_group,
            called("组 组别 小组 村民小组 社"),
            example="3",
            help=gettext_lazy("For leaders of groups alone."),
        ),
        Column(
            "username",
            pgettext_lazy("column", "Account name"),
            as_text,
            called("账号 用户名 登录名 帐号 账号名"),
            longest=150,
            example="wangguilan2345",
            help=gettext_lazy("Empty: made of the name's pinyin and the phone's end."),
        ),
        Column(
            "from_on",
            pgettext_lazy("column", "From"),
            as_day,
            called("起始日 任职时间 任职日期 开始日期 起始日期 任期开始 到任时间"),
            example="2026-11-01",
            help=gettext_lazy("Empty: from today on."),
        ),
        Column(
            "until_on",
            pgettext_lazy("column", "Until"),
            as_day,
            called("任期结束 结束日期 届满时间 离任时间"),
        ),
        Column(
            "may_sign",
            pgettext_lazy("column", "May sign orders"),
            as_yes,
            called("可签发督办单 能签督办单 签发权"),
            example="是",
        ),
    )

    def find(self, entry: Entry, around: Around) -> Post | None:
        values = entry.values
        node = self._node_of(entry, around)
        _check_who_signs(entry)
        user = self._account_of(entry)
        if entry.has_fault:
            return None

        values["node"] = node
        values["key"] = (values["name"], values["phone"], values["role"], str(node))
        values["user"] = user
        posts = Post.objects.filter(user=user, **_as_field(values["role"], node))
        early_end = _("A post cannot end before it begins.")
        post: Post | None = term_of(
            entry, posts.filter(role=values["role"]), around, early_end
        )
        if user is None or entry.has_fault:
            return None
        if user.pk == around.by.pk:
            words = _(
                "Nobody manages their own account; another security administrator does."
            )
            entry.fault("name", words)
            return None
        return post

    def look_on(self, entry: Entry, around: Around) -> None:
        if entry.values.get("role"):
            self._node_of(entry, around)
            _check_who_signs(entry)

    def _account_of(self, entry: Entry) -> User | None:
        """Return the account of a row, where there is one. Another person's account of
        that name is a fault.
        """
        values = entry.values
        if values.get("username"):
            values["username"] = account_name(values["username"])
            user = User.objects.filter(username__iexact=values["username"]).first()
            if user and user.name != values["name"]:
                words = _("This account is %(name)s's.") % {"name": user.name}
                entry.fault("username", words)
                return None
            return user

        for user in User.objects.filter(name=values["name"]):
            if user.phone == values["phone"]:
                return user
        return None

    def _node_of(self, entry: Entry, around: Around) -> Any:
        """Return the village, group, office, town or county of a row's post."""
        values = entry.values
        nodes = NODES_OF_ROLE[values["role"]]
        text = values.get("place") or ""
        if not nodes:
            return None

        if Node.OFFICE in nodes:
            return self._office_of(entry, around)
        if Node.TOWN in nodes:
            if text in (
                "",
                around.town.name,
                f"{around.town.county_name}{around.town}",
            ):
                return around.town
            if text in (around.town.county_name, around.town.county_code):
                return around.town.county_code
            entry.fault("place", _("Write the town here, or the county."))
            return None

        village = village_named(text, around.villages) if text else around.village
        if village is None:
            words = _("%(town)s has no village of this name.") % {"town": around.town}
            entry.fault("place", words)
            return None
        if Node.GROUP not in nodes:
            return village
        check_group(entry, village)

        group = Group.objects.filter(village=village, number=values.get("group") or 0)
        found = group.select_related("village").first()
        if found is None and not entry.is_wrong_at("group"):
            entry.fault("group", _why_no_group(village, values.get("group")))
        return found

    def _office_of(self, entry: Entry, around: Around) -> Office | None:
        name = entry.values.get("place") or ""
        of_town = Office.objects.filter(town=around.town, name=name)
        of_county = Office.objects.filter(
            county_code=around.town.county_code, name=name
        )
        office = of_town.first() or of_county.first()
        if office is None:
            words = _("%(town)s has no office of this name.") % {"town": around.town}
            entry.fault("place", words)
        return office

    def make(self, entry: Entry, around: Around) -> Post:
        """Open the account, unless it is there, and appoint whoever has it."""
        values = entry.values
        user = self._account_of(entry)
        if user is None:
            username = values.get("username") or free_username(
                values["name"], values["phone"]
            )
            user, password = accounts.create_account(
                username, values["name"], by=around.by, at=around.at
            )
            accounts.set_phone(user, values["phone"], by=around.by, at=around.at)
            entry.undo["account"] = user.pk
            entry.undo["password"] = password
            entry.undo["stamp"] = accounts.password_stamp(user)

        return appointing.appoint(
            user,
            Role(values["role"]),
            values["node"],
            from_on=values["begins"],
            until_on=values.get("until_on"),
            may_sign=bool(values.get("may_sign")),
            by=around.by,
            at=around.at,
        )

    def change(self, entry: Entry, row: Post, around: Around) -> Post:
        """End a post, or give it another end or signature, as is done by hand."""
        wanted = self._wanted(entry)
        until_on = wanted.get("until_on", row.until_on)
        may_sign = wanted.get("may_sign", row.may_sign)

        if until_on and (row.until_on is None or until_on < row.until_on):
            row = appointing.end_post(row, until_on, by=around.by, at=around.at)
        if (row.until_on, row.may_sign) != (until_on, may_sign):
            row = appointing.change_post(
                row, until_on, may_sign=may_sign, by=around.by, at=around.at
            )
        return row

    def restore(self, row: Post, before: Mapping[str, Any], around: Around) -> None:
        appointing.restore_post(row, **before, at=around.at)

    def remove(self, row: Post, around: Around) -> None:
        appointing.withdraw_post(row, around.at)

    def take_back(
        self, undone: Sequence[tuple[ImportRow, Mapping[str, Any]]], around: Any
    ) -> dict[int, str]:
        kept = super().take_back(undone, around)

        opened = [undo["account"] for _row, undo in undone if "account" in undo]
        used = used_rows(User, opened, besides=(PasswordUsed,))
        for row, undo in undone:
            key = undo.get("account")
            if key in used and row.pk not in kept:
                kept[row.pk] = _("the account was used since")
        removed = [key for key in opened if key not in used]
        for user in User.objects.filter(pk__in=removed):
            accounts.remove_account(user, around.at)
        return kept


def _as_field(role: str, node: Any) -> dict[str, Any]:
    """Return a node as the field of a post."""
    if node is None:
        return {}
    if isinstance(node, str):
        return {"county_code": node}
    return {str(node._meta.model_name): node}


def _check_who_signs(entry: Entry) -> None:
    if entry.values.get("may_sign") and entry.values["role"] != Role.REVIEWER:
        entry.fault("may_sign", _("Only a reviewer signs orders."))


def _why_no_group(village: Village, number: int | None) -> str:
    """Return why a row names no group of a village: none at all, or one it has not."""
    if not number:
        return _("Say of which group of the village.")

    numbers = village.groups.order_by("number").values_list("number", flat=True)
    if not numbers:
        return _("%(village)s has no groups yet.") % {"village": village}
    words = _("%(village)s has no group %(number)s; it has %(numbers)s.")
    return words % {
        "village": village,
        "number": number,
        "numbers": "、".join(map(str, numbers)),
    }


def free_username(name: str, phone: str) -> str:
    """Return a name of account that nobody has: the pinyin of the name and the end of
    the telephone, with a number behind where that is taken.
    """
    plain = f"{pinyin_of(name)}{phone[-TAIL_LENGTH:]}"
    username = plain
    number = 2
    while User.objects.filter(username__iexact=username).exists():
        username = f"{plain}.{number}"
        number += 1
    return username
