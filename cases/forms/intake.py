"""登记: the form in which a matter is taken down."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.forms.fields import TALL, CadresField, MomentInput
from cases.models import Topic
from cases.models.choices import (
    Category,
    Channel,
    Confidentiality,
    Grade,
    Satisfaction,
    Solved,
)
from cases.workflow import Spoken
from cases.workflow.candidates import cadres_over
from cases.workflow.inputs import SAID_AT, WHO_MAY_SEE, Input, Kind, fault_of
from cases.workflow.named_apart import named_apart
from cases.workflow.speakers import (
    LONGEST_NAME,
    LONGEST_WORDS,
    checked_name,
)
from minshi.days import MomentField
from minshi.errors import InputRefused
from minshi.workdays import local_day
from villages.forms.accounts import RuleForm, offer_rows
from villages.models import Group, Post, Resident, Town, User, Village

# The fields in sight before anything is unfolded.
SHOWN_AT_ONCE = frozenset(
    {
        "__all__",
        "channel",
        "village",
        "speaker_name",
        "as_typed",
        "verbatim",
        "category",
        "grade",
        "settled",
        "result",
        "satisfaction",
        "solved",
        "reason",
    }
)

COPIED = (
    "speaker_name",
    "speaker_phone",
    "speaker_address",
    "proxy_speaker",
    "place",
    "request_text",
)


# named together with what is missing
CHECKED = (SAID_AT, Input("speaker_phone", Kind.LINE, _("Phone")))


class IntakeForm(RuleForm):
    """登记: only what was said is required; everything else may come later (ux 2.3)."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label=_("How it was said"), choices=Channel.choices, widget=forms.RadioSelect
    )
    speaker_name = forms.CharField(
        label=_("Who speaks"), max_length=LONGEST_NAME, required=False
    )
    resident = forms.ModelChoiceField(
        Resident.objects.none(), required=False, widget=forms.HiddenInput
    )
    as_typed = forms.BooleanField(
        label=_("The name is written so; it is no neighbour's"), required=False
    )
    village = forms.ModelChoiceField(
        Village.objects.none(), label=_("Village"), required=False
    )
    verbatim = forms.CharField(
        label=_("What is it about"),
        widget=forms.Textarea(attrs=TALL),
        max_length=LONGEST_WORDS,
    )
    category = forms.ChoiceField(
        label=_("What kind of matter"),
        choices=Category.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    grade = forms.ChoiceField(
        label=_("How big it is"),
        choices=Grade.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    settled = forms.BooleanField(label=_("It was settled on the spot"), required=False)
    result = forms.CharField(
        label=_("What you told them"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
    )
    satisfaction = forms.ChoiceField(
        label=_("The villager says"),
        choices=Satisfaction.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    solved = forms.ChoiceField(
        label=_("Is it solved?"),
        choices=Solved.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    reason = forms.CharField(
        label=_("What was not done well"), max_length=500, required=False
    )
    group = forms.ModelChoiceField(
        Group.objects.none(), label=_("Villagers' group"), required=False
    )
    speaker_phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    speaker_address = forms.CharField(label=_("Address"), max_length=80, required=False)
    place = forms.CharField(label=_("Where it happened"), max_length=80, required=False)
    topic = forms.ModelChoiceField(
        Topic.objects.none(), label=pgettext_lazy("intake", "Topic"), required=False
    )
    request_text = forms.CharField(
        label=_("What is wanted"), max_length=500, required=False
    )
    confidentiality = forms.ChoiceField(
        label=_("Who may see it"),
        help_text=WHO_MAY_SEE,
        choices=Confidentiality.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    proxy_speaker = forms.CharField(
        label=_("Spoken for by"), max_length=40, required=False
    )
    co_speakers = forms.CharField(
        label=_("Others who say the same"),
        required=False,
        help_text=_("Names, with a comma between."),
    )
    said_at = MomentField(
        label=_("When it was said"), widget=MomentInput(), required=False
    )
    concerns = CadresField(
        User.objects.none(),
        label=_("It is about one of these cadres"),
        required=False,
        help_text=_("The matter then goes one level up and they do not see it."),
    )

    def __init__(
        self,
        villages: list[Village],
        residents: QuerySet[Resident],
        *args: Any,
        town: Town | None,
        at: datetime,
        **options: Any,
    ) -> None:
        """Offer the rows among which may be chosen.

        `town` is the officer's own, whose matter it is where no village is chosen.
        """
        super().__init__(*args, **options)
        self.at = at
        keys = [village.pk for village in villages]
        self._choose("village", Village.objects.filter(pk__in=keys))
        self._choose("resident", residents)

        if len(villages) == 1 and town is None:
            self.fields["village"].widget = forms.HiddenInput()
            self.fields["village"].initial = villages[0].pk

        village = self._chosen_of(villages)
        self._offer_of(village, village.town if village else town, local_day(at))

    def _chosen_of(self, villages: list[Village]) -> Village | None:
        chosen = str(self["village"].value() or "")
        for village in villages:
            if str(village.pk) == chosen:
                return village
        return None

    def _offer_of(self, village: Village | None, town: Town | None, on: date) -> None:
        """Offer the place's groups, the town's topics, and its cadres."""
        if village:
            self._choose("group", Group.objects.filter(village=village))
        else:
            del self.fields["group"]

        if town:
            villages = [village] if village else []
            self._choose("topic", Topic.objects.filter(town=town, is_offered=True))
            self._choose("concerns", cadres_over(town, villages, on))
        else:
            del self.fields["topic"]
            del self.fields["concerns"]

    def _choose(self, name: str, queryset: Any) -> None:
        offer_rows(self, name, queryset)

    @property
    def unfolds(self) -> bool:
        """Tell whether something is wrong among what is folded away."""
        return bool(set(self.errors) - SHOWN_AT_ONCE)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for item in CHECKED:
            fault = fault_of(item, data.get(item.name), self.at)
            if fault:
                self.add_error(item.name, str(fault))
        if self.errors:
            self._check_name(data)
        if not data.get("settled"):
            return data

        for name in ("result", "category"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Please fill this in."))

        is_satisfaction_given = bool(data.get("satisfaction"))
        if is_satisfaction_given != bool(data.get("solved")):
            missing = "solved" if is_satisfaction_given else "satisfaction"
            self.add_error(missing, _("Both questions, please, or neither."))

        return data

    def _check_name(self, data: dict[str, Any]) -> None:
        """Say beside other faults that a name is none yet; of a form without any the
        domain itself says it.
        """
        try:
            checked_name(
                data.get("speaker_name") or "",
                data.get("resident"),
                as_typed=bool(data.get("as_typed")),
            )
        except InputRefused as refusal:
            for name, words in refusal.fields.items():
                if name not in self.errors:
                    self.add_error(name, str(words))


def town_from_form(post: Post) -> Town | None:
    """Return the post's town, whose matter it is without a village; None for the
    county.
    """
    if post.town:
        return post.town
    return post.office.town if post.office else None


def spoken_of(data: dict[str, Any], post: Post) -> Spoken:
    """Return the form's answers as a matter to take down.

    Without a village it belongs to the post's town.
    """
    copied = {name: data[name] for name in COPIED}

    return Spoken(
        verbatim=data["verbatim"],
        village=data["village"],
        town=town_from_form(post),
        group=data.get("group"),
        resident=data["resident"],
        as_typed=data["as_typed"],
        category=data["category"],
        grade=data["grade"],
        topic=data.get("topic"),
        channel=data["channel"],
        confidentiality=data["confidentiality"] or Confidentiality.NORMAL,
        said_at=data["said_at"],
        co_speakers=tuple(named_apart(data["co_speakers"])),
        concerns=tuple(data.get("concerns") or ()),
        **copied,
    )
