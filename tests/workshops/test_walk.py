"""A workshop from planning to attendance in a real browser: at a desk, on a telephone, and with scripts off."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message
from stakeholders.models import ExpertAssignment
from tests.factories import FocalPointFactory, OrganisationFactory, PersonFactory, WorkshopFactory, domain, invited
from workshops.actions import attendance as attendance_actions
from workshops.actions import event as event_actions
from workshops.actions import sending
from workshops.models import Attendance, Event, Invitation, Milestone, Session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def links_here(live_server, settings):
    """Let the links in messages lead to the server of this test."""
    settings.BASE_URL = live_server.url


def plan(page, day):
    """Fill in the form of a new workshop, with the script that suggests while typing."""
    page.goto("/workshops/new/")
    page.get_by_label("Title", exact=True).fill("Consumer prices: new basket")
    page.get_by_label("What users should take from it").fill("Agree on the basket.")
    page.get_by_label("Day", exact=True).fill(day.isoformat())
    page.get_by_label("Room", exact=False).first.fill("Room Averroes")
    page.get_by_label("Link", exact=False).fill("https://meet.nso.example/prices")
    box = page.locator('[data-pick$="/pick/domain/"] input:visible').first
    box.fill("Labour")
    page.get_by_text("1.2 Labour").first.click()
    page.get_by_role("button", name="Choose invitees").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Choose invitees"
    assert str(Event.objects.get().domains.get()) == str(domain())


def invite_two(page, axe):
    """Tick two people, look at what one of them gets, and press Send twice in a hurry."""
    page.get_by_label("Choose Amina Haddad").check()
    page.get_by_label("Choose Daniel Mwangi").check()
    page.get_by_role("button", name="Preview the invitation").click()
    assert "Dear Amina Haddad" in page.frame_locator("iframe").locator("body").inner_text()
    axe(page)
    page.get_by_role("link", name="Go on to send").click()
    axe(page)
    page.get_by_role("button", name="Send 2 invitations").dblclick()
    page.wait_for_url(re.compile(r"/workshops/\d+/$"))
    assert Message.objects.of("workshops.invitation").count() == 2


def accept(browser, link, person):
    """Answer on a telephone without scripts, from the button in the message."""
    guest = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}).new_page()
    guest.goto(f"{link}?reply=accept")
    assert Invitation.objects.get(person=person).reply == ""
    guest.locator("input[value=ONLINE]").check()
    guest.get_by_role("button", name="Send reply").click()
    assert "Your reply: Accepted (Online)" in guest.locator("main").inner_text()
    assert Invitation.objects.get(person=person).reply == "ACCEPTED"
    guest.close()


def tick(phone, event):
    """Record the attendance at the door."""
    phone.goto(f"/workshops/{event.pk}/attendance/")
    target = phone.get_by_role("group", name="Amina Haddad").get_by_label("Online")
    assert target.bounding_box()["height"] >= 44
    target.check()
    phone.get_by_role("button", name="Save attendance").click()
    phone.get_by_role("link", name="Add a walk-in").click()
    phone.get_by_label("Or a new person: name").fill("Moussa Traoré")
    phone.get_by_role("button", name="Add", exact=True).click()
    phone.get_by_text("Moussa Traoré").first.wait_for()
    phone.get_by_role("button", name="Save and mark as held").click()
    phone.get_by_role("button", name="Mark as held").click()
    phone.wait_for_url(re.compile(r"/workshops/\d+/$"))


def test_from_planning_to_attendance(page, phone, browser, sign_in, liaison, axe, smtp_sink, links_here):
    focal = FocalPointFactory(person__name="Amina Haddad", person__email="amina@labour.example")
    other = FocalPointFactory(person__name="Daniel Mwangi", person__email="daniel@ilo.example")
    sign_in(page, liaison)
    sign_in(phone, liaison)

    plan(page, timezone.now().date() + timedelta(days=60))
    invite_two(page, axe)
    delivery.run()
    [mail] = [message for message in smtp_sink.messages if message["To"] == "amina@labour.example"]
    link = re.search(r"(http\S+/i/[\w-]+/)\?reply=accept", mail.get_body(("plain",)).get_content()).group(1)
    accept(browser, link, focal.person)

    event = Event.objects.get()
    page.goto(event.get_absolute_url())
    page.get_by_role("link", name="Remind 1 without a reply").click()
    page.get_by_role("button", name="Send now").click()
    page.get_by_text("is on its way").first.wait_for()
    assert [message.recipient for message in Message.objects.of("workshops.reminder")] == [other.person]

    tick(phone, event)
    assert dict(Attendance.objects.values_list("person__name", "state")) == {
        "Amina Haddad": "PRESENT_ONLINE",
        "Daniel Mwangi": "NO_SHOW",
        "Moussa Traoré": "PRESENT_IN_PERSON",
    }
    event.refresh_from_db()
    assert event.status == Event.Status.HELD


@pytest.fixture
def office_in_three_languages(office):
    office.languages = ["en", "fr", "ar"]
    office.save()


def test_axe_finds_nothing_on_any_page_at_both_widths(
    page, phone, sign_in, liaison, axe, office_in_three_languages, live_server
):
    workshop = WorkshopFactory(
        title={"en": "Labour Force Survey redesign", "fr": "Refonte", "ar": "إعادة تصميم"},
        organiser=liaison,
        in_domains=["1.2"],
        languages=["en", "fr", "ar"],
        capacity_room=40,
    )
    ExpertAssignment.objects.create(
        user=liaison, organisation=OrganisationFactory(name="Ministry of Interior", tier="KEY"), domain=domain()
    )
    Session.objects.create(event=workshop, title={"en": "Welcome"}, starts="09:30")
    FocalPointFactory(person__email="")
    FocalPointFactory()
    came, silent, away = invited(workshop, *PersonFactory.create_batch(3))
    draft = WorkshopFactory(organiser=liaison, in_domains=["1.2"])
    held = WorkshopFactory(organiser=liaison)
    [guest] = invited(held, PersonFactory())
    attendance_actions.walk_in(held, PersonFactory(), state="PRESENT_IN_PERSON", actor=liaison)
    event_actions.mark_held(held, actor=liaison)
    attendance_actions.record(workshop, {came.person_id: "PRESENT_ONLINE"}, actor=liaison)
    step = workshop.milestones.planned().get(kind=Milestone.Kind.CONFIRMATION)
    sending.run(step, actor=liaison)
    own, base = workshop.get_absolute_url(), f"/workshops/{workshop.pk}"
    for browser_page in (page, phone):
        sign_in(browser_page, liaison)
        for address in (
            "/workshops/",
            "/workshops/new/",
            own,
            f"{own}?tab=programme",
            f"{own}?tab=messages",
            held.get_absolute_url(),
            draft.get_absolute_url(),
            f"/workshops/{draft.pk}/invitations/",
            f"/workshops/{draft.pk}/invitations/?from=groups",
            f"/workshops/{draft.pk}/invitations/?from=filter",
            f"{base}/invitations/chosen/",
            f"{base}/invitations/{silent.pk}/",
            f"{base}/edit/",
            f"{base}/programme/",
            f"{base}/attendance/",
            f"{base}/attendance/list/",
            f"{base}/attendance/walk-in/",
            f"{base}/held/",
            f"{base}/cancel/",
            f"{base}/postpone/",
            f"{base}/new-day/",
            f"/workshops/{held.pk}/outcomes/",
        ):
            browser_page.goto(address)
            axe(browser_page)
            wide = browser_page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{address} scrolls sideways by {wide} px"
    assert {guest.person_id, away.person_id}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_on_the_guests_pages(
    page, phone, axe, office_in_three_languages, links_here, live_server, language
):
    from nso_contacts.mail import links
    from workshops import messages

    workshop = WorkshopFactory(title={"en": "Prices", "ar": "الأسعار"}, languages=["en", "ar"])
    [invitation] = invited(workshop, PersonFactory(language=language))
    token = links.make(messages.LINK, invitation, workshop.end)
    for browser_page in (page, phone):
        browser_page.goto(f"/i/{token}/")
        axe(browser_page)
        browser_page.locator("input[value=delegate]").check()
        browser_page.locator("form button").last.click()
        browser_page.locator("[name=colleague_name]").wait_for()
        axe(browser_page)
        browser_page.locator("form button").last.click()
        browser_page.locator(".error-summary, [role=alert]").first.wait_for()
        axe(browser_page)
    links.end(messages.LINK, invitation)
    page.goto(f"/i/{token}/")
    axe(page)
