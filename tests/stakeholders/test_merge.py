"""Merging two records: everything arrives at the one that stays, and nobody's objection is lost."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from nso_contacts.mail.models import Message
from nso_contacts.office import clock
from stakeholders import merge_fields
from stakeholders.actions import merge
from stakeholders.actions import person as person_actions
from stakeholders.models import (
    Committee,
    CommitteeSeat,
    ExpertAssignment,
    FocalPoint,
    Interaction,
    MovedDue,
    Organisation,
    Participant,
    Person,
    PersonEmail,
    Post,
    Product,
    SeatHolder,
    Task,
    UserGroup,
    UserGroupMembership,
)
from tests.factories import (
    ExpertAssignmentFactory,
    FocalPointFactory,
    OrganisationFactory,
    PersonFactory,
    UserFactory,
    domain,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

MAY = date(2026, 5, 31)


def pair(model, stays, goes):
    return model.objects.get(pk=stays.pk), model.objects.get(pk=goes.pk)


@pytest.fixture
def contact(liaison):
    """Log a contact with these people and organisations."""

    def log(*rows):
        interaction = Interaction.objects.create(
            subject="Call", channel="PHONE", occurred_at=timezone.now(), author=liaison
        )
        for row in rows:
            Participant.objects.create(interaction=interaction, occurred_at=interaction.occurred_at, **row)
        return interaction

    return log


# People --------------------------------------------------------------------------------------------------------------


def test_everything_of_a_person_arrives(contact, liaison):
    ministry, agency = OrganisationFactory.create_batch(2)
    stays = PersonFactory(name="Yusuf Al-Khatib", organisation=ministry, in_domains=["1.2"], email="y@labour.example")
    goes = PersonFactory(
        name="Youssef Alkhatib", organisation=agency, in_domains=["1.2", "1.3"], email="youssef@mail.example"
    )
    FocalPointFactory(person=goes, organisation=agency)
    seat = CommitteeSeat.objects.create(committee=Committee.objects.create(name="Council"), organisation=agency)
    SeatHolder.objects.create(seat=seat, person=goes)
    UserGroupMembership.objects.create(group=UserGroup.objects.create(name="Labour"), person=goes)
    Task.objects.create(title="Call", due_on=MAY, assignee=liaison, person=goes)
    contact({"person": goes})
    connection.check_constraints()

    merge.merge_people(stays, goes, actor=liaison, reason="Confirmed by telephone")
    connection.check_constraints()

    stays, goes = pair(Person, stays, goes)
    assert (goes.merged_into, goes.name) == (stays, "Youssef Alkhatib")
    assert goes.archived_at is not None
    for rows in ("posts", "emails", "focal_points", "seats", "group_memberships", "participations", "tasks"):
        assert getattr(goes, rows).count() == 0, rows
    assert set(stays.posts.values_list("organisation", "is_primary")) == {(ministry.pk, True), (agency.pk, False)}
    assert set(stays.emails.values_list("address", "is_primary")) == {
        ("y@labour.example", True),
        ("youssef@mail.example", False),
    }
    assert [row.code for row in stays.domains.order_by("sort_key")] == ["1.2", "1.3"]
    assert stays.names.get().name == "Youssef Alkhatib"
    assert "youssef alkhatib" in stays.search_text
    assert stays.last_substantive_on == clock.today()
    assert [stays.focal_points.count(), stays.seats.count(), stays.tasks.count()] == [1, 1, 1]


def test_an_objection_always_wins():
    stays = PersonFactory(objections=["NEWS"], do_not_contact=False)
    goes = PersonFactory(objections=["SURVEY"], do_not_contact=True)
    merge.merge_people(stays, goes, actor=None)
    stays.refresh_from_db()
    assert (set(stays.objections), stays.do_not_contact) == ({"NEWS", "SURVEY"}, True)


def test_what_is_empty_is_filled_and_what_is_chosen_is_taken():
    owner = UserFactory()
    stays = PersonFactory(name="Y. Al-Khatib", phone="", mobile="1", code="OLD", note="One", verified_on=MAY)
    goes = PersonFactory(name="Yusuf Al-Khatib", phone="2", mobile="3", code="NEW", note="Two", owner=owner)
    assert merge_fields.choices(stays, goes) == ["name", "code", "mobile", "email"]
    merge.merge_people(stays, goes, take=["name", "code", "email"], actor=None)
    stays, goes = pair(Person, stays, goes)
    assert (stays.name, stays.phone, stays.mobile, stays.code, stays.owner) == (
        "Yusuf Al-Khatib",
        "2",
        "1",
        "NEW",
        owner,
    )
    assert (stays.note, stays.verified_on, stays.sort_name) == ("One\n\nTwo", MAY, "Al-Khatib, Yusuf")
    assert stays.names.get().name == "Y. Al-Khatib"
    assert stays.emails.get(is_primary=True).address == goes_address(goes, stays)
    assert goes.code == "OLD"  # an import that names it still finds the way


def goes_address(goes, stays):
    return PersonEmail.objects.filter(person=stays).order_by("-pk").first().address


def test_two_posts_in_one_organisation_are_one():
    ministry = OrganisationFactory()
    stays = PersonFactory(organisation=ministry, title="Director")
    goes = PersonFactory(organisation=ministry, title="Director general", since=date(2022, 2, 1))
    UserGroupMembership.objects.create(group=(group := UserGroup.objects.create(name="Labour")), person=stays)
    UserGroupMembership.objects.create(group=group, person=goes, role="CHAIR", importance=1, valid_from=MAY)
    FocalPointFactory(person=goes, organisation=ministry, valid_from=date(2022, 2, 1))
    connection.check_constraints()
    merge.merge_people(stays, goes, take=["title"], actor=None)
    connection.check_constraints()
    post = stays.posts.get()
    assert (post.title, post.valid_from, post.is_primary) == ("Director general", date(2022, 2, 1), True)
    membership = stays.group_memberships.get()
    assert (membership.role, membership.importance, membership.valid_from) == ("CHAIR", 1, MAY)


def test_two_main_posts_become_one_main_post_at_a_time():
    stays = PersonFactory(since=date(2024, 1, 1))
    goes = PersonFactory(title=None)
    old, also = OrganisationFactory.create_batch(2)
    Post.objects.create(person=goes, organisation=old, valid_to=date(2023, 12, 31))
    Post.objects.create(person=goes, organisation=also, valid_from=date(2024, 1, 1))
    merge.merge_people(stays, goes, actor=None)
    assert set(stays.posts.filter(is_primary=True).values_list("organisation", flat=True)) == {
        old.pk,
        stays.posts.get(title="Analyst").organisation_id,
    }


def test_joining_posts_gives_way_to_another_main_post():
    """The joined post cannot begin earlier, because the person held another main post then."""
    earlier, now = OrganisationFactory.create_batch(2)
    stays = PersonFactory(organisation=now, since=date(2022, 1, 1))
    Post.objects.create(person=stays, organisation=earlier, valid_to=date(2021, 12, 31))
    goes = PersonFactory(organisation=now, since=date(2020, 1, 1))
    merge.merge_people(stays, goes, actor=None)
    assert stays.posts.get(organisation=now).valid_from == date(2022, 1, 1)


def test_one_address_is_kept_once_with_what_is_known_of_it():
    stays, goes = PersonFactory(email="desk@labour.example"), PersonFactory(email="DESK@labour.example")
    person_actions.mark_address(goes.emails.get(), "BOUNCED", actor=None)
    merge.merge_people(stays, goes, actor=None)
    email = stays.emails.get()
    assert (email.address, email.state, email.is_primary) == ("desk@labour.example", "BOUNCED", True)


def test_a_contact_with_both_counts_once(contact):
    ministry = OrganisationFactory()
    stays, goes = PersonFactory(), PersonFactory()
    contact({"person": stays}, {"person": goes, "organisation": ministry})
    merge.merge_people(stays, goes, actor=None)
    assert stays.participations.get().organisation == ministry


def test_the_login_moves_along(liaison):
    stays, goes = PersonFactory(name="Nadia R."), PersonFactory(user=liaison)
    merge.merge_people(stays, goes, actor=None)
    stays, goes = pair(Person, stays, goes)
    assert (stays.user, goes.user) == (liaison, None)
    assert str(Person.objects.get(pk=stays.pk).user) == "Nadia R."


def test_the_second_login_can_no_longer_sign_in(liaison, statistician):
    stays, goes = PersonFactory(user=liaison), PersonFactory(user=statistician)
    merge.merge_people(stays, goes, actor=None)
    statistician.refresh_from_db()
    stays.refresh_from_db()
    assert (stays.user, statistician.is_active) == (liaison, False)


def test_messages_are_told_apart_no_longer_and_none_is_sent(liaison):
    from nso_contacts.accounts.actions import send_invitation

    stays, goes = PersonFactory(), PersonFactory()
    send_invitation(liaison, actor=None)
    kind = Message.objects.get()
    for record in (stays, goes):
        kind.pk, kind.message_id = None, f"<{record.pk}@nso.example>"
        kind.recipient, kind.recipient_key = record, f"stakeholders.person/{record.pk}"
        kind.save()
    single = Message.objects.get(pk=kind.pk)
    single.pk, single.message_id, single.version = None, "<single@nso.example>", "2"
    single.save()
    merge.merge_people(stays, goes, actor=None)
    keys = Message.objects.filter(recipient_id=stays.pk).order_by("pk").values_list("recipient_key", flat=True)
    both, moved = f"stakeholders.person/{stays.pk}", f"stakeholders.person/{goes.pk}"
    assert list(keys) == [both, moved, both]
    assert Message.objects.count() == 4


def test_a_moved_date_of_the_one_that_stays_remains(liaison):
    stays, goes, other = PersonFactory(), PersonFactory(), PersonFactory()
    for person in (stays, goes):
        MovedDue.objects.create(person=person, due_on=MAY, moved_by=liaison, reason=person.name)
    merge.merge_people(stays, goes, actor=None)
    assert MovedDue.objects.get().reason == stays.name
    merge.merge_people(other, stays, actor=None)
    assert MovedDue.objects.get().person == other


def test_merging_on_leads_all_old_records_to_the_last():
    first, second, third = PersonFactory.create_batch(3)
    merge.merge_people(second, first, actor=None)
    merge.merge_people(third, second, actor=None)
    assert Person.objects.get(pk=first.pk).merged_into == third


def test_merges_that_make_no_sense_are_refused():
    stays, goes = PersonFactory(), PersonFactory()
    with pytest.raises(ValidationError, match="different"):
        merge.merge_people(stays, stays, actor=None)
    person_actions.archive(stays, actor=None)
    with pytest.raises(ValidationError, match="archived"):
        merge.merge_people(stays, goes, actor=None)
    person_actions.restore(stays, actor=None)
    merge.merge_people(stays, goes, actor=None)
    with pytest.raises(ValidationError, match="already"):
        merge.merge_people(stays, goes, actor=None)
    with pytest.raises(ValidationError, match="merged into"):
        person_actions.restore(Person.objects.get(pk=goes.pk), actor=None)


# Organisations -------------------------------------------------------------------------------------------------------


def test_everything_of_an_organisation_arrives(contact, liaison):
    stays = OrganisationFactory(name="Observatory", is_data_holder=True)
    goes = OrganisationFactory(name="Labour Observatory", email="desk@labour.example", is_funder=True)
    unit = OrganisationFactory(parent=goes)
    person = PersonFactory(organisation=goes)
    FocalPointFactory(organisation=goes, person=person)
    ExpertAssignmentFactory(organisation=goes)
    CommitteeSeat.objects.create(committee=Committee.objects.create(name="Council"), organisation=goes)
    UserGroupMembership.objects.create(group=UserGroup.objects.create(name="Labour"), person=person, organisation=goes)
    Task.objects.create(title="Call", due_on=MAY, assignee=liaison, organisation=goes)
    Product.objects.create(code="LFS", title="Labour Force Survey", unit=goes)
    contact({"organisation": goes})
    connection.check_constraints()

    merge.merge_organisations(stays, goes, actor=liaison)
    connection.check_constraints()

    stays, goes = pair(Organisation, stays, goes)
    assert goes.merged_into == stays
    assert (stays.is_data_holder, stays.is_funder) == (True, True)
    for rows in ("units", "posts", "focal_points", "expert_assignments", "committee_seats", "group_memberships"):
        assert getattr(goes, rows).count() == 0, rows
        assert getattr(stays, rows).count() == 1, rows
    assert [stays.tasks.count(), stays.products.count(), stays.participations.count()] == [1, 1, 1]
    assert stays.emails.get().is_primary
    assert stays.names.get().name == "Labour Observatory"
    assert Organisation.objects.get(pk=unit.pk).parent == stays
    assert stays.last_substantive_on == clock.today()


def test_where_both_have_a_first_that_of_the_one_that_stays_remains():
    stays, goes = OrganisationFactory.create_batch(2)
    first, second = FocalPointFactory(organisation=stays), FocalPointFactory(organisation=goes)
    manager = ExpertAssignmentFactory(organisation=stays, role="RELATIONSHIP_MANAGER")
    other = ExpertAssignmentFactory(organisation=goes, role="RELATIONSHIP_MANAGER")
    same = ExpertAssignmentFactory(organisation=stays, domain=domain("1.3"), valid_from=MAY)
    ExpertAssignmentFactory(organisation=goes, domain=domain("1.3"), user=same.user, valid_from=date(2020, 1, 1))
    connection.check_constraints()
    merge.merge_organisations(stays, goes, actor=None)
    connection.check_constraints()
    assert dict(FocalPoint.objects.values_list("pk", "role")) == {first.pk: "PRIMARY", second.pk: "ALTERNATE"}
    roles = dict(ExpertAssignment.objects.values_list("pk", "role"))
    assert roles == {
        manager.pk: "RELATIONSHIP_MANAGER",
        other.pk: "SUBJECT_EXPERT",
        same.pk: "SUBJECT_EXPERT",
    }
    assert ExpertAssignment.objects.get(pk=same.pk).valid_from == date(2020, 1, 1)


def test_somebody_in_both_holds_one_post_afterwards():
    stays, goes = OrganisationFactory.create_batch(2)
    person = PersonFactory(organisation=goes, title="Director")
    Post.objects.create(person=person, organisation=stays, is_primary=False)
    merge.merge_organisations(stays, goes, actor=None)
    post = person.posts.get()
    assert (post.organisation, post.title, post.is_primary) == (stays, "Director", True)


def test_two_seats_in_one_committee_both_stay():
    stays, goes = OrganisationFactory(), OrganisationFactory(name="Observatory")
    committee = Committee.objects.create(name="Council")
    for organisation in (stays, goes):
        CommitteeSeat.objects.create(committee=committee, organisation=organisation)
    merge.merge_organisations(stays, goes, actor=None)
    assert set(committee.seats.values_list("organisation", "label")) == {(stays.pk, ""), (stays.pk, "Observatory")}


@pytest.mark.parametrize("depth", [1, 2])
def test_a_ministry_may_be_merged_into_its_own_unit(depth):
    top = OrganisationFactory()
    goes = OrganisationFactory(parent=top)
    stays = between = OrganisationFactory(parent=goes)
    if depth == 2:
        stays = OrganisationFactory(parent=between)
    merge.merge_organisations(stays, goes, actor=None)
    connection.check_constraints()
    assert Organisation.objects.get(pk=stays.pk).parent == top
    if depth == 2:
        assert Organisation.objects.get(pk=between.pk).parent == stays


def test_this_office_is_not_merged_away():
    with pytest.raises(ValidationError):
        merge.merge_organisations(OrganisationFactory(), OrganisationFactory(is_this_office=True), actor=None)
