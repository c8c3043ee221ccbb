"""What every view of cases starts from: the user, the moment, and the cases within
sight.
"""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from cases.models import Case
from cases.models.scope import CaseQuerySet, Sight
from cases.serializers.fields import NO_SUCH_CHOICE
from minshi.errors import InputRefused
from villages.api.caller import CallerApi
from villages.models import Post


class CaseApi(CallerApi):
    @cached_property
    def sight(self) -> Sight:
        return Sight.of(self.user, self.on)

    def visible(self) -> CaseQuerySet:
        return Case.objects.visible_to(self.user, self.on)

    def case(self, number: str, rows: QuerySet[Case] | None = None) -> Case:
        """The case by its number; Http404 where there is none within sight."""
        return get_object_or_404(
            self.visible().select_related("town") if rows is None else rows,
            number=number,
        )

    def posts(self, named: int | None) -> list[Post]:
        """The posts to act from, first appointed first: the one named in the body, or
        all. InputRefused: not theirs.
        """
        posts = self.user.posts_on(self.on)
        if named is not None:
            posts = [post for post in posts if post.pk == named]
            if not posts:
                raise InputRefused.at(post=NO_SUCH_CHOICE)
        return posts

    def context(self, **more: Any) -> dict[str, Any]:
        return {"user": self.user, "at": self.at, "sight": self.sight, **more}
