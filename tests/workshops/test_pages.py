"""Pages of workshops through the client: planning, inviting, sending, attendance, and who may reach them."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nso_contacts.mail.models import Message
from tests.factories import (
    FocalPointFactory,
    OrganisationFactory,
    PersonFactory,
    WorkshopFactory,
    domain,
    invite,
    invited,
)
from workshops.actions import attendance as attendance_actions
from workshops.actions import event as event_actions
from workshops.models import Attendance, Event, Invitation, Milestone

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


@pytest.fixture
def workshop(liaison):
    return WorkshopFactory(organiser=liaison, in_domains=["1.2"])


def details(**changed):
    """What the form of a workshop is sent with."""
    fields = {
        "title_en": "Consumer prices: new basket",
        "objectives_en": "Agree on the basket.",
        "domains": [],
        "day": "2027-03-10",
        "begins": "09:30",
        "ends": "12:30",
        "last_day": "",
        "time_zone": "Europe/Paris",
        "room": "Room Averroes",
        "address": "",
        "capacity_room": "40",
        "link": "",
        "capacity_online": "",
        "languages": ["en"],
        "reply_by": "",
        "survey_wanted": "on",
    }
    return {**fields, **changed}


def carried(response):
    """The hidden fields that a form carries: its revision, and what it said when it was opened."""
    found = {}
    for name in ("revision", "opened_as"):
        match = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
        found[name] = match.group(1)
    return found


def test_a_planned_workshop_takes_its_hours_on_the_clock_of_the_place(client, liaison):
    response = client.post("/workshops/new/", details(organiser=liaison.pk, domains=[domain().pk]))

    event = Event.objects.get()
    assert response.headers["Location"] == f"/workshops/{event.pk}/invitations/"
    assert event.start.isoformat() == "2027-03-10T08:30:00+00:00"
    assert str(event.title) == "Consumer prices: new basket"
    assert [str(one) for one in event.domains.all()] == [str(domain())]
    assert event.reply_by == date(2027, 2, 24)
    assert event.organiser == liaison
    assert Message.objects.count() == 0


def test_save_as_draft_leads_to_the_workshop(client, liaison):
    response = client.post("/workshops/new/", details(organiser=liaison.pk, draft="1"))
    assert response.headers["Location"] == Event.objects.get().get_absolute_url()


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"title_en": ""}, "title_en", "This field is required"),
        ({"ends": "09:00"}, "ends", "The end must be after the start"),
        ({"day": "2026-03-29", "begins": "02:30"}, "begins", "Clocks are put forward"),
        ({"reply_by": "2027-03-11"}, "reply_by", "cannot be after the day"),
        ({"capacity_online": "60"}, "link", "Enter the link"),
        ({"room": ""}, "room", "Enter the room"),
        ({"languages": []}, "languages", "This field is required"),
        ({"time_zone": "Mars/Base"}, "time_zone", "Select a valid choice"),
    ],
)
def test_a_bad_field_is_said_beside_it_and_everything_typed_stays(client, liaison, changed, field, words):
    response = client.post("/workshops/new/", details(organiser=liaison.pk, **changed))

    assert response.status_code == 422
    assert any(words in error for error in response.context["form"].errors[field])
    assert 'value="Room Averroes"' in response.content.decode() or changed.get("room") == ""
    assert Event.objects.count() == 0


def test_editing_the_zone_keeps_the_hours_on_the_clock(client, liaison):
    client.post("/workshops/new/", details(organiser=liaison.pk))
    event = Event.objects.get()
    page = client.get(f"/workshops/{event.pk}/edit/")
    response = client.post(
        f"/workshops/{event.pk}/edit/",
        details(organiser=liaison.pk, time_zone="Asia/Kathmandu", reply_by="2027-02-24", **carried(page)),
    )

    assert response.status_code == 302, response.context["form"].errors
    event.refresh_from_db()
    assert event.local_start.strftime("%H:%M") == "09:30"
    assert event.start.isoformat() == "2027-03-10T03:45:00+00:00"
    assert event.date_version == 2


def test_the_form_of_a_planned_workshop_says_what_is_stored(client, liaison):
    """Sending the form back as it was opened changes nothing."""
    client.post("/workshops/new/", details(organiser=liaison.pk, domains=[domain().pk]))
    event = Event.objects.get()
    form = client.get(f"/workshops/{event.pk}/edit/").context["form"]
    sent = [pair for pairs in form.present.values() for pair in pairs]
    fields = {}
    for name, value in sent:
        fields.setdefault(name, []).append(value)
    hidden = {"revision": form["revision"].value(), "opened_as": form["opened_as"].value()}
    response = client.post(f"/workshops/{event.pk}/edit/", {**fields, **hidden})

    assert response.status_code == 302, response.context["form"].errors
    after = Event.objects.get()
    assert (after.revision, after.date_version, after.languages) == (event.revision, 1, ["en"])
    assert [str(one) for one in after.domains.all()] == [str(domain())]


def test_a_stale_form_shows_both_versions(client, liaison):
    client.post("/workshops/new/", details(organiser=liaison.pk))
    event = Event.objects.get()
    page = client.get(f"/workshops/{event.pk}/edit/")
    Event.objects.filter(pk=event.pk).update(room="Room Ibn Khaldun")
    response = client.post(
        f"/workshops/{event.pk}/edit/", details(organiser=liaison.pk, room="Room Fatima", **carried(page))
    )

    assert response.status_code == 409
    event.refresh_from_db()
    assert event.room == "Room Ibn Khaldun"


def test_invitees_are_ticked_and_unticked(client, workshop):
    focal, other = FocalPointFactory(), FocalPointFactory()
    address = f"/workshops/{workshop.pk}/invitations/"
    page = client.get(address).content.decode()
    assert str(focal.person) in page
    shown = [focal.person.pk, other.person.pk]

    client.post(address, {"people": shown, "shown": shown})
    assert set(workshop.invitations.values_list("person", flat=True)) == set(shown)
    client.post(address, {"people": [focal.person.pk], "shown": shown})
    assert workshop.invitations.get().person == focal.person
    assert workshop.invitations.get().source == Invitation.Source.FOCAL_POINT


def test_choose_all_takes_everybody_who_can_be_invited(client, workshop):
    FocalPointFactory.create_batch(2)
    FocalPointFactory(person__email="")
    client.post(f"/workshops/{workshop.pk}/invitations/", {"all": "1"})

    assert workshop.invitations.count() == 2


def test_somebody_who_was_not_on_offer_cannot_be_slipped_in(client, workshop):
    stranger = PersonFactory()
    client.post(f"/workshops/{workshop.pk}/invitations/", {"people": [stranger.pk], "shown": [stranger.pk]})

    assert workshop.invitations.count() == 0


@pytest.mark.parametrize("state", ["do_not_contact", "objects", "bounced", "no address"])
def test_who_cannot_be_invited_is_shown_with_the_reason(client, workshop, state):
    person = FocalPointFactory().person
    words = {
        "do_not_contact": "Does not want to be contacted",
        "objects": "Does not want invitations",
        "bounced": "Address bounced",
        "no address": "No e-mail address",
    }[state]
    if state == "do_not_contact":
        type(person).objects.filter(pk=person.pk).update(do_not_contact=True)
    elif state == "objects":
        type(person).objects.filter(pk=person.pk).update(objections=["INVITATION"])
    elif state == "bounced":
        person.emails.update(state="BOUNCED")
    else:
        person.emails.all().delete()
    page = client.get(f"/workshops/{workshop.pk}/invitations/").content.decode()
    client.post(f"/workshops/{workshop.pk}/invitations/", {"people": [person.pk], "shown": [person.pk]})

    assert words in page
    assert workshop.invitations.count() == 0


def test_every_source_of_invitees_finds_its_people(client, workshop):
    from stakeholders.models import Committee, CommitteeSeat, SeatHolder, UserGroup, UserGroupMembership

    ministry = OrganisationFactory(name="Ministry of Labour")
    unit = OrganisationFactory(name="Wages unit", parent=ministry)
    member, holder = PersonFactory(name="Group Member"), PersonFactory(name="Seat Holder")
    worker = PersonFactory(name="Unit Worker", organisation=unit)
    analyst = PersonFactory(name="Policy Analyst", roles=["POLICY_ANALYST"], is_key_user=True)
    group = UserGroup.objects.create(name="Labour users")
    group.domains.add(domain())
    UserGroupMembership.objects.create(group=group, person=member)
    committee = Committee.objects.create(name="Labour committee")
    seat = CommitteeSeat.objects.create(committee=committee, organisation=ministry)
    SeatHolder.objects.create(seat=seat, person=holder)

    def found(query):
        page = client.get(f"/workshops/{workshop.pk}/invitations/?{query}").content.decode()
        return {str(p) for p in (member, holder, worker, analyst) if f">{p}</a>" in page}

    assert found(f"from=groups&of={group.pk}") == {"Group Member"}
    assert found(f"from=committees&of={committee.pk}") == {"Seat Holder"}
    assert found(f"from=organisation&of={ministry.pk}") == {"Unit Worker"}
    assert found("from=filter&role=POLICY_ANALYST") == {"Policy Analyst"}
    assert found("from=filter&key=1") == {"Policy Analyst"}
    assert found("from=filter") == set()
    assert found("from=person&q=seat") == {"Seat Holder"}
    assert "Labour users" in client.get(f"/workshops/{workshop.pk}/invitations/?from=groups").content.decode()


def test_while_bodies_are_on_offer_one_is_to_be_chosen(client, workshop):
    from stakeholders.models import UserGroup

    OrganisationFactory(name="Ministry of Labour")
    address = f"/workshops/{workshop.pk}/invitations/"
    none = client.get(f"{address}?from=groups").content.decode()
    UserGroup.objects.create(name="Labour users").domains.add(domain())

    assert "No user group works on these domains." in none
    for query in ("from=groups", "from=organisation&q=labour"):
        page = client.get(f"{address}?{query}").content.decode()
        assert "Choose one of these to see its people." in page
        assert "No user group works on these domains." not in page
        assert "Nobody found." not in page


def test_the_preview_shows_what_one_recipient_gets_and_holds_no_link(client, workshop):
    person = PersonFactory(name="Leonor Prado")
    [invitation] = invite(workshop, person)
    page = client.get(f"/workshops/{workshop.pk}/preview/").content.decode()
    body = client.get(f"/workshops/{workshop.pk}/preview/{invitation.pk}/")

    assert "Dear Leonor Prado" in page
    assert "[personal link]" in page
    assert "Dear Leonor Prado" in body.content.decode()
    assert "sandbox" in body.headers["Content-Security-Policy"]
    assert "/i/" not in page + body.content.decode()
    assert Message.objects.count() == 0


def test_pressing_send_twice_sends_once(client, workshop):
    invite(workshop, *PersonFactory.create_batch(3))
    address = f"/workshops/{workshop.pk}/send/"
    assert "Send 3 invitations" in client.get(address).content.decode()

    first = client.post(address, {"when": "now"})
    second = client.post(address, {"when": "now"})

    assert [first.status_code, second.status_code] == [302, 302]
    assert Message.objects.of("workshops.invitation").count() == 3


def test_sending_on_the_planned_day_only_releases(client, workshop):
    invite(workshop, PersonFactory())
    client.post(f"/workshops/{workshop.pk}/send/", {"when": "planned"})

    assert Message.objects.count() == 0
    assert workshop.milestones.get(kind=Milestone.Kind.INVITATION).released_at is not None


def test_a_planned_day_that_has_passed_is_not_offered(client, workshop):
    invite(workshop, PersonFactory())
    steps = workshop.milestones.filter(kind=Milestone.Kind.INVITATION)
    assert "On the planned day" in client.get(f"/workshops/{workshop.pk}/send/").content.decode()
    steps.update(due_at=timezone.now() - timedelta(days=1))
    page = client.get(f"/workshops/{workshop.pk}/send/").content.decode()

    assert "On the planned day" not in page
    assert "1 person of 1 organisation:" in page


def test_without_a_domain_the_way_to_name_one_is_shown(client, liaison):
    bare = WorkshopFactory(organiser=liaison, in_domains=[])
    page = client.get(f"/workshops/{bare.pk}/invitations/").content.decode()
    assert f'href="/workshops/{bare.pk}/edit/">Name the domains' in page
    assert "No focal point is nominated" not in page


def test_the_domains_of_a_workshop_lead_to_their_pages(client, workshop):
    domain = workshop.domains.get()
    page = client.get(workshop.get_absolute_url()).content.decode()
    assert f'<a class="quiet" href="{domain.get_absolute_url()}">{domain}</a>' in page


def test_a_refused_send_says_why(client, liaison):
    workshop = WorkshopFactory(organiser=liaison, room="", link="")
    invite(workshop, PersonFactory())
    response = client.post(f"/workshops/{workshop.pk}/send/", {"when": "now"})

    assert response.status_code == 422
    assert "Enter a room or a link" in response.content.decode()


def test_a_step_can_be_sent_ahead_of_its_time_once(client, workshop):
    invited(workshop, *PersonFactory.create_batch(2))
    step = workshop.milestones.planned().get(kind=Milestone.Kind.REMINDER)
    address = f"/workshops/{workshop.pk}/messages/{step.pk}/"
    assert "It goes to 2 people" in client.get(address).content.decode()
    assert Message.objects.of("workshops.reminder").count() == 0
    client.post(address)
    client.post(address)

    assert Message.objects.of("workshops.reminder").count() == 2


def test_a_note_about_attendance_cannot_be_sent_before_the_workshop_was_held(client, workshop):
    invited(workshop, PersonFactory())
    step = workshop.milestones.planned().get(kind=Milestone.Kind.MISSED)
    response = client.post(f"/workshops/{workshop.pk}/messages/{step.pk}/")

    assert response.status_code == 422
    assert "Mark it as held first." in response.content.decode()


def test_attendance_is_ticked_for_many_at_once_and_nothing_is_preset(client, workshop):
    came, online, away, silent = invited(workshop, *PersonFactory.create_batch(4))
    address = f"/workshops/{workshop.pk}/attendance/"
    page = client.get(address).content.decode()
    assert " checked" not in page

    client.post(
        address,
        {
            f"p{came.person_id}": "PRESENT_IN_PERSON",
            f"p{online.person_id}": "PRESENT_ONLINE",
            f"p{away.person_id}": "ABSENT",
            "p999999": "PRESENT_ONLINE",
            "px": "PRESENT_ONLINE",
            f"p{silent.person_id}": "NONSENSE",
        },
    )
    states = dict(workshop.attendances.values_list("person", "state"))
    assert states == {
        came.person_id: "PRESENT_IN_PERSON",
        online.person_id: "PRESENT_ONLINE",
        away.person_id: "NO_SHOW",
    }
    assert "1 in the room, 1 online" in client.get(address).content.decode()
    assert client.get(f"{address}?show=open").content.decode().count('class="att"') == 1


def test_a_walk_in_from_the_directory_and_a_new_one(client, workshop):
    invited(workshop, PersonFactory())
    known, university = PersonFactory(name="Known Person"), OrganisationFactory(name="Atlas University")
    address = f"/workshops/{workshop.pk}/attendance/walk-in/"
    client.post(address, {"person": known.pk, "state": "PRESENT_IN_PERSON"})
    client.post(
        address,
        {
            "name": "Moussa Traoré",
            "email": "m@atlas.example",
            "organisation": university.pk,
            "position": "Lecturer",
            "state": "PRESENT_ONLINE",
        },
    )

    rows = {row.person.name: row for row in Attendance.objects.select_related("person", "organisation")}
    assert set(rows) == {"Known Person", "Moussa Traoré"}
    assert all(row.walk_in for row in rows.values())
    assert rows["Moussa Traoré"].organisation == university
    assert rows["Known Person"].organisation == known.posts.get().organisation
    assert "Moussa Traoré" in client.get(workshop.get_absolute_url()).content.decode()


def test_the_last_line_counts_those_who_came_uninvited(client, workshop):
    invited(workshop, *PersonFactory.create_batch(2))
    attendance_actions.walk_in(workshop, PersonFactory(), state="PRESENT_IN_PERSON", actor=workshop.organiser)

    assert "1–3 of 3" in client.get(workshop.get_absolute_url()).content.decode()
    only = client.get(f"{workshop.get_absolute_url()}?show=walk-ins").content.decode()
    assert "1–1 of 1" in only


def test_a_walk_in_needs_a_person_or_a_name(client, workshop):
    invited(workshop, PersonFactory())
    response = client.post(f"/workshops/{workshop.pk}/attendance/walk-in/", {"state": "PRESENT_ONLINE"})
    assert response.status_code == 422


def test_marking_as_held_says_what_it_does_first(client, workshop):
    came, _silent = invited(workshop, *PersonFactory.create_batch(2))
    attendance_actions.record(workshop, {came.person_id: "PRESENT_IN_PERSON"}, actor=workshop.organiser)
    page = client.get(f"/workshops/{workshop.pk}/held/").content.decode()
    assert "1 person attended." in page
    assert "1 person without a tick" in page
    assert "its day has not come yet" in page
    client.post(f"/workshops/{workshop.pk}/held/")

    workshop.refresh_from_db()
    assert workshop.status == Event.Status.HELD


def test_cancelling_from_its_page_asks_why(client, workshop):
    invited(workshop, PersonFactory())
    assert client.post(f"/workshops/{workshop.pk}/cancel/", {"reason": ""}).status_code == 422
    client.post(f"/workshops/{workshop.pk}/cancel/", {"reason": "No hall."})

    workshop.refresh_from_db()
    assert workshop.status == Event.Status.CANCELLED
    assert "No hall." in client.get(workshop.get_absolute_url()).content.decode()


def test_cancelling_says_who_is_told_and_whom_no_mail_reaches(client, workshop):
    people = [PersonFactory(name=f"Guest {n}") for n in range(3)]
    invited(workshop, *people)
    Message.objects.update(state=Message.State.SENT, due_at=None, sent_at=timezone.now())
    people[2].emails.update(state="BOUNCED")

    page = client.get(f"/workshops/{workshop.pk}/cancel/").text
    client.post(f"/workshops/{workshop.pk}/cancel/", {"reason": "No hall."})

    assert "2 people are told" in page
    assert "No working address, tell them yourself: Guest 2." in page
    told = Message.objects.filter(purpose="workshops.cancelled").values_list("recipient_name", flat=True)
    assert sorted(told) == ["Guest 0", "Guest 1"]


def test_a_new_day_asks_again(client, workshop):
    [invitation] = invited(workshop, PersonFactory())
    Invitation.objects.filter(pk=invitation.pk).update(reply="ACCEPTED", joins="ROOM", answered_at=timezone.now())
    day = workshop.day + timedelta(days=30)
    response = client.post(
        f"/workshops/{workshop.pk}/new-day/",
        {"day": day, "begins": "10:00", "ends": "11:00", "time_zone": "UTC", "reply_by": "", "reason": "Elections"},
    )

    assert response.status_code == 302
    workshop.refresh_from_db()
    invitation.refresh_from_db()
    assert (workshop.day, invitation.reply, workshop.date_version) == (day, "", 2)


def test_a_reply_given_on_the_telephone_is_written_down(client, liaison, workshop):
    [invitation] = invited(workshop, PersonFactory())
    response = client.post(
        f"/workshops/{workshop.pk}/invitations/{invitation.pk}/", {"reply": "accept", "joins": "ONLINE", "needs": ""}
    )

    assert response.status_code == 302
    invitation.refresh_from_db()
    assert (invitation.reply, invitation.joins, invitation.answered_by) == ("ACCEPTED", "ONLINE", liaison)


def test_the_programme_is_written_and_changed(client, workshop):
    address = f"/workshops/{workshop.pk}/programme/"
    lines = {"s-TOTAL_FORMS": "3", "s-INITIAL_FORMS": "0"}
    client.post(address, {**lines, "s-0-title_en": "Welcome", "s-0-starts": "09:30", "s-1-title_en": "Weights"})
    assert [str(one.title) for one in workshop.sessions.all()] == ["Welcome", "Weights"]
    first = workshop.sessions.first()
    refused = client.post(address, {**lines, "s-0-speaker": "Somebody"})
    assert refused.status_code == 422
    client.post(address, {**lines, "s-INITIAL_FORMS": "2", "s-0-pk": first.pk, "s-0-title_en": "Opening"})
    assert [(one.pk, str(one.title)) for one in workshop.sessions.all()] == [(first.pk, "Opening")]
    assert "Opening" in client.get(f"{workshop.get_absolute_url()}?tab=programme").content.decode()


def test_outcomes_are_written_then_sent(client, workshop):
    invited(workshop, PersonFactory())
    event_actions.mark_held(workshop, actor=workshop.organiser)
    address = f"/workshops/{workshop.pk}/outcomes/"
    page = client.get(address)
    response = client.post(address, {"outcomes_en": "Three sets agreed.", "publish": "1", **carried(page)})
    assert response.headers["Location"] == f"{address}send/"
    assert Message.objects.of("workshops.outcomes").count() == 0
    client.post(f"{address}send/")

    assert Message.objects.of("workshops.outcomes").count() == 1
    assert client.get(address).status_code == 404


def test_the_page_tells_the_true_funnel_and_strip(client, workshop):
    came, declined, _silent = invited(workshop, *PersonFactory.create_batch(3))
    Invitation.objects.filter(pk=came.pk).update(reply="ACCEPTED", joins="ROOM", answered_at=timezone.now())
    Invitation.objects.filter(pk=declined.pk).update(reply="DECLINED", answered_at=timezone.now())
    Message.objects.filter(subject_id=came.pk).update(state="sent", sent_at=timezone.now(), due_at=None)
    attendance_actions.record(workshop, {came.person_id: "PRESENT_IN_PERSON"}, actor=workshop.organiser)
    event_actions.mark_held(workshop, actor=workshop.organiser)
    response = client.get(workshop.get_absolute_url())

    funnel = response.context["funnel"]
    assert [number for _title, number, _share, _view in funnel.table] == [3, 1, 2, 1, 1]
    assert response.context["figure"].title == "1 of 3 invited came; 1 never replied"
    assert [stage.done for stage in response.context["strip"]] == [True, True, False, False, False]
    assert [stage.current for stage in response.context["strip"]] == [False, False, True, False, False]
    page = response.content.decode()
    assert "Did not attend" in page
    assert "Excused" in page


def test_a_draft_page_leads_to_choosing_people(client, workshop):
    page = client.get(workshop.get_absolute_url()).content.decode()
    assert "Nobody invited yet" in page
    assert f"/workshops/{workshop.pk}/invitations/" in page


@pytest.mark.parametrize("tab", ["", "programme", "messages", "history", "nonsense"])
def test_every_tab_opens(client, workshop, tab):
    invited(workshop, PersonFactory())
    assert client.get(f"{workshop.get_absolute_url()}?tab={tab}").status_code == 200


def test_the_list_is_filtered_and_exported(client, workshop):
    WorkshopFactory(title={"en": "Enquête ménages"}, in_domains=["1.1"])
    assert "Enquête" in client.get("/workshops/?q=enquete").content.decode()
    assert str(workshop) not in client.get("/workshops/?q=enquete").content.decode()
    assert str(workshop) in client.get(f"/workshops/?domain={domain('1.2').pk}").content.decode()
    assert "Enquête" not in client.get(f"/workshops/?domain={domain('1.2').pk}").content.decode()
    assert str(workshop) not in client.get("/workshops/?stage=held").content.decode()
    exported = b"".join(client.get("/workshops/?format=csv").streaming_content).decode("utf-8-sig")
    assert len(exported.splitlines()) == 3


def test_the_number_of_queries_does_not_grow_with_the_rows(client, liaison):
    workshop = WorkshopFactory(organiser=liaison, in_domains=["1.2"])
    addresses = [
        "/workshops/",
        workshop.get_absolute_url(),
        f"{workshop.get_absolute_url()}?tab=messages",
        f"/workshops/{workshop.pk}/invitations/",
        f"/workshops/{workshop.pk}/invitations/chosen/",
        f"/workshops/{workshop.pk}/preview/",
        f"/workshops/{workshop.pk}/send/",
        f"/workshops/{workshop.pk}/attendance/",
        f"/workshops/{workshop.pk}/attendance/list/",
    ]

    def count():
        counted = {}
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counted[address] = len(queries)
        return counted

    def add(number):
        invited(workshop, *PersonFactory.create_batch(number))
        invite(workshop, *PersonFactory.create_batch(number))
        FocalPointFactory.create_batch(number)
        for _number in range(number):
            WorkshopFactory(organiser=liaison)

    add(2)
    client.get("/workshops/")
    few = count()
    add(28)
    assert count() == few
    assert max(few.values()) <= 40, few


@pytest.mark.parametrize("role", ["administrator", "manager", "statistician"])
def test_colleagues_without_the_task_read_and_change_nothing(as_role, role):
    workshop = WorkshopFactory()
    client = as_role(role)
    assert client.get(workshop.get_absolute_url()).status_code == 200
    for page in ("edit", "invitations", "preview", "send", "attendance", "held", "cancel", "outcomes", "programme"):
        assert client.get(f"/workshops/{workshop.pk}/{page}/").status_code == 403


def test_guests_of_the_portal_do_not_reach_staff_pages(as_role):
    workshop = WorkshopFactory()
    assert as_role("expert").get(workshop.get_absolute_url()).status_code == 403
