"""What is stored of a file has its digest; of files from before it is noted by a job."""

from django.db import migrations, models


def digest_of(model, name):
    return migrations.AddField(
        model_name=model,
        name=name,
        field=models.CharField(blank=True, default="", max_length=64),
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0037_fold_names_said_in_two")]

    operations = [
        digest_of("attachment", "file_sha256"),
        digest_of("attachment", "thumbnail_sha256"),
        digest_of("signedsheet", "file_sha256"),
        digest_of("signedsheet", "thumbnail_sha256"),
    ]
