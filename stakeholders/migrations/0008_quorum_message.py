from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stakeholders', '0007_people_in_use'),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name='committee',
            name='committee_quorum_is_a_percentage',
            constraint=models.CheckConstraint(condition=models.Q(('quorum_percent__gte', 1), ('quorum_percent__lte', 100)), name='committee_quorum_is_a_percentage', violation_error_message='Enter a quorum between 1 and 100 percent.'),
        ),
    ]
