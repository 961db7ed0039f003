"""Data requests: asked in the portal, answered by staff, counted by the clock."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from feedback.actions import request as actions
from feedback.models import DataRequest, DisclosureCheck, RequestMessage
from nso_contacts.mail.models import Message
from nso_contacts.office.models import RequestClass, RequestTarget
from tests.factories import OrganisationFactory, PersonFactory, domain

pytestmark = pytest.mark.django_db
Status = DataRequest.Status


@pytest.fixture
def ministry(office):
    return OrganisationFactory(name="Ministry of Labour", kind="MINISTRY")


@pytest.fixture
def amina(expert, ministry):
    person = PersonFactory(name="Amina Haddad", organisation=ministry, email="a.haddad@labour.example")
    person.user = expert
    person.save()
    return person


def ask(person, organisation, **values):
    request = DataRequest(
        requester=person, organisation=organisation, subject="Births by district", purpose="Planning", **values
    )
    return actions.submit(request, actor=person.user)


FORM = {
    "subject": "Unemployed persons by district and age",
    "geography": "DISTRICT",
    "purpose": "Employment policy",
    "language": "en",
}


def test_an_expert_asks_and_gets_a_reference_and_a_receipt(signed_in, expert, amina, ministry):
    client = signed_in(expert)
    answer = client.post("/portal/requests/new/", FORM | {"organisation": ministry.pk})
    request = DataRequest.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/portal/requests/{request.pk}/"
    assert request.reference.startswith("DR-")
    assert (request.requester, request.organisation, request.status) == (amina, ministry, Status.RECEIVED)
    receipt = Message.objects.get(purpose="feedback.request_received")
    assert receipt.address == "a.haddad@labour.example"
    page = client.get(answer["Location"]).content.decode()
    assert request.reference in page
    assert "Received" in page


def test_a_bad_form_keeps_what_was_typed(signed_in, expert, amina, ministry):
    answer = signed_in(expert).post(
        "/portal/requests/new/",
        FORM | {"organisation": ministry.pk, "subject": "", "first_year": "2025", "last_year": "2021"},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The last year cannot be before the first." in page
    assert "Employment policy" in page
    assert not DataRequest.objects.exists()


def test_the_clock_of_the_design(office, amina, ministry, liaison):
    """Received Thu 1 October 15:20, triaged that day, asked on Fri 2, answered on Wed 7: due Thu 15 October."""
    RequestTarget.objects.filter(request_class=RequestClass.CUSTOM_TABULATION).update(deliver=7)
    office.time_zone = "UTC"
    office.save()
    with time_machine.travel(datetime(2026, 10, 1, 15, 20, tzinfo=UTC), tick=False):
        request = ask(amina, ministry)
        assert request.due_on == date(2026, 10, 12)
    with time_machine.travel(datetime(2026, 10, 1, 15, 50, tzinfo=UTC), tick=False):
        request = actions.triage(
            request,
            request_class=RequestClass.CUSTOM_TABULATION,
            is_free=True,
            domain=domain("1.2"),
            assignee=liaison,
            actor=liaison,
        )
    with time_machine.travel(datetime(2026, 10, 2, 10, 5, tzinfo=UTC), tick=False):
        actions.ask(request, "Which years?", actor=liaison)
        request.refresh_from_db()
        assert (request.status, request.due_on) == (Status.CLARIFICATION_NEEDED, None)
    with time_machine.travel(datetime(2026, 10, 7, 8, 50, tzinfo=UTC), tick=False):
        actions.hear(request, "Two-year averages are fine.", actor=amina.user)
        request.refresh_from_db()
    assert (request.status, request.due_on) == (Status.IN_PROGRESS, date(2026, 10, 15))


def test_figures_made_for_one_user_need_a_check_by_somebody_else(amina, ministry, liaison, statistician):
    request = ask(amina, ministry)
    actions.triage(
        request,
        request_class=RequestClass.CUSTOM_TABULATION,
        is_free=True,
        domain=domain("1.2"),
        assignee=statistician,
        actor=liaison,
    )
    with pytest.raises(ValidationError, match="disclosure check"):
        actions.answer(request, "Here you are.", actor=statistician)
    actions.hand_in_for_check(request, actor=statistician)
    with pytest.raises(ValidationError, match="Waiting for its disclosure check"):
        actions.hand_in_for_check(request, actor=liaison)
    with pytest.raises(ValidationError, match="somebody other than the producer"):
        actions.sign_check(request, result="PASSED", method="rounding", remark="", actor=statistician)
    actions.sign_check(request, result="PASSED", method="rounding", remark="", actor=liaison)
    actions.answer(request, "Here you are.", actor=statistician)
    request.refresh_from_db()
    assert request.status == Status.DELIVERED
    assert Message.objects.filter(purpose="feedback.request_answered").count() == 1


def test_a_request_taken_up_again_has_a_second_clock_and_keeps_the_first(office, amina, ministry, liaison):
    """Five working days from Monday 1 June, answered on Thursday; taken up again on Monday 22: five more from there."""
    office.time_zone = "UTC"
    office.save()
    RequestTarget.objects.filter(request_class=RequestClass.SIMPLE_EXTRACT).update(deliver=5)
    with time_machine.travel(datetime(2026, 6, 1, 10, tzinfo=UTC), tick=False) as clock:
        request = ask(amina, ministry)
        request = actions.triage(
            request,
            request_class=RequestClass.SIMPLE_EXTRACT,
            is_free=True,
            domain=None,
            assignee=liaison,
            actor=liaison,
        )
        assert request.due_on == date(2026, 6, 8)
        clock.move_to(datetime(2026, 6, 4, 11, tzinfo=UTC))
        actions.answer(request, "Here they are.", actor=liaison)
        clock.move_to(datetime(2026, 6, 5, 9, tzinfo=UTC))
        request = actions.close(DataRequest.objects.get(), outcome="Done.", actor=liaison)

        clock.move_to(datetime(2026, 6, 22, 9, tzinfo=UTC))
        request = actions.reopen(request, actor=liaison, reason="A column is missing")
        assert (request.status, request.due_on) == (Status.IN_PROGRESS, date(2026, 6, 29))
        assert request.first_delivered_at == datetime(2026, 6, 4, 11, tzinfo=UTC)
        assert request.first_due_on == date(2026, 6, 8)

        clock.move_to(datetime(2026, 6, 24, 9, tzinfo=UTC))
        actions.answer(request, "With the column.", actor=liaison)
        clock.move_to(datetime(2026, 6, 30, 9, tzinfo=UTC))
        request = actions.reopen(DataRequest.objects.get(), actor=liaison, reason="And another one")
        assert request.due_on == date(2026, 7, 7)
        assert request.first_due_on == date(2026, 6, 8)

        actions.answer(request, "Both.", actor=liaison)
        clock.move_to(datetime(2026, 8, 1, 9, tzinfo=UTC))
        with pytest.raises(ValidationError, match="more than 30 days ago"):
            actions.reopen(DataRequest.objects.get(), actor=liaison, reason="Too late")


def test_the_database_refuses_a_check_by_the_producer(amina, ministry, statistician):
    request = ask(amina, ministry)
    with pytest.raises(IntegrityError, match="disclosurecheck_by_somebody_else"), transaction.atomic():
        DisclosureCheck.objects.create(request=request, producer=statistician, checker=statistician, result="PASSED")


def test_what_is_closed_cannot_be_withdrawn_again(signed_in, expert, amina, ministry):
    request = ask(amina, ministry)
    client, page = signed_in(expert), f"/portal/requests/{request.pk}/"
    assert client.post(f"{page}withdraw/").status_code == 302
    for again in (client.get(f"{page}withdraw/"), client.post(f"{page}withdraw/")):
        assert again.url == page
    assert "Closed: withdrawn" in client.get(page).content.decode()


def test_a_foreign_request_does_not_exist_in_the_portal(signed_in, expert, amina, make_user):
    other = OrganisationFactory(name="Ministry of Health")
    stranger = PersonFactory(name="Leïla Benkirane", organisation=other, email="l@health.example")
    stranger.user = make_user("expert", email="expert@health.example")
    stranger.save()
    request = ask(stranger, other)
    client = signed_in(expert)
    assert client.get(f"/portal/requests/{request.pk}/").status_code == 404
    assert client.post(f"/portal/requests/{request.pk}/", {"text": "mine now"}).status_code == 404
    assert client.post(f"/portal/requests/{request.pk}/withdraw/").status_code == 404
    assert request.reference not in client.get("/portal/requests/").content.decode()


def test_internal_notes_stay_inside(signed_in, expert, amina, ministry, liaison):
    request = ask(amina, ministry)
    actions.note(request, "Too few interviews for the age split.", actor=liaison)
    actions.reply(request, "We are working on it.", actor=liaison)
    page = signed_in(expert).get(f"/portal/requests/{request.pk}/").content.decode()
    assert "We are working on it." in page
    assert "Too few interviews" not in page
    assert "Too few interviews" in signed_in(liaison).get(f"/requests/{request.pk}/").content.decode()


def test_staff_work_through_the_pages(signed_in, liaison, amina, ministry):
    request = ask(amina, ministry)
    client = signed_in(liaison)
    answer = client.post(
        f"/requests/{request.pk}/triage/",
        {"request_class": "READY_MADE", "is_free": "on", "domain": domain("1.2").pk, "assignee": liaison.pk},
    )
    assert answer.status_code == 302
    assert client.get(f"/requests/{request.pk}/").status_code == 200
    answer = client.post(f"/requests/{request.pk}/write/", {"act": "answer", "text": "Table LFS-07 has it."})
    assert answer.status_code == 302
    request.refresh_from_db()
    assert (request.status, request.request_class, request.assignee) == (Status.DELIVERED, "READY_MADE", liaison)
    assert request.messages.get().kind == RequestMessage.Kind.ANSWER
    answer = client.post(f"/requests/{request.pk}/close/", {"text": "Answered from a published table."})
    request.refresh_from_db()
    assert request.status == Status.CLOSED


def test_declining_needs_a_reason(signed_in, liaison, amina, ministry):
    request = ask(amina, ministry)
    client = signed_in(liaison)
    assert client.post(f"/requests/{request.pk}/refuse/", {"text": "Sorry"}).status_code == 422
    client.post(f"/requests/{request.pk}/refuse/", {"reason_code": "NOT_AVAILABLE", "text": "See table X instead."})
    request.refresh_from_db()
    assert (request.status, request.refusal_reason) == (Status.REFUSED, "NOT_AVAILABLE")


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_does_not_ask_more_for_more_rows(
    signed_in, liaison, amina, ministry, rows, django_assert_max_num_queries
):
    for _row in range(rows):
        ask(amina, ministry, domain=domain("1.2"))
    client = signed_in(liaison)
    client.get("/requests/")
    with django_assert_max_num_queries(25) as counted:
        client.get("/requests/")
    ROW_QUERIES[rows] = len(counted)
    assert len(set(ROW_QUERIES.values())) == 1


ROW_QUERIES = {}
