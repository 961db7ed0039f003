"""Trying links that do not exist is stopped; real links always open."""

import pytest
from django.core.cache import cache
from django.test import Client

from nso_contacts.accounts import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def limit(settings):
    settings.UNKNOWN_LINKS_PER_HOUR = 3


@pytest.fixture
def real_link(make_user):
    token = actions.make_invitation_link(make_user("liaison", email="new@nso.example"), actor=None)
    return f"/accounts/invitation/{token}/"


def test_unknown_links_stop_a_visitor_and_real_ones_never_do(limit, real_link, office):
    visitor, neighbour = Client(), Client(REMOTE_ADDR="192.0.2.7")
    for _time in range(5):
        assert visitor.get(real_link).status_code == 200

    answers = [visitor.get(f"{place}/unknown-{number}/").status_code for number, place in enumerate(["/i", "/s", "/r"])]
    assert answers == [404, 404, 404]
    refused = visitor.get("/i/unknown-4/")
    assert refused.status_code == 429
    assert "Too many attempts" in refused.text
    assert visitor.post("/s/unknown-5/").status_code == 429
    assert visitor.get("/accounts/login/").status_code == 200
    assert neighbour.get("/i/unknown-4/").status_code == 404

    cache.clear()  # an hour later
    assert visitor.get(real_link).status_code == 200


def test_other_pages_that_are_not_found_do_not_count(limit, office):
    for number in range(5):
        assert Client().get(f"/nothing/{number}/").status_code == 404
    assert Client().get("/i/unknown/").status_code == 404


def test_behind_a_proxy_each_visitor_is_counted(limit, office, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _time in range(3):
        Client().get("/i/unknown/", headers={"X-Forwarded-For": "198.51.100.1"})

    def status(forwarded):
        return Client().get("/i/unknown/", headers={"X-Forwarded-For": forwarded}).status_code

    assert status("198.51.100.1") == 429
    assert status("203.0.113.9, 198.51.100.1") == 429  # what a visitor claims stands before what the proxy adds
    assert status("198.51.100.2") == 404


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_page_is_accessible(limit, office, page, axe, language):
    office.languages = [language]
    office.save()
    for number in range(4):
        page.goto(f"/i/unknown-{number}/")
    assert page.locator("html").get_attribute("lang") == language
    axe(page)
