"""Needs on the start pages: to decide for managers, to look after and to answer for their owners."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback.actions import need as actions
from feedback.models import DataNeed, NeedAnswer, NeedRaiser
from nso_contacts.office import clock
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

Decision = DataNeed.Decision


def raised(title="Rents by district", *, by=1, days_ago=0, **fields):
    """A need that so many people raised."""
    need = actions.raise_need(DataNeed(title=title, **fields), None, actor=None)
    for _n in range(by):
        actions.support(need, NeedRaiser(person=PersonFactory(), raised_on=clock.today()), actor=None)
    DataNeed.objects.filter(pk=need.pk).update(created_at=timezone.now() - timedelta(days=days_ago))
    need.refresh_from_db()
    return need


def decide(need, manager, decision=Decision.ACCEPTED):
    return actions.decide(need, decision=decision, decision_reason="Many ask for it", actor=manager)


def tell(need, author, stage=NeedAnswer.Stage.DECIDED):
    for raiser in need.raisers.all():
        actions.tell(raiser, stage=stage, way=NeedAnswer.Way.PHONE, text="We will.", actor=author)


def behind(client, page, words):
    """(what a link with these words leads to, how many needs stand there)."""
    (address,) = re.findall(rf'href="(/needs/[^"]*)"[^>]*>{words}', page.text)
    return client.get(address.replace("&amp;", "&")).context["listing"].count.number


def test_a_manager_sees_what_waits_for_a_decision_the_longest_first(manager, liaison, signed_in):
    raised("Since today", owner=liaison)
    raised("Oldest", days_ago=100, by=3)
    raised("A while", days_ago=10)
    decide(raised("Decided"), manager)
    client = signed_in(manager)

    page = client.get("/")

    shown = re.findall(r'<a class="quiet" href="/needs/\d+/">([^<]+)</a>', page.text)
    assert shown == ["Oldest", "A while", "Since today"]
    assert re.search(r"N-\d+, raised 3 times", page.text)
    assert "100 days" in page.text
    assert "of 4" in page.text
    assert "1 of them older than 90 days" in page.text
    assert behind(client, page, "Show all") == 3
    assert len(re.findall(r">\s*Decide\s*<span", page.text)) == 3


def test_a_manager_reads_that_nothing_waits(manager, signed_in):
    assert "No need waits for a decision." in signed_in(manager).get("/").text


def test_an_owner_sees_whom_they_owe_an_answer(manager, statistician, liaison, signed_in):
    told, untold = raised("Told", owner=statistician), raised("Untold", owner=statistician, by=2)
    raised("Undecided", owner=statistician)
    raised("Of somebody else", owner=liaison)
    for need in (told, untold):
        decide(need, manager)
    tell(told, statistician)
    client = signed_in(statistician)

    page = client.get("/")

    shown = re.findall(r'<a class="quiet" href="/needs/\d+/">([^<]+)</a>', page.text)
    assert shown[0] == "Untold"
    assert set(shown) == {"Untold", "Told", "Undecided"}
    assert "to 2 who raised it" in page.text
    assert behind(client, page, "1 with somebody to answer") == 1
    assert behind(client, page, "Show all your needs") == 3


def test_owing_an_answer_in_sql_is_what_the_action_says_of_one_need(manager, statistician):
    def same():
        owing = set(DataNeed.objects.owing_answers().values_list("pk", flat=True))
        assert owing == {need.pk for need in DataNeed.objects.all() if actions.unanswered(need)}
        return owing

    need, met_before, unknown = raised(by=2), raised(), raised(by=0)
    assert same() == set()
    for one in (need, unknown):
        decide(one, manager)
    decide(met_before, manager, Decision.ALREADY_MET)
    assert same() == {need.pk, met_before.pk}
    for one in (need, met_before):
        tell(one, statistician)
    assert same() == set()
    decide(need, manager)
    assert same() == {need.pk}
    tell(need, statistician)
    need = actions.meet(need, actor=statistician)
    assert same() == {need.pk}
    tell(need, statistician, NeedAnswer.Stage.MET)
    assert same() == set()


@pytest.mark.parametrize("role", ["manager", "statistician"])
def test_the_panels_take_the_same_queries_for_1_and_30(role, manager, statistician, signed_in):
    client = signed_in({"manager": manager, "statistician": statistician}[role])

    def two():
        raised(owner=statistician)
        decide(raised(owner=statistician), manager)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        return len(captured)

    two()
    client.get("/")
    few = queries()
    for _n in range(14):
        two()

    assert queries() == few
