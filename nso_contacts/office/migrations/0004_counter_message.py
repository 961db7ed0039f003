from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0003_date_style"),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name="officecounter",
            name="office_counter_unique",
            constraint=models.UniqueConstraint(
                models.F("kind"),
                models.F("year"),
                name="office_counter_unique",
                violation_error_message="There is one counter of a kind and a year.",
            ),
        ),
    ]
