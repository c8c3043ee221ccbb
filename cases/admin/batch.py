"""The same move for several cases: a page to fill in once, then each by make_move, with its own result."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.forms import field_for
from cases.models import Case
from cases.workflow import MOVES, Action, Officer, make_move, moves_open_to, read_facts
from cases.workflow.inputs import Kind
from minshi.clock import now
from minshi.errors import RuleBroken
from villages.models import User
from villages.requests import StaffRequest


class BatchForm(forms.Form):
    """The inputs of the move; leads are those possible for the first case, and each case checks its own."""

    def __init__(self, action: Action, case: Case, user: User, *args: Any) -> None:
        super().__init__(*args)
        facts = read_facts(case, now())
        for item in MOVES[action].inputs:
            if item.kind is not Kind.ASKS:  # what is asked of each belongs to one case
                self.fields[item.name] = field_for(item, facts, user)


class BatchMoves(admin.ModelAdmin):  # type: ignore[type-arg]
    """Admin actions that are moves; the rights are those of the moves, asked for each case."""

    actions = ("accept", "reassign", "remind")

    @admin.action(description=gettext_lazy("Accept the selected matters"))
    def accept(self, request: StaffRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        return self._move(request, queryset, Action.ACCEPT)

    @admin.action(description=gettext_lazy("Hand the selected matters to somebody else"))
    def reassign(self, request: StaffRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        return self._move(request, queryset, Action.REASSIGN)

    @admin.action(description=gettext_lazy("Chase the selected matters"))
    def remind(self, request: StaffRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        return self._move(request, queryset, Action.SUPERVISE)

    def _move(self, request: StaffRequest, queryset: QuerySet[Case], action: Action) -> HttpResponse | None:
        cases = list(queryset)
        if not cases:
            return None
        form = BatchForm(action, cases[0], request.user, *([request.POST] if "apply" in request.POST else []))
        if not form.is_valid():
            return self._ask(request, cases, action, form)
        moved = sum(self._move_one(request, case, action, form.cleaned_data) for case in cases)
        if moved:
            words = ngettext("%(count)s matter: done.", "%(count)s matters: done.", moved) % {"count": moved}
            self.message_user(request, words, messages.SUCCESS)
        return None

    def _move_one(self, request: StaffRequest, case: Case, action: Action, values: dict[str, Any]) -> bool:
        """Whether it was moved; if not, the reason is shown beside its number and the others go on."""
        at = now()
        post = next((offer.post for offer in moves_open_to(request.user, case, at) if offer.action == action), None)
        try:
            if post is None:
                raise RuleBroken(_("Where it stands now, your post does not allow this step."))
            make_move(case, action, by=Officer(request.user, post), at=at, version=case.version, **values)
        except RuleBroken as refusal:
            reasons = " ".join([str(refusal), *(str(text) for text in refusal.fields.values())])
            self.message_user(request, f"{case.number}: {reasons}", messages.ERROR)
            return False
        return True

    def _ask(self, request: HttpRequest, cases: list[Case], action: Action, form: BatchForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": action.label,
            "opts": self.opts,
            "cases": cases,
            "form": form,
            "action": request.POST["action"],
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/cases/move_selected.html", context)
