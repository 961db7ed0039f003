"""An objection that comes after the list was made still holds, and a bounced address is remembered."""

import pytest
from django.core import mail as sent_mail

from nso_contacts.mail import delivery, purposes
from nso_contacts.mail.models import Message
from tests.factories import PersonFactory, WorkshopFactory, invited
from workshops.actions import event as event_actions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wish", [{"do_not_contact": True}, {"objections": ["INVITATION"]}])
def test_an_objection_made_after_posting_is_obeyed(office, wish):
    person = PersonFactory()
    invited(WorkshopFactory(), person)
    type(person).objects.filter(pk=person.pk).update(**wish)
    delivery.run()

    assert Message.objects.get().state == Message.State.DROPPED
    assert sent_mail.outbox == []


def test_an_objection_to_invitations_does_not_hide_a_cancellation(office):
    person, workshop = PersonFactory(), WorkshopFactory()
    invited(workshop, person)
    delivery.run()
    type(person).objects.filter(pk=person.pk).update(objections=["INVITATION"])
    event_actions.cancel(workshop, reason="Flood", actor=workshop.organiser)
    delivery.run()

    assert Message.objects.get(purpose="workshops.cancelled").state == Message.State.SENT


def test_a_bounced_address_is_remembered(office):
    person = PersonFactory(email="gone@ministry.example")
    invited(WorkshopFactory(), person)
    Message.objects.update(state=Message.State.BOUNCED, due_at=None)
    for tell in purposes.outcome_listeners():
        tell(Message.objects.get())

    assert person.emails.get().state == "BOUNCED"
