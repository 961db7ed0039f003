"""Imports at work: workers that race, die and come back, and the page that tells how far it has come."""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from nso_contacts.imports import actions, progress, tasks
from nso_contacts.imports.models import Batch
from stakeholders.models import Organisation
from tests.at_once import at_once
from tests.markup import tight

ROWS = 4_000
WORKER = """
import django; django.setup()
from nso_contacts.imports import actions
actions.work({pk})
"""


@pytest.fixture
def checked(transactional_db, liaison):
    """A checked import of so many rows that a worker can be met in the middle of it."""
    text = "Name,Town\n" + "".join(f"Body {n},Town {n % 50}\n" for n in range(ROWS))
    batch = actions.upload(SimpleUploadedFile("file.csv", text.encode()), kind="organisations", actor=liaison)
    actions.choose(batch, mapping=batch.mapping, options={**batch.options, "rule": "name"}, actor=liaison)
    actions.work(batch.pk)
    return Batch.objects.get(pk=batch.pk)


def kill_in_the_middle(batch, phase):
    """Let a process of its own work on a batch and kill it while it writes."""
    database = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = os.environ | {
        "DATABASE_URL": database,
        "REDIS_URL": settings.REDIS_URL,
        "FILES_ROOT": str(settings.FILES_ROOT),
    }
    worker = subprocess.Popen([sys.executable, "-c", WORKER.format(pk=batch.pk)], env=environment)
    until = time.monotonic() + 60
    while progress.of(batch.pk).phase != phase or not progress.of(batch.pk).done:
        assert worker.poll() is None, "the worker came to its end before it could be killed"
        assert time.monotonic() < until
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def worked_by_the_next(batch):
    """Work as the sweep lets the next worker do: until then PostgreSQL may not have noticed that the first one died."""
    for _attempt in range(60):
        if actions.work(batch.pk):
            return
        time.sleep(0.5)
    pytest.fail("no worker gets at the batch any more")


def test_a_worker_killed_while_it_applies_or_undoes_leaves_nothing_half_done(checked, liaison):
    actions.order(checked, actor=liaison)
    kill_in_the_middle(checked, progress.WRITING)

    checked.refresh_from_db()
    assert (checked.state, Organisation.objects.count()) == ("APPLYING", 0)
    worked_by_the_next(checked)
    assert Organisation.objects.count() == ROWS

    actions.order_undo(checked, actor=liaison)
    kill_in_the_middle(checked, progress.UNDOING)
    checked.refresh_from_db()
    assert (checked.state, Organisation.objects.count()) == ("UNDOING", ROWS)
    worked_by_the_next(checked)
    checked.refresh_from_db()
    assert (checked.state, checked.undone["removed"], Organisation.objects.count()) == ("UNDONE", ROWS, 0)


def test_two_people_and_two_workers_make_one_outcome(checked, liaison, manager):
    at_once(*(lambda user=user: actions.order(checked, actor=user) for user in (liaison, manager)))
    done = at_once(*(lambda: actions.work(checked.pk) for _ in range(3)))

    assert sorted(done) == [False, False, True]
    assert Organisation.objects.count() == ROWS
    at_once(*(lambda user=user: actions.order_undo(checked, actor=user) for user in (liaison, manager)))
    done = at_once(*(lambda: actions.work(checked.pk) for _ in range(3)))
    assert sorted(done) == [False, False, True]
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("state", ["MAPPED", "CHECKING", "APPLYING", "UNDOING"])
def test_the_sweep_rings_for_what_no_worker_holds(office, state, monkeypatch):
    file = SimpleUploadedFile("file.csv", b"Name\nBody\n")
    batch = actions.upload(file, kind="organisations", actor=None)
    applied = batch.created_at if state == "UNDOING" else None
    Batch.objects.filter(pk=batch.pk).update(state=state, applied_at=applied)
    rung = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda args, **_options: rung.append(args))
    tasks.sweep()

    assert rung == [(batch.pk,)]


@pytest.mark.parametrize(("state", "after"), [("APPLYING", "FAILED"), ("UNDOING", "APPLIED")])
def test_what_fails_three_times_is_given_up_and_says_so(office, signed_in, liaison, state, after):
    batch = actions.upload(SimpleUploadedFile("f.csv", b"Name\nBody\n"), kind="organisations", actor=liaison)
    actions.choose(batch, mapping=batch.mapping, options={**batch.options, "rule": "name"}, actor=liaison)
    actions.work(batch.pk)
    applied = batch.created_at if state == "UNDOING" else None
    Batch.objects.filter(pk=batch.pk).update(state=state, applied_at=applied, attempts=actions.MOST_ATTEMPTS)

    assert actions.work(batch.pk) is False
    batch.refresh_from_db()
    assert batch.state == after
    page = signed_in(liaison).get(batch.get_absolute_url()).content.decode()
    assert "It was begun three times and never came to its end." in page


def test_progress_is_told_with_and_without_scripts_and_found_in_the_list(office, signed_in, liaison):
    client = signed_in(liaison)
    batch = actions.upload(SimpleUploadedFile("f.csv", b"Name\nBody\n"), kind="organisations", actor=liaison)
    actions.choose(batch, mapping=batch.mapping, options={**batch.options, "rule": "name"}, actor=liaison)
    told = progress.Teller(batch.pk)
    told(progress.READING, 1_500, 6_000)

    page = tight(client.get(batch.get_absolute_url()))
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "Checking 1\u202f500 of 6\u202f000 rows" in page
    assert "25%" in page
    bar = client.get(batch.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "progress"})
    assert bar.content.decode().lstrip().startswith("<section")
    assert "Waiting to be checked" in client.get("/imports/").content.decode()
    actions.work(batch.pk)
    bar = client.get(batch.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "progress"})
    assert bar.headers["HX-Refresh"] == "true"
