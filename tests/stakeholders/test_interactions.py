"""The contact log: logged quickly or in full, seen by those who may, settling what it answers."""

from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from nso_contacts.office import clock
from stakeholders.actions import interaction as interactions
from stakeholders.models import Interaction, Organisation, Participant, Post, Task, UserGroup
from tests.factories import OrganisationFactory, PersonFactory, TaskFactory, domain, log_contact
from tests.markup import tight

pytestmark = pytest.mark.django_db

QUICK = "/interactions/quick/"


@pytest.fixture
def ministry(office):
    return OrganisationFactory(name="Ministry of Labour", cadence_days=30)


@pytest.fixture
def amina(ministry):
    return PersonFactory(name="Amina Haddad", organisation=ministry, cadence_days=90)


@pytest.fixture
def client(liaison, signed_in):
    return signed_in(liaison)


def now():
    return f"{clock.now():%Y-%m-%dT%H:%M}"


def quick(client, *people, **fields):
    """Send the quick form with as little as it takes."""
    sent = {
        "channel": "PHONE",
        "people": [p.pk for p in people],
        "subject": "Informal employment",
        "occurred_at": now(),
    }
    return client.post(QUICK, sent | fields)


# The quick form ------------------------------------------------------------------------------------------------------


def test_a_call_is_logged_with_three_fields_and_stands_on_the_timelines(client, liaison, ministry, amina):
    answer = quick(client, amina)

    contact = Interaction.objects.get()
    assert answer.status_code == 302
    assert answer.url == contact.get_absolute_url()
    assert (contact.subject, contact.channel, contact.author) == ("Informal employment", "PHONE", liaison)
    taken = contact.participants.values_list("side", "person", "organisation", "occurred_at")
    assert list(taken) == [("OUTSIDE", amina.pk, ministry.pk, contact.occurred_at)]
    for record in (amina, ministry):
        assert "Call with Amina Haddad" in tight(client.get(record.get_absolute_url()))
        record.refresh_from_db()
        assert record.last_substantive_on == clock.today()
        assert record.next_due_on == clock.today() + timedelta(days=record.cadence_days)


def test_whoever_logs_took_part_if_the_office_knows_them_as_a_person(client, liaison, amina):
    nadia = PersonFactory(name="Nadia Rahmani", user=liaison)
    quick(client, amina)

    assert list(Participant.objects.filter(side="INSIDE").values_list("person", flat=True)) == [nadia.pk]
    nadia.refresh_from_db()
    assert nadia.last_substantive_on is None


def test_it_is_opened_with_whom_and_about_what_is_usual(client, amina):
    amina.domains.add(domain("1.2"))
    page = tight(client.get(QUICK, {"person": amina.pk}))

    assert f'name="people" value="{amina.pk}"' in page
    assert f'value="{domain("1.2").pk}" selected' in page
    assert f'value="{clock.now():%Y-%m-%dT%H}' in page


def test_opened_over_a_page_it_knows_whose_page_that_is_and_leads_back_there(client, amina):
    over = f"http://testserver{amina.get_absolute_url()}"
    page = tight(client.get(QUICK, headers={"Referer": over}))
    assert f'name="people" value="{amina.pk}"' in page
    assert f'name="next" value="{amina.get_absolute_url()}"' in page

    assert quick(client, amina, next=amina.get_absolute_url()).url == amina.get_absolute_url()
    assert quick(client, amina, next="https://elsewhere.example/").url == Interaction.objects.first().get_absolute_url()
    assert quick(client, amina, next="//elsewhere.example/").url == Interaction.objects.first().get_absolute_url()


