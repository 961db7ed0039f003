"""What the public writes: taken in without an account, kept from machines without a barrier, turned into a request."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from feedback.models import DataRequest, Enquiry
from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message

pytestmark = pytest.mark.django_db
PAGE = "/contact/"
QUESTION = {"topic": "DATA", "text": "Students by region?", "name": "Marta Silva", "email": "m@univ.example"}


def stamp(client, seconds_ago=30):
    """What the page carries that was opened that long ago."""
    with time_machine.travel(timezone.now() - timedelta(seconds=seconds_ago)):
        page = client.get(PAGE).content.decode()
    return {"opened": re.search(r'name="opened" value="([^"]+)"', page)[1]}


@pytest.fixture
def ask(client, office):
    """Send the form as somebody who has read it."""

    def send(**values):
        return client.post(PAGE, QUESTION | stamp(client) | values)

    return send


def test_a_question_becomes_a_request_of_whoever_asked(ask, client, signed_in, liaison, office):
    office.languages = ["en", "fr"]
    office.save()
    client.cookies["django_language"] = "fr"
    assert ask().status_code == 302
    enquiry = Enquiry.objects.get()
    staff = signed_in(liaison)
    assert staff.get(f"/enquiries/{enquiry.pk}/").status_code == 200
    answer = staff.post(f"/enquiries/{enquiry.pk}/request/", {"subject": "Students by region"})
    request = DataRequest.objects.get()
    assert answer["Location"] == request.get_absolute_url()
    enquiry.refresh_from_db()
    assert (enquiry.request, enquiry.outcome) == (request, "REQUEST")
    assert (request.requester, request.requester_name, request.requester_email) == (
        None,
        "Marta Silva",
        "m@univ.example",
    )
    assert (request.language, request.details, request.received_at) == (
        "fr",
        "Students by region?",
        enquiry.received_at,
    )
    receipt = Message.objects.get(purpose="feedback.request_received")
    assert (receipt.address, receipt.language) == ("m@univ.example", "fr")
    again = staff.post(f"/enquiries/{enquiry.pk}/request/", {"subject": "Students by region"})
    assert "This enquiry is closed already." in again.content.decode()
    assert DataRequest.objects.count() == 1


def test_the_receipt_leads_to_a_page_of_its_own(ask, client, signed_in, liaison, smtp_sink, settings):
    ask()
    signed_in(liaison).post(f"/enquiries/{Enquiry.objects.get().pk}/request/", {"subject": "Students by region"})
    delivery.run()
    letter = next(one for one in smtp_sink.messages if "Students by region" in one["Subject"])
    assert letter.envelope_to == ["m@univ.example"]
    [path] = re.findall(rf"{settings.BASE_URL}(/r/\S+)", letter.get_body(("plain",)).get_content())
    page = client.get(path).content.decode()
    assert "Students by region" in page
    assert "Marta Silva" in page
    assert client.get("/r/another/").status_code == 404
    assert client.post(path, {"text": "Only 2024."}).status_code == 302
    message = DataRequest.objects.get().messages.get()
    assert (message.text, message.author) == ("Only 2024.", None)


def test_a_flood_from_one_place_is_stopped(ask):
    for _message in range(10):
        assert ask().status_code == 302
    assert ask().status_code == 429
    assert Enquiry.objects.count() == 10


def test_nobody_s_mailbox_is_filled_through_the_form(ask):
    for number in range(5):
        ask(email="victim@other.example" if number % 2 else "Victim@other.example", text="Buy now: http://spam.example")
    ask(email="somebody@else.example")
    receipts = Message.objects.filter(purpose="feedback.enquiry_received")
    assert receipts.filter(address__iexact="victim@other.example").count() == 3
    assert receipts.filter(address="somebody@else.example").count() == 1
    assert Enquiry.objects.count() == 6


def test_a_receipt_carries_nothing_of_what_was_written(ask, smtp_sink):
    ask(text="Buy now: http://spam.example", name="http://spam.example")
    delivery.run()
    [letter] = smtp_sink.messages
    assert "spam.example" not in str(letter)


def test_a_machine_that_fills_in_everything_leaves_nothing(ask):
    assert ask(website="http://spam.example").status_code == 302
    assert not Enquiry.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("opened", [None, "", "contact:forged:stamp", "now"])
def test_who_sends_at_once_is_asked_to_press_again_and_loses_nothing(client, office, opened):
    sent = QUESTION | ({} if opened is None else stamp(client, 0) if opened == "now" else {"opened": opened})
    answer = client.post(PAGE, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Students by region?" in page
    assert not Enquiry.objects.exists()
    fresh = re.search(r'name="opened" value="([^"]+)"', page)[1]
    with time_machine.travel(timezone.now() + timedelta(seconds=4)):
        assert client.post(PAGE, QUESTION | {"opened": fresh}).status_code == 302
    assert Enquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"text": " "}, "Write your question first."),
        ({"text": "a" * 100_000}, "at most 10000 characters"),
        ({"email": ""}, "Enter the address the answer should go to."),
        ({"topic": "POLITICS"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(ask, values, message):
    answer = ask(**values)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Enquiry.objects.exists()
