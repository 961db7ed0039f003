"""The pages of requests, surveys and needs in a browser: on a desk and on a telephone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedback.actions import need as needs
from feedback.actions import request as requests
from feedback.actions import survey as surveys
from feedback.mails.request import LINK
from feedback.models import DataNeed, DataRequest, Enquiry, NeedRaiser, PublishedResponse
from nso_contacts.mail import links
from nso_contacts.office import clock
from tests.factories import PersonFactory, domain, held_workshop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def story(office, liaison, manager, expert):
    """A request with its conversation, a need with its answer, a survey that runs, a published response."""
    person = PersonFactory(name="Amina Haddad", user=expert, email="amina@labour.example")
    ministry = person.posts.get().organisation
    wish = DataRequest(requester=person, organisation=ministry, subject="Births by district", purpose="Planning")
    record = requests.submit(wish, actor=expert)
    requests.triage(
        record,
        request_class="CUSTOM_TABULATION",
        is_free=True,
        domain=domain("1.2"),
        assignee=liaison,
        actor=manager,
    )
    requests.note(record, "Too few interviews for the age split.", actor=liaison)
    requests.ask(record, "Which years?", actor=liaison)
    raiser = NeedRaiser(person=person, request=record, raised_on=clock.today(), quote="We need it monthly.")
    need = needs.raise_need(DataNeed(title="Monthly indicators"), raiser, domains=[domain("1.2")], actor=liaison)
    needs.decide(need, decision="ACCEPTED", decision_reason="A law asks for it.", actor=manager)
    response = PublishedResponse.objects.create(
        title="District figures",
        said="Districts, please.",
        did="They are published.",
        author=liaison,
        published_by=manager,
        published_at=timezone.now(),
    )
    enquiry = Enquiry.objects.create(reference="E-1", topic="DATA", text="Students?", email="m@univ.example")
    now = timezone.now()
    event = held_workshop(person, organiser=liaison)
    wave = surveys.open_wave(event, actor=manager)
    until = now + timedelta(days=3)
    return {
        "staff": [
            "/requests/",
            f"/requests/{record.pk}/",
            f"/requests/{record.pk}/triage/",
            f"/requests/{record.pk}/refuse/",
            "/requests/new/",
            "/enquiries/",
            f"/enquiries/{enquiry.pk}/",
            "/needs/",
            f"/needs/{need.pk}/",
            "/needs/new/",
            f"/needs/{need.pk}/decide/",
            f"/needs/raised/{raiser.pk}/answer/",
            "/responses/",
            f"/responses/{response.pk}/",
            "/responses/new/",
            "/surveys/",
            f"/surveys/{wave.pk}/",
            f"/surveys/asked/?wave={wave.pk}",
            f"/workshops/{event.pk}/?tab=survey",
            "/insight/satisfaction/",
        ],
        "expert": [
            "/portal/",
            "/portal/requests/",
            "/portal/requests/new/",
            f"/portal/requests/{record.pk}/",
            f"/portal/requests/{record.pk}/withdraw/",
            "/portal/workshops/",
            "/portal/experts/",
            f"/portal/surveys/{wave.frame.get().pk}/",
        ],
        "public": [
            f"/r/{links.make(LINK, record, until)}/",
            f"/s/{links.make(surveys.LINK, wave.frame.get(), until)}/",
            "/contact/",
            "/contact/sent/",
            "/engagement/",
        ],
    }


@pytest.mark.parametrize("screen", ["page", "phone"])
@pytest.mark.parametrize("who", ["staff", "expert", "public"])
def test_every_page_reads_well(story, who, screen, request, sign_in, axe, make_user, expert):
    page = request.getfixturevalue(screen)
    if who != "public":
        sign_in(page, make_user("manager", "liaison") if who == "staff" else expert)
    wrong = []
    for path in story[who]:
        answer = page.goto(path)
        assert answer.status == 200, path
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{path} is wider than the screen")
        try:
            axe(page)
        except AssertionError as found:
            wrong.append(f"{path}: {found}")
    assert wrong == []


def test_a_survey_is_answered_on_a_telephone_without_scripts(story, browser, browser_context_args):
    context = browser.new_context(
        **browser_context_args | {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}
    )
    page = context.new_page()
    page.goto(story["public"][1])
    for _question in range(6):
        page.locator("input[type=radio]").first.check()
        page.get_by_role("button", name="Next question").click()
    page.get_by_role("button", name="Send answers").click()
    assert page.get_by_text("Your answers have arrived.").is_visible()
    context.close()
