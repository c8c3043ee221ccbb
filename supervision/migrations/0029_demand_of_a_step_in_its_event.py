"""What is demanded by hand stands whole in the history of the matter, and is read from
there: a step of chasing had its first 200 characters.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("supervision", "0028_order_given_back")]

    operations = [migrations.RemoveField("chase", "reason")]
