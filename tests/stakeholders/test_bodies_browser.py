"""Groups, committees and products in the browser: axe, and nothing wider than the window."""

import pytest

from stakeholders.models import (
    Committee,
    CommitteeSeat,
    DataItem,
    Product,
    ProductKeyUserGroup,
    SeatHolder,
    UserGroup,
    UserGroupMembership,
)
from tests.factories import FocalPointFactory, OrganisationFactory, PersonFactory, domain, segment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def addresses(office):
    ministry = OrganisationFactory(name="Ministry of Labour and Social Affairs", segment=segment())
    amina = PersonFactory(name="Amina Haddad", organisation=ministry, email="amina@labour.example")
    group = UserGroup.objects.create(name="User group: labour statistics", purpose="Advises on tables.")
    group.domains.add(domain("1.2"))
    UserGroupMembership.objects.create(group=group, person=amina, organisation=ministry, role="CHAIR", importance=1)
    FocalPointFactory(organisation=OrganisationFactory(name="Central Bank", tier="KEY"), domain=domain("1.2"))
    committee = Committee.objects.create(name="Advisory committee", legal_basis="Decree 2019-114")
    seat = CommitteeSeat.objects.create(committee=committee, organisation=ministry, role="CHAIR")
    SeatHolder.objects.create(seat=seat, person=amina)
    CommitteeSeat.objects.create(committee=committee, organisation=OrganisationFactory(name="Ministry of Health"))
    product = Product.objects.create(code="LFS", title="Labour force survey")
    DataItem.objects.create(product=product, code="UR", label="Unemployment rate", unit="%")
    ProductKeyUserGroup.objects.create(product=product, group=group, importance="CRITICAL")
    pages = [record.get_absolute_url() for record in (group, committee, product)]
    return [*pages, f"{pages[0]}members/new/", f"{pages[1]}edit/", "/groups/", "/committees/", "/products/"]


def test_the_pages_are_sound(page, sign_in, axe, liaison, addresses):
    sign_in(page, liaison)
    for address in addresses:
        page.goto(address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
