"""An office in large numbers: the National Statistics Office of the demonstration, with a country's worth of rows.

`load` fills an empty database to one of three sizes, by COPY. Dates count from the day it is loaded and the random
numbers from a fixed seed. Some organisations and people take up most of the work, as they do in real offices; there is
no history, and nothing waits to be sent.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.apps import apps

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.office.models import Office
from stakeholders.actions import cadence
from stakeholders.models import Organisation, Person

from ..demonstration import NotEmpty, office
from . import accounts, bodies, contacts, needs, organisations, outbox, people, relations, requests, surveys, workshops
from .country import Country, Say
from .size import SIZES
from .tables import unguarded

REASON = "Load at scale"
LOADED = ("accounts", "stakeholders", "workshops", "feedback", "mail")

# People and organisations come last: their rows hold the day of the latest contact.
CHAPTERS: list[tuple[str, Callable[[Country], None]]] = [
    ("users", accounts.load),
    ("who there is", lambda country: (organisations.plan(country), people.plan(country))[0]),
    ("products", bodies.load_products),
    ("user groups", bodies.load_groups),
    ("committees", bodies.load_committees),
    ("focal points and experts", relations.load),
    ("contact log", contacts.load),
    ("workshops", workshops.load),
    ("surveys", surveys.load),
    ("requests", requests.load),
    ("needs", needs.load),
    ("messages", outbox.load),
    ("organisations", organisations.load),
    ("people", people.load),
]


@action
def load(*, size: str, actor: User | None, reason: str = REASON, say: Say = lambda line: None) -> bool:
    """Load an office of that size; False if a demonstration office is here already.

    Raises NotEmpty where another office is.
    """
    found = Office.objects.defer("logo").first()
    if found is not None and found.is_demonstration:
        return False
    if found is not None or any(model.objects.exists() for model in (User, Organisation, Person)):
        raise NotEmpty("This database holds an office already. Loading at scale needs a new, empty database.")
    office.load_office()
    country = Country(SIZES[size], say)
    accounts.load_named(country)
    tables = [model for model in apps.get_models(include_auto_created=True) if is_loaded(model)]
    with timed("constraints and triggers", say), unguarded(tables):
        for title, chapter in CHAPTERS:
            with timed(title, say):
                chapter(country)
    with timed("next contacts", say):
        differing = sum(1 for _difference in cadence.rebuild())
        say(f"  {differing} dates were not what the contacts say")
    return True


def is_loaded(model: type) -> bool:
    """Whether rows of a model are loaded; its history and what only stands for another table are not."""
    return (
        model._meta.app_label in LOADED
        and model._meta.managed
        and not model._meta.proxy
        and not hasattr(model, "pgh_tracked_model")
    )


@contextmanager
def timed(title: str, say: Say) -> Iterator[None]:
    """Say how long a part took."""
    start = time.monotonic()
    yield
    say(f"{title}: {time.monotonic() - start:.1f} s")
