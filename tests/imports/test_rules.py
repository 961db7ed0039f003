"""When a row is a record: every rule, what may happen, and every reason why a row cannot be taken."""

from collections import Counter

import pytest
from django.utils import timezone

from stakeholders.models import Organisation, Person
from tests.factories import OrganisationFactory, PersonFactory, domain

ORGANISATION_RULES = {
    "name": "known  AGENCY,Elsewhere,,,7",
    "name_region": "known  AGENCY,south,,,7",
    "code": "Another name,South,ka-1,,7",
    "email": "Known Agency,Elsewhere,,KNOWN@agency.example,7",
}
PEOPLE_RULES = {
    "email": "Amina Haddad,,AMINA@agency.example,,7",
    "name_organisation": "amina  haddad,known agency,,,7",
    "code": "Amina H. Haddad,,,p-1,7",
    "name_region": "amina  HADDAD,,,,7,SOUTH",
}
MODES = {"both": "UPDATE", "create": "UNCHANGED", "update": "UPDATE"}


@pytest.fixture
def known(office):
    return OrganisationFactory(name="Known Agency", region="South", government_level="REGIONAL", code="KA-1")


@pytest.fixture
def amina(known):
    return PersonFactory(name="Amina Haddad", email="amina@agency.example", organisation=known, code="P-1")


def verdicts(batch):
    """Verdict, and column, value and reason of what is wrong, by row."""
    return {row.number: (row.verdict, row.faults) for row in batch.rows.order_by("number")}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rule", ORGANISATION_RULES)
def test_organisations_by_every_rule_and_mode(apply, known, rule, mode):
    known.emails.create(address="known@agency.example", is_primary=True)
    new = "New Body,North,NB-1,new@body.example,8"
    batch = apply(f"Name,Region,Code,E-mail,Telephone\n{ORGANISATION_RULES[rule]}\n{new}\n", rule=rule, mode=mode)

    expected_new = ("CREATE", [])
    if mode == "update":
        column, value = {"code": ("Code", "New Body"), "email": ("E-mail", "New Body")}.get(rule, ("Name", "New Body"))
        expected_new = ("ERROR", [[column, value, "Nothing here matches this row, and this import only updates."]])
    assert verdicts(batch) == {2: (MODES[mode], []), 3: expected_new}
    known.refresh_from_db()
    assert known.phone == ("" if mode == "create" else "7")
    assert Organisation.objects.count() == (1 if mode == "update" else 2)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rule", PEOPLE_RULES)
def test_people_by_every_rule_and_mode(apply, amina, rule, mode):
    new = "Bo Berg,Known Agency,bo@agency.example,P-2,8,South"
    text = f"Name,Organisation,E-mail,Code,Telephone,Region\n{PEOPLE_RULES[rule]}\n{new}\n"
    batch = apply(text, "people", rule, mode)

    assert verdicts(batch)[2] == (MODES[mode], [])
    assert verdicts(batch)[3][0] == ("ERROR" if mode == "update" else "CREATE")
    amina.refresh_from_db()
    assert amina.phone == ("" if mode == "create" else "7")
    assert Person.objects.count() == (1 if mode == "update" else 2)


def test_several_that_fit_are_told_and_not_guessed(check, known):
    OrganisationFactory(name="Known Agency", region="South", government_level="REGIONAL")
    batch = check("Name,Region\nKnown Agency,South\n", rule="name_region")

    reason = "2 records here fit. Write the code of one of them, or match by something else."
    assert verdicts(batch) == {2: ("ERROR", [["Name", "Known Agency", reason]])}


def test_people_who_share_an_address_are_told_apart_by_name_or_not_at_all(check, amina):
    PersonFactory(name="Bo Berg", email="amina@agency.example")
    text = "Name,E-mail,Telephone\n{},amina@agency.example,5\n"
    reason = "2 records here fit. Write the code of one of them, or match by something else."

    assert verdicts(check(text.format("bo berg"), "people", "email"))[2] == ("UPDATE", [])
    assert verdicts(check(text.format("Cy Clark"), "people", "email"))[2] == (
        "ERROR",
        [["E-mail", "amina@agency.example", reason]],
    )


