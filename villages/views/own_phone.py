"""The page of one's own telephone number."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from minshi.clock import now
from minshi.errors import UNPROCESSABLE, RuleBroken
from villages.accounts import set_phone
from villages.forms.accounts import PhoneForm
from villages.requests import StaffRequest


class OwnPhone(LoginRequiredMixin, View):
    def get(self, request: StaffRequest) -> HttpResponse:
        form = PhoneForm(initial={"phone": request.user.phone})
        return self._show(request, form)

    def post(self, request: StaffRequest) -> HttpResponse:
        form = PhoneForm(request.POST)
        user = request.user

        if form.is_valid():
            try:
                set_phone(user, **form.cleaned_data, by=user, at=now(), request=request)
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("The phone is noted."))
                return redirect("villages:own_phone")

        return self._show(request, form, UNPROCESSABLE)

    def _show(
        self, request: StaffRequest, form: PhoneForm, status: int = 200
    ) -> HttpResponse:
        response = render(
            request, "villages/own_phone.html", {"form": form}, status=status
        )
        response["Cache-Control"] = "no-store"
        return response
