"""The follow-up survey every office starts with."""

from django.db import migrations

from feedback.follow_up_survey import seed


def write(apps, schema_editor):
    seed(apps=apps)


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_initial")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
