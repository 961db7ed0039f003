"""Personal links: 128 random bits in the address, and only their SHA-256 in the database."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import Http404
from django.utils import timezone

from .models import Message, PersonalLink

TOKEN_BYTES = 16


class LinkExpired(Exception):
    """The link was real and does not answer any more: expired, or replaced by a newer one."""

    def __init__(self, link: PersonalLink) -> None:
        super().__init__(f"{link.kind} link of {link.record_type}/{link.record_id}")
        self.link = link


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def make(kind: str, record: models.Model, expires_at: datetime, message: Message | None = None) -> str:
    """Make a link of `kind` to `record` and return its token, which is written down nowhere.

    Earlier links go on answering until they expire, so that the one in yesterday's message works too; see `end`.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    PersonalLink.objects.create(
        kind=kind,
        record_type=ContentType.objects.get_for_model(record),
        record_id=record.pk,
        sha256=digest(token),
        expires_at=expires_at,
        message=message,
    )
    return token


def resolve(kind: str, token: str) -> PersonalLink:
    """Return the link a token stands for. Http404 if there is none of this kind, LinkExpired if it has ended."""
    link = PersonalLink.objects.select_related("record_type").filter(kind=kind, sha256=digest(token)).first()
    if link is None or link.record is None:
        raise Http404("No such link.")
    if link.ended_at is not None or link.expires_at <= timezone.now():
        raise LinkExpired(link)
    return link


def end(kind: str, record: models.Model) -> int:
    """End every link of `kind` to `record`: the recipient asked for a new one, or nothing is to be answered."""
    return PersonalLink.objects.to_record(kind, record).filter(ended_at=None).update(ended_at=timezone.now())


def end_earlier(message: Message, kinds: Iterable[str]) -> int:
    """End the links of `kinds` that a delivered message replaces: those to its records that are older than its own."""
    ended = 0
    for link in PersonalLink.objects.filter(message=message, kind__in=kinds):
        older = PersonalLink.objects.filter(
            kind=link.kind, record_type=link.record_type_id, record_id=link.record_id, pk__lt=link.pk, ended_at=None
        )
        ended += older.update(ended_at=timezone.now())
    return ended
