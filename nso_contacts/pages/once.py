"""A form that is sent twice is one change: a double press, a page sent again, a second try on a bad line.

Each form carries a key. The first time it comes, a row that is unique for what was sent joins the transaction of the
change, with the address it led to; when the same comes again it leads there and nothing else happens. So the two stand
or fall together, whatever process dies when. Something else sent with an old key, by somebody who went back in the
browser, is a change of its own.
"""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from .models import SentForm

FIELD = "form_key"
HOURS_KEPT = 24


@dataclass
class Sending:
    """Where a form led; empty while it has not been accepted."""

    target: str = ""


def key_of(request: HttpRequest) -> str:
    """Return the key of the form that is shown: the one it was sent with, else a new one."""
    sent = request.POST.get(FIELD, "") if request.method == "POST" else ""
    try:
        return str(uuid.UUID(sent))
    except ValueError:
        return str(uuid.uuid4())


@contextmanager
def sent(request: HttpRequest) -> Iterator[Sending]:
    """Run the block as one transaction in which the same form is not accepted by anybody else; fill in its `target`."""
    if FIELD not in request.POST:
        yield Sending()
        return
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        # A second press waits here until the first is through, and is the first itself if that one failed.
        SentForm.objects.bulk_create([SentForm(fingerprint=fingerprint)], ignore_conflicts=True)
        row = SentForm.objects.select_for_update().get(fingerprint=fingerprint)
        sending = Sending(row.target)
        yield sending
        if not row.target:
            row.target = sending.target[: SentForm.LONGEST]
            row.save(update_fields=["target"])


def delete_old() -> int:
    """Forget forms that nobody will send again; return how many."""
    return SentForm.objects.filter(sent_at__lt=timezone.now() - timedelta(hours=HOURS_KEPT)).delete()[0]


def _fingerprint(request: HttpRequest) -> str:
    """What was sent, where, and by whom."""
    who = getattr(getattr(request, "user", None), "pk", None)
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = [
        (name, [(file.name, file.size) for file in sent]) for name, sent in sorted(dict(request.FILES.lists()).items())
    ]
    return hashlib.sha256(repr((who, request.get_full_path(), fields, files)).encode()).hexdigest()
