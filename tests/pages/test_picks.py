"""Choosing records, with the round trip that needs no script."""

import re

import pytest

from nso_contacts.pages import picks
from nso_contacts.pages.picks import PickSource
from tests.markup import tight

pytestmark = pytest.mark.urls("tests.pages.sample_urls")


@pytest.fixture
def team(as_role, make_user):
    """A client, and four colleagues of whom one may not be chosen."""
    client = as_role("liaison")
    people = {
        "peter": make_user(name="Peter Osei", email="peter@x.example"),
        "lucia": make_user(name="Lucía Osei", email="lucia@x.example"),
        "amina": make_user(name="Amina Haddad", email="amina@x.example"),
        "secret": make_user(name="Secret Osei", email="secret@x.example"),
    }
    return client, {name: str(user.pk) for name, user in people.items()}


def offered(answer, name, *, checked=False):
    """Return what is offered for a field: the words beside its boxes."""
    found = re.findall(rf'name="{name}" value="(\d+)"([^>]*)><span>([^<]*)', tight(answer))
    return [words for _key, attributes, words in found if ("checked" in attributes) == checked]


def test_find_comes_back_with_matches_and_everything_typed(team):
    client, _keys = team

    answer = client.post("/sample/team/", {"name": "Wages", "lead-find": "osei", "find": "lead"})

    assert answer.status_code == 200
    assert offered(answer, "lead") == ["Lucía Osei", "Peter Osei"]
    assert "<b>2 match “osei”.</b>" in tight(answer)
    assert 'name="lead-find" value="osei"' in tight(answer)
    assert 'name="name" value="Wages"' in tight(answer)
    assert "err-sum" not in tight(answer)


def test_a_chosen_match_is_saved(team):
    client, keys = team
    sent = {"name": "Wages", "lead-find": "osei", "lead-found": "osei", "lead": keys["peter"]}

    answer = client.post("/sample/team/", sent, follow=True)

    assert "Wages: Peter Osei, None, " in tight(answer)


def test_a_text_that_was_typed_but_not_looked_for_is_looked_for_not_dropped(team):
    client, keys = team

    answer = client.post("/sample/team/", {"name": "Wages", "lead": keys["amina"], "members-find": "lucia"})

    assert answer.status_code == 200
    assert offered(answer, "lead", checked=True) == ["Amina Haddad"]
    assert offered(answer, "members") == ["Lucía Osei"]


def test_several_can_be_chosen_one_after_another(team):
    client, keys = team
    sent = {
        "name": "Wages",
        "lead": keys["amina"],
        "members": [keys["peter"]],
        "members-find": "lucia",
        "find": "members",
    }

    found = client.post("/sample/team/", sent)
    saved = client.post(
        "/sample/team/",
        sent | {"members": [keys["peter"], keys["lucia"]], "members-found": "lucia", "find": ""},
        follow=True,
    )

    assert offered(found, "members", checked=True) == ["Peter Osei"]
    assert offered(found, "members") == ["Lucía Osei"]
    assert "Wages: Amina Haddad, None, Peter Osei and Lucía Osei" in saved.text


def test_what_may_not_be_seen_can_neither_be_found_nor_chosen(team):
    client, keys = team

    found = client.post("/sample/team/", {"lead-find": "secret", "find": "lead"})
    sent = client.post("/sample/team/", {"name": "Wages", "lead": keys["secret"]})

    assert "Nothing matches “secret”." in found.text
    assert sent.status_code == 422
    assert "Secret Osei" not in sent.text
    assert "Choose one from the matches" in sent.text


def test_what_was_chosen_before_stays_valid_although_it_is_not_on_offer(team):
    client, keys = team

    shown = client.get(f"/sample/team/?deputy={keys['secret']}")
    sent = {"name": "Wages", "lead": keys["amina"], "deputy": keys["secret"]}
    saved = client.post(f"/sample/team/?deputy={keys['secret']}", sent, follow=True)

    assert offered(shown, "deputy", checked=True) == ["Secret Osei"]
    assert "Wages: Amina Haddad, Secret Osei, " in saved.text


@pytest.mark.parametrize("key", ["abc", "-1", "99999999999999999999999", "1 OR 1=1", "٣"])
def test_a_key_that_is_none_is_refused_with_words(team, key):
    client, _keys = team

    answer = client.post("/sample/team/", {"name": "Wages", "lead": key, "members": [key]})

    assert answer.status_code == 422
    assert tight(answer).count("Choose one from the matches") == 4


def test_more_matches_than_shown_are_mentioned(team, make_user):
    client, _keys = team
    for number in range(25):
        make_user(name=f"Maria {number:02}", email=f"maria{number}@x.example")

    answer = client.post("/sample/team/", {"lead-find": "maria", "find": "lead"})

    assert len(offered(answer, "lead")) == 20
    assert "More than 20 match “maria”" in tight(answer)


def test_suggestions_hold_what_the_reader_may_choose(team):
    client, keys = team

    answer = client.get("/pick/colleague/?q=OSEI")

    assert answer.json() == {
        "matches": [
            {"value": keys["lucia"], "text": "Lucía Osei", "detail": "lucia@x.example"},
            {"value": keys["peter"], "text": "Peter Osei", "detail": "peter@x.example"},
        ],
        "more": False,
    }


def test_unknown_and_closed_kinds_are_not_there(team, monkeypatch, client):
    signed, _keys = team
    closed = PickSource(
        "closed", "Closed", lambda user: picks.get("colleague").queryset(user), capability="manage_users"
    )
    monkeypatch.setitem(picks._sources, "closed", closed)

    assert signed.get("/pick/nothing/").status_code == 404
    assert signed.get("/pick/closed/").status_code == 404
    assert client.get("/pick/colleague/").status_code == 302


def test_a_list_can_be_filtered_by_a_chosen_record(as_role, make_user):
    client = as_role("administrator")
    amina = make_user(name="Amina Haddad", email="amina@x.example")
    make_user(name="Peter Osei", email="peter@x.example")

    finding = client.get("/sample/people/?colleague-find=amina&find=colleague")
    chosen = client.get(f"/sample/people/?colleague={amina.pk}")

    assert offered(finding, "colleague") == ["Amina Haddad"]
    assert "Colleague: Amina Haddad" in tight(chosen)
    assert re.findall(r'<th scope="row"><a[^>]*>([^<]*)</a>', tight(chosen)) == ["Amina Haddad"]
