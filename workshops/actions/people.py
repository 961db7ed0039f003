"""People an event brings: colleagues named by somebody invited, and those who come without an invitation."""

from dataclasses import dataclass

from django.db.models import TextField, Value
from django.db.models.functions import Lower

from nso_contacts.office import clock
from nso_contacts.office.models import ImmutableUnaccent
from stakeholders.models import Organisation, Person, PersonEmail, Post


@dataclass(frozen=True)
class NewColleague:
    """Somebody who is perhaps not in the directory yet."""

    name: str
    email: str = ""
    position: str = ""
    organisation: Organisation | None = None
    language: str = ""


def find_or_add(colleague: NewColleague) -> Person:
    """The person in the directory with this name and address, else a new one.

    An address alone says little, because desks share them; name and address together are the same person.
    """
    return _known(colleague) or _add(colleague)


def _known(colleague: NewColleague) -> Person | None:
    if not colleague.email:
        return None
    named = Person.objects.active().annotate(plain=Lower(ImmutableUnaccent("name")))
    plain = Lower(ImmutableUnaccent(Value(" ".join(colleague.name.split()), output_field=TextField())))
    return named.filter(plain=plain, emails__address__iexact=colleague.email).order_by("pk").first()


def _add(colleague: NewColleague) -> Person:
    person = Person(name=" ".join(colleague.name.split()), language=colleague.language, verified_on=clock.today())
    person.full_clean()
    person.save()
    if colleague.email:
        address = PersonEmail(person=person, address=colleague.email, is_primary=True)
        address.full_clean()
        address.save()
    if colleague.organisation is not None:
        post = Post(person=person, organisation=colleague.organisation, title=colleague.position)
        post.full_clean()
        post.save()
    return person