@pytest.mark.parametrize("rule", ["name", "name_region", "code", "email"])
def test_organisations_imported_again_by_any_rule_change_nothing(apply, office, rule):
    text = (
        "Name,Region,Code,E-mail,Telephone\n"
        "New Body,North,NB-1,new@body.example,8\n"
        "Other Body,,OB-1,other@body.example,9\n"
    )
    assert apply(text, rule=rule).counts["created"] == 2
    again = apply(text, rule=rule).counts
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)


@pytest.mark.parametrize("rule", PEOPLE_RULES)
def test_people_imported_again_by_any_rule_change_nothing(apply, known, rule):
    text = (
        "Name,Organisation,E-mail,Code,Telephone,Region\n"
        "Bo Berg,Known Agency,bo@agency.example,P-2,8,South\n"
        "Cy Clark,Known Agency,cy@agency.example,P-3,9,south\n"
    )
    assert apply(text, "people", rule).counts["created"] == 2
    again = apply(text, "people", rule).counts
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)


def test_people_of_one_name_are_told_apart_by_the_region_they_work_in(apply, amina):
    north = OrganisationFactory(name="Northern Agency", region="North")
    other = PersonFactory(name="Amina Haddad", organisation=north)
    batch = apply("Name,State,Telephone\nAmina Haddad,North,5\nAmina Haddad,West,6\n", "people", "name_region")

    reason = "Nobody here fits. Somebody new needs an organisation of that region."
    assert verdicts(batch) == {2: ("UPDATE", []), 3: ("ERROR", [["Name", "Amina Haddad", reason]])}
    amina.refresh_from_db()
    other.refresh_from_db()
    assert (amina.phone, other.phone) == ("", "5")


def test_the_region_says_which_of_several_organisations_of_one_name_is_meant(apply, office):
    places = {region: OrganisationFactory(name="Lincoln County", region=region) for region in ("Nevada", "Oregon")}
    batch = apply(
        "Name,Organisation,Region\nBo Berg,Lincoln County,oregon\nCy Clark,Lincoln County,\n",
        "people",
        "name_organisation",
    )

    reason = "2 organisations are called this. Write the code of the one you mean, or its region."
    assert verdicts(batch) == {2: ("CREATE", []), 3: ("ERROR", [["Organisation", "Lincoln County", reason]])}
    assert Person.objects.get(name="Bo Berg").posts.get().organisation == places["Oregon"]


def test_rows_about_one_record_are_laid_together(apply, known):
    text = (
        "Name,Telephone,E-mail\n"
        "New Body,1,a@body.example\n"
        "new body,2,b@body.example\n"
        "Known Agency,3,\n"
        "NEW  BODY,,A@body.example\n"
    )
    batch = apply(text)

    assert Counter(verdict for verdict, _faults in verdicts(batch).values()) == {"CREATE": 1, "JOINS": 2, "UPDATE": 1}
    body = Organisation.objects.get(name="New Body")
    assert body.phone == "2"
    assert [email.address for email in body.emails.all()] == ["a@body.example", "b@body.example"]


