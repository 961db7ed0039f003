"""Before the invitations: a day to keep free is told once, and a test goes to nobody but oneself."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message, PersonalLink
from nso_contacts.office.models import Office
from tests.factories import PersonFactory, WorkshopFactory, invite
from workshops.actions import event as event_actions
from workshops.actions import sending
from workshops.models import Event, Invitation, Milestone

pytestmark = pytest.mark.django_db
Kind = Milestone.Kind


@pytest.fixture
def workshop(liaison, office):
    workshop = WorkshopFactory(organiser=liaison, title="Consumer prices")
    invite(workshop, PersonFactory(name="Amina Haddad"), PersonFactory(name="Daniel Mwangi"))
    return workshop


def ahead(workshop):
    return workshop.milestones.filter(kind=Kind.SAVE_THE_DATE).latest("pk")


def purposes():
    return sorted(Message.objects.exclude(state="dropped").values_list("purpose", flat=True))


def press(client, workshop):
    return client.post(reverse("workshops:send_step", args=[workshop.pk, ahead(workshop).pk]))


def test_the_day_is_told_once_before_the_invitations_and_changes_no_invitation(client, workshop, liaison, smtp_sink):
    client.force_login(liaison)
    assert [press(client, workshop).status_code, press(client, workshop).status_code] == [302, 302]
    delivery.run()
    assert [str(message["Subject"]) for message in smtp_sink.messages] == ["Save the date: Consumer prices"] * 2
    body = smtp_sink.messages[0].get_body(("plain",)).get_content()
    assert "Please keep this day free" in body
    assert "/i/" not in body
    assert not any(part.get_content_type() == "text/calendar" for part in smtp_sink.messages[0].walk())
    assert list(Invitation.objects.values_list("invited_at", "reply")) == [(None, "")] * 2
    workshop.refresh_from_db()
    assert workshop.status == Event.Status.ANNOUNCED
    assert client.get(workshop.get_absolute_url()).context["funnel"].invited == 0


def test_nothing_is_told_ahead_once_the_invitations_are_out(client, workshop, liaison):
    step = ahead(workshop)
    sending.run(step, actor=liaison)
    sending.send_invitations(workshop, actor=liaison)
    assert set(Message.objects.filter(purpose="workshops.save_the_date").values_list("state", flat=True)) == {"dropped"}
    invite(workshop, PersonFactory())
    workshop.refresh_from_db()
    assert sending.obstacle_to_sending(workshop, Kind.SAVE_THE_DATE)
    assert not workshop.milestones.planned().filter(kind=Kind.SAVE_THE_DATE).exists()


def test_a_message_overtaken_by_the_invitation_while_it_is_sent_is_dropped(workshop, liaison):
    sending.run(ahead(workshop), actor=liaison)
    workshop.invitations.update(invited_at=timezone.now())
    message = Message.objects.filter(purpose="workshops.save_the_date").first()
    assert delivery.reason_to_drop(message) == "The invitation follows."


def test_it_waits_for_a_person_even_when_its_day_has_come(workshop):
    workshop.milestones.filter(kind=Kind.SAVE_THE_DATE).update(state="PLANNED", due_at=timezone.now())
    assert Kind.SAVE_THE_DATE not in [step.kind for step in sending.due_steps()]


def test_it_needs_somebody_on_the_list(liaison, office):
    empty = WorkshopFactory(organiser=liaison)
    with pytest.raises(ValidationError, match="Choose people first"):
        sending.run(ahead(empty), actor=liaison)


def test_another_day_can_be_told_again_and_calling_it_off_is_told_to_those_who_kept_it_free(workshop, liaison):
    sending.run(ahead(workshop), actor=liaison)
    Message.objects.update(state="sent", sent_at=timezone.now(), due_at=None)
    workshop.refresh_from_db()
    workshop.start += timedelta(days=7)
    workshop.end += timedelta(days=7)
    event_actions.change(workshop, actor=liaison)
    assert ahead(workshop).may_be_sent
    sending.run(ahead(workshop), actor=liaison)
    assert purposes() == ["workshops.save_the_date"] * 4
    event_actions.cancel(workshop, reason="No room.", actor=liaison)
    assert purposes() == ["workshops.cancelled"] * 2 + ["workshops.save_the_date"] * 2


def test_a_test_goes_to_oneself_and_answers_for_nobody(client, workshop, liaison, smtp_sink):
    Office.objects.update(languages=["en", "fr"])
    invitation = workshop.invitations.get(person__name="Amina Haddad")
    before = Invitation.objects.values().get(pk=invitation.pk)
    client.force_login(liaison)
    preview = client.get(reverse("workshops:preview", args=[workshop.pk]))
    assert "Send a test to myself" in preview.content.decode()
    response = client.post(reverse("workshops:send_test", args=[workshop.pk, invitation.pk]), follow=True)
    assert f"A test is on its way to {liaison.email}." in response.content.decode()
    delivery.run()
    [message] = smtp_sink.messages
    assert message["To"] == liaison.email
    assert message["Subject"] == "[Test] Invitation: Consumer prices"
    body = message.get_body(("plain",)).get_content()
    assert "Dear Amina Haddad" in body
    assert f"/workshops/{workshop.pk}/preview/" in body
    assert "/i/" not in body
    assert not PersonalLink.objects.exists()
    assert Invitation.objects.values().get(pk=invitation.pk) == before
    shown = client.get(workshop.get_absolute_url())
    assert (shown.context["funnel"].invited, shown.context["funnel"].delivered) == (0, 0)
