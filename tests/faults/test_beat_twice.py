"""Beat was started twice by mistake: every tick comes twice in the same moment, and nothing happens twice."""

from collections import Counter
from datetime import timedelta
from importlib import import_module

import time_machine
from django.conf import settings as office_settings
from django.utils import timezone

from feedback.models import SurveyWave
from nso_contacts.mail.models import Message
from nso_contacts.office.models import Office
from nso_contacts.pages.models import Draft
from tests.at_once import at_once
from tests.factories import PersonFactory, UserFactory, WorkshopFactory, held_workshop, invited

BEATS, ROUNDS = 2, 3


def task(path):
    """The function behind an entry of the timetable."""
    module, _dot, name = path.rpartition(".")
    return getattr(import_module(module), name)


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
        held_workshop(*people[:3], start=timezone.now() - timedelta(days=2))
        Draft.objects.create(
            owner=UserFactory(), form="test", values={"a": ["b"]}, kept_at=timezone.now() - timedelta(60)
        )
        for _round in range(ROUNDS):
            for run in ticks:
                at_once(*[run] * BEATS)
            at_once(*[delivery.run] * BEATS)

    posted = Counter(Message.objects.values_list("purpose", flat=True))
    assert posted["workshops.invitation"] == posted["workshops.reminder"] == len(people)
    assert posted["feedback.survey_invitation"] == 3
    assert SurveyWave.objects.count() == 1
    assert not Draft.objects.exists()
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}
    received = Counter(mail["Message-ID"] for mail in smtp_sink.messages)
    assert received == Counter(Message.objects.values_list("message_id", flat=True))
