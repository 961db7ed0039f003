"""A ministry expert asks for figures and gets them; everybody reads what became of the need behind it."""

import pytest

from feedback.actions import request as requests
from feedback.models import DataNeed, DataRequest, PublishedResponse, RequestMessage
from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "a.haddad@labour.example"
QUESTION = "Which years do you need?"


@pytest.fixture
def ministry(office):
    return OrganisationFactory(name="Ministry of Labour")


@pytest.fixture
def amina(expert, ministry):
    return PersonFactory(name="Amina Haddad", organisation=ministry, email=ADDRESS, user=expert)


def test_a_request_from_the_portal_to_the_file_with_the_answer(
    page, plain, letters, look, look_at, sign_in, sign_in_by_form, expert, liaison, amina, tmp_path
):
    visitor = plain()
    request = ask(visitor, look_at, sign_in_by_form, expert)
    letters.deliver()
    assert letters.link(letters.to(ADDRESS, request.reference)[-1], "/portal/") == f"/portal/requests/{request.pk}/"

    sign_in(page, liaison)
    triage(page, look, request)
    write(page, request, "Question to requester", QUESTION)
    request.refresh_from_db()
    assert request.status == DataRequest.Status.CLARIFICATION_NEEDED
    letters.deliver()
    assert QUESTION in letters.to(ADDRESS)[-1].get_body(("plain",)).get_content()

    visitor.goto("/portal/")
    visitor.get_by_role("main").get_by_role("link", name="Births by district").first.click()
    visitor.get_by_text(QUESTION).wait_for()
    visitor.get_by_label("Your message").fill("From 2021 to 2025.")
    visitor.get_by_role("button", name="Send reply").click()
    visitor.get_by_text("From 2021 to 2025.").wait_for()
    assert request.messages.filter(kind=RequestMessage.Kind.FROM_REQUESTER).count() == 1
    request.refresh_from_db()
    assert request.status not in DataRequest.WAITING
    look_at(f"/portal/requests/{request.pk}/", expert)

    answer = tmp_path / "births.csv"
    answer.write_text("district,births\nNorth,120\n")
    write(page, request, "Answer: the request is answered", "Here are the births.", answer)
    request.refresh_from_db()
    assert request.status == DataRequest.Status.DELIVERED
    letters.deliver()
    visitor.goto(f"/portal/requests/{request.pk}/")
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="births.csv").click()
    assert download.value.path().read_text() == answer.read_text()


def ask(visitor, look_at, sign_in_by_form, expert):
    """Sign in by the form, ask, and read the reference: all without scripts."""
    visitor.goto("/portal/requests/new/")
    sign_in_by_form(visitor, expert)
    visitor.get_by_role("heading", name="Request data").wait_for()
    look_at("/portal/requests/new/", expert)
    visitor.get_by_role("button", name="Send request").click()
    assert visitor.get_by_role("alert").is_visible()
    assert not DataRequest.objects.exists()
    visitor.get_by_label("Describe the data in one sentence").fill("Births by district")
    visitor.get_by_label("What will the figures be used for?").fill("Planning of schools")
    visitor.get_by_role("button", name="Send request").click()
    request = DataRequest.objects.get()
    visitor.wait_for_url(f"**/portal/requests/{request.pk}/")
    assert request.reference in visitor.get_by_role("main").inner_text()
    return request


def triage(page, look, request):
    """Set the class of a request."""
    page.goto("/requests/")
    look(page)
    page.get_by_role("link", name="Births by district").click()
    look(page)
    page.get_by_role("link", name="Triage", exact=True).click()
    look(page)
    page.get_by_label("Class").select_option("SIMPLE_EXTRACT")
    page.get_by_role("button", name="Save triage").click()
    page.wait_for_url(f"**/requests/{request.pk}/")
    request.refresh_from_db()
    assert (request.request_class, request.status) == ("SIMPLE_EXTRACT", DataRequest.Status.TRIAGED)


def write(page, request, who, text, file=None):
    """Write an entry of the conversation below it."""
    page.goto(f"/requests/{request.pk}/")
    page.get_by_label(who).check()
    page.get_by_label("Message", exact=True).fill(text)
    if file:
        page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator("article.msg").get_by_text(text).wait_for()


