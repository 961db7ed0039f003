"""The page behind an invitation's link: scanners, used, expired and foreign links, and every answer."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from nso_contacts.mail import links
from nso_contacts.mail.models import Message, PersonalLink
from stakeholders.models import Person
from tests.factories import PersonFactory, WorkshopFactory, invited
from workshops import invitees, messages
from workshops.actions import event as event_actions
from workshops.actions import sending
from workshops.models import Invitation, Milestone

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop(office):
    return WorkshopFactory()


@pytest.fixture
def invitation(workshop):
    return invited(workshop, PersonFactory(name="Amina Haddad"))[0]


@pytest.fixture
def address(invitation):
    return f"/i/{links.make(messages.LINK, invitation, invitation.event.end)}/"


@pytest.fixture
def client():
    return Client()


def answered(invitation):
    invitation.refresh_from_db()
    return invitation.reply, invitation.joins


def test_following_the_link_changes_nothing_whoever_follows_it(client, address, invitation):
    """Mail scanners open every address in a message, the one of each button too."""
    before = PersonalLink.objects.values_list("ended_at", flat=True)[0]
    for wish in ("", "?reply=accept", "?reply=decline", "?reply=maybe", "?reply=delegate", "?reply=nonsense"):
        assert client.get(address + wish).status_code == 200
        assert client.head(address + wish).status_code == 200

    assert answered(invitation) == ("", "")
    assert PersonalLink.objects.values_list("ended_at", flat=True)[0] == before


def test_a_button_of_the_message_fills_the_answer_in(client, address):
    page = client.get(f"{address}?reply=decline").content.decode()
    chosen = re.findall(r'<input[^>]*name="reply"[^>]*checked[^>]*>', page)

    assert len(chosen) == 1
    assert 'value="decline"' in chosen[0]
    assert "Nothing is sent until you press the button." in page


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"reply": "accept", "joins": "ROOM"}, ("ACCEPTED", "ROOM")),
        ({"reply": "accept", "joins": "ONLINE"}, ("ACCEPTED", "ONLINE")),
        ({"reply": "maybe", "joins": "ROOM"}, ("TENTATIVE", "ROOM")),
        ({"reply": "decline"}, ("DECLINED", "")),
        ({"reply": "decline", "joins": "ROOM"}, ("DECLINED", "")),
    ],
)
def test_every_answer_is_taken_without_signing_in(client, address, invitation, sent, expected):
    response = client.post(address, sent)

    assert response.status_code == 302
    assert answered(invitation) == expected
    assert "Your reply" in client.get(address).content.decode()


def test_a_used_link_changes_the_answer(client, address, invitation):
    client.post(address, {"reply": "accept", "joins": "ROOM", "needs": "Large print"})
    client.post(address, {"reply": "decline"})

    assert answered(invitation) == ("DECLINED", "")


@pytest.mark.parametrize(
    "sent", [{}, {"reply": ""}, {"reply": "perhaps"}, {"reply": "accept"}, {"reply": "accept", "joins": "MOON"}]
)
def test_a_bad_answer_is_refused_with_the_reason(client, address, invitation, sent):
    response = client.post(address, sent)

    assert response.status_code == 422
    assert "Error:" in response.content.decode()
    assert answered(invitation) == ("", "")


def test_naming_a_colleague_is_a_step_of_its_own(client, address, invitation):
    step = client.post(address, {"reply": "delegate"})
    assert step.status_code == 200
    assert "Who comes instead of you?" in step.content.decode()
    assert answered(invitation) == ("", "")
    refused = client.post(address, {"reply": "delegate", "colleague_name": "Paula Nunes", "colleague_email": "paula"})
    assert refused.status_code == 422
    assert 'value="Paula Nunes"' in refused.content.decode()
    client.post(
        address, {"reply": "delegate", "colleague_name": "Paula Nunes", "colleague_email": "paula@labour.example"}
    )

    assert answered(invitation) == ("DELEGATED", "")
    theirs = Invitation.objects.get(delegate_for=invitation)
    assert theirs.person.emails.get().address == "paula@labour.example"
    assert Message.objects.for_subject(theirs).get().purpose == "workshops.invitation"
    assert "Paula Nunes comes instead of you" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("of_person", "of_login", "expected"),
    [("fr", "ar", "fr"), ("", "fr", "fr"), ("", "", "en"), ("de", "", "en"), ("de", "fr", "fr")],
)
def test_people_are_written_to_in_their_own_language(office, make_user, of_person, of_login, expected):
    office.languages = ["en", "fr", "ar"]
    office.save()
    person = PersonFactory(language=of_person, user=make_user("expert", language=of_login))

    assert invitees.language_of(person, office) == expected


def test_a_colleague_is_invited_in_the_language_of_who_named_them(client, office, address, invitation):
    office.languages = ["en", "fr"]
    office.save()
    Person.objects.filter(pk=invitation.person_id).update(language="fr")
    client.post(
        address, {"reply": "delegate", "colleague_name": "Paula Nunes", "colleague_email": "paula@labour.example"}
    )

    assert Message.objects.for_subject(Invitation.objects.get(delegate_for=invitation)).get().language == "fr"


def test_nobody_can_name_colleagues_without_end(client, address, invitation):
    for number in range(5):
        response = client.post(
            address,
            {"reply": "delegate", "colleague_name": f"Name {number}", "colleague_email": f"n{number}@labour.example"},
        )

    assert response.status_code == 422
    assert Invitation.objects.filter(delegate_for=invitation).count() == 3


def test_a_foreign_or_invented_link_is_not_found(client, address, invitation):
    assert client.get("/i/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404
    assert client.post("/i/AAAAAAAAAAAAAAAAAAAAAA/", {"reply": "decline"}).status_code == 404
    other = links.make("accounts.invitation", invitation.person, invitation.event.end)
    assert client.get(f"/i/{other}/").status_code == 404
    assert answered(invitation) == ("", "")


def test_an_expired_link_says_so_and_what_to_do(client, address, invitation):
    with time_machine.travel(invitation.event.end + timedelta(minutes=1), tick=False):
        page = client.get(address)
        refused = client.post(address, {"reply": "decline"})

    assert page.status_code == refused.status_code == 410
    assert "This invitation has ended" in page.content.decode()
    assert answered(invitation) == ("", "")


def test_a_link_goes_on_answering_when_the_workshop_moves_to_a_later_day(client, address, workshop, invitation):
    moment = event_actions.Moment(workshop.start + timedelta(days=30), workshop.end + timedelta(days=30), "UTC")
    event_actions.set_new_day(workshop, moment, actor=workshop.organiser)
    with time_machine.travel(workshop.end + timedelta(days=10), tick=False):
        assert client.post(address, {"reply": "decline"}).status_code == 302

    assert answered(invitation) == ("DECLINED", "")


def test_an_ended_link_stays_ended(client, address, invitation):
    links.end(messages.LINK, invitation)
    assert client.get(address).status_code == 410


def test_once_it_has_begun_the_page_shows_and_takes_nothing(client, address, invitation):
    with time_machine.travel(invitation.event.start, tick=False):
        page = client.get(address)
        refused = client.post(address, {"reply": "decline"})

    assert page.status_code == 200
    assert "has begun" in page.content.decode()
    assert refused.status_code == 409
    assert answered(invitation) == ("", "")


def test_a_cancelled_workshop_says_so(client, address, workshop, invitation):
    event_actions.cancel(workshop, reason="The hall is flooded.", actor=workshop.organiser)
    page = client.get(address).content.decode()

    assert "This workshop was cancelled." in page
    assert "The hall is flooded." in page
    assert "<button" not in page.split("</header>")[1].split("<footer")[0]


def test_a_full_room_is_said_and_online_is_offered(client, address, workshop, invitation):
    workshop.capacity_room = 1
    event_actions.change(workshop, actor=workshop.organiser)
    [other] = invited(workshop, PersonFactory())
    client.post(f"/i/{links.make(messages.LINK, other, workshop.end)}/", {"reply": "accept", "joins": "ROOM"})
    response = client.post(address, {"reply": "accept", "joins": "ROOM"})

    assert response.status_code == 422
    assert "The room is full. You can join online." in response.content.decode()


def test_the_page_speaks_the_recipients_language(client, office):
    office.languages = ["en", "fr", "ar"]
    office.save()
    workshop = WorkshopFactory(title={"en": "Prices", "ar": "الأسعار"}, languages=["en", "ar"])
    [invitation] = invited(workshop, PersonFactory(language="ar"))
    page = client.get(f"/i/{links.make(messages.LINK, invitation, workshop.end)}/").content.decode()

    assert 'dir="rtl"' in page
    assert "الأسعار" in page


def test_the_joining_link_stands_there_only_for_those_who_join_online_and_once_it_was_sent(
    client, address, workshop, invitation
):
    client.post(address, {"reply": "accept", "joins": "ONLINE"})
    assert workshop.link not in client.get(address).content.decode()
    step = workshop.milestones.planned().get(kind=Milestone.Kind.JOINING_LINK)
    sending.run(step, actor=workshop.organiser)
    assert workshop.link in client.get(address).content.decode()
    client.post(address, {"reply": "accept", "joins": "ROOM"})
    assert workshop.link not in client.get(address).content.decode()


def test_the_page_is_kept_nowhere_and_followed_by_no_search_engine(client, address):
    response = client.get(address)
    assert "no-store" in response.headers["Cache-Control"]
    assert 'name="robots" content="noindex"' in response.content.decode()


def test_the_calendar_file_of_the_page(client, address, invitation):
    response = client.get(f"{address}calendar/")
    assert response.headers["Content-Type"].startswith("text/calendar")
    assert str(invitation.event.uid) in response.content.decode()


def test_an_expert_answers_in_the_portal_and_only_their_own(signed_in, expert, workshop, invitation):
    person = invitation.person
    person.user = expert
    person.save()
    [other] = invited(workshop, PersonFactory())
    client = signed_in(expert)

    assert client.get(f"/portal/workshops/{other.pk}/").status_code == 404
    assert client.get(f"/portal/workshops/{invitation.pk}/").status_code == 200
    client.post(f"/portal/workshops/{invitation.pk}/", {"reply": "accept", "joins": "ROOM"})
    assert answered(invitation) == ("ACCEPTED", "ROOM")
    assert invitation.answered_by is None
