"""What scripts add, seen in a browser: the same work with fewer steps; and that nothing is lost without them."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from nso_contacts.office.models import Office
from nso_contacts.pages import navigation
from nso_contacts.pages.navigation import NavItem

pytestmark = [pytest.mark.urls("tests.pages.sample_urls"), pytest.mark.django_db(transaction=True)]
User = get_user_model()


@pytest.fixture
def staff(page, sign_in, make_user):
    """A browser signed in as a liaison officer, and somebody to choose."""
    make_user(name="Peter Osei", email="peter@x.example")
    make_user(name="Lucía Osei", email="lucia@x.example")
    sign_in(page, make_user("liaison", email="liaison@nso.example", name="Nadia Rahmani"))
    return page


STAFF_PAGES = ["/sample/components/", "/sample/contact/", "/sample/team/", "/search/?q=osei", "/help/keys/"]
OTHER_PAGES = ["/sample/portal/", "/sample/portal/?lang=ar", "/sample/forbidden/", "/nothing/"]


@pytest.mark.parametrize("address", [*STAFF_PAGES, *OTHER_PAGES])
def test_pages_are_accessible_on_a_desk_and_in_a_hand(staff, phone, sign_in, axe, address):
    sign_in(phone, User.objects.get(email="liaison@nso.example"))
    for browser in (staff, phone):
        browser.goto(address)
        axe(browser)
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_components_are_accessible_in_both_themes(staff, axe, theme):
    User.objects.update(theme=theme)
    staff.goto("/sample/components/")

    assert staff.locator("html").get_attribute("data-bs-theme") == theme
    axe(staff)


def test_lists_are_accessible_and_count_what_is_chosen(page, sign_in, axe, administrator):
    User.objects.bulk_create(User(name=f"Person {n:02}", email=f"p{n}@x.example") for n in range(12))
    sign_in(page, administrator)
    page.goto("/sample/people/?q=person")
    axe(page)
    expect(page.locator("[data-bulk]")).to_be_hidden()

    page.get_by_label("Select Person 03").check()
    page.get_by_label("Select Person 04").check()

    expect(page.locator("[data-bulk-count]")).to_have_text("With the chosen rows: 2")
    page.get_by_label("Search in this list").fill("person 1")
    expect(page.get_by_text("3 people")).to_be_visible()
    page.wait_for_url("**/sample/people/?q=person+1")


def test_a_record_is_chosen_while_typing(staff):
    staff.goto("/sample/team/")
    staff.get_by_role("combobox", name="Lead").fill("lucia")
    staff.get_by_role("option", name="Lucía Osei").click()
    members = staff.get_by_role("combobox", name="Members")
    members.fill("peter")
    staff.get_by_role("option", name="Peter Osei").click()
    name = staff.get_by_label("Name of the team")
    name.fill("Wages")
    staff.wait_for_load_state("networkidle")
    expect(name).to_be_focused()  # options that arrive late leave the reader where they are
    staff.get_by_role("button", name="Save team").click()

    expect(staff.locator(".toast-x")).to_contain_text("Wages: Lucía Osei, None, Peter Osei")


def test_the_same_without_scripts(new_context, sign_in, make_user):
    make_user(name="Lucía Osei", email="lucia@x.example")
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, make_user("liaison", email="liaison@nso.example", name="Nadia Rahmani"))
    page.goto("/sample/team/")
    page.get_by_label("Name of the team").fill("Wages")
    page.locator("#id_lead").fill("lucia")
    page.locator("#id_lead").press("Enter")
    page.get_by_label("Lucía Osei").check()
    page.get_by_role("button", name="Save team").click()

    assert "Wages: Lucía Osei, None, " in page.content()


def test_errors_take_the_focus_and_lead_to_their_fields(staff):
    staff.goto("/sample/contact/")
    staff.get_by_role("button", name="Save contact").click()

    expect(staff.locator(".err-sum")).to_be_focused()
    assert staff.title().startswith("Error: Log a contact")
    staff.get_by_role("link", name="This field is required.").nth(1).click()
    expect(staff.get_by_label("What it was about")).to_be_focused()


@pytest.fixture
def dialog_link(monkeypatch):
    """Let the button of the top bar open the sample form."""
    from nso_contacts.pages.context import Shell

    monkeypatch.setattr(Shell, "log_contact_url", "/sample/contact/")


@pytest.mark.usefixtures("dialog_link")
def test_a_contact_is_logged_by_keyboard_over_the_page(staff, axe):
    staff.goto("/sample/")
    staff.keyboard.press("l")
    dialog = staff.get_by_role("dialog", name="Log a contact")
    expect(dialog).to_be_visible()
    axe(staff)

    staff.keyboard.press("2")
    assert dialog.get_by_label("E-mail").is_checked()
    dialog.get_by_label("Notes").fill("l")
    staff.keyboard.press("Control+Enter")
    expect(dialog.locator(".err-sum")).to_be_focused()
    assert dialog.get_by_label("E-mail").is_checked()
    dialog.get_by_label("What it was about").fill("Prices")
    staff.keyboard.press("Control+Enter")

    expect(staff.locator(".toast-x")).to_contain_text("Saved.")
    assert staff.url.endswith("/sample/?said=Prices")


@pytest.mark.usefixtures("dialog_link")
def test_a_closed_dialog_keeps_its_draft(staff):
    staff.goto("/sample/")
    staff.keyboard.press("l")
    staff.get_by_label("What it was about").fill("Half a thought")
    with staff.expect_response("/sample/contact/"):
        staff.keyboard.press("Escape")
    expect(staff.get_by_role("dialog")).to_be_hidden()
    staff.goto("/sample/components/")
    staff.keyboard.press("l")

    expect(staff.get_by_label("What it was about")).to_have_value("Half a thought")
    staff.get_by_role("button", name="Discard draft").click()
    expect(staff.get_by_label("What it was about")).to_have_value("")


def test_keys_lead_to_places_unless_switched_off_or_typing(staff, monkeypatch):
    monkeypatch.setattr(navigation, "_items", {})
    navigation.register(NavItem("work", "Shortcuts", "pages:keys", "keyboard", key="h"))
    staff.goto("/sample/")
    staff.keyboard.press("/")
    expect(staff.get_by_placeholder("Search people, organisations, requests")).to_be_focused()
    staff.keyboard.type("gh")
    assert staff.url.endswith("/sample/")
    staff.locator("h1").click()
    staff.keyboard.press("g")
    staff.keyboard.press("h")
    staff.wait_for_url("**/help/keys/")

    User.objects.update(keys_enabled=False)
    staff.goto("/sample/")
    staff.keyboard.press("g")
    staff.keyboard.press("h")
    staff.wait_for_timeout(300)
    assert staff.url.endswith("/sample/")


def test_a_double_click_sends_once(staff):
    sent = []
    staff.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    staff.goto("/sample/contact/")
    staff.get_by_label("Call").check()
    staff.get_by_label("What it was about").fill("Prices")
    staff.get_by_role("button", name="Save contact").dblclick()

    expect(staff.locator(".toast-x")).to_contain_text("Saved.")
    assert len(sent) == 1


def test_the_menu_opens_on_a_phone_without_and_with_scripts(new_context, sign_in, make_user):
    somebody = make_user("liaison", name="Nadia Rahmani")
    for scripts in (False, True):
        phone = new_context(java_script_enabled=scripts).new_page()
        phone.set_viewport_size({"width": 360, "height": 740})
        sign_in(phone, somebody)
        phone.goto("/sample/")
        expect(phone.locator("#menu")).to_be_hidden()
        phone.get_by_label("Open menu").click()
        expect(phone.locator("#menu")).to_be_visible()


def test_the_device_decides_about_the_theme_unless_the_account_does(new_context, sign_in, make_user):
    page = new_context(color_scheme="dark").new_page()
    Office.objects.get_or_create(pk=1)
    sign_in(page, make_user("liaison", name="Nadia Rahmani"))
    page.goto("/sample/")

    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
