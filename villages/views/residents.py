"""Pages to look a resident up while they stand at the counter, and to open a phone with
a reason.
"""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.generic import View

from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken
from minshi.refusals import refuse_by_rule
from villages.disclosure import open_phone
from villages.forms.accounts import WHY_THE_NUMBER, ReasonForm
from villages.lookup import FoundResident
from villages.lookup_counts import TooMany, count_lookup, look_up
from villages.models import Post, Resident, Village
from villages.requests import StaffRequest, whole_number
from villages.rights import UNMASK, first_post


class Lookup(LoginRequiredMixin, View):
    """JSON for the name field; a convenience, the intake form takes any name without
    it.
    """

    def get(self, request: StaffRequest) -> HttpResponse:
        text = request.GET.get("q", "")
        only_in = whole_number(request.GET.get("village", ""))

        try:
            found = look_up(text, by=request.user, on=today(), only_in=only_in)
        except TooMany as refusal:
            return refuse_by_rule(request, refusal, as_json=True)

        names_village = len({resident.village for resident in found}) > 1
        rows = [_as_json(resident, names_village) for resident in found]
        return JsonResponse(
            {"results": rows}, json_dumps_params={"ensure_ascii": False}
        )


def _as_json(resident: FoundResident, names_village: bool) -> dict[str, Any]:
    """Return a row of the list, its place with the village's name where several are
    shown.
    """
    place = resident.address
    if names_village:
        place = f"{resident.village} {place}"

    return {
        "id": resident.id,
        "name": resident.name,
        "place": place,
        "tail": resident.tail,
    }


class OpenResidentPhone(LoginRequiredMixin, View):
    """The page that asks why, then shows the number once; outside the reader's villages
    there is no such page. Each opening names a neighbour, and counts as a lookup.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except TooMany as refusal:
            return refuse_by_rule(request, refusal)

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._show(
            request, self._resident(request, pk), ReasonForm(label=WHY_THE_NUMBER)
        )

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        resident = self._resident(request, pk)
        form = ReasonForm(request.POST, label=WHY_THE_NUMBER)

        if form.is_valid():
            try:
                phone = open_phone(
                    resident,
                    by=request.user,
                    post=self._post(request),
                    at=now(),
                    request=request,
                    **form.cleaned_data,
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                return self._show(request, resident, form, phone=phone, was_opened=True)

        return self._show(request, resident, form, status=UNPROCESSABLE)

    def _resident(self, request: StaffRequest, pk: int) -> Resident:
        count_lookup(request.user, today())
        villages = Village.objects.in_reach_of(request.user, today(), UNMASK)
        in_register = Resident.objects.in_register()
        residents = in_register.filter(household__group__village__in=villages)
        residents = residents.select_related("household__group__village")
        return get_object_or_404(residents, pk=pk)

    def _post(self, request: StaffRequest) -> Post:
        post = first_post(request.user.posts_on(today()), UNMASK)
        if post is None:
            raise Http404
        return post

    def _show(
        self,
        request: StaffRequest,
        resident: Resident,
        form: ReasonForm,
        status: int = 200,
        **shown: object,
    ) -> HttpResponse:
        context = {"resident": resident, "form": form, **shown}
        return render(request, "villages/open_phone.html", context, status=status)
