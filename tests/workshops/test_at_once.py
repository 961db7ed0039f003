"""Two presses in the same moment: one message per person, and one sending again."""

import pytest

from nso_contacts.mail.models import Message
from stakeholders.models import PersonEmail
from tests.at_once import at_once
from tests.factories import PersonFactory, WorkshopFactory, invite
from workshops.actions import resending, sending
from workshops.models import Event, Milestone

pytestmark = pytest.mark.django_db(transaction=True)


def pressed(press, times=3):
    """Press a button `times` times in the same moment; return what each press did, the least first."""
    return sorted(at_once(*[press] * times))


def test_pressing_send_at_once_gives_one_message_per_person(office):
    workshop = WorkshopFactory()
    guests = [PersonFactory() for _ in range(3)]
    invite(workshop, *guests)
    step = workshop.milestones.get(kind=Milestone.Kind.SAVE_THE_DATE)
    ahead = pressed(lambda: sending.run(Milestone.objects.get(pk=step.pk), actor=workshop.organiser))
    sent = pressed(lambda: sending.send_invitations(Event.objects.get(pk=workshop.pk), actor=workshop.organiser))

    assert (ahead, sent) == ([0, 0, 3], [0, 0, 3])
    for purpose in ("workshops.save_the_date", "workshops.invitation"):
        assert Message.objects.filter(purpose=purpose).count() == 3

    Message.objects.filter(purpose="workshops.invitation").update(state="bounced", due_at=None)
    PersonEmail.objects.update(state="WORKS")
    again = pressed(lambda: resending.send_again(Event.objects.get(pk=workshop.pk), actor=workshop.organiser))
    assert again == [0, 0, 3]
    assert Message.objects.filter(purpose="workshops.invitation").count() == 6
