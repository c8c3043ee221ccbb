"""A matter in a line: what it is, where, and who has it."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import Assignment, Case
from cases.models.scope import Sight
from cases.privacy import redactor
from cases.templatetags.days import day
from villages.models import Office, Post

register = template.Library()


register.filter(redactor.title_for)


@register.filter
def holder_of(case: Case) -> str:
    """Name whoever has the case: an office, or a person with their role."""
    return holder_words(case.owner_post, case.owner_office)


def holder_words(post: Post | None, office: Office | None) -> str:
    """Name an office, or a person with their role."""
    if office or not post:
        return str(office or "")

    return _("%(name)s (%(role)s)") % {
        "name": post.user,
        "role": post.get_role_display(),
    }


@register.filter
def standing_of(item: Assignment) -> str:
    """Name whoever has a part of a matter, and how far they are with it."""
    who = str(item.office or (item.post and item.post.user))

    if item.reported_at:
        return f"{who} ✓ {day(item.reported_at)}"
    if item.waived_at:
        return " ".join((who, _("no report needed")))
    if item.acknowledged_at:
        return " ".join((who, _("received"), day(item.acknowledged_at)))
    return who


@register.filter
def kind(case: Case) -> str:
    """Return category, grade and topic of a case, as far as they are entered."""
    parts = (
        case.get_category_display(),
        case.get_grade_display(),
        str(case.topic or ""),
    )
    return pgettext("between choices", " / ").join(filter(None, parts))


@register.filter
def place_for(case: Case, sight: Sight) -> str:
    """Return the village, or the town; both for a reader of several towns."""
    if case.village is None:
        return str(case.town)
    if sight.reach.spans_towns:
        return f"{case.town}{case.village}"
    return str(case.village)


@register.filter
def summary(case: Case, sight: Sight) -> str:
    """Return the line under a row's title: number, place, kind, holder and date."""
    holder = case.owner_office or (case.owner_post and case.owner_post.user)
    parts = (
        case.number,
        f"{place_for(case, sight)} {case.group or ''}".strip(),
        case.get_category_display(),
        _attempt(case),
        _("with %(holder)s") % {"holder": holder} if holder else "",
        day(case.registered_at),
    )
    return " · ".join(filter(None, parts))


def _attempt(case: Case) -> str:
    """Say that an open matter is done once more: what was done before did not do."""
    if case.round == 1 or not case.is_open:
        return ""
    return _("time %(round)s") % {"round": case.round}
