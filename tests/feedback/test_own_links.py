"""“Send me my links again”: one letter with new links, the same answer for every address, and the old links end."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from feedback.actions import request as requests
from feedback.actions import survey as surveys
from feedback.models import DataRequest
from nso_contacts.mail import delivery, links
from nso_contacts.mail.models import Message, PersonalLink
from stakeholders.models import PersonEmail
from tests.factories import OrganisationFactory, PersonFactory, WorkshopFactory, domain, held_workshop, invited
from workshops import messages as workshops

pytestmark = pytest.mark.django_db
PATH = re.compile(r"https?://[^/\s]+(/(?:i|s|r|preferences)/[^/\s]+/)")


def ask(client, address):
    """Ask for links on the page, and say what the visitor saw."""
    answer = client.post("/links/", {"email": address}, follow=True)
    assert answer.redirect_chain == [("/links/sent/", 302)]
    return answer.content.decode().replace(address, "")


def letters(smtp_sink):
    """Deliver what is due, and return what was sent since."""
    smtp_sink.messages.clear()
    delivery.run()
    return list(smtp_sink.messages)


def body(letter):
    return letter.get_body(("plain",)).get_content()


@pytest.fixture
def everything(office, liaison, smtp_sink):
    """Amina has an invitation, a survey and a request; the letters about them are out. Their paths, by kind."""
    amina = PersonFactory(name="Amina Haddad", email="amina@labour.example")
    invited(WorkshopFactory(title="Consumer prices", organiser=liaison), amina)
    surveys.open_wave(held_workshop(amina, organiser=liaison), actor=liaison)
    request = DataRequest(
        requester=amina,
        organisation=amina.posts.get().organisation,
        subject="Births by district",
        domain=domain(),
    )
    requests.submit(request, actor=None)
    paths = [path for letter in letters(smtp_sink) for path in PATH.findall(body(letter))]
    return {path[1]: path for path in paths if not path.startswith("/preferences/")}


def test_one_letter_brings_a_new_link_to_everything_open_and_the_old_ones_end(everything, smtp_sink, client):
    ask(client, "Amina@Labour.example")
    [letter] = letters(smtp_sink)

    text = body(letter)
    assert letter["To"] == "Amina@Labour.example"
    for words in ("Invitation to “Consumer prices”:", "Survey about “Labour Force Survey", "Births by district"):
        assert words in text
    new = {path[1]: path for path in PATH.findall(text)}
    assert set(new) == {"i", "s", "r", "p"}
    assert [client.get(path).status_code for path in new.values()] == [200] * 4
    assert ".invalid" not in letter.as_string()
    for kind, path in everything.items():
        answer = client.get(path)
        assert answer.status_code == 410
        assert 'href="/links/"' in answer.content.decode(), kind
    assert "A newer link was sent to you" in client.get(everything["i"]).content.decode()
    assert "A newer link was sent to you" in client.get(everything["s"]).content.decode()


def test_the_old_links_answer_until_the_letter_is_out(everything, client, smtp_sink):
    ask(client, "amina@labour.example")
    smtp_sink.refuse = "451 later"
    assert letters(smtp_sink) == []
    assert client.get(everything["i"]).status_code == 200


def test_every_address_gets_the_same_answer_and_only_known_ones_a_letter(everything, smtp_sink, client):
    assert ask(client, "amina@labour.example") == ask(client, "nobody@labour.example")
    [letter] = letters(smtp_sink)
    assert letter["To"] == "amina@labour.example"
    dropped = Message.objects.get(address="nobody@labour.example")
    assert (dropped.state, dropped.reason) == ("dropped", "Nobody with this address is on file.")


def test_asking_changes_nothing_before_it_is_sent_and_a_page_that_is_only_looked_at_never(everything, client):
    links_before = PersonalLink.objects.count()
    for path in ("/links/", "/links/sent/"):
        assert client.get(path).status_code == 200
    assert client.post("/links/", {"email": "no address"}).status_code == 422
    assert Message.objects.of("feedback.own_links").count() == 0
    ask(client, "amina@labour.example")
    assert PersonalLink.objects.count() == links_before


def test_at_a_desk_each_link_is_named_by_its_person(office, liaison, smtp_sink, client):
    desk = OrganisationFactory()
    amina, bo = (PersonFactory(name=name, email="desk@labour.example", organisation=desk) for name in ("Amina", "Bo"))
    invited(WorkshopFactory(title="Prices", organiser=liaison), amina)
    invited(WorkshopFactory(title="Wages", organiser=liaison), bo)
    letters(smtp_sink)
    ask(client, "desk@labour.example")
    [letter] = letters(smtp_sink)
    lines = [line for line in body(letter).splitlines() if line and "://" not in line]
    assert [line for line in lines if line in ("Amina", "Bo") or line.startswith("Invitation")] == [
        "Amina",
        "Invitation to “Prices”:",
        "Bo",
        "Invitation to “Wages”:",
    ]


def test_a_desk_somebody_left_does_not_get_their_links(office, liaison, smtp_sink, client):
    moved = PersonFactory(email="new@health.example")
    PersonEmail.objects.create(person=moved, address="desk@labour.example")
    invited(WorkshopFactory(organiser=liaison), moved)
    letters(smtp_sink)
    ask(client, "desk@labour.example")
    assert letters(smtp_sink) == []


def test_who_asked_through_the_public_form_gets_the_way_to_their_request(office, smtp_sink, client):
    asked = DataRequest(requester_name="M. Traoré", requester_email="m@univ.example", subject="Students by region")
    requests.submit(asked, actor=None)
    letters(smtp_sink)
    ask(client, "m@univ.example")
    [letter] = letters(smtp_sink)
    [path] = PATH.findall(body(letter))
    assert "Students by region" in client.get(path).content.decode()


def test_what_is_over_is_left_out(office, liaison, smtp_sink, client):
    amina = PersonFactory(email="amina@labour.example")
    surveys.open_wave(held_workshop(amina, organiser=liaison), actor=liaison)
    surveys.SurveyWave.objects.update(closed_at=timezone.now())
    letters(smtp_sink)
    ask(client, "amina@labour.example")
    [letter] = letters(smtp_sink)
    assert "Nothing is open for you at present." in body(letter)
    assert [path[1] for path in PATH.findall(body(letter))] == ["p"]


def test_one_address_is_written_to_at_most_three_times_an_hour_whoever_asks(everything, client):
    for number in range(5):
        client.post("/links/", {"email": "amina@labour.example"}, REMOTE_ADDR=f"10.0.0.{number}")
    assert Message.objects.of("feedback.own_links").count() == 3


def test_one_connection_may_ask_ten_times_an_hour(office, client):
    answers = [client.post("/links/", {"email": f"a{number}@x.example"}).status_code for number in range(11)]
    assert answers == [302] * 10 + [429]


@pytest.mark.parametrize("kind", ["i", "r"])
def test_an_expired_link_leads_to_new_ones(everything, client, kind):
    PersonalLink.objects.update(ended_at=timezone.now())
    page = client.get(everything[kind]).content.decode()
    assert 'href="/links/"' in page


def test_older_links_of_other_records_are_left_alone(office, liaison, smtp_sink, client):
    workshop = WorkshopFactory(organiser=liaison)
    amina, bo = PersonFactory(email="amina@labour.example"), PersonFactory(email="bo@labour.example")
    _hers, his = invited(workshop, amina, bo)
    kept = links.make(workshops.LINK, his, timezone.now() + timedelta(days=1))
    letters(smtp_sink)
    ask(client, "amina@labour.example")
    letters(smtp_sink)
    assert client.get(f"/i/{kept}/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_asking_on_a_telephone(everything, phone, axe):
    phone.goto(everything["r"])
    phone.get_by_role("link", name="Send me a new link; the old one stops working").click()
    axe(phone)
    phone.get_by_label("Your e-mail address").fill("amina@labour.example")
    phone.get_by_role("button", name="Send links").click()
    assert phone.get_by_role("heading", level=1).inner_text() == "Look into your mailbox"
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
