"""What became of the messages that carry invitations. An invitation may be sent again: the latest message tells."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from nso_contacts.mail.models import Message
from stakeholders.models import Person

from . import invitees
from .models import Event, Invitation

PURPOSE = "workshops.invitation"


def with_state(invitations: QuerySet[Invitation]) -> QuerySet[Any]:
    """Add `message_state`: that of the latest message with this invitation, or "" while there is none."""
    kind = ContentType.objects.get_for_model(Invitation)
    carried = Message.objects.of(PURPOSE).filter(subject_type=kind, subject_id=OuterRef("pk")).order_by("-pk")
    return invitations.annotate(
        message_state=Coalesce(Subquery(carried.values("state")[:1]), Value(""), output_field=CharField())
    )


def bounced(event: Event) -> QuerySet[Any]:
    """The invitations that came back and have not been answered on another way, the telephone for example."""
    return with_state(event.invitations.unanswered()).filter(message_state=Message.State.BOUNCED)


def to_send_again(event: Event) -> QuerySet[Any]:
    """Those of them whose person has an address by now that works."""
    if not event.is_inviting:
        return bounced(event).none()
    guests = Person.objects.filter(pk__in=event.invitations.unanswered().values("person"))
    return bounced(event).filter(person__in=invitees.with_obstacle(guests).filter(obstacle="").values("pk"))
