"""What the directory shows on shared pages: side bar, search, choices, histories."""

import pytest
from django.urls import reverse
from django.utils import timezone

from stakeholders.actions import person as actions
from stakeholders.models import Organisation
from tests.factories import FocalPointFactory, OrganisationFactory, PersonFactory, domain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


def offered(client, kind, typed):
    return client.get(reverse("pages:pick", args=[kind]), {"q": typed}).content.decode()


def hits(client, **asked):
    found = client.get(reverse("pages:search"), asked).context["found"]
    mine = [hit for one in found if one.source.kind in {"organisation", "person"} for hit in one.hits]
    return [f"{hit.text}: {hit.detail}" if ", " in hit.detail else hit.text for hit in mine]


def test_staff_find_organisations_and_people_and_archived_ones_on_request(client):
    ministry = OrganisationFactory(name="Ministry of Health")
    PersonFactory(name="Hélène Marchetti", organisation=ministry, title="Chief")
    OrganisationFactory(name="Health board", archived_at=timezone.now())
    assert hits(client, q="health") == ["Ministry of Health", "Hélène Marchetti: Chief, Ministry of Health"]
    assert hits(client, q="health", archived="1") == ["Health board"]


def test_ministry_experts_find_and_choose_nobody(signed_in, expert):
    client = signed_in(expert)
    PersonFactory(name="Hélène Marchetti")
    assert "Marchetti" not in client.get(reverse("pages:search"), {"q": "marchetti"}).content.decode()
    for kind in ("person", "organisation", "user", "domain"):
        answer = client.get(reverse("pages:pick", args=[kind]), {"q": "a"})
        assert answer.status_code in {403, 404}, kind


def test_what_can_be_chosen(client, manager, expert):
    ministry = OrganisationFactory(name="Ministry of Health")
    OrganisationFactory(name="Health unit", parent=ministry)
    OrganisationFactory(name="Health board", archived_at=timezone.now())
    PersonFactory(name="Ana Lima", organisation=ministry, title="Chief")
    domain()
    found = offered(client, "organisation", "health")
    assert "Health unit" in found
    assert "Health board" not in found
    assert "Chief, Ministry of Health" in offered(client, "person", "lima")
    assert "Mona Manager" in offered(client, "user", "mona")
    assert "Amina Haddad" not in offered(client, "user", "amina")
    assert "1.2 Labour" in offered(client, "domain", "labour")


def test_the_side_bar_leads_staff_to_the_directory(client):
    content = client.get(reverse("stakeholders:person_list")).content.decode()
    assert f'href="{reverse("stakeholders:organisation_list")}"' in content


def test_the_history_tells_of_posts_addresses_and_focal_points(client, liaison):
    focal_point = FocalPointFactory()
    person = focal_point.person
    actions.mark_address(person.emails.get(), "BOUNCED", actor=liaison, reason="Mailbox full")
    content = client.get(person.get_absolute_url(), {"tab": "history"}).content.decode()
    for words in ("Nadia Rahmani", "Mailbox full", "Bounced", "focal point", "post"):
        assert words in content, words
    content = client.get(focal_point.organisation.get_absolute_url(), {"tab": "history"}).content.decode()
    assert person.name in content


def test_the_history_says_who_changed_what_and_not_that_a_text_for_searching_changed(client, liaison):
    ministry = OrganisationFactory(name="Ministry of Health")
    Organisation.objects.filter(pk=ministry.pk).update(search_text="")
    content = client.get(ministry.get_absolute_url(), {"tab": "history"}).content.decode()
    assert content.count("Ministry of Health") >= 1
    assert "search" not in content.split('<ol class="log"')[1].split("</ol>")[0]
