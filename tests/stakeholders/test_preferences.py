"""What people outside the office choose to be sent, behind the link in the foot of each message that may be refused."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nso_contacts.mail import delivery, links
from nso_contacts.mail.models import Message, PersonalLink
from stakeholders import wishes
from stakeholders.actions import merge
from stakeholders.actions import wishes as actions
from stakeholders.models import Person
from tests.factories import PersonFactory, WorkshopFactory, invited
from workshops.actions import sending

pytestmark = pytest.mark.django_db
BOXES = ("INVITATION", "SURVEY", "NEWS")


def link_of(person, message=None):
    """The page of somebody, as its link is made while a message is sent."""
    return f"/preferences/{links.make(wishes.LINK, person, timezone.now() + timedelta(days=1), message)}/"


def in_foot(mail):
    """The path of the link in the foot of a delivered letter."""
    [found] = set(re.findall(r"https?://[^/\s]+(/preferences/[^/\s]+/)", mail.get_body(("plain",)).get_content()))
    return found


def letters(smtp_sink):
    """Deliver what is due, and return the letters by the address they went to."""
    smtp_sink.messages.clear()
    delivery.run()
    return {mail["To"]: mail for mail in smtp_sink.messages}


def test_whoever_objects_by_the_link_in_an_invitation_gets_no_reminder(office, smtp_sink, client):
    workshop = WorkshopFactory()
    amina, bo = PersonFactory(email="amina@labour.example"), PersonFactory(email="bo@labour.example")
    invited(workshop, amina, bo)
    invitations = letters(smtp_sink)
    assert set(invitations) == {"amina@labour.example", "bo@labour.example"}

    sending.run(workshop.milestones.planned().get(kind="REMINDER"), actor=workshop.organiser)
    assert Message.objects.of("workshops.reminder").count() == 2
    page = in_foot(invitations["amina@labour.example"])
    assert client.post(page, {"SURVEY": "on", "NEWS": "on"}).status_code == 302

    assert set(letters(smtp_sink)) == {"bo@labour.example"}
    assert Message.objects.get(state="dropped").reason == "They do not want messages of this kind."
    sending.run(workshop.milestones.planned().get(kind="LAST_REMINDER"), actor=workshop.organiser)
    assert set(letters(smtp_sink)) == {"bo@labour.example"}


def test_a_link_that_is_only_followed_changes_nothing(office, client):
    person = PersonFactory()
    page = link_of(person)
    before = Person.pgh_event_model.objects.count()
    for method in (client.get, client.head):
        assert method(page).status_code == 200
        assert method(f"{page}unsubscribe/").status_code == 302
    person.refresh_from_db()
    assert person.objections == []
    assert Person.pgh_event_model.objects.count() == before


def test_choosing_shows_what_is_saved_and_can_be_taken_back(office, client):
    person = PersonFactory(name="Amina Haddad")
    page = link_of(person)
    assert ticked(client.get(page)) == set(BOXES)

    answer = client.post(page, {"INVITATION": "on"}, follow=True)
    assert "Saved. From now on we send you what is ticked here." in answer.content.decode()
    assert ticked(answer) == {"INVITATION"}
    person.refresh_from_db()
    assert person.objections == ["SURVEY", "NEWS"]

    client.post(page, dict.fromkeys(BOXES, "on"))
    person.refresh_from_db()
    assert person.objections == []
    assert ticked(client.get(page)) == set(BOXES)


def ticked(answer):
    """The boxes that are ticked on a page."""
    form = answer.context["form"]
    return {name for name in BOXES if form[name].value()}


def test_the_office_sees_what_was_objected_to_when_and_by_whom(as_role, liaison, client):
    person = PersonFactory(name="Amina Haddad")
    actions.set_objections(person, ["SURVEY"], actor=liaison)
    client.post(link_of(person), {})
    staff = as_role("manager")

    shown = " ".join(staff.get(person.get_absolute_url()).content.decode().split())
    assert shown.count("Objected") == 3
    assert shown.count("by Amina Haddad through the link in a message") == 2
    assert shown.count("by Nadia Rahmani") == 1
    history = staff.get(f"/history/person/{person.pk}/").content.decode()
    assert "Amina Haddad" in history
    assert "Invitations, Surveys, News" in history


def test_saving_the_same_twice_is_one_line_of_history(office):
    person = PersonFactory()
    for _twice in range(2):
        actions.set_objections(person, ["NEWS"], actor=person)
    assert Person.pgh_event_model.objects.filter(pgh_obj_id=person.pk, objections=["NEWS"]).count() == 1
    with pytest.raises(ValueError, match="SERVICE"):
        actions.set_objections(person, ["SERVICE"], actor=person)


# One click -----------------------------------------------------------------------------------------------------------


def test_one_click_of_a_mail_program_ends_messages_of_that_kind(office):
    person = PersonFactory(objections=["NEWS"])
    [invitation] = invited(WorkshopFactory(), person)
    message = Message.objects.for_subject(invitation).get()
    page = link_of(person, message)
    program = Client(enforce_csrf_checks=True)

    assert program.post(page, {"List-Unsubscribe": "One-Click"}).status_code == 403
    assert program.post(f"{page}unsubscribe/", {"List-Unsubscribe": "One-Click"}).status_code == 200
    person.refresh_from_db()
    assert person.objections == ["INVITATION", "NEWS"]


def test_one_click_in_an_old_message_counts_as_well(office, client):
    person = PersonFactory()
    page = link_of(person)
    PersonalLink.objects.update(expires_at=timezone.now())
    assert client.get(page).status_code == 410
    assert client.post(f"{page}unsubscribe/", {"List-Unsubscribe": "One-Click"}).status_code == 200
    person.refresh_from_db()
    assert person.objections == ["NEWS"]


# Whose link it is ----------------------------------------------------------------------------------------------------


def test_only_a_link_of_this_kind_opens_the_page(office, client):
    person = PersonFactory()
    other = links.make("accounts.invitation", person, timezone.now() + timedelta(days=1))
    assert client.get(f"/preferences/{other}/").status_code == 404
    assert client.post("/preferences/none/unsubscribe/").status_code == 404


def test_after_a_merge_the_link_speaks_for_the_record_that_stays(office, administrator, client):
    stays, goes = PersonFactory(), PersonFactory()
    page = link_of(goes)
    merge.merge_people(stays, goes, actor=administrator)
    client.post(page, {})
    stays.refresh_from_db()
    assert set(stays.objections) == set(BOXES)


def test_nothing_is_kept_of_somebody_who_was_erased(office, client):
    person = PersonFactory(anonymised_at=timezone.now())
    assert client.get(link_of(person)).status_code == 410


def test_do_not_contact_is_said_above_the_boxes(office, client):
    page = client.get(link_of(PersonFactory(do_not_contact=True))).content.decode()
    assert "You asked us not to write to you at all." in page


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_the_page_speaks_the_language_of_the_letter(office, client, language, direction):
    office.languages = ["en", "fr", "ar"]
    office.save()
    page = client.get(link_of(PersonFactory(language=language))).content.decode()
    assert f'<html lang="{language}" dir="{direction}"' in page


# In the browser ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_choosing_on_a_telephone_without_scripts(office, browser, browser_context_args, page, axe, live_server):
    person = PersonFactory(name="Amina Haddad")
    url = link_of(person)
    page.goto(url)
    axe(page)
    small = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}
    context = browser.new_context(**browser_context_args | small)
    phone = context.new_page()
    phone.goto(url)
    phone.get_by_label("Surveys").uncheck()
    phone.get_by_role("button", name="Save").click()
    phone.get_by_text("Saved. From now on").wait_for()
    assert not phone.get_by_label("Surveys").is_checked()
    context.close()
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    person.refresh_from_db()
    assert person.objections == ["SURVEY"]
