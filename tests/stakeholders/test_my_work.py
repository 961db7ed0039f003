"""My work: what is owed, in order of date, with figures that lead to what is behind them."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth import get_user_model

from nso_contacts.office import clock
from stakeholders.actions import cadence
from stakeholders.models import Organisation, Person, Task, UserGroup
from tests.factories import OrganisationFactory, PersonFactory, TaskFactory, log_contact
from tests.markup import tight

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(liaison, signed_in):
    return signed_in(liaison)


def owned(model, owner, name, days):
    """A record of `owner` whose next contact is due in `days` days."""
    record = model.objects.create(name=name, owner=owner, cadence_days=90)
    cadence.move(record, due_on=clock.today() + timedelta(days=days), actor=owner)
    return record


def rows(page):
    """What stands in the first column of the list of what is due."""
    return [str(due.whom) for due in page.context["dues"]]


def test_an_empty_page_says_what_will_be_there(client):
    page = client.get("/").text

    assert "Nothing is overdue or due today." in page
    assert "Nothing is owed in the next 7 days" in page
    assert "What you log will stand here." in page


def test_tasks_and_rhythms_stand_together_the_most_urgent_first(client, liaison, statistician):
    bank, labour = OrganisationFactory(name="Central Bank"), OrganisationFactory(name="Ministry of Labour")
    amina = PersonFactory(name="Amina Haddad", organisation=labour)
    TaskFactory(assignee=liaison, organisation=bank, in_days=0)
    TaskFactory(assignee=liaison, person=amina, organisation=labour, in_days=-5)
    owned(Organisation, liaison, "Ministry of Health", -11)
    owned(Person, liaison, "Fatou Diop", 2)
    owned(UserGroup, liaison, "Labour statistics", 3)
    # None of these is mine, owed by us, open, in use and soon.
    TaskFactory(assignee=statistician, in_days=-9, title="Of somebody else")
    TaskFactory(assignee=liaison, in_days=-9, title="They owe us", owed_by=Task.OwedBy.THEM)
    TaskFactory(assignee=liaison, in_days=30, title="Later")
    owned(Organisation, statistician, "Ministry of Education", -9)
    archived = owned(Organisation, liaison, "Ministry of the Past", -9)
    Organisation.objects.filter(pk=archived.pk).update(archived_at=clock.now())
    left_alone = owned(Person, liaison, "Do not call", -9)
    Person.objects.filter(pk=left_alone.pk).update(do_not_contact=True)

    page = client.get("/")

    assert rows(page) == ["Ministry of Health", "Amina Haddad", "Central Bank", "Fatou Diop", "Labour statistics"]
    assert page.context["counts"] == {"overdue": 2, "today": 1}
    assert page.context["number_due"] == 5
    assert "3 things need you today." in page.text
    assert "11 days overdue" in page.text
    assert [place.count for place in page.context["shell"].sections[0].places] == ["3", "", "2", ""]


def test_each_number_leads_to_the_list_behind_it(client, liaison, statistician):
    for days in (-3, -2, 0, 4, 90):
        TaskFactory(assignee=liaison, in_days=days)
    TaskFactory(assignee=statistician, in_days=-1)
    log_contact(liaison, PersonFactory())
    log_contact(statistician, PersonFactory())
    page = tight(client.get("/"))
    found = re.findall(r'<li><a href="([^"]+)"><b>(\d+)</b>', page)

    shown = {}
    for address, number in found:
        context = client.get(address.replace("&amp;", "&")).context
        behind = len(context["dues"]) if "dues" in context else context["listing"].count.number
        shown[address] = (int(number), behind)
    assert list(shown.values()) == [(2, 2), (1, 1), (0, 0), (1, 1)]
    assert client.get("/due/").context["page"].paginator.count == 5
    assert client.get("/due/?owner=all").context["page"].paginator.count == 6
    assert client.get(f"/due/?owner={statistician.pk}").context["page"].paginator.count == 1
    assert client.get("/due/?owner=999999&when=nonsense&page=77").context["page"].paginator.count == 5


def test_log_leads_to_the_form_that_answers_it(client, liaison):
    task = TaskFactory(assignee=liaison, in_days=-1)
    health = owned(Organisation, liaison, "Ministry of Health", -11)
    page = client.get("/").text

    assert f'href="/interactions/quick/?task={task.pk}"' in page
    assert f'href="/interactions/quick/?organisation={health.pk}"' in page


def test_the_last_contact_is_one_the_reader_may_see(client, liaison, statistician):
    amina = PersonFactory(owner=liaison)
    cadence.move(amina, due_on=clock.today(), actor=liaison)
    log_contact(liaison, amina, channel="EMAIL", occurred_at=clock.now() - timedelta(days=3), substantive=False)
    log_contact(statistician, amina, restricted=True, substantive=False)

    assert [str(due.last.channel) for due in client.get("/").context["dues"]] == ["EMAIL"]


def test_what_was_logged_last_stands_there(client, liaison, statistician):
    log_contact(statistician, PersonFactory(name="Somebody Else"))
    log_contact(liaison, PersonFactory(name="Amina Haddad"))

    page = client.get("/")
    assert [contact.author for contact in page.context["last_logged"]] == [liaison]
    assert "Call with Amina Haddad" in page.text


def test_the_number_of_queries_does_not_grow(client, liaison, count_queries):
    def something_of_each_kind():
        person = PersonFactory(owner=liaison)
        ministry = OrganisationFactory(owner=liaison)
        group = UserGroup.objects.create(name=f"Group {person.pk}", owner=liaison)
        for record in (person, ministry, group):
            cadence.move(record, due_on=clock.today(), actor=liaison)
        log_contact(liaison, person, organisations=[ministry], groups=[group], substantive=False)
        TaskFactory(assignee=liaison, person=person, organisation=ministry, in_days=0)

    def counted():
        return [count_queries(partial(client.get, address)) for address in ("/", "/due/?owner=all")]

    something_of_each_kind()
    counted()  # what is asked once and remembered
    few = counted()
    for _n in range(9):
        something_of_each_kind()

    assert all(now <= before for now, before in zip(counted(), few, strict=True))


def test_a_manager_sees_how_the_office_keeps_in_touch(manager, liaison, signed_in):
    owned(Organisation, liaison, "Ministry of Health", -11)
    owned(Organisation, liaison, "Ministry of Labour", 20)
    OrganisationFactory(name="Without rhythm", owner=liaison)
    OrganisationFactory(name="Without owner")
    OrganisationFactory(name="This office", is_this_office=True, owner=liaison)
    TaskFactory(assignee=liaison, in_days=-1)
    TaskFactory(assignee=liaison, in_days=9)

    page = signed_in(manager).get("/")

    within = page.context["within"]
    assert (within.part, within.whole) == (1, 2)
    assert "50%" in page.text
    lines = [
        (str(o.user), o.organisations, o.rhythm.part, o.rhythm.whole, o.owed, o.late) for o in page.context["owners"]
    ]
    assert lines == [("Nadia Rahmani", 3, 1, 2, 2, 1), ("None", 1, 0, 0, 0, 0)]
    assert '<th scope="row">All</th><td data-l="Organisations" class="r">4</td>' in tight(page)
    assert page.context["in_all"].rhythm == within


def test_a_share_of_nothing_is_not_a_number(manager, signed_in):
    assert "n/a" in signed_in(manager).get("/").text


def test_a_ministry_expert_has_no_part_in_it(expert, signed_in):
    client = signed_in(expert)
    assert client.get("/due/").status_code == 403
    assert client.get("/").status_code in (302, 403)


def test_somebody_without_a_role_is_told_so(make_user, signed_in):
    assert get_user_model().objects.count() == 0
    assert signed_in(make_user()).get("/").status_code in (302, 403)
