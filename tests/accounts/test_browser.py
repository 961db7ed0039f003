"""Signing in and setting an office up in a real browser, by keyboard and on a telephone."""

import re

import pytest
from django.urls import reverse

from nso_contacts.accounts import actions
from nso_contacts.accounts.models import User
from nso_contacts.office.models import Office

PASSWORD = "a long sentence that nobody guesses"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["page", "phone"])
def screen(request):
    """The same walk on a desk and on a telephone."""
    return request.getfixturevalue(request.param)


def fits(screen):
    """Assert that nothing makes the page scroll sideways."""
    wide = screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, screen.url


def test_an_administrator_sets_the_office_up(screen, live_server, axe):
    administrator = actions.create_administrator("ines@nso.example", actor=None)
    token = actions.make_invitation_link(administrator, actor=None)

    def look():
        axe(screen)
        fits(screen)

    screen.goto(live_server.url + reverse("accounts:invitation", args=[token]))
    look()
    screen.get_by_label("Your name").fill("Ines Duarte")
    screen.get_by_label("Choose a password").fill(PASSWORD)
    screen.keyboard.press("Enter")
    screen.get_by_role("heading", name="Your office").wait_for()
    look()
    screen.get_by_label("Name of the office").fill("National Statistics Office")
    screen.get_by_role("button", name="Save and go on").click()
    screen.get_by_role("heading", name="Languages and time").wait_for()
    look()
    screen.get_by_label("Français").check()
    screen.get_by_role("button", name="Save and go on").click()
    screen.get_by_role("heading", name="Working days and holidays").wait_for()
    look()
    screen.get_by_label("Closes").fill("08:00")
    screen.get_by_role("button", name="Save and go on").click()
    screen.get_by_role("heading", name=re.compile("need a correction")).wait_for()
    look()
    screen.get_by_label("Closes").fill("16:30")
    screen.get_by_role("button", name="Save and go on").click()
    screen.get_by_role("heading", name="Invite colleagues").wait_for()
    look()
    screen.get_by_label("E-mail address").first.fill("n.rahmani@nso.example")
    screen.get_by_role("button", name="Invite and finish").click()
    screen.wait_for_url(re.compile("/$"))
    office = Office.objects.get()
    assert (office.name, office.languages, f"{office.closes:%H:%M}") == (
        "National Statistics Office",
        ["en", "fr"],
        "16:30",
    )
    assert User.objects.get(email="n.rahmani@nso.example").roles == ["liaison"]
    for name in ("office:settings", "office:holidays", "accounts:users", "accounts:user_invite", "accounts:me"):
        screen.goto(live_server.url + reverse(name))
        look()


def test_signing_in_shows_what_is_wrong_and_the_password_when_asked(screen, live_server, axe, office, make_user):
    user = make_user("liaison", email="nadia@nso.example", name="Nadia Rahmani")
    user.set_password(PASSWORD)
    user.save()
    screen.goto(live_server.url + "/me/")
    screen.get_by_label("E-mail address").fill("nadia@nso.example")
    screen.get_by_label("Password").fill("wrong")
    screen.get_by_role("button", name="Show").click()
    assert screen.locator("#id_password").get_attribute("type") == "text"
    screen.get_by_role("button", name="Continue").click()
    screen.get_by_role("alert").wait_for()
    assert screen.title().startswith("Error: ")
    axe(screen)
    fits(screen)
    screen.get_by_label("Password").fill(PASSWORD)
    screen.keyboard.press("Enter")
    screen.get_by_role("heading", name="Your settings").wait_for()
    axe(screen)


def test_signing_in_works_without_scripts(live_server, new_context, office, make_user):
    make_user("liaison", email="nadia@nso.example", name="Nadia Rahmani")
    Office.objects.update(is_demonstration=True)
    page = new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + "/me/")
    page.get_by_label("E-mail address").fill("nadia@nso.example")
    page.get_by_label("Password").fill("stakeholders")
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_role("heading", name="Your settings").is_visible()
