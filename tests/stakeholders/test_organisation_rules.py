"""What the database itself refuses about organisations and domains, and what it keeps by itself."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from stakeholders.actions import domain as domain_actions
from stakeholders.actions import organisation as actions
from stakeholders.models import (
    AddressState,
    DomainCorrespondence,
    DomainScheme,
    FocalPoint,
    Organisation,
    OrganisationEmail,
    OrganisationName,
    StatisticalDomain,
    UserSegment,
)
from stakeholders.models.organisation import below
from stakeholders.seed import seed_code_lists
from tests.factories import FocalPointFactory, OrganisationFactory, PersonFactory, domain, segment

pytestmark = pytest.mark.django_db


def refused(constraint, write):
    """Assert that the database refuses what `write` does, by the constraint of that name."""

    def at_once():
        with transaction.atomic():
            write()
            connection.check_constraints()

    with pytest.raises(IntegrityError) as refusal:
        at_once()
    assert refusal.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("organisation_has_a_name", {"name": ""}),
        ("organisation_supplier_holds_data", {"is_data_supplier": True, "is_data_holder": False}),
        ("organisation_cadence_positive", {"cadence_days": 0}),
        ("organisation_this_office_in_use", {"is_this_office": True, "archived_at": timezone.now()}),
    ],
)
def test_the_database_refuses(constraint, fields):
    refused(constraint, lambda: OrganisationFactory(**fields))


def test_a_code_is_unique_whatever_its_case_but_may_be_empty():
    OrganisationFactory(code="MoH")
    OrganisationFactory(code="")
    OrganisationFactory(code="")
    refused("organisation_code_unique", lambda: OrganisationFactory(code="moh"))


def test_there_is_one_this_office():
    OrganisationFactory(is_this_office=True)
    refused("organisation_one_this_office", lambda: OrganisationFactory(is_this_office=True))


@pytest.mark.parametrize("field", ["parent", "merged_into"])
def test_an_organisation_does_not_point_at_itself(field):
    organisation = OrganisationFactory(archived_at=timezone.now())
    names = {"parent": "organisation_not_its_own_parent", "merged_into": "organisation_not_merged_into_itself"}
    refused(names[field], lambda: Organisation.objects.filter(pk=organisation.pk).update(**{field: organisation}))


def test_a_merged_organisation_is_archived():
    refused("organisation_merged_is_archived", lambda: OrganisationFactory(merged_into=OrganisationFactory()))


def test_no_circle_in_the_tree_however_long():
    ministry = OrganisationFactory()
    directorate = OrganisationFactory(parent=ministry)
    unit = OrganisationFactory(parent=directorate)
    refused("organisation_no_circle", lambda: Organisation.objects.filter(pk=ministry.pk).update(parent=unit))


def test_a_circle_is_refused_beside_the_field_too():
    ministry = OrganisationFactory()
    unit = OrganisationFactory(parent=ministry)
    ministry.parent = unit
    with pytest.raises(ValidationError) as refusal:
        actions.edit(ministry, actor=None)
    assert "parent" in refusal.value.message_dict


def test_one_name_of_a_kind_once():
    organisation = OrganisationFactory()
    OrganisationName.objects.create(organisation=organisation, name="MoH", kind="ACRONYM")
    OrganisationName.objects.create(organisation=organisation, name="MoH", kind="FORMER")
    refused(
        "organisationname_unique",
        lambda: OrganisationName.objects.create(organisation=organisation, name="MoH", kind="ACRONYM"),
    )


def test_one_address_once_and_one_main_address():
    organisation = OrganisationFactory(email="desk@health.example")
    add = OrganisationEmail.objects.create
    refused("organisationemail_once", lambda: add(organisation=organisation, address="DESK@health.example"))
    refused(
        "organisationemail_one_primary",
        lambda: add(organisation=organisation, address="other@health.example", is_primary=True),
    )
    OrganisationFactory(email="desk@health.example")  # desks share addresses


def test_the_tree_below_an_organisation():
    ministry, other = OrganisationFactory.create_batch(2)
    directorate = OrganisationFactory(parent=ministry)
    unit = OrganisationFactory(parent=directorate)
    assert set(Organisation.objects.with_tree(ministry.pk)) == {ministry, directorate, unit}
    assert set(Organisation.objects.filter(parent__in=below(ministry.pk))) == {directorate, unit}
    assert list(Organisation.objects.with_tree(other.pk)) == [other]


def test_search_text_follows_the_names_and_addresses():
    organisation = OrganisationFactory(name="Ministère de la Santé", short_name="MdS", code="X-1")
    name = OrganisationName.objects.create(organisation=organisation, name="Öffentliche Gesundheit")
    email = OrganisationEmail.objects.create(organisation=organisation, address="Desk@Sante.example")
    organisation.refresh_from_db()
    assert organisation.search_text == "ministere de la sante mds x-1 offentliche gesundheit desk@sante.example"
    assert organisation.revision == 1
    name.delete()
    OrganisationEmail.objects.filter(pk=email.pk).update(address="new@sante.example")
    organisation.refresh_from_db()
    assert organisation.search_text == "ministere de la sante mds x-1 new@sante.example"


def test_people_are_found_by_the_new_name_of_their_organisation():
    person = PersonFactory(name="Ana Lima", title="Analyst", email="")
    Organisation.objects.filter(posts__person=person).update(name="Ministry of Água")
    person.refresh_from_db()
    assert "ministry of agua" in person.search_text


# Domains -------------------------------------------------------------------------------------------------------------


def test_the_code_lists_every_office_starts_with():
    seed_code_lists()
    default = DomainScheme.objects.get(is_default=True)
    assert (default.code, default.domains.count()) == ("SDMX-SMD-2009", 40)
    assert DomainScheme.objects.get(code="CSA-REV1-2009").domains.count() == 21
    codes = [row.code for row in StatisticalDomain.objects.current()]
    assert codes[:12] == ["1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10", "1.11"]
    assert domain("2.8").title == "Labour cost"
    assert domain("3.3.5").parent.code == "3.3"
    assert UserSegment.objects.count() == 8
    assert segment("GENERAL_PUBLIC").position == 8


def test_seeding_twice_changes_nothing():
    seed_code_lists()
    StatisticalDomain.objects.filter(code="1.2").update(local_title="Work")
    seed_code_lists()
    assert domain("1.2").local_title == "Work"
    assert StatisticalDomain.objects.count() == 61


def test_a_domain_and_everything_below_it():
    seed_code_lists()
    assert [row.code for row in StatisticalDomain.objects.under(domain("3.3"))][:3] == ["3.3", "3.3.1", "3.3.2"]
    assert StatisticalDomain.objects.under(domain("1.1")).get().code == "1.1"  # not 1.10 and 1.11


def test_the_database_refuses_wrong_domains():
    labour = domain("1.2")
    add = StatisticalDomain.objects.create
    refused("statisticaldomain_code_unique", lambda: add(scheme=labour.scheme, code="1.2", title="Again"))
    refused(
        "statisticaldomain_not_its_own_parent",
        lambda: StatisticalDomain.objects.filter(pk=labour.pk).update(parent=labour),
    )
    refused("domainscheme_one_default", lambda: DomainScheme.objects.create(code="X", title="X", is_default=True))
    DomainCorrespondence.objects.create(source=labour, target=domain("1.3"), kind="EXACT")
    refused(
        "domaincorrespondence_unique",
        lambda: DomainCorrespondence.objects.create(source=labour, target=domain("1.3"), kind="PARTIAL"),
    )


def test_a_scheme_is_loaded_whole_or_not_at_all():
    scheme = DomainScheme(code="CSA-2.1", title="CSA 2.1")
    rows = [
        {"code": "1", "parent": "", "title": "Demographic and social statistics", "description": ""},
        {"code": "1.2", "parent": "1", "title": "", "description": ""},
        {"code": "9.1", "parent": "9", "title": "Climate", "description": ""},
        {"code": "one", "parent": "1", "title": "Wrong", "description": ""},
        {"code": "1", "parent": "", "title": "Twice", "description": ""},
    ]
    with pytest.raises(ValidationError) as refusal:
        domain_actions.load_scheme(scheme, rows, actor=None)
    said = refusal.value.message_dict["file"]
    assert [line.partition(":")[0] for line in said] == ["Line 3", "Line 4", "Line 5", "Line 6"]
    assert not DomainScheme.objects.filter(code="CSA-2.1").exists()


def test_loading_a_scheme_again_changes_only_what_differs():
    rows = [
        {"code": "1.1", "parent": "1", "title": "Population", "description": ""},
        {"code": "1", "parent": "", "title": "Social", "description": ""},
    ]
    scheme = DomainScheme(code="CSA-2.1", title="CSA 2.1")
    assert domain_actions.load_scheme(scheme, rows, actor=None) == (2, 0)
    assert domain_actions.load_scheme(scheme, rows, actor=None) == (0, 0)
    rows[0]["title"] = "Population and migration"
    assert domain_actions.load_scheme(scheme, rows, actor=None) == (0, 1)
    assert scheme.domains.get(code="1.1").parent.code == "1"


def test_another_scheme_becomes_the_one_for_new_records():
    seed_code_lists()
    domain_actions.use_for_new_records(DomainScheme.objects.get(code="CSA-REV1-2009"), actor=None)
    assert DomainScheme.objects.get(is_default=True).code == "CSA-REV1-2009"


# Actions -------------------------------------------------------------------------------------------------------------


def test_a_new_organisation_has_its_names_and_one_main_address():
    organisation = actions.create(
        Organisation(name="Ministry of Health"),
        names=[{"name": "MoH", "kind": "ACRONYM"}],
        emails=[{"address": "old@health.example", "state": "BOUNCED"}, {"address": "desk@health.example"}],
        actor=None,
    )
    assert organisation.names.get().name == "MoH"
    assert organisation.emails.get(is_primary=True).address == "desk@health.example"
    assert organisation.emails.get(state=AddressState.BOUNCED).state_on is not None


def test_rows_are_changed_removed_and_those_of_others_left_alone():
    organisation = OrganisationFactory(email="desk@health.example")
    first = organisation.emails.get()
    theirs = OrganisationEmail.objects.create(organisation=organisation, address="theirs@health.example")
    actions.edit(
        organisation,
        emails=[
            {"pk": first.pk},
            {"address": "new@health.example", "is_primary": True},
            {"pk": 0, "address": "x@y.example"},
        ],
        actor=None,
    )
    assert set(organisation.emails.values_list("address", "is_primary")) == {
        ("theirs@health.example", False),
        ("new@health.example", True),
    }
    assert theirs.pk


def test_archive_and_restore_can_be_done_twice(office):
    organisation = OrganisationFactory()
    actions.archive(organisation, actor=None)
    before = Organisation.objects.get(pk=organisation.pk)
    actions.archive(organisation, actor=None)
    assert Organisation.objects.get(pk=organisation.pk).archived_at == before.archived_at
    assert organisation not in Organisation.objects.active()
    actions.restore(organisation, actor=None)
    actions.restore(organisation, actor=None)
    assert organisation in Organisation.objects.active()


def test_this_office_is_not_archived():
    with pytest.raises(ValidationError):
        actions.archive(OrganisationFactory(is_this_office=True), actor=None)


def test_a_unit_that_moves_ends_focal_points_for_what_it_leaves(office):
    ministry, other = OrganisationFactory.create_batch(2)
    unit = OrganisationFactory(parent=ministry)
    person = PersonFactory(organisation=unit)
    leaves = FocalPointFactory(organisation=ministry, person=person)
    stays = FocalPointFactory(organisation=unit, person=person, domain=domain("1.3"))
    connection.check_constraints()
    refused(
        "focalpoint_belongs_to_organisation",
        lambda: Organisation.objects.filter(pk=unit.pk).update(parent=other),
    )
    unit.parent = other
    assert actions.edit(unit, actor=None) == [leaves]
    connection.check_constraints()
    assert FocalPoint.objects.get(pk=leaves.pk).valid_to is not None
    assert FocalPoint.objects.get(pk=stays.pk).valid_to is None


def test_history_of_the_past_does_not_stand_in_the_way_of_a_move(office):
    ministry, other = OrganisationFactory.create_batch(2)
    unit = OrganisationFactory(parent=ministry)
    FocalPointFactory(organisation=ministry, person=PersonFactory(organisation=unit), valid_to=date(2020, 1, 1))
    connection.check_constraints()
    unit.parent = other
    assert actions.edit(unit, actor=None) == []
    connection.check_constraints()
