"""The lines beneath the words of an intake: what belongs in a field of its own, and
open matters that sound the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.views.access import StaffView
from cases.workflow.intake import similar_to
from cases.workflow.pasted import pasted_in, without_id
from cases.workflow.speakers import LONGEST_WORDS
from minshi.clock import now, today
from villages.lookup import names_in, neighbourhood_of
from villages.models import Group, User, Village
from villages.requests import whole_number

Row = TypeVar("Row", bound=Model)


class Similar(StaffView):
    """A fragment under the words: what belongs in a field of its own, and up to three
    open matters that sound the same.

    By POST, so that the words stay out of logs.
    """

    def post(self, request: HttpRequest) -> HttpResponse:
        overseen = Village.objects.in_reach_of(self.user, today())
        villages = overseen.select_related("town")
        village = _chosen(villages, request.POST.get("village", ""))

        typed = request.POST.dict()
        if len(typed.get("verbatim", "")) > LONGEST_WORDS:
            # the form refuses them; nothing is offered that would cut them short
            typed["verbatim"] = ""

        found: list[Case] = []
        if village:
            groups = Group.objects.filter(village=village)
            found = similar_to(
                typed.get("verbatim", ""),
                user=self.user,
                village=village,
                group=_chosen(groups, request.POST.get("group", "")),
                category=request.POST.get("category", ""),
                at=now(),
            )

        context = {
            "similar": found,
            "fillings": fillings_for(self.user, typed),
            "at": now(),
            "sight": self.sight(),
        }
        return render(request, "cases/_similar.html", context)


def _chosen(rows: QuerySet[Row], key: str) -> Row | None:
    pk = whole_number(key)
    if pk is None:
        return None
    return rows.filter(pk=pk).first()


@dataclass(frozen=True)
class Filling:
    """A field, what it would be filled with, and the words that offer it."""

    field: str
    value: str
    question: str | Promise
    button: str | Promise


def fillings_for(user: User, typed: Mapping[str, str]) -> list[Filling]:
    """List what the form's words offer for fields that are still empty.

    Names are those of the neighbours whom the user may look up. One query.
    """
    words = typed.get("verbatim", "")
    found = pasted_in(words, _neighbours_in(words, user, typed.get("village", "")))

    fillings = []
    if found.phone and not typed.get("speaker_phone"):
        question = _("This looks like a phone number.")
        button = _("Put it in the field for the phone")
        fillings.append(Filling("speaker_phone", found.phone, question, button))
    if found.name and not typed.get("speaker_name"):
        asked = gettext("“%(name)s” may be who speaks.") % {"name": found.name}
        button = _("Put the name under who speaks")
        fillings.append(Filling("speaker_name", found.name, asked, button))
    if found.id_number:
        question = _("This looks like an ID number; nobody needs it here.")
        button = _("Take it out of the words")
        cleared = without_id(words, found.id_number)
        fillings.append(Filling("verbatim", cleared, question, button))

    return fillings


def _neighbours_in(words: str, user: User, village: str) -> list[str]:
    chosen = whole_number(village)
    if chosen is None or not words:
        return []
    residents = neighbourhood_of(user, today()).residents
    return names_in(words, residents.filter(household__group__village=chosen))
