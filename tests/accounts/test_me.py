"""One's own settings: language, zone, appearance, keys, absence, and where one is signed in."""

from datetime import date, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from nso_contacts.accounts.models import User
from nso_contacts.office.models import Office
from tests.markup import tight

pytestmark = pytest.mark.django_db

FORM = {"name": "Nadia Rahmani", "language": "", "time_zone": "", "theme": "auto", "keys_enabled": "on"}


@pytest.fixture
def own(signed_in, liaison):
    return signed_in(liaison)


def save(client, user, **data):
    """Post the form of the page as it stands, with changes."""
    revision = client.get("/me/").context["form"]["revision"].value()
    return client.post("/me/", {**FORM, "revision": revision, **data})


def test_preferences_are_saved(own, liaison):
    Office.objects.update(languages=["en", "fr"])
    answer = save(
        own,
        liaison,
        language="fr",
        time_zone="America/Lima",
        theme="dark",
        keys_enabled="",
        out_of_office_from="2026-12-24",
        out_of_office_to="2026-12-31",
    )
    assert answer.status_code == 302
    saved = User.objects.get(pk=liaison.pk)
    assert (saved.language, saved.time_zone, saved.theme, saved.keys_enabled) == ("fr", "America/Lima", "dark", False)
    assert (saved.out_of_office_from, saved.out_of_office_to) == (date(2026, 12, 24), date(2026, 12, 31))


def test_the_chosen_language_and_theme_hold_at_once(own, liaison):
    Office.objects.update(languages=["en", "ar"])
    save(own, liaison, language="ar", theme="dark")
    page = own.get("/me/")
    assert page.headers["Content-Language"] == "ar"
    assert '<html lang="ar" dir="rtl" data-bs-theme="dark"' in tight(page)


def test_a_language_the_office_does_not_offer_is_not_spoken(own, liaison):
    User.objects.update(language="fr")
    assert own.get("/me/").headers["Content-Language"] == "en"


def test_an_absence_without_order_is_refused_in_words(own, liaison):
    answer = save(own, liaison, out_of_office_from="2026-12-31", out_of_office_to="2026-12-24")
    assert answer.status_code == 422
    assert "the last day cannot be before the first" in answer.content.decode()


def test_ministry_experts_get_the_portal_and_no_staff_settings(signed_in, expert):
    page = signed_in(expert).get("/me/")
    assert 'class="portal"' in page.content.decode()
    assert "out_of_office_from" not in page.context["form"].fields


def test_a_form_that_was_overtaken_is_not_saved(own, liaison):
    old = own.get("/me/").context["form"]["revision"].value()
    User.objects.filter(pk=liaison.pk).update(theme="dark")
    answer = own.post(
        "/me/", {**FORM, "revision": old, "opened_as": own.get("/me/").context["form"]["opened_as"].value()}
    )
    assert answer.status_code == 409


def test_other_places_are_signed_out_and_this_one_is_not(own, liaison):
    elsewhere = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    elsewhere.force_login(liaison)
    elsewhere.get("/me/")
    page = own.get("/me/")
    assert [(row["device"], row["here"]) for row in page.context["sessions"]] == [
        ("Unknown device", True),
        ("Firefox, Linux", False),
    ]
    assert own.post(reverse("accounts:end_other_sessions")).status_code == 302
    assert own.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302
    assert [row["here"] for row in own.get("/me/").context["sessions"]] == [True]


def test_a_session_is_noted_once_a_minute_and_at_once_from_another_place(own, liaison):
    def seen():
        return UserSession.objects.get(user=liaison).last_seen_at

    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as moment:
        own.force_login(liaison)
        own.get("/me/")
        first = seen()
        moment.shift(59)
        own.get("/me/")
        assert seen() == first
        own.get(
            "/me/", headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
        )
        assert seen() == first + timedelta(seconds=59)
        moment.shift(61)
        own.get(
            "/me/", headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
        )
        assert seen() == first + timedelta(seconds=120)


def test_visitors_are_spoken_to_in_their_browser_s_language(client, office):
    Office.objects.update(languages=["en", "fr"])
    login = reverse("account_login")
    assert client.get(login, headers={"accept-language": "fr-CA,fr;q=0.9"}).headers["Content-Language"] == "fr"
    assert client.get(login, headers={"accept-language": "de"}).headers["Content-Language"] == "en"
    client.cookies["django_language"] = "en"
    assert client.get(login, headers={"accept-language": "fr"}).headers["Content-Language"] == "en"


def test_the_language_menu_holds_until_the_settings_say_otherwise(own, client, liaison):
    Office.objects.update(languages=["en", "fr", "ar"])
    login = reverse("account_login")
    assert f'action="{reverse("accounts:language")}"' in client.get(login).content.decode()
    answer = client.post(reverse("accounts:language"), {"language": "ar", "next": login})
    assert answer.url == login
    assert client.get(login).headers["Content-Language"] == "ar"
    assert client.post(reverse("accounts:language"), {"language": "fr", "next": "https://evil.example/"}).url == "/"
    assert client.get(reverse("accounts:language")).status_code == 405
    own.post(reverse("accounts:language"), {"language": "fr", "next": "/me/"})
    assert own.get("/me/").headers["Content-Language"] == "fr"
    save(own, liaison, language="ar")
    assert own.get("/me/").headers["Content-Language"] == "ar"


def test_initials_stand_for_a_name_or_an_address():
    assert User(name="Carmen María Valdés").initials == "CV"
    assert User(email="n.rahmani@nso.example").initials == "NR"
    assert User(name="Nadia").initials == "N"
