"""Beat was started twice by mistake: every tick comes twice in the same moment, and nothing happens twice."""

import threading
from collections import Counter
from datetime import timedelta
from importlib import import_module

import time_machine
from django.conf import settings as office_settings
from django.db import connection
from django.utils import timezone

from feedback.models import SurveyWave
from nso_contacts.mail.models import Message
from nso_contacts.office.models import Office
from nso_contacts.pages.models import Draft
from tests.factories import PersonFactory, UserFactory, WorkshopFactory, invited
from workshops.models import Attendance, Event

BEATS, ROUNDS = 2, 3


def task(path):
    """The function behind an entry of the timetable."""
    module, _dot, name = path.rpartition(".")
    return getattr(import_module(module), name)


def twice(run):
    """Run something in two threads at the same moment; what goes wrong in one is told."""
    start, wrong = threading.Barrier(BEATS), []

    def beat():
        start.wait()
        try:
            run()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=beat) for _ in range(BEATS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def held_workshop(*people):
    """A workshop of yesterday with these people there, whose survey is to be opened."""
    start = timezone.now() - timedelta(days=2)
    event = Event.objects.create(
        title="Labour Force Survey",
        organiser=UserFactory(),
        start=start,
        end=start + timedelta(hours=3),
        time_zone="UTC",
        room="Room 1",
        languages=["en"],
        reply_by=start.date(),
        status=Event.Status.HELD,
        invited_at=start - timedelta(days=40),
        held_at=start + timedelta(hours=3),
    )
    for person in people:
        Attendance.objects.create(
            event=event, person=person, state="PRESENT_IN_PERSON", occurred_at=start, recorded_at=timezone.now()
        )


def test_nothing_of_the_timetable_is_doubled(servers, smtp_sink):
    from nso_contacts.mail import delivery

    Office.objects.get_or_create(pk=1)
    workshop, people = WorkshopFactory(), PersonFactory.create_batch(5)
    invited(workshop, *people)
    tasks = {entry["task"]: task(entry["task"]) for entry in office_settings.CELERY_BEAT_SCHEDULE.values()}
    # What a tick would ring for, is run by hand below; a heartbeat says nothing but that beat lives.
    ticks = [run for run in tasks.values() if run.name != "nso_contacts.health.heartbeat"]
    reminder = workshop.milestones.planned().get(kind="REMINDER")

    with time_machine.travel(reminder.due_at + timedelta(minutes=5), tick=True):
        held_workshop(*people[:3])
        Draft.objects.create(
            owner=UserFactory(), form="test", values={"a": ["b"]}, kept_at=timezone.now() - timedelta(60)
        )
        for _round in range(ROUNDS):
            for run in ticks:
                twice(run)
            twice(delivery.run)

    posted = Counter(Message.objects.values_list("purpose", flat=True))
    assert posted["workshops.invitation"] == posted["workshops.reminder"] == len(people)
    assert posted["feedback.survey_invitation"] == 3
    assert SurveyWave.objects.count() == 1
    assert not Draft.objects.exists()
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}
    received = Counter(mail["Message-ID"] for mail in smtp_sink.messages)
    assert received == Counter(Message.objects.values_list("message_id", flat=True))
