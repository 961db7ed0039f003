"""Lists: rows, search, filters, order, pages, exports, and that nothing in an address can break them."""

import csv
import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.shortcuts import render
from openpyxl import load_workbook

from tests.markup import tight

pytestmark = pytest.mark.urls("tests.pages.sample_urls")
User = get_user_model()


@pytest.fixture
def admin(as_role):
    """An administrator, who sees every login."""
    return as_role("administrator")


@pytest.fixture
def people(make_user, admin):
    """Thirty people beside the administrator."""
    names = [f"Person {number:02}" for number in range(30)]
    return User.objects.bulk_create(
        User(name=name, email=f"{name.replace(' ', '.')}@x.example".lower()) for name in names
    )


def names(answer):
    return re.findall(r'<th scope="row"><a[^>]*>([^<]*)</a>', tight(answer))


def test_a_page_holds_its_rows_in_order_and_says_how_many(admin, people):
    answer = admin.get("/sample/people/")

    assert names(answer) == ["", *[f"Person {number:02}" for number in range(9)]]
    assert "31 people" in tight(answer)
    assert "1–10 of 31" in tight(answer)


def test_pages_follow_each_other_without_gap_or_overlap(admin, people):
    User.objects.update(name="Same name")

    shown = [re.findall(r'name="ids" value="(\d+)"', admin.get(f"/sample/people/?page={n}").text) for n in (1, 2, 3, 4)]

    assert [len(keys) for keys in shown] == [10, 10, 10, 1]
    assert len({key for keys in shown for key in keys}) == 31


def test_sorting_goes_both_ways_and_says_so(admin, people):
    answer = admin.get("/sample/people/?sort=-email")

    assert names(answer)[0] == "Person 29"
    assert '<th scope="col" aria-sort="descending"><a class="sort" href="/sample/people/?sort=email">' in tight(answer)


@pytest.mark.parametrize(
    "query",
    [
        "sort=password",
        "sort=groups__permissions",
        "sort=-",
        "sort=language",
        "sort=roles",
        "page=0",
        "page=-3",
        "page=x",
        "page=٣",
        "page=99999999999999999999",
        "role=abc&is_active=perhaps&created_after=yesterday&theme=pink",
        "q=%00",
        "unknown=1",
        "format=exe",
        "q=" + "word+" * 100,
        "q=%25_%5C",
    ],
)
def test_no_address_breaks_the_list(admin, people, query):
    assert admin.get(f"/sample/people/?{query}").status_code == 200


def test_a_page_beyond_the_end_is_the_last_one(admin, people):
    answer = admin.get("/sample/people/?page=77")

    assert names(answer) == ["Person 29"]
    assert "31–31 of 31" in tight(answer)


def test_search_ignores_case_and_accents_and_wants_every_word(admin, make_user):
    make_user(name="Leïla Benkirane", email="lb@x.example")
    make_user(name="Leila Haddad", email="lh@x.example")

    assert names(admin.get("/sample/people/?q=LEILA")) == ["Leila Haddad", "Leïla Benkirane"]
    assert names(admin.get("/sample/people/?q=leïla+benk")) == ["Leïla Benkirane"]


def test_a_filter_becomes_a_chip_that_takes_only_itself_away(admin, make_user):
    make_user("manager", name="Mona Manager", email="m@x.example")
    make_user("liaison", name="Lea Liaison", email="l@x.example", is_active=False)
    group = User.objects.get(name="Mona Manager").groups.get().pk

    answer = admin.get(f"/sample/people/?role={group}&is_active=true&sort=email&q=mona")

    assert names(answer) == ["Mona Manager"]
    assert "Role: manager" in tight(answer)
    assert "May sign in: yes" in tight(answer)
    without = f'href="/sample/people/?q=mona&amp;role={group}&amp;sort=email"'
    assert f'<a {without} aria-label="Remove filter: May sign in: yes">' in tight(answer)
    assert '<a class="sm" href="/sample/people/">Clear all</a>' in tight(answer)


def test_a_filter_of_days_becomes_a_chip_and_stays_on_the_next_page(admin, people):
    answer = admin.get("/sample/people/?created_after=2026-01-01")

    assert "Created: from Thu 1 Jan 2026" in answer.text
    assert 'href="/sample/people/?created_after=2026-01-01&amp;page=2" rel="next"' in answer.text
    assert "Created: until Thu 4 Jan 2080" in admin.get("/sample/people/?created_before=2080-01-04").text
    both = admin.get("/sample/people/?created_after=2026-01-01&created_before=2080-01-04")
    assert "Created: Thu 1 Jan 2026 to Thu 4 Jan 2080" in both.text


def folded(answer):
    """The part of the page with the filters that are folded away, and whether it stands open."""
    fold = re.search(r'<details class="fold"( open)?>.*?</details><div class="rare">(.*?)</form>', tight(answer))
    return bool(fold[1]), re.findall(r'<legend class="visually-hidden">([^<]*)</legend>', fold[2])


def test_rare_filters_are_folded_away_until_one_of_them_narrows_the_list(admin):
    assert folded(admin.get("/sample/people/")) == (False, ["Colleague", "May sign in", "Created"])
    assert folded(admin.get("/sample/people/?theme=dark"))[0] is False
    assert folded(admin.get("/sample/people/?is_active=true"))[0] is True
    assert folded(admin.get("/sample/people/?created_after=2026-01-01"))[0] is True


