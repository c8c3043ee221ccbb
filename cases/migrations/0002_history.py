"""Events, recorded steps and corrections are append-only; a closed meeting is final."""

from django.db import migrations

from minshi.history import AppendOnly, Frozen, FrozenRows

OF_MEETING = (
    "EXISTS (SELECT 1 FROM cases_meeting m"
    " WHERE m.id = {row}.meeting_id AND m.closed_at IS NOT NULL)"
)
OF_ITEM = (
    "EXISTS (SELECT 1 FROM cases_agendaitem i"
    " JOIN cases_meeting m ON m.id = i.meeting_id"
    " WHERE i.id = {row}.item_id AND m.closed_at IS NOT NULL)"
)
FROZEN = (
    Frozen("cases_meeting", "{row}.closed_at IS NOT NULL", ("UPDATE", "DELETE")),
    Frozen("cases_attendee", OF_MEETING),
    Frozen("cases_agendaitem", OF_MEETING),
    Frozen("cases_stepaside", OF_ITEM),
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        AppendOnly("cases_event"),
        AppendOnly("cases_fourtwostep"),
        AppendOnly("cases_stepcorrection"),
        AppendOnly("cases_minutescorrection"),
        *(FrozenRows(rows) for rows in FROZEN),
    ]
