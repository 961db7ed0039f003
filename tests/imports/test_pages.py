"""A file on its way through the pages: columns, check, correction, apply, and again."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from nso_contacts.files import storage
from nso_contacts.files.models import StoredFile
from nso_contacts.imports import actions
from nso_contacts.imports.models import Batch, ColumnMapping
from stakeholders.imports.us_gov_domains import US_GOV_DOMAINS
from stakeholders.models import Organisation, OrganisationEmail, Person
from tests.markup import tight

REGISTER = Path(__file__).parents[3] / "shared" / "data" / "gov-organisations.csv"
ORGANISATIONS = (
    "Name,Region,Town,E-mail,Kind\n"
    "Ministry of Labour,,Lunden,a@labour.example,Ministry\n"
    "Town of X,North,X,bad-address,Local government\n"
    "=Text,North,X,,Locall government\n"
    "ministry  of labour,,Lunden,c@labour.example,\n"
)


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


def send(client, text, kind="organisations"):
    """Upload a file; return the answer."""
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(
        "/imports/new/", {"kind": kind, "encoding": "utf-8-sig", "file": SimpleUploadedFile("file.csv", data)}
    )


def checked(client, text, kind="organisations", rule="name_region"):
    """Upload a file, take the columns as suggested, and check all rows."""
    batch = Batch.objects.get(pk=int(send(client, text, kind).headers["Location"].split("/")[-2]))
    choices = {f"column_{place}": key for place, key in enumerate(batch.mapping)}
    answer = client.post(batch.get_absolute_url(), {**choices, "mode": "both", "rule": rule, "towns": "on"})
    assert answer.status_code == 302
    actions.work(batch.pk)
    batch.refresh_from_db()
    return batch


def checked_as_offered(client, text):
    """Upload a file and press the button below the columns without changing a thing."""
    batch = Batch.objects.get(pk=int(send(client, text).headers["Location"].split("/")[-2]))
    return checked(client, text, rule=batch.options["rule"])


def applied(client, batch):
    """Press “Apply” and let a worker do it."""
    client.post(f"/imports/{batch.pk}/apply/")
    actions.work(batch.pk)
    batch.refresh_from_db()
    return batch


def test_the_list_one_comes_from_says_what_the_file_holds(client):
    button = re.search(r'href="(/imports/new/[^"]*)"', client.get("/people/").text)

    assert re.findall(r'value="(\w+)"[^>]* checked', client.get(button[1]).text) == ["people"]
    assert client.get("/imports/new/?kind=nonsense").status_code == 200


def test_every_bad_cell_is_named_and_nothing_is_written(client):
    batch = checked(client, ORGANISATIONS)

    assert {row.number: row.faults for row in batch.rows.all() if row.faults} == {
        3: [["E-mail", "bad-address", "Not an e-mail address: the @ is missing."]],
        4: [["Kind", "Locall government", "Unknown kind. Did you mean “Local government”?"]],
    }
    assert batch.counts["verdicts"] == {
        "CREATE": 1,
        "JOINS": 1,
        "UPDATE": 0,
        "CHECK": 0,
        "UNCHANGED": 0,
        "ERROR": 2,
    }
    assert not Organisation.objects.exists()


def test_rows_stand_in_groups_with_what_needs_a_look_first(client):
    batch = checked(client, ORGANISATIONS)

    page = client.get(batch.get_absolute_url())
    heads = re.findall(r'<th colspan="5" scope="colgroup">([^<]*)</th>', page.text)

    assert heads == ["In error: 2 rows", "Everything else: 2 rows"]
    assert "Rows in error are left out when you apply." in page.text
    assert 'scope="colgroup"' not in client.get(f"{batch.get_absolute_url()}?verdict=ERROR").text


def test_many_rows_are_on_numbered_pages(client):
    batch = checked(client, "Name,Region\n" + "".join(f"Town {n},North\n" for n in range(120)))

    page = client.get(f"{batch.get_absolute_url()}?page=2")

    assert '<a href="?verdict=&amp;q=&amp;page=2" aria-current="page">2</a>' in page.text
    assert '<a href="?verdict=&amp;q=&amp;page=3">3</a>' in page.text
    assert "51–100 of 120 rows" in page.text


def test_a_file_without_news_says_so_before_and_after_it_is_applied(client):
    words = "Everything in this file is here already: applying it changes nothing."
    first = checked(client, "Name,Region\nTown of X,North\n")
    page = client.get(first.get_absolute_url())
    assert "Apply 1 row<" in tight(page)
    assert words not in page.text
    client.post(f"{first.get_absolute_url()}apply/")
    actions.work(first.pk)
    assert "<h2>Undo</h2>" in client.get(first.get_absolute_url()).text

    again = checked(client, "Name,Region\nTown of X,North\n")
    assert words in client.get(again.get_absolute_url()).text
    client.post(f"{again.get_absolute_url()}apply/")
    actions.work(again.pk)

    page = client.get(again.get_absolute_url())
    assert "1 row: nothing changed." in page.text
    assert "<h2>Undo</h2>" not in page.text


def test_corrected_rows_take_the_place_of_those_in_error(client):
    batch = checked(client, ORGANISATIONS)
    errors = b"".join(client.get(f"/imports/{batch.pk}/rows/?verdict=ERROR").streaming_content).decode()
    fixed = errors.replace("bad-address", "ok@x.example").replace("Locall", "Local")

    file = SimpleUploadedFile("fixed.csv", fixed.encode())
    client.post(f"/imports/{batch.pk}/correct/", {"encoding": "utf-8-sig", "file": file})
    actions.work(batch.pk)
    applied(client, batch)

    assert sorted(Organisation.objects.values_list("name", flat=True)) == ["=Text", "Ministry of Labour", "Town of X"]
    assert list(OrganisationEmail.objects.filter(organisation__name="Ministry of Labour").values_list("address")) == [
        ("a@labour.example",),
        ("c@labour.example",),
    ]


def test_an_import_is_applied_once_and_a_second_one_changes_nothing(client):
    text = "Name,Region\nMinistry of Labour,\n"
    batch = applied(client, checked(client, text))

    assert batch.counts["created"] == 1
    assert actions.work(batch.pk) is False
    again = applied(client, checked(client, text))
    assert (again.counts["created"], again.counts["updated"], again.counts["unchanged"]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"Name,Name\na,b\n", "Two columns are called"),
        ("Name\nÉcole\n".encode("cp1252"), "is not in Unicode"),
        (b"Name\na\x00b\n", "NUL"),
        (b"Name\n", "no rows"),
        (b"PK\x03\x04broken", "damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(client, data, words):
    answer = send(client, data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Batch.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client, tmp_path):
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(CommandError, match=r"The file has 200\.0\sMB\. At most 25\.0\sMB"):
        call_command("import_organisations", large)

    answer = send(client, b"\0" * (storage.MAX_BYTES + 1))

    assert answer.status_code == 422
    assert "At most 25.0\xa0MB can be imported at once" in answer.content.decode()
    assert not Batch.objects.exists()
    assert not StoredFile.objects.exists()


def test_formulas_are_announced_before_their_rows_are_in_error(client):
    made = Workbook()
    for row in [["Name", "Town"], ["=A1", "X"], ["Ministry of Labour", "=A1"]]:
        made.active.append(row)
    data = io.BytesIO()
    made.save(data)
    sent = {"kind": "organisations", "encoding": "utf-8-sig"}
    file = SimpleUploadedFile("a.xlsx", data.getvalue())
    address = client.post("/imports/new/", {**sent, "file": file}).headers["Location"]

    assert client.get(address).content.decode().count("1 cell with a formula") == 2
    # A column that is not imported may hold what it likes.
    client.post(address, {"column_0": "name", "column_1": "", "mode": "both", "rule": "name"})
    batch = Batch.objects.get()
    actions.work(batch.pk)
    applied(client, batch)
    assert Organisation.objects.get().name == "Ministry of Labour"
    assert batch.rows.get(verdict="ERROR").faults == [
        ["Name", "=A1", "Cell A2 holds a formula. Write its value instead."]
    ]


def test_people_are_linked_to_their_organisations(client):
    Organisation.objects.create(name="Ministry of Labour")
    text = (
        "Name;Organisation;Title;E-mail;Domains;Roles\n"
        "Amina Haddad;ministry of labour;Head;amina@labour.example;1.2; Decision maker\n"
        "Bo Berg;Ministry of Labur;Clerk;bo@labour.example;;\n"
    )

    batch = applied(client, checked(client, text, kind="people", rule="email"))

    amina = Person.objects.get()
    assert [str(post) for post in amina.posts.all()] == ["Head, Ministry of Labour"]
    assert [domain.code for domain in amina.domains.all()] == ["1.2"]
    assert batch.rows.get(number=3).faults == [
        [
            "Organisation",
            "Ministry of Labur",
            "No organisation has this name or code. Did you mean “Ministry of Labour”?",
        ]
    ]


def test_the_register_becomes_a_tree(client):
    """Bodies repeated, spelled differently, with units named like their parent, spanning towns."""
    columns = ",".join(US_GOV_DOMAINS.header)
    batch = checked(
        client,
        f"{columns}\n"
        "a.gov,City,Lincoln,,Lincoln,CA,(blank)\n"
        "b.gov,County - Election,LINCOLN,Lincoln,Lincoln,CA,x@lincoln.example\n"
        "c.gov,City,Lincoln,,Lincoln,NV,(blank)\n"
        "d.gov,City,Lincoln,,Other,NV,y@lincoln.example\n"
        "e.gov,Federal - Judicial,Court,,Washington,DC,(blank)\n"
        "f.gov,Federal - Judicial,court,,New York,NY,(blank)\n",
    )
    applied(client, batch)

    assert batch.counts["looks"] == {"towns": 1}
    assert Counter(Organisation.objects.values_list("name", "region", "kind", "parent__name")) == {
        ("Lincoln", "CA", "LOCAL_GOVERNMENT", None): 1,
        ("Lincoln", "CA", "LOCAL_GOVERNMENT", "Lincoln"): 1,
        ("Lincoln", "NV", "LOCAL_GOVERNMENT", None): 1,
        ("Court", "DC", "JUDICIARY", None): 1,
    }


@pytest.mark.skipif(not REGISTER.is_file(), reason=f"the register is not beside the project: {REGISTER}")
def test_the_whole_register_twice(client):
    text = REGISTER.read_bytes()
    with REGISTER.open(encoding="utf-8") as file:
        rows = sum(1 for _row in csv.reader(file)) - 1

    batch = applied(client, checked(client, text))

    assert batch.counts["rows"] == rows
    assert batch.counts["labels"]["organisation"]["created"] == 14_012
    assert batch.counts["labels"]["unit"]["created"] == 283
    assert batch.counts["looks"] == {"towns": 62}
    again = applied(client, checked(client, text))
    assert (again.counts["created"], again.counts["updated"], again.counts["unchanged"]) == (0, 0, 14_295)


def queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_pages_ask_no_more_for_thirty_rows_than_for_one(client):
    few = applied(client, checked(client, "Name,Town,Part of\nBody,X,\n", rule="name"))
    # The first page of all also reads the kinds of records, which the process then remembers.
    queries_of(client, f"/imports/{few.pk}/undo/")
    undo_of_few = queries_of(client, f"/imports/{few.pk}/undo/")
    rows = "".join(f"Body {n},X,Body\n" for n in range(30))
    many = checked(client, f"Name,Town,Part of\n{rows}", rule="name")
    with_one = checked(client, "Name,Town,Part of\nBody 0,X,Body\n", rule="name")

    assert queries_of(client, many.get_absolute_url()) == queries_of(client, with_one.get_absolute_url())
    assert queries_of(client, f"{many.get_absolute_url()}?columns=1") == queries_of(
        client, f"{with_one.get_absolute_url()}?columns=1"
    )
    applied(client, many)
    assert queries_of(client, f"/imports/{many.pk}/undo/") == undo_of_few
    assert queries_of(client, many.get_absolute_url()) == queries_of(client, few.get_absolute_url())


def test_the_list_asks_no_more_for_thirty_imports_than_for_one(client):
    for _number in range(2):
        checked(client, "Name\nBody\n", rule="name")
    two = queries_of(client, "/imports/")
    batch = Batch.objects.last()
    for _number in range(28):
        batch.pk = None
        batch.save(force_insert=True)

    assert queries_of(client, "/imports/") == two


def test_only_rows_in_error_are_applied_after_their_correction(client):
    batch = applied(client, checked(client, ORGANISATIONS))
    assert sorted(Organisation.objects.values_list("name", flat=True)) == ["Ministry of Labour"]
    errors = b"".join(client.get(f"/imports/{batch.pk}/rows/?verdict=ERROR").streaming_content).decode()
    fixed = errors.replace("bad-address", "ok@x.example").replace("Locall", "Local")

    # An import that was applied is closed: its corrected rows come as a file of their own, with the same choices.
    again = applied(client, checked(client, fixed))
    assert (again.counts["rows"], again.counts["created"], again.counts["updated"]) == (2, 2, 0)
    assert Organisation.objects.count() == 3


def test_a_list_without_regions_is_checked_as_it_is_suggested(client):
    batch = checked_as_offered(
        client, "Organization name,Suborganization name,City,Security contact email\nA,B,X,a@a.example\n"
    )

    assert batch.mapping == ["name", "unit", "town", "emails"]
    assert batch.options["rule"] == "name"
    assert {row["verdict"] for row in batch.rows.values("verdict")} == {"CREATE"}


def test_choices_are_remembered_for_the_next_file_with_these_columns_and_forgotten(client):
    def columns():
        return Batch.objects.get(pk=int(send(client, "Wer,Ort\nBody,X\n").headers["Location"].split("/")[-2]))

    first = columns()
    assert first.mapping == ["", ""]
    chosen = {"column_0": "name", "column_1": "town", "mode": "create", "rule": "name", "remember": "Yearly"}
    client.post(first.get_absolute_url(), chosen)
    second = columns()
    assert (second.mapping, second.options["mode"], second.options["rule"]) == (["name", "town"], "create", "name")
    assert 'value="Yearly"' in client.get(second.get_absolute_url()).content.decode()
    client.post(second.get_absolute_url(), chosen | {"remember": ""})

    assert columns().mapping == ["", ""]
    assert not ColumnMapping.objects.exists()
