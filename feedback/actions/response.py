"""Responses: written, published for everybody, taken back."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.office.models import Office

from ..models import DataNeed, PublishedResponse


@action
def write(response: PublishedResponse, *, actor: User, needs: Iterable[DataNeed] = ()) -> PublishedResponse:
    """Save a response; a new one is the actor's. What is published stays written in all languages of the office."""
    if response._state.adding:
        response.author = actor
    if response.published_at:
        _refuse_while_a_language_is_missing(response)
    response.save()
    response.needs.set(needs)
    return response


@action
def publish(response: PublishedResponse, *, actor: User) -> PublishedResponse:
    """Show a response to everybody. Refused while a language of the office is missing. Twice changes nothing."""
    response = PublishedResponse.objects.select_for_update(of=("self",)).get(pk=response.pk)
    if response.published_at:
        return response
    _refuse_while_a_language_is_missing(response)
    response.published_at = timezone.now()
    response.published_by = actor
    response.save()
    return response


@action
def unpublish(response: PublishedResponse, *, actor: User, reason: str = "") -> PublishedResponse:
    """Take a response back from the public page; it stays as a draft."""
    response = PublishedResponse.objects.select_for_update(of=("self",)).get(pk=response.pk)
    response.published_at = None
    response.published_by = None
    response.save()
    return response


def missing_languages(response: PublishedResponse) -> list[str]:
    """The languages of the office in which a text is missing."""
    texts = (response.title, response.said, response.did)
    return [
        language
        for language in Office.objects.current().languages
        if any(not (text.data.get(language) if isinstance(text.data, dict) else text.data) for text in texts)
    ]


def _refuse_while_a_language_is_missing(response: PublishedResponse) -> None:
    if missing := missing_languages(response):
        raise ValidationError(
            _("These languages of the office are missing: %(languages)s."), params={"languages": ", ".join(missing)}
        )
