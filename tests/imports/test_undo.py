"""Taking a whole import back: what goes, what gets back what it held, what stays and why."""

import pytest
from django.db import IntegrityError, transaction

from nso_contacts.audit import history
from nso_contacts.imports import actions
from nso_contacts.imports.models import Batch
from nso_contacts.office import clock
from stakeholders.actions import organisation as organisation_actions
from stakeholders.actions import person as person_actions
from stakeholders.actions import relation
from stakeholders.actions import task as task_actions
from stakeholders.models import FocalPoint, Organisation, OrganisationEmail, Person, PersonEmail, Post, Task
from tests.factories import OrganisationFactory, PersonFactory, domain

ORGANISATIONS = (
    "Name,Region,Town,Part of,Telephone,E-mail\n"
    "Ministry of Labour,North,Lunden,,11,a@labour.example\n"
    "Labour Inspectorate,North,Lunden,Ministry of Labour,12,\n"
    "Known Agency,South,Here,,13,new@agency.example\n"
)


@pytest.fixture
def known(office):
    return OrganisationFactory(name="Known Agency", region="South", town="There", email="old@agency.example")


def rows(model):
    """Every row of a table, but for what counts its changes."""
    left_out = {"revision", "search_text"}
    return {
        row["id"]: {name: value for name, value in row.items() if name not in left_out}
        for row in model.objects.values()
    }


def everything():
    return [rows(model) for model in (Organisation, OrganisationEmail, Person, PersonEmail, Post)]


def give_a_task(organisation, user):
    task = Task(title="Call them", due_on=clock.today(), assignee=user, organisation=organisation)
    return task_actions.add(task, actor=user)


def reasons(batch):
    """What stayed, by the name of its record."""
    return {record.values["name"]: record.kept for record in batch.records.exclude(kept=[])}


def test_an_import_nobody_touched_is_undone_without_a_trace(apply, undo, known, liaison):
    before = everything()
    batch = apply(ORGANISATIONS)
    assert Organisation.objects.count() == 3
    undone = undo(batch)

    assert everything() == before
    assert (undone.state, undone.undone_by) == ("UNDONE", liaison)
    assert undone.undone == {"removed": 2, "restored": 1, "kept": 0}
    events = Organisation.pgh_event_model.objects.filter(name="Ministry of Labour").order_by("pgh_id")
    assert [event.pgh_label for event in events] == ["insert", "delete"]
    assert events[1].pgh_context.metadata | {"action": ""} == {
        "action": "",
        "actor": liaison.pk,
        "reason": "The import of file.csv was undone.",
        "batch": f"undo:{batch.pk}",
    }
    lines = history.read(history.kind_of("organisation"), known, liaison).lines
    assert lines[0].who == "Import of file.csv, undone"


def test_importing_again_after_undoing_creates_again(apply, undo, known):
    first = undo(apply(ORGANISATIONS))
    again = apply(ORGANISATIONS)

    assert first.counts["created"] == again.counts["created"] == 2
    assert again.counts["updated"] == 1


def test_a_record_somebody_changed_stays_with_what_it_is_part_of(apply, undo, known, manager):
    batch = apply(ORGANISATIONS)
    unit = Organisation.objects.get(name="Labour Inspectorate")
    unit.phone = "99"
    organisation_actions.edit(unit, actor=manager)
    undone = undo(batch)

    assert set(Organisation.objects.values_list("name", flat=True)) == {
        "Known Agency",
        "Labour Inspectorate",
        "Ministry of Labour",
    }
    assert OrganisationEmail.objects.filter(organisation__name="Ministry of Labour").exists()
    day = clock.today().strftime("%a %-d %b")
    assert reasons(undone) == {
        "Labour Inspectorate": [["Organisation", f"changed since by Mona Manager, {day}"]],
        "Ministry of Labour": [["Organisation", "Organisation points at it"]],
    }
    assert undone.undone == {"removed": 0, "restored": 1, "kept": 2}


def test_a_record_something_new_points_at_stays(apply, undo, known, manager):
    batch = apply(ORGANISATIONS)
    give_a_task(Organisation.objects.get(name="Labour Inspectorate"), manager)
    undone = undo(batch)

    assert reasons(undone)["Labour Inspectorate"] == [["Organisation", "Task points at it"]]
    assert Organisation.objects.filter(name="Ministry of Labour").exists()


def test_only_fields_that_still_hold_what_the_import_wrote_go_back(apply, undo, known, manager):
    batch = apply(ORGANISATIONS)
    known.refresh_from_db()
    assert (known.town, known.phone) == ("Here", "13")
    known.phone = "77"
    organisation_actions.edit(known, actor=manager)
    undone = undo(batch)

    known.refresh_from_db()
    assert (known.town, known.phone) == ("There", "77")
    assert [address.address for address in known.emails.all()] == ["old@agency.example"]
    assert reasons(undone)["Known Agency"][0][0] == "Telephone"
    assert undone.undone == {"removed": 2, "restored": 1, "kept": 1}


def test_a_change_that_was_taken_back_since_is_no_obstacle(apply, undo, known, manager):
    before = everything()
    batch = apply(ORGANISATIONS)
    unit = Organisation.objects.get(name="Labour Inspectorate")
    for phone in ("99", "12"):
        unit.phone = phone
        organisation_actions.edit(unit, actor=manager)

    assert undo(batch).undone["kept"] == 0
    assert everything() == before


