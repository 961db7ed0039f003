"""A workshop from the first idea to the figure it leaves behind, with one guest."""

from datetime import timedelta

import pytest

from feedback.models import Answer, Response, SurveyWave
from nso_contacts.mail.models import Message
from nso_contacts.office import clock
from tests.factories import OrganisationFactory, PersonFactory
from workshops.models import Attendance, Event, Invitation

pytestmark = pytest.mark.django_db(transaction=True)

GUEST = "amina@labour.example"


@pytest.fixture
def amina(office):
    return PersonFactory(name="Amina Haddad", organisation=OrganisationFactory(name="Ministry of Labour"), email=GUEST)


def test_a_workshop_from_planning_to_satisfaction(
    page, plain, letters, look, look_at, sign_in, liaison, manager, amina
):
    sign_in(page, liaison)
    event = plan(page, look)
    invite(page, look, letters, event, amina)
    reply(plain(), letters, look_at)
    hold(page, look, letters, event)
    answer_survey(plain(), letters, look_at)
    read_the_figure(page, look, sign_in, manager)


def plan(page, look):
    """Plan it by its form; it is a draft, and nothing is sent."""
    page.goto("/workshops/new/")
    look(page)
    page.get_by_label("Title").fill("Labour Force Survey redesign")
    page.get_by_label("Day", exact=True).fill(str(clock.today() + timedelta(days=30)))
    page.locator("[name=room]").fill("Room Ibn Khaldun")
    page.get_by_role("button", name="Choose invitees").click()
    page.get_by_role("heading", name="Choose invitees").wait_for()
    event = Event.objects.get()
    assert event.is_draft
    assert not Message.objects.exists()
    return event


def invite(page, look, letters, event, amina):
    """Choose one person, see what they get, and send it with an impatient double click."""
    page.goto(f"/workshops/{event.pk}/invitations/?from=person")
    page.get_by_role("main").get_by_role("searchbox").fill("haddad")
    page.keyboard.press("Enter")
    page.get_by_label("Choose Amina Haddad").check()
    look(page)
    page.get_by_role("button", name="Preview the invitation").click()
    page.get_by_role("heading", name="Preview the invitation").wait_for()
    body = page.frame_locator("iframe.mail-frame")
    assert "Labour Force Survey redesign" in body.locator("body").inner_text()
    assert not Message.objects.exists()
    look(page)
    page.get_by_role("link", name="Go on to send").click()
    page.get_by_role("heading", name="Send 1 invitation?").wait_for()
    look(page)
    page.get_by_role("button", name="Send 1 invitation").dblclick()
    page.wait_for_url(f"**/workshops/{event.pk}/")
    assert [row.person for row in Invitation.objects.all()] == [amina]
    letters.deliver()
    letters.deliver()
    assert len(letters.to(GUEST)) == 1
    page.reload()
    look(page)


def reply(guest, letters, look_at):
    """Follow the link of the letter without scripts; only the button replies."""
    (letter,) = letters.to(GUEST)
    assert "text/calendar" in {part.get_content_type() for part in letter.walk()}
    address = letters.link(letter, "/i/")
    guest.goto(f"{address}?reply=accept")
    guest.reload()
    assert Invitation.objects.get().reply == ""
    look_at(address)
    guest.get_by_role("button", name="Send reply").click()
    guest.get_by_role("status").get_by_text("Your reply").wait_for()
    assert (Invitation.objects.get().reply, Invitation.objects.get().joins) == ("ACCEPTED", "ROOM")
    assert guest.goto("/i/no-such-token/").status == 404


def hold(page, look, letters, event):
    """Staff see the reply, tick who came, and ask those without waiting for the next day."""
    page.goto(event.get_absolute_url())
    row = page.get_by_role("row", name="Amina Haddad")
    assert "Accepted" in row.inner_text()
    page.get_by_role("link", name="Record attendance").click()
    look(page)
    page.get_by_role("group", name="Amina Haddad").locator("[value=PRESENT_IN_PERSON]").check()
    page.get_by_role("button", name="Save and mark as held").click()
    look(page)
    page.get_by_role("button", name="Mark as held").click()
    page.wait_for_url(f"**/workshops/{event.pk}/")
    assert Attendance.objects.get().state == "PRESENT_IN_PERSON"
    event.refresh_from_db()
    assert event.status == Event.Status.HELD
    look(page)
    page.goto(f"/surveys/open/{event.pk}/")
    look(page)
    page.get_by_role("button", name="Send thanks and survey").dblclick()
    page.wait_for_url(f"**/workshops/{event.pk}/")
    assert SurveyWave.objects.get().frame.count() == 1
    letters.deliver()


def answer_survey(guest, letters, look_at):
    """Answer the seven questions without scripts; the link answers once."""
    address = letters.link(letters.to(GUEST, "how was")[-1], "/s/")
    for _scanner in range(2):
        guest.goto(address)
    assert not Response.objects.exists()
    look_at(address)
    for number in range(1, 7):
        guest.get_by_text(f"{number} of 7").wait_for()
        guest.get_by_role("radio").first.check()
        guest.get_by_role("button", name="Next question").click()
    guest.get_by_role("textbox").fill("More time for questions.")
    guest.get_by_role("button", name="Send answers").click()
    guest.get_by_text("Your answers have arrived.").wait_for()
    assert Answer.objects.count() == 7
    guest.goto(f"{address}?question=5")
    assert guest.get_by_text("Each link answers once").is_visible()
    assert not guest.get_by_role("radio").count()
    look_at(address)


def read_the_figure(page, look, sign_in, manager):
    """One answer is not shown, and nothing on the page or in its file gives it away."""
    wave = SurveyWave.objects.get()
    page.goto(f"/surveys/{wave.pk}/close/")
    page.get_by_role("button", name="Close survey").click()
    page.wait_for_url(f"**/surveys/{wave.pk}/")
    look(page)
    sign_in(page, manager)
    page.goto("/insight/satisfaction/")
    look(page)
    shown = page.locator("main").inner_text()
    assert "c not shown: too few or unanimous answers" in " ".join(shown.split())
    period = page.locator("#period").input_value()
    sheet = page.request.get(f"/insight/satisfaction/?period={period}&format=csv").text()
    for line in sheet.splitlines()[1:]:
        assert line.rstrip().endswith("c,c,c"), line
    assert "100.0" not in shown + sheet
