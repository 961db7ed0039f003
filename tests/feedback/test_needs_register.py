"""The needs register as a list: where needs came from, what became of them, and what else is like them."""

import re
from functools import partial

import pytest
from django.utils import timezone

from feedback.actions import need as actions
from feedback.actions import request as requests
from feedback.models import DataNeed, DataRequest, NeedRaiser, PublishedResponse
from nso_contacts.office import clock
from stakeholders.models import Product, UserGroup
from tests.factories import OrganisationFactory, PersonFactory, domain, held_workshop, log_contact
from tests.markup import tight
from workshops.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(liaison):
    """A data request that a person made."""

    def make(person, **fields):
        record = DataRequest(subject="Unemployment by district", requester=person, domain=domain("1.2"), **fields)
        return requests.submit(record, actor=liaison)

    return make


def raised(title="Rents by district", *wheres, **fields):
    """A need that somebody raised in each of these places."""
    need = actions.raise_need(DataNeed(title=title, **fields), None, actor=None)
    for where in wheres:
        actions.support(need, NeedRaiser(person=PersonFactory(), raised_on=clock.today(), **where), actor=None)
    return need


def came_from(client, need):
    """What the list says of where a need came from."""
    rows = client.get("/needs/?format=csv")
    lines = b"".join(rows.streaming_content).decode("utf-8-sig").splitlines()
    place = lines[0].split(",").index("Came from")
    cells = re.findall(r'("(?:[^"]|"")*"|[^,]*)(?:,|$)', next(line for line in lines if need.title in line))
    return cells[place].strip('"')


def test_the_list_says_where_needs_came_from_and_finds_them_by_it(liaison, signed_in, request_of, office):
    asked, called = request_of(PersonFactory()), log_contact(liaison, PersonFactory())
    meeting = held_workshop(kind=Event.Kind.GROUP_MEETING, group=UserGroup.objects.create(name="Accounts"))
    many = raised("Rents by district", {"event": held_workshop()}, {"request": asked}, {"interaction": called}, {})
    met = raised("Faster accounts", {"event": meeting})
    alone = raised("Return migration", {})
    client = signed_in(liaison)

    assert [came_from(client, need) for need in (many, met, alone)] == [
        "1 workshop, 1 request, 1 contact",
        "1 meeting",
        "",
    ]
    found = {
        source: [str(need) for need in client.get(f"/needs/?source={source}").context["listing"].records]
        for source in ("workshops", "meetings", "requests", "contacts")
    }
    assert found == {"workshops": [str(many)], "meetings": [str(met)], "requests": [str(many)], "contacts": [str(many)]}


def test_a_restricted_contact_counts_only_for_those_who_see_it(liaison, manager, signed_in):
    secret = log_contact(liaison, PersonFactory(), restricted=True)
    need = raised("Rents by district", {"interaction": secret})

    assert came_from(signed_in(liaison), need) == "1 contact"
    assert came_from(signed_in(manager), need) == ""
    assert signed_in(manager).get("/needs/?source=contacts").context["listing"].records == []


def test_the_tabs_count_what_stands_behind_them(liaison, manager, signed_in):
    raised("Waits")
    decided = raised("Decided", {})
    actions.decide(decided, decision="ACCEPTED", decision_reason="Many ask for it", actor=manager)
    client = signed_in(liaison)

    tabs = {str(tab.title): (tab.number, tab.url) for tab in client.get("/needs/").context["listing"].tabs[1:]}

    assert {title: number for title, (number, _url) in tabs.items()} == {
        "Without a decision": "1",
        "Planned": "0",
        "Delivered": "0",
        "Somebody not told": "1",
    }
    for number, url in tabs.values():
        assert client.get(url).context["listing"].count.number == int(number)


def test_the_list_says_what_users_can_read_of_a_need(liaison, manager, signed_in):
    for title, published_at in [("Drafted", None), ("Told", timezone.now()), ("Silent", ...)]:
        need = raised(title)
        if published_at is not ...:
            response = PublishedResponse.objects.create(
                title=title, author=liaison, published_at=published_at, published_by=manager
            )
            response.needs.add(need)

    page = tight(signed_in(liaison).get("/needs/"))

    for title, words in [("Drafted", "Draft"), ("Told", "You said, we did"), ("Silent", "—")]:
        (row,) = re.findall(rf"<tr>(?:(?!</tr>).)*>{title}</a>.*?</tr>", page)
        assert f'<td data-l="Published as"class="">{words}</td>' in row.replace('" class', '"class')


def test_the_queries_of_the_list_do_not_grow_with_its_needs(liaison, signed_in, count_queries):
    client = signed_in(liaison)
    client.get("/needs/")
    queries = []
    for number in (1, 30):
        for n in range(number):
            raised(f"Need {number} {n}", {"event": held_workshop()}, {})
        queries.append(count_queries(partial(client.get, "/needs/")))
    assert queries[0] == queries[1]


def test_a_need_shows_what_it_belongs_to(liaison, manager, signed_in, request_of):
    asked = request_of(PersonFactory(), organisation=OrganisationFactory(name="Ministry of Labour"))
    need = raised("Quarterly informal employment rate", {"request": asked})
    need.products.add(Product.objects.create(code="LFS", title="Labour Force Survey"))
    alike = raised("Informal employment rate by region")
    raised("Fisheries by port")

    page = signed_in(liaison).get(f"/needs/{need.pk}/")

    (rows,) = re.findall(r"<h2>Belongs to</h2></div><ul class=\"rows\">(.*?)</ul>", tight(page))
    assert re.findall(r'href="([^"]+)"', rows) == [
        need.products.get().get_absolute_url(),
        asked.get_absolute_url(),
        alike.get_absolute_url(),
    ]
    assert "Data request, Ministry of Labour" in rows
    assert "Belongs to" not in signed_in(liaison).get(raised("Something else").get_absolute_url()).text


def test_everybody_reads_how_far_what_they_said_has_come(liaison, manager, client):
    response = PublishedResponse.objects.create(
        title="Rents", said="By district, please", did="They come", author=liaison, published_by=manager
    )
    delivered, refused = raised("Rents by district"), raised("Rents by street")
    response.needs.add(delivered, refused)
    PublishedResponse.objects.filter(pk=response.pk).update(published_at=timezone.now())

    def status():
        return re.findall(
            r'<p>They come</p><span class="st[^>]*>(?:<svg.*?</svg>)?\s*([^<]*)', tight(client.get("/engagement/"))
        )

    actions.decide(refused, decision="REJECTED", decision_reason="Too few", actor=manager)
    assert status() == ["Recorded"]
    actions.decide(delivered, decision="ACCEPTED", decision_reason="Many ask", actor=manager)
    actions.meet(delivered, actor=manager)
    assert status() == ["Delivered"]
    response.needs.set([refused])
    assert status() == ["Not planned"]
    response.needs.clear()
    assert status() == []
