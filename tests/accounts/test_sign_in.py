"""Signing in: by e-mail and password, a code from an app, a forgotten password, and nobody signs up."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nso_contacts.accounts.models import User
from nso_contacts.mail.models import Message

PASSWORD = "a long sentence that nobody guesses"

pytestmark = pytest.mark.django_db


def login(client, user, password=PASSWORD, **more):
    """Post the sign-in form."""
    return client.post(reverse("account_login"), {"login": user.email, "password": password, **more})


@pytest.fixture
def nadia(make_user, office):
    office.is_demonstration = False
    office.save()
    user = make_user("liaison", email="n.rahmani@nso.example", name="Nadia Rahmani")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def time_machine_now():
    """Let time pass: `time_machine_now(minutes=6)`."""
    travels = []

    def travel(**passed):
        travels.append(time_machine.travel(timezone.now() + timedelta(**passed)))
        travels[-1].start()

    yield travel
    for travelled in travels:
        travelled.stop()


def secret_of(user):
    """Set up an authenticator app for somebody, and return its secret."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def code_now(secret):
    """The code an app shows now."""
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


def test_a_signed_out_visitor_is_led_to_signing_in_and_back(client, nadia):
    answer = client.get("/me/")
    assert answer.status_code == 302
    assert answer.url == "/accounts/login/?next=/me/"
    answer = client.post(answer.url, {"login": nadia.email, "password": PASSWORD, "next": "/me/"})
    assert (answer.status_code, answer.url) == (302, "/me/")


def test_the_address_may_be_written_in_capitals(client, nadia):
    answer = client.post(reverse("account_login"), {"login": "N.Rahmani@NSO.example", "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/")


def test_a_wrong_password_answers_422_and_keeps_the_address(client, nadia):
    answer = login(client, nadia, "something else entirely")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The e-mail address or the password is not right. Check both and try again." in page
    assert 'value="n.rahmani@nso.example"' in page
    assert "<title>Error: " in page
    assert "_auth_user_id" not in client.session


def test_an_unknown_address_gets_the_same_answer(client, nadia):
    answer = client.post(reverse("account_login"), {"login": "nobody@nso.example", "password": PASSWORD})
    assert answer.status_code == 422
    assert "The e-mail address or the password is not right." in answer.content.decode()


def test_ministry_experts_land_in_the_portal(client, expert, office):
    office.is_demonstration = True
    office.save()
    assert login(client, expert, "stakeholders").url == "/portal/"


def test_an_administrator_of_a_new_office_lands_in_its_set_up(client, administrator, office):
    administrator.set_password(PASSWORD)
    administrator.save()
    assert login(client, administrator).url == "/settings/first-run/office/"


def test_a_deactivated_user_is_told_so(client, nadia):
    User.objects.update(is_active=False)
    answer = login(client, nadia)
    assert (answer.status_code, answer.url) == (302, reverse("account_inactive"))
    assert "This account is not in use" in client.get(answer.url).content.decode()


def test_five_wrong_passwords_close_the_door_even_for_the_right_one(client, nadia):
    for _attempt in range(5):
        assert login(client, nadia, "wrong password here").status_code == 422
    answer = login(client, nadia)
    assert answer.status_code == 422
    assert "Too many attempts. Wait five minutes, then try again." in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_published_password_opens_only_the_demonstration(client, nadia, office):
    nadia.set_password("stakeholders")
    nadia.save()
    assert login(client, nadia, "stakeholders").status_code == 422
    office.is_demonstration = True
    office.save()
    assert login(client, nadia, "stakeholders").status_code == 302


def test_signing_out_needs_a_button(client, nadia):
    client.force_login(nadia)
    assert "Sign out?" in client.get(reverse("account_logout")).content.decode()
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout")).url == reverse("account_login")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["signup/", "email/", "password/set/", "confirm-email/", "3rdparty/", "sessions/"])
def test_what_the_office_does_not_use_is_not_there(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


# The second step -----------------------------------------------------------------------------------------------------


def test_a_code_is_asked_for_after_the_password(client, nadia):
    secret = secret_of(nadia)
    answer = login(client, nadia)
    assert answer.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    refused = client.post(answer.url, {"code": "000000"})
    assert refused.status_code == 422
    assert "Error: Enter your code" in refused.content.decode()
    code = code_now(secret)
    answer = client.post(answer.url, {"code": f"{code[:3]} {code[3:]}"})
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(nadia.pk)


def test_a_recovery_code_opens_the_door_once(client, nadia):
    secret_of(nadia)
    [code, *_others] = RecoveryCodes.activate(nadia).get_unused_codes()
    login(client, nadia)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).url == "/"
    again = Client()
    login(again, nadia)
    assert again.post(reverse("mfa_authenticate"), {"code": code}).status_code == 422


def test_a_trusted_device_is_not_asked_again(client, nadia):
    secret = secret_of(nadia)
    login(client, nadia)
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret), "trust": "on"})
    client.post(reverse("account_logout"))
    assert login(client, nadia).url == "/"
    assert login(Client(), nadia).url == reverse("mfa_authenticate")


