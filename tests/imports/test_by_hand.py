"""A file gives the same database as its rows entered one by one on the screen, and given again it changes nothing."""

import csv
import io

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nso_contacts.imports.keys import clean, plain
from nso_contacts.office import clock
from stakeholders.actions import organisation as organisation_actions
from stakeholders.actions import person as person_actions
from stakeholders.models import Organisation, OrganisationEmail, Person, PersonEmail, Post
from tests.factories import OrganisationFactory, PersonFactory, domain

FILES = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
KEYS = {"name": (), "name_region": ("region",), "code": ("code",)}
EVENTS = (Organisation, OrganisationEmail, Person, PersonEmail, Post)


def maybe(*values):
    return st.sampled_from(["", *values])


NAMES = st.sampled_from(["Alpha Office", "alpha  office", "ALPHA OFFICE ", "Beta Board", "beta board", "Gamma Élan"])
ADDRESSES = st.sampled_from(["one@x.example", "ONE@x.example", "two@x.example", "three@x.example"])
ORGANISATION_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "Name": NAMES,
            "Region": maybe("North", "north ", "South"),
            "Code": maybe("A-1", "a-1", "B-2"),
            "Town": maybe("Lunden", "Other"),
            "Telephone": maybe("1", "22"),
            "Kind": maybe("Ministry", "business"),
            "Part of": maybe("Known Ministry", "km"),
            "E-mail": st.lists(ADDRESSES, max_size=2).map("; ".join),
            "Uses statistics": maybe("no", "yes"),
        }
    ),
    min_size=1,
    max_size=5,
)
PEOPLE_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "Name": st.sampled_from(["Amina Haddad", "Bo Berg", "AMINA HADDAD"]),
            "E-mail": ADDRESSES,
            "Organisation": maybe("Known Ministry", "KM", "Alpha Office"),
            "Title": maybe("Head", "Clerk"),
            "Telephone": maybe("1", "22"),
            "Domains": maybe("1.2", "1.2;1.3"),
            "Roles": maybe("Researcher", "Journalist; Researcher"),
        }
    ),
    min_size=1,
    max_size=5,
)


