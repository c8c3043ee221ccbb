"""Users: the accounts of the people who serve in the grid."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from minshi.crypto import EncryptedTextField, masked_phone
from villages.models.posts import (
    Post,
    Reach,
    first_appointed_first,
    posts_of_account,
)
from villages.models.roles import Role

# a password and how long it holds: sealed together (villages/let_in.py)
OF_PASSWORD = ("password", "must_change_password", "password_changed_at")


class User(AbstractUser):
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(pgettext_lazy("person", "name"), max_length=40)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    must_change_password = models.BooleanField(
        _("must change the password"), default=False
    )
    password_changed_at = models.DateTimeField(
        _("password changed at"), null=True, editable=False
    )

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    # read once by the edge of a request, with the day they are those of
    _kept_posts: "tuple[date, list[Post]] | None" = None

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the account; a password, and how long it holds, together with its
        record, see villages/login_log.py.
        """
        written = kwargs.get("update_fields")
        if written is not None and not set(OF_PASSWORD) & set(written):
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        return masked_phone(self.phone or "")

    @classmethod
    def with_posts(cls, pk: int, on: date) -> "User | None":
        """Return an account with its posts of a day read already: one query, two where
        it holds none.
        """
        posts = first_appointed_first(posts_of_account(pk, on))

        user = posts[0].user if posts else cls.objects.filter(pk=pk).first()
        if user:
            for post in posts:
                post.user = user
            user._kept_posts = (on, posts)
        return user

    def keep_posts(self, on: date) -> None:
        """Read the posts of a day once for this request. Only the edge calls it, so
        that nothing goes stale elsewhere.
        """
        if self._kept_posts is None or self._kept_posts[0] != on:
            self._kept_posts = (on, self._read_posts(on))

    def posts_on(self, on: date) -> "list[Post]":
        """Return the posts in force on a day, first appointed first; none for an
        inactive account.
        """
        if self._kept_posts and self._kept_posts[0] == on:
            return self._kept_posts[1]
        return self._read_posts(on)

    def _read_posts(self, on: date) -> "list[Post]":
        if not self.is_active:
            return []
        posts = first_appointed_first(posts_of_account(self.pk, on))
        for post in posts:
            post.user = self
        return posts

    def reach(self, on: date, roles: Iterable[Role] | None = None) -> Reach:
        """Return the nodes of the posts in force on a day, of the given roles alone
        where some are named.
        """
        posts = self.posts_on(on)
        if roles is not None:
            wanted = set(roles)
            posts = [post for post in posts if post.role in wanted]

        return Reach.of(posts)

    def holds(self, on: date, *roles: Role) -> bool:
        return any(post.role in roles for post in self.posts_on(on))
