"""User groups: list, page, members, who is missing, forms, archiving."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from nso_contacts.office import clock
from stakeholders.actions import group as actions
from stakeholders.models import UserGroup, UserGroupMembership
from tests.factories import FocalPointFactory, OrganisationFactory, PersonFactory, domain, segment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

LIST = reverse("stakeholders:group_list")


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


def made(name="Labour statistics", domains=(), **fields):
    group = UserGroup.objects.create(name=name, **fields)
    group.domains.set(domain(code) for code in domains)
    return group


def url(name, *args):
    return reverse(f"stakeholders:{name}", args=args)


def page(client, group, **state):
    return client.get(group.get_absolute_url(), state)


def listed(client, **state):
    return [row.record.name for row in client.get(LIST, state).context["rows"]]


def test_the_list_finds_filters_and_counts(client):
    labour = made(domains=["1.2"], owner=None)
    made("Prices", domains=["2.7"], status="DORMANT")
    archived = made("Old group")
    actions.archive(archived, actor=None)
    UserGroupMembership.objects.create(group=labour, person=PersonFactory(), organisation=OrganisationFactory())
    gone = PersonFactory()
    UserGroupMembership.objects.create(group=labour, person=gone, valid_to=clock.today() - timedelta(days=1))
    assert listed(client) == ["Labour statistics", "Prices"]
    assert listed(client, q="labour") == ["Labour statistics"]
    assert listed(client, domain=domain("1").pk) == ["Labour statistics"]
    assert listed(client, status="DORMANT") == ["Prices"]
    assert listed(client, state="archived") == ["Old group"]
    row = client.get(LIST, {"q": "labour"}).context["rows"][0].record
    assert (row.members_now, row.organisations_now) == (1, 1)
    assert "Labour statistics" in client.get(LIST, {"format": "csv"}).getvalue().decode()


def test_a_group_is_added_changed_archived_and_restored(client):
    answer = client.post(
        url("group_create"),
        {"name": "Labour", "status": "ACTIVE", "domains": [domain("1.2").pk], "cadence_days": 180},
    )
    group = UserGroup.objects.get()
    assert answer.headers["Location"] == group.get_absolute_url()
    assert list(group.domains.all()) == [domain("1.2")]
    assert str(domain("1.2")) in client.get(url("group_edit", group.pk)).content.decode()
    client.post(
        url("group_edit", group.pk),
        {"name": "Work", "status": "DORMANT", "domains": [domain("1.3").pk], "revision": group.revision},
    )
    group.refresh_from_db()
    assert (group.name, group.status, list(group.domains.all())) == ("Work", "DORMANT", [domain("1.3")])
    client.get(url("group_archive", group.pk))
    assert UserGroup.objects.active().exists()
    client.post(url("group_archive", group.pk))
    assert not UserGroup.objects.active().exists()
    assert "Archived on" in page(client, group).content.decode()
    client.post(url("group_restore", group.pk))
    assert UserGroup.objects.active().exists()


def test_a_changed_rhythm_moves_the_next_contact(client):
    group = made(cadence_days=None)
    UserGroup.objects.filter(pk=group.pk).update(next_due_on=clock.today())
    group.refresh_from_db()
    client.post(url("group_edit", group.pk), {"name": group.name, "status": "ACTIVE", "revision": group.revision})
    group.refresh_from_db()
    assert group.next_due_on is None


def test_members_are_added_changed_and_ended(client):
    group, person, ministry = made(), PersonFactory(), OrganisationFactory(segment=segment())
    client.post(
        url("member_create", group.pk),
        {
            "person": person.pk,
            "organisation": ministry.pk,
            "role": "CHAIR",
            "importance": 1,
            "valid_from": "2026-01-05",
        },
    )
    row = group.memberships.get()
    assert (row.person, row.organisation, row.role) == (person, ministry, "CHAIR")
    shown = page(client, group)
    assert [member.person for member in shown.context["members"]] == [person]
    assert list(shown.context["segments"]) == [{"organisation__segment__title": str(segment()), "number": 1}]
    again = client.post(url("member_create", group.pk), {"person": person.pk, "role": "MEMBER", "importance": 2})
    assert again.status_code == 422
    assert "already a member" in str(again.context["form"].errors["person"])
    client.post(
        url("member_edit", group.pk, row.pk),
        {"person": person.pk, "role": "MEMBER", "importance": 2, "valid_from": "2026-01-05", "revision": row.revision},
    )
    row.refresh_from_db()
    assert (row.role, row.organisation) == ("MEMBER", None)
    early = client.post(url("member_end", group.pk, row.pk), {"on": "2025-12-31"})
    assert early.status_code == 422
    yesterday = clock.today() - timedelta(days=1)
    client.post(url("member_end", group.pk, row.pk), {"on": yesterday.isoformat()})
    row.refresh_from_db()
    assert row.valid_to == yesterday
    shown = page(client, group)
    assert list(shown.context["members"]) == []
    assert list(shown.context["past"]) == [row]


def test_members_leave_as_a_file(client):
    group = made()
    UserGroupMembership.objects.create(
        group=group, person=PersonFactory(name="Amina Haddad", email="amina@labour.example")
    )
    answer = client.get(url("group_members", group.pk), {"format": "csv"})
    assert "Amina Haddad" in answer.getvalue().decode()
    assert "amina@labour.example" in client.get(url("group_members", group.pk)).getvalue().decode()


def test_the_page_says_who_is_missing(client):
    group = made(domains=["1.2"])
    ministry, unit = OrganisationFactory(name="Labour", tier="KEY"), OrganisationFactory(name="Finance")
    office = OrganisationFactory(name="Office of work", parent=ministry)
    for organisation in (ministry, unit):
        FocalPointFactory(organisation=organisation, domain=domain("1.2"))
    FocalPointFactory(organisation=OrganisationFactory(name="Prices only"), domain=domain("2.7"))

    def missing():
        return [entry.organisation.name for entry in page(client, group).context["missing"]]

    assert missing() == ["Labour", "Finance"]
    assert page(client, group).context["missing_domains"] == [domain("1.2")]
    UserGroupMembership.objects.create(group=group, person=PersonFactory(in_domains=["1.2"]), organisation=office)
    assert missing() == ["Finance"]
    UserGroupMembership.objects.create(group=group, person=PersonFactory(organisation=unit))
    assert missing() == []
    assert page(client, group).context["missing_domains"] == []


def test_the_database_refuses_a_wrong_group():
    group, person = made(), PersonFactory()
    wrong = [
        lambda: UserGroup.objects.create(name=group.name),
        lambda: UserGroup.objects.create(name="No rhythm", cadence_days=0),
        lambda: UserGroupMembership.objects.create(
            group=group, person=person, valid_from="2026-05-01", valid_to="2026-04-30"
        ),
        lambda: [UserGroupMembership.objects.create(group=group, person=person) for _twice in range(2)],
    ]
    for attempt in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    with pytest.raises(ValidationError, match="at least 1 day"):
        actions.edit(UserGroup(pk=group.pk, name="Labour", cadence_days=0), actor=None, domains=[])


def test_the_same_queries_for_1_and_30(client, count_queries):
    def fill(group, number):
        for _one in range(number):
            ministry = OrganisationFactory(segment=segment())
            person = PersonFactory(organisation=ministry, email=f"p{ministry.pk}@x.example")
            UserGroupMembership.objects.create(group=group, person=person, organisation=ministry)
            FocalPointFactory(organisation=OrganisationFactory(), domain=domain("1.2"))

    few, many = made("Few", domains=["1.2"]), made("Many", domains=["1.2"])
    fill(few, 1)
    page(client, few)
    number = count_queries(lambda: page(client, few))
    fill(many, 30)
    assert count_queries(lambda: page(client, many)) == number
    narrow = count_queries(lambda: client.get(LIST, {"q": "few"}))
    for order in range(28):
        made(f"Group {order}", domains=["1.2", "1.3"])
    assert count_queries(lambda: client.get(LIST, {"q": "group"})) == narrow
    one = count_queries(lambda: client.get(url("group_members", few.pk)))
    assert count_queries(lambda: client.get(url("group_members", many.pk))) == one


def test_only_who_may_change_the_directory_changes_groups(signed_in, statistician):
    client, group = signed_in(statistician), made()
    assert page(client, group).status_code == 200
    assert client.get(url("group_edit", group.pk)).status_code == 403
    assert client.post(url("member_create", group.pk)).status_code == 403
