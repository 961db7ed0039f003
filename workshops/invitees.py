"""Whom an event can invite: people with the address to write to, and why some of them are left out."""

from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from nso_contacts.mail.purposes import MessageClass
from nso_contacts.office.models import Office
from stakeholders.models import AddressState, Person, PersonEmail, Post

NOT_IN_USE = "NOT_IN_USE"
DO_NOT_CONTACT = "DO_NOT_CONTACT"
OBJECTS = "OBJECTS"
BOUNCED = "BOUNCED"
NO_ADDRESS = "NO_ADDRESS"

REASONS = {
    NOT_IN_USE: _("No longer in the directory"),
    DO_NOT_CONTACT: _("Does not want to be contacted"),
    OBJECTS: _("Does not want invitations"),
    BOUNCED: _("Address bounced"),
    NO_ADDRESS: _("No e-mail address"),
}


def with_obstacle(people: QuerySet[Person]) -> QuerySet[Any]:
    """Add `mail_address`, the one to write to, and `obstacle`: why somebody cannot be invited, or ""."""
    addresses = PersonEmail.objects.filter(person=OuterRef("pk"))
    working = addresses.filter(state=AddressState.WORKS).order_by("-is_primary", "pk").values("address")[:1]
    return people.annotate(
        mail_address=Coalesce(Subquery(working), Value(""), output_field=CharField()),
        obstacle=Case(
            When(
                Q(archived_at__isnull=False) | Q(deceased_on__isnull=False) | Q(anonymised_at__isnull=False),
                then=Value(NOT_IN_USE),
            ),
            When(do_not_contact=True, then=Value(DO_NOT_CONTACT)),
            When(objections__contains=[str(MessageClass.INVITATION)], then=Value(OBJECTS)),
            When(Exists(addresses.filter(state=AddressState.WORKS)), then=Value("")),
            When(Exists(addresses.filter(state=AddressState.BOUNCED)), then=Value(BOUNCED)),
            default=Value(NO_ADDRESS),
            output_field=CharField(),
        ),
    )


def without_address(people: QuerySet[Person]) -> QuerySet[Any]:
    """Those whom no mail reaches: somebody has to tell them in another way."""
    return with_obstacle(people).filter(mail_address="")


def with_organisation(people: QuerySet[Any]) -> QuerySet[Any]:
    """Add `organisation_id` and `organisation_name`: where somebody works today, the main post first."""
    posts = Post.objects.current().filter(person=OuterRef("pk")).order_by("-is_primary", "-valid_from", "pk")
    return people.annotate(
        organisation_id=Subquery(posts.values("organisation")[:1]),
        organisation_name=Coalesce(Subquery(posts.values("organisation__name")[:1]), Value("")),
        organisation_tier=Coalesce(Subquery(posts.values("organisation__tier")[:1]), Value("")),
    )


def invitable(people: QuerySet[Person]) -> QuerySet[Any]:
    """People with everything an invitation needs to know of them."""
    return with_organisation(with_obstacle(people))


def language_of(person: Person, office: Office) -> str:
    """The language to write to somebody in, always one the office writes.

    What the directory says, else what they set for their own pages, else the office's first one.
    """
    wishes = (person.language, person.user.language if person.user else "")
    return next((wish for wish in wishes if wish in office.languages), office.first_language)


BY_NAME = (F("sort_name"), F("pk"))
