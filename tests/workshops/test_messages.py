"""What arrives: read from a real mail server, the calendar entry read back by another library."""

import re
from datetime import UTC, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from nso_contacts.mail import delivery
from tests.factories import PersonFactory, WorkshopFactory, invite, invited
from workshops import calendar_entry
from workshops.actions import attendance as attendance_actions
from workshops.actions import event as event_actions
from workshops.actions import invitation as invitation_actions
from workshops.actions import sending
from workshops.actions.invitation import Answer
from workshops.models import Milestone

pytestmark = pytest.mark.django_db


def unfolded(text):
    """The lines of an iCalendar text (RFC 5545 3.1)."""
    return re.sub(r"\r?\n[ \t]", "", text).splitlines()


def properties(text):
    """The properties of the one VEVENT, by name: (parameters, value). A reader of our own, apart from the writer's."""
    lines, found, inside = unfolded(text), {}, False
    for line in lines:
        if line in ("BEGIN:VEVENT", "END:VEVENT"):
            inside = line.startswith("BEGIN")
        elif inside:
            head, _colon, value = line.partition(":")
            name, *params = head.split(";")
            found[name] = (dict(param.split("=", 1) for param in params), value)
    return found


def method(text):
    return next(line.partition(":")[2] for line in unfolded(text) if line.startswith("METHOD:"))


def moment(text, name):
    """The instant of DTSTART or DTEND, by the zone rules in the file itself, read by dateutil."""
    params, value = properties(text)[name]
    if value.endswith("Z"):
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    block = text[text.index("BEGIN:VTIMEZONE") : text.rindex("END:VTIMEZONE")] + "END:VTIMEZONE\r\n"
    zone = tzical(StringIO(block.replace("\r\n ", ""))).get(params["TZID"])
    return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)


def calendar_of(message):
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return part.get_param("method"), part.get_content()


def text_of(message):
    return message.get_body(("plain",)).get_content()


@pytest.fixture
def arrived(smtp_sink):
    """Send what is due and return what the mail server got since the last time."""

    def messages():
        seen = len(smtp_sink.messages)
        delivery.run()
        return smtp_sink.messages[seen:]

    return messages


def test_an_invitation_arrives_with_its_link_its_buttons_and_a_calendar_entry(office, arrived):
    workshop = WorkshopFactory(title="Consumer prices", time_zone="Europe/Paris", organiser__name="Nadia Rahmani")
    invited(workshop, PersonFactory(name="Amina Haddad", email="amina@labour.example"))
    [message] = arrived()

    assert message["To"] == "amina@labour.example"
    assert message["Subject"] == "Invitation: Consumer prices"
    assert message["Reply-To"] == workshop.organiser.email
    text = text_of(message)
    assert "Dear Amina Haddad," in text
    assert "Nadia Rahmani" in text
    assert re.search(r"/i/[\w-]{22}/\?reply=accept", text)
    assert "Paris time" in text
    html = message.get_body(("html",)).get_content()
    assert len(set(re.findall(r'href="([^"]*/i/[\w-]{22}/\?reply=\w+)"', html))) == 3
    kind, entry = calendar_of(message)
    assert kind == method(entry) == "REQUEST"
    found = properties(entry)
    assert found["SEQUENCE"][1] == "0"
    assert str(workshop.uid) in found["UID"][1]
    assert found["ATTENDEE"][0] | {"CN": ""} == {
        "CN": "",
        "PARTSTAT": "NEEDS-ACTION",
        "ROLE": "REQ-PARTICIPANT",
        "RSVP": "TRUE",
    }
    assert found["ATTENDEE"][1].lower() == "mailto:amina@labour.example"
    assert workshop.link not in entry + text


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Paris", (2026, 3, 28)),  # the day before clocks are put forward
        ("Europe/Paris", (2026, 3, 29)),
        ("Europe/Paris", (2026, 10, 24)),
        ("Europe/Paris", (2026, 10, 25)),
        ("America/New_York", (2027, 3, 14)),
        ("Australia/Lord_Howe", (2027, 4, 4)),  # half an hour of daylight saving time
        ("Asia/Kathmandu", (2027, 1, 1)),
        ("Africa/Casablanca", (2027, 2, 20)),  # back to standard time during Ramadan
        ("UTC", (2027, 1, 1)),
    ],
)
def test_the_entry_means_the_same_moment_to_another_reader(office, zone, day):
    start = datetime(*day, 9, 30, tzinfo=ZoneInfo(zone))
    workshop = WorkshopFactory(
        time_zone=zone, start=start, end=start + timedelta(hours=3), day=start.date(), reply_by=start.date()
    )
    entry = calendar_entry.entry(workshop, method="REQUEST", name="A", address="a@b.example").decode()

    assert moment(entry, "DTSTART") == start.astimezone(UTC)
    assert moment(entry, "DTEND") == (start + timedelta(hours=3)).astimezone(UTC)
    assert len(entry) < 4000


