"""The pages of a merge: which two, what stays, the consequences."""

import pytest
from django.urls import reverse
from django.utils import timezone

from stakeholders.models import Organisation, Person, UserGroup, UserGroupMembership
from tests.factories import FocalPointFactory, OrganisationFactory, PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


def url(record):
    return reverse(f"stakeholders:{record._meta.model_name}_merge", args=[record.pk])


def test_likely_doubles_are_offered_and_another_can_be_chosen(client):
    stays, double = PersonFactory(name="Yusuf Al-Khatib"), PersonFactory(name="Yussuf Al-Khatib")
    content = client.get(url(stays)).content.decode()
    assert f"{url(stays)}?with={double.pk}" in content
    answer = client.post(url(stays), {"other": double.pk})
    assert answer.headers["Location"] == f"{url(stays)}?with={double.pk}"


def test_the_comparison_names_languages_in_words(client):
    stays, goes = PersonFactory(language="fr"), PersonFactory(language="ar")

    content = client.get(url(stays), {"with": goes.pk}).content.decode()

    assert "<span>French</span>" in content
    assert "<span>Arabic</span>" in content


def test_the_comparison_shows_what_stays_what_moves_and_where_both_have_one(client, liaison, statistician):
    ministry = OrganisationFactory(name="Ministry of Labour")
    stays = PersonFactory(name="Yusuf Al-Khatib", organisation=ministry, title="Director", user=liaison)
    goes = PersonFactory(
        name="Youssef Alkhatib",
        organisation=ministry,
        title="Director general",
        phone="+999",
        objections=["NEWS"],
        user=statistician,
    )
    group = UserGroup.objects.create(name="Labour users")
    for person in (stays, goes):
        UserGroupMembership.objects.create(group=group, person=person)
    FocalPointFactory(organisation=ministry, person=goes)
    answer = client.get(url(stays), {"with": goes.pk})
    content = answer.content.decode()
    for words in (
        "Youssef Alkhatib",
        "Director general",
        "<ins>+999</ins>",
        "an objection always stays",
        "Labour users: there twice.",
        "Both can sign in.",
        f"{url(goes)}?with={stays.pk}",
    ):
        assert words.replace("’", "'") in content, words
    moves = {str(line.title): (line.moves, line.together) for line in answer.context["moves"]}
    assert moves["Posts"] == (1, 1)
    assert moves["Addresses"] == (1, 2)
    assert moves["Focal points"] == (1, 1)
    assert moves["Group memberships"] == (1, 1)


def test_merging_two_people_takes_what_was_chosen(client):
    stays, goes = PersonFactory(name="Yusuf Al-Khatib", phone="1"), PersonFactory(name="Youssef", phone="2")
    sent = {"name": "stays", "phone": "goes", "email": "stays", "reason": "Confirmed by telephone"}
    answer = client.post(f"{url(stays)}?with={goes.pk}", sent)
    assert answer.headers["Location"] == stays.get_absolute_url()
    stays.refresh_from_db()
    assert (stays.name, stays.phone) == ("Yusuf Al-Khatib", "2")
    assert client.get(goes.get_absolute_url()).status_code == 301
    history = client.get(reverse("audit:history", args=["person", stays.pk])).content.decode()
    assert "Confirmed by telephone" in history


def test_merging_two_organisations(client):
    stays, goes = OrganisationFactory(name="Observatory"), OrganisationFactory(name="Labour Observatory")
    person = PersonFactory(organisation=goes)
    answer = client.post(f"{url(stays)}?with={goes.pk}", {"name": "goes", "reason": "Same body since 2025"})
    assert answer.status_code == 302, answer.context["form"].errors
    stays.refresh_from_db()
    assert (stays.name, person.posts.get().organisation) == ("Labour Observatory", stays)


def test_a_reason_and_every_choice_are_needed(client):
    stays, goes = PersonFactory(name="A", phone="1"), PersonFactory(name="B", phone="2")
    answer = client.post(f"{url(stays)}?with={goes.pk}", {"name": "nobody"})
    assert answer.status_code == 422
    assert {"name", "phone", "reason"} <= set(answer.context["form"].errors)
    assert Person.objects.filter(merged_into=None).count() == 2


def test_what_makes_no_sense_is_not_found(client):
    stays = OrganisationFactory()
    gone = OrganisationFactory(merged_into=stays, archived_at=timezone.now())
    for other in (stays.pk, gone.pk, 99, "x", "9" * 30, "-1"):
        assert client.get(url(stays), {"with": other}).status_code == 404, other
    assert client.get(url(gone)).status_code == 404
    assert client.get(url(OrganisationFactory(archived_at=timezone.now()))).status_code == 404


def test_an_archived_double_can_go_but_not_stay(client):
    stays, goes = OrganisationFactory(), OrganisationFactory(archived_at=timezone.now())
    content = client.get(url(stays), {"with": goes.pk}).content.decode()
    assert "Swap the two" not in content
    client.post(f"{url(stays)}?with={goes.pk}", {"name": "stays", "reason": "Double"})
    assert Organisation.objects.get(pk=goes.pk).merged_into == stays


def test_looking_changes_nothing(client, count_queries):
    stays, goes = PersonFactory(), PersonFactory()
    before = list(Person.objects.order_by("pk").values())
    client.get(url(stays), {"with": goes.pk})
    assert list(Person.objects.order_by("pk").values()) == before
    assert count_queries(lambda: client.get(url(stays), {"with": goes.pk})) <= 110
