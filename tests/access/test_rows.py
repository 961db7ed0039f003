"""Every route × every role × rows that are not everybody's: who may not see a row meets it nowhere.

Each row carries a word of its own. A reader opens every page that needs no number, asking lists for a word that finds
all of these rows; the search, the choosers, the exports offered there; and every page, history and file of the rows
themselves. What they read must hold the words of the rows that they may see, and no other.
"""

from dataclasses import dataclass, field

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from feedback.actions import need as needs
from feedback.actions import request as requests
from feedback.models import DataNeed, DataRequest, Enquiry, NeedRaiser, PublishedResponse
from nso_contacts.access.checks import policy_of
from nso_contacts.access.roles import ROLES
from nso_contacts.files import storage
from nso_contacts.office import clock
from nso_contacts.pages import picks
from stakeholders.models import InteractionFile
from tests.access.reading import offered, text_of
from tests.access.test_routes import TABLE, may_enter
from tests.factories import OrganisationFactory, PersonFactory, TaskFactory, WorkshopFactory, log_contact

FINDS = "Quillfeather"
STAFF = {"administrator", "manager", "liaison", "statistician"}
# Besides the roles: an expert of the ministry that asked; the role alone is an expert of another one.
READERS = ("insider", *ROLES, None)


@dataclass
class Row:
    """One record: the word that only it holds, who may read it, and the keys its addresses are made of."""

    word: str
    seen_by: set
    keys: dict = field(default_factory=dict)  # by the beginning of a route's name
    history: tuple = ()
    file: int | None = None


@pytest.fixture
def users(make_user):
    """A user for each reader; nobody's is None. The statistician is expert of no domain and works on nothing here."""
    found = {role: make_user(role, email=f"{role}@row.example") for role in ROLES}
    found["author"] = make_user("liaison", email="author@row.example")
    found["insider"] = make_user("expert", email="insider@row.example")
    return found


@pytest.fixture
def rows(users, smtp_sink):
    """One row of each kind that is not for everybody."""
    ministry, elsewhere = OrganisationFactory(name="Ministry of Labour"), OrganisationFactory(name="Ministry of Health")
    asker = PersonFactory(user=users["insider"], organisation=ministry, name="Amina Haddad")
    PersonFactory(user=users["expert"], organisation=elsewhere)
    author, service = users["author"], {"administrator", "manager", "liaison", "author"}

    contact = log_contact(author, asker, restricted=True, subject=f"{FINDS} zrestricted", summary="zrestricted")
    stored = storage.store(SimpleUploadedFile(f"{FINDS} zattached.txt", b"zattached"), author)
    InteractionFile.objects.create(interaction=contact, file=stored)
    task = TaskFactory(title=f"{FINDS} ztask", assignee=author, interaction=contact, person=asker)
    request = requests.submit(
        DataRequest(requester=asker, organisation=ministry, subject=f"{FINDS} zasked", purpose="zasked"), actor=None
    )
    requests.note(request, f"{FINDS} znoted", actor=author)
    enquiry = Enquiry.objects.create(
        reference="E-2026-9001", topic="DATA", text=f"{FINDS} zwondered", email="zwondered@univ.example"
    )
    need = DataNeed(title=f"{FINDS} zneeded", owner=author)
    needs.raise_need(need, NeedRaiser(person=asker, raised_on=clock.today()), actor=author)
    response = PublishedResponse.objects.create(
        title=f"{FINDS} zdrafted", said="zdrafted", did="zdrafted", author=author
    )
    workshop = WorkshopFactory(title=f"{FINDS} zplanned", organiser=author)
    private = {"author", "administrator"}
    return [
        Row("zrestricted", private, {"stakeholders:interaction": contact.pk}, ("interaction", contact.pk)),
        Row("zattached", private, file=stored.pk),
        Row("ztask", private, {"stakeholders:task": task.pk}, ("task", task.pk)),
        Row(
            "zasked",
            service | {"insider"},
            {"feedback:request": request.pk, "feedback:portal_request": request.pk},
            ("request", request.pk),
        ),
        Row("znoted", service, {"feedback:request": request.pk}),
        Row("zwondered", service, {"feedback:enquiry": enquiry.pk}, ("enquiry", enquiry.pk)),
        Row("zneeded", service, {"feedback:need": need.pk}, ("need", need.pk)),
        Row("zdrafted", STAFF | {"author"}, {"feedback:response": response.pk}, ("response", response.pk)),
        Row("zplanned", STAFF | {"author"}, {"workshops": workshop.pk}, ("workshop", workshop.pk)),
    ]


def pages_of(row, routes):
    """Yield the addresses of a row: each route that is about its kind, its history, its file."""
    for name, pk in row.keys.items():
        for route in routes:
            if route.parameters == ("pk",) and (route.name == name or route.name.startswith((f"{name}_", f"{name}:"))):
                yield reverse(route.name, args=[pk])
    if row.history:
        yield reverse("audit:history", args=row.history)
    if row.file:
        yield reverse("files:download", args=[row.file])


def addresses(rows, role):
    """Yield every address at which one of the rows could be met. Closed routes: the route × role table sees to them."""
    routes = [route for route in TABLE if may_enter(policy_of(route.view), role)]
    for route in routes:
        if not route.parameters and not route.path.startswith("accounts/"):
            yield f"/{route.path}?q={FINDS}"
    yield from (f"/pick/{kind}/?q={FINDS}" for kind in picks.kinds())
    for row in rows:
        yield from pages_of(row, routes)


@pytest.mark.django_db
@pytest.mark.parametrize("reader", READERS)
def test_a_row_is_met_by_those_who_may_see_it_and_by_nobody_else(reader, rows, users):
    client = Client()
    if reader is not None:
        client.force_login(users[reader])
    words = {row.word: row for row in rows}
    met, waiting, opened = {}, list(addresses(rows, "expert" if reader == "insider" else reader)), set()
    while waiting:
        url = waiting.pop()
        if url in opened:
            continue
        opened.add(url)
        answer = client.get(url)
        text = text_of(answer)
        for word in words:
            if word in text:
                met.setdefault(word, url)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            waiting += offered(text)
    allowed = {word for word, row in words.items() if reader in row.seen_by}
    assert {word: url for word, url in met.items() if word not in allowed} == {}
    assert set(met) == allowed
