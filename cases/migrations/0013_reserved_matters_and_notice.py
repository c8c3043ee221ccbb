"""What the law reserves to the people of a village, the notice of assemblies, and the
kinds of meeting that the law tells apart.

Meetings and steps are made anew on SQLite: frozen and append-only again.
"""

import django.db.models.deletion
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


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_fold_numbers_and_quotes"),
    ]

    operations = [
        *(ThawedRows(rows) for rows in FROZEN),
        migrations.AddField(
            model_name="case",
            name="reserved",
            field=models.CharField(
                blank=True,
                choices=[
                    ("village_plan", "planning and building of the village"),
                    ("allowances", "who is paid for lost work, and how much"),
                    ("collective_income", "use of the collective's income"),
                    ("public_works", "public works: funds, labour, contracting"),
                    ("help", "who is helped first, and how"),
                    (
                        "collective_itself",
                        "the collective's charter, membership or merger",
                    ),
                    (
                        "collective_plans",
                        "the collective's plans, budgets and distribution",
                    ),
                    ("land_contracts", "contracting of land"),
                    ("homesteads", "use of homesteads"),
                    ("construction_land", "the collective's commercial building land"),
                    ("land_compensation", "compensation for requisitioned land"),
                    ("collective_projects", "projects of the collective economy"),
                    (
                        "collective_property",
                        "lending, letting or disposing of collective property",
                    ),
                    ("other", "what else the villagers reserve to themselves"),
                ],
                max_length=20,
                verbose_name="reserved to the people of the village",
            ),
        ),
        migrations.AddField(
            model_name="fourtwostep",
            name="called_on",
            field=models.DateField(blank=True, null=True, verbose_name="announced on"),
        ),
        migrations.AddField(
            model_name="fourtwostep",
            name="short_notice",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="why announced so late"
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="short_notice",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="why announced so late"
            ),
        ),
        migrations.AddField(
            model_name="topic",
            name="reserved",
            field=models.CharField(
                blank=True,
                choices=[
                    ("village_plan", "planning and building of the village"),
                    ("allowances", "who is paid for lost work, and how much"),
                    ("collective_income", "use of the collective's income"),
                    ("public_works", "public works: funds, labour, contracting"),
                    ("help", "who is helped first, and how"),
                    (
                        "collective_itself",
                        "the collective's charter, membership or merger",
                    ),
                    (
                        "collective_plans",
                        "the collective's plans, budgets and distribution",
                    ),
                    ("land_contracts", "contracting of land"),
                    ("homesteads", "use of homesteads"),
                    ("construction_land", "the collective's commercial building land"),
                    ("land_compensation", "compensation for requisitioned land"),
                    ("collective_projects", "projects of the collective economy"),
                    (
                        "collective_property",
                        "lending, letting or disposing of collective property",
                    ),
                    ("other", "what else the villagers reserve to themselves"),
                ],
                help_text="A matter of this topic is marked so from the start.",
                max_length=20,
                verbose_name="reserved to the people of the village",
            ),
        ),
        migrations.AlterField(
            model_name="fourtwoprocess",
            name="matter",
            field=models.CharField(
                choices=[
                    ("village_plan", "planning and building of the village"),
                    ("allowances", "who is paid for lost work, and how much"),
                    ("collective_income", "use of the collective's income"),
                    ("public_works", "public works: funds, labour, contracting"),
                    ("help", "who is helped first, and how"),
                    (
                        "collective_itself",
                        "the collective's charter, membership or merger",
                    ),
                    (
                        "collective_plans",
                        "the collective's plans, budgets and distribution",
                    ),
                    ("land_contracts", "contracting of land"),
                    ("homesteads", "use of homesteads"),
                    ("construction_land", "the collective's commercial building land"),
                    ("land_compensation", "compensation for requisitioned land"),
                    ("collective_projects", "projects of the collective economy"),
                    (
                        "collective_property",
                        "lending, letting or disposing of collective property",
                    ),
                    ("other", "what else the villagers reserve to themselves"),
                ],
                max_length=20,
                verbose_name="kind of matter",
            ),
        ),
        migrations.AlterField(
            model_name="fourtwostep",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("minshi_committee", "speak-plainly committee"),
                    ("talk_day", "talk day"),
                    ("two_committees", "the two committees"),
                    ("mass_congress", "villagers' congress"),
                    ("representatives", "villagers' representatives"),
                    ("assembly", "assembly of the villagers"),
                    ("households", "assembly of the villagers, one of each household"),
                    ("group_meeting", "meeting of a villagers' group"),
                    ("members_assembly", "assembly of the collective's members"),
                    ("member_delegates", "representatives of the collective's members"),
                    ("branch_committee", "committee of the party branch"),
                    ("party_assembly", "assembly of the party members"),
                    ("party_mass_day", "day of party and people"),
                    ("themed_party_day", "themed party day"),
                    ("three_meetings", "three meetings, one lesson"),
                    ("consultation", "CPPCC consultation"),
                    ("town_committee", "town party committee meeting"),
                    ("county_board", "county's meeting on a matter"),
                ],
                max_length=20,
                verbose_name="form of the meeting",
            ),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="kind",
            field=models.CharField(
                choices=[
                    ("minshi_committee", "speak-plainly committee"),
                    ("talk_day", "talk day"),
                    ("two_committees", "the two committees"),
                    ("mass_congress", "villagers' congress"),
                    ("representatives", "villagers' representatives"),
                    ("assembly", "assembly of the villagers"),
                    ("households", "assembly of the villagers, one of each household"),
                    ("group_meeting", "meeting of a villagers' group"),
                    ("members_assembly", "assembly of the collective's members"),
                    ("member_delegates", "representatives of the collective's members"),
                    ("branch_committee", "committee of the party branch"),
                    ("party_assembly", "assembly of the party members"),
                    ("party_mass_day", "day of party and people"),
                    ("themed_party_day", "themed party day"),
                    ("three_meetings", "three meetings, one lesson"),
                    ("consultation", "CPPCC consultation"),
                    ("town_committee", "town party committee meeting"),
                    ("county_board", "county's meeting on a matter"),
                ],
                max_length=20,
                verbose_name="kind of meeting",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="group",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="meetings",
                to="villages.group",
                verbose_name="villagers' group",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("group__isnull", False), ("kind", "group_meeting"))
                | models.Q(
                    models.Q(("kind", "group_meeting"), _negated=True), ("group", None)
                ),
                name="meeting_of_a_group_names_it",
            ),
        ),
        AppendOnly("cases_fourtwostep"),
        *(FrozenRows(rows) for rows in FROZEN),
    ]
