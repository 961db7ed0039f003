"""The messages of the last year: five for an invitation, three for a survey, two for a request. Nothing waits."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import models

from nso_contacts.mail import purposes
from nso_contacts.mail.models import Message
from stakeholders.models import Person
from workshops.models import Invitation

from ..actions import survey
from ..models import DataRequest, FrameMember
from .country import Country
from .sheet import Sheet
from .tables import unindexed

BOUNCES, FAILS = 97, 4_999  # one message of so many
INVITED = ("invitation", "reminder", "confirmation", "joining_link", "outcomes")
COLUMNS = (
    "purpose",
    "message_class",
    "priority",
    "subject_type_id",
    "subject_id",
    "recipient_type_id",
    "recipient_id",
    "recipient_key",
    "version",
    "recipient_name",
    "address",
    "about",
    "about_url",
    "language",
    "state",
    "reason",
    "not_before",
    "when_at",
    "created_at",
    "sent_at",
    "looked_at",
    "attempts",
    "message_id",
    "subject_line",
    "text",
)


class Letter(NamedTuple):
    """One message: its purpose, the record it is about, to whom and when."""

    purpose: str
    kind: type[models.Model]
    subject: int
    person: int
    day: date
    words: str
    url: str
    version: int = 1


def load(country: Country) -> None:
    """As many as the size names, of the three kinds of causes in turn until one year is full."""
    person_type = ContentType.objects.get_for_model(Person).pk
    with unindexed(Message), Sheet(Message, *COLUMNS) as sheet:
        for letter in islice(letters(country), country.size.messages):
            purpose = purposes.required(letter.purpose)
            number = sheet.key
            bounced, failed = number % BOUNCES == 0, number % FAILS == 0
            moment = country.at_hour(min(letter.day, country.last), 9 + number % 8, number % 60)
            person = letter.person
            sheet.write(
                letter.purpose,
                purpose.message_class.value,
                purpose.priority,
                ContentType.objects.get_for_model(letter.kind).pk,
                letter.subject,
                person_type,
                person,
                f"stakeholders.person/{person}",
                letter.version,
                country.called[person],
                country.address[person],
                letter.words,
                letter.url,
                country.in_language(person),
                "failed" if failed else "bounced" if bounced else "sent",
                "Mailbox unknown" if bounced or failed else "",
                moment,
                moment,
                moment,
                None if failed else moment,
                None if number % 2 else moment,
                1,
                f"<scale-{number}@nso.example>",
                f"{purpose.title}: {letter.words}",
                "Dear colleague, …",
            )


def letters(country: Country) -> Iterator[Letter]:
    """What was sent in the last year because of invitations, surveys and requests."""
    for row, person, day in country.invited:
        words = f"Workshop, invitation {row}"
        for place, key in enumerate(INVITED):
            yield Letter(f"workshops.{key}", Invitation, row, person, day + timedelta(days=11 * place), words, "")
    for row, person, day in country.asked:
        yield Letter(survey.INVITATION, FrameMember, row, person, day, "Survey", "")
        yield Letter(survey.REMINDER, FrameMember, row, person, day + timedelta(days=6), "Survey", "")
        yield Letter(survey.REMINDER, FrameMember, row, person, day + timedelta(days=10), "Survey", "", 2)
    for row, person, day in country.requests:
        if (country.last - day).days < 365:
            url = f"/requests/{row}/"
            yield Letter("feedback.request_received", DataRequest, row, person, day, "Data request", url)
            yield Letter("feedback.request_answered", DataRequest, row, person, day, "Data request", url)
            yield Letter("feedback.request_closed", DataRequest, row, person, day, "Data request", url)
