"""Taking a batch back: what still holds what it wrote is put back, everything else stays as people have made it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nso_contacts.audit import undo
from nso_contacts.audit.trail import acting
from stakeholders.models import Organisation, Person, PersonDomain, PersonEmail
from tests.factories import OrganisationFactory, PersonFactory, UserFactory, domain

pytestmark = pytest.mark.django_db
BATCH = "bulk:7"


@pytest.fixture
def batch(liaison):
    """Run a block as the batch that is then taken back."""
    return lambda: acting("bulk.change", actor=liaison, batch=BATCH)


def later():
    """What somebody does afterwards: in a transaction of its own, as everything but these tests runs."""
    return acting("later", actor=None)


def take_back(actor):
    with acting("bulk.undo", actor=actor):
        return undo.take_back(BATCH)


def test_fields_get_back_what_each_row_had(batch, liaison):
    omar, carmen = UserFactory(), UserFactory()
    one, two, untouched = PersonFactory(owner=omar), PersonFactory(owner=None), PersonFactory(owner=omar)
    with batch():
        Person.objects.filter(pk__in=[one.pk, two.pk]).update(owner=carmen, language="fr")
    with later():
        Person.objects.filter(pk=untouched.pk).update(owner=carmen)

    taken, left = take_back(liaison)

    assert (len(taken), left) == (2, [])
    assert list(Person.objects.order_by("pk").values_list("owner", "language")) == [
        (omar.pk, ""),
        (None, ""),
        (carmen.pk, ""),
    ]


def test_what_somebody_changed_since_stays_and_is_said(batch, liaison):
    person = PersonFactory(language="en", phone="1")
    with batch():
        Person.objects.filter(pk=person.pk).update(language="fr", phone="2")
    with later():
        Person.objects.filter(pk=person.pk).update(phone="3")

    _taken, left = take_back(liaison)

    person.refresh_from_db()
    assert (person.language, person.phone) == ("en", "3")
    assert [one.obstacle for one in left] == ["Changed since: telephone."]
    assert left[0].name == f"Person: {person.name}"


def test_rows_written_down_go_and_rows_removed_come_back(batch, liaison):
    person = PersonFactory(in_domains=["1.2"])
    before = PersonDomain.objects.get().pk
    with batch():
        PersonDomain.objects.all().delete()
        PersonDomain.objects.create(person=person, domain=domain("1.1"))

    taken, left = take_back(liaison)

    assert sorted(one.kind for one in taken) == ["removed", "written"]
    assert left == []
    assert list(PersonDomain.objects.values_list("pk", "domain__code")) == [(before, "1.2")]


def test_a_row_that_is_there_again_is_not_written_twice(batch, liaison):
    person = PersonFactory(in_domains=["1.2"])
    with batch():
        PersonDomain.objects.all().delete()
    with later():
        PersonDomain.objects.create(person=person, domain=domain("1.2"))

    taken, left = take_back(liaison)

    assert taken == []
    assert [one.obstacle for one in left] == ["This person already has that domain."]
    assert PersonDomain.objects.count() == 1


def test_one_row_the_database_refuses_does_not_keep_the_others(batch, liaison):
    people = [PersonFactory(code=code) for code in ("a", "b", "c")]
    with batch():
        Person.objects.update(code="")
    with later():
        PersonFactory(code="B")

    taken, left = take_back(liaison)

    assert list(
        Person.objects.filter(pk__in=[one.pk for one in people]).order_by("pk").values_list("code", flat=True)
    ) == [
        "a",
        "",
        "c",
    ]
    assert {one.pk for one in taken} == {people[0].pk, people[2].pk}
    assert [(one.pk, one.obstacle) for one in left] == [(people[1].pk, "Another person has this code.")]


def test_a_new_record_goes_with_what_came_with_it_unless_something_was_added_since(batch, liaison):
    with batch():
        alone, answered = PersonFactory(title=None, email="a@x.example"), PersonFactory(title=None, email="")
    with later():
        PersonEmail.objects.create(person=answered, address="b@x.example")

    taken, left = take_back(liaison)

    assert not Person.objects.filter(pk=alone.pk).exists()
    assert PersonEmail.objects.get().person == answered
    assert [(one.pk, one.obstacle) for one in left] == [(answered.pk, "Something has been attached to it since.")]
    assert len(taken) == 2


def test_a_row_that_moved_between_two_states_in_order_is_taken_back_in_reverse(batch, liaison):
    person = PersonFactory(email="old@x.example")
    new = PersonEmail.objects.create(person=person, address="new@x.example")
    with batch():
        PersonEmail.objects.filter(address="old@x.example").update(is_primary=False)
        PersonEmail.objects.filter(pk=new.pk).update(is_primary=True)

    assert take_back(liaison)[1] == []
    assert PersonEmail.objects.get(is_primary=True).address == "old@x.example"


def test_twice_changes_nothing_more_and_an_unknown_batch_nothing_at_all(batch, liaison):
    OrganisationFactory(town="San Telmo")
    with batch():
        Organisation.objects.update(town="Elsewhere")
    take_back(liaison)

    taken, left = take_back(liaison)

    assert Organisation.objects.get().town == "San Telmo"
    assert (taken, [one.obstacle for one in left]) == ([], ["Changed since: town."])
    assert undo.effects("bulk:8") == []


def test_it_takes_the_same_queries_for_1_and_30_rows(batch, liaison, django_assert_num_queries):
    PersonFactory.create_batch(30, title=None, email="")
    with batch():
        Person.objects.filter(pk=Person.objects.first().pk).update(language="fr")
    with acting("bulk.change", actor=liaison, batch="bulk:8"):
        Person.objects.filter(language="").update(language="ar")
    with CaptureQueriesContext(connection) as few:
        undo.effects(BATCH)

    with django_assert_num_queries(len(few)):
        assert len(undo.effects("bulk:8")) == 29