def test_a_need_from_a_request_to_what_everybody_reads(
    page, plain, letters, look, look_at, sign_in, liaison, manager, amina, ministry
):
    asked = DataRequest(requester=amina, organisation=ministry, subject="Births by district", purpose="Schools")
    request = requests.submit(asked, actor=amina.user)
    sign_in(page, liaison)
    page.goto(f"/requests/{request.pk}/")
    page.get_by_role("link", name="Record a need").click()
    look(page)
    page.get_by_label("What users need").fill("Births by district every month")
    page.get_by_role("button", name="Save need").click()
    page.get_by_role("heading", name="Births by district every month").wait_for()
    need = DataNeed.objects.get()
    assert [(row.person, row.request) for row in need.raisers.all()] == [(amina, request)]
    look(page)

    sign_in(page, manager)
    page.goto(f"/needs/{need.pk}/decide/")
    look(page)
    page.get_by_label("Rejected").check()
    page.get_by_label("Reason").fill("The registers of births close once a quarter.")
    page.get_by_role("button", name="Save decision").click()
    page.wait_for_url(f"**/needs/{need.pk}/")
    page.goto(f"/needs/{need.pk}/close/")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("alert").wait_for()
    need.refresh_from_db()
    assert need.status == DataNeed.Status.REJECTED

    page.goto(f"/needs/{need.pk}/")
    page.get_by_role("link", name="Answer Amina Haddad").click()
    look(page)
    page.get_by_role("button", name="Save answer").click()
    page.wait_for_url(f"**/needs/{need.pk}/")
    letters.deliver()
    assert "close once a quarter" in letters.to(ADDRESS)[-1].get_body(("plain",)).get_content()
    page.goto(f"/needs/{need.pk}/close/")
    page.get_by_role("button", name="Close", exact=True).click()
    page.wait_for_url(f"**/needs/{need.pk}/")
    need.refresh_from_db()
    assert need.status == DataNeed.Status.CLOSED

    publish(page, look)
    reader = plain()
    reader.goto("/engagement/")
    assert reader.get_by_text("Births every quarter, by district.").is_visible()
    look_at("/engagement/")


def publish(page, look):
    """Write what became of it, which nobody reads before it is published."""
    page.goto("/responses/new/")
    look(page)
    page.get_by_label("Title").fill("Births by district")
    page.get_by_label("You said").fill("Births by district are missing.")
    page.get_by_label("We did").fill("Births every quarter, by district.")
    page.get_by_role("button", name="Save response").click()
    page.get_by_role("link", name="Publish").wait_for()
    look(page)
    response = PublishedResponse.objects.get()
    assert not PublishedResponse.objects.published().exists()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(f"**{response.get_absolute_url()}")
    assert PublishedResponse.objects.published().get() == response


def test_what_goes_wrong_is_said_and_changes_nothing(page, new_context, plain, look, sign_in, liaison, expert, amina):
    """Somebody else's request, addresses that never were, and a form that a colleague overtook."""
    stranger = PersonFactory(name="Yusuf Al-Khatib", organisation=OrganisationFactory(name="Ministry of Finance"))
    foreign = requests.submit(
        DataRequest(requester=stranger, organisation=stranger.posts.get().organisation, subject="Tax", purpose="Tax"),
        actor=liaison,
    )
    visitor = plain(expert)
    for address in (
        f"/portal/requests/{foreign.pk}/",
        f"/portal/requests/{foreign.pk}/withdraw/",
        "/portal/requests/0/",
    ):
        assert visitor.goto(address).status == 404, address
    assert visitor.goto(f"/requests/{foreign.pk}/").status == 403
    passer_by = plain()
    for address in ("/i/none/", "/s/none/", "/r/none/", "/i/none/calendar/", "/s/none/refuse/"):
        assert passer_by.goto(address).status == 404, address

    ministry = amina.posts.get().organisation
    colleague = new_context().new_page()
    for window in (page, colleague):
        sign_in(window, liaison)
        window.goto(f"/organisations/{ministry.pk}/edit/")
    colleague.get_by_label("Name", exact=True).fill("Ministry of Labour and Employment")
    colleague.get_by_role("button", name="Save", exact=True).click()
    colleague.wait_for_url(f"**{ministry.get_absolute_url()}")
    page.get_by_label("Name", exact=True).fill("Labour Ministry")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("button", name="Save", exact=True).click()
    assert answer.value.status == 409
    look(page)
    assert page.get_by_text("Ministry of Labour and Employment").first.is_visible()
    ministry.refresh_from_db()
    assert ministry.name == "Ministry of Labour and Employment"
