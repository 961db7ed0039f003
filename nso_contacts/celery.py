"""The Celery application and its timetable.

The database is the queue and Celery the doorbell: schedules are rows, beat only ticks, and nothing is ever
handed to the broker with an `eta` or a `countdown` (a Redis broker runs such a task more than once).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nso_contacts.settings")

app = Celery("nso_contacts")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
