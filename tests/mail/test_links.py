"""Personal links: they answer for one record until they end, and only their hash is kept."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from nso_contacts.mail import links
from nso_contacts.mail.models import PersonalLink

pytestmark = pytest.mark.django_db


def in_days(days):
    return timezone.now() + timedelta(days=days)


def test_a_link_leads_to_its_record_and_only_for_its_kind(liaison):
    token = links.make("invitation", liaison, in_days(3))

    assert links.resolve("invitation", token).record == liaison
    with pytest.raises(Http404):
        links.resolve("survey", token)
    with pytest.raises(Http404):
        links.resolve("invitation", token + "x")


def test_a_token_has_128_bits_and_only_its_hash_is_stored(liaison):
    token = links.make("invitation", liaison, in_days(3))

    stored = PersonalLink.objects.get()
    assert len(token) == 22
    assert stored.sha256 == links.digest(token) != token


def test_earlier_links_answer_until_they_are_ended(liaison):
    earlier, later = (links.make("invitation", liaison, in_days(3)) for _ in range(2))
    assert links.resolve("invitation", earlier).record == liaison

    assert links.end("invitation", liaison) == 2
    newest = links.make("invitation", liaison, in_days(3))

    for token in (earlier, later):
        with pytest.raises(links.LinkExpired):
            links.resolve("invitation", token)
    assert links.resolve("invitation", newest).record == liaison
    assert PersonalLink.objects.live().count() == 1


def test_a_link_expires(liaison):
    token = links.make("invitation", liaison, in_days(3))

    with time_machine.travel(in_days(4), tick=False), pytest.raises(links.LinkExpired) as expired:
        links.resolve("invitation", token)

    assert expired.value.link.record == liaison


def test_a_link_to_a_record_that_is_gone_is_unknown(make_user):
    user = make_user()
    token = links.make("invitation", user, in_days(3))
    user.delete()

    with pytest.raises(Http404):
        links.resolve("invitation", token)


def test_the_database_takes_hashes_only(liaison):
    links.make("invitation", liaison, in_days(3))

    with pytest.raises(IntegrityError, match="personal_link_is_a_hash"), transaction.atomic():
        PersonalLink.objects.update(sha256="n4Tq8vXk2mLc7RwZp9HsJd")
