"""Tasks: what is owed, moved, done, dropped; and the dates of rhythms, moved by hand."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from nso_contacts.office import clock
from stakeholders.models import MovedDue, Organisation, Task
from tests.factories import OrganisationFactory, PersonFactory, TaskFactory, log_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(liaison, signed_in):
    return signed_in(liaison)


@pytest.fixture
def task(liaison):
    amina = PersonFactory(name="Amina Haddad")
    return TaskFactory(kind="REPLY", person=amina, organisation=amina.posts.get().organisation, assignee=liaison)


def test_a_visit_is_planned(client, liaison):
    amina = PersonFactory(name="Amina Haddad")
    page = client.get(f"/tasks/new/?kind=VISIT&person={amina.pk}")
    assert "Plan a visit" in page.text
    sent = {
        "owed_by": "US",
        "kind": "VISIT",
        "title": "Quarterly review",
        "person": amina.pk,
        "due_on": "2030-02-01",
        "assignee": liaison.pk,
    }
    answer = client.post("/tasks/new/", sent)

    task = Task.objects.get()
    assert answer.url == task.get_absolute_url()
    assert (task.title, task.kind, task.person, task.created_by) == ("Quarterly review", "VISIT", amina, liaison)
    page = client.get(answer.url).text
    assert "Quarterly review" in page
    assert "Amina Haddad" in page


def test_a_task_without_words_is_refused(client, liaison):
    answer = client.post("/tasks/new/", {"title": " ", "owed_by": "US", "kind": "REPLY", "due_on": "x"})
    assert answer.status_code == 422
    assert not Task.objects.exists()


def test_done_cancelled_and_open_again_by_post_only_and_twice_is_once(client, task):
    for step, done, cancelled in (("done", True, False), ("cancel", True, False), ("reopen", False, False)):
        address = f"/tasks/{task.pk}/{step}/"
        assert client.get(address).status_code == 405
        for _twice in range(2):
            assert client.post(address).status_code == 302
        task.refresh_from_db()
        assert (task.done_at is not None, task.cancelled_at is not None) == (done, cancelled)
    client.post(f"/tasks/{task.pk}/cancel/")
    client.post(f"/tasks/{task.pk}/done/")
    task.refresh_from_db()
    assert (task.done_at, task.cancelled_at is not None) == (None, True)


def test_a_date_is_moved_and_a_closed_task_is_not(client, task):
    answer = client.post(f"/tasks/{task.pk}/move/", {"due_on": "2030-03-01", "reason": "On leave", "next": "/due/"})
    task.refresh_from_db()
    assert (f"{task.due_on}", answer.url) == ("2030-03-01", "/due/")

    client.post(f"/tasks/{task.pk}/done/")
    assert client.post(f"/tasks/{task.pk}/move/", {"due_on": "2031-03-01"}).status_code == 404


def test_a_stale_edit_is_refused(client, task):
    form = client.get(f"/tasks/{task.pk}/edit/").context["form"]
    sent = {
        "revision": form["revision"].value(),
        "opened_as": form["opened_as"].value(),
        "owed_by": "US",
        "kind": "REPLY",
        "title": "Mine",
        "due_on": "2030-01-01",
        "assignee": task.assignee_id,
    }
    Task.objects.filter(pk=task.pk).update(title="Theirs")

    assert client.post(f"/tasks/{task.pk}/edit/", sent).status_code == 409
    task.refresh_from_db()
    assert task.title == "Theirs"


def test_the_list_shows_open_tasks_until_asked_for_others(client, liaison, statistician):
    TaskFactory(title="Open", assignee=liaison)
    TaskFactory(title="Done", assignee=liaison, done_at=clock.now())
    TaskFactory(title="Dropped", assignee=statistician, cancelled_at=clock.now())
    TaskFactory(title="Late", assignee=statistician, in_days=-4, owed_by="THEM")

    def titles(**query):
        return [task.title for task in client.get("/tasks/", query).context["listing"].records]

    assert titles() == ["Late", "Open"]
    assert titles(state="all", sort="title") == ["Done", "Dropped", "Late", "Open"]
    assert titles(state="done") == ["Done"]
    assert titles(state="cancelled") == ["Dropped"]
    assert titles(mine="on") == ["Open"]
    assert titles(due="overdue") == ["Late"]
    assert titles(owed_by="US") == ["Open"]
    assert titles(assignee=statistician.pk) == ["Late"]
    assert titles(q="lat") == ["Late"]


def test_managers_see_tasks_and_change_none(manager, signed_in, task):
    client = signed_in(manager)
    assert client.get(task.get_absolute_url()).status_code == 200
    assert client.post(f"/tasks/{task.pk}/done/").status_code == 403


def test_a_task_is_done_or_cancelled_and_has_words(liaison):
    for wrong in ({"done_at": clock.now(), "cancelled_at": clock.now()}, {"title": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TaskFactory(assignee=liaison, **wrong)


# Rhythms moved by hand -----------------------------------------------------------------------------------------------


def test_the_next_contact_is_moved_and_follows_the_rhythm_again(client, liaison):
    ministry = OrganisationFactory(name="Ministry of Labour", cadence_days=30)
    log_contact(liaison, organisations=[ministry])
    rhythm = clock.today() + timedelta(days=30)
    ministry.refresh_from_db()
    assert ministry.next_due_on == rhythm

    answer = client.post(f"/organisations/{ministry.pk}/due/", {"due_on": "2030-05-01", "reason": "Elections"})
    ministry.refresh_from_db()
    assert (answer.url, f"{ministry.next_due_on}") == (ministry.get_absolute_url(), "2030-05-01")
    assert MovedDue.objects.get().reason == "Elections"

    client.post(f"/organisations/{ministry.pk}/due/", {"due_on": ""})
    ministry.refresh_from_db()
    assert ministry.next_due_on == rhythm


def test_it_is_not_moved_into_the_past(client):
    ministry = OrganisationFactory()
    answer = client.post(f"/organisations/{ministry.pk}/due/", {"due_on": "2020-01-01"})

    assert answer.status_code == 422
    assert "Enter today or a later day." in answer.text
    assert Organisation.objects.get(pk=ministry.pk).next_due_on is None


def test_a_moved_date_belongs_to_one_record(liaison):
    ministry, person = OrganisationFactory(), PersonFactory()
    for wrong in ({}, {"organisation": ministry, "person": person}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MovedDue.objects.create(due_on=clock.today(), moved_by=liaison, **wrong)
