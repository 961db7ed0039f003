"""The calendar: what the office has on each day, whose it is, and the days it is closed."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import chain

import pytest
from django.utils import timezone

from feedback.actions import request as requests
from feedback.models import DataRequest
from nso_contacts.office import clock
from nso_contacts.office.models import Holiday, Office
from stakeholders import month
from stakeholders.actions import cadence
from stakeholders.models import Organisation, Task
from tests.factories import OrganisationFactory, PersonFactory, TaskFactory, WorkshopFactory, log_contact

URL = "/calendar/"


# The weeks of a month ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("working", "begins"),
    [
        ([0, 1, 2, 3, 4], 0),  # Monday to Friday
        ([6, 0, 1, 2, 3], 6),  # Sunday to Thursday
        ([5, 6, 0, 1, 2], 5),  # Saturday to Wednesday
        ([5, 6, 0, 1, 2, 3], 5),  # Saturday to Thursday
        ([0, 1, 2, 3, 4, 5], 0),  # Monday to Saturday
        ([0, 1, 3, 4], 0),  # a free Wednesday does not begin a week
        ([0, 1, 2, 3, 4, 5, 6], 0),
        ([], 0),
    ],
)
def test_a_week_begins_after_the_longest_rest(working, begins):
    assert month.week_begins(working) == begins


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("2026-10", date(2026, 10, 1)),
        ("2028-02", date(2028, 2, 1)),
        ("", date(2026, 3, 1)),
        ("2026-13", date(2026, 3, 1)),
        ("0001-01", date(2026, 3, 1)),
        ("9999-12", date(2026, 3, 1)),
        ("2026-10-05", date(2026, 3, 1)),
    ],
)
def test_the_month_is_read_from_the_address(written, first):
    assert month.first_of(written, date(2026, 3, 31)) == first


def test_a_month_knows_its_neighbours_and_its_weeks():
    december = month.Month(date(2026, 12, 1), begins=6)

    assert (december.before, december.after, december.last) == (date(2026, 11, 1), date(2027, 1, 1), date(2026, 12, 31))
    assert december.weeks[0][0] == date(2026, 11, 29)
    assert {len(week) for week in december.weeks} == {7}


# The page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def client(liaison, signed_in):
    return signed_in(liaison)


def shown(page):
    """(day of the month, titles) of each day with entries."""
    listed = (
        page.context["days"] if page.context["view"] == "list" else list(chain.from_iterable(page.context["weeks"]))
    )
    return [(day.date, [str(event.title) for event in day.events]) for day in listed if day.events]


def workshop_on(day, **fields):
    return WorkshopFactory(day=day, **fields)


def far(day=15):
    """A day in a month to come, and the month as the address writes it."""
    first = (clock.today().replace(day=1) + timedelta(days=100)).replace(day=1)
    found = first.replace(day=day)
    return found, f"{found:%Y-%m}"


def test_mine_and_everybodys(client, liaison, statistician):
    day, written = far()
    workshop_on(day, title="My workshop", organiser=liaison)
    workshop_on(day, title="Led by me", organiser=statistician, facilitator=liaison)
    workshop_on(day, title="Of somebody else", organiser=statistician)
    TaskFactory(assignee=liaison, due_on=day, title="Mine", kind=Task.Kind.OTHER)
    TaskFactory(assignee=liaison, due_on=day, title="Owed to me", kind=Task.Kind.OTHER, owed_by=Task.OwedBy.THEM)
    TaskFactory(assignee=statistician, due_on=day, title="Theirs", kind=Task.Kind.OTHER)
    TaskFactory(assignee=liaison, due_on=day, title="Done", kind=Task.Kind.OTHER, done_at=timezone.now())

    mine = shown(client.get(URL, {"month": written}))
    everybodys = shown(client.get(URL, {"month": written, "whose": "all"}))

    assert mine == [(day, ["Mine", "Owed to me", "Led by me", "My workshop"])]
    assert everybodys == [(day, ["Mine", "Owed to me", "Theirs", "Led by me", "My workshop", "Of somebody else"])]


def test_every_entry_opens_its_record(client, liaison):
    day, written = far()
    task = TaskFactory(assignee=liaison, due_on=day)
    event = workshop_on(day, organiser=liaison)

    for view in ("month", "list"):
        page = client.get(URL, {"month": written, "view": view}).text
        assert f'href="{task.get_absolute_url()}"' in page
        assert f'href="{event.get_absolute_url()}"' in page


def test_contacts_due_are_a_number_that_leads_to_them(client, liaison, statistician):
    day, written = far()
    for owner, number in ((liaison, 2), (statistician, 1)):
        for _n in range(number):
            record = OrganisationFactory(owner=owner, cadence_days=90)
            cadence.move(record, due_on=day, actor=owner)
    person = PersonFactory(owner=liaison)
    cadence.move(person, due_on=day, actor=liaison)
    TaskFactory(assignee=liaison, due_on=day)
    left = OrganisationFactory(owner=liaison, cadence_days=90, name="Archived")
    cadence.move(left, due_on=day, actor=liaison)
    Organisation.objects.filter(pk=left.pk).update(archived_at=timezone.now())

    for whose, number in (("mine", 3), ("all", 4)):
        page = client.get(URL, {"month": written, "whose": whose})
        (address,) = re.findall(r'href="(/due/[^"]+)"', page.text)
        due = client.get(address.replace("&amp;", "&"))
        assert f"{number} contacts due" in page.text
        assert due.context["page"].paginator.count == number
        assert {row.kind for row in due.context["dues"]} == {"organisation", "person"}
    assert client.get("/due/?contacts_on=2026-02-30").status_code == 200


def test_answers_due_stand_on_their_day(client, liaison, statistician):
    day, written = far()
    for subject, assignee in (("Mine", liaison), ("Theirs", statistician)):
        request = DataRequest(subject=subject, requester=PersonFactory(), assignee=assignee)
        requests.submit(request, actor=liaison)
        DataRequest.objects.filter(pk=request.pk).update(due_on=day)

    assert shown(client.get(URL, {"month": written})) == [(day, ["Answer: Mine"])]
    assert shown(client.get(URL, {"month": written, "whose": "all"})) == [(day, ["Answer: Mine", "Answer: Theirs"])]


def test_a_task_from_a_contact_one_may_not_see_stays_hidden(client, liaison, statistician, signed_in):
    day, written = far()
    secret = log_contact(statistician, PersonFactory(), restricted=True)
    TaskFactory(assignee=statistician, due_on=day, interaction=secret, title="Secret", kind=Task.Kind.OTHER)

    assert shown(client.get(URL, {"month": written, "whose": "all"})) == []
    assert shown(signed_in(statistician).get(URL, {"month": written, "whose": "all"})) == [(day, ["Secret"])]


def test_what_lasts_longer_stands_on_each_of_its_days(client, liaison):
    day, written = far()
    start = datetime.combine(day, time(9), UTC)
    workshop_on(day, organiser=liaison, title="Three days", start=start, end=start + timedelta(days=2, hours=8))

    assert [found for found, _titles in shown(client.get(URL, {"month": written}))] == [
        day,
        day + timedelta(days=1),
        day + timedelta(days=2),
    ]


def test_holidays_and_days_off_are_marked_and_the_week_is_the_offices(client, liaison):
    Office.objects.update(working_weekdays=[6, 0, 1, 2, 3])
    day, written = far()
    Holiday.objects.create(date=day, name="Independence Day")

    page = client.get(URL, {"month": written})

    days = list(chain.from_iterable(page.context["weeks"]))
    assert days[0].date.weekday() == 6
    assert {found.date.weekday() for found in days if not found.is_working and not found.holiday} == {4, 5}
    assert [(found.date, found.is_working) for found in days if found.holiday] == [(day, False)]
    assert "Independence Day" in page.text
    assert "Independence Day" in client.get(URL, {"month": written, "view": "list"}).text


def test_many_entries_of_a_day_lead_to_all_of_them(client, liaison):
    day, written = far()
    for number in range(6):
        TaskFactory(assignee=liaison, due_on=day, title=f"Task {number}", kind=Task.Kind.OTHER)

    page = client.get(URL, {"month": written})
    (more,) = re.findall(rf'href="([^"]+#d-{day})"', page.text)

    assert page.text.count('href="/tasks/') - page.text.count('href="/tasks/"') == 4
    assert "All 6" in page.text
    listed = client.get(more.replace("&amp;", "&").partition("#")[0])
    assert f'id="d-{day}"' in listed.text
    assert shown(listed) == [(day, [f"Task {number}" for number in range(6)])]


def test_the_state_stands_in_the_address_and_nonsense_is_left_out(client):
    page = client.get(URL, {"month": "2035-12", "view": "list", "whose": "all"})
    assert page.context["before_url"] == "/calendar/?month=2035-11&view=list&whose=all"
    assert page.context["after_url"] == "/calendar/?month=2036-01&view=list&whose=all"
    assert page.context["today_url"] == "/calendar/?view=list&whose=all"
    assert "December 2035" in page.text

    odd = client.get(URL, {"month": "2026-99", "view": "year", "whose": "nobody"})
    assert (odd.context["view"], odd.context["whose"]) == ("month", "mine")
    assert odd.context["month"].first == clock.today().replace(day=1)


def test_an_empty_month_says_so(client):
    assert "Nothing is planned in this month" in client.get(URL, {"month": "2031-05", "view": "list"}).text
    assert "Nothing is planned in this month" in client.get(URL, {"month": "2031-05"}).text


def test_the_number_of_queries_is_the_same_for_1_and_30_of_each_kind(client, liaison, count_queries):
    day, written = far()

    def one_of_each_kind(number):
        TaskFactory(assignee=liaison, due_on=day, person=PersonFactory())
        record = OrganisationFactory(owner=liaison, cadence_days=90)
        cadence.move(record, due_on=day, actor=liaison)
        workshop_on(day + timedelta(days=number % 7), organiser=liaison)
        request = DataRequest(subject="Births", requester=PersonFactory(), assignee=liaison)
        requests.submit(request, actor=liaison)
        DataRequest.objects.filter(pk=request.pk).update(due_on=day)

    def counted():
        wanted = [{"month": written, "view": view, "whose": "all"} for view in ("month", "list")]
        return [count_queries(partial(client.get, URL, query)) for query in wanted]

    one_of_each_kind(0)
    counted()  # what is asked once and remembered
    few = counted()
    for number in range(1, 30):
        one_of_each_kind(number)

    assert counted() == few


def test_a_source_that_holds_more_than_it_shows_says_so(client, liaison, monkeypatch):
    monkeypatch.setattr("stakeholders.agenda.MOST", 2)
    day, written = far()
    for _n in range(3):
        TaskFactory(assignee=liaison, due_on=day)

    page = client.get(URL, {"month": written})

    assert len(shown(page)[0][1]) == 2
    assert "Only the first 2 entries of these are shown: Tasks." in " ".join(page.text.split())


def test_today_on_my_work_keeps_to_calls_visits_and_workshops(client, liaison):
    today = clock.today()
    TaskFactory(assignee=liaison, due_on=today, kind=Task.Kind.VISIT, title="Central Bank")
    TaskFactory(assignee=liaison, due_on=today, kind=Task.Kind.REPLY, title="A reply")
    cadence.move(OrganisationFactory(owner=liaison), due_on=today, actor=liaison)

    assert [event.title for event in client.get("/").context["events"]] == ["Visit: Central Bank"]


def test_the_calendar_stands_in_the_side_bar(client):
    page = client.get(URL)

    work = page.context["shell"].sections[0]
    assert [str(place.title) for place in work.places] == ["My work", "Contact log", "Tasks", "Calendar"]
    assert [str(place.title) for place in work.places if place.current] == ["Calendar"]


def test_a_ministry_expert_has_no_part_in_it(expert, signed_in):
    assert signed_in(expert).get(URL).status_code == 403
