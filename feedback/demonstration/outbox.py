"""What was sent in the two years: the invitations, as the list of messages remembers them. Nothing waits."""

from django.contrib.contenttypes.models import ContentType

from nso_contacts.mail import purposes
from nso_contacts.mail.models import Message
from stakeholders.models import Person, PersonEmail
from workshops.models import Invitation

from .story import Story

PURPOSE = "workshops.invitation"
State = Message.State


def load(story: Story) -> None:
    """One message for each invitation that went out; those to an address that bounces came back."""
    purpose = purposes.required(PURPOSE)
    kinds = ContentType.objects.get_for_models(Invitation, Person)
    sent = Invitation.objects.filter(invited_at__isnull=False).select_related("event", "person").order_by("pk")
    addresses = story.addresses
    Message.objects.bulk_create(
        [
            Message(
                purpose=purpose.key,
                message_class=purpose.message_class,
                priority=purpose.priority,
                subject_type=kinds[Invitation],
                subject_id=row.pk,
                recipient_type=kinds[Person],
                recipient_id=row.person_id,
                recipient_key=f"stakeholders.person/{row.person_id}",
                version=str(row.event.date_version),
                recipient_name=row.person.name,
                address=addresses[row.person_id].address,
                about=str(row.event),
                about_url=row.event.get_absolute_url(),
                language=row.person.language,
                state=State.BOUNCED if bounces(addresses[row.person_id], row) else State.SENT,
                reason="Mailbox unknown" if bounces(addresses[row.person_id], row) else "",
                not_before=row.invited_at,
                when_at=row.invited_at,
                created_at=row.invited_at,
                sent_at=row.invited_at,
                attempts=1,
                subject_line=f"Invitation: {row.event}",
                text=f"You are invited: {row.event}",
                looked_at=row.invited_at,
            )
            for row in sent
        ],
        batch_size=500,
    )


def bounces(email: PersonEmail, row: Invitation) -> bool:
    """Whether the invitation came back; of somebody who has replied it did not."""
    return email.state == "BOUNCED" and not row.reply
