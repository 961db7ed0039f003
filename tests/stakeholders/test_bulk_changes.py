"""Changing many records of a list at once: asked, confirmed with exact numbers, done once, told, and taken back."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from nso_contacts.audit.trail import acting
from nso_contacts.office import clock
from stakeholders import tasks
from stakeholders.actions import bulk_change
from stakeholders.bulk_kinds import kind_of
from stakeholders.models import BulkChange, Organisation, Person, UserGroup
from tests.at_once import at_once
from tests.factories import OrganisationFactory, PersonFactory, UserFactory, WorkshopFactory, domain, invite

pytestmark = pytest.mark.django_db
LIST = "/people/"


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


def confirm_url(kind, query, subject="person"):
    return f"{reverse(f'stakeholders:{subject}_bulk_confirm', args=[kind])}?{query}&to-reason="


def chosen(*records):
    return "&".join(f"ids={record.pk}" for record in records)


def sent_with(page):
    """The hidden fields of a page that asks for confirmation."""
    return {name: re.search(f'name="{name}" value="([^"]*)"', page).group(1) for name in ("key", "seen")}


def carry_out(client, kind, *records, subject="person", **given):
    """Go through the page that asks for confirmation, and return its text and the answer to it."""
    query = "&".join([chosen(*records), *(f"to-{name}={value}" for name, value in given.items())])
    url = confirm_url(kind, query, subject)
    page = client.get(url).text
    return page, client.post(url, sent_with(page))


def take_back(client):
    change = BulkChange.objects.order_by("-pk").first()
    return client.post(reverse("stakeholders:bulk_change_undo", args=[change.pk]))


def later():
    """What somebody does afterwards, in a transaction of its own as everything but these tests runs."""
    return acting("later", actor=None)


# From the list to the change -----------------------------------------------------------------------------------------


def test_an_owner_is_asked_for_confirmed_and_set_with_the_reason_in_each_history(client, liaison, manager):
    first, second, third = PersonFactory(), PersonFactory(owner=manager), PersonFactory()
    url = f"{reverse('stakeholders:person_bulk', args=['owner'])}?{chosen(first, second)}"
    assert "Chosen: 2 people." in client.get(url).text

    step = client.post(url, {"to-owner": manager.pk, "to-reason": "New portfolio"})
    page = client.get(step.url).text
    done = client.post(step.url, sent_with(page))

    assert "Will change: 1 person." in page
    assert "1 person: Has this owner already" in page
    assert done.url == LIST
    assert set(Person.objects.filter(owner=manager)) == {first, second}
    assert third.owner is None
    assert f"/changes/{BulkChange.objects.get().pk}/undo/" in client.get(LIST).text
    told = client.get(reverse("audit:history", args=["person", first.pk])).text
    assert "New portfolio" in told
    assert "Bulk change “Change the owner to Mona Manager: 1 person”" in told


def test_everything_the_filter_finds_is_changed_and_nothing_else(client, manager):
    PersonFactory.create_batch(3, phone="1")
    other = PersonFactory(name="Zora")
    url = confirm_url("owner", f"all=1&q=amina&to-owner={manager.pk}")

    page = client.get(url).text
    client.post(url, sent_with(page))

    assert "Will change: 3 people." in page
    assert Person.objects.filter(owner=manager).count() == 3
    other.refresh_from_db()
    assert other.owner is None


def test_a_list_that_changed_meanwhile_is_shown_again_with_the_new_numbers(client, manager):
    PersonFactory()
    url = confirm_url("owner", f"all=1&to-owner={manager.pk}")
    seen = sent_with(client.get(url).text)
    PersonFactory()

    answer = client.post(url, seen)

    assert answer.status_code == 422
    assert "The list has changed since you looked" in answer.text
    assert "Will change: 2 people." in answer.text
    assert not Person.objects.filter(owner=manager).exists()


def test_sending_the_confirmation_twice_is_one_change(client, manager):
    person = PersonFactory()
    url = confirm_url("owner", f"{chosen(person)}&to-owner={manager.pk}")
    seen = sent_with(client.get(url).text)

    client.post(url, seen)
    again = client.post(url, seen)

    assert again.url == BulkChange.objects.get().get_absolute_url()
    assert person.owner_id is None or BulkChange.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_are_one_change(make_user):
    liaison, person, key = make_user("liaison"), PersonFactory(), uuid.uuid4()

    def press():
        order = {"options": "", "title": "Checked", "key": key, "actor": liaison}
        return bulk_change.order(kind_of("verify", "person"), "person", [person.pk], **order).pk

    assert len(set(at_once(press, press))) == 1
    assert BulkChange.objects.get().changed == 1
    assert Person.pgh_event_model.objects.filter(pgh_label="update").count() == 1


def test_choosing_nothing_or_an_unknown_action_changes_nothing(client, signed_in, statistician, expert):
    person = PersonFactory()

    assert client.get(reverse("stakeholders:person_bulk", args=["owner"])).url == LIST
    assert "Tick the rows first." in client.get(LIST).text
    assert client.get(f"{reverse('stakeholders:person_bulk', args=['tier'])}?{chosen(person)}").status_code == 404
    assert client.get(f"/people/bulk/nonsense/?{chosen(person)}").status_code == 404
    assert signed_in(statistician).get(f"/people/bulk/owner/?{chosen(person)}").status_code == 403
    wrong = client.post(f"/people/bulk/owner/?{chosen(person)}", {"to-owner": expert.pk})
    assert wrong.status_code == 422


def test_the_page_that_asks_again_writes_nothing_and_keeps_what_was_wrong_away(client):
    person = PersonFactory()

    back = client.get(f"/people/bulk/group-add/confirm/?{chosen(person)}&to-group=99999")

    assert back.url.startswith("/people/bulk/group-add/?")
    assert not BulkChange.objects.exists()


# What can be done ----------------------------------------------------------------------------------------------------


def test_domains_are_added_and_removed(client):
    new, has = PersonFactory(), PersonFactory(in_domains=["1.2"])

    page, _done = carry_out(client, "domain-add", new, has, domain=domain("1.2").pk)
    assert "1 person: Has this domain already" in page
    assert Person.objects.filter(domains__code="1.2").count() == 2

    take_back(client)
    assert list(Person.objects.filter(domains__code="1.2")) == [has]

    page, _done = carry_out(client, "domain-remove", new, has, domain=domain("1.2").pk)
    assert "1 person: Does not have this domain" in page
    assert not Person.objects.filter(domains__code="1.2").exists()

    take_back(client)
    assert list(Person.objects.filter(domains__code="1.2")) == [has]


def test_people_join_a_group_for_where_they_work_and_leave_it_today(client):
    ministry, group = OrganisationFactory(), UserGroup.objects.create(name="Labour users")
    new, member = PersonFactory(organisation=ministry), PersonFactory()
    group.memberships.create(person=member, valid_from=clock.today() - timedelta(days=30))

    page, _done = carry_out(client, "group-add", new, member, group=group.pk)
    assert "1 person: Belongs to this group already" in page
    joined = group.memberships.get(person=new)
    assert (joined.organisation, joined.valid_from, joined.valid_to) == (ministry, clock.today(), None)

    carry_out(client, "group-end", new, member, group=group.pk)
    assert set(group.memberships.values_list("valid_to", flat=True)) == {clock.today()}

    take_back(client)
    assert set(group.memberships.values_list("valid_to", flat=True)) == {None}


def test_importance_rhythm_language_and_check_are_set(client):
    body, person = OrganisationFactory(tier="REGULAR"), PersonFactory()

    carry_out(client, "tier", body, subject="organisation", tier="KEY")
    carry_out(client, "cadence", body, subject="organisation", cadence_days=30)
    carry_out(client, "verify", body, subject="organisation")
    carry_out(client, "language", person, language="ar")

    body.refresh_from_db()
    person.refresh_from_db()
    assert (body.tier, body.cadence_days, body.verified_on) == ("KEY", 30, clock.today())
    assert body.next_due_on == clock.today() + timedelta(days=30)
    assert person.language == "ar"


def test_undoing_a_rhythm_also_takes_its_due_date_back(client):
    body = OrganisationFactory()
    carry_out(client, "cadence", body, subject="organisation", cadence_days=30)

    take_back(client)

    body.refresh_from_db()
    assert (body.cadence_days, body.next_due_on) == (None, None)


def test_this_office_is_never_archived_and_what_is_archived_comes_back(client):
    office = OrganisationFactory(is_this_office=True)
    body = OrganisationFactory()

    page, _done = carry_out(client, "archive", office, body, subject="organisation")
    assert "1 organisation: This office itself" in page
    assert list(Organisation.objects.active()) == [office]

    url = f"/organisations/bulk/restore/confirm/?{chosen(body)}&state=archived"
    client.post(url, sent_with(client.get(url).text))
    assert set(Organisation.objects.active()) == {office, body}


def test_people_are_put_on_the_list_of_a_workshop_and_taken_off_again(client, liaison):
    event = WorkshopFactory(organiser=liaison)
    new, listed, unreachable = PersonFactory(), PersonFactory(), PersonFactory(email="")
    invite(event, listed)

    page, _done = carry_out(client, "invite", new, listed, unreachable, workshop=event.pk)

    assert "1 person: Stands on the list already" in page
    assert "1 person: No e-mail address" in page
    assert set(event.invitations.values_list("person", flat=True)) == {new.pk, listed.pk}
    take_back(client)
    assert set(event.invitations.values_list("person", flat=True)) == {listed.pk}


def test_the_selection_is_exported_alone(client):
    PersonFactory(name="Ada"), PersonFactory(name="Berta"), PersonFactory(name="Cora")
    picked = Person.objects.filter(name__in=["Ada", "Cora"])

    lines = client.get(f"{LIST}?format=csv&{chosen(*picked)}").getvalue().decode("utf-8-sig").splitlines()

    assert [line.split(",")[0] for line in lines[1:]] == ["Ada", "Cora"]
    assert len(client.get(f"{LIST}?format=csv&all=1&{chosen(*picked)}").getvalue().splitlines()) == 4


# Many of them --------------------------------------------------------------------------------------------------------


def test_more_than_can_be_done_at_once_are_done_by_a_worker_which_a_sweep_finds(client, monkeypatch, on_commit):
    people = PersonFactory.create_batch(3, title=None, email="")
    monkeypatch.setattr(bulk_change, "AT_ONCE", 2)
    monkeypatch.setattr(bulk_change, "CHUNK", 2)

    _page, answer = carry_out(client, "language", *people, language="fr")
    change = BulkChange.objects.get()

    assert answer.url == change.get_absolute_url()
    assert change.state == "WAITING"
    assert "0 of 3 records looked at" in client.get(answer.url).text
    assert not Person.objects.filter(language="fr").exists()
    tasks.carry_out(change.pk)
    tasks.carry_out(change.pk)
    change.refresh_from_db()
    assert (change.state, change.changed) == ("DONE", 3)
    assert Person.objects.filter(language="fr").count() == 3
    assert client.get(answer.url, headers={"HX-Target": "progress"}).headers["HX-Refresh"] == "true"


def test_what_has_become_impossible_meanwhile_changes_nothing_and_says_why(client, liaison, monkeypatch):
    group = UserGroup.objects.create(name="Labour users")
    monkeypatch.setattr(bulk_change, "AT_ONCE", 0)
    carry_out(client, "group-add", PersonFactory(), group=group.pk)
    UserGroup.objects.update(archived_at=timezone.now())

    tasks.carry_out(BulkChange.objects.get().pk)

    change = BulkChange.objects.get()
    assert change.state == "FAILED"
    assert "not on offer any more" in client.get(change.get_absolute_url()).text
    assert not group.memberships.exists()


# Taking it back ------------------------------------------------------------------------------------------------------


def test_undoing_leaves_what_somebody_changed_since_and_says_so_before_and_after(client, manager):
    kept, put_back, omar = PersonFactory(), PersonFactory(), UserFactory(name="Omar Farouk")
    carry_out(client, "owner", kept, put_back, owner=manager.pk)
    with later():
        Person.objects.filter(pk=kept.pk).update(owner=omar)
    change = BulkChange.objects.get()

    page = client.get(reverse("stakeholders:bulk_change_undo", args=[change.pk])).text
    take_back(client)

    assert "One change is put back." in page
    assert f"Person: {kept}" in page
    assert "Changed since: owner at the office." in page
    kept.refresh_from_db()
    put_back.refresh_from_db()
    assert (str(kept.owner), put_back.owner) == ("Omar Farouk", None)
    shown = client.get(change.get_absolute_url()).text
    assert "Undone by Nadia Rahmani" in shown
    assert f"Person: {kept}" in shown
    assert "Undoing “" in client.get(reverse("audit:history", args=["person", put_back.pk])).text


def test_undoing_is_refused_when_nothing_of_it_stands_and_done_once_otherwise(client, manager):
    person = PersonFactory()
    carry_out(client, "owner", person, owner=manager.pk)
    with later():
        Person.objects.update(owner=None)

    refused = take_back(client)
    assert refused.status_code == 422
    assert "Nothing can be put back" in refused.text
    assert BulkChange.objects.get().state == "DONE"

    with later():
        Person.objects.update(owner=manager)
    assert take_back(client).status_code == 302
    with later():
        Person.objects.update(owner=manager)
    assert take_back(client).status_code == 302
    assert Person.objects.get(pk=person.pk).owner == manager


def test_only_who_may_change_the_directory_takes_a_change_back(client, signed_in, manager, statistician):
    carry_out(client, "owner", PersonFactory(), owner=manager.pk)
    change = BulkChange.objects.get()

    assert signed_in(statistician).get(change.get_absolute_url()).status_code == 200
    assert signed_in(statistician).post(reverse("stakeholders:bulk_change_undo", args=[change.pk])).status_code == 403
    client.get(LIST)
    assert client.get(reverse("stakeholders:bulk_change_list")).text.count("Change the owner to") == 1


# What the database holds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": "WAITING", "done_at": timezone.now()}, "bulkchange_done_says_when"),
        ({"state": "UNDONE", "done_at": timezone.now()}, "bulkchange_undone_says_who"),
        ({"state": "DONE", "done_at": timezone.now(), "undone_at": timezone.now()}, "bulkchange_undone_says_who"),
    ],
)
def test_a_change_that_contradicts_itself_is_refused(liaison, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        BulkChange.objects.create(key=uuid.uuid4(), kind="x", title="x", targets=[], created_by=liaison, **values)


def test_the_list_of_changes_takes_the_same_queries_for_1_and_30(client, liaison, count_queries):
    def fill(number):
        for _ in range(number):
            BulkChange.objects.create(key=uuid.uuid4(), kind="x", title="x", targets=[1], created_by=liaison)

    url = reverse("stakeholders:bulk_change_list")
    client.get(url)
    fill(1)
    few = count_queries(lambda: client.get(url))
    fill(29)
    assert count_queries(lambda: client.get(url)) == few
