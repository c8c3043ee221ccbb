"""Posts: given, changed and ended by a security administrator, each with its trace; and
what a list gave or changed, taken back with it.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from minshi.errors import Faults, InputRefused
from minshi.workdays import day_in_words
from villages.accounts import check_fields, locked_account, record_on_account
from villages.models import Post, Role, User
from villages.models.roles import NODES_OF_ROLE, Node
from villages.posts import post_recorded, remove_post, seal_post


@transaction.atomic
def appoint(
    user: User,
    role: Role,
    node: Any = None,
    *,
    from_on: date,
    until_on: date | None = None,
    may_sign: bool = False,
    by: User,
    at: datetime,
    request: HttpRequest | None = None,
) -> Post:
    """Give a user a post at one node: a county code, Town, Village, Group or Office, or
    none for the 三员.

    NoSuchRight: not a security administrator, or their own account. InputRefused: the
    role does not serve at such a node, the dates are wrong, the post is held already,
    or an administrator's account would hold another post (domain §2).
    """
    user = locked_account(user, by, at)
    faults = Faults()
    with faults.noted():
        if until_on and until_on < from_on:
            raise InputRefused.at(until_on=_("A post cannot end before it begins."))

    node_fields: dict[str, Any] = {}
    with faults.noted():
        node_fields = _node_fields(role, node)
    faults.refuse()

    post = Post(
        user=user,
        role=role,
        from_on=from_on,
        until_on=until_on,
        may_sign=may_sign,
        **node_fields,
    )
    check_fields(post)

    _refuse_held_twice(post)
    post.save()
    _record_post(_("appointed %(account)s: %(post)s"), post, by, at, request)
    seal_post(post, at=at, by=by)
    return post


@transaction.atomic
def change_post(
    post: Post, until_on: date | None, *, may_sign: bool, by: User, at: datetime
) -> Post:
    """Give a post another last day, or none, and let whoever holds it sign orders or
    not.

    NoSuchRight: not a security administrator, or their own post. InputRefused: it would
    end before it begins, or what `appoint` refuses.
    """
    locked_account(post.user, by, at)
    post = _changed(post, until_on, may_sign, by, at)
    _record_post(_("changed the post of %(account)s: %(post)s"), post, by, at, None)
    return post


@transaction.atomic
def restore_post(
    post: Post, until_on: date | None, *, may_sign: bool, at: datetime
) -> Post:
    """Give a post the end and the signature that it had before a list changed them.

    Whoever takes the list back was let do so already. InputRefused as `change_post`.
    """
    User.objects.select_for_update().get(pk=post.user_id)
    post = _changed(post, until_on, may_sign, None, at)
    text = _("took back with its list what changed the post of %(account)s: %(post)s")
    _record_post(text, post, None, at, None)
    return post


@transaction.atomic
def withdraw_post(post: Post, at: datetime) -> None:
    """Remove a post that a list gave and that nothing names. Whoever takes the list
    back was let do so already.
    """
    User.objects.select_for_update().get(pk=post.user_id)
    post = Post.objects.with_places().select_related("user").get(pk=post.pk)
    text = _("took back with its list the post of %(account)s: %(post)s")
    _record_post(text, post, None, at, None)
    remove_post(post, at=at, by=None)


@transaction.atomic
def end_post(
    post: Post, on: date, *, by: User, at: datetime, request: HttpRequest | None = None
) -> Post:
    """Let a post end; `on` is its last day. The cases it held find a new owner within
    the hour after.

    NoSuchRight: not a security administrator, or their own post. InputRefused: it ended
    before that day, or begins after it.
    """
    locked_account(post.user, by, at)
    post = Post.objects.select_related("user").get(pk=post.pk)
    if post.until_on and post.until_on <= on:
        last_day = day_in_words(post.until_on, localtime(at).date())
        text = _("This post already ends on %(day)s.") % {"day": last_day}
        raise InputRefused.at(until_on=text)
    if on < post.from_on:
        raise InputRefused.at(until_on=_("A post cannot end before it begins."))

    post.until_on = on
    with post_recorded(post, at=at, by=by):
        post.save(update_fields=["until_on"])
    _record_post(_("ended the post of %(account)s: %(post)s"), post, by, at, request)
    return post


def _changed(
    post: Post, until_on: date | None, may_sign: bool, by: User | None, at: datetime
) -> Post:
    """Write another end and signature of a post whose account is locked.

    InputRefused: it would end before it begins, or be held twice.
    """
    post = Post.objects.with_places().select_related("user").get(pk=post.pk)
    if until_on and until_on < post.from_on:
        raise InputRefused.at(until_on=_("A post cannot end before it begins."))

    post.until_on = until_on
    post.may_sign = may_sign
    check_fields(post)
    _refuse_held_twice(post)
    with post_recorded(post, at=at, by=by):
        post.save(update_fields=["until_on", "may_sign"])
    return post


def _refuse_held_twice(post: Post) -> None:
    """InputRefused: the account holds the same post at the same place at that time."""
    nodes = {str(node): getattr(post, str(node)) for node in NODES_OF_ROLE[post.role]}
    same = post.user.posts.filter(role=post.role, **nodes).exclude(pk=post.pk)
    same = same.filter(Q(until_on=None) | Q(until_on__gte=post.from_on))
    if post.until_on:
        same = same.filter(from_on__lte=post.until_on)
    if same.exists():
        raise InputRefused(_("This account already holds this post at that time."))


def _node_fields(role: Role, node: Any) -> dict[str, Any]:
    """Return the node as a field of Post. InputRefused: the role does not serve at such
    a node.
    """
    nodes = NODES_OF_ROLE[role]
    if not nodes and not node:
        return {}

    if isinstance(node, str) and node:
        kind = str(Node.COUNTY)
    else:
        kind = str(getattr(getattr(node, "_meta", None), "model_name", ""))

    if kind not in nodes:
        raise InputRefused.at(role=_("This role does not serve at such a place."))
    return {kind: node}


def _record_post(
    text: str, post: Post, by: User | None, at: datetime, request: HttpRequest | None
) -> None:
    post_in_words = f"{post.place_with_town} {post.get_role_display()}".strip()
    record_on_account(text, post.user, by, at, request, post=post_in_words)
