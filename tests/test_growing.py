"""Settings for an office that has grown beyond one machine (docs/operations.md)."""

import os
import subprocess
import sys

from nso_contacts.celery import app


def test_mail_and_imports_can_have_workers_of_their_own_and_one_worker_takes_all():
    app.loader.import_default_modules()
    own = [name for name in app.tasks if not name.startswith("celery.")]
    queues = {name: app.amqp.router.route({}, name)["queue"].name for name in own}

    assert {queues[name] for name in own if ".mail." in name} == {"mail"}
    assert {queues[name] for name in own if ".imports." in name} == {"imports"}
    assert {queues[name] for name in own if ".mail." not in name and ".imports." not in name} == {"celery"}
    assert set(app.amqp.queues) >= set(queues.values())  # what a worker consumes that is told nothing


def test_behind_a_pool_nothing_outlives_a_transaction():
    ask = """
from django.conf import settings
database = settings.DATABASES["default"]
print(database["CONN_MAX_AGE"], database["DISABLE_SERVER_SIDE_CURSORS"], "options" in database.get("OPTIONS", {}))
"""
    environment = os.environ | {"DATABASE_POOLED": "yes", "DJANGO_SETTINGS_MODULE": "nso_contacts.settings"}
    seen = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    assert seen.stdout.split() == ["0", "True", "False"]
