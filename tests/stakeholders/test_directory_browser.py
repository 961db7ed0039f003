"""The directory as its users meet it: on a screen and a telephone, with scripts and without."""

import re

import pytest
from django.urls import reverse

from stakeholders.models import FocalPoint, Organisation, Person, Task
from tests.factories import ExpertAssignmentFactory, FocalPointFactory, OrganisationFactory, PersonFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("office")]


@pytest.fixture
def ministry():
    """A ministry with a unit, a focal point and an expert of ours."""
    ministry = OrganisationFactory(name="Ministry of Labour", cadence_days=30, email="desk@labour.example")
    OrganisationFactory(name="Labour observatory", parent=ministry)
    amina = PersonFactory(name="Amina Haddad", organisation=ministry, title="Head", in_domains=["1.2"])
    FocalPointFactory(organisation=ministry, person=amina)
    ExpertAssignmentFactory(organisation=ministry)
    return ministry


def fits(page):
    """Nothing scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_double_is_noticed_while_typing(page, sign_in, liaison, ministry):
    sign_in(page, liaison)
    page.goto(reverse("stakeholders:organisation_create"))
    page.get_by_label("Name", exact=True).press_sequentially("Ministry of Labuor")
    warning = page.get_by_text("Is it one of these?")
    warning.wait_for()
    page.get_by_role("link", name="Ministry of Labour").click()
    page.wait_for_url(f"**{ministry.get_absolute_url()}")


def test_adding_somebody_with_the_keyboard_alone(page, sign_in, liaison, ministry, axe):
    sign_in(page, liaison)
    page.goto(f"{reverse('stakeholders:person_create')}?organisation={ministry.pk}")
    axe(page)
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Lucía Osei")
    page.get_by_label("Title").focus()
    page.keyboard.type("Analyst, wages")
    page.get_by_label("E-mail address, row 1").focus()
    page.keyboard.type("l.osei@labour.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/*/")
    person = Person.objects.get(name="Lucía Osei")
    assert (person.posts.get().organisation, person.emails.get().is_primary) == (ministry, True)
    axe(page)


def test_the_pages_on_a_telephone(phone, sign_in, liaison, ministry, axe):
    sign_in(phone, liaison)
    amina = Person.objects.get(name="Amina Haddad")
    double = PersonFactory(name="Amena Hadad", organisation=ministry, title="Director", phone="+999")
    for path in (
        reverse("stakeholders:organisation_list"),
        ministry.get_absolute_url(),
        f"{ministry.get_absolute_url()}?tab=people",
        f"{ministry.get_absolute_url()}?tab=roles",
        reverse("stakeholders:organisation_edit", args=[ministry.pk]),
        reverse("stakeholders:person_list"),
        amina.get_absolute_url(),
        reverse("stakeholders:person_moved", args=[amina.pk]),
        f"{reverse('stakeholders:person_merge', args=[amina.pk])}?with={double.pk}",
        reverse("stakeholders:domain_list"),
    ):
        phone.goto(path)
        axe(phone)
        assert fits(phone), path


def test_moving_and_merging_without_scripts(new_context, sign_in, liaison, ministry):
    agency = OrganisationFactory(name="National Employment Agency")
    successor = PersonFactory(name="Lucía Osei", organisation=ministry)
    amina = Person.objects.get(name="Amina Haddad")
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, liaison)
    page.goto(reverse("stakeholders:person_moved", args=[amina.pk]))
    organisation = page.get_by_role("group", name="Organisation")
    organisation.get_by_role("textbox").fill("employment")
    organisation.get_by_role("button", name="Find").click()
    page.get_by_label("National Employment Agency").check()
    page.get_by_role("textbox", name="Title").fill("Director of studies")
    follows = page.get_by_role("group", name="Successor")
    follows.get_by_role("textbox").fill("lucia")
    follows.get_by_role("button", name="Find").click()
    page.get_by_label("Lucía Osei").check()
    page.get_by_role("button", name="Save the move").click()
    page.wait_for_url(f"**{amina.get_absolute_url()}")
    assert "Focal point for Labour at Ministry of Labour ended with the post." in page.content()
    assert amina.posts.get(valid_to=None).organisation == agency
    assert FocalPoint.objects.get(valid_to=None).person == successor

    double = OrganisationFactory(name="Employment Agency", phone="+999 1")
    page.goto(reverse("stakeholders:organisation_merge", args=[agency.pk]))
    other = page.get_by_role("group", name="The record that is the same")
    other.get_by_role("textbox").fill("employment agency")
    other.get_by_role("button", name="Find").click()
    page.get_by_label("Employment Agency", exact=False).first.check()
    page.goto(f"{reverse('stakeholders:organisation_merge', args=[agency.pk])}?with={double.pk}")
    page.get_by_label("Why are they the same?").fill("One body")
    page.get_by_role("button", name="Merge into no.").click()
    page.wait_for_url(f"**{agency.get_absolute_url()}")
    assert Organisation.objects.get(pk=double.pk).merged_into == agency
    page.goto(double.get_absolute_url())
    assert page.url.endswith(agency.get_absolute_url())


def test_rows_are_chosen_and_changed_on_a_telephone_and_the_change_taken_back(phone, sign_in, axe, liaison, ministry):
    bank = OrganisationFactory(name="Central Bank")
    sign_in(phone, liaison)
    phone.goto(reverse("stakeholders:organisation_list"))
    phone.get_by_label("Select Central Bank").check()
    phone.get_by_text("Actions", exact=True).click()
    axe(phone)
    assert fits(phone)
    phone.get_by_role("button", name="Set importance").click()
    phone.get_by_label("Key").check()
    phone.get_by_role("button", name="Next").click()
    axe(phone)
    assert fits(phone)
    phone.get_by_role("button", name="Change 1 organisation").click()
    undo = phone.locator(".toast-x a", has_text="Undo")
    undo.wait_for()
    assert Organisation.objects.get(pk=bank.pk).tier == "KEY"

    undo.click()
    phone.get_by_role("button", name="Undo").click()
    phone.get_by_text("Undone by Nadia Rahmani").wait_for()
    axe(phone)
    assert Organisation.objects.get(pk=bank.pk).tier == "OCCASIONAL"


def test_what_was_searched_for_is_saved_and_opens_the_list(page, sign_in, axe, liaison, ministry):
    sign_in(page, liaison)
    page.goto(reverse("stakeholders:organisation_list"))
    page.get_by_placeholder("Search name, acronym, e-mail").fill("observatory")
    page.get_by_role("link", name="Save this view").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Name").fill("Observatories")
    dialog.get_by_label("open the list with it").check()
    axe(page)
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Observatories").and_(page.locator("[aria-current]")).wait_for()
    page.goto(reverse("stakeholders:organisation_list"))
    assert page.url.endswith("?q=observatory")
    axe(page)


def test_a_name_without_a_space_does_not_widen_the_page(page, sign_in, liaison):
    sign_in(page, liaison)
    someone = PersonFactory(name="W" * 200, organisation=OrganisationFactory(name="M" * 300))
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        for address in (reverse("stakeholders:person_list"), someone.get_absolute_url()):
            page.goto(address)
            assert fits(page), (width, address)


def test_going_back_and_saving_again_makes_no_second_record(page, sign_in, liaison):
    sign_in(page, liaison)
    page.goto(reverse("stakeholders:task_create"))
    page.get_by_label("What is due").fill("Send the note")
    page.get_by_label("Due", exact=True).fill("2030-01-15")
    save = page.locator("main form .btn-primary")
    save.click()
    page.wait_for_url(re.compile(r"/tasks/\d+/$"))
    first = page.url

    page.go_back()
    save.click()
    page.wait_for_url(first)
    assert Task.objects.count() == 1

    page.go_back()
    page.get_by_label("What is due").fill("Send another note")
    with page.expect_navigation():
        save.click()
    assert sorted(Task.objects.values_list("title", flat=True)) == ["Send another note", "Send the note"]
