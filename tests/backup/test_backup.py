"""Saving the office, losing it, and having it back: everything is there, and no old letter goes out again."""

import io
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.conf import settings as office_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from nso_contacts.accounts import mails
from nso_contacts.backup import archive
from nso_contacts.files import storage
from nso_contacts.mail import outbox, purposes
from nso_contacts.mail.models import Message
from nso_contacts.mail.purposes import MessageClass, Purpose
from tests.factories import OrganisationFactory, PersonFactory
from tests.mail import fault_app

# What a restore changes by itself: mail is held, and waiting messages are in doubt.
CHANGED = {"mail_message", "office_office", "office_officeevent", "pghistory_context"}
LETTER = fault_app.PURPOSE
LETTER_ON_FILE = b"A letter about the census.\n"

# What worker and beat do while mail is held, then after a person lets it go, with one new letter as the proof.
AT_WORK = """
from tests.mail import fault_app
from nso_contacts.accounts.models import User
from nso_contacts.mail import actions, delivery, outbox
from nso_contacts.mail.models import LEASE
from django.utils import timezone

def work():
    delivery.settle_expired(timezone.now() + LEASE * 2)
    delivery.run()

work()
outbox.post(fault_app.PURPOSE, subject=User.objects.first(), address="after@labour.example")
work()
print("while held:", outbox.Message.objects.get(address="after@labour.example").state)
actions.release(cancel=False, actor=None)
work()
"""

# Lets a restore fail half-way, after everything was dropped.
NO_MORE_TABLES = """
CREATE SCHEMA beside;
CREATE FUNCTION beside.refuse() RETURNS event_trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'no more tables'; END $$;
CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION beside.refuse()
"""


def url_of(name):
    return urlsplit(office_settings.DATABASE_URL)._replace(path=f"/{name}").geturl()


def digests(name):
    """The content of every table of a database, as one digest each."""
    with psycopg2.connect(url_of(name)) as other, other.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} AS t")
            found[table] = cursor.fetchone()[0]
    other.close()
    return found


def states(name):
    with psycopg2.connect(url_of(name)) as other, other.cursor() as cursor:
        cursor.execute("SELECT address, state FROM mail_message")
        found = dict(cursor.fetchall())
    other.close()
    return found


