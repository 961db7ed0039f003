from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Built while people work: the table of messages is one of the largest."""

    atomic = False

    dependencies = [
        ("mail", "0001_initial"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(
                    ("state", "uncertain"),
                    models.Q(models.Q(("state", "bounced"), models.Q(("due_at", None), ("state", "failed")), _connector="OR"), ("looked_at", None)),
                    _connector="OR",
                ),
                fields=["id"],
                name="message_needs_a_look",
            ),
        ),
    ]
