from django.db import migrations

from minshi.history import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [AppendOnly("cases_event")]