def test_save_and_log_another_opens_an_empty_form(client, amina):
    answer = quick(client, amina, another="1", next="/tasks/")
    assert answer.url == "/interactions/quick/?next=%2Ftasks%2F"
    assert f'name="people" value="{amina.pk}"' not in tight(client.get(answer.url))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"people": []}, "Choose at least one person or organisation outside the office."),
        ({"channel": ""}, "This field is required."),
        ({"subject": "  "}, "This field is required."),
        ({"occurred_at": "2999-01-01T10:00"}, "Enter a time that has passed."),
        ({"owed_by": "US", "owed_on": "2030-01-01"}, "Say what is owed"),
        ({"owed_by": "US", "owed": "Send the note"}, "Enter the day by which it is owed."),
        ({"people": ["999999"]}, "not on offer"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(client, amina, fields, said):
    answer = quick(client, amina, summary="Long notes", **fields)

    assert answer.status_code == 422
    assert said in tight(answer)
    assert "Long notes" in tight(answer)
    assert not Interaction.objects.exists()


def test_what_we_owe_them_becomes_a_task_for_the_one_who_logs(client, liaison, ministry, amina):
    quick(client, amina, owed_by="US", owed="Send the bridging note", owed_on="2030-01-31")

    task = Task.objects.get()
    assert (task.title, task.due_on, task.owed_by) == ("Send the bridging note", date(2030, 1, 31), "US")
    assert (task.assignee, task.person, task.organisation) == (liaison, amina, ministry)
    assert task.interaction == Interaction.objects.get()


def test_all_that_was_typed_goes_along_to_the_full_form(client, amina):
    sent = {"channel": "PHONE", "people": [amina.pk], "subject": "Half a sen", "occurred_at": now(), "find": "people"}
    answer = client.post("/interactions/new/", sent)

    assert answer.status_code == 200
    assert 'value="Half a sen"' in tight(answer)
    assert f'name="people" value="{amina.pk}"' in tight(answer)
    assert "Error:" not in tight(answer)
    assert not Interaction.objects.exists()


# What a contact settles ----------------------------------------------------------------------------------------------


def test_the_overdue_reply_is_offered_ticked_and_settled(client, liaison, ministry, amina):
    late = TaskFactory(kind="REPLY", person=amina, organisation=ministry, assignee=liaison, in_days=-5)
    page = tight(client.get(QUICK, {"person": amina.pk}))
    assert f'name="settles" value="{late.pk}" id="settles-{late.pk}" checked' in page

    quick(client, amina, settles=[late.pk], offered=[late.pk])

    late.refresh_from_db()
    assert late.done_at is not None
    assert late.settled_by == Interaction.objects.get()
    assert "You owe" not in tight(client.get("/")).split("Last logged")[0].replace("You owe a reply or a visit", "")


def test_what_others_owe_what_is_not_due_and_what_is_to_be_sent_is_offered_unticked(
    client, liaison, statistician, ministry, amina
):
    about = {"person": amina, "organisation": ministry}
    offered = [
        TaskFactory(kind="REPLY", assignee=statistician, in_days=-2, **about),
        TaskFactory(kind="REPLY", assignee=liaison, in_days=2, **about),
        TaskFactory(kind="SEND", assignee=liaison, in_days=-2, **about),
        TaskFactory(kind="REPLY", assignee=liaison, owed_by="THEM", in_days=-2, **about),
    ]
    page = tight(client.get(QUICK, {"person": amina.pk}))

    for task in offered:
        assert f'name="settles" value="{task.pk}" id="settles-{task.pk}">' in page


def test_a_task_that_was_unticked_stays_unticked_when_the_people_change(client, liaison, ministry, amina):
    late = TaskFactory(kind="REPLY", person=amina, organisation=ministry, assignee=liaison, in_days=-5)
    part = tight(client.get(QUICK, {"people": amina.pk, "offered": late.pk}, headers={"HX-Target": "settles"}))

    assert f'id="settles-{late.pk}">' in part
    assert "<html" not in part


def test_the_rhythm_that_a_contact_answers_is_said(client, ministry, amina):
    Organisation.objects.update(next_due_on=clock.today() - timedelta(days=3))
    page = tight(client.get(QUICK, {"person": amina.pk}))

    assert "This answers “Contact: every 30 days” with Ministry of Labour" in page


def test_log_from_a_task_answers_that_task(client, liaison, amina):
    task = TaskFactory(kind="CALL", title="Business register", person=amina, assignee=liaison, in_days=9)
    page = tight(client.get(QUICK, {"task": task.pk}))

    assert f'id="settles-{task.pk}" checked' in page
    assert 'value="Business register"' in page
    assert 'value="PHONE" required id="id_channel_1" checked' in page or 'value="PHONE"' in page


# The full form -------------------------------------------------------------------------------------------------------


def full(**fields):
    return {"channel": "MEETING", "direction": "MUTUAL", "subject": "Register", "occurred_at": now()} | fields


def test_the_full_form_takes_everything(client, liaison, statistician, ministry, amina):
    office_unit = OrganisationFactory(name="This office", is_this_office=True)
    carmen = PersonFactory(name="Carmen Valdés", organisation=office_unit, user=statistician)
    yusuf = PersonFactory(name="Yusuf Al-Khatib", organisation=ministry)
    bank = OrganisationFactory(name="Central Bank")
    group = UserGroup.objects.create(name="Labour statistics", cadence_days=100)
    sent = full(
        people=[amina.pk, yusuf.pk],
        organisations=[bank.pk, ministry.pk],
        colleagues=[carmen.pk],
        user_groups=[group.pk],
        domains=[domain("1.2").pk],
        purpose="DATA_SUPPLY",
        minutes="45",
        summary="Agreed monthly transfer.",
        outcome="Extracts by the 10th.",
        substantive="on",
        restricted="on",
        uploads=SimpleUploadedFile("minutes.txt", b"Agreed."),
        owed_by="THEM",
        owed_kind="SEND",
        owed="New code list",
        owed_on="2030-01-31",
        assignee=statistician.pk,
    )
    answer = client.post("/interactions/new/", sent)

    assert answer.status_code == 302, tight(answer)
    contact = Interaction.objects.get()
    rows = contact.participants.values_list("side", "person__name", "organisation__name")
    assert sorted(rows, key=str) == [
        ("INSIDE", "Carmen Valdés", None),
        ("OUTSIDE", "Amina Haddad", "Ministry of Labour"),
        ("OUTSIDE", "Yusuf Al-Khatib", "Ministry of Labour"),
        ("OUTSIDE", None, "Central Bank"),
    ]
    assert [str(one) for one in contact.domains.all()] == [str(domain("1.2"))]
    assert list(contact.groups.all()) == [group]
    assert (contact.purpose, contact.minutes, contact.restricted) == ("DATA_SUPPLY", 45, True)
    task = Task.objects.get()
    assert (task.owed_by, task.kind, task.assignee) == ("THEM", "SEND", statistician)
    group.refresh_from_db()
    assert group.last_substantive_on == clock.today()
    page = tight(client.get(contact.get_absolute_url()))
    for words in ("Agreed monthly transfer.", "minutes.txt", "Yusuf Al-Khatib", "Central Bank", "Labour statistics"):
        assert words in page
    download = client.get(contact.files.get().file.get_absolute_url())
    assert download.getvalue() == b"Agreed."


def test_the_organisation_is_the_one_at_that_time(liaison, ministry, amina):
    before = OrganisationFactory(name="Ministry of Health")
    Post.objects.filter(person=amina).update(valid_from=date(2026, 3, 1))
    Post.objects.create(person=amina, organisation=before, valid_to=date(2026, 2, 28))

    log_contact(liaison, amina, occurred_at=datetime(2026, 2, 28, 12, tzinfo=ZoneInfo("UTC")))
    log_contact(liaison, amina, occurred_at=datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("UTC")))

    names = Participant.objects.order_by("occurred_at").values_list("organisation__name", flat=True)
    assert list(names) == ["Ministry of Health", "Ministry of Labour"]


