from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("villages", "0010_imports_of_lists")]

    operations = [
        migrations.AddField(
            model_name="dutyshift",
            name="leader",
            field=models.CharField(
                blank=True, default="", max_length=40, verbose_name="leader on duty"
            ),
            preserve_default=False,
        ),
    ]
