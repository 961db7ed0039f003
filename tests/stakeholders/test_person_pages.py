"""Pages of people: list, one of them, forms, posts, the move, the login."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from nso_contacts.mail.models import Message
from nso_contacts.office import clock
from stakeholders.models import (
    Committee,
    CommitteeSeat,
    FocalPoint,
    Interaction,
    Participant,
    Person,
    PersonEmail,
    PersonName,
    Post,
    Task,
    UserGroup,
    UserGroupMembership,
)
from tests.factories import FocalPointFactory, OrganisationFactory, PersonFactory, domain
from tests.markup import tight

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

LIST = reverse("stakeholders:person_list")
NEW = reverse("stakeholders:person_create")
MAY, JUNE = "2026-05-31", "2026-06-01"


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


def listed(client, **state):
    return [row.record.name for row in client.get(LIST, state).context["rows"]]


def page(name, *args):
    return reverse(f"stakeholders:{name}", args=args)


def entered(**fields):
    """What the form sends with the least that is needed."""
    return {"name": "Amina Haddad", "lawful_basis": "PUBLIC_TASK", **fields}


# The list ------------------------------------------------------------------------------------------------------------


def test_the_list_finds_by_every_name_address_and_organisation(client):
    ministry = OrganisationFactory(name="Ministère de la Santé")
    person = PersonFactory(name="Amina Haddad", native_name="أمينة حداد", organisation=ministry, email="ah@moh.example")
    PersonName.objects.create(person=person, name="Amena Hadad")
    PersonFactory(name="Bo Other")
    for typed in ("haddad amina", "أمينة", "ah@moh", "amena hadad", "sante haddad"):
        assert listed(client, q=typed) == ["Amina Haddad"], typed


def test_the_filters_narrow_the_list(client, liaison):
    today = clock.today()
    ministry = OrganisationFactory(kind="CENTRAL_BANK")
    unit = OrganisationFactory(parent=ministry, kind="OTHER")
    ana = PersonFactory(
        name="Ana",
        organisation=ministry,
        in_domains=["3.3.1"],
        roles=["DECISION_MAKER"],
        is_key_user=True,
        owner=liaison,
    )
    bo = PersonFactory(name="Bo", organisation=unit, do_not_contact=True)
    Person.objects.filter(pk=bo.pk).update(next_due_on=today - timedelta(days=1), last_substantive_on=today)
    cy = PersonFactory(name="Cy", verified_on=today - timedelta(days=400))
    PersonEmail.objects.filter(person=bo).update(state="BOUNCED")
    Post.objects.filter(person=cy).update(valid_to=today - timedelta(days=1))
    PersonFactory(name="Di", title=None, archived_at=timezone.now())
    group = UserGroup.objects.create(name="Labour")
    UserGroupMembership.objects.create(group=group, person=bo)
    expected = {
        ("organisation", ministry.pk): ["Ana", "Bo"],
        ("organisation", unit.pk): ["Bo"],
        ("kind", "CENTRAL_BANK"): ["Ana"],
        ("domain", domain("3.3").pk): ["Ana"],
        ("role", "DECISION_MAKER"): ["Ana"],
        ("key", "on"): ["Ana"],
        ("due", "overdue"): ["Bo"],
        ("due", "month"): ["Bo"],
        ("due", "none"): ["Ana", "Cy"],
        ("group", group.pk): ["Bo"],
        ("owner", liaison.pk): ["Ana"],
        ("state", "stale"): ["Bo", "Cy"],
        ("state", "bounced"): ["Bo"],
        ("state", "left"): ["Cy"],
        ("state", "do_not_contact"): ["Bo"],
        ("state", "archived"): ["Di"],
    }
    for (name, value), names in expected.items():
        assert listed(client, **{name: value}) == names, (name, value)
    assert ana.pk


def test_filters_in_use_stand_as_chips_that_can_be_removed(client):
    ministry = OrganisationFactory(name="Ministry of Health")
    PersonFactory(organisation=ministry)
    answer = client.get(LIST, {"organisation": ministry.pk, "domain": domain().pk})
    chips = {str(chip.label): (chip.value, chip.url) for chip in answer.context["listing"].chips}
    assert chips["Organisation"] == ("Ministry of Health", f"{LIST}?domain={domain().pk}")
    assert "Clear all" in answer.content.decode()


def test_the_row_shows_post_domains_last_contact_and_next_due(client, liaison):
    ministry = OrganisationFactory(name="Ministry of Health")
    person = PersonFactory(organisation=ministry, title="Chief", in_domains=["1.2", "1.3"], owner=liaison)
    contact = Interaction.objects.create(
        subject="Hello", channel="PHONE", occurred_at=timezone.now(), author=liaison, restricted=False
    )
    Participant.objects.create(interaction=contact, person=person, occurred_at=contact.occurred_at)
    Person.objects.filter(pk=person.pk).update(next_due_on=clock.today() - timedelta(days=5))
    content = tight(client.get(LIST))
    for words in ("Ministry of Health", "Chief", "Labour, Education", "Call, ", "5 days overdue", "Nadia Rahmani"):
        assert words in content, words


def test_the_last_contact_of_a_restricted_entry_is_not_told_to_others(client, manager):
    person = PersonFactory()
    contact = Interaction.objects.create(
        subject="Secret", channel="SITE_VISIT", occurred_at=timezone.now(), author=manager, restricted=True
    )
    Participant.objects.create(interaction=contact, person=person, occurred_at=contact.occurred_at)
    assert "Visit, " not in client.get(LIST).content.decode()


def test_list_and_export_take_the_same_queries_for_1_and_30(client, count_queries, liaison):
    def fill(number):
        for _one in range(number):
            person = PersonFactory(in_domains=["1.1", "1.2"], owner=liaison)
            contact = Interaction.objects.create(
                subject="Hello", channel="PHONE", occurred_at=timezone.now(), author=liaison
            )
            Participant.objects.create(interaction=contact, person=person, occurred_at=contact.occurred_at)

    fill(1)
    client.get(LIST)
    one = [count_queries(lambda: client.get(LIST)), count_queries(lambda: client.get(LIST, {"format": "csv"}))]
    fill(29)
    many = [count_queries(lambda: client.get(LIST)), count_queries(lambda: client.get(LIST, {"format": "csv"}))]
    assert many == one
    assert one[0] <= 28
    assert one[1] <= 15


def test_the_export_names_post_and_address_and_is_safe_to_open(client):
    PersonFactory(name="=cmd", organisation=OrganisationFactory(name="Health"), title="Chief", email="a@b.example")
    lines = client.get(LIST, {"format": "csv"}).getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Name,Name in their own script,Code,Organisation,Role,Domains,E-mail")
    assert lines[1].startswith("'=cmd,,,Health,Chief,,a@b.example")


# One of them ---------------------------------------------------------------------------------------------------------


def crowded(number):
    """Somebody with `number` of everything their page shows."""
    ministry = OrganisationFactory()
    person = PersonFactory(name="Amina Haddad", organisation=ministry, email="", in_domains=["1.1", "1.2"])
    codes = ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10"]
    roles = ["PRIMARY", "ALTERNATE", "TECHNICAL"]
    for index in range(number):
        Post.objects.create(person=person, organisation=OrganisationFactory(), is_primary=False, title=f"Post {index}")
        email = f"a{index}@labour.example"
        PersonEmail.objects.create(person=person, address=email)
        PersonFactory(email=email)
        PersonName.objects.create(person=person, name=f"Name {index}")
        FocalPointFactory(
            organisation=ministry, person=person, domain=domain(codes[index % 10]), role=roles[index // 10]
        )
        UserGroupMembership.objects.create(
            group=UserGroup.objects.create(name=f"Group {person.pk} {index}"), person=person, organisation=ministry
        )
        committee = Committee.objects.create(name=f"Committee {person.pk} {index}")
        CommitteeSeat.objects.create(committee=committee, organisation=ministry).holders.create(person=person)
    return person


def test_the_page_takes_the_same_queries_for_1_and_30(client, count_queries):
    one, many = (crowded(number).get_absolute_url() for number in (1, 30))
    client.get(one)
    few = count_queries(lambda: client.get(one))
    assert count_queries(lambda: client.get(many)) == few
    assert few <= 45, few


def test_the_page_shows_posts_addresses_and_roles(client):
    person = crowded(1)
    PersonEmail.objects.create(person=person, address="old@labour.example", state="BOUNCED", state_on=date(2026, 2, 2))
    Post.objects.create(
        person=person, organisation=OrganisationFactory(), is_primary=False, title="Clerk", valid_to=date(2018, 8, 31)
    )
    content = client.get(person.get_absolute_url()).content.decode()
    for words in (
        "Main post",
        "Clerk",
        "31 Aug 2018",
        "shared with one other person",
        "Bounced, Mon 2 Feb",
        "Focal point, Population and migration",
        "User group: Group",
        "Principal for the seat of",
        "Has no account.",
    ):
        assert words in content, words


def test_an_address_is_shared_however_it_is_written(client):
    person = PersonFactory(email="Desk@Labour.example")
    PersonFactory(email="desk@labour.example")
    content = client.get(person.get_absolute_url()).content.decode()
    assert "shared with one other person" in content


def test_a_merged_person_leads_to_the_other_and_an_anonymised_one_is_gone(client):
    stays = PersonFactory()
    goes = PersonFactory(merged_into=stays, archived_at=timezone.now())
    answer = client.get(goes.get_absolute_url())
    assert (answer.status_code, answer.headers["Location"]) == (301, stays.get_absolute_url())
    assert client.get(PersonFactory(anonymised_at=timezone.now()).get_absolute_url()).status_code == 404


def test_objections_and_do_not_contact_are_said(client):
    person = PersonFactory(objections=["NEWS"], do_not_contact=False)
    content = client.get(person.get_absolute_url()).content.decode()
    assert content.count("Objected") == 1
    Person.objects.update(do_not_contact=True)
    content = client.get(person.get_absolute_url()).content.decode()
    assert content.count("Objected") == 3
    assert "Do not contact." in content


# The form ------------------------------------------------------------------------------------------------------------


def test_adding_somebody_with_a_post_addresses_and_domains(client):
    ministry = OrganisationFactory()
    answer = client.post(
        NEW,
        entered(
            native_name="أمينة حداد",
            native_language="ar",
            organisation=ministry.pk,
            title="Head, labour market observatory",
            since="2023-03-01",
            roles=["POLICY_ANALYST", "DATA_CUSTODIAN"],
            domains=[domain("1.2").pk, domain("1.3").pk],
            objections=["NEWS"],
            emails_0_address="a.haddad@labour.example",
            emails_0_state="WORKS",
            names_0_name="Amena Hadad",
        ),
    )
    assert answer.status_code == 302, answer.context["form"].errors
    person = Person.objects.get()
    assert (person.sort_name, person.roles, person.objections) == (
        "Haddad, Amina",
        ["POLICY_ANALYST", "DATA_CUSTODIAN"],
        ["NEWS"],
    )
    post = person.posts.get()
    assert (post.organisation, post.title, post.valid_from, post.is_primary) == (
        ministry,
        "Head, labour market observatory",
        date(2023, 3, 1),
        True,
    )
    assert person.emails.get().is_primary
    assert [row.code for row in person.domains.order_by("sort_key")] == ["1.2", "1.3"]


def test_a_title_without_an_organisation_is_refused(client):
    answer = client.post(NEW, entered(title="Chief"))
    assert answer.status_code == 422
    assert "organisation" in answer.context["form"].errors
    assert Person.objects.count() == 0


def test_the_form_opens_for_an_organisation(client):
    ministry = OrganisationFactory(name="Ministry of Health")
    assert "Ministry of Health" in client.get(NEW, {"organisation": ministry.pk}).content.decode()


def test_editing_somebody(client):
    person = PersonFactory(name="Amina Hadad", email="old@labour.example", in_domains=["1.1"])
    answer = client.post(
        page("person_edit", person.pk),
        entered(
            revision=person.revision,
            domains=[domain("1.2").pk],
            emails_0_pk=person.emails.get().pk,
            emails_0_address="old@labour.example",
            emails_0_state="NOT_IN_USE",
            emails_1_address="new@labour.example",
            emails_1_state="WORKS",
            emails_1_is_primary="on",
        ),
    )
    assert answer.status_code == 302, answer.context["form"].errors
    person.refresh_from_db()
    assert (person.name, person.domains.get().code) == ("Amina Haddad", "1.2")
    assert person.emails.get(is_primary=True).address == "new@labour.example"


def test_a_likely_double_is_shown_and_needs_a_second_look(client):
    PersonFactory(name="Amina Haddad")
    content = client.get(page("person_similar"), {"name": "Amina Hadad"}).content.decode()
    assert "Amina Haddad" in content
    assert client.post(NEW, entered(name="Amina Hadad")).status_code == 422
    assert client.post(NEW, entered(name="Amina Hadad", anyway="on")).status_code == 302


def test_archiving_and_restoring(client):
    person = PersonFactory()
    client.post(page("person_archive", person.pk))
    assert listed(client) == []
    assert "Archived on" in client.get(person.get_absolute_url()).content.decode()
    client.post(page("person_restore", person.pk))
    assert listed(client) == [person.name]


def test_details_checked_today(client):
    person = PersonFactory()
    assert client.get(page("person_verify", person.pk)).status_code == 405
    client.post(page("person_verify", person.pk))
    assert Person.objects.get().verified_on == clock.today()


def test_who_may_not_change_gets_403(signed_in, statistician):
    person = PersonFactory()
    client = signed_in(statistician)
    assert client.get(person.get_absolute_url()).status_code == 200
    for name in ("edit", "archive", "restore", "merge", "moved", "invite"):
        assert client.get(page(f"person_{name}", person.pk)).status_code == 403


# Posts ---------------------------------------------------------------------------------------------------------------


def test_adding_and_correcting_a_post(client):
    person, agency = PersonFactory(), OrganisationFactory()
    sent = {"organisation": agency.pk, "title": "Member", "valid_from": "2026-01-01", "is_primary": "on"}
    assert client.post(page("post_create", person.pk), sent).status_code == 302
    post = person.posts.get(is_primary=True)
    assert post.organisation == agency
    sent |= {"title": "Chair", "revision": post.revision}
    assert client.post(page("post_edit", person.pk, post.pk), sent).status_code == 302
    post.refresh_from_db()
    assert post.title == "Chair"
    sent |= {"valid_to": "2025-01-01", "revision": post.revision}
    answer = client.post(page("post_edit", person.pk, post.pk), sent)
    assert answer.status_code == 422
    assert "valid_to" in answer.context["form"].errors
    assert client.get(page("post_edit", PersonFactory().pk, post.pk)).status_code == 404


def test_ending_a_post_says_what_ends_with_it(client):
    focal_point = FocalPointFactory(valid_from=date(2025, 1, 1))
    connection.check_constraints()
    person = focal_point.person
    url = page("post_end", person.pk, person.posts.get().pk)
    assert "Focal point for Labour" in client.get(url).content.decode()
    answer = client.post(url, {"on": MAY, "reason": "Retired"}, follow=True)
    assert "ended with the post" in answer.content.decode()
    connection.check_constraints()
    focal_point.refresh_from_db()
    assert focal_point.valid_to == date(2026, 5, 31)


# The move ------------------------------------------------------------------------------------------------------------


def test_the_move_lists_what_it_changes_before_it_is_saved(client, liaison):
    focal_point = FocalPointFactory(valid_from=date(2024, 1, 1))
    person = focal_point.person
    Person.objects.filter(pk=person.pk).update(user=liaison)
    UserGroupMembership.objects.create(group=UserGroup.objects.create(name="Labour users"), person=person)
    content = client.get(page("person_moved", person.pk)).content.decode()
    for words in (
        "has moved post",
        "Focal point for Labour",
        "Stays: the membership is personal",
        "requests of the new organisation only",
        "Past contacts and figures",
        "Successor as focal point for Labour",
    ):
        assert words in content, words
    assert FocalPoint.objects.get().valid_to is None


def moving(person, **fields):
    post = person.posts.get()
    return {"post": post.pk, "last_day": MAY, "where": "another", "first_day": JUNE, **fields}


def test_the_move_is_one_act(client):
    focal_point = FocalPointFactory(valid_from=date(2024, 1, 1))
    connection.check_constraints()
    person, successor = focal_point.person, PersonFactory(organisation=focal_point.organisation)
    agency = OrganisationFactory()
    sent = moving(
        person,
        organisation=agency.pk,
        title="Director of studies",
        email="new@agency.example",
        **{f"successor_{focal_point.pk}": successor.pk},
    )
    assert client.post(page("person_moved", person.pk), sent).status_code == 302
    connection.check_constraints()
    assert person.posts.get(valid_to=None).title == "Director of studies"
    assert FocalPoint.objects.get(person=successor).valid_from == date(2026, 6, 1)
    assert person.emails.get(is_primary=True).address == "new@agency.example"


def test_left_not_known_where_to(client):
    person = FocalPointFactory().person
    connection.check_constraints()
    sent = moving(person, where="unknown", first_day="")
    assert client.post(page("person_moved", person.pk), sent).status_code == 302
    assert person.posts.get().valid_to == date(2026, 5, 31)
    assert Task.objects.get().title.startswith("Name a focal point")
    assert listed(client, state="left") == [person.name]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"organisation": ""}, "organisation"),
        ({"first_day": MAY}, "first_day"),
        ({"first_day": ""}, "first_day"),
        ({"last_day": "2019-01-01"}, "last_day"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused_beside_its_field(client, fields, field):
    person = PersonFactory(since=date(2020, 1, 1))
    sent = moving(person, **({"organisation": OrganisationFactory().pk} | fields))
    answer = client.post(page("person_moved", person.pk), sent)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert person.posts.get().valid_to is None


def test_a_successor_without_a_post_is_refused_beside_the_field(client):
    focal_point = FocalPointFactory()
    connection.check_constraints()
    person, stranger = focal_point.person, PersonFactory()
    name = f"successor_{focal_point.pk}"
    sent = moving(person, organisation=OrganisationFactory().pk, **{name: stranger.pk})
    answer = client.post(page("person_moved", person.pk), sent)
    assert answer.status_code == 422
    assert "Add the post first" in str(answer.context["form"].errors[name])
    assert person.posts.get().valid_to is None


def test_somebody_without_a_post_is_sent_to_add_one(client):
    person = PersonFactory(title=None)
    assert client.get(page("person_moved", person.pk)).headers["Location"] == page("post_create", person.pk)


# Signing in ----------------------------------------------------------------------------------------------------------


def test_inviting_to_the_portal(client):
    person = PersonFactory(name="Amina Haddad", email="amina@labour.example")
    url = page("person_invite", person.pk)
    assert "amina@labour.example" in client.get(url).content.decode()
    assert client.post(url, {"email": "amina@labour.example"}).status_code == 302
    person.refresh_from_db()
    assert person.user.roles == ["expert"]
    assert Message.objects.get().address == "amina@labour.example"
    assert "has not signed in yet" in client.get(person.get_absolute_url()).content.decode()
    assert client.get(url).status_code == 404


def test_an_address_somebody_signs_in_with_is_refused(client, manager):
    person = PersonFactory()
    answer = client.post(page("person_invite", person.pk), {"email": manager.email.upper()})
    assert answer.status_code == 422
    assert "email" in answer.context["form"].errors


def test_linking_a_login_to_a_person(signed_in, administrator, statistician):
    client, person, wrong = signed_in(administrator), PersonFactory(), PersonFactory(user=statistician)
    url = page("user_person", statistician.pk)
    assert client.post(url, {"person": person.pk}).status_code == 302
    person.refresh_from_db()
    wrong.refresh_from_db()
    assert (person.user, wrong.user) == (statistician, None)
    assert person.name in client.get(statistician.get_absolute_url()).content.decode()
