"""The same move for several cases: a page to fill in once, then each by make_move, with
its own result.
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
from cases.workflow.batch import move_all
from minshi.clock import now
from villages.requests import StaffRequest


class BatchMoves(admin.ModelAdmin):  # type: ignore[type-arg]
    """Admin actions that are moves; the rights are those of the moves, asked for each
    case.
    """

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
        cases = list(queryset)
        if not cases:
            return None
        data = [request.POST] if "apply" in request.POST else []
        form = BatchForm(action, read_facts(cases[0], now()), request.user, *data)
        if not form.is_valid():
            return self._ask(request, cases, action, form)
        results = move_all(
            cases, action, user=request.user, at=now(), values=form.values()
        )
        for result in results:
            if result.refusal:
                self.message_user(
                    request, f"{result.case.number}: {result.refusal}", messages.ERROR
                )
        if moved := sum(not result.refusal for result in results):
            words = ngettext(
                "%(count)s matter: done.", "%(count)s matters: done.", moved
            ) % {"count": moved}
            self.message_user(request, words, messages.SUCCESS)
        return None

    def _ask(
        self, request: HttpRequest, cases: list[Case], action: Action, form: BatchForm
    ) -> HttpResponse:
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