def test_people_lose_what_was_imported_and_keep_what_they_had(apply, undo, known):
    domain("1.2")
    person = PersonFactory(name="Amina Haddad", email="", organisation=known, title="Head")
    before = everything()
    text = (
        "Name,Organisation,Title,E-mail,Domains,Code\n"
        "Amina Haddad,Known Agency,Director,amina@agency.example,1.2,P1\n"
        "Bo Berg,Known Agency,Clerk,bo@agency.example,1.2,P2\n"
    )
    batch = apply(text, "people", "name_organisation")
    assert person.posts.get().title == "Director"
    assert person.emails.get().is_primary
    assert undo(batch).undone == {"removed": 1, "restored": 1, "kept": 0}

    assert everything() == before
    assert not person.domains.exists()


def test_a_post_that_carries_a_focal_point_stays(apply, undo, known, manager):
    PersonFactory(name="Amina Haddad", email="amina@x.example", organisation=OrganisationFactory())
    text = "Name,Organisation,E-mail,Telephone\nAmina Haddad,Known Agency,amina@x.example,5\n"
    batch = apply(text, "people", "email")
    amina = Person.objects.get()
    focal_point = FocalPoint(person=amina, organisation=known, domain=domain("1.2"), valid_from=clock.today())
    relation.name_focal_point(focal_point, actor=manager)
    undone = undo(batch)

    amina.refresh_from_db()
    assert amina.phone == ""
    assert amina.posts.filter(organisation=known).exists()
    assert amina.focal_points.get() == focal_point
    assert reasons(undone) == {
        "Amina Haddad": [["Post", "Amina Haddad is a focal point or member for this organisation"]]
    }


def test_a_name_that_was_imported_goes_back_on_the_login_as_well(apply, undo, known, expert):
    person = PersonFactory(name="Amina Haddad", email="amina@x.example")
    person_actions.link(person, expert, actor=None)
    batch = apply("Name,E-mail\nAmina H. Haddad,amina@x.example\n", "people", "email")
    expert.refresh_from_db()
    assert expert.name == "Amina H. Haddad"
    undo(batch)

    expert.refresh_from_db()
    assert expert.name == Person.objects.get().name == "Amina Haddad"


def test_nothing_that_can_be_undone_leaves_the_import_applied_and_says_so(apply, undo, office, manager):
    batch = apply("Name,Town\nMinistry of Labour,Lunden\n")
    record = Organisation.objects.get()
    record.town = "Elsewhere"
    organisation_actions.edit(record, actor=manager)
    undone = undo(batch)

    assert undone.state == "APPLIED"
    assert "Nothing could be undone" in undone.failure
    assert len(reasons(undone)) == 1


def test_undoing_twice_is_undoing_once(apply, undo, known):
    batch = undo(apply(ORGANISATIONS))
    events = Organisation.pgh_event_model.objects.count()
    again = actions.order_undo(batch, actor=None)

    assert actions.work(batch.pk) is False
    assert (again.state, again.undone_at) == (batch.state, batch.undone_at)
    assert Organisation.pgh_event_model.objects.count() == events


def test_the_pages_of_undoing(apply, known, signed_in, liaison, manager):
    batch = apply(ORGANISATIONS)
    give_a_task(Organisation.objects.get(name="Labour Inspectorate"), manager)
    client = signed_in(liaison)
    asked = client.get(f"/imports/{batch.pk}/undo/").content.decode()

    assert "2 records that it created are removed." in asked
    assert "1 record that it changed gets back what it held before." in asked
    assert "have been changed since" not in asked
    assert "stays as it is, and is listed afterwards with the reason" in asked
    known.refresh_from_db()
    for phone in ("77", "13"):
        known.phone = phone
        organisation_actions.edit(known, actor=manager)
    assert "1 of them has been changed since." in client.get(f"/imports/{batch.pk}/undo/").content.decode()
    assert client.post(f"/imports/{batch.pk}/undo/").headers["Location"] == batch.get_absolute_url()
    assert "Waiting to begin" in client.get(batch.get_absolute_url()).content.decode()
    actions.work(batch.pk)
    page = client.get(f"/imports/{batch.pk}/?verdict=KEPT").content.decode()
    assert "records removed 0, put back 1, left in place 2" in page
    assert "Stays: Organisation, Task points at it" in page
    assert "Known Agency" not in page
    assert "Put back as it was" in client.get(batch.get_absolute_url()).content.decode()
    assert client.get(f"/imports/{batch.pk}/undo/").status_code == 302


def test_nothing_leads_to_a_record_that_was_removed_again(apply, undo, office, signed_in, liaison):
    batch = apply("Name\nMinistry of Labour\n")
    address = Organisation.objects.get().get_absolute_url()
    client = signed_in(liaison)
    assert address in client.get(batch.get_absolute_url()).content.decode()
    undo(batch)
    page = client.get(batch.get_absolute_url()).content.decode()

    assert "Removed again" in page
    assert address not in page


def test_stopping_an_undo_leaves_the_import_applied(apply, known, liaison):
    batch = apply(ORGANISATIONS)
    actions.order_undo(batch, actor=liaison)
    actions.stop(batch, actor=liaison)

    batch.refresh_from_db()
    assert (batch.state, batch.applied_by, batch.undone_by) == ("APPLIED", liaison, None)
    assert Organisation.objects.count() == 3


def test_what_an_import_says_of_itself_is_kept_by_the_database(apply, undo, known):
    batch = undo(apply(ORGANISATIONS))
    batch.undone_at = None
    with pytest.raises(IntegrityError, match="import_batch_undone_once"), transaction.atomic():
        batch.save()
    with pytest.raises(IntegrityError, match="import_batch_applied_once"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(state="UNDOING", undone_at=None, applied_at=None)
