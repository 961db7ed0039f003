"""A newcomer's first hour: signing in, adding a ministry and somebody there, logging the first call."""

import pytest

from stakeholders.models import Interaction, Organisation, Person

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_liaison_officer_fills_the_directory_and_logs_a_call(page, look, sign_in_by_form, liaison):
    page.goto("/organisations/")
    sign_in_by_form(page, liaison)
    page.get_by_role("heading", name="Organisations", level=1).wait_for()
    look(page)

    page.goto("/organisations/new/")
    look(page)
    page.get_by_label("Name", exact=True).fill("Ministry of Labour")
    page.get_by_label("Kind", exact=True).select_option("MINISTRY")
    page.get_by_label("Government level").select_option("NATIONAL")
    page.get_by_role("button", name="Add organisation").click()
    page.get_by_role("heading", name="Ministry of Labour").wait_for()
    ministry = Organisation.objects.get()
    assert (ministry.name, ministry.kind) == ("Ministry of Labour", "MINISTRY")
    look(page)

    page.goto(f"/people/new/?organisation={ministry.pk}")
    page.get_by_label("Name", exact=True).fill("Amina Haddad")
    page.get_by_label("Title").fill("Head of labour statistics")
    page.get_by_label("E-mail address, row 1").fill("amina@labour.example")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Amina Haddad").wait_for()
    amina = Person.objects.get()
    assert (amina.posts.get().organisation, amina.emails.get().address) == (ministry, "amina@labour.example")
    look(page)

    page.keyboard.press("l")
    page.wait_for_selector("dialog[open] form#log")
    page.wait_for_selector("dialog .ts-control")
    page.keyboard.press("2")
    page.locator("dialog [name=subject]").focus()
    page.keyboard.type("Definition of informal employment")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog[open]", state="hidden")
    contact = Interaction.objects.get()
    assert (contact.channel, contact.participants.get().person) == ("PHONE", amina)
    assert contact.participants.get().organisation == ministry
