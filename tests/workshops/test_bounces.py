"""Invitations that come back: sent again to the corrected address, once, and never to somebody who has replied."""

import pytest
from django.urls import reverse

from nso_contacts.mail import delivery, links
from nso_contacts.mail.models import Message
from tests.factories import PersonFactory, WorkshopFactory, invited
from workshops import messages
from workshops.actions import attendance as attendance_actions
from workshops.actions import invitation as invitation_actions
from workshops.actions import resending
from workshops.actions.invitation import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def came_back(liaison, office):
    """A workshop with three guests, two of whose invitations bounced."""
    workshop = WorkshopFactory(organiser=liaison)
    guests = [PersonFactory(name=name) for name in ("Amina Haddad", "Daniel Mwangi", "Chiara Bellini")]
    invitations = invited(workshop, *guests)
    Message.objects.for_subject(*invitations).update(state="sent", sent_at=workshop.created_at, due_at=None)
    for invitation in invitations[:2]:
        Message.objects.for_subject(invitation).update(state="bounced", sent_at=None)
        invitation.person.emails.update(state="BOUNCED")
    return workshop, *invitations


def correct(invitation, address):
    invitation.person.emails.update(address=address, state="WORKS")


def page(client, workshop, **query):
    return client.get(workshop.get_absolute_url(), query).content.decode()


def test_sending_again_reaches_the_corrected_address_once(client, liaison, came_back, smtp_sink):
    workshop, amina, _daniel, _chiara = came_back
    old = links.make(messages.LINK, amina, workshop.end)
    client.force_login(liaison)
    assert "Correct the address" in page(client, workshop, show="bounced")
    correct(amina, "amina@new.example")
    assert "Send again to amina@new.example" in page(client, workshop, show="bounced")
    address = reverse("workshops:send_again", args=[workshop.pk])
    assert "1 person has no working address yet" in client.get(address).content.decode()
    assert [client.post(address).status_code, client.post(address).status_code] == [302, 302]
    delivery.run()
    assert [message["To"] for message in smtp_sink.messages] == ["amina@new.example"]
    assert client.get(reverse("workshops:reply", args=[old])).status_code == 410
    shown = page(client, workshop, show="delivered")
    assert "Amina Haddad" in shown
    assert "Sent, no reply" in shown
    assert "Daniel Mwangi" not in shown
    assert not Message.objects.needing_a_look().for_subject(amina).exists()


def test_a_second_bounce_can_be_corrected_again(came_back, liaison):
    workshop, amina, _daniel, _chiara = came_back
    for address in ("amina@wrong.example", "amina@right.example"):
        correct(amina, address)
        assert resending.send_again(workshop, actor=liaison) == 1
        newest = Message.objects.for_subject(amina).order_by("pk").last()
        assert newest.address == address
        Message.objects.filter(pk=newest.pk).update(state="bounced", due_at=None)


def test_who_has_replied_meanwhile_is_not_written_to_again(client, came_back, liaison):
    workshop, amina, daniel, _chiara = came_back
    correct(amina, "amina@new.example")
    correct(daniel, "daniel@new.example")
    invitation_actions.answer(amina, Answer("DECLINED"), actor=liaison)
    assert resending.send_again(workshop, [amina.pk], actor=liaison) == 0
    client.force_login(liaison)
    client.post(reverse("workshops:guest_again", args=[workshop.pk, amina.pk]))
    client.post(reverse("workshops:guest_again", args=[workshop.pk, daniel.pk]))
    assert set(Message.objects.filter(state="queued").values_list("address", flat=True)) == {"daniel@new.example"}


def test_each_step_of_the_figure_opens_exactly_the_people_behind_it(client, came_back, liaison):
    workshop, _amina, _daniel, chiara = came_back
    invitation_actions.answer(chiara, Answer("ACCEPTED", joins="ROOM"), actor=liaison)
    client.force_login(liaison)
    shown = client.get(workshop.get_absolute_url())
    figure = {title: (n, view) for title, n, _share, view in shown.context["funnel"].table}
    assert figure == {
        "Invited": (3, "invited"),
        "Delivered": (1, "delivered"),
        "Replied": (1, "replied"),
        "Accepted": (1, "accepted"),
        "Attended": (0, "attended"),
    }
    for number, view in [*figure.values(), (2, "bounced")]:
        assert f"?show={view}" in shown.content.decode()
        opened = client.get(workshop.get_absolute_url(), {"show": view})
        assert len(opened.context["guests"].rows) == number == opened.context["guests"].number


def test_walk_ins_stand_apart_from_those_invited_who_came(client, came_back, liaison):
    workshop, amina, _daniel, _chiara = came_back
    attendance_actions.record(workshop, {amina.person_id: "PRESENT_ONLINE"}, actor=liaison)
    attendance_actions.walk_in(workshop, PersonFactory(name="Moussa Traoré"), state="PRESENT_ONLINE", actor=liaison)
    client.force_login(liaison)
    attended = client.get(workshop.get_absolute_url(), {"show": "attended"}).context["guests"]
    assert [guest.person.name for guest in [*attended.rows, *attended.walk_ins]] == ["Amina Haddad"]
    walked_in = client.get(workshop.get_absolute_url(), {"show": "walk-ins"}).context["guests"]
    assert [guest.person.name for guest in [*walked_in.rows, *walked_in.walk_ins]] == ["Moussa Traoré"]
    assert client.get(workshop.get_absolute_url()).context["guests"].number == 4


def test_the_participants_are_exported_and_no_name_becomes_a_formula(client, came_back, liaison):
    workshop, amina, *_others = came_back
    amina.person.name = '=HYPERLINK("http://evil.example")'
    amina.person.save()
    client.force_login(liaison)
    address = reverse("workshops:participants", args=[workshop.pk])
    lines = b"".join(client.get(address, {"format": "csv"}).streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("Person,Organisation,E-mail")
    assert any(line.startswith("\"'=HYPERLINK") and ",Bounced," in line for line in lines)
    bounced = b"".join(client.get(address, {"format": "csv", "show": "bounced"}).streaming_content).decode()
    assert len(bounced.splitlines()) == 3
    assert b"".join(client.get(address, {"format": "xlsx"}).streaming_content).startswith(b"PK")