def file_of(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture
def known(office):
    """What is here before: a ministry that rows are part of, and a record of each kind that rows may mean."""
    ministry = OrganisationFactory(name="Known Ministry", code="KM")
    fields = {"kind": "OTHER", "government_level": "NOT_GOVERNMENT", "region": "North", "phone": "1"}
    OrganisationFactory(name="Alpha Office", code="A-1", email="one@x.example", **fields)
    for code in ("1.2", "1.3"):
        domain(code)
    PersonFactory(name="Amina Haddad", email="one@x.example", organisation=ministry, title="Head", in_domains=["1.2"])
    return ministry


class Undone(Exception):
    """Ends an example: nothing of it is kept."""


def outcome(steps):
    """What the directory holds after `steps`, which are then taken back."""
    found = None
    try:
        with transaction.atomic():
            steps()
            found = directory()
            raise Undone
    except Undone:
        return found


def directory():
    organisations = {
        (one.name, one.region, one.code): (
            one.town,
            one.phone,
            one.kind,
            one.is_user,
            one.parent and one.parent.name,
            sorted((email.address, email.is_primary) for email in one.emails.all()),
        )
        for one in Organisation.objects.all()
    }
    people = sorted(
        (
            one.name,
            one.phone,
            sorted(one.roles),
            sorted(one.domains.values_list("code", flat=True)),
            sorted((email.address, email.is_primary) for email in one.emails.all()),
            sorted((post.organisation.name, post.title, post.is_primary) for post in one.posts.all()),
        )
        for one in Person.objects.all()
    )
    return organisations, people


def history():
    return [model.pgh_event_model.objects.count() for model in EVENTS]


# By hand -------------------------------------------------------------------------------------------------------------


def enter_organisation(row, rule):
    """What somebody does who looks a row up, and then changes the record or writes a new one."""
    record = meant_organisation(row, rule) or Organisation(name=clean(row["Name"]))
    if rule == "code":
        record.name = clean(row["Name"])
    for column, field in (("Region", "region"), ("Code", "code"), ("Town", "town"), ("Telephone", "phone")):
        # By what a record was found, that stays as it is spelled.
        if clean(row[column]) and not (record.pk and field in KEYS[rule]):
            setattr(record, field, clean(row[column]))
    if row["Kind"]:
        record.kind = {"ministry": "MINISTRY", "business": "BUSINESS"}[plain(row["Kind"])]
    if row["Uses statistics"]:
        record.is_user = row["Uses statistics"] == "yes"
    if row["Part of"]:
        record.parent = Organisation.objects.get(code="KM")
    have = {address.lower() for address in record.emails.values_list("address", flat=True)} if record.pk else set()
    emails = new_addresses(row["E-mail"], have)
    if record.pk:
        organisation_actions.edit(record, actor=None, emails=emails)
    else:
        organisation_actions.create(record, actor=None, emails=emails)


def meant_organisation(row, rule):
    for record in Organisation.objects.order_by("pk"):
        same_name = plain(record.name) == plain(row["Name"])
        if rule == "code" and record.code and plain(record.code) == plain(row["Code"]):
            return record
        if rule == "name" and same_name:
            return record
        if rule == "name_region" and same_name and plain(record.region) == plain(row["Region"]):
            return record
    return None


def new_addresses(cell, have):
    found = {}
    for address in filter(None, cell.split("; ")):
        if address.lower() not in have:
            found.setdefault(address.lower(), address)
    return [{"address": address, "is_primary": not have and not place} for place, address in enumerate(found.values())]


def enter_person(row):
    email = PersonEmail.objects.filter(address__iexact=row["E-mail"]).first()
    record = email.person if email else Person()
    record.name = row["Name"]
    record.phone = row["Telephone"] or record.phone
    roles = [{"Researcher": "RESEARCHER", "Journalist": "JOURNALIST"}[one] for one in row["Roles"].split("; ") if one]
    record.roles = [*record.roles, *(role for role in roles if role not in record.roles)]
    domains = {domain(code) for code in row["Domains"].split(";") if code}
    if record.pk:
        person_actions.edit(record, actor=None, domains={*record.domains.all(), *domains})
    else:
        emails = [{"address": row["E-mail"], "is_primary": True}]
        person_actions.create(record, actor=None, emails=emails, domains=domains)
    if row["Organisation"]:
        hold(record, row)


def hold(person, row):
    code = "KM" if row["Organisation"] in {"KM", "Known Ministry"} else "A-1"
    organisation = Organisation.objects.get(code=code)
    post = person.posts.current().filter(organisation=organisation).first()
    if post is None:
        first = not person.posts.exists()
        post = Post(
            person=person,
            organisation=organisation,
            title=row["Title"],
            valid_from=clock.today(),
            is_primary=first,
        )
        person_actions.add_post(post, actor=None)
    elif row["Title"] and post.title != row["Title"]:
        post.title = row["Title"]
        person_actions.change_post(post, actor=None)


# Together ------------------------------------------------------------------------------------------------------------


def compare(apply, rows, kind, rule, enter):
    def twice():
        first = apply(file_of(rows), kind, rule)
        assert first.counts["verdicts"]["ERROR"] == 0, [row.faults for row in first.rows.all()]
        before = history()
        again = apply(file_of(rows), kind, rule)
        assert (again.counts["created"], again.counts["updated"]) == (0, 0)
        assert history() == before

    imported = outcome(twice)
    by_hand = outcome(lambda: [enter(row) for row in rows])
    assert imported == by_hand


@FILES
@given(rows=ORGANISATION_ROWS, rule=st.sampled_from(["name", "name_region"]))
def test_organisations(apply, known, rows, rule):
    # A code belongs to one body: here to the one of its name, so that no row is in error.
    codes = {"alpha office": "A-1", "beta board": "B-2"}
    for row in rows:
        row["Code"] = codes.get(plain(row["Name"]), "") if row["Code"] and rule == "name" else ""
    compare(apply, rows, "organisations", rule, lambda row: enter_organisation(row, rule))


@FILES
@given(rows=ORGANISATION_ROWS)
def test_organisations_by_code(apply, known, rows):
    for row in rows:
        row["Code"] = row["Code"] or "C-3"
    compare(apply, rows, "organisations", "code", lambda row: enter_organisation(row, "code"))


@FILES
@given(rows=PEOPLE_ROWS)
def test_people(apply, known, rows):
    for row in rows:
        row["Title"] = row["Organisation"] and row["Title"]
    compare(apply, rows, "people", "email", enter_person)