def test_setting_up_an_app_and_removing_it(client, nadia, on_commit):
    login(client, nadia)
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200, page.headers
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 422
    with on_commit(execute=True):
        answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    codes = client.get(answer.url)
    assert len(codes.context["unused_codes"]) == 10
    assert "Authenticator app" in client.get("/me/").content.decode()
    assert client.post(reverse("mfa_deactivate_totp")).url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).url == "/me/"
    assert "Not set up" in client.get("/me/").content.decode()
    whats = list(Message.objects.order_by("pk").values_list("purpose", "context__what"))
    assert whats == [
        ("accounts.security_change", "An authenticator app was added to your account."),
        ("accounts.security_change", "The authenticator app was removed from your account."),
    ]


def test_long_after_signing_in_the_password_is_asked_for_again(client, nadia, time_machine_now):
    login(client, nadia)
    time_machine_now(minutes=6)
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert client.post(answer.url, {"password": "not mine"}).status_code == 422
    answer = client.post(answer.url, {"password": PASSWORD})
    assert answer.url == reverse("mfa_activate_totp")
    assert client.get(answer.url).status_code == 200


def test_a_role_that_needs_a_code_is_led_to_setting_it_up(client, nadia, office):
    office.two_step_roles = ["liaison"]
    office.save()
    login(client, nadia)
    assert client.get("/me/").url == reverse("mfa_activate_totp")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    secret_of(nadia)
    assert client.get("/me/").status_code == 200


def test_other_roles_are_not_asked(client, nadia, office):
    office.two_step_roles = ["manager"]
    office.save()
    login(client, nadia)
    assert client.get("/me/").status_code == 200


# Passwords -----------------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_set_anew_by_mail(client, nadia, smtp_sink):
    from nso_contacts.mail import delivery

    answer = client.post(reverse("account_reset_password"), {"email": "N.RAHMANI@nso.example"})
    assert answer.url == reverse("account_reset_password_done")
    assert "Look into your e-mail" in client.get(answer.url).content.decode()
    delivery.run()
    [message] = smtp_sink.messages
    assert message["To"] == nadia.email
    assert message["Subject"] == "Set a new password"
    [link] = set(re.findall(r"http://\S+/accounts/password/reset/key/\S+", message.get_body(("plain",)).get_content()))
    path = link[link.index("/accounts/") :]
    page = client.get(path, follow=True)
    assert client.post(page.request["PATH_INFO"], {"password1": "short"}).status_code == 422
    answer = client.post(page.request["PATH_INFO"], {"password1": "another long sentence of mine"})
    assert answer.url == reverse("account_reset_password_from_key_done")
    assert login(Client(), nadia).status_code == 422
    assert login(Client(), nadia, "another long sentence of mine").status_code == 302
    assert "This link has ended" in Client().get(path, follow=True).content.decode()


def test_nothing_is_stored_of_a_message_about_a_password(client, nadia, smtp_sink):
    from nso_contacts.mail import delivery

    client.post(reverse("account_reset_password"), {"email": nadia.email})
    delivery.run()
    message = Message.objects.get()
    assert (message.state, message.text, message.html) == ("sent", "", "")
    assert "/key/" not in str(Message.objects.values().get())


def test_asking_for_an_unknown_address_looks_the_same_and_sends_nothing(client, nadia):
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@nso.example"})
    assert answer.url == reverse("account_reset_password_done")
    assert not Message.objects.exists()


def test_changing_the_password_tells_the_owner(client, nadia):
    login(client, nadia)
    data = {"oldpassword": "not mine", "password1": "another long sentence of mine"}
    assert client.post(reverse("account_change_password"), data).status_code == 422
    assert client.post(reverse("account_change_password"), {**data, "oldpassword": PASSWORD}).status_code == 302
    assert Message.objects.get().context == {"what": "Your password was changed."}
    nadia.refresh_from_db()
    assert nadia.check_password("another long sentence of mine")


def test_the_published_password_cannot_be_chosen_in_a_real_office(client, nadia):
    login(client, nadia)
    answer = client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "stakeholders"})
    assert answer.status_code == 422
    assert "Everybody knows this password" in answer.content.decode()
