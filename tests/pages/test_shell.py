"""The frame of every page."""

import pytest

from nso_contacts.pages import navigation

pytestmark = pytest.mark.urls("tests.pages.sample_urls")


@pytest.fixture
def bar(monkeypatch):
    """A side bar with nothing registered."""
    monkeypatch.setattr(navigation, "_items", {})
    return navigation


def test_staff_shell_names_the_page_and_the_reader(as_role):
    answer = as_role("liaison").get("/sample/")

    assert answer.status_code == 200
    assert "<title>A page – NSO Contacts</title>" in answer.text
    assert "<h1>A page</h1>" in answer.text
    assert '<a href="/people/">People</a>' in answer.text
    assert answer.headers["Vary"].count("HX-Request") == 1
