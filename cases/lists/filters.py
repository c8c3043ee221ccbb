"""The one filter of every list of cases: pages, ledgers, exports and the API."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.lists import after_closing, checking, search
from cases.lists.filter_fields import (
    ALL,
    AnyYesNo,
    NarrowFilter,
    OfficeFilter,
    choice_filter,
    groups_in_reach,
    offices_in_reach,
    topics_in_reach,
    town_filter,
    user_of,
    village_filter,
    villages_filter,
    words_filter,
)
from cases.models import HandBack, TimeRequest, Topic
from cases.models.choices import (
    ONLINE_CHANNELS,
    Category,
    Channel,
    CloseReason,
    Confidentiality,
    Grade,
    Handling,
    Level,
    Light,
    RequestState,
    Stage,
)
from cases.models.scope import NOT_CONCLUDED, CaseQuerySet, Sight
from minshi import workdays
from minshi.clock import now, today
from minshi.days import DayFilter

# Orders that key-set paging can follow: each ends in the primary key. `due` and
# `closed` narrow to rows with such a date.
ORDERS: Mapping[str, tuple[str, str]] = {
    "newest": ("-registered_at", "-id"),
    "due": ("due_at", "id"),
    "closed": ("-closed_at", "-id"),
}
# A redacted row shows these anyway. Any other filter would give away what it hides.
DATES = ("registered_from", "registered_to", "closed_from", "closed_to", "due_until")
SHOWN_OF_REDACTED = frozenset({"stage", "light", "overdue", "order", "q", *DATES})
MODES = (
    ("online", pgettext_lazy("mode", "online")),
    ("offline", pgettext_lazy("mode", "offline")),
)


class CaseFilter(NarrowFilter):
    """Filter for a queryset of `Case.objects.counted_for(user, on)`.

    An input that cannot be read gives no rows at all.
    """

    q = words_filter()
    stage = filters.MultipleChoiceFilter(
        choices=Stage.choices,
        label=_("Stage"),
        widget=forms.CheckboxSelectMultiple,
        distinct=False,
    )
    light = choice_filter(Light.choices, _("Light"), method="by_light")
    overdue = filters.BooleanFilter(
        method="by_overdue", label=_("Overdue"), widget=AnyYesNo
    )
    town = town_filter("town")
    village = village_filter("village")
    villages = villages_filter("village")
    group = filters.ModelChoiceFilter(
        queryset=groups_in_reach, label=_("Villagers' group"), empty_label=ALL
    )
    office = OfficeFilter(
        field_name="owner_office",
        queryset=offices_in_reach,
        label=_("Office"),
        empty_label=ALL,
    )
    category = choice_filter(Category.choices, _("Category"))
    topic = filters.ModelChoiceFilter(
        queryset=topics_in_reach, method="by_topic", label=_("Topic"), empty_label=ALL
    )
    grade = choice_filter(Grade.choices, _("Grade"))
    level = choice_filter(Level.choices, _("Level"))
    channel = choice_filter(Channel.choices, _("Channel"))
    mode = choice_filter(MODES, _("Online or offline"), method="by_mode")
    handling = choice_filter(Handling.choices, _("Way of handling"))
    confidentiality = choice_filter(Confidentiality.choices, _("Confidentiality"))
    close_reason = choice_filter(CloseReason.choices, _("Why closed"))
    concluded = filters.BooleanFilter(
        method="by_concluded", label=_("Concluded"), widget=AnyYesNo
    )
    needs_order = filters.BooleanFilter(label=_("Needs an order"), widget=AnyYesNo)
    unsolved = filters.BooleanFilter(
        method="by_unsolved", label=_("Satisfied, but not solved"), widget=AnyYesNo
    )
    to_check = filters.BooleanFilter(
        method="by_check", label=_("For me to check"), widget=AnyYesNo
    )
    to_call_back = filters.BooleanFilter(
        method="by_call_back", label=_("Drawn for a call-back"), widget=AnyYesNo
    )
    afterword = filters.BooleanFilter(
        method="by_afterword", label=_("Something said after closing"), widget=AnyYesNo
    )
    given_back = filters.BooleanFilter(
        method="by_given_back", label=_("A part was given back"), widget=AnyYesNo
    )
    asked = filters.BooleanFilter(
        method="by_asked", label=_("Time asked for"), widget=AnyYesNo
    )
    reserved = filters.BooleanFilter(
        method="by_reserved", label=_("For the villagers to decide"), widget=AnyYesNo
    )
    owner = choice_filter((("me", _("with me")),), _("With whom"), method="by_owner")
    registered_from = DayFilter(
        method="by_start",
        field_name="registered_at",
        label=_("Registered from"),
    )
    registered_to = DayFilter(
        method="by_end",
        field_name="registered_at",
        label=_("Registered until"),
    )
    closed_from = DayFilter(
        method="by_start",
        field_name="closed_at",
        label=_("Closed from"),
    )
    closed_to = DayFilter(
        method="by_end",
        field_name="closed_at",
        label=_("Closed until"),
    )
    due_until = DayFilter(method="by_due", label=_("Due until"))
    order = filters.ChoiceFilter(
        method="by_order",
        label=_("Order"),
        empty_label=None,
        choices=(
            ("newest", _("newest first")),
            ("due", _("due first")),
            ("closed", _("closed last")),
        ),
    )

    @property
    def ordering(self) -> tuple[str, str]:
        """The columns the rows are ordered by, for key-set paging."""
        order = self._answers.get("order")
        return ORDERS[order or "newest"]

    @property
    def _answers(self) -> dict[str, Any]:
        """What was asked for; nothing where it cannot be read."""
        if not self.is_bound or not self.form.is_valid():
            return {}
        answers: dict[str, Any] = self.form.cleaned_data
        return answers

    @property
    def searches(self) -> bool:
        """True where words are searched for."""
        return bool(self._answers.get("q"))

    @property
    def finds_in_no_order(self) -> bool:
        """True where the rows are found by an index that does not give their order."""
        return self.searches or bool(self._answers.get("light"))

    def counting_order(self, own: Sequence[str]) -> Sequence[str]:
        """Return the order in which an index gives the first thousand rows; empty where
        PostgreSQL does better without one. `own` is that of all places.

        Words are found by an index that knows no order.
        """
        if self.searches:
            return ()
        asked = self._answers
        if asked.get("village") or asked.get("group"):
            return ORDERS["newest"]
        return own

    def filter_queryset(self, queryset: CaseQuerySet) -> CaseQuerySet:
        if self.form.errors:
            return queryset.none()

        answers = self.form.cleaned_data.items()
        given = {name for name, value in answers if value not in (None, "", [])}
        if given - SHOWN_OF_REDACTED:
            queryset = queryset.filter(Q(redacted=False))

        narrowed: CaseQuerySet = super().filter_queryset(queryset)
        return narrowed.order_by(*self.ordering)

    def by_words(self, cases: CaseQuerySet, _name: str, text: str) -> CaseQuerySet:
        user = user_of(self.request)
        if user is None:
            return cases.none()
        return search.matching(cases, text, Sight.of(user, today()))

    def by_light(self, cases: CaseQuerySet, _name: str, light: str) -> CaseQuerySet:
        return cases.with_light(light, now())

    def by_overdue(self, cases: CaseQuerySet, _name: str, wanted: bool) -> CaseQuerySet:
        at = now()
        if wanted:
            return cases.overdue(at)
        return cases.filter(
            Q(stage=Stage.CLOSED) | Q(due_at__gt=at) | Q(grey_until__gt=at)
        )

    def by_topic(self, cases: CaseQuerySet, _name: str, topic: Topic) -> CaseQuerySet:
        return cases.filter(Q(topic=topic) | Q(topic__parent=topic))

    def by_mode(self, cases: CaseQuerySet, _name: str, mode: str) -> CaseQuerySet:
        if mode == "online":
            return cases.online()
        return cases.exclude(channel__in=ONLINE_CHANNELS)

    def by_concluded(
        self, cases: CaseQuerySet, _name: str, wanted: bool
    ) -> CaseQuerySet:
        if wanted:
            return cases.concluded()
        is_not = Q(close_reason__in=NOT_CONCLUDED)
        return cases.filter(~Q(stage=Stage.CLOSED) | is_not)

    def by_unsolved(
        self, cases: CaseQuerySet, _name: str, wanted: bool
    ) -> CaseQuerySet:
        found = after_closing.unsolved(cases)
        return found if wanted else cases.exclude(pk__in=found.values("pk"))

    def by_check(self, cases: CaseQuerySet, _name: str, wanted: bool) -> CaseQuerySet:
        """Filter by a result that waits to be checked and the user did not handle."""
        user = user_of(self.request)
        if user is None:
            return cases.none()
        found = checking.to_be_checked_by(cases, user, today())
        return found if wanted else cases.exclude(pk__in=found.values("pk"))

    def by_call_back(
        self, cases: CaseQuerySet, _name: str, wanted: bool
    ) -> CaseQuerySet:
        found = after_closing.to_call_back(cases)
        return found if wanted else cases.exclude(pk__in=found.values("pk"))

    def by_afterword(
        self, cases: CaseQuerySet, _name: str, wanted: bool
    ) -> CaseQuerySet:
        """Filter by what a speaker said after closing and waits for an answer."""
        found = after_closing.spoken_of_again(cases)
        return found if wanted else cases.exclude(pk__in=found.values("pk"))

    def by_given_back(
        self, cases: CaseQuerySet, _name: str, wanted: bool
    ) -> CaseQuerySet:
        """Filter by an assistant's part that was given back and waits for a ruling."""
        open_ones = HandBack.objects.filter(state=RequestState.OPEN)
        waiting = Q(pk__in=open_ones.values("assignment__case"))
        return cases.filter(waiting if wanted else ~waiting)

    def by_asked(self, cases: CaseQuerySet, _name: str, wanted: bool) -> CaseQuerySet:
        """Filter by a request for more time or a break that waits for a ruling."""
        open_ones = TimeRequest.objects.filter(state=RequestState.OPEN)
        waiting = Q(pk__in=open_ones.values("case"))
        return cases.filter(waiting if wanted else ~waiting)

    def by_reserved(
        self, cases: CaseQuerySet, _name: str, wanted: bool
    ) -> CaseQuerySet:
        """Filter by what the law reserves to the people of a village (domain §8)."""
        return cases.exclude(reserved="") if wanted else cases.filter(reserved="")

    def by_owner(self, cases: CaseQuerySet, _name: str, _me: str) -> CaseQuerySet:
        user = user_of(self.request)
        if user is None:
            return cases.none()
        return cases.owned_by(user.reach(today()))

    def by_start(self, cases: CaseQuerySet, name: str, day: date) -> CaseQuerySet:
        midnight_before = workdays.due_at(day - timedelta(days=1))
        return cases.filter(**{f"{name}__gte": midnight_before})

    def by_end(self, cases: CaseQuerySet, name: str, day: date) -> CaseQuerySet:
        midnight_after = workdays.due_at(day)
        return cases.filter(**{f"{name}__lt": midnight_after})

    def by_due(self, cases: CaseQuerySet, _name: str, day: date) -> CaseQuerySet:
        """Return the open cases whose last day, as shown, is that day or earlier."""
        return cases.open().filter(due_at__lte=workdays.due_at(day))

    def by_order(self, cases: CaseQuerySet, _name: str, order: str) -> CaseQuerySet:
        if order == "due":
            return cases.open()
        if order == "closed":
            return cases.filter(stage=Stage.CLOSED)
        return cases
