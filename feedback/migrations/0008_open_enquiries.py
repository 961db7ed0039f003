from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Built while people work."""

    atomic = False

    dependencies = [
        ("feedback", "0007_closed_needs_say_closed"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="enquiry",
            index=models.Index(condition=models.Q(("closed_at", None)), fields=["id"], name="enquiry_open"),
        ),
    ]