@pytest.fixture
def manage(smtp_sink, settings, tmp_path):
    """Run a management command in a process of its own, against a database by name: (exit code, what it said)."""

    def run(name, *arguments, files=None):
        environment = os.environ | {
            "DATABASE_URL": url_of(name),
            "FILES_ROOT": str(files or settings.FILES_ROOT),
            "NSO_STATE_DIR": str(tmp_path),
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_sink.port}",
        }
        command = [sys.executable, "manage.py", *(str(argument) for argument in arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.fixture
def said(settings, tmp_path):
    """Run a management command in this process: what it said, or why it refused."""
    settings.STATE_DIR = tmp_path

    def run(*arguments):
        told = io.StringIO()
        try:
            call_command(*(str(argument) for argument in arguments), stdout=told)
        except CommandError as refusal:
            return f"{told.getvalue()}{refusal}"
        return told.getvalue()

    return run


@pytest.fixture
def another_database():
    """An empty database beside the one of the tests."""
    name = f"{connection.settings_dict['NAME']}_other"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def busy_office(office, liaison, monkeypatch):
    """An office with records, an attached file and messages in every state that waits. Returns the file."""
    monkeypatch.setattr(purposes, "_purposes", dict(purposes._purposes))
    purposes.register(Purpose(LETTER, title="Letter", message_class=MessageClass.INVITATION, template="tests/letter"))
    PersonFactory(name="Zoë وزارة", organisation=OrganisationFactory(name="Ministry of Labour"))
    stored = storage.store(SimpleUploadedFile("letter.txt", LETTER_ON_FILE), liaison)
    for state in ("queued", "later", "sending", "failed", "given-up", "held", "sent"):
        outbox.post(LETTER, subject=liaison, address=f"{state}@labour.example", held=state == "held")
    outbox.post(mails.PASSWORD_RESET, subject=liaison, address="security@labour.example")
    moment = timezone.now()
    for state, changes in {
        "later": {"due_at": moment + timedelta(days=3)},
        "sending": {"state": "sending", "lease_until": moment + timedelta(minutes=5)},
        "failed": {"state": "failed"},
        "given-up": {"state": "failed", "due_at": None},
        "sent": {"state": "sent", "due_at": None, "sent_at": moment},
    }.items():
        Message.objects.filter(address=f"{state}@labour.example").update(**changes)
    return stored


@pytest.mark.django_db(transaction=True)
def test_an_office_that_is_lost_comes_back_whole_and_sends_nothing_again(
    busy_office, another_database, manage, said, smtp_sink, tmp_path
):
    here, backups, elsewhere = connection.settings_dict["NAME"], tmp_path / "saved", tmp_path / "restored-files"

    said("backup", "--to", backups)
    (folder,) = archive.finished(backups)
    before = digests(here)
    # The other database has an office already, which is lost on purpose, with all that belongs to it.
    with psycopg2.connect(url_of(another_database)) as other, other.cursor() as cursor:
        cursor.execute("CREATE TABLE office_office (id int, name text); CREATE TABLE left_over (id int)")
    other.close()
    code, told = manage(another_database, "restore", folder, "--replace", files=elsewhere)

    assert code == 0, told
    after = digests(another_database)
    assert before.keys() == after.keys()
    assert {table for table in before if before[table] != after[table]} == CHANGED
    content = elsewhere / busy_office.sha256[:2] / busy_office.sha256
    assert content.read_bytes() == LETTER_ON_FILE
    assert "4 messages that waited then may have gone out since" in told
    assert states(another_database) == {
        "queued@labour.example": "uncertain",
        "later@labour.example": "uncertain",
        "sending@labour.example": "uncertain",
        "failed@labour.example": "uncertain",
        "given-up@labour.example": "failed",
        "held@labour.example": "held",
        "sent@labour.example": "sent",
        "security@labour.example": "dropped",
    }

    # A worker that starts now sends nothing, and when a person lets mail go nothing old goes either.
    code, told = manage(another_database, "shell", "-c", AT_WORK)
    assert (code, "while held: queued" in told) == (0, True), told
    assert [letter.envelope_to for letter in smtp_sink.messages] == [["after@labour.example"]]


@pytest.mark.django_db(transaction=True)
def test_what_is_no_whole_backup_of_this_version_touches_nothing(busy_office, said, tmp_path):
    here, backups = connection.settings_dict["NAME"], tmp_path / "saved"
    said("backup", "--to", backups)
    (folder,) = archive.finished(backups)
    before = digests(here)
    stamp = (folder / archive.STAMP).read_text()

    assert "This database holds an office, “National Statistical Office”. Say --replace" in said("restore", folder)
    newer = stamp.replace('"office.0001_initial"', '"office.0001_initial", "office.9999_later"')
    (folder / archive.STAMP).write_text(newer)
    assert "this one does not know office.9999_later" in said("restore", folder, "--replace")
    (folder / archive.STAMP).write_text(stamp)
    content = folder / "files" / busy_office.sha256[:2] / busy_office.sha256
    content.write_bytes(b"Something else.\n")
    assert f"{content} is not the file that was saved" in said("restore", folder, "--replace")
    content.unlink()
    assert "holds 0 files; 1 were saved" in said("restore", folder, "--replace")
    content.write_bytes(LETTER_ON_FILE)
    (folder / archive.DUMP).write_bytes(b"")
    assert "database.dump is not the file that was saved" in said("restore", folder, "--replace")
    (folder / archive.STAMP).unlink()
    assert "holds no finished backup" in said("restore", folder, "--replace")

    assert digests(here) == before


@pytest.mark.django_db(transaction=True)
def test_a_dump_that_does_not_load_leaves_the_database_as_it_was(busy_office, said, tmp_path):
    here, backups = connection.settings_dict["NAME"], tmp_path / "saved"
    said("backup", "--to", backups)
    (folder,) = archive.finished(backups)
    before = digests(here)
    with connection.cursor() as cursor:
        # Servers of other tests may have left a session open, and a restore refuses where somebody is at work.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        cursor.execute(NO_MORE_TABLES)

    told = said("restore", folder, "--replace")

    with connection.cursor() as cursor:
        cursor.execute("DROP EVENT TRIGGER refuse; DROP SCHEMA beside CASCADE")
    assert "The database is as it was" in told
    assert "no more tables" in told
    assert digests(here) == before


@pytest.mark.django_db(transaction=True)
def test_missing_content_is_told_and_no_older_backup_is_removed(busy_office, said, tmp_path):
    backups = tmp_path / "saved"
    older = backups / "nso-contacts-20200101T000000Z"
    older.mkdir(parents=True)
    (older / archive.STAMP).write_text("{}")
    busy_office.path.write_bytes(b"half")

    assert "1 attached files were missing or damaged" in said("backup", "--to", backups, "--keep", "1")
    assert older in archive.finished(backups)

    shutil.rmtree(archive.finished(backups)[-1])
    busy_office.path.write_bytes(LETTER_ON_FILE)
    assert f"removed {older.name}" in said("backup", "--to", backups, "--keep", "1")
    assert len(archive.finished(backups)) == 1
    assert not older.exists()
