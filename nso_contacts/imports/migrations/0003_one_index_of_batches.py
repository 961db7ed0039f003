"""The index of all batches in `audit` finds imports as well."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("audit", "0001_find_batches"),
        ("imports", "0002_undo"),
    ]

    operations = [
        migrations.RunSQL(
            "DROP INDEX import_history_context",
            "CREATE INDEX import_history_context ON pghistory_context ((metadata->>'batch')) "
            "WHERE metadata->>'batch' LIKE 'import:%'",
        ),
    ]
