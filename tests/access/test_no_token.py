"""No page, export or stored column holds a token that answers.

The office of this test has a live personal link of every kind. The links are those of the letters that were really
delivered (or, for the first run, printed), so the test knows tokens that the product itself has nowhere written down.
"""

import html
import re
from collections import defaultdict

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve, reverse

from feedback.actions import request as requests
from feedback.actions import survey as surveys
from feedback.models import DataRequest
from nso_contacts.access.checks import policy_of
from nso_contacts.access.roles import ROLES, STAFF_ROLES
from nso_contacts.accounts import actions as accounts
from nso_contacts.accounts.models import User
from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message
from tests.access.reading import offered, text_of
from tests.access.test_routes import TABLE, address, may_enter
from tests.factories import PersonFactory, WorkshopFactory, domain, held_workshop, invited
from workshops.models import Event

# Every route that answers for whoever has the link: its kind is missing from the letters, and the test says so.
TOKEN_ROUTES = {
    "workshops:reply",
    "feedback:survey_answer",
    "feedback:follow",
    "stakeholders:preferences",
    "accounts:invitation",
    "account_reset_password_from_key",
}
LINK = re.compile(r"https?://[^/\s\"<>]+(/[^\s\"<>?#]*)")


class Tokens:
    """The live tokens by the kind of link that they belong to."""

    def __init__(self):
        self.by_kind = defaultdict(set)

    def take(self, text):
        """Keep the tokens of the personal links in what somebody received."""
        for path in LINK.findall(html.unescape(text)):
            found = resolve(path.rstrip(".")) if path.startswith("/") else None
            secret = found and (found.kwargs.get("token") or found.kwargs.get("key"))
            if secret:
                self.by_kind[found.view_name].add(secret)

    def all(self):
        return set().union(*self.by_kind.values())

    def within(self, text, *, but=()):
        """Return the tokens that stand in a text."""
        return {token for token in self.all() - set(but) if token in text}


@pytest.fixture
def people(make_user):
    """One user per role; a person stands behind the expert's login."""
    users = {role: make_user(role, email=f"{role}@token.example") for role in ROLES}
    PersonFactory(user=users["expert"], email="expert@token.example")
    return users


@pytest.fixture
def links_of_every_kind(office, people, smtp_sink, capsys):
    """Everything that makes the office send a personal link, sent to a real mail server; the tokens it received."""
    amina = PersonFactory(name="Amina Haddad", email="amina@token.example")
    known = people["expert"].person
    invited(WorkshopFactory(organiser=people["liaison"]), amina, known)
    held = held_workshop(amina, known, organiser=people["liaison"])
    surveys.open_wave(held, actor=people["liaison"])
    for number, asker in enumerate((amina, known)):
        asked = DataRequest(
            requester=asker,
            organisation=asker.posts.get().organisation,
            subject=f"Births by district {number}",
            domain=domain(),
        )
        requests.submit(asked, actor=None)
    accounts.invite(User(email="new@token.example"), ["liaison"], actor=people["administrator"])
    Client().post(reverse("account_reset_password"), {"email": people["manager"].email})

    delivery.run()

    tokens = Tokens()
    for mail in smtp_sink.messages:
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                tokens.take(part.get_content())
    call_command("create_office", administrator="first@token.example")
    tokens.take(capsys.readouterr().out)
    return tokens


def records():
    """The pages of the very records that the links are about: each message, workshop, guest, request, person, user."""
    yield from (f"/messages/{pk}/" for pk in Message.objects.values_list("pk", flat=True))
    for event in Event.objects.all():
        page = event.get_absolute_url()
        yield from (page, f"{page}invitations/", f"{page}preview/", f"{page}attendance/", f"{page}attendance/list/")
        for guest in event.invitations.all():
            yield from (
                f"{page}invitations/{guest.pk}/",
                f"{page}preview/{guest.pk}/",
                f"/portal/workshops/{guest.pk}/",
            )
        yield f"/history/event/{event.pk}/"
    for request in DataRequest.objects.all():
        yield from (request.get_absolute_url(), f"/portal/requests/{request.pk}/", f"/history/request/{request.pk}/")
    for wave in surveys.SurveyWave.objects.all():
        yield from (wave.get_absolute_url(), *(f"/portal/surveys/{member.pk}/" for member in wave.frame.all()))
    for user in User.objects.all():
        yield reverse("accounts:user", args=[user.pk])
    for person in surveys.Person.objects.all():
        yield from (person.get_absolute_url(), f"/history/person/{person.pk}/")
    yield from ("/search/?q=amina", "/search/?q=births", "/messages/?tab=all&q=amina")


