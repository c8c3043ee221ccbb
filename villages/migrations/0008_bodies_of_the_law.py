"""The bodies and kinds of meeting that the law tells apart."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("villages", "0007_names_of_officers_on_the_speakers_page"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="seat",
            name="seat_is_where_its_body_meets",
        ),
        migrations.AlterField(
            model_name="procedure",
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
        migrations.AlterField(
            model_name="seat",
            name="body",
            field=models.CharField(
                choices=[
                    ("minshi_committee", "speak-plainly committee"),
                    ("two_committees", "the village's two committees"),
                    ("representatives", "villagers' representatives"),
                    ("party_members", "party members of the village"),
                    ("branch_committee", "committee of the party branch"),
                    ("member_delegates", "representatives of the collective's members"),
                    ("oversight", "oversight committee"),
                    ("town_committee", "town party committee"),
                    ("county_board", "those who confer at the county"),
                ],
                max_length=20,
                verbose_name="body",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "body__in",
                            (
                                "minshi_committee",
                                "two_committees",
                                "representatives",
                                "party_members",
                                "branch_committee",
                                "member_delegates",
                                "oversight",
                            ),
                        ),
                        ("county_code", ""),
                        ("town", None),
                        ("village__isnull", False),
                    ),
                    models.Q(
                        ("body", "town_committee"),
                        ("county_code", ""),
                        ("town__isnull", False),
                        ("village", None),
                    ),
                    models.Q(
                        ("body", "county_board"),
                        ("county_code__regex", "^\\d{6}$"),
                        ("town", None),
                        ("village", None),
                    ),
                    _connector="OR",
                ),
                name="seat_is_where_its_body_meets",
            ),
        ),
    ]
