"""The clocks of the office are put forward or back: what was promised for nine o'clock comes at nine, once."""

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from dateutil.tz import tzical
from icalendar import Calendar

from feedback.actions import request as request_actions
from feedback.models import DataRequest
from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message
from tests.factories import OrganisationFactory, PersonFactory, WorkshopFactory, invited
from workshops import calendar_entry, tasks

pytestmark = pytest.mark.django_db

# The Sunday of the change, and the difference from UTC in hours before and after it.
CHANGES = [
    pytest.param("Europe/Paris", date(2026, 10, 25), 2, 1, id="Paris back"),
    pytest.param("Europe/Paris", date(2027, 3, 28), 1, 2, id="Paris forward"),
    pytest.param("America/New_York", date(2026, 11, 1), -4, -5, id="New York back"),
    pytest.param("America/New_York", date(2027, 3, 14), -5, -4, id="New York forward"),
]
change = pytest.mark.parametrize(("zone", "sunday", "before", "after"), CHANGES)


def at(day, clock, offset):
    """The instant at which clocks that far from UTC show that time."""
    return datetime.combine(day, clock, tzinfo=UTC) - timedelta(hours=offset)


@pytest.fixture
def office_in(office):
    def move(zone):
        office.time_zone = zone
        office.save()

    return move


@change
def test_a_reminder_goes_out_at_nine_on_the_day_after_once(office_in, mailoutbox, zone, sunday, before, after):
    office_in(zone)
    monday = sunday + timedelta(days=1)
    with time_machine.travel(at(sunday - timedelta(days=5), time(10), before), tick=False) as clock:
        workshop = WorkshopFactory(day=monday + timedelta(days=21), time_zone=zone)
        invited(workshop, PersonFactory())
        delivery.run()
        reminders = Message.objects.of("workshops.reminder")
        quarter = timedelta(minutes=15)
        nine = at(monday, time(9), after)
        clock.move_to(at(sunday, time(0), before))
        while (moment := datetime.now(UTC)) < nine:
            tasks.tick()
            delivery.run()
            assert not reminders.exists(), moment
            clock.shift(quarter)
        for _tick in range(8):
            tasks.tick()
            delivery.run()
            clock.shift(quarter)

        assert [message.sent_at for message in reminders] == [nine]
        assert len(mailoutbox) == 2


@change
@pytest.mark.parametrize(("clock", "counts_today"), [(time(15, 59), True), (time(16, 1), False)])
def test_the_clock_of_a_request_counts_the_days_of_the_office(
    office_in, expert, zone, sunday, before, after, clock, counts_today
):
    office_in(zone)
    labour = OrganisationFactory()
    amina = PersonFactory(organisation=labour, user=expert)
    due = []
    for day, offset in ((sunday - timedelta(days=2), before), (sunday + timedelta(days=1), after)):
        with time_machine.travel(at(day, clock, offset), tick=False):
            request = DataRequest(requester=amina, organisation=labour, subject="Wages", purpose="Planning")
            due.append(request_actions.submit(request, actor=expert).due_on)

    # Seven working days after the day of receipt: nine days on from a Friday is the Sunday between, so eleven.
    friday, monday = sunday - timedelta(days=2), sunday + timedelta(days=1)
    assert due == (
        [friday + timedelta(days=11), monday + timedelta(days=9)]
        if counts_today
        else [monday + timedelta(days=9), monday + timedelta(days=10)]
    )


@change
def test_a_calendar_entry_across_the_change_keeps_both_instants(office, zone, sunday, before, after):
    begins, ends = at(sunday, time(0, 30), before), at(sunday, time(5), after)
    event = WorkshopFactory(start=begins, end=ends, time_zone=zone)

    text = calendar_entry.entry(event, method="REQUEST", name="Amina", address="a@labour.example").decode()

    block = text[text.index("BEGIN:VTIMEZONE") : text.rindex("END:VTIMEZONE")] + "END:VTIMEZONE\r\n"
    rules = tzical(StringIO(block.replace("\r\n ", ""))).get(zone)
    (entry,) = Calendar.from_ical(text).walk("VEVENT")
    told = [entry[name].dt.replace(tzinfo=rules).astimezone(UTC) for name in ("dtstart", "dtend")]
    assert told == [begins, ends]
    assert ends - begins == timedelta(hours=4.5 + before - after)
    assert ZoneInfo(zone).utcoffset(datetime.combine(sunday, time(12))) == timedelta(hours=after)
