"""Search over everything."""

import pytest

from nso_contacts.pages import search
from nso_contacts.pages.templatetags.pages import marked
from tests.markup import tight

pytestmark = [pytest.mark.urls("tests.pages.sample_urls"), pytest.mark.usefixtures("searchable")]


@pytest.fixture
def people(make_user):
    make_user(name="Amina Haddad", email="amina@labour.example")
    make_user(name="Karim Haddad", email="karim@trade.example")
    make_user(name="Leïla Benkirane", email="leila@labour.example")
    make_user(name="Secret Haddad", email="secret@labour.example")
    make_user(name="Old Haddad", email="old@labour.example", is_active=False)


def test_it_finds_what_the_reader_may_see_and_marks_it(as_role, people):
    answer = as_role("liaison").get("/search/?q=labour+haddad")

    page = tight(answer)
    assert "Amina <mark>Haddad</mark></a>" in page
    assert '<span class="d-block sm t-2">amina@<mark>labour</mark>.example' in page
    assert "Karim" not in tight(answer)
    assert "Secret" not in tight(answer)
    assert "Old" not in tight(answer)
    assert "1 found in one kind" in tight(answer)


def test_accents_do_not_matter(as_role, people):
    assert "<mark>Leïla</mark> Benkirane" in as_role("liaison").get("/search/?q=leila").text


def test_the_archive_is_searched_on_request(as_role, people):
    answer = as_role("liaison").get("/search/?q=haddad&archived=1")

    assert "Old <mark>Haddad</mark>" in tight(answer)
    assert "Amina" not in tight(answer)


def test_a_whole_reference_opens_its_record(as_role, people):
    answer = as_role("liaison").get("/search/?q=karim@trade.example")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sample/people/")


def test_five_are_shown_and_the_rest_leads_on(as_role, make_user):
    for number in range(110):
        make_user(name=f"Maria {number}", email=f"maria-{number}@x.example")
    client = as_role("liaison")

    answer = client.get("/search/?q=maria")
    kind = client.get("/search/?q=maria&kind=colleague")

    assert tight(answer).count("<mark>Maria</mark>") == 5
    assert '<h2>Colleagues<span class="n">100+</span></h2>' in tight(answer)
    assert 'href="/search/?q=maria&amp;kind=colleague"' in tight(answer)
    assert kind.text.count("<mark>Maria</mark>") == 100


@pytest.mark.parametrize("typed", ["", "a", " ", "%00", "%", "_", "<script>", "x" * 3000, "kind=nothing"])
def test_nothing_typed_breaks_it(as_role, people, typed):
    answer = as_role("liaison").get("/search/", {"q": typed, "kind": ""})

    assert answer.status_code == 200
    assert "<script>" not in tight(answer).split("<main")[1]


def test_a_kind_without_the_capability_is_not_asked(as_role, people, monkeypatch, searchable):
    from dataclasses import replace

    monkeypatch.setitem(search._sources, "colleague", replace(searchable, capability="manage_users"))

    assert "Nothing found" in as_role("liaison").get("/search/?q=haddad").text
    assert "<mark>Haddad</mark>" in as_role("administrator").get("/search/?q=haddad").text


def test_marking_escapes_and_finds_every_word():
    assert marked("<b>Ministère</b> du Travail", "ministere travail") == (
        "&lt;b&gt;<mark>Ministère</mark>&lt;/b&gt; du <mark>Travail</mark>"
    )
    assert marked("100% {sure}", "%") == "100<mark>%</mark> {sure}"
    assert marked("a < b", "") == "a &lt; b"
