"""Timelines: several sources, one order, no gap and no overlap between pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from nso_contacts.pages import timeline
from nso_contacts.pages.timeline import Cursor, Entry, TimelineSource
from tests.markup import tight

pytestmark = pytest.mark.urls("tests.pages.sample_urls")
User = get_user_model()
NOON = datetime(2026, 9, 30, 12, tzinfo=UTC)


def said(verb, icon):
    def load(keys, user):
        return [
            Entry(found.pk, icon, f"{found.name} {verb}", status=("ok", "Done", "check-circle"))
            for found in User.objects.filter(pk__in=keys)
        ]

    return load


@pytest.fixture
def office_timeline(monkeypatch, make_user):
    """Two sources with moments that fall together, and one that knows nothing of the office."""

    def rows(subject_kind, subject, user):
        return User.objects.filter(email__endswith="@x.example")

    def seen(subject_kind, subject, user):
        return rows(subject_kind, subject, user).exclude(last_login=None)

    sources = [
        TimelineSource("joined", "Joined", ("office",), rows, said("joined", "person-plus"), at="created_at"),
        TimelineSource(
            "seen",
            "Seen",
            ("office",),
            lambda *a: rows(*a).exclude(last_login=None),
            said("came", "door-open"),
            "last_login",
        ),
        TimelineSource("other", "Other", ("person",), rows, said("never", "x-lg"), at="created_at"),
    ]
    monkeypatch.setattr(timeline, "_sources", {source.kind: source for source in sources})
    for number in range(6):
        make_user(
            name=f"U{number}",
            email=f"u{number}@x.example",
            created_at=NOON + timedelta(days=number // 2),
            last_login=NOON + timedelta(days=number // 2) if number % 2 else None,
        )


EVERYTHING = [
    *("U5 joined", "U4 joined", "U5 came"),
    *("U3 joined", "U2 joined", "U3 came"),
    *("U1 joined", "U0 joined", "U1 came"),
]


def titles(answer):
    return re.findall(r'<h3 class="sm">([^<]*)</h3>', tight(answer))


def test_entries_of_all_sources_stand_in_one_order(as_role, office_timeline):
    answer = as_role("liaison").get("/sample/history/")

    assert titles(answer) == EVERYTHING[:3]
    assert '<li class="month d-block">October 2026</li>' in tight(answer)
    assert "Other" not in tight(answer)


def test_pages_follow_each_other_without_gap_or_overlap(as_role, office_timeline):
    client, address, seen = as_role("liaison"), "/sample/history/", []

    for _page in range(3):
        answer = client.get(address)
        seen += titles(answer)
        earlier = re.search(r'href="([^"]*)">Show earlier entries', tight(answer))
        address = earlier and earlier[1].replace("&amp;", "&")

    assert seen == EVERYTHING
    assert address is None


def test_one_kind_alone(as_role, office_timeline):
    answer = as_role("liaison").get("/sample/history/?kind=seen")

    assert titles(answer) == ["U5 came", "U3 came", "U1 came"]
    assert '<a class="chip" href="/sample/history/?kind=seen" aria-current="true">Seen</a>' in tight(answer)


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=2026-13-01~a~1", "before=~~", "before=2026-10-01T00:00~joined~1", "kind=none"],
)
def test_no_address_breaks_it(as_role, office_timeline, query):
    assert titles(as_role("liaison").get(f"/sample/history/?{query}")) == EVERYTHING[:3]


def test_it_takes_one_query_for_the_moments_and_one_for_each_kind(office_timeline, django_assert_num_queries):
    with django_assert_num_queries(3):
        found = timeline.entries("office", None, None, size=20)

    assert [entry.title for entry in found] == EVERYTHING


def test_a_cursor_survives_its_way_through_an_address():
    cursor = Cursor(NOON, "joined", 7)

    assert Cursor.read(str(cursor)) == cursor
