"""One run: two web servers over the same rows, and everything that is measured."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.test import Client

from feedback.scale.size import SIZES
from nso_contacts.accounts.models import User
from stakeholders.models import Person

from . import pages
from .figures import Row
from .operations import operations
from .servers import serving
from .traces import no_trace
from .visitors import SLICES

WHO = "liaison@nso.example"


def everything(state: Path, *, seconds: float, only: Sequence[str] = (), slices: int = SLICES) -> Iterator[Row]:
    """Measure every operation whose name holds one of the words in `only`; all without any."""
    user = User.objects.get(email=WHO)

    def wanted(name: str) -> bool:
        return not only or any(word in name for word in only)

    with (
        no_trace(),
        serving("nso_contacts.settings", os.environ, "/login/", state / "bench-ours.log") as ours,
        serving("benchmarks.settings", os.environ, "/admin/login/", state / "bench-baseline.log") as baseline,
    ):
        cookie = signed_in(user)
        for operation in operations():
            if wanted(operation.name):
                yield pages.measure(operation, ours, baseline, user, cookie=cookie, seconds=seconds, slices=slices)
        if wanted("workers"):
            yield pages.processes(ours, baseline)


def signed_in(user: User) -> str:
    """The cookie of somebody who is signed in; both servers keep their sessions in the same table."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def size() -> str:
    """Which of the three offices this is."""
    people = Person.objects.count()
    return min(SIZES, key=lambda name: abs(SIZES[name].people - people))
