"""The demonstration office: the statistics office of the Republic of Marenda, a country that does not exist.

Dates count from the day it is loaded and the random numbers from a fixed seed, so that two offices loaded on one day
are equal. It tells a story: labour statistics are loved and agriculture is ignored; the workshops satisfy less from
quarter to quarter; one ministry has stopped answering. Nothing in it is ever sent.
"""

from django.db import connection

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.office.models import Office
from stakeholders.models import Organisation, Person

from . import contacts, directory, meetings, needs, notices, office, outbox, requests, surveys, workshops
from .story import Story

REASON = "Demonstration"


class NotEmpty(Exception):
    """The database holds another office."""


@action
def load(*, actor: User | None, reason: str = REASON) -> bool:
    """Load the demonstration office; False if it is here already. Raises NotEmpty where another office is."""
    found = Office.objects.defer("logo").first()
    if found is not None and found.is_demonstration:
        return False
    if found is not None or any(model.objects.exists() for model in (User, Organisation, Person)):
        raise NotEmpty("This database holds an office already. The demonstration needs a new, empty database.")
    office.load_office()
    story = Story()
    for chapter in (office, directory, workshops, meetings, surveys, requests, contacts, needs, outbox, notices):
        chapter.load(story)
    contacts.count_due_dates(story)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return True