def test_of_two_posts_the_one_in_the_chosen_organisation_counts(liaison, ministry, amina):
    council = OrganisationFactory(name="Tripartite council")
    Post.objects.create(person=amina, organisation=council, is_primary=False)

    contact = log_contact(liaison, amina, organisations=[council])

    assert list(contact.participants.values_list("person", "organisation")) == [(amina.pk, council.pk)]


def test_nobody_takes_part_on_both_sides(client, liaison):
    here = OrganisationFactory(is_this_office=True)
    nadia = PersonFactory(name="Nadia Rahmani", organisation=here, user=liaison)
    answer = client.post("/interactions/new/", full(people=[nadia.pk], colleagues=[nadia.pk]))

    assert answer.status_code == 422
    assert "Nadia Rahmani cannot take part on both sides." in tight(answer)


# Correcting ----------------------------------------------------------------------------------------------------------


def edit_form(client, contact, **fields):
    """What a browser would send from the edit form, with changes."""
    form = client.get(f"/interactions/{contact.pk}/edit/").context["form"]
    sent = {"revision": form["revision"].value(), "opened_as": form["opened_as"].value()}
    sent |= full(
        subject=contact.subject,
        channel=contact.channel,
        occurred_at=f"{timezone.localtime(contact.occurred_at):%Y-%m-%dT%H:%M}",
        substantive="on",
        people=[row.person_id for row in contact.participants.filter(side="OUTSIDE", person__isnull=False)],
    )
    return sent | fields


def test_an_edit_changes_who_took_part_and_a_stale_one_is_refused(client, liaison, ministry, amina):
    contact = log_contact(liaison, amina)
    yusuf = PersonFactory(name="Yusuf Al-Khatib")
    stale = edit_form(client, contact, subject="Mine")

    assert (
        client.post(f"/interactions/{contact.pk}/edit/", edit_form(client, contact, people=[yusuf.pk])).status_code
        == 302
    )
    assert list(contact.participants.values_list("person__name", flat=True)) == ["Yusuf Al-Khatib"]
    amina.refresh_from_db()
    assert amina.last_substantive_on is None

    answer = client.post(f"/interactions/{contact.pk}/edit/", stale)
    assert answer.status_code == 409
    contact.refresh_from_db()
    assert contact.subject == "Definition of informal employment"


