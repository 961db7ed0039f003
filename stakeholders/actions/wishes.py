"""What somebody wants from us by mail, written down by themselves or for them."""

from collections.abc import Iterable

from django.db import models

from nso_contacts.audit.trail import action

from ..models import Objection, Person


@action
def set_objections(person: Person, objections: Iterable[str], *, actor: models.Model | None) -> Person:
    """Write down exactly which classes of messages somebody does not want. Doing it twice changes nothing.

    Raises ValueError for a class that cannot be refused. `actor` is the person, if they used the link in a message.
    """
    wanted = set(objections)
    if unknown := wanted - set(Objection.values):
        raise ValueError(f"These cannot be refused: {', '.join(sorted(unknown))}")
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if set(locked.objections) != wanted:
        locked.objections = [one for one in Objection.values if one in wanted]
        locked.save(update_fields=["objections"])
    return locked


@action
def object_to(person: Person, message_class: str, *, actor: models.Model | None) -> Person:
    """Take somebody off one class of messages, whatever else they said. Doing it twice changes nothing."""
    locked = Person.objects.select_for_update().get(pk=person.pk)
    return set_objections(locked, {*locked.objections, message_class}, actor=actor)
