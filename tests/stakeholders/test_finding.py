"""Finding people and organisations by what somebody remembers of them: a mistyped, former or foreign name."""

import pytest

from stakeholders.models import OrganisationName, PersonName
from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(signed_in, liaison):
    """What the search page answers."""
    client = signed_in(liaison)
    return lambda typed: client.get("/search/", {"q": typed}).text.replace("<mark>", "").replace("</mark>", "")


@pytest.fixture
def amina():
    person = PersonFactory(name="Amina Haddad", native_name="أمينة حداد", title=None, email="")
    PersonName.objects.create(person=person, name="Amina Benali")
    PersonFactory(name="Rashid Karimov", native_name="Рашид Каримов", title=None, email="")
    PersonFactory(name="Li Xiaolong", native_name="李小龍", title=None, email="")
    return person


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("أمينة", "Amina Haddad"),
        ("benali", "Amina Haddad"),
        ("каримов", "Rashid Karimov"),
        ("КАРИМОВ", "Rashid Karimov"),
        ("小龍", "Li Xiaolong"),
    ],
)
def test_names_in_other_scripts_and_former_names_find_the_person(found, amina, typed, name):
    page = found(typed)

    assert name in page
    assert "Nothing is written exactly like that" not in page


@pytest.mark.parametrize("typed", ["Amina Hadad", "Hadadd", "Amnia Haddad"])
def test_a_mistyped_name_finds_what_is_written_almost_like_it(found, amina, typed):
    page = found(typed)

    assert "Nothing is written exactly like that" in page
    assert "Amina Haddad" in page


def test_former_names_and_acronyms_find_the_organisation(found):
    ministry = OrganisationFactory(name="Ministry of Labour and Social Affairs")
    OrganisationName.objects.create(organisation=ministry, kind="ACRONYM", name="MoLSA")
    OrganisationName.objects.create(organisation=ministry, kind="FORMER", name="Ministry of Manpower")

    for typed in ("molsa", "manpower", "minstry of labor"):
        assert "Ministry of Labour and Social Affairs" in found(typed)


def test_what_is_like_nothing_finds_nothing_and_an_archived_name_stays_out(found, amina):
    assert "Nothing found" in found("qqqzzzxxx")
    amina.archived_at = amina.created_at
    amina.save(update_fields=["archived_at"])
    assert "Amina Haddad</a>" not in found("Amina Hadad")


def test_a_list_offers_what_is_written_almost_like_a_mistyped_name(signed_in, liaison, amina):
    client = signed_in(liaison)
    offered = f'<a href="{amina.get_absolute_url()}">Amina Haddad</a>'

    mistyped = client.get("/people/?q=Amnia+Haddad").text
    assert "Written almost like it:" in mistyped
    assert offered in mistyped
    assert "Written almost like it:" not in client.get("/people/?q=Haddad").text
    assert "Written almost like it:" not in client.get("/people/?q=qqqzzzxxx").text
    # Other filters stay in force.
    assert offered not in client.get("/people/?q=Amnia+Haddad&state=bounced").text