def test_paging_and_sorting_keep_the_filters(admin, people):
    answer = admin.get("/sample/people/?q=person&sort=-name&page=2")

    assert 'href="/sample/people/?q=person&amp;sort=-name&amp;page=3" rel="next"' in tight(answer)
    assert 'href="/sample/people/?q=person&amp;sort=email"' in tight(answer)


def test_filters_that_find_nothing_say_which_one_to_remove(admin, make_user):
    make_user(name="Lea Liaison", email="l@x.example", is_active=False)

    answer = admin.get("/sample/people/?q=lea&is_active=true")

    assert "Nothing matches these filters" in tight(answer)
    assert "Without “May sign in: yes” there would be 1." in tight(answer)
    (removing,) = re.findall(r'href="([^"]+)">\s*Remove “May sign in: yes”', answer.text)
    assert removing == "/sample/people/?q=lea"


def test_an_empty_list_says_what_will_be_here(admin, monkeypatch):
    from tests.pages import sample_urls

    monkeypatch.setattr(sample_urls.PeopleListing, "rows", lambda listing: User.objects.none().visible_to(listing.user))

    answer = admin.get("/sample/people/")

    assert "<h2>No people yet</h2>" in tight(answer)
    assert ">Invite somebody</a>" in tight(answer)
    assert "Export" not in tight(answer)


def test_the_policy_guards_the_list_and_its_exports(as_role):
    liaison = as_role("liaison")

    assert liaison.get("/sample/people/").status_code == 403
    assert liaison.get("/sample/people/?format=csv").status_code == 403


def test_rows_come_through_visible_to(admin, people, monkeypatch):
    monkeypatch.setattr(
        type(User.objects.all()), "visible_to", lambda queryset, user: queryset.filter(name="Person 07"), raising=True
    )

    assert names(admin.get("/sample/people/")) == ["Person 07"]
    assert b"Person 08" not in b"".join(admin.get("/sample/people/?format=csv"))


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow(admin, people, rows, rf, django_assert_num_queries, monkeypatch):
    from tests.pages.sample_urls import PeopleListing

    monkeypatch.setattr(PeopleListing, "page_size", rows)
    request = rf.get("/sample/people/?q=person&page=1")
    request.user = User.objects.get(groups__name="administrator")
    request.user.get_all_permissions()

    with django_assert_num_queries(4):  # the count, the keys, the rows, their groups
        body = render(request, "parts/listing.html", PeopleListing(request).region()).text

    assert body.count('name="ids"') == rows


def test_large_counts_are_estimated_and_say_so(admin, settings):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_user (email, name, password, is_superuser, is_active, keys_enabled, theme, language,"
            " time_zone, created_at, revision) SELECT 'u' || n || '@x.example', 'User ' || n, '', false, true, true,"
            " 'auto', '', '', now(), 1 FROM generate_series(1, 12000) n"
        )
        cursor.execute("ANALYZE accounts_user")

    answer = admin.get("/sample/people/?page=1200")

    assert "about 12\u202f000 people" in tight(answer)
    assert len(names(answer)) == 10
    last = admin.get("/sample/people/?page=900000")
    assert "12\u202f001–12\u202f001 of 12\u202f001" in last.text


def test_csv_holds_all_rows_found_in_the_order_of_the_screen(admin, people):
    answer = admin.get("/sample/people/?q=person&sort=-name&format=csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))

    assert answer.streaming
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="people-')
    assert lines[0] == ["Name", "E-mail", "Appearance", "Roles", "May sign in", "Language", "Number"]
    assert [line[0] for line in lines[1:]] == [f"Person {number:02}" for number in reversed(range(30))]
    assert lines[1][1:6] == ["person.29@x.example", "Like the device", "", "yes", ""]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+999 20", "'+999 20"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("a=b", "a=b"),
    ],
)
def test_no_spreadsheet_takes_a_name_for_a_formula(admin, make_user, name, written):
    make_user(name=name, email="z@x.example")

    answer = admin.get("/sample/people/?q=z@x&format=csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"), newline="")))
    workbook = load_workbook(io.BytesIO(b"".join(admin.get("/sample/people/?q=z@x&format=xlsx"))))

    assert lines[1][0] == written
    cell = workbook.active["A2"]
    assert cell.data_type == "s"
    assert cell.value.replace("_x000D_", "\r") == written.replace("\r", cell.value.count("\n") * "\n" or "\r")


def test_xlsx_keeps_numbers_as_numbers(admin, make_user):
    somebody = make_user(name="Lea\x07 Liaison", email="z@x.example")

    workbook = load_workbook(io.BytesIO(b"".join(admin.get("/sample/people/?q=z@x&format=xlsx"))))

    assert [cell.value for cell in workbook.active["A"]] == ["Name", "Lea Liaison"]
    assert workbook.active["G2"].value == somebody.pk


def test_htmx_gets_the_list_alone(admin, people):
    answer = admin.get("/sample/people/?q=person", headers={"HX-Request": "true", "HX-Target": "listing"})

    assert "<html" not in tight(answer)
    assert "30 people" in tight(answer)
    assert "HX-Request" in answer.headers["Vary"]


def test_a_bulk_action_gets_the_ticked_rows_or_all_that_are_found(admin, people):
    keys = "&".join(f"ids={user.pk}" for user in User.objects.filter(name__in=["Person 01", "Person 22"]))

    assert admin.get(f"/sample/people/chosen/?{keys}&ids=x&ids=99999999999999999999").text == "Person 01, Person 22"
    assert admin.get("/sample/people/chosen/?all=1&q=person+2").text == ", ".join(
        f"Person {number}" for number in ("02", "12", *range(20, 30))
    )
    assert admin.get("/sample/people/chosen/").text == ""
