"""排一轮: members on duty in turn; the plan is shown first, then written by a click."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases import deadlines
from cases.views.access import StaffView
from minshi.clock import now, today
from minshi.days import DayField
from minshi.errors import UNPROCESSABLE, RuleBroken
from minshi.workdays import ONE_DAY, WorkCalendar
from villages.duty import Round, arrange_round, eligible_posts, plan_round
from villages.duty.rotating import BEGINS, ENDS
from villages.forms.accounts import DayInput, RuleForm, offer, offer_rows
from villages.forms.duty import LEADER, PersonField, TimeInput
from villages.forms.rows import RowsField
from villages.models import Post, Village
from villages.requests import whole_number
from villages.rights import ARRANGE_DUTY

WORKING_DAYS = "working"
EVERY_DAY = "every"
NEXT = "next"
NOBODY = "nobody"
TWO_WEEKS = ONE_DAY * 13  # from the first day to the last


class PeopleField(RowsField):
    label_from_instance = PersonField.label_from_instance


class RoundForm(RuleForm):
    members = PeopleField(
        label=_("Who takes turns"), queryset=None, widget=forms.CheckboxSelectMultiple
    )
    first = DayField(label=_("From day"), widget=DayInput)
    last = DayField(label=_("Until day"), widget=DayInput)
    days = forms.ChoiceField(
        label=_("On which days"),
        choices=((WORKING_DAYS, _("working days")), (EVERY_DAY, _("every day"))),
        widget=forms.RadioSelect,
        initial=WORKING_DAYS,
    )
    begins = forms.TimeField(label=_("Begins at"), initial=BEGINS, widget=TimeInput)
    ends = forms.TimeField(label=_("Ends at"), initial=ENDS, widget=TimeInput)
    backup = forms.ChoiceField(label=_("Backup"), initial=NEXT)
    leader = forms.CharField(label=LEADER, max_length=40, required=False)

    def __init__(self, *args: Any, village: Village, **options: Any) -> None:
        super().__init__(*args, **options)

        self.village = village
        self.people = {str(post.pk): post for post in eligible_posts(village, today())}
        offer_rows(self, "members", eligible_posts(village, today()))

        people = [(key, str(post.user)) for key, post in self.people.items()]
        offer(
            self,
            "backup",
            [(NEXT, _("whoever is next in turn")), (NOBODY, _("nobody")), *people],
        )

    @property
    def asked(self) -> Round:
        answers = self.cleaned_data
        first = answers["first"]
        members: QuerySet[Post] = answers["members"]

        return Round(
            members=list(members),
            first=first,
            last=answers["last"],
            calendar=self._calendar_from(first),
            begins=answers["begins"],
            ends=answers["ends"],
            backup=self.people.get(answers["backup"]),
            next_is_backup=answers["backup"] == NEXT,
            leader=answers["leader"],
        )

    def _calendar_from(self, first: date) -> WorkCalendar | None:
        """Return the work calendar for duty on working days; None for every day."""
        if self.cleaned_data["days"] != WORKING_DAYS:
            return None
        return deadlines.calendar_of(self.village.town_id, first)


class DutyRound(StaffView):
    """The page that plans a round and writes it.

    The work calendar belongs to deadlines, so this page of the roster stands here.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        village = self.village()
        first = {"first": today(), "last": today() + TWO_WEEKS}
        return self.show(RoundForm(village=village, initial=first), village)

    def post(self, request: HttpRequest) -> HttpResponse:
        village = self.village()
        form = RoundForm(request.POST, village=village)

        if form.is_valid():
            try:
                if request.POST.get("step") == "write":
                    return self.write(village, form)
                return self.show_plan(village, form)
            except RuleBroken as refusal:
                form.refuse(refusal)

        return self.show(form, village, UNPROCESSABLE)

    def show_plan(self, village: Village, form: RoundForm) -> HttpResponse:
        turns = plan_round(village, form.asked, by=self.user, at=now())
        new = [turn for turn in turns if turn.primary and not turn.standing]
        return self.show(form, village, turns=turns, new=len(new))

    def write(self, village: Village, form: RoundForm) -> HttpResponse:
        new = arrange_round(village, form.asked, by=self.user, at=now())

        words = ngettext(
            "%(count)s shift was put on the roster.",
            "%(count)s shifts were put on the roster.",
            len(new),
        )
        messages.success(self.request, words % {"count": len(new)})

        roster = reverse("villages:duty")
        first = form.cleaned_data["first"]
        return redirect(f"{roster}?village={village.pk}&week={first}")

    def village(self) -> Village:
        """Return a village whose roster the reader arranges: the one asked for, or the
        first.

        Http404: there is none, or another one is asked for.
        """
        keys = [
            post.village_id
            for post in self.user.posts_on(today())
            if post.role in ARRANGE_DUTY and post.village_id
        ]
        own = Village.objects.filter(pk__in=keys).select_related("town").order_by("pk")

        if asked := self.request.GET.get("village", ""):
            own = own.filter(pk=whole_number(asked) or 0)
        village = own.first()
        if village is None:
            raise Http404
        return village

    def show(
        self, form: RoundForm, village: Village, status: int = 200, **shown: Any
    ) -> HttpResponse:
        context = {"nav": "duty", "form": form, "village": village, **shown}
        return render(self.request, "cases/duty_round.html", context, status=status)
