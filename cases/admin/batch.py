"""The same move for several cases, chosen in the admin's list.

A page is filled in once; then each case is moved by make_move, with its own result.
"""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy, ngettext

from cases.forms import BatchForm
from cases.models import Case
from cases.workflow import Action, read_facts
from cases.workflow.batch import Result, move_all
from minshi.clock import now
from villages.requests import StaffRequest


class BatchMoves(admin.ModelAdmin):  # type: ignore[type-arg]
    """Admin actions that are moves; the right to each is checked case by case."""

    actions = ("accept", "reassign", "remind")

    @admin.action(description=gettext_lazy("Accept the selected matters"))
    def accept(
        self, request: StaffRequest, queryset: QuerySet[Case]
    ) -> HttpResponse | None:
        return self._move(request, queryset, Action.ACCEPT)

    @admin.action(
        description=gettext_lazy("Hand the selected matters to somebody else")
    )
    def reassign(
        self, request: StaffRequest, queryset: QuerySet[Case]
    ) -> HttpResponse | None:
        return self._move(request, queryset, Action.REASSIGN)

    @admin.action(description=gettext_lazy("Chase the selected matters"))
    def remind(
        self, request: StaffRequest, queryset: QuerySet[Case]
    ) -> HttpResponse | None:
        return self._move(request, queryset, Action.SUPERVISE)

    def _move(
        self, request: StaffRequest, queryset: QuerySet[Case], action: Action
    ) -> HttpResponse | None:
        """Show the form of a move until it is filled in; then move each case."""
        cases = list(queryset)
        if not cases:
            return None

        was_sent = "apply" in request.POST
        data = [request.POST] if was_sent else []
        form = BatchForm(action, read_facts(cases[0], now()), request.user, *data)
        if not form.is_valid():
            return self._form_page(request, cases, action, form)

        results = move_all(
            cases, action, user=request.user, at=now(), values=form.values()
        )
        self._report(request, results)
        return None

    def _report(self, request: HttpRequest, results: list[Result]) -> None:
        """Say of each refused case why it was refused, and how many were moved."""
        for result in results:
            if result.refusal:
                words = f"{result.case.number}: {result.refusal}"
                self.message_user(request, words, messages.ERROR)

        moved = sum(not result.refusal for result in results)
        if moved:
            words = ngettext(
                "%(count)s matter: done.", "%(count)s matters: done.", moved
            )
            self.message_user(request, words % {"count": moved}, messages.SUCCESS)

    def _form_page(
        self, request: HttpRequest, cases: list[Case], action: Action, form: BatchForm
    ) -> HttpResponse:
        """Return the page with the form that is filled in once for all cases."""
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
