"""What a requester finds in their mailbox, read from a real mail server: one letter a step, theirs alone."""

import re

import pytest

from feedback.actions import request as actions
from feedback.models import DataRequest
from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message, PersonalLink
from tests.factories import OrganisationFactory, PersonFactory, domain

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "amina@labour.example"
SUBJECT = "Births by district"
# How the subject of each letter says what it is about.
SAYS = {
    "en": ("we have your request", "we need your answer", "the answer to", "we cannot provide"),
    "fr": ("nous avons votre demande", "nous avons besoin de votre réponse", "la réponse à", "ne pouvons pas fournir"),
    "ar": ("وصل طلبكم", "نحتاج إلى إجابتكم", "الإجابة عن", "لا يمكننا توفير"),
}


@pytest.fixture
def deliver(smtp_sink):
    """Send what is due, and return what the mail server was given by it."""

    def run():
        before = len(smtp_sink.messages)
        delivery.run()
        assert not Message.objects.exclude(state="sent").exists()
        return smtp_sink.messages[before:]

    return run


@pytest.fixture
def ask(office):
    """Receive a request in a language, from somebody on file."""
    office.languages = ["en", "fr", "ar"]
    office.save()

    def make(language, user=None):
        ministry = OrganisationFactory(name="Ministry of Labour")
        person = PersonFactory(name="Amina Haddad", organisation=ministry, email=ADDRESS, language=language, user=user)
        request = DataRequest(requester=person, organisation=ministry, subject=SUBJECT, purpose="Schools")
        return actions.submit(request, actor=user)

    return make


def text_of(letter):
    """What the letter says."""
    return letter.get_body(("plain",)).get_content()


def link_in(letter, live):
    """The path of the only link in a letter."""
    [link] = set(re.findall(rf"{live}(/\S+)", text_of(letter)))
    return link


def step(deliver, request, said, act, *args, **kwargs):
    """Do something with a request; exactly one letter arrives, to the requester and about it. Return the letter."""
    if act:
        act(request, *args, **kwargs)
    [letter] = [one for one in deliver() if ADDRESS in one["To"]]
    assert letter.envelope_to == [ADDRESS]
    assert (letter["Cc"], letter["Bcc"]) == (None, None)
    assert request.reference in letter["Subject"]
    assert SUBJECT in letter["Subject"]
    assert said in letter["Subject"]
    return letter


@pytest.mark.parametrize("language", SAYS)
def test_each_step_is_one_letter_in_the_language_of_the_requester(
    ask, deliver, client, liaison, statistician, settings, language
):
    receipt, question, answer, _refusal = SAYS[language]
    request = ask(language)
    letters = [step(deliver, request, receipt, None)]
    actions.triage(
        request, request_class="READY_MADE", is_free=True, domain=domain("1.2"), assignee=statistician, actor=liaison
    )
    actions.note(request, "Between us: too few interviews.", actor=statistician)
    letters.append(step(deliver, request, question, actions.ask, "2021 or 2022?", actor=statistician))
    assert "2021 or 2022?" in text_of(letters[-1])
    client.post(link_in(letters[-1], settings.BASE_URL), {"text": "2022, please."})
    assert request.messages.last().text == "2022, please."
    letters.append(step(deliver, request, answer, actions.answer, "Table 7 has them.", actor=statistician))
    assert "Table 7 has them." in text_of(letters[-1])

    for letter in letters:
        assert "Between us" not in str(letter)
        assert statistician.email not in str(letter)
        assert "liaison" not in str(letter)
        page = client.get(link_in(letter, settings.BASE_URL))
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.content.decode()
        assert SUBJECT in page.content.decode()
        assert "Between us" not in page.content.decode()


def test_the_reason_for_declining_is_told(ask, deliver, liaison):
    request = ask("fr")
    deliver()
    values = {"reason_code": "NOT_AVAILABLE", "text": "L’enquête ne va pas si loin.", "actor": liaison}
    letter = step(deliver, request, SAYS["fr"][3], actions.refuse, **values)
    assert "Les données n’existent pas" in text_of(letter)
    assert "L’enquête ne va pas si loin." in text_of(letter)


def test_a_link_is_written_down_nowhere_but_in_its_letter(ask, deliver, signed_in, administrator, settings):
    request = ask("en")
    token = link_in(step(deliver, request, SAYS["en"][0], None), settings.BASE_URL).split("/")[2]
    message = Message.objects.get()
    rows = [*Message.objects.values(), *PersonalLink.objects.values(), *DataRequest.objects.values()]
    assert token not in str(rows)
    staff = signed_in(administrator)
    for path in (
        "/messages/",
        message.get_absolute_url(),
        f"/requests/{request.pk}/",
        f"/history/request/{request.pk}/",
    ):
        page = staff.get(path)
        assert page.status_code == 200, path
        assert token not in page.content.decode()


def test_who_signs_in_is_led_to_the_portal_where_others_find_nothing(
    ask, deliver, signed_in, expert, make_user, client, settings
):
    request = ask("en", user=expert)
    path = link_in(step(deliver, request, SAYS["en"][0], None), settings.BASE_URL)
    assert path == f"/portal/requests/{request.pk}/"
    assert SUBJECT in signed_in(expert).get(path).content.decode()
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    stranger = make_user("expert", email="leila@health.example")
    PersonFactory(organisation=OrganisationFactory(name="Ministry of Health"), user=stranger)
    for answer in (signed_in(stranger).get(path), signed_in(stranger).post(path, {"text": "Mine"})):
        assert answer.status_code == 404
    assert not request.messages.exists()
