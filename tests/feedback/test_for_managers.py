"""The start page of a manager: figures of requests and surveys, and what is worth knowing."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback.actions import need as need_actions
from feedback.actions import request as actions
from feedback.models import DataNeed, DataRequest, NeedAnswer, NeedRaiser
from nso_contacts.office import clock
from stakeholders.models import Committee, CommitteeSeat, SeatHolder
from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db


def asked(subject="Births by district", **values):
    """A request as it stands after what `values` say happened to it."""
    person = PersonFactory()
    request = actions.submit(DataRequest(requester=person, subject=subject, purpose="Planning"), actor=None)
    DataRequest.objects.filter(pk=request.pk).update(**values)
    return request


def answered(days_ago, due_after, **values):
    """A request answered so many days ago, with so many days left until it was due."""
    due = clock.today() - timedelta(days=days_ago) + timedelta(days=due_after)
    moment = timezone.now() - timedelta(days=days_ago)
    return asked(status="CLOSED", outcome="Sent", due_on=due, delivered_at=moment, closed_at=moment, **values)


def behind(client, page, words, many=False):
    """The subjects that a link with these words leads to."""
    (address,) = re.findall(rf'href="(/[^"]*\?[^"]*)"[^>]*>\s*{words}', page.text)
    listing = client.get(address.replace("&amp;", "&")).context["listing"]
    return sorted(str(record) for record in listing.records)


def test_the_share_answered_on_time_opens_the_answers_behind_it(manager, signed_in):
    answered(1, 0)
    answered(89, 5)
    answered(3, -1)
    answered(91, 5)  # longer ago
    asked(due_on=clock.today() + timedelta(days=5))  # open
    again = answered(2, 3, first_due_on=clock.today(), first_delivered_at=timezone.now() - timedelta(days=4))
    DataRequest.objects.filter(pk=again.pk).update(
        delivered_at=None, status="ACKNOWLEDGED", closed_at=None, outcome="", due_on=clock.today()
    )
    client = signed_in(manager)

    page = client.get("/")

    assert re.search(r'answered=on_time">75%', page.text)
    assert len(behind(client, page, "75%")) == 3
    assert len(behind(client, page, "3 of 4")) == 4


def test_an_office_without_answers_has_no_share(manager, signed_in):
    page = signed_in(manager).get("/").text
    assert "no answer yet" in page
    assert "no survey has closed yet" in page
    assert "Worth knowing</h2>" not in page


def test_what_is_late_or_nobodys_is_worth_knowing_and_opens(manager, liaison, signed_in):
    yesterday, today = clock.today() - timedelta(days=1), clock.today()
    for subject, due, assignee in (
        ("Late", yesterday, liaison),
        ("Later", yesterday - timedelta(days=3), liaison),
        ("Of nobody", today, None),
    ):
        asked(subject, due_on=due, assignee=assignee)
    answered(0, -1, assignee=None)
    client = signed_in(manager)

    page = client.get("/")

    assert "2 data requests are late" in page.text
    assert "Longest: Later" in page.text
    assert [len(behind(client, page, words)) for words in ("See the requests", "See them")] == [2, 1]
    assert "1 open request is assigned to nobody" in page.text


def test_needs_nobody_was_told_of_and_empty_seats_are_worth_knowing(manager, signed_in):
    need = need_actions.raise_need(DataNeed(title="Rents by district"), None, actor=None)
    need_actions.support(need, NeedRaiser(person=PersonFactory(), raised_on=clock.today()), actor=None)
    need_actions.decide(need, decision="ACCEPTED", decision_reason="Many ask", actor=manager)
    committee = Committee.objects.create(name="Advisory committee", kind=Committee.Kind.choices[0][0])
    for name in ("Bank", "Ministry"):
        seat = CommitteeSeat.objects.create(committee=committee, organisation=OrganisationFactory(name=name))
    SeatHolder.objects.create(seat=seat, person=PersonFactory())
    client = signed_in(manager)

    page = client.get("/")

    assert "1 need: somebody is not told yet" in page.text
    assert behind(client, page, "See the needs") == ["Rents by district"]
    assert "1 committee seat is vacant" in page.text
    assert behind(client, page, "See the committees") == ["Advisory committee"]
    need_actions.tell(need.raisers.get(), stage=NeedAnswer.Stage.DECIDED, way="PHONE", text="We will.", actor=manager)
    assert "Everybody who raised a need knows its decision" in client.get("/").text


def test_the_figures_take_the_same_queries_for_1_and_30(manager, signed_in):
    client = signed_in(manager)

    def one_of_each():
        answered(1, 0)
        asked(due_on=clock.today() - timedelta(days=1))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        return len(captured)

    one_of_each()
    client.get("/")
    few = queries()
    for _n in range(29):
        one_of_each()

    assert queries() == few
