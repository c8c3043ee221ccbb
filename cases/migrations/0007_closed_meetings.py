"""A closed meeting is immutable, and corrections of its minutes are append-only; so is a recorded step."""

from django.db import migrations

from minshi.history import AppendOnly, Frozen, FrozenRows

OF_MEETING = "EXISTS (SELECT 1 FROM cases_meeting m WHERE m.id = {row}.meeting_id AND m.closed_at IS NOT NULL)"
OF_ITEM = (
    "EXISTS (SELECT 1 FROM cases_agendaitem i JOIN cases_meeting m ON m.id = i.meeting_id"
    " WHERE i.id = {row}.item_id AND m.closed_at IS NOT NULL)"
)
FROZEN = (
    Frozen("cases_meeting", "{row}.closed_at IS NOT NULL", ("UPDATE", "DELETE")),
    Frozen("cases_attendee", OF_MEETING),
    Frozen("cases_agendaitem", OF_MEETING),
    Frozen("cases_stepaside", OF_ITEM),
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_meetings")]
    operations = [
        *(FrozenRows(rows) for rows in FROZEN),
        AppendOnly("cases_minutescorrection"),
        AppendOnly("cases_fourtwostep"),
    ]
