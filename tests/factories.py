"""Records for tests. Each maker gives the least that is true of a record; a test names what matters to it."""

import factory
from django.contrib.auth import get_user_model

from stakeholders.models import (
    ExpertAssignment,
    FocalPoint,
    Organisation,
    OrganisationEmail,
    Person,
    PersonEmail,
    Post,
    StatisticalDomain,
    UserSegment,
)
from stakeholders.seed import seed_code_lists

# Directory -----------------------------------------------------------------------------------------------------------


def domain(code="1.2"):
    """Return a statistical domain of the default scheme; 1.2 is Labour."""
    seed_code_lists()
    return StatisticalDomain.objects.current().get(code=code)


def segment(code="GOVERNMENT"):
    """Return a user segment of the Handbook."""
    seed_code_lists()
    return UserSegment.objects.get(code=code)


class UserFactory(factory.django.DjangoModelFactory):
    """A login without a role; `conftest.make_user` makes those with roles."""

    class Meta:
        model = get_user_model()

    email = factory.Sequence(lambda n: f"colleague{n}@nso.example")
    name = factory.Sequence(lambda n: f"Colleague {n}")


class OrganisationFactory(factory.django.DjangoModelFactory):
    """A ministry. `email="…"` gives it a primary address."""

    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Ministry {n}")
    kind = Organisation.Kind.MINISTRY
    government_level = Organisation.GovernmentLevel.NATIONAL
    email = ""

    @classmethod
    def _create(cls, model_class, *args, email, **fields):
        organisation = super()._create(model_class, *args, **fields)
        if email:
            OrganisationEmail.objects.create(organisation=organisation, address=email, is_primary=True)
        return organisation


class PersonFactory(factory.django.DjangoModelFactory):
    """Somebody with a main post and a primary address.

    `organisation=…`, `title=…` and `since=…` say more about the post; `title=None` leaves it out, `email=""` the
    address, `in_domains=["1.2"]` adds domains.
    """

    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"Amina Person{n}")
    email = factory.Sequence(lambda n: f"person{n}@ministry.example")
    organisation = None
    title = "Analyst"
    since = None
    in_domains = ()

    @classmethod
    def _create(cls, model_class, *args, email, organisation, title, since, in_domains, **fields):
        person = super()._create(model_class, *args, **fields)
        if title is not None:
            organisation = organisation or OrganisationFactory()
            Post.objects.create(person=person, organisation=organisation, title=title, valid_from=since)
        if email:
            PersonEmail.objects.create(person=person, address=email, is_primary=True)
        person.domains.set([domain(code) for code in in_domains])
        person.refresh_from_db()
        return person


class FocalPointFactory(factory.django.DjangoModelFactory):
    """The primary focal point of a ministry for Labour, with a post there."""

    class Meta:
        model = FocalPoint

    organisation = factory.SubFactory(OrganisationFactory)
    person = factory.SubFactory(PersonFactory, organisation=factory.SelfAttribute("..organisation"))
    domain = factory.LazyFunction(domain)


class ExpertAssignmentFactory(factory.django.DjangoModelFactory):
    """A colleague who is the subject expert for a ministry and Labour."""

    class Meta:
        model = ExpertAssignment

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    domain = factory.LazyFunction(domain)
