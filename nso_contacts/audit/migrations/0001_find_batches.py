"""An index that finds the contexts of a batch; without it every history row's context would be read."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX audit_context_batch ON pghistory_context ((metadata ->> 'batch'))"
            " WHERE (metadata ->> 'batch') <> ''",
            "DROP INDEX audit_context_batch",
        ),
    ]