def test_archived_records_stay_as_they_are_and_merged_ones_stand_for_the_other(apply, known):
    archived = OrganisationFactory(name="Old Body", archived_at=timezone.now())
    merged = OrganisationFactory(name="Former Agency", archived_at=timezone.now(), merged_into=known)
    batch = apply("Name,Telephone\nOld Body,5\nFormer Agency,6\n")

    assert {row.verdict for row in batch.rows.all()} == {"UNCHANGED"}
    assert {record.note for record in batch.records.all()} == {"archived", "merged"}
    for record in (archived, merged, known):
        record.refresh_from_db()
        assert record.phone == ""


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("Body,Nowhere,,,", ["Part of", "Nowhere", "No organisation has this name or code."]),
        (
            "Body,Known Agenzy,,,",
            ["Part of", "Known Agenzy", "No organisation has this name or code. Did you mean “Known Agency”?"],
        ),
        ("Body,body,,,", ["Part of", "body", "It would become part of itself."]),
        ("Known Agency,Unit,,,", ["Part of", "Unit", "It would become part of itself."]),
        ("Body,Twin,,,", ["Part of", "Twin", "2 organisations are called this. Write the code of the one you mean."]),
        ("Body,,Citty,,", ["Kind", "Citty", "Unknown kind."]),
        ("Body,,Minstry,,", ["Kind", "Minstry", "Unknown kind. Did you mean “Ministry”?"]),
        ("Body,,,KA-1,", ["Code", "KA-1", "Known Agency has this code."]),
        ("Body,,,,it(at)body", ["E-mail", "it(at)body", "Not an e-mail address: the @ is missing."]),
        (
            "Body,,,,help@body.example;desk@body,il",
            ["E-mail", "help@body.example;desk@body,il", "Not an e-mail address: a comma instead of a full stop."],
        ),
        (",,Ministry,,", ["Name", "", "Enter the name; the row cannot be matched without it."]),
        (f"{'x' * 301},,,,", ["Name", "x" * 301, "At most 300 characters; this has 301."]),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_with_its_value_and_the_reason(check, known, row, fault):
    OrganisationFactory(name="Unit", parent=known)
    for region in ("North", "South"):
        OrganisationFactory(name="Twin", region=region)
    cells = row.rsplit(",", 4) if not row.endswith(",il") else ["Body", "", "", "", row.removeprefix("Body,,,,")]
    line = ",".join(f'"{cell}"' for cell in cells)
    batch = check(f"Name,Part of,Kind,Code,E-mail\n{line}\nGood Body,,,,\n")

    assert verdicts(batch) == {2: ("ERROR", [fault]), 3: ("CREATE", [])}


def test_a_circle_within_the_file_is_refused_row_by_row(check, office):
    batch = check("Name,Part of\nOne,Two\nTwo,Three\nThree,One\nFour,Three\n")

    faults = {number: faults for number, (_verdict, faults) in verdicts(batch).items()}
    for number, parent in ((2, "Two"), (3, "Three"), (4, "One")):
        assert faults[number] == [["Part of", parent, "It would become part of itself."]]
    # What hangs under a row in error has nothing to hang under.
    assert faults[5] == [["Part of", "Three", "No organisation has this name or code."]]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            "Bo,Known Agenzy,,,",
            ["Organisation", "Known Agenzy", "No organisation has this name or code. Did you mean “Known Agency”?"],
        ),
        (
            "Bo,Twin,,,",
            [
                "Organisation",
                "Twin",
                "2 organisations are called this. Write the code of the one you mean, or its region.",
            ],
        ),
        ("Bo,Old Body,,,", ["Organisation", "Old Body", "No organisation has this name or code."]),
        ("Bo,,1.2;99.9,,", ["Domains", "1.2;99.9", "Unknown statistical domain."]),
        ("Bo,,,Klingon,", ["Language", "Klingon", "Not a language of this office."]),
        ("Bo,,,,Clerks", ["Roles", "Clerks", "Unknown contact role."]),
    ],
)
def test_a_cell_about_somebody_is_named_with_its_value_and_the_reason(check, known, row, fault):
    domain("1.2")
    OrganisationFactory(name="Old Body", archived_at=timezone.now())
    for region in ("North", "South"):
        OrganisationFactory(name="Twin", region=region)
    batch = check(f"E-mail,Name,Organisation,Domains,Language,Roles\nbo@x.example,{row}\n", "people", "email")

    assert verdicts(batch) == {2: ("ERROR", [fault])}


def test_people_find_their_organisation_by_code_before_name(apply, known):
    other = OrganisationFactory(name="KA-1")
    apply("Name,E-mail,Organisation,Title\nBo,bo@x.example,ka-1,Clerk\n", "people", "email")

    post = Person.objects.get().posts.get()
    assert (post.organisation, post.title) == (known, "Clerk")
    assert not other.posts.exists()
