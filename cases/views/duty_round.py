"""排一轮: members in turn on the days of the work calendar, looked at first and
written by one click.
"""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases import deadlines
from cases.views.access import UNPROCESSABLE, StaffView
from minshi.clock import now, today
from minshi.errors import RuleBroken
from minshi.workdays import ONE_DAY
from villages.duty import Round, arrange_round, eligible_posts, plan_round
from villages.duty.rotating import BEGINS, ENDS
from villages.forms.accounts import DayInput, RuleForm, offer, offer_rows
from villages.forms.duty import PLAUSIBLE_DAYS, PersonField, TimeInput
from villages.models import Post, Village
from villages.requests import whole_number
from villages.rights import ARRANGE_DUTY

WORKING_DAYS, EVERY_DAY = "working", "every"
NEXT, NOBODY = "next", "nobody"
TWO_WEEKS = ONE_DAY * 13


if TYPE_CHECKING:
    SomePosts = forms.ModelMultipleChoiceField[Post]
else:  # at run time it takes no type
    SomePosts = forms.ModelMultipleChoiceField


class PeopleField(SomePosts):
    label_from_instance = PersonField.label_from_instance


class RoundForm(RuleForm):
    members = PeopleField(
        label=_("Who takes turns"), queryset=None, widget=forms.CheckboxSelectMultiple
    )
    first = forms.DateField(
        label=_("From day"), widget=DayInput, validators=PLAUSIBLE_DAYS
    )
    last = forms.DateField(
        label=_("Until day"), widget=DayInput, validators=PLAUSIBLE_DAYS
    )
    days = forms.ChoiceField(
        label=_("On which days"),
        choices=((WORKING_DAYS, _("working days")), (EVERY_DAY, _("every day"))),
        widget=forms.RadioSelect,
        initial=WORKING_DAYS,
    )
    begins = forms.TimeField(label=_("Begins at"), initial=BEGINS, widget=TimeInput)
    ends = forms.TimeField(label=_("Ends at"), initial=ENDS, widget=TimeInput)
    backup = forms.ChoiceField(label=_("Backup"), initial=NEXT)

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
        said = self.cleaned_data
        working = said["days"] == WORKING_DAYS
        members: QuerySet[Post] = said["members"]
        return Round(
            members=list(members),
            first=said["first"],
            last=said["last"],
            calendar=(
                deadlines.calendar_of(self.village.town_id, said["first"])
                if working
                else None
            ),
            begins=said["begins"],
            ends=said["ends"],
            backup=self.people.get(said["backup"]),
            next_is_backup=said["backup"] == NEXT,
        )


class DutyRound(StaffView):
    """The work calendar is a matter of deadlines, so this page of the roster stands
    here.
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
                    return self.written(village, form)
                turns = plan_round(village, form.asked, by=self.user, at=now())
                return self.show(
                    form,
                    village,
                    turns=turns,
                    new=sum(bool(t.primary and not t.standing) for t in turns),
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
        return self.show(form, village, UNPROCESSABLE)

    def written(self, village: Village, form: RoundForm) -> HttpResponse:
        new = arrange_round(village, form.asked, by=self.user, at=now())
        words = ngettext(
            "%(count)s shift was put on the roster.",
            "%(count)s shifts were put on the roster.",
            len(new),
        )
        messages.success(self.request, words % {"count": len(new)})
        return redirect(
            f"{reverse('villages:duty')}?village={village.pk}&week={form.cleaned_data['first']}"
        )

    def village(self) -> Village:
        """One whose roster the reader arranges. Http404: none, or another one is asked
        for.
        """
        keys = [
            post.village_id
            for post in self.user.posts_on(today())
            if post.role in ARRANGE_DUTY and post.village_id
        ]
        asked = self.request.GET.get("village", "")
        found = (
            Village.objects.filter(pk__in=keys).select_related("town").order_by("pk")
        )
        village = (
            found.filter(pk=whole_number(asked) or 0) if asked else found
        ).first()
        if village is None:
            raise Http404
        return village

    def show(
        self, form: RoundForm, village: Village, status: int = 200, **shown: Any
    ) -> HttpResponse:
        context = {"nav": "duty", "form": form, "village": village, **shown}
        return render(self.request, "cases/duty_round.html", context, status=status)