def test_only_the_author_and_those_inside_may_correct_it(liaison, statistician, make_user, signed_in, amina):
    colleague = PersonFactory(user=statistician)
    contact = log_contact(liaison, amina, colleagues=[colleague])
    other = make_user("liaison", email="other@nso.example")

    address = f"/interactions/{contact.pk}/edit/"
    codes = [signed_in(user).get(address).status_code for user in (liaison, statistician, other)]
    assert codes == [200, 200, 404]


def test_a_contact_logged_by_mistake_is_taken_back_with_what_it_did(client, liaison, ministry, amina):
    late = TaskFactory(kind="REPLY", person=amina, assignee=liaison, in_days=-5)
    follow = Task(title="Send the note", due_on=date(2030, 1, 1), assignee=liaison)
    contact = log_contact(liaison, amina, settles=Task.objects.filter(pk=late.pk), follow_up=follow)
    page = client.get(f"/interactions/{contact.pk}/delete/")
    assert "The task that followed from it is deleted." in page.text
    assert "The task that it settled is open again." in page.text
    assert Interaction.objects.filter(pk=contact.pk).exists()

    assert client.post(f"/interactions/{contact.pk}/delete/").status_code == 302

    late.refresh_from_db()
    amina.refresh_from_db()
    assert (late.done_at, late.settled_by) == (None, None)
    assert list(Task.objects.all()) == [late]
    assert amina.last_substantive_on is None


# Restricted ----------------------------------------------------------------------------------------------------------


def test_a_restricted_contact_exists_only_for_those_who_took_part(
    liaison, statistician, administrator, manager, make_user, signed_in, ministry, amina
):
    inside = PersonFactory(name="Carmen Valdés", user=statistician)
    follow = Task(title="Secret follow-up", due_on=clock.today(), assignee=liaison)
    attached = SimpleUploadedFile("secret.txt", b"Secret.")
    contact = Interaction(
        subject="Secret dismissal", channel="MEETING", occurred_at=timezone.now() - timedelta(hours=2), restricted=True
    )
    company = interactions.Company(people=[amina], colleagues=[inside], domains=[domain("1.2")])
    interactions.log(contact, company, actor=liaison, uploads=[attached], follow_up=follow)
    log_contact(liaison, amina, subject="Open talk")
    other = make_user("liaison", email="other@nso.example")

    def seen_by(user):
        client = signed_in(user)
        pages = {
            "list": "/interactions/",
            "search": "/search/?q=secret",
            "person": amina.get_absolute_url(),
            "organisation": ministry.get_absolute_url(),
            "tasks": "/tasks/",
            "due": "/due/?owner=all",
            "quick": f"/interactions/quick/?person={amina.pk}",
        }
        texts = {name: client.get(address) for name, address in pages.items()}
        found = {name for name, answer in texts.items() if answer.status_code == 200 and "Secret" in tight(answer)}
        found |= {"export"} if "Secret" in client.get("/interactions/?format=csv").getvalue().decode() else set()
        gets = {
            "page": contact.get_absolute_url(),
            "task": follow.get_absolute_url(),
            "file": contact.files.get().file.get_absolute_url(),
            "history": f"/history/interaction/{contact.pk}/",
        }
        for name, address in gets.items():
            answer = client.get(address)
            found |= {name} if answer.status_code == 200 else set()
            if answer.streaming:
                answer.getvalue()  # reads to the end, which closes the file
        return found, client.get("/interactions/").context["listing"].count.number

    everything = {
        "list",
        "search",
        "person",
        "organisation",
        "tasks",
        "due",
        "export",
        "page",
        "task",
        "file",
        "history",
    }
    assert seen_by(liaison) == (everything | {"quick"}, 2)
    assert seen_by(statistician) == (everything | {"quick"}, 2)
    assert seen_by(administrator) == (everything, 2)
    assert seen_by(manager) == (set(), 1)
    assert seen_by(other) == (set(), 1)


def test_a_restricted_contact_moves_the_dates_for_everybody(liaison, make_user, signed_in, ministry, amina):
    log_contact(liaison, amina, restricted=True)
    ministry.refresh_from_db()
    assert ministry.last_substantive_on == clock.today()

    page = signed_in(make_user("liaison", email="other@nso.example")).get(ministry.get_absolute_url()).text
    assert "Last substantive contact on" in page
    assert "Call with" not in page


