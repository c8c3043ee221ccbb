"""The base of every view of cases: the caller, the moment, and the cases they see."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from cases.models import Case
from cases.models.scope import CaseQuerySet, Sight
from cases.privacy.disclosure import note_reading
from minshi.errors import InputRefused
from minshi.prepared import prepared
from villages.api.caller import CallerApi
from villages.api.fields import NO_SUCH_CHOICE
from villages.models import Post


@prepared
def _with_town(number: str, sight: Sight) -> CaseQuerySet:
    rows = Case.objects.filter(number=number).visible_by(sight)
    return rows.select_related("town")


class CaseApi(CallerApi):
    @cached_property
    def sight(self) -> Sight:
        return Sight.of(self.user, self.on)

    def visible(self) -> CaseQuerySet:
        return Case.objects.visible_to(self.user, self.on)

    def case(self, number: str, rows: QuerySet[Case] | None = None) -> Case:
        """Return a case by its number, from `rows` or from all that the user sees.

        Http404: there is none.
        """
        if rows is None:
            found = _with_town(number, self.sight)
        else:
            found = list(rows.filter(number=number))
        if not found:
            raise Http404

        (case,) = found
        note_reading(case, by=self.user, at=self.at, request=self.request)
        return case

    def posts(self, named: int | None) -> list[Post]:
        """Return the posts to act from: the one named in the body, or all.

        First appointed first. InputRefused: the one named is not theirs.
        """
        posts = self.user.posts_on(self.on)
        if named is None:
            return posts

        chosen = [post for post in posts if post.pk == named]
        if not chosen:
            raise InputRefused.at(post=NO_SUCH_CHOICE)
        return chosen

    def context(self, **more: Any) -> dict[str, Any]:
        """Return the context that the serializers of cases need, and `more`."""
        return {"user": self.user, "at": self.at, "sight": self.sight, **more}