def test_the_lines_of_the_entry_are_folded_as_the_standard_says(office):
    title, objectives = "إعادة تصميم مسح القوى العاملة " * 4, "What users need, by region; and when.\nThen lunch. " * 6
    workshop = WorkshopFactory(title=title, objectives=objectives, time_zone="Europe/Paris")
    entry = calendar_entry.entry(workshop, method="REQUEST", name="Nguyễn Thị Lan, Dr", address="lan@edu.example")

    lines = entry.split(b"\r\n")
    assert lines[-1] == b""
    assert not any(b"\n" in line or len(line) > 75 for line in lines)
    for line in lines:
        line.decode()  # no character is cut in two
    text = entry.decode()
    assert properties(text)["SUMMARY"][1] == title.strip() or properties(text)["SUMMARY"][1] == title
    written = properties(text)["DESCRIPTION"][1]
    assert written.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";") == objectives
    assert properties(text)["DTSTART"][0] == {"TZID": "Europe/Paris"}
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert "TZID:Europe/Paris" in unfolded(text)


def test_a_moved_workshop_raises_the_sequence_and_keeps_the_uid(office, arrived):
    workshop = WorkshopFactory(time_zone="Europe/Paris")
    invited(workshop, PersonFactory())
    [first] = arrived()
    workshop.start, workshop.end = workshop.start + timedelta(hours=2), workshop.end + timedelta(hours=2)
    event_actions.change(workshop, actor=workshop.organiser)
    [second] = arrived()
    event_actions.cancel(workshop, reason="The hall is flooded.", actor=workshop.organiser)
    [third] = arrived()

    entries = [calendar_of(message) for message in (first, second, third)]
    assert [kind for kind, _entry in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    found = [properties(entry) for _kind, entry in entries]
    assert [one["SEQUENCE"][1] for one in found] == ["0", "1", "2"]
    assert len({one["UID"][1] for one in found}) == 1
    assert [one["STATUS"][1] for one in found] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert moment(entries[1][1], "DTSTART") == workshop.start
    assert "Where it was" not in text_of(second)
    assert "When it was" in text_of(second)
    assert "The hall is flooded." in text_of(third)
    assert not re.search(r"/i/[\w-]{22}/", text_of(third))


def test_a_place_that_has_changed_is_told_with_the_old_one(office, arrived):
    workshop = WorkshopFactory(room="Room Ibn Khaldun", link="")
    invited(workshop, PersonFactory())
    arrived()
    workshop.room = "Room Averroes"
    event_actions.change(workshop, actor=workshop.organiser)
    [message] = arrived()

    assert "Where: Room Averroes" in text_of(message)
    assert "Where it was: Room Ibn Khaldun" in text_of(message)
    assert "When it was" not in text_of(message)


def test_each_guest_is_written_to_in_their_language(office, arrived):
    office.languages = ["en", "fr", "ar"]
    office.save()
    workshop = WorkshopFactory(title={"en": "Prices", "fr": "Prix", "ar": "الأسعار"}, languages=["en", "fr", "ar"])
    invited(workshop, *(PersonFactory(language=code) for code in ("en", "fr", "ar", "pt")))

    subjects = sorted(message["Subject"].split()[-1] for message in arrived())
    assert subjects == sorted(["Prices", "Prices", "Prix", "الأسعار"])


def test_the_joining_link_arrives_in_text_and_calendar_for_those_online(office, arrived):
    workshop = WorkshopFactory()
    [invitation] = invited(workshop, PersonFactory())
    invitation_actions.answer(invitation, Answer("ACCEPTED", "ONLINE"), actor=invitation.person)
    arrived()
    sending.run(workshop.milestones.planned().get(kind=Milestone.Kind.JOINING_LINK), actor=workshop.organiser)
    [message] = arrived()

    assert workshop.link in text_of(message)
    _kind, entry = calendar_of(message)
    assert properties(entry)["URL"][1] == workshop.link
    assert properties(entry)["ATTENDEE"][0]["PARTSTAT"] == "ACCEPTED"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Milestone.Kind.REMINDER, "have not heard from you yet"),
        (Milestone.Kind.LAST_REMINDER, "our last reminder"),
    ],
)
def test_reminders_arrive_with_a_link_of_their_own(office, arrived, kind, words):
    workshop = WorkshopFactory()
    invited(workshop, PersonFactory())
    [first] = arrived()
    sending.run(workshop.milestones.planned().get(kind=kind), actor=workshop.organiser)
    [second] = arrived()

    assert words in text_of(second)
    tokens = [re.search(r"/i/([\w-]{22})/", text_of(message)).group(1) for message in (first, second)]
    assert len(set(tokens)) == 2


