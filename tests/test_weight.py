"""What a page weighs on the line."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db
COMPRESSED = {"Accept-Encoding": "gzip"}


def weight_of_parts(page):
    """The compressed weight of the style sheets, scripts and pictures that a page asks for at first."""
    names = set(re.findall(r'(?:href|src)="/static/([^"#?]+)', page))
    files = [Path(finders.find(name)) for name in names]
    assert files
    return sum(len(gzip.compress(file.read_bytes())) for file in files)


@pytest.mark.parametrize("place", ["/", "/people/", "/organisations/", "/search/?q=a"])
def test_a_full_page_is_light_at_first_and_lighter_after(signed_in, liaison, place):
    ministry = OrganisationFactory(name="Ministry of Labour")
    for number in range(60):
        person = PersonFactory(name=f"Amina Haddad {number}", organisation=ministry, owner=liaison, cadence_days=30)
        OrganisationFactory(name=f"Agency {number}", owner=person.owner, cadence_days=30)

    answer = signed_in(liaison).get(place, headers=COMPRESSED)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(answer.content) < 30_000
    assert len(answer.content) + weight_of_parts(gzip.decompress(answer.content).decode()) < 100_000


def test_the_length_of_a_page_does_not_tell_what_it_says(signed_in, liaison):
    client = signed_in(liaison)
    assert len({len(client.get("/privacy/", headers=COMPRESSED).content) for _n in range(8)}) > 1
