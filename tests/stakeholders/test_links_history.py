"""Plain links between records, the domains of a group for example, are told in the history like everything else."""

import pytest
from django.urls import reverse

from nso_contacts.audit.trail import acting
from stakeholders.models import Committee, Product, UserGroup
from tests.factories import PersonFactory, domain

pytestmark = pytest.mark.django_db


def told(client, kind, record):
    page = client.get(reverse("audit:history", args=[kind, record.pk])).text
    return " ".join(page.split())


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("person", lambda: PersonFactory(title=None, email="")),
        ("group", lambda: UserGroup.objects.create(name="Labour users")),
        ("committee", lambda: Committee.objects.create(name="Statistics council")),
        ("product", lambda: Product.objects.create(title="Labour force survey", kind=Product.Kind.values[0])),
    ],
)
def test_domains_added_and_removed_are_told_with_who_did_it(signed_in, liaison, manager, kind, make):
    record = make()
    with acting("add", actor=liaison):
        record.domains.set([domain("1.2")])
    with acting("remove", actor=manager):
        record.domains.set([])

    page = told(signed_in(liaison), kind, record)

    assert "<b>Nadia Rahmani</b> added the statistical domain <ins>Labour</ins>." in page
    assert "<b>Mona Manager</b> removed the statistical domain <del>Labour</del>." in page


def test_a_group_joined_is_told_with_the_person(signed_in, liaison):
    person, group = PersonFactory(title=None, email=""), UserGroup.objects.create(name="Labour users")
    with acting("add", actor=liaison):
        group.memberships.create(person=person)

    assert "added the user group membership <ins>Labour users</ins>" in told(signed_in(liaison), "person", person)
