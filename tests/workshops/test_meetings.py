"""Meetings: called with their members, counted by seat, decided only with a quorum, remembered on the body's page."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from nso_contacts.files.models import StoredFile
from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message
from nso_contacts.office import clock
from stakeholders import agenda
from stakeholders.models import Committee, SeatHolder, Task, UserGroup
from tests.factories import PersonFactory, WorkshopFactory, meeting, seat
from workshops import quorum
from workshops.actions import attendance as attendance_actions
from workshops.actions import event as event_actions
from workshops.actions import invitation as invitation_actions
from workshops.actions import meeting as actions
from workshops.actions import sending
from workshops.actions.invitation import Answer
from workshops.actions.people import NewColleague
from workshops.models import Event, Milestone

pytestmark = pytest.mark.django_db
NAMES = ("Yusuf Al-Khatib", "Leonor Prado", "Rashid Karimov", "Samuel Okoro")


@pytest.fixture
def committee(office):
    """Five voting seats, one of them vacant with an alternate, and an observer; 50 % make a quorum: three."""
    found = Committee.objects.create(name="Committee on labour statistics", quorum_percent=50)
    for name in NAMES:
        seat(found, PersonFactory(name=name))
    seat(found, None, PersonFactory(name="Amina Haddad"))
    seat(found, PersonFactory(name="Ana Lindqvist"), is_voting=False, role="OBSERVER")
    return found


@pytest.fixture
def called(committee, liaison):
    """A meeting whose invitations are out."""
    event = meeting(committee, organiser=liaison)
    sending.send_invitations(event, actor=liaison)
    event.refresh_from_db()
    return event


def person(event, name):
    return event.invitations.get(person__name=name).person


def tick(event, *names, state="PRESENT_IN_PERSON"):
    attendance_actions.record(event, {person(event, name).pk: state for name in names}, actor=event.organiser)


def held(event, *names):
    tick(event, *names)
    return event_actions.mark_held(event, actor=event.organiser)


def test_calling_a_meeting_from_its_committee_puts_the_holders_on_the_list(client, committee, liaison):
    client.force_login(liaison)
    page = client.get(committee.get_absolute_url()).content.decode()
    address = f"{reverse('workshops:meeting_new')}?committee={committee.pk}"
    assert address in page
    form = client.get(address).context["form"]
    assert form.initial["title_en"] == "Committee on labour statistics: meeting 1"
    day = clock.today() + timedelta(days=60)
    sent = {
        "title_en": "First meeting",
        "day": day.isoformat(),
        "begins": "10:00",
        "ends": "12:30",
        "time_zone": "UTC",
        "room": "Room 1",
        "languages": ["en"],
        "organiser": liaison.pk,
    }
    response = client.post(address, sent)
    event = Event.objects.get()
    assert response["Location"] == reverse("workshops:invitations", args=[event.pk])
    assert (event.kind, event.committee, event.survey_wanted) == ("COMMITTEE_MEETING", committee, False)
    # Amina Haddad is an alternate of a seat without a principal.
    chosen = event.invitations.values_list("person__name", "source").order_by("person__name")
    assert [*chosen] == [(name, "COMMITTEE") for name in sorted([*NAMES, "Amina Haddad", "Ana Lindqvist"])]
    assert not Message.objects.exists()


def test_an_alternate_stays_at_home_while_the_principal_holds_the_seat(committee, liaison):
    taken = committee.seats.filter(is_voting=True).first()
    SeatHolder.objects.create(seat=taken, person=PersonFactory(name="Paula Nunes"), position="ALTERNATE")
    ended = SeatHolder.objects.get(person__name="Samuel Okoro")
    SeatHolder.objects.filter(pk=ended.pk).update(valid_to=clock.today())
    names = meeting(committee, organiser=liaison).invitations.values_list("person__name", flat=True)
    assert "Paula Nunes" not in names
    assert "Samuel Okoro" not in names


def test_a_group_meets_with_its_members_of_that_day(client, liaison, office):
    group = UserGroup.objects.create(name="Users of labour statistics")
    group.memberships.create(person=PersonFactory(name="Chiara Bellini"))
    group.memberships.create(person=PersonFactory(name="Gone"), valid_to=clock.today() - timedelta(days=1))
    event = meeting(group, organiser=liaison)
    assert [*event.invitations.values_list("person__name", "source")] == [("Chiara Bellini", "GROUP")]
    client.force_login(liaison)
    page = client.get(group.get_absolute_url()).content.decode()
    assert event.get_absolute_url() in page
    assert f"?group={group.pk}" in page
    assert "Survey" not in client.get(event.get_absolute_url()).content.decode().split("<main", 1)[1]


def test_the_quorum_counts_voting_seats_whoever_fills_them(called):
    invitation = called.invitations.get(person__name="Rashid Karimov")
    colleague = NewColleague("Peter Achebe", "peter@economy.example")
    invitation_actions.answer(invitation, Answer("DELEGATED", colleague=colleague), actor=invitation.person)
    tick(called, "Yusuf Al-Khatib", "Ana Lindqvist")
    tick(called, "Leonor Prado", state="ABSENT")
    assert quorum.read(called).sentence == "Not quorate yet: 1 of 5 voting seats, 3 needed"
    tick(called, "Peter Achebe", "Amina Haddad")
    seats = quorum.read(called)
    assert seats.sentence == "Quorate: 3 of 5 voting seats, 3 needed"
    states = {place.holder.name if place.holder else "": (place.state, str(place.by or "")) for place in seats.places}
    assert states == {
        "Yusuf Al-Khatib": ("here", "Yusuf Al-Khatib"),
        "Leonor Prado": ("absent", ""),
        "Rashid Karimov": ("represented", "Peter Achebe"),
        "Samuel Okoro": ("", ""),
        "": ("represented", "Amina Haddad"),
        "Ana Lindqvist": ("here", "Ana Lindqvist"),
    }


def test_before_the_meeting_the_expected_seats_are_counted(called):
    for name in ("Yusuf Al-Khatib", "Ana Lindqvist"):
        invitation = called.invitations.get(person__name=name)
        invitation_actions.answer(invitation, Answer("ACCEPTED", joins="ROOM"), actor=invitation.person)
    assert quorum.read(called).sentence == "Expected: 1 of 5 voting seats, 3 needed"


def test_the_rule_of_the_day_stays_when_the_committee_changes_later(called, committee):
    held(called, *NAMES[:3])
    seat(committee, PersonFactory())
    Committee.objects.filter(pk=committee.pk).update(quorum_percent=100)
    called.refresh_from_db()
    assert (called.voting_seats, called.quorum_needed) == (5, 3)
    assert quorum.read(called).is_quorate


@pytest.mark.parametrize(("percent", "voting", "needed"), [(50, 9, 5), (50, 10, 5), (67, 9, 7), (100, 3, 3), (1, 9, 1)])
def test_a_quorum_is_rounded_up(percent, voting, needed):
    assert quorum.needed(Committee(quorum_percent=percent), voting) == needed


def test_without_its_quorum_a_committee_decides_nothing(client, called, liaison):
    with pytest.raises(ValidationError, match="mark the meeting as held first"):
        actions.decide(called, "Publish earlier", actor=liaison)
    held(called, *NAMES[:2])
    client.force_login(liaison)
    response = client.post(reverse("workshops:decision_new", args=[called.pk]), {"text": "Publish earlier"})
    assert response.status_code == 422
    assert "Not quorate: 2 of 5 voting seats, 3 needed" in response.content.decode()
    assert not called.decisions.exists()
    page = client.get(called.get_absolute_url(), {"tab": "decisions"}).content.decode()
    assert "Without its quorum the committee may discuss, not decide." in page


def test_coming_back_to_the_form_does_not_record_a_decision_twice(client, called, liaison):
    held(called, *NAMES[:3])
    client.force_login(liaison)
    url = reverse("workshops:decision_new", args=[called.pk])

    answers = [client.post(url, {"text": text}) for text in ("Publish earlier", "Publish earlier ")]

    assert [answer.status_code for answer in answers] == [302, 422]
    assert "This decision is recorded already, as number 1." in answers[1].content.decode()
    assert called.decisions.count() == 1


def test_decisions_and_actions_stand_on_the_page_of_the_committee_and_in_tasks(client, called, committee, liaison):
    held(called, *NAMES[:3])
    client.force_login(liaison)
    for text in ("Publish earlier", "Yearly module"):
        assert client.post(reverse("workshops:decision_new", args=[called.pk]), {"text": text}).status_code == 302
    assert [*called.decisions.values_list("number", "text")] == [(1, "Publish earlier"), (2, "Yearly module")]
    due = clock.today() + timedelta(days=10)
    outside = person(called, "Yusuf Al-Khatib")
    sent = {
        "title": "Send the code list",
        "due_on": due.isoformat(),
        "assignee": liaison.pk,
        "person": outside.pk,
    }
    assert client.post(reverse("workshops:action_new", args=[called.pk]), sent).status_code == 302
    task = Task.objects.get(title="Send the code list")
    assert (task.assignee, task.due_on, task.owed_by, task.action_item.event) == (liaison, due, "THEM", called)
    assert "Send the code list" in client.get(reverse("stakeholders:task_list")).content.decode()
    page = client.get(committee.get_absolute_url()).content.decode()
    for words in ("Actions from earlier meetings", "Send the code list", "Last decisions", "Yearly module"):
        assert words in page
    client.post(reverse("stakeholders:task_done", args=[task.pk]))
    assert "Send the code list" not in client.get(committee.get_absolute_url()).content.decode()
    tab = client.get(committee.get_absolute_url(), {"tab": "meetings"}).content.decode()
    assert "2 decisions" in tab
    assert "Attendance by seat" in tab


def test_papers_go_with_the_agenda_and_minutes_with_the_decisions(client, called, liaison, smtp_sink):
    client.force_login(liaison)
    upload = SimpleUploadedFile("agenda paper.txt", b"What is proposed")
    address = reverse("workshops:papers", args=[called.pk])
    assert client.post(address, {"kind": "PAPER", "uploads": [upload]}).status_code == 302
    page = client.get(called.get_absolute_url(), {"tab": "papers"}).content.decode()
    assert "agenda paper.txt" in page
    assert b"".join(client.get(StoredFile.objects.get().get_absolute_url()).streaming_content) == b"What is proposed"
    invitation = called.invitations.get(person__name="Leonor Prado")
    invitation_actions.answer(invitation, Answer("DECLINED"), actor=invitation.person)
    delivery.run()
    seen = len(smtp_sink.messages)
    sending.run(called.milestones.get(kind=Milestone.Kind.CONFIRMATION), actor=liaison)
    delivery.run()
    arrived = smtp_sink.messages[seen:]
    # Everybody who has not declined, also those who said nothing.
    assert len(arrived) == called.invitations.count() - 1
    assert {"agenda paper.txt", "invitation.ics"} <= {part.get_filename() for part in arrived[0].walk()}
    assert arrived[0]["Subject"].startswith("Agenda and papers")

    called.refresh_from_db()
    held(called, *NAMES[:3])
    actions.decide(called, "Publish earlier", actor=liaison)
    actions.add_papers(called, [SimpleUploadedFile("minutes.txt", b"Minutes")], kind="MINUTES", actor=liaison)
    called.refresh_from_db()
    called.outcomes = "The committee met."
    event_actions.write_outcomes(called, actor=liaison)
    event_actions.publish_outcomes(called, actor=liaison)
    seen = len(smtp_sink.messages)
    delivery.run()
    message = smtp_sink.messages[seen]
    assert message["Subject"].startswith("Minutes: ")
    assert "Decision 1: Publish earlier" in message.get_body(("plain",)).get_content()
    assert [part.get_filename() for part in message.walk() if part.get_filename()] == ["minutes.txt"]
    with pytest.raises(ValidationError, match="stay as they are"):
        actions.decide(called, "Too late", actor=liaison)


def test_no_message_about_a_meeting_calls_it_a_workshop(called, liaison, smtp_sink):
    for kind in (Milestone.Kind.REMINDER, Milestone.Kind.LAST_REMINDER, Milestone.Kind.CONFIRMATION):
        sending.run(called.milestones.get(kind=kind), actor=liaison)
    delivery.run()
    called.refresh_from_db()
    called.room = "Room 2"
    event_actions.change(called, actor=liaison)
    delivery.run()
    event_actions.postpone(called, reason="The budget.", actor=liaison)
    delivery.run()
    event_actions.cancel(called, reason="The budget.", actor=liaison)
    delivery.run()
    assert {message.purpose for message in Message.objects.filter(state="sent")} == {
        "workshops.invitation",
        "workshops.reminder",
        "workshops.last_reminder",
        "workshops.confirmation",
        "workshops.changed",
        "workshops.postponed",
        "workshops.cancelled",
    }
    for message in Message.objects.filter(state="sent"):
        assert "workshop" not in f"{message.subject_line} {message.text}".lower()


def test_no_refusal_about_a_meeting_calls_it_a_workshop(committee, liaison):
    planned, past = meeting(committee, organiser=liaison), meeting(committee, organiser=liaison)
    sending.send_invitations(past, actor=liaison)
    event_actions.mark_held(past, actor=liaison)
    past.refresh_from_db()
    past.room = "Room 2"
    later = event_actions.Moment(past.start + timedelta(days=1), past.end + timedelta(days=1), "UTC")
    for refused in (
        lambda: event_actions.postpone(planned, reason="The budget.", actor=liaison),
        lambda: event_actions.set_new_day(planned, later, actor=liaison),
        lambda: event_actions.mark_held(planned, actor=liaison),
        lambda: event_actions.cancel(past, reason="The budget.", actor=liaison),
        lambda: event_actions.change(past, actor=liaison),
        lambda: sending.send_invitations(past, actor=liaison),
        lambda: invitation_actions.choose(past, [PersonFactory()], source="PERSON", actor=liaison),
        lambda: event_actions.publish_outcomes(planned, actor=liaison),
    ):
        with pytest.raises(ValidationError) as refusal:
            refused()
        assert "workshop" not in " ".join(refusal.value.messages).lower()


def test_a_meeting_has_its_address_among_the_meetings(client, called, liaison):
    client.force_login(liaison)
    assert client.get(f"/workshops/{called.pk}/?tab=papers")["Location"] == f"/meetings/{called.pk}/?tab=papers"
    workshop = WorkshopFactory(organiser=liaison)
    assert client.get(f"/meetings/{workshop.pk}/")["Location"] == f"/workshops/{workshop.pk}/"
    assert client.get(reverse("workshops:papers", args=[workshop.pk])).status_code == 404
    lists = [client.get(reverse(name)).content.decode() for name in ("workshops:list", "workshops:meeting_list")]
    assert [called.get_absolute_url() in page for page in lists] == [False, True]
    assert called.get_absolute_url() in client.get("/search/", {"q": "labour statistics"}).content.decode()


def test_the_list_of_meetings_is_filtered_and_exported(client, called, liaison):
    group = UserGroup.objects.create(name="Users of prices")
    meeting(group, organiser=liaison)
    client.force_login(liaison)

    def rows(**query):
        export = client.get(reverse("workshops:meeting_list"), {"format": "csv", **query})
        return len(b"".join(export.streaming_content).decode().splitlines()) - 1

    assert (rows(), rows(body="committees"), rows(body="groups")) == (2, 1, 1)
    assert rows(actions="open") == 0
    task = Task(assignee=liaison, title="Send", due_on=clock.today())
    actions.undertake(called, task, actor=liaison)
    assert rows(actions="open") == 1


def test_the_next_meeting_stands_on_the_page_and_in_the_calendar(client, called, committee, liaison):
    client.force_login(liaison)
    called.sessions.create(title="Informal employment", purpose="DECISION")
    page = client.get(committee.get_absolute_url()).content.decode()
    for words in ("Next meeting", "Informal employment: for decision", "of 5 voting seats"):
        assert words in page
    found = agenda.events(liaison, called.day, called.day)
    assert [event.url for event in found if event.icon == "calendar-event"] == [called.get_absolute_url()]


def test_the_number_of_queries_does_not_grow_with_the_meetings(
    client, committee, liaison, django_assert_max_num_queries
):
    client.force_login(liaison)
    pages = [reverse("workshops:meeting_list"), f"{committee.get_absolute_url()}?tab=meetings"]
    for page in pages:
        client.get(page)  # what is remembered between pages is asked for once
    seen = []
    for number in (1, 29):
        for _ in range(number):
            event = meeting(committee, organiser=liaison)
            Event.objects.filter(pk=event.pk).update(status="INVITING", invited_at=timezone.now())
            Event.objects.filter(pk=event.pk).update(status="HELD", held_at=timezone.now())
        counted = []
        for page in pages:
            with django_assert_max_num_queries(60) as queries:
                assert client.get(page).status_code == 200
            counted.append(len(queries))
        seen.append(counted)
    assert seen[0] == seen[1]


def test_axe_finds_nothing_on_the_pages_of_meetings(page, called, committee, liaison, sign_in, axe):
    sign_in(page, liaison)
    held(called, "Yusuf Al-Khatib", "Leonor Prado", "Rashid Karimov")
    decision = actions.decide(called, "Publish monthly.", actor=liaison)
    own = called.get_absolute_url()
    for address in (
        "/meetings/",
        f"/meetings/new/?committee={committee.pk}",
        own,
        f"{own}papers/",
        f"{own}decisions/{decision.pk}/",
        f"{own}actions/new/",
    ):
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 900})
            if width == 1440:
                assert page.goto(address).status == 200
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{address} at {width}"
