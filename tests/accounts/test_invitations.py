"""Accounts are made by invitation: by e-mail, by a link that works once, for fourteen days."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nso_contacts.accounts import actions
from nso_contacts.accounts.models import User
from nso_contacts.mail import delivery, links
from nso_contacts.mail.models import Message
from nso_contacts.office.models import Office

pytestmark = pytest.mark.django_db

PASSWORD = "a long sentence that nobody guesses"


def invite(client, **data):
    """Post the form."""
    form = {"email": "new@nso.example", "roles": ["liaison"], "name": "", "language": "", **data}
    return client.post(reverse("accounts:user_invite"), form)


@pytest.fixture
def admin_client(signed_in, administrator):
    return signed_in(administrator)


def link_to(user):
    """Return the path of an invitation link of somebody."""
    return reverse("accounts:invitation", args=[actions.make_invitation_link(user, actor=None)])


def test_an_invited_person_chooses_a_password_and_is_signed_in(admin_client, client, smtp_sink):
    answer = invite(admin_client, name="New Colleague", roles=["liaison", "statistician"])
    invited = User.objects.get(email="new@nso.example")
    assert answer.url == invited.get_absolute_url()
    assert invited.roles == ["liaison", "statistician"]
    assert (invited.state, invited.has_usable_password()) == ("invited", False)
    delivery.run()
    [message] = smtp_sink.messages
    [path] = re.findall(r"(/accounts/invitation/\S+/)", message.get_body(("plain",)).get_content())
    page = client.get(path).content.decode()
    assert "You sign in with new@nso.example" in page
    assert 'value="New Colleague"' in page
    answer = client.post(path, {"name": "Nour Colleague", "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(invited.pk)
    invited.refresh_from_db()
    assert (invited.name, invited.state, invited.check_password(PASSWORD)) == ("Nour Colleague", "active", True)
    again = Client().get(path)
    assert again.status_code == 410
    assert "You have chosen a password already" in again.content.decode()


def test_looking_at_the_invitation_uses_nothing_up(client, make_user):
    path = link_to(make_user("liaison"))
    assert client.get(path).status_code == client.get(path).status_code == client.head(path).status_code == 200


def test_a_weak_password_is_refused_with_everything_still_there(client, make_user):
    path = link_to(make_user("liaison"))
    answer = client.post(path, {"name": "Nour", "password": "nour"})
    assert answer.status_code == 422
    assert 'value="Nour"' in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_invitation_ends_after_fourteen_days(client, make_user):
    user = make_user("liaison")
    token = links.make(actions.INVITATION, user, timezone.now() - timedelta(seconds=1))
    answer = client.get(reverse("accounts:invitation", args=[token]))
    assert answer.status_code == 410
    assert "older than 14 days" in answer.content.decode()
    assert actions.invitation_expires(timezone.now()) - timezone.now() > timedelta(days=13, hours=23)


def test_an_unknown_token_is_not_found(client, office):
    assert client.get(reverse("accounts:invitation", args=["no-such-token"])).status_code == 404


def test_sending_again_ends_the_earlier_link(admin_client, client, smtp_sink):
    invite(admin_client)
    invited = User.objects.get(email="new@nso.example")
    delivery.run()
    admin_client.post(reverse("accounts:user_send_invitation", args=[invited.pk]))
    delivery.run()
    first, second = (
        re.search(r"/accounts/invitation/\S+/", message.get_body(("plain",)).get_content())[0]
        for message in smtp_sink.messages
    )
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200


def test_an_invitation_that_was_replaced_before_it_was_sent_is_dropped(admin_client, smtp_sink):
    invite(admin_client)
    invited = User.objects.get(email="new@nso.example")
    admin_client.post(reverse("accounts:user_send_invitation", args=[invited.pk]))
    delivery.run()
    assert len(smtp_sink.messages) == 1
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["dropped", "sent"]


def test_an_address_is_invited_once_however_it_is_written(admin_client):
    invite(admin_client)
    answer = invite(admin_client, email="NEW@nso.example")
    assert answer.status_code == 422
    assert "Somebody already signs in with this address." in answer.content.decode()
    assert User.objects.filter(email__iexact="new@nso.example").count() == 1


def test_an_invitation_needs_a_role(admin_client):
    answer = invite(admin_client, roles=[])
    assert answer.status_code == 422
    assert "Choose at least one role." in answer.content.decode()
    assert not User.objects.filter(email="new@nso.example").exists()


def test_a_deactivated_invitation_answers_no_more(admin_client, client, make_user):
    user = make_user("liaison")
    path = link_to(user)
    admin_client.post(reverse("accounts:user_deactivate", args=[user.pk]))
    assert client.get(path).status_code == 410


# create_office -------------------------------------------------------------------------------------------------------


def test_create_office_prints_a_link_that_leads_through_the_set_up(client, db, capsys):
    call_command("create_office", name="Bureau of Statistics", administrator="ada@bureau.example")
    [path] = re.findall(r"(/accounts/invitation/\S+/)", capsys.readouterr().out)
    assert Office.objects.get().name == "Bureau of Statistics"
    assert not Office.objects.get().is_demonstration
    answer = client.post(path, {"name": "Ada", "password": PASSWORD})
    assert answer.url == reverse("office:first_run", args=["office"])
    assert client.get(answer.url).status_code == 200


def test_create_office_twice_keeps_the_office_and_makes_a_new_link(db, client, capsys):
    call_command("create_office", administrator="ada@bureau.example")
    first = re.search(r"/accounts/invitation/\S+/", capsys.readouterr().out)[0]
    call_command("create_office", name="Another name", administrator="ada@bureau.example")
    second = re.search(r"/accounts/invitation/\S+/", capsys.readouterr().out)[0]
    assert Office.objects.get().name == "National Statistical Office"
    assert client.get(first).status_code == 410
    client.post(second, {"name": "Ada", "password": PASSWORD})
    call_command("create_office", administrator="ada@bureau.example")
    assert "has chosen a password already" in capsys.readouterr().out
    assert User.objects.count() == 1


def test_create_office_refuses_the_demonstration(office):
    Office.objects.update(is_demonstration=True)
    with pytest.raises(CommandError, match="demonstration office"):
        call_command("create_office")


def test_create_office_refuses_what_is_no_address(db):
    with pytest.raises(CommandError, match="valid email"):
        call_command("create_office", administrator="ada")
    assert not User.objects.exists()
