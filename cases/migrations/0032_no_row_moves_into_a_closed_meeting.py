"""Rows of an open meeting cannot be moved into a closed one: its locks are made anew."""

from django.db import migrations

from minshi.history import Frozen, FrozenRows, ThawedRows

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
    Frozen("cases_attendee", OF_MEETING),
    Frozen("cases_agendaitem", OF_MEETING),
    Frozen("cases_stepaside", OF_ITEM),
)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0031_names_that_stay_hidden"),
    ]

    operations = [
        *(ThawedRows(rows) for rows in FROZEN),
        *(FrozenRows(rows) for rows in FROZEN),
    ]
