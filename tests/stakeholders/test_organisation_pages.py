"""Pages of organisations: list, one of them, forms, focal points and experts."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from nso_contacts.office import clock
from stakeholders.actions import organisation as actions
from stakeholders.models import (
    Committee,
    CommitteeSeat,
    ExpertAssignment,
    FocalPoint,
    Organisation,
    OrganisationName,
    Person,
    UserGroup,
    UserGroupMembership,
)
from tests.factories import (
    ExpertAssignmentFactory,
    FocalPointFactory,
    OrganisationFactory,
    PersonFactory,
    domain,
    segment,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

LIST = reverse("stakeholders:organisation_list")
NEW = reverse("stakeholders:organisation_create")


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


def listed(client, **state):
    """The names the list shows for a state of its address."""
    return [row.record.name for row in client.get(LIST, state).context["rows"]]


def entered(**fields):
    """What the form sends with the least that is needed."""
    return {"name": "Ministry of Health", "kind": "MINISTRY", "government_level": "NATIONAL", "tier": "KEY", **fields}


def tabs(client, organisation, tab):
    return client.get(organisation.get_absolute_url(), {"tab": tab}).content.decode()


# The list ------------------------------------------------------------------------------------------------------------


def test_the_list_finds_by_name_acronym_and_address_whatever_the_accents(client):
    health = OrganisationFactory(name="Ministère de la Santé", email="desk@sante.example")
    OrganisationName.objects.create(organisation=health, name="MSP", kind="ACRONYM")
    OrganisationFactory(name="Ministry of Labour")
    for typed in ("ministere sante", "msp", "desk@sante", "SANTÉ"):
        assert listed(client, q=typed) == ["Ministère de la Santé"], typed
    assert listed(client, q="nothing of the kind") == []


def test_the_list_leaves_out_archived_ones_until_they_are_asked_for(client):
    OrganisationFactory(name="Used")
    OrganisationFactory(name="Archived", archived_at=timezone.now())
    assert listed(client) == ["Used"]
    assert listed(client, state="archived") == ["Archived"]


def test_the_filters_narrow_the_list(client, liaison):
    ministry = OrganisationFactory(name="Ministry", tier="KEY", segment=segment(), is_data_holder=True, owner=liaison)
    unit = OrganisationFactory(name="Unit", parent=ministry, kind="OTHER", cadence_days=30, government_level="LOCAL")
    Organisation.objects.filter(pk=unit.pk).update(next_due_on=clock.today() - timedelta(days=1))
    FocalPointFactory(organisation=unit, person=PersonFactory(organisation=unit), domain=domain("3.3.1"))
    ExpertAssignmentFactory(organisation=ministry)
    expected = {
        ("kind", "OTHER"): ["Unit"],
        ("level", "LOCAL"): ["Unit"],
        ("domain", domain("3.3").pk): ["Unit"],
        ("domain", domain("1.2").pk): ["Ministry"],
        ("use", "is_data_holder"): ["Ministry"],
        ("tier", "KEY"): ["Ministry"],
        ("segment", segment().pk): ["Ministry"],
        ("within", ministry.pk): ["Ministry", "Unit"],
        ("within", unit.pk): ["Unit"],
        ("top", "on"): ["Ministry"],
        ("owner", liaison.pk): ["Ministry"],
        ("state", "overdue"): ["Unit"],
        ("state", "no_rhythm"): ["Ministry"],
        ("state", "no_focal_point"): ["Ministry"],
        ("state", "no_expert"): ["Unit"],
    }
    for (name, value), names in expected.items():
        assert listed(client, **{name: value}) == names, (name, value)


def test_the_export_holds_the_same_rows_with_code_and_people(client):
    ministry = OrganisationFactory(name="=Ministry", code="M-1")
    PersonFactory(organisation=ministry)
    PersonFactory(organisation=ministry)
    OrganisationFactory(archived_at=timezone.now())
    lines = client.get(LIST, {"format": "csv"}).getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Name,Code,Short name,Part of,Kind")
    assert len(lines) == 2
    assert lines[1].startswith("'=Ministry,M-1,,,Ministry,National")
    assert ",2," in lines[1]


def test_list_and_export_take_the_same_queries_for_1_and_30(client, count_queries, liaison):
    def fill(number):
        for _one in range(number):
            PersonFactory(organisation=OrganisationFactory(parent=OrganisationFactory(), owner=liaison))

    fill(1)
    client.get(LIST)
    one = [count_queries(lambda: client.get(LIST)), count_queries(lambda: client.get(LIST, {"format": "csv"}))]
    fill(29)
    many = [count_queries(lambda: client.get(LIST)), count_queries(lambda: client.get(LIST, {"format": "csv"}))]
    assert many == one
    assert one[0] <= 24
    assert one[1] <= 12


# One of them ---------------------------------------------------------------------------------------------------------


def crowded(number, liaison):
    """A ministry with `number` of everything its page shows."""
    ministry = OrganisationFactory(
        name="Ministry of Health", owner=liaison, cadence_days=30, email="desk@health.example"
    )
    codes = ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10"]
    for index in range(number):
        unit = OrganisationFactory(parent=ministry)
        person = PersonFactory(organisation=unit, in_domains=["1.2"])
        role = "PRIMARY" if index < len(codes) else "ALTERNATE"
        FocalPointFactory(organisation=ministry, person=person, domain=domain(codes[index % 10]), role=role)
        ExpertAssignmentFactory(organisation=ministry, domain=domain(codes[index % 10]))
        OrganisationName.objects.create(organisation=ministry, name=f"Name {index}", kind="FORMER")
        group = UserGroup.objects.create(name=f"Group {ministry.pk} {index}")
        UserGroupMembership.objects.create(group=group, person=person, organisation=ministry)
        committee = Committee.objects.create(name=f"Committee {ministry.pk} {index}")
        seat = CommitteeSeat.objects.create(committee=committee, organisation=ministry)
        seat.holders.create(person=person)
    return ministry


def test_the_page_takes_the_same_queries_for_1_and_30(client, count_queries, liaison):
    one, many = (crowded(number, liaison).get_absolute_url() for number in (1, 30))
    for tab, most in (("", 45), ("people", 30), ("roles", 30)):
        client.get(one)
        few = count_queries(partial(client.get, one, {"tab": tab}))
        assert count_queries(partial(client.get, many, {"tab": tab})) == few, tab
        assert few <= most, (tab, few)


def test_the_page_shows_facts_units_experts_people_and_groups(client, liaison):
    ministry = crowded(1, liaison)
    FocalPointFactory(
        organisation=ministry, person=PersonFactory(organisation=ministry), domain=domain("2.7"), role="ALTERNATE"
    )
    content = client.get(ministry.get_absolute_url()).content.decode()
    person = Person.objects.get(focal_points__organisation=ministry, focal_points__role="PRIMARY")
    for words in ("Every 30 days", "Nadia Rahmani", "desk@health.example", "Name 0", "former name", person.name):
        assert words in content
    assert ministry.units.get().name in content
    assert "Prices" in content
    assert "None named." in content
    assert f"?domain={domain('2.7').pk}" in content
    assert "User group: Group" in content


def test_people_of_units_stand_among_the_people(client):
    ministry = OrganisationFactory()
    unit = OrganisationFactory(name="Deep unit", parent=OrganisationFactory(parent=ministry))
    PersonFactory(name="Ana Lima", organisation=unit, title="Analyst")
    PersonFactory(name="Bo Gone", organisation=unit, archived_at=timezone.now())
    content = tabs(client, ministry, "people")
    assert "Ana Lima" in content
    assert "Deep unit" in content
    assert "Bo Gone" not in content


def test_a_merged_organisation_leads_to_the_other(client):
    stays = OrganisationFactory()
    goes = OrganisationFactory(merged_into=stays, archived_at=timezone.now())
    answer = client.get(goes.get_absolute_url())
    assert (answer.status_code, answer.headers["Location"]) == (301, stays.get_absolute_url())


def test_who_may_not_change_sees_no_buttons_and_gets_403(signed_in, statistician):
    ministry = OrganisationFactory()
    client = signed_in(statistician)
    content = client.get(ministry.get_absolute_url()).content.decode()
    assert reverse("stakeholders:organisation_edit", args=[ministry.pk]) not in content
    for name in ("edit", "archive", "restore", "merge"):
        assert client.get(reverse(f"stakeholders:organisation_{name}", args=[ministry.pk])).status_code == 403


def test_an_unknown_one_is_not_found(client):
    for name in ("organisation", "organisation_edit", "organisation_archive", "organisation_merge"):
        assert client.get(reverse(f"stakeholders:{name}", args=[99])).status_code == 404


# The form ------------------------------------------------------------------------------------------------------------


def test_adding_an_organisation_with_names_and_addresses(client):
    parent = OrganisationFactory()
    answer = client.post(
        NEW,
        entered(
            parent=parent.pk,
            country="fr",
            is_user="on",
            names_0_name="MoH",
            names_0_kind="ACRONYM",
            names_1_name="Ministère de la Santé",
            names_1_kind="TRANSLATION",
            names_1_language="fr",
            emails_0_address="desk@health.example",
            emails_0_state="WORKS",
            emails_1_address="old@health.example",
            emails_1_state="NOT_IN_USE",
        ),
    )
    added = Organisation.objects.get(name="Ministry of Health")
    assert answer.headers["Location"] == added.get_absolute_url()
    assert (added.parent, added.country, added.is_user, added.is_funder) == (parent, "FR", True, False)
    assert set(added.names.values_list("name", "language")) == {("MoH", ""), ("Ministère de la Santé", "fr")}
    assert added.emails.get(is_primary=True).address == "desk@health.example"


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": ""}, "name", "required"),
        ({"is_data_supplier": "on"}, "is_data_holder", "tick"),
        ({"cadence_days": "0"}, "cadence_days", "1"),
        ({"code": "taken"}, "code", "Another organisation has this code"),
        (
            {"names_0_name": "A", "names_1_name": "a", "names_0_kind": "OTHER", "names_1_kind": "OTHER"},
            "names_1_name",
            "twice",
        ),
        ({"emails_0_address": "not an address"}, "emails_0_address", "valid"),
        ({"emails_0_address": "a@b.example", "emails_1_address": "A@b.example"}, "emails_1_address", "twice"),
        (
            {
                "emails_0_address": "a@b.example",
                "emails_1_address": "c@b.example",
                "emails_0_is_primary": "on",
                "emails_1_is_primary": "on",
            },
            "emails_1_is_primary",
            "one main address",
        ),
        ({"emails_0_is_primary": "on"}, "emails_0_address", "main address"),
        (
            {"emails_0_address": "a@b.example", "emails_0_is_primary": "on", "emails_0_state": "NOT_IN_USE"},
            "emails_0_state",
            "not in use",
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(client, fields, field, words):
    OrganisationFactory(name="Something else", code="TAKEN")
    answer = client.post(NEW, entered(note="Typed with care", **fields))
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert "Typed with care" in answer.content.decode()
    assert Organisation.objects.count() == 1


def test_editing_changes_removes_and_adds_rows(client):
    ministry = OrganisationFactory(name="Ministry of Health", email="desk@health.example")
    name = OrganisationName.objects.create(organisation=ministry, name="Old", kind="FORMER")
    url = reverse("stakeholders:organisation_edit", args=[ministry.pk])
    email = ministry.emails.get()
    answer = client.post(
        url,
        entered(
            name="Ministry of Health and Sport",
            revision=ministry.revision,
            names_0_pk=name.pk,
            names_0_name="",
            names_1_name="MoHS",
            names_1_kind="ACRONYM",
            emails_0_pk=email.pk,
            emails_0_address="desk@health.example",
            emails_0_state="BOUNCED",
            emails_0_is_primary="on",
        ),
    )
    assert answer.status_code == 302, answer.context["form"].errors
    ministry.refresh_from_db()
    assert ministry.name == "Ministry of Health and Sport"
    assert list(ministry.names.values_list("name", flat=True)) == ["MoHS"]
    assert ministry.emails.get().state == "BOUNCED"


def test_a_row_of_another_organisation_is_not_touched(client):
    ministry, other = OrganisationFactory(), OrganisationFactory(email="theirs@other.example")
    theirs = other.emails.get()
    client.post(
        reverse("stakeholders:organisation_edit", args=[ministry.pk]),
        entered(revision=ministry.revision, emails_0_pk=theirs.pk, emails_0_address="stolen@x.example"),
    )
    theirs.refresh_from_db()
    assert (theirs.organisation, theirs.address) == (other, "theirs@other.example")


def test_a_stale_form_is_refused_with_both_versions(client):
    ministry = OrganisationFactory(name="Ministry of Health")
    url = reverse("stakeholders:organisation_edit", args=[ministry.pk])
    opened = client.get(url).context["form"]
    Organisation.objects.filter(pk=ministry.pk).update(phone="111")
    answer = client.post(url, entered(phone="222", revision=1, opened_as=opened["opened_as"].value()))
    assert answer.status_code == 409
    assert "111" in answer.content.decode()
    assert Organisation.objects.get(pk=ministry.pk).phone == "111"


def test_hanging_a_ministry_under_its_own_unit_is_refused_beside_the_field(client):
    ministry = OrganisationFactory()
    unit = OrganisationFactory(parent=ministry)
    url = reverse("stakeholders:organisation_edit", args=[ministry.pk])
    answer = client.post(url, entered(parent=unit.pk, revision=ministry.revision))
    assert answer.status_code == 422
    assert "itself part of" in str(answer.context["form"].errors["parent"])


def test_moving_a_unit_says_which_focal_points_ended(client):
    ministry, other = OrganisationFactory.create_batch(2)
    unit = OrganisationFactory(parent=ministry)
    FocalPointFactory(organisation=ministry, person=PersonFactory(organisation=unit))
    connection.check_constraints()
    url = reverse("stakeholders:organisation_edit", args=[unit.pk])
    answer = client.post(url, entered(parent=other.pk, revision=unit.revision), follow=True)
    assert "One focal point for the organisation it left ended today." in answer.content.decode()


# Likely duplicates ---------------------------------------------------------------------------------------------------


def test_a_likely_double_is_shown_while_typing(client):
    health = OrganisationFactory(name="Ministry of Health")
    OrganisationName.objects.create(organisation=health, name="Ministère de la Santé", kind="TRANSLATION")
    OrganisationFactory(name="Ministry of Labour")
    url = reverse("stakeholders:organisation_similar")
    for typed in ("Ministry of Healht", "ministry of  health", "Ministere de la sante", "Minstry of Health"):
        content = client.get(url, {"name": typed}).content.decode()
        assert health.get_absolute_url() in content, typed
        assert "Labour" not in content, typed
    for typed in ("Min", "Central Bank", "", "\x00"):
        assert client.get(url, {"name": typed}).content.decode().strip() == "", typed


def test_no_more_than_five_doubles_and_none_that_was_merged(client):
    stays = OrganisationFactory(name="Statistics agency")
    OrganisationFactory.create_batch(6, name="Statistics agency")
    gone = OrganisationFactory(name="Statistics agency", merged_into=stays, archived_at=timezone.now())
    found = client.get(reverse("stakeholders:organisation_similar"), {"name": "Statistics agency"}).context["similar"]
    assert len(found) == 5
    assert gone not in found


def test_adding_a_likely_double_needs_a_second_look(client):
    OrganisationFactory(name="Ministry of Healths")
    answer = client.post(NEW, entered())
    assert answer.status_code == 422
    assert "Is it one of these?" in answer.content.decode()
    assert Organisation.objects.count() == 1
    assert client.post(NEW, entered(anyway="on")).status_code == 302
    assert Organisation.objects.count() == 2


# Archive -------------------------------------------------------------------------------------------------------------


def test_archiving_asks_first_says_what_happens_and_can_be_taken_back(client):
    ministry = OrganisationFactory()
    PersonFactory(organisation=OrganisationFactory(parent=ministry))
    url = reverse("stakeholders:organisation_archive", args=[ministry.pk])
    content = client.get(url).content.decode()
    assert "One unit of it stays in use." in content
    assert "One person with a post there stays" in content
    assert Organisation.objects.get(pk=ministry.pk).archived_at is None
    client.post(url)
    client.post(url)
    assert "Archived on" in client.get(ministry.get_absolute_url()).content.decode()
    client.post(reverse("stakeholders:organisation_restore", args=[ministry.pk]))
    assert Organisation.objects.get(pk=ministry.pk).archived_at is None


def test_this_office_is_not_archived(client):
    office = OrganisationFactory(is_this_office=True)
    assert client.post(reverse("stakeholders:organisation_archive", args=[office.pk])).status_code == 422


def test_details_checked_today(client):
    ministry = OrganisationFactory()
    url = reverse("stakeholders:organisation_verify", args=[ministry.pk])
    assert client.get(url).status_code == 405
    client.post(url)
    assert Organisation.objects.get(pk=ministry.pk).verified_on == clock.today()


# Focal points and experts --------------------------------------------------------------------------------------------


def test_naming_and_ending_a_focal_point(client):
    ministry = OrganisationFactory()
    person = PersonFactory(organisation=ministry)
    url = reverse("stakeholders:focal_point_create", args=[ministry.pk])
    sent = {"person": person.pk, "domain": domain().pk, "role": "PRIMARY", "valid_from": "2026-01-01"}
    assert client.post(url, sent).status_code == 302
    named = FocalPoint.objects.get()
    assert (named.organisation, named.person, named.valid_from) == (ministry, person, date(2026, 1, 1))
    assert person.name in tabs(client, ministry, "roles")
    end = reverse("stakeholders:focal_point_end", args=[ministry.pk, named.pk])
    assert client.post(end, {"on": "2025-01-01"}).status_code == 422
    assert client.post(end, {"on": "2026-05-31"}).status_code == 302
    named.refresh_from_db()
    assert named.valid_to == date(2026, 5, 31)
    assert "Before" in tabs(client, ministry, "roles")


@pytest.mark.parametrize(
    ("who", "role", "field", "words"),
    [
        ("other", "PRIMARY", "role", "already has a primary focal point"),
        ("same", "PRIMARY", "person", "already is that focal point"),
        ("stranger", "TECHNICAL", "person", "Add the post first"),
    ],
)
def test_what_stands_against_a_focal_point_stands_beside_its_field(client, who, role, field, words):
    named = FocalPointFactory()
    people = {
        "same": named.person,
        "other": PersonFactory(organisation=named.organisation),
        "stranger": PersonFactory(),
    }
    answer = client.post(
        reverse("stakeholders:focal_point_create", args=[named.organisation_id]),
        {"person": people[who].pk, "domain": named.domain_id, "role": role},
    )
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert FocalPoint.objects.count() == 1


def test_naming_and_ending_our_expert(client, statistician):
    ministry = OrganisationFactory()
    url = reverse("stakeholders:expert_create", args=[ministry.pk])
    sent = {"user": statistician.pk, "domain": domain().pk, "role": "RELATIONSHIP_MANAGER", "response_days": 5}
    assert client.post(url, sent).status_code == 302
    named = ExpertAssignment.objects.get()
    assert "Carmen Valdés" in client.get(ministry.get_absolute_url()).content.decode()
    answer = client.post(url, sent)
    assert "already have a relationship manager" in str(answer.context["form"].errors["role"])
    client.post(reverse("stakeholders:expert_end", args=[ministry.pk, named.pk]), {"on": clock.today()})
    named.refresh_from_db()
    assert named.valid_to == clock.today()


def test_a_ministry_expert_cannot_be_our_expert(client, expert):
    answer = client.post(
        reverse("stakeholders:expert_create", args=[OrganisationFactory().pk]),
        {"user": expert.pk, "domain": domain().pk, "role": "BACKUP"},
    )
    assert answer.status_code == 422
    assert "user" in answer.context["form"].errors


def test_a_row_of_another_organisation_is_not_found(client):
    named = FocalPointFactory()
    other = OrganisationFactory()
    assert client.get(reverse("stakeholders:focal_point_end", args=[other.pk, named.pk])).status_code == 404


def test_the_form_opens_for_the_domain_without_an_expert(client):
    url = reverse("stakeholders:expert_create", args=[OrganisationFactory().pk])
    assert client.get(url, {"domain": domain().pk}).context["form"].initial["domain"] == domain()
    for given in ("x", "99999999999999999999999", "-1"):
        assert client.get(url, {"domain": given}).status_code == 200


def test_archived_ones_cannot_be_merged_into_themselves_by_the_action():
    with pytest.raises(ValidationError):
        actions.restore(OrganisationFactory(merged_into=OrganisationFactory(), archived_at=timezone.now()), actor=None)