def own_keys():
    """Return by the beginning of a route's name what it takes to open it for a record that the links are about."""
    workshop, request = Event.objects.get(status=Event.Status.INVITING), DataRequest.objects.first()
    wave, step = surveys.SurveyWave.objects.get(), workshop.milestones.planned().get(kind="REMINDER")
    letter = Message.objects.exclude(text="").first()
    return {
        "workshops": {"pk": workshop.pk, "invitation": workshop.invitations.first().pk, "step": step.pk},
        "feedback:request": {"pk": request.pk},
        "feedback:wave": {"pk": wave.pk},
        "mail": {"pk": letter.pk},
        "accounts:user": {"pk": User.objects.get(email="new@token.example").pk},
        "stakeholders:person": {"pk": request.requester_id},
    }


def own_address(route, known):
    """Return the route's address for a record that the links are about; "" for what no link is about."""
    about = next((keys for name, keys in known.items() if route.name.startswith((f"{name}:", f"{name}_"))), {})
    if not route.parameters or not set(route.parameters) <= set(about):
        return ""
    return reverse(route.name, kwargs={name: about[name] for name in route.parameters})


class Visit:
    """A reader who opens pages, the exports offered there and the frames within, and looks for tokens."""

    def __init__(self, client, tokens):
        self.client, self.tokens, self.seen, self.opened = client, tokens, set(), set()

    def open(self, url):
        if url in self.seen:
            return
        self.seen.add(url)
        answer = self.client.get(url)
        text = text_of(answer)
        if answer.status_code == 200:
            self.opened.add(url)
        assert self.tokens.within(text) == set(), f"{url} shows a token that answers"
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            for found in offered(text):
                self.open(found)


# Roles add up, so whoever holds all roles of the office sees in one visit what any of them would.
READERS = {"colleague": STAFF_ROLES, "expert": ("expert",), "visitor": (None,)}


@pytest.mark.django_db
@pytest.mark.parametrize("reader", READERS)
def test_no_page_or_export_shows_a_token_that_answers(reader, people, links_of_every_kind, make_user):
    roles, client = READERS[reader], Client()
    if reader == "expert":
        client.force_login(people["expert"])
    elif reader == "colleague":
        client.force_login(make_user(*roles))
    others = {one: make_user(one, email=f"{one}@sample.example") for one in ROLES}
    visit = Visit(client, links_of_every_kind)
    known = own_keys()
    for url in records():
        visit.open(url)
    for route in TABLE:
        if any(may_enter(policy_of(route.view), role) for role in roles):
            with transaction.atomic():  # the sample's records go again, so that samples do not meet
                visit.open(own_address(route, known) or address(route, others))
                transaction.set_rollback(True)
    letters = {url for url in visit.opened if re.fullmatch(r"/messages/\d+/body/", url)}
    exports = {url for url in visit.opened if "format=" in url}
    assert bool(letters) == bool(exports) == (reader == "colleague")


@pytest.mark.django_db
def test_no_column_holds_a_token_that_answers(links_of_every_kind):
    assert set(links_of_every_kind.by_kind) >= TOKEN_ROUTES
    for token in links_of_every_kind.by_kind["workshops:reply"]:
        assert Client().get(f"/i/{token}/").status_code == 200
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT coalesce(string_agg(stored::text, chr(10)), %s) FROM "{table}" AS stored', [""])
            assert links_of_every_kind.within(cursor.fetchone()[0]) == set(), f"{table} keeps a token that answers"


@pytest.mark.django_db
def test_the_links_of_the_test_answer_and_cover_every_kind(links_of_every_kind):
    routes = {route.name for route in TABLE if "token" in route.parameters} | {"account_reset_password_from_key"}
    parts = {"workshops:calendar_file", "feedback:survey_refuse", "feedback:follow_withdraw", "feedback:follow_file"}
    parts.add("stakeholders:unsubscribe")
    assert set(links_of_every_kind.by_kind) == routes - parts
    for kind, tokens in links_of_every_kind.by_kind.items():
        for token in tokens:
            if kind != "account_reset_password_from_key":
                assert Client().get(reverse(kind, args=[token])).status_code == 200, kind
