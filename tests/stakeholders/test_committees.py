"""Committees: list, page, seats and who fills them, quorum, archiving."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from nso_contacts.office import clock
from stakeholders.models import Committee, CommitteeSeat, SeatHolder
from tests.factories import OrganisationFactory, PersonFactory, domain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

LIST = reverse("stakeholders:committee_list")


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


def url(name, *args):
    return reverse(f"stakeholders:{name}", args=args)


def made(name="Labour council", **fields):
    return Committee.objects.create(name=name, **fields)


def seat_in(committee, **fields):
    return CommitteeSeat.objects.create(committee=committee, organisation=OrganisationFactory(), **fields)


def page(client, committee):
    return client.get(committee.get_absolute_url())


def listed(client, **state):
    return [row.record.name for row in client.get(LIST, state).context["rows"]]


def sent(committee, **fields):
    """What the form sends with the least that is needed."""
    given = {"name": committee.name, "kind": committee.kind, "quorum_percent": 50, "revision": committee.revision}
    return given | fields


def test_the_list_finds_filters_and_counts_vacant_seats(client):
    council = made(kind="STATISTICAL_ADVISORY_COUNCIL")
    council.domains.add(domain("1.2"))
    force = made("Task force on prices", kind="TASK_FORCE", mandate_to=clock.today() - timedelta(days=1))
    filled, _empty = seat_in(council), seat_in(council)
    SeatHolder.objects.create(seat=filled, person=PersonFactory())
    assert listed(client) == ["Labour council", "Task force on prices"]
    assert listed(client, q="council") == ["Labour council"]
    assert listed(client, kind="TASK_FORCE") == ["Task force on prices"]
    assert listed(client, domain=domain("1").pk) == ["Labour council"]
    assert listed(client, state="vacant") == ["Labour council"]
    assert listed(client, state="expired") == [force.name]
    assert listed(client, member=filled.organisation.pk) == ["Labour council"]
    row = client.get(LIST, {"q": "council"}).context["rows"][0].record
    assert (row.seats_now, row.vacant_now) == (2, 1)


def test_a_committee_is_added_changed_archived_and_restored(client):
    client.post(
        url("committee_create"),
        {"name": "Council", "kind": "TASK_FORCE", "quorum_percent": 60, "domains": [domain("1.2").pk]},
    )
    council = Committee.objects.get()
    assert list(council.domains.all()) == [domain("1.2")]
    client.post(url("committee_edit", council.pk), sent(council, name="New council"))
    council.refresh_from_db()
    assert (council.name, council.quorum_percent, council.domains.count()) == ("New council", 50, 0)
    client.post(url("committee_archive", council.pk))
    assert not Committee.objects.active().exists()
    assert listed(client, state="archived") == ["New council"]
    client.post(url("committee_restore", council.pk))
    assert Committee.objects.active().exists()


def test_a_committee_cannot_report_to_one_of_its_own(client):
    council = made()
    under = made("Working group", parent=made("Committee", parent=council))
    answer = client.post(url("committee_edit", council.pk), sent(council, parent=under.pk))
    assert answer.status_code == 422
    assert "reports to this committee" in str(answer.context["form"].errors["parent"])


def test_seats_and_holders_from_first_to_last(client):
    council, ministry, person, other = made(), OrganisationFactory(), PersonFactory(), PersonFactory()
    client.post(url("seat_create", council.pk), {"organisation": ministry.pk, "role": "CHAIR", "is_voting": "on"})
    seat = council.seats.get()
    double = client.post(url("seat_create", council.pk), {"organisation": ministry.pk, "role": "MEMBER"})
    assert double.status_code == 422
    assert "already has this seat" in str(double.context["form"].errors["label"])
    assert page(client, council).context["vacant"] == 1

    name = url("holder_create", council.pk, seat.pk)
    client.post(name, {"person": person.pk, "position": "PRINCIPAL", "valid_from": "2026-01-05"})
    client.post(name, {"person": other.pk, "position": "ALTERNATE"})
    second = client.post(name, {"person": other.pk, "position": "PRINCIPAL"})
    assert second.status_code == 422
    assert "already has a principal" in str(second.context["form"].errors["position"])
    shown = page(client, council)
    assert shown.context["vacant"] == 0
    assert [holder.person for holder in shown.context["chairs"]] == [person]
    assert [holder.person for holder in shown.context["seats"][0].alternates] == [other]

    principal = seat.holders.get(position="PRINCIPAL")
    assert client.post(url("holder_end", council.pk, principal.pk), {"on": "2025-01-01"}).status_code == 422
    yesterday = clock.today() - timedelta(days=1)
    client.post(url("holder_end", council.pk, principal.pk), {"on": yesterday.isoformat()})
    shown = page(client, council)
    assert (shown.context["vacant"], shown.context["seats"][0].vacant_since) == (1, yesterday)
    assert [row.person for row in shown.context["past"]] == [person]

    changed = {"organisation": ministry.pk, "role": "MEMBER", "label": "A", "revision": seat.revision}
    client.post(url("seat_edit", council.pk, seat.pk), changed)
    seat.refresh_from_db()
    assert (seat.role, seat.label, seat.is_voting) == ("MEMBER", "A", False)
    client.post(url("seat_end", council.pk, seat.pk))
    seat.refresh_from_db()
    assert seat.archived_at is not None
    assert seat.holders.get(position="ALTERNATE").valid_to == clock.today()
    assert page(client, council).context["seats"] == []


def test_the_quorum_counts_voting_seats_and_rounds_up(client):
    council = made(quorum_percent=50)
    for voting in (True, True, True, False):
        seat_in(council, is_voting=voting)
    context = page(client, council).context
    assert (context["voting"], context["quorum"]) == (3, 2)


def test_the_database_refuses_a_wrong_committee():
    council = made()
    seat, person = seat_in(council), PersonFactory()
    wrong = [
        lambda: made("Quorum", quorum_percent=0),
        lambda: made("Quorum", quorum_percent=101),
        lambda: made("Mandate", mandate_from="2026-05-02", mandate_to="2026-05-01"),
        lambda: Committee.objects.filter(pk=council.pk).update(parent=council),
        lambda: made(council.name),
        lambda: CommitteeSeat.objects.create(committee=council, organisation=seat.organisation),
        lambda: SeatHolder.objects.create(seat=seat, person=person, valid_from="2026-05-02", valid_to="2026-05-01"),
        lambda: [SeatHolder.objects.create(seat=seat, person=person) for _twice in range(2)],
    ]
    for attempt in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_the_same_queries_for_1_and_30(client, count_queries):
    def fill(committee, number):
        for _one in range(number):
            seat = seat_in(committee)
            SeatHolder.objects.create(seat=seat, person=PersonFactory())
            SeatHolder.objects.create(seat=seat, person=PersonFactory(), position="ALTERNATE")

    few, many = made("Few"), made("Many")
    fill(few, 1)
    page(client, few)
    number = count_queries(lambda: page(client, few))
    fill(many, 30)
    assert count_queries(lambda: page(client, many)) == number
    narrow = count_queries(lambda: client.get(LIST, {"q": "few"}))
    for order in range(28):
        made(f"Body {order}").domains.add(domain("1.2"))
    assert count_queries(lambda: client.get(LIST, {"q": "body"})) == narrow


def test_only_who_may_change_the_directory_changes_committees(signed_in, statistician):
    client, council = signed_in(statistician), made()
    assert page(client, council).status_code == 200
    assert client.get(url("committee_edit", council.pk)).status_code == 403
    assert client.post(url("seat_create", council.pk)).status_code == 403
