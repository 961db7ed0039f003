"""The contact log as its users drive it: by keyboard, on a telephone, and with axe looking on."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from nso_contacts.office import clock
from stakeholders.models import Interaction, Task
from tests.factories import OrganisationFactory, PersonFactory, TaskFactory, domain, log_contact

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def amina(liaison):
    ministry = OrganisationFactory(name="Ministry of Labour", cadence_days=30)
    return PersonFactory(name="Amina Haddad", organisation=ministry, owner=liaison, in_domains=["1.2"])


@pytest.fixture
def late(liaison, amina):
    where = amina.posts.get().organisation
    return TaskFactory(kind="REPLY", person=amina, organisation=where, assignee=liaison, in_days=-5)


def open_over(page, address):
    """Press L on a page and wait for the dialog."""
    page.goto(address)
    page.keyboard.press("l")
    page.wait_for_selector("dialog[open] form#log")
    page.wait_for_selector("dialog .ts-control")


def test_a_contact_is_logged_by_keyboard_over_the_page_of_a_person(page, sign_in, axe, liaison, amina, late):
    sign_in(page, liaison)
    open_over(page, amina.get_absolute_url())
    page.keyboard.press("1")
    axe(page)
    page.locator("dialog [name=subject]").focus()
    page.keyboard.type("Definition of informal employment")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-toast]")

    contact = Interaction.objects.get()
    assert page.url.endswith(amina.get_absolute_url())
    assert (contact.channel, contact.subject) == ("MEETING", "Definition of informal employment")
    assert [str(row.person) for row in contact.participants.all()] == ["Amina Haddad"]
    assert [str(one) for one in contact.domains.all()] == [str(domain("1.2"))]
    late.refresh_from_db()
    assert late.settled_by == contact
    assert page.get_by_role("heading", name="Meeting with Amina Haddad").is_visible()


def test_whom_it_was_with_is_typed_and_what_it_settles_appears(page, sign_in, liaison, amina, late):
    sign_in(page, liaison)
    open_over(page, "/")
    page.keyboard.press("2")
    page.locator("dialog .ts-control input").first.focus()
    page.keyboard.type("hadd", delay=30)
    page.wait_for_selector("dialog .ts-dropdown .option:has-text('Amina Haddad')")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"dialog #settles-{late.pk}:checked", state="attached")
    page.locator("dialog [name=subject]").fill("Register access")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-toast]")

    contact = Interaction.objects.get()
    assert (contact.channel, contact.participants.get().person) == ("PHONE", amina)
    assert Task.objects.get().settled_by == contact


def test_what_is_missing_is_said_in_the_dialog_and_a_closed_form_keeps_its_draft(page, sign_in, liaison, amina):
    refused = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    sign_in(page, liaison)
    open_over(page, "/")
    page.locator("dialog [name=subject]").fill("Half a sentence")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog .err-sum")
    assert page.locator("dialog [name=subject]").input_value() == "Half a sentence"
    page.wait_for_timeout(100)  # htmx settles what it put in place 20 ms later
    assert refused == []
    assert not Interaction.objects.exists()

    page.locator("dialog .ts-control input").first.focus()
    page.keyboard.type("hadd", delay=30)
    page.wait_for_selector("dialog .ts-dropdown .option:has-text('Amina Haddad')")
    page.keyboard.press("Enter")
    with page.expect_response(lambda answer: "A+whole+sentence" in (answer.request.post_data or "")):
        page.locator("dialog [name=subject]").fill("A whole sentence")
        page.keyboard.press("Escape")
    another_tab = page.context.new_page()
    page.close()
    open_over(another_tab, "/tasks/")
    assert another_tab.locator("dialog [name=subject]").input_value() == "A whole sentence"
    assert another_tab.locator("dialog .ts-control .item").first.inner_text().startswith("Amina Haddad")
    another_tab.get_by_role("button", name="Discard draft").click()
    expect(another_tab.locator("dialog [name=subject]")).to_have_value("")
    another_tab.wait_for_selector("dialog .ts-control")

    # The sign-in ends while somebody types, and the contact is there again after the next one.
    another_tab.locator("dialog [name=subject]").fill("Typed for nothing?")
    another_tab.context.clear_cookies(name="sessionid")
    another_tab.keyboard.press("Control+Enter")
    another_tab.wait_for_url("**/accounts/login/**")
    sign_in(another_tab, liaison)
    another_tab.goto("/interactions/quick/")
    assert another_tab.locator("[name=subject]").input_value() == "Typed for nothing?"


@pytest.mark.parametrize("address", ["/", "/interactions/", "/tasks/", "/due/", "/interactions/new/", "/tasks/new/"])
def test_pages_are_accessible_and_fit_a_telephone(page, phone, sign_in, axe, liaison, amina, late, address):
    follow = Task(title="Send the note", due_on=clock.today() + timedelta(days=1), assignee=liaison)
    yusuf = PersonFactory(
        name="Yusuf Al-Khatib", organisation=OrganisationFactory(name="Ministry of Finance and Planning")
    )
    log_contact(liaison, amina, yusuf, follow_up=follow, restricted=True)
    for window in (page, phone):
        sign_in(window, liaison)
        window.goto(address)
        axe(window)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert window.evaluate(wide) == 0


def test_a_contact_is_logged_on_a_telephone(phone, sign_in, axe, liaison, amina):
    sign_in(phone, liaison)
    phone.goto(amina.get_absolute_url())
    phone.locator("a[data-dialog][data-key=l]").tap()
    phone.wait_for_selector("dialog[open] form#log")
    phone.get_by_label("Call", exact=True).tap()
    phone.locator("dialog [name=subject]").fill("Short call")
    phone.get_by_label("We owe them").tap()
    phone.locator("dialog [name=owed]").fill("Send the bridging note")
    phone.locator("dialog [name=owed_on]").fill("2030-01-31")
    axe(phone)
    phone.get_by_role("button", name="Save contact").tap()
    phone.wait_for_selector("[data-toast]")

    assert Interaction.objects.get().channel == "PHONE"
    assert Task.objects.get().title == "Send the bridging note"
