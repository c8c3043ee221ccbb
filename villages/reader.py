"""The reader of a page, as its templates know them."""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from minshi.clock import today
from villages.imports.kinds import roles_by_kind
from villages.models import Post, User
from villages.rights import ENTER_ADMIN, READ_FIGURES, deals_with_cases

TYPE_SIZES = ("normal", "large", "largest")
TYPE_COOKIE = f"{settings.COOKIE_PREFIX}type"


class Here:
    """The reader of the page, for templates; nothing is worked out before it is
    shown.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def user(self) -> User | None:
        user = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def posts(self) -> list[Post]:
        """The current posts; none while something has to be done first, for whatever
        they open leads back to that page.
        """
        if self.user is None or self.user.must_change_password:
            return []
        if getattr(self._request, "first_thing", None):
            return []
        return self.user.posts_on(today())

    @cached_property
    def main_post(self) -> Post | None:
        """The post appointed first."""
        return self.posts[0] if self.posts else None

    @cached_property
    def place(self) -> str:
        """The place of the main post, town included; empty for the 三员."""
        post = self.main_post
        if post is None:
            return ""

        village = post.group.village if post.group else post.village
        return f"{village.town}{post.place}" if village else post.place

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(str(post.role) for post in self.posts)

    @cached_property
    def desk_name(self) -> str:
        """The name of the start page: in a village, where neighbours come in and speak,
        it is the counter's.
        """
        post = self.main_post
        is_at_counter = post is not None and (post.village_id or post.group_id)
        return _("My desk") if is_at_counter else _("My work")

    @cached_property
    def is_staff_of_cases(self) -> bool:
        """True where any post is not one of the 三员."""
        return deals_with_cases(self.posts)

    @cached_property
    def reads_figures(self) -> bool:
        return not self.roles.isdisjoint(READ_FIGURES)

    @cached_property
    def enters_admin(self) -> bool:
        return not self.roles.isdisjoint(ENTER_ADMIN)

    @cached_property
    def imports_lists(self) -> bool:
        """True where a post may import some kind of list."""
        roles = [role for kind in roles_by_kind().values() for role in kind]
        return not self.roles.isdisjoint(roles)

    @cached_property
    def type_size(self) -> str:
        size = self._request.COOKIES.get(TYPE_COOKIE, "")
        return size if size in TYPE_SIZES else TYPE_SIZES[0]


def who_is_here(request: HttpRequest) -> dict[str, Here]:
    """Return the context of every page: `here`."""
    return {"here": Here(request)}
