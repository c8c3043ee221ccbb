"""The matters of a meeting in a few words, to tell it from others of the same name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import AgendaItem, Case, Meeting
from cases.models.scope import Sight
from cases.privacy.redactor import title_for
from cases.privacy.table import Table

NAMED = 2  # items of an agenda


def topics_of(
    meetings: Iterable[Meeting], tables: Mapping[int, Table], sight: Sight
) -> dict[int, str]:
    """Return by meeting the first items of its agenda, and how many there are.

    A matter that the reader does not see is counted and not named. `tables` are those
    of the meetings, by key. Two queries.
    """
    items = AgendaItem.objects.filter(meeting__in=list(meetings))
    in_order = list(items.order_by("meeting", "position", "pk"))
    wanted = {item.case_id for item in in_order if item.case_id}
    visible = Case.objects.visible_to(sight.user, sight.on).filter(pk__in=wanted)
    titles = {case.pk: title_for(case, sight) for case in visible}

    agendas: dict[int, list[str]] = defaultdict(list)
    for item in in_order:
        subject = tables[item.meeting_id].read(item, "subject")
        title = subject or titles.get(item.case_id or 0, "")
        agendas[item.meeting_id].append(title)
    return {meeting: _in_words(agenda) for meeting, agenda in agendas.items()}


def _in_words(agenda: list[str]) -> str:
    named = [title for title in agenda if title][:NAMED]
    count = len(agenda)
    if len(named) == count:
        return "、".join(named)

    total = ngettext("%(count)s item", "%(count)s items", count) % {"count": count}
    if not named:
        return total
    return _("%(named)s and others, %(total)s") % {
        "named": "、".join(named),
        "total": total,
    }
