from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Built while people work."""

    atomic = False

    dependencies = [
        ("stakeholders", "0006_bulk_changes"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="person",
            index=models.Index(
                condition=models.Q(("anonymised_at", None), ("archived_at", None), ("deceased_on", None)),
                fields=["sort_name", "id"],
                name="person_in_use",
            ),
        ),
    ]
