"""What the office answered “saved” to is in its database, once, whatever was killed while people were writing."""

import os
import re
import signal
import socket
import sys
import threading
import time
import uuid
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from django.conf import settings as office_settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.utils import timezone

from feedback.actions import survey
from feedback.models import Answer, DataRequest, FrameMember, Survey, SurveyWave
from nso_contacts.accounts.models import User
from nso_contacts.mail import links
from nso_contacts.office import clock
from nso_contacts.office.models import Office
from stakeholders.models import Interaction
from tests.factories import OrganisationFactory, PersonFactory

PATIENCE_SECONDS = 60


class Writer:
    """Somebody who sends forms and, when no answer comes or a bad one, sends the same again."""

    def __init__(self, address, user=None):
        self.address, self.session, self.repeated = address, requests.Session(), 0
        self.session.cookies.set("csrftoken", "c" * 32)
        if user is not None:
            client = Client()
            client.force_login(user)
            name = office_settings.SESSION_COOKIE_NAME
            self.session.cookies.set(name, client.cookies[name].value)

    def send(self, path, fields):
        """Send a form until it is accepted; return where it led."""
        sent = fields | {"csrfmiddlewaretoken": "c" * 32, "form_key": str(uuid.uuid4())}
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                answer = self.session.post(self.address + path, sent, timeout=10, allow_redirects=False)
                if answer.status_code == 302:
                    assert "/login" not in answer.headers["Location"]
                    return answer.headers["Location"]
                # 400: Django takes a database that goes away while it keeps the session for a sign-out meanwhile.
                assert answer.status_code == 400 or answer.status_code >= 500, (answer.status_code, answer.text[:500])
            except requests.RequestException:
                pass
            self.repeated += 1
            time.sleep(0.1)
        raise AssertionError(f"{path} was not accepted")


def person_with_login(email, role, organisation):
    user = User.objects.create_user(email=email, password="stakeholders", name="Amina Haddad")
    user.groups.set(Group.objects.filter(name=role))
    return user, PersonFactory(organisation=organisation, user=user)


def frame(number):
    """Open a survey for so many people; return a link for each."""
    now = timezone.now()
    wave = SurveyWave.objects.create(
        survey=Survey.objects.get(kind=Survey.Kind.WORKSHOP_FOLLOW_UP, is_default=True),
        opened_at=now,
        remind_at=now + timedelta(days=2),
        closes_at=now + timedelta(days=7),
        population=number,
    )
    members = [FrameMember.objects.create(wave=wave, person=PersonFactory(title=None)) for _ in range(number)]
    return {member.pk: links.make(survey.LINK, member, now + timedelta(days=7)) for member in members}


@pytest.fixture
def web(processes):
    """The real web server, as an office runs it; its address, and a way to kill one of its workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    processes.environment |= {"BASE_URL": f"http://{bind}", "DEBUG": "on"}  # no static files are collected here
    processes.start(
        "web",
        *("gunicorn", "nso_contacts.wsgi", "--bind", bind, "--workers", "2", "--threads", "4", "--preload"),
        *("--no-control-socket", "--log-level", "warning"),
    )
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            requests.get(f"http://{bind}/healthz/", timeout=5)
            break
        except requests.RequestException:
            time.sleep(0.1)
    return f"http://{bind}"


def strike(fault, servers, processes):
    """Restart the database every fourth time, kill a worker of the web server otherwise."""
    if fault % 4 == 1:
        servers.restart_postgres()
        return
    main = processes.running["web"].pid
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    os.kill(int(children[fault % len(children)]), signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="the children of the web server are read from /proc")
@pytest.mark.parametrize(
    ("number", "kills"), [(30, 4), pytest.param(1_000, 60, marks=pytest.mark.faults)], ids=["short", "long"]
)
def test_every_acknowledged_form_is_in_the_database_once(servers, web, processes, capsys, number, kills):
    Office.objects.get_or_create(pk=1)
    labour = OrganisationFactory()
    liaison, _person = person_with_login("liaison@nso.example", "liaison", labour)
    expert, amina = person_with_login("expert@labour.example", "expert", labour)
    tokens = frame(number)
    contact = {
        "channel": "MEETING",
        "direction": "MUTUAL",
        "occurred_at": f"{clock.now():%Y-%m-%dT%H:%M}",
        "people": [amina.pk],
    }
    request = {"purpose": "Planning", "geography": "DISTRICT", "organisation": labour.pk, "language": "en"}
    led, writers, failed = Counter(), [], []

    def write(writer, forms):
        writers.append(writer)
        try:
            for path, fields in forms:
                led[writer.send(path, fields)] += 1
        except AssertionError as error:
            failed.append(error)
        finally:
            connection.close()

    names = range(number)
    forms = {
        Writer(web, liaison): [("/interactions/new/", contact | {"subject": f"Contact {n}"}) for n in names],
        Writer(web, expert): [("/portal/requests/new/", request | {"subject": f"Request {n}"}) for n in names],
        Writer(web): [(f"/s/{token}/", {"question": "1", "answer": "4"}) for token in tokens.values()],
    }
    threads = [threading.Thread(target=write, args=item) for item in forms.items()]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    total = len(forms) * number
    for fault in range(kills):
        while led.total() < total * (fault + 1) // (kills + 2) and any(thread.is_alive() for thread in threads):
            time.sleep(0.02)
        strike(fault, servers, processes)
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    connection.close()

    with capsys.disabled():
        again = sum(writer.repeated for writer in writers)
        sys.stdout.write(f" {led.total() / seconds:.0f} forms a second, {kills} faults, {again} sent again ")
    assert failed == [], processes.logs()
    contacts = dict(Interaction.objects.values_list("pk", "subject"))
    assert sorted(contacts.values()) == sorted(f"Contact {n}" for n in names)
    asked = dict(DataRequest.objects.values_list("pk", "subject"))
    assert sorted(asked.values()) == sorted(f"Request {n}" for n in names)
    numbers = {
        kind: {int(found[1]) for path in led if (found := re.search(rf"{kind}/(\d+)/", path))}
        for kind in ("interactions", "portal/requests")
    }
    assert numbers == {"interactions": set(contacts), "portal/requests": set(asked)}
    given = Answer.objects.values_list("response__member", "question__position", "value")
    assert sorted(given) == sorted((member, 1, 4) for member in tokens)
