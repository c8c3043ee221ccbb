"""The mark of words at a table whose writer may not know who spoke.

What was written before has none and is blanked as it was. Meetings and steps are made
anew on SQLite: frozen and append-only again.
"""

from django.db import migrations, models

from minshi.history import AppendOnly, Frozen, FrozenRows, ThawedRows

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
APPEND_ONLY = (
    "cases_fourtwostep",
    "cases_stepcorrection",
    "cases_minutescorrection",
)
MARKED = (
    "agendaitem",
    "fourtwoprocess",
    "fourtwostep",
    "meeting",
    "minutescorrection",
    "stepaside",
    "stepcorrection",
)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0019_afterwords"),
    ]

    operations = [
        *(ThawedRows(rows) for rows in FROZEN),
        *(
            migrations.AddField(
                model_name=name,
                name="unknowing",
                field=models.JSONField(blank=True, default=list, editable=False),
            )
            for name in MARKED
        ),
        *(AppendOnly(table) for table in APPEND_ONLY),
        *(FrozenRows(rows) for rows in FROZEN),
    ]
