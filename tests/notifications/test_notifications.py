"""The bell: one row for each person, cause and record, written with its cause, shown as long as the cause stands."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback.actions import need as needs
from feedback.actions import request as requests
from feedback.models import DataNeed, DataRequest
from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message
from nso_contacts.notifications import actions, causes, tasks
from nso_contacts.notifications.models import Notification
from nso_contacts.office import clock
from nso_contacts.office.models import RequestClass
from stakeholders.actions import relation
from stakeholders.actions import task as task_actions
from stakeholders.models import ExpertAssignment, Task
from tests.at_once import at_once
from tests.factories import (
    OrganisationFactory,
    PersonFactory,
    TaskFactory,
    WorkshopFactory,
    domain,
    invited,
    log_contact,
)
from workshops.actions import invitation as invitations
from workshops.actions.people import NewColleague
from workshops.models import Event, Invitation

pytestmark = pytest.mark.django_db

LIST = "/notifications/"


def give(task_for, by, title="Call the bank"):
    """A task that somebody gives to a colleague through the action of the page."""
    task = Task(title=title, kind=Task.Kind.OTHER, due_on=clock.today() + timedelta(days=3), assignee=task_for)
    return task_actions.add(task, actor=by)


def asked(actor=None, **fields):
    """A request that came in."""
    fields.setdefault("requester", PersonFactory())
    return requests.submit(DataRequest(subject="Births by commune", **fields), actor=actor)


def causes_of(user):
    return sorted(Notification.objects.filter(user=user).values_list("cause", flat=True))


def bell(page):
    """The accessible name of the bell."""
    return re.search(r'class="[^"]*\bbell"[^>]* aria-label="([^"]+)"', page.text)[1]


def titles(page):
    return [item.title for item in page.context["items"]]


# Causes --------------------------------------------------------------------------------------------------------------


def test_a_task_from_a_colleague_is_told_and_ones_own_is_not(liaison, statistician, signed_in):
    give(statistician, liaison)
    give(liaison, liaison, "My own")

    page = signed_in(statistician).get(LIST)

    assert titles(page) == ["Task for you: Call the bank"]
    assert "Nadia Rahmani" in page.text
    assert bell(page) == "Notifications, 1 unread"
    assert bell(signed_in(liaison).get(LIST)) == "Notifications, none unread"


def test_a_task_handed_on_through_its_page_is_told_to_the_new_one_only(liaison, statistician, manager, signed_in):
    task = TaskFactory(assignee=liaison, title="Call the bank")
    form = {
        "owed_by": "US",
        "kind": "CALL",
        "title": "Call the bank",
        "due_on": "2030-01-02",
        "assignee": statistician.pk,
        "revision": task.revision,
    }

    answer = signed_in(liaison).post(f"/tasks/{task.pk}/edit/", form)
    assert answer.status_code == 302, answer.context["form"].errors
    task.refresh_from_db()
    task_actions.change(task, actor=manager)

    assert causes_of(statistician) == ["stakeholders.task_assigned"]
    assert Notification.objects.get().actor == liaison
    assert causes_of(liaison) == []


def test_a_request_is_told_to_who_answers_it_and_again_when_the_requester_writes(liaison, statistician, signed_in):
    request = asked(organisation=OrganisationFactory())
    requests.triage(
        request,
        request_class=RequestClass.READY_MADE,
        is_free=True,
        domain=None,
        assignee=statistician,
        actor=liaison,
    )
    client = signed_in(statistician)
    assert titles(client.get(LIST)) == ["Data request for you: Births by commune"]
    client.post("/notifications/read/", {"until": timezone.now().isoformat()})

    for _again in range(2):
        requests.hear(request, "By month as well, please", actor=request.requester)

    assert titles(client.get(LIST)) == [f"{request.requester} wrote about: Births by commune"]
    assert Notification.objects.filter(user=statistician).count() == 2


def test_a_request_of_my_ministry_is_told_also_when_a_unit_of_it_asks(liaison, expert):
    ministry = OrganisationFactory(owner=liaison)
    unit = OrganisationFactory(parent=ministry)

    asked(actor=expert, organisation=unit)
    asked(actor=expert, organisation=OrganisationFactory())
    asked(actor=liaison, organisation=ministry)

    assert causes_of(liaison) == ["feedback.request_from_mine"]


def test_a_need_is_told_to_its_owner_once_per_owner(liaison, statistician):
    need = needs.raise_need(DataNeed(title="Rents by district", owner=statistician), None, actor=liaison)
    needs.correct(need, actor=liaison)
    assert Notification.objects.filter(cause="feedback.need_assigned").count() == 1

    need.owner = liaison
    needs.correct(need, actor=statistician)

    assert causes_of(liaison) == ["feedback.need_assigned"]


def test_a_named_expert_is_told_and_led_to_the_organisation(liaison, statistician, signed_in):
    labour = OrganisationFactory(name="Ministry of Labour")
    assignment = ExpertAssignment(user=statistician, organisation=labour, domain=domain())
    relation.name_expert(assignment, actor=liaison)
    relation.name_expert(assignment, actor=liaison)
    client = signed_in(statistician)
    row = Notification.objects.get()

    assert titles(client.get(LIST)) == [f"You are the expert for Ministry of Labour: {domain()}"]
    assert client.post(f"/notifications/{row.pk}/open/").url == labour.get_absolute_url()

    relation.end_expert(assignment, on=clock.today() - timedelta(days=1), actor=liaison)
    assert titles(client.get(LIST, {"show": "all"})) == []


def test_a_reply_that_asks_something_is_told_to_the_organiser(liaison, signed_in):
    event = WorkshopFactory(organiser=liaison)
    guests = PersonFactory(name="Amina Haddad"), PersonFactory(name="Tomás Quiroga"), PersonFactory(name="Fatou Diop")
    invited(event, *guests)
    amina, tomas, fatou = (event.invitations.get(person=guest) for guest in guests)
    accepted = {"reply": Invitation.Reply.ACCEPTED, "joins": Invitation.Joins.ROOM}

    invitations.answer(amina, invitations.Answer(**accepted), actor=amina.person)
    invitations.answer(tomas, invitations.Answer(**accepted, needs="A ramp"), actor=tomas.person)
    colleague = NewColleague("Omar Farouk", "omar@health.example", "Analyst", None)
    invitations.answer(fatou, invitations.Answer(Invitation.Reply.DELEGATED, colleague=colleague), actor=fatou.person)

    told = titles(signed_in(liaison).get(LIST))
    assert sorted(told) == ["Fatou Diop sends Omar Farouk instead", "Tomás Quiroga replied: A ramp"]


def test_a_message_that_cannot_be_delivered_is_told_to_who_answers(liaison, statistician, signed_in, smtp_sink):
    request = asked(assignee=statistician)
    smtp_sink.refuse = "554 no such mailbox"

    delivery.run(5)

    assert Message.objects.get().state == Message.State.FAILED
    page = signed_in(statistician).get(LIST, {"kind": "failed"})
    assert titles(page) == [f"A message about {request.reference} could not be delivered"]


def test_an_invitation_in_doubt_is_told_to_the_organiser_once(liaison):
    event = WorkshopFactory(organiser=liaison)
    guests = [PersonFactory() for _n in range(3)]
    invited(event, *guests)
    now = timezone.now()
    Message.objects.update(state=Message.State.SENDING, lease_until=now - timedelta(minutes=1))

    assert delivery.settle_expired(now) == 3
    assert delivery.settle_expired(now) == 0

    row = Notification.objects.get(user=liaison)
    assert (row.cause, row.record_id, row.actor) == ("workshops.message_failed", event.pk, None)


def test_what_hears_of_a_failure_cannot_undo_its_outcome(liaison, monkeypatch, caplog):
    def broken(message):
        Notification.objects.create(user=liaison, cause="x", record_id=1, actor=liaison)

    monkeypatch.setattr("nso_contacts.mail.purposes._troubles", [broken])
    invited(WorkshopFactory(organiser=liaison), PersonFactory())
    now = timezone.now()
    Message.objects.update(state=Message.State.SENDING, lease_until=now - timedelta(minutes=1))

    assert delivery.settle_expired(now) == 1
    assert Message.objects.get().state == Message.State.UNCERTAIN
    assert "failed for message" in caplog.text


# Overdue -------------------------------------------------------------------------------------------------------------


def test_overdue_is_one_row_whatever_the_day_and_new_again_after_a_new_day(liaison, signed_in):
    task = TaskFactory(assignee=liaison, title="Send the series", kind=Task.Kind.OTHER, in_days=-3)
    client = signed_in(liaison)
    tasks.tell_what_came_about()
    assert titles(client.get(LIST)) == ["Overdue: Send the series"]
    client.post(f"/notifications/{Notification.objects.get().pk}/read/")

    tasks.tell_what_came_about()
    assert titles(client.get(LIST)) == []
    assert Notification.objects.count() == 1

    Task.objects.filter(pk=task.pk).update(due_on=clock.today() - timedelta(days=1))
    tasks.tell_what_came_about()
    assert titles(client.get(LIST)) == ["Overdue: Send the series"]
    assert Notification.objects.count() == 1


def test_what_is_overdue_lately_is_told_to_whom_it_concerns(liaison, statistician, manager):
    TaskFactory(assignee=liaison, in_days=-40)
    TaskFactory(assignee=liaison, in_days=0)
    late = asked(assignee=statistician)
    DataRequest.objects.filter(pk=late.pk).update(due_on=clock.today() - timedelta(days=2))
    DataRequest.objects.filter(pk=asked().pk).update(due_on=clock.today() - timedelta(days=2))
    event = WorkshopFactory(organiser=liaison)
    invited(event, PersonFactory())
    yesterday = timezone.now() - timedelta(days=1)
    Event.objects.filter(pk=event.pk).update(
        reply_by=yesterday - timedelta(days=9), start=yesterday - timedelta(hours=2), end=yesterday
    )
    need = needs.raise_need(DataNeed(title="Rents", owner=statistician), None, actor=None)
    yes = {"decision": DataNeed.Decision.ACCEPTED, "decision_reason": "Asked for by many", "actor": manager}
    needs.decide(need, **yes, promised_on=clock.today() - timedelta(days=1))
    Notification.objects.all().delete()

    tasks.tell_what_came_about()

    assert causes_of(liaison) == ["workshops.over"]
    assert causes_of(statistician) == ["feedback.need_overdue", "feedback.request_overdue"]
    assert set(Notification.objects.values_list("actor", flat=True)) == {None}


def test_what_was_done_meanwhile_is_not_shown_any_more(liaison, signed_in):
    task = TaskFactory(assignee=liaison, in_days=-3)
    tasks.tell_what_came_about()
    client = signed_in(liaison)
    assert bell(client.get(LIST)) == "Notifications, 1 unread"

    task_actions.done(task, actor=liaison)

    assert bell(client.get(LIST)) == "Notifications, none unread"
    assert titles(client.get(LIST, {"show": "all"})) == []


# Rows ----------------------------------------------------------------------------------------------------------------


def test_a_record_one_may_not_see_any_more_is_not_shown_counted_or_opened(liaison, statistician, signed_in):
    contact = log_contact(liaison, PersonFactory(), restricted=False)
    task = TaskFactory(assignee=liaison, interaction=contact)
    actions.tell("stakeholders.task_assigned", task, [liaison], actor=None)
    request = asked(assignee=statistician)
    actions.tell("feedback.request_heard", request, [statistician], actor=None)
    row = Notification.objects.get(user=statistician)
    client = signed_in(statistician)
    assert bell(client.get(LIST)) == "Notifications, 1 unread"

    DataRequest.objects.filter(pk=request.pk).update(assignee=None)

    assert bell(client.get(LIST)) == "Notifications, none unread"
    assert titles(client.get(LIST, {"show": "all"})) == []
    assert client.post(f"/notifications/{row.pk}/open/").status_code == 404


def test_nobody_reads_or_opens_the_notifications_of_others(liaison, statistician, signed_in):
    give(statistician, liaison)
    row = Notification.objects.get()
    client = signed_in(liaison)

    assert client.post(f"/notifications/{row.pk}/open/").status_code == 404
    assert client.post(f"/notifications/{row.pk}/read/").status_code == 404
    client.post("/notifications/read/", {"until": timezone.now().isoformat()})

    row.refresh_from_db()
    assert row.read_at is None


def test_a_notification_of_ones_own_act_is_refused_by_the_database(liaison):
    with pytest.raises(IntegrityError, match="notification_not_of_own_act"), transaction.atomic():
        Notification.objects.create(user=liaison, cause="stakeholders.task_assigned", record_id=1, actor=liaison)


def test_a_second_row_for_the_same_cause_is_refused_by_the_database(liaison):
    Notification.objects.create(user=liaison, cause="stakeholders.task_assigned", record_id=1)
    with pytest.raises(IntegrityError, match="notification_once"), transaction.atomic():
        Notification.objects.create(user=liaison, cause="stakeholders.task_assigned", record_id=1)


def test_a_cause_nobody_registered_is_refused(liaison):
    with pytest.raises(causes.ImproperlyConfigured):
        actions.tell("nobody.knows", liaison, [liaison], actor=None)


def test_nothing_is_told_of_what_did_not_happen(liaison, statistician):
    with transaction.atomic():
        give(statistician, liaison)
        transaction.set_rollback(True)

    assert Notification.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_cause_told_by_many_at_once_is_one_row(liaison, statistician):
    task = TaskFactory(assignee=statistician)

    def tell():
        for _n in range(5):
            actions.tell("stakeholders.task_assigned", task, [statistician, liaison], actor=None)

    at_once(*[tell] * 8)

    assert sorted(Notification.objects.values_list("user", flat=True)) == sorted([statistician.pk, liaison.pk])


@pytest.mark.django_db(transaction=True)
def test_two_hourly_runs_at_once_write_each_row_once(liaison):
    for _n in range(5):
        TaskFactory(assignee=liaison, in_days=-2)

    at_once(*[tasks.tell_what_came_about] * 3)

    assert Notification.objects.count() == 5


# The page ------------------------------------------------------------------------------------------------------------


def test_opening_leads_to_the_record_and_marks_it_read(liaison, statistician, signed_in):
    task = give(statistician, liaison)
    row = Notification.objects.get()
    client = signed_in(statistician)

    assert client.get(f"/notifications/{row.pk}/open/").status_code == 405
    answer = client.post(f"/notifications/{row.pk}/open/")

    assert answer.url == task.get_absolute_url()
    assert titles(client.get(LIST)) == []
    assert titles(client.get(LIST, {"show": "all"})) == ["Task for you: Call the bank"]


def test_mark_all_leaves_what_came_after_the_page_was_drawn(liaison, statistician, signed_in):
    give(statistician, liaison, "First")
    client = signed_in(statistician)
    until = client.get(LIST).context["until"]
    give(statistician, liaison, "Second")

    client.post("/notifications/read/", {"until": until})

    assert titles(client.get(LIST)) == ["Task for you: Second"]
    for nonsense in ("", "yesterday", "2026-13-45T00:00", "2026-01-01T00:00"):
        client.post("/notifications/read/", {"until": nonsense})
    assert titles(client.get(LIST)) == ["Task for you: Second"]


def test_filters_by_kind_mark_only_their_kind(liaison, statistician, signed_in):
    give(statistician, liaison)
    TaskFactory(assignee=statistician, title="Late", kind=Task.Kind.OTHER, in_days=-1)
    tasks.tell_what_came_about()
    client = signed_in(statistician)

    assert titles(client.get(LIST, {"kind": "overdue"})) == ["Overdue: Late"]
    assert len(titles(client.get(LIST, {"kind": "nonsense", "show": "nonsense", "page": "x"}))) == 2
    answer = client.post("/notifications/read/", {"until": timezone.now().isoformat(), "kind": "overdue"})

    assert answer.url == "/notifications/?kind=overdue"
    assert titles(client.get(LIST)) == ["Task for you: Call the bank"]


def test_an_empty_list_says_what_will_be_there(liaison, signed_in):
    page = signed_in(liaison).get(LIST)

    assert "Nothing unread" in page.text
    assert "Mark all as read" not in page.text


def test_the_bell_says_99_plus_and_the_list_has_pages(liaison, statistician, signed_in):
    rows = [TaskFactory(assignee=statistician, title=f"Task {n}") for n in range(101)]
    for task in rows:
        actions.tell("stakeholders.task_assigned", task, [statistician], actor=liaison)
    client = signed_in(statistician)

    page = client.get(LIST)

    assert bell(page) == "Notifications, 99+ unread"
    assert len(titles(page)) == 30
    assert 'href="?page=2"' in page.text
    assert len(titles(client.get(LIST, {"page": 4}))) == 11


def test_the_page_takes_the_same_queries_for_1_and_30(liaison, statistician, signed_in):
    client = signed_in(statistician)

    def one_of_each_kind():
        give(statistician, liaison)
        request = asked(assignee=statistician, organisation=OrganisationFactory())
        actions.tell("feedback.request_heard", request, [statistician], actor=None)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    one_of_each_kind()
    client.get(LIST)
    few = queries()
    for _n in range(14):
        one_of_each_kind()

    assert queries() == few


def test_the_bell_costs_one_query_on_a_page_and_two_with_something_unread(liaison, statistician, signed_in):
    client = signed_in(liaison)

    def asked():
        with CaptureQueriesContext(connection) as captured:
            client.get("/people/")
        return [query["sql"] for query in captured if "notifications_notification" in query["sql"]]

    client.get("/people/")
    assert len(asked()) == 1
    for _one in range(3):
        give(liaison, statistician)
    small, large = asked()
    assert "stakeholders_task" not in small
    assert "LIMIT 100" in large
    assert "stakeholders_task" in large
    assert "stakeholders_organisation" not in large  # only the causes that have something unread


def test_a_ministry_expert_has_no_bell(expert, signed_in):
    assert signed_in(expert).get(LIST).status_code == 403


def test_read_rows_go_after_90_days_and_unread_ones_stay(liaison):
    def row(number, read_ago):
        read_at = None if read_ago is None else timezone.now() - timedelta(days=read_ago)
        Notification.objects.create(user=liaison, cause="stakeholders.task_assigned", record_id=number, read_at=read_at)

    for number, read_ago in enumerate((None, 0, 89, 91)):
        row(number, read_ago)

    tasks.forget_read()

    assert sorted(Notification.objects.values_list("record_id", flat=True)) == [0, 1, 2]