def test_after_the_workshop_thanks_notes_and_outcomes_arrive(office, arrived):
    workshop = WorkshopFactory(survey_wanted=False, title="Prices")
    came, _away = invited(workshop, PersonFactory(name="Came Here"), PersonFactory(name="Stayed Away"))
    arrived()
    attendance_actions.record(workshop, {came.person_id: "PRESENT_IN_PERSON"}, actor=workshop.organiser)
    event_actions.mark_held(workshop, actor=workshop.organiser)
    for kind in (Milestone.Kind.THANKS, Milestone.Kind.MISSED):
        sending.run(workshop.milestones.planned().get(kind=kind), actor=workshop.organiser)
    notes = {message["Subject"]: text_of(message) for message in arrived()}
    assert "Dear Came Here" in notes["Thank you for coming: Prices"]
    assert "Dear Stayed Away" in notes["Sorry we missed you: Prices"]
    workshop.refresh_from_db()
    workshop.outcomes = "Three sets agreed."
    event_actions.write_outcomes(workshop, actor=workshop.organiser)
    event_actions.publish_outcomes(workshop, actor=workshop.organiser)

    assert ["Three sets agreed." in text_of(message) for message in arrived()] == [True, True]


def test_a_message_still_waiting_is_dropped_when_its_reason_is_gone(office, arrived):
    """The correction comes after posting and before sending: what is asked while sending decides."""
    workshop = WorkshopFactory()
    [invitation] = invited(workshop, PersonFactory())
    arrived()
    event_actions.mark_held(workshop, actor=workshop.organiser)
    sending.run(workshop.milestones.planned().get(kind=Milestone.Kind.MISSED), actor=workshop.organiser)
    attendance_actions.record(workshop, {invitation.person_id: "PRESENT_ONLINE"}, actor=workshop.organiser)

    assert arrived() == []


def test_a_postponed_workshop_leaves_the_calendar_and_comes_back(office, arrived):
    workshop = WorkshopFactory()
    invited(workshop, PersonFactory())
    arrived()
    event_actions.postpone(workshop, reason="Elections.", actor=workshop.organiser)
    [off] = arrived()
    later = event_actions.Moment(workshop.start + timedelta(days=60), workshop.end + timedelta(days=60), "UTC")
    event_actions.set_new_day(workshop, later, actor=workshop.organiser)
    [on] = arrived()

    assert [calendar_of(one)[0] for one in (off, on)] == ["CANCEL", "REQUEST"]
    assert [properties(calendar_of(one)[1])["SEQUENCE"][1] for one in (off, on)] == ["1", "2"]
    assert on["Subject"].startswith("New day:")
    assert "Tell us again whether you can come" in text_of(on)


def test_no_stored_message_holds_a_link_that_answers(office, arrived, client):
    from nso_contacts.mail.models import Message

    workshop = WorkshopFactory()
    invited(workshop, PersonFactory())
    arrived()
    [stored] = Message.objects.all()

    assert not re.search(r"/i/[\w-]{22}/", stored.text + stored.html)
    assert stored.attached == ["invitation.ics"]


def test_a_guest_without_an_address_is_not_written_to_but_stays_on_the_list(office, arrived):
    workshop = WorkshopFactory()
    invite(workshop, PersonFactory(email=""), PersonFactory())
    sending.send_invitations(workshop, actor=workshop.organiser)

    assert len(arrived()) == 1
    assert workshop.invitations.chosen().count() == 1


def test_a_clock_time_is_written_as_on_the_clock_of_the_place(office, arrived):
    office.time_zone = "America/New_York"
    office.save()
    workshop = WorkshopFactory(time_zone="Asia/Kathmandu", begins=time(9, 30), ends=time(12, 0))
    invited(workshop, PersonFactory())
    [message] = arrived()

    assert "09:30–12:00, Kathmandu time (UTC+5:45)" in text_of(message)