def test_a_task_given_to_a_colleague_is_seen_by_them_without_the_contact_behind_it(
    liaison, statistician, signed_in, amina
):
    follow = Task(title="Look into it", due_on=clock.today(), assignee=statistician)
    contact = log_contact(liaison, amina, restricted=True, follow_up=follow, subject="Secret dismissal")
    client = signed_in(statistician)

    page = client.get(follow.get_absolute_url())
    assert page.status_code == 200
    assert "Secret" not in page.text
    assert client.get(contact.get_absolute_url()).status_code == 404


# The list ------------------------------------------------------------------------------------------------------------


def subjects(client, **query):
    return [record.subject for record in client.get("/interactions/", query).context["listing"].records]


def test_the_list_is_narrowed_by_every_filter(client, liaison, statistician, amina):
    old = timezone.now() - timedelta(days=40)
    log_contact(liaison, amina, subject="Old visit", channel="SITE_VISIT", occurred_at=old, domains=[domain("1.2")])
    follow = Task(title="Send", due_on=clock.today(), assignee=liaison)
    log_contact(
        statistician, amina, subject="Complaint by mail", channel="EMAIL", purpose="COMPLAINT", follow_up=follow
    )

    assert subjects(client) == ["Complaint by mail", "Old visit"]
    assert subjects(client, channel="EMAIL") == ["Complaint by mail"]
    assert subjects(client, purpose="COMPLAINT") == ["Complaint by mail"]
    assert subjects(client, domain=domain("1.2").pk) == ["Old visit"]
    assert subjects(client, domain=domain("1").pk) == ["Old visit"]
    assert subjects(client, author=statistician.pk) == ["Complaint by mail"]
    assert subjects(client, mine="on") == ["Old visit"]
    assert subjects(client, follow_up="on") == ["Complaint by mail"]
    assert subjects(client, until=f"{clock.today() - timedelta(days=30)}") == ["Old visit"]
    assert subjects(client, since=f"{clock.today() - timedelta(days=30)}") == ["Complaint by mail"]
    assert subjects(client, q="compl") == ["Complaint by mail"]
    assert subjects(client, person=amina.pk, logged="today") == ["Complaint by mail", "Old visit"]


def test_the_export_holds_the_same_rows(client, liaison, ministry, amina):
    log_contact(liaison, amina, subject="=HYPERLINK(1)", summary="Notes")
    book = load_workbook(BytesIO(b"".join(client.get("/interactions/?format=xlsx"))))
    rows = list(book.active.iter_rows(values_only=True))

    assert len(rows) == 2
    assert "'=HYPERLINK(1)" in rows[1]
    assert "Amina Haddad" in rows[1]
    assert "Ministry of Labour" in rows[1]


def many(liaison, number):
    """Contacts, each with two people, a domain and an open task."""
    for n in range(number):
        people = [PersonFactory(name=f"Person {n}-{m}") for m in range(2)]
        follow = Task(title=f"Task {n}", due_on=clock.today(), assignee=liaison)
        log_contact(liaison, *people, domains=[domain("1.2")], follow_up=follow)


def test_the_number_of_queries_does_not_grow(client, liaison, count_queries):
    def counted():
        addresses = ("/interactions/", "/interactions/?format=csv", "/tasks/", "/")
        return [count_queries(partial(client.get, address)) for address in addresses]

    many(liaison, 1)
    counted()  # what is asked once and remembered
    few = counted()
    many(liaison, 29)

    assert counted() == few


def test_the_queries_of_a_page_do_not_grow_with_those_who_took_part(client, liaison, count_queries):
    one = log_contact(liaison, PersonFactory(), domains=[domain("1.2")])
    thirty = log_contact(liaison, *(PersonFactory() for _n in range(30)), domains=[domain("1.2")])
    client.get(one.get_absolute_url())

    assert count_queries(lambda: client.get(thirty.get_absolute_url())) == count_queries(
        lambda: client.get(one.get_absolute_url())
    )


def test_the_queries_of_a_timeline_do_not_grow(client, liaison, ministry, amina, count_queries):
    def contact():
        follow = Task(title="Task", due_on=clock.today(), assignee=liaison)
        log_contact(liaison, amina, PersonFactory(organisation=ministry), follow_up=follow)

    contact()
    client.get(ministry.get_absolute_url())
    few = count_queries(lambda: client.get(ministry.get_absolute_url()))
    for _n in range(15):
        contact()

    assert count_queries(lambda: client.get(ministry.get_absolute_url())) == few
