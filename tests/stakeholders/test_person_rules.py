"""People, their posts and what hangs on them: what the database refuses and what the actions do."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from nso_contacts.mail.models import Message
from nso_contacts.office import clock
from stakeholders import posts
from stakeholders.actions import person as actions
from stakeholders.actions import relation
from stakeholders.models import (
    AddressState,
    Committee,
    CommitteeSeat,
    ExpertAssignment,
    FocalPoint,
    Person,
    PersonDomain,
    PersonEmail,
    PersonName,
    Post,
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
from tests.stakeholders.test_organisation_rules import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 1)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("person_has_a_name", {"name": ""}),
        ("person_cadence_positive", {"cadence_days": 0}),
        ("person_roles_are_known", {"roles": ["KING"]}),
        ("person_objections_are_known", {"objections": ["SECURITY"]}),
    ],
)
def test_the_database_refuses(constraint, fields):
    refused(constraint, lambda: PersonFactory(**fields))


def test_the_database_refuses_wrong_merges_and_double_codes():
    person = PersonFactory(code="P-1", archived_at=timezone.now())
    refused("person_code_unique", lambda: PersonFactory(code="p-1"))
    refused("person_merged_is_archived", lambda: PersonFactory(merged_into=person))
    refused("person_not_merged_into_itself", lambda: Person.objects.filter(pk=person.pk).update(merged_into=person))


def test_one_login_belongs_to_one_person(liaison):
    PersonFactory(user=liaison)
    refused("stakeholders_person_user_id_key", lambda: PersonFactory(user=liaison))


def test_what_a_person_has_once():
    person = PersonFactory(email="ana@health.example", in_domains=["1.2"])
    PersonName.objects.create(person=person, name="Anna")
    refused("personname_unique", lambda: PersonName.objects.create(person=person, name="Anna"))
    refused("persondomain_once", lambda: PersonDomain.objects.create(person=person, domain=domain("1.2")))
    refused("personemail_once", lambda: PersonEmail.objects.create(person=person, address="Ana@Health.example"))
    refused(
        "personemail_one_primary",
        lambda: PersonEmail.objects.create(person=person, address="b@health.example", is_primary=True),
    )
    refused("post_one_primary", lambda: Post.objects.create(person=person, organisation=OrganisationFactory()))
    refused(
        "post_ends_after_start",
        lambda: Post.objects.create(
            person=person, organisation=OrganisationFactory(), is_primary=False, valid_from=JUNE, valid_to=MAY
        ),
    )


def test_a_person_may_have_two_posts_and_one_main_post_after_another():
    person = PersonFactory(title=None)
    first, second, third = OrganisationFactory.create_batch(3)
    Post.objects.create(person=person, organisation=first, valid_to=MAY)
    Post.objects.create(person=person, organisation=second, valid_from=JUNE)
    Post.objects.create(person=person, organisation=third, is_primary=False)
    assert set(person.posts.on(MAY).values_list("organisation", flat=True)) == {first.pk, third.pk}
    assert set(person.posts.on(JUNE).values_list("organisation", flat=True)) == {second.pk, third.pk}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Amina Haddad", "Haddad, Amina"), ("Pelé", "Pelé"), ("María Fernanda Ibáñez", "Ibáñez, María Fernanda")],
)
def test_the_sort_name_follows_the_name_until_it_is_typed(name, expected):
    person = PersonFactory(name=name)
    assert person.sort_name == expected
    Person.objects.filter(pk=person.pk).update(name="Ana Lima")
    person.refresh_from_db()
    assert person.sort_name == "Lima, Ana"
    Person.objects.filter(pk=person.pk).update(sort_name="Lima Souza, Ana")
    Person.objects.filter(pk=person.pk).update(name="Ana Lima Souza")
    person.refresh_from_db()
    assert person.sort_name == "Lima Souza, Ana"


def test_search_text_holds_all_names_addresses_and_present_posts():
    organisation = OrganisationFactory(name="Ministry of Health", short_name="MoH")
    person = PersonFactory(
        name="Hélène Marchetti", native_name="Элен", organisation=organisation, email="h@moh.example", title="Chief"
    )
    PersonName.objects.create(person=person, name="Helena M")
    person.refresh_from_db()
    assert " ".join(person.search_text.split()) == (
        "helene marchetti элен helena m h@moh.example chief ministry of health moh"
    )
    assert person.revision == 1
    actions.end_post(person.posts.get(), on=date(2020, 1, 1), actor=None)
    person.refresh_from_db()
    assert "health" not in person.search_text


# Focal points and experts --------------------------------------------------------------------------------------------


def test_one_primary_focal_point_per_organisation_domain_and_time():
    first = FocalPointFactory(valid_from=date(2024, 1, 1), valid_to=MAY)
    other = PersonFactory(organisation=first.organisation)
    also = {"organisation": first.organisation, "domain": first.domain, "person": other}
    refused("focalpoint_one_primary", lambda: FocalPoint.objects.create(**also, valid_from=MAY))
    FocalPoint.objects.create(**also, valid_from=JUNE)
    FocalPoint.objects.create(**also, role="ALTERNATE", valid_from=MAY)
    refused("focalpoint_once", lambda: FocalPoint.objects.create(**also, role="ALTERNATE", valid_from=JUNE))
    refused(
        "focalpoint_ends_after_start",
        lambda: FocalPoint.objects.create(**also, role="TECHNICAL", valid_from=JUNE, valid_to=MAY),
    )


def test_one_relationship_manager_per_organisation_domain_and_time():
    first = ExpertAssignmentFactory(role="RELATIONSHIP_MANAGER")
    also = {"organisation": first.organisation, "domain": first.domain, "user": UserFactory()}
    add = ExpertAssignment.objects.create
    refused("expertassignment_one_manager", lambda: add(**also, role="RELATIONSHIP_MANAGER"))
    add(**also, role="SUBJECT_EXPERT")
    refused("expertassignment_once", lambda: add(**also, role="SUBJECT_EXPERT", valid_from=MAY))
    refused("expertassignment_ends_after_start", lambda: add(**also, role="BACKUP", valid_from=JUNE, valid_to=MAY))


BELONGS = "focalpoint_belongs_to_organisation"


def test_a_focal_point_holds_a_post_there_or_in_a_unit_of_it():
    ministry = OrganisationFactory()
    unit = OrganisationFactory(parent=OrganisationFactory(parent=ministry))
    FocalPointFactory(organisation=ministry, person=PersonFactory(organisation=unit))
    connection.check_constraints()
    refused(BELONGS, lambda: FocalPointFactory(organisation=unit, person=PersonFactory(organisation=ministry)))
    refused(
        BELONGS,
        lambda: FocalPointFactory(organisation=ministry, person=PersonFactory(title=None), domain=domain("1.3")),
    )


def test_a_focal_point_holds_the_post_on_every_day():
    ministry = OrganisationFactory()
    person = PersonFactory(title=None)
    for start, end in ((date(2024, 1, 1), MAY), (JUNE, date(2026, 12, 31))):
        Post.objects.create(person=person, organisation=ministry, valid_from=start, valid_to=end)
    also = {"organisation": ministry, "person": person}
    FocalPointFactory(**also, valid_from=date(2024, 1, 1), valid_to=date(2026, 12, 31))
    FocalPointFactory(**also, domain=domain("1.3"), valid_to=date(2026, 12, 31))  # start not known
    connection.check_constraints()
    refused(BELONGS, lambda: FocalPointFactory(**also, domain=domain("1.4")))
    refused(
        BELONGS,
        lambda: FocalPointFactory(**also, domain=domain("1.4"), valid_from=date(2023, 12, 31), valid_to=MAY),
    )


def test_a_post_is_not_ended_removed_or_moved_under_a_focal_point():
    focal_point = FocalPointFactory()
    connection.check_constraints()
    held = Post.objects.filter(person=focal_point.person)
    refused(BELONGS, lambda: held.update(valid_to=MAY))
    refused(BELONGS, lambda: held.update(organisation=OrganisationFactory()))
    refused(BELONGS, held.delete)
    FocalPoint.objects.update(valid_to=MAY)
    held.update(valid_to=MAY)
    connection.check_constraints()


def test_naming_somebody_without_a_post_is_refused_beside_the_person():
    ministry = OrganisationFactory()
    with pytest.raises(ValidationError) as refusal:
        relation.name_focal_point(
            FocalPoint(organisation=ministry, person=PersonFactory(), domain=domain()), actor=None
        )
    assert "Add the post first" in refusal.value.message_dict["person"][0]
    person = PersonFactory(organisation=ministry)
    actions.end_post(person.posts.get(), on=MAY, actor=None)
    with pytest.raises(ValidationError) as refusal:
        relation.name_focal_point(
            FocalPoint(organisation=ministry, person=person, domain=domain(), valid_from=date(2026, 1, 1)), actor=None
        )
    assert "31" in refusal.value.message_dict["person"][0]
    assert FocalPoint.objects.count() == 0


# Posts ---------------------------------------------------------------------------------------------------------------


def test_a_new_main_post_takes_the_place_of_the_other():
    person = PersonFactory()
    actions.add_post(Post(person=person, organisation=OrganisationFactory(), valid_from=JUNE), actor=None)
    assert person.posts.filter(is_primary=True).get().valid_from == JUNE


def hung(person, ministry):
    """Hang a seat and two memberships on somebody's post: one for the ministry, one personal."""
    seat = CommitteeSeat.objects.create(committee=Committee.objects.create(name="Council"), organisation=ministry)
    groups = [UserGroup.objects.create(name=name) for name in ("Labour", "Prices")]
    return (
        SeatHolder.objects.create(seat=seat, person=person),
        UserGroupMembership.objects.create(group=groups[0], person=person, organisation=ministry),
        UserGroupMembership.objects.create(group=groups[1], person=person),
    )


def test_ending_a_post_ends_what_hangs_on_it_and_says_so():
    focal_point = FocalPointFactory()
    person, ministry = focal_point.person, focal_point.organisation
    seat, for_ministry, personal = hung(person, ministry)
    ended = actions.end_post(person.posts.get(), on=MAY, actor=None)
    connection.check_constraints()
    assert [what for what, _how in ended.sentences(MAY)] == [
        "Focal point for Labour",
        "Seat in Council",
        "User group: Labour",
    ]
    for row in (focal_point, seat, for_ministry):
        row.refresh_from_db()
        assert row.valid_to == MAY
    personal.refresh_from_db()
    assert personal.valid_to is None
    assert posts.Dependents() == actions.end_post(person.posts.get(), on=MAY, actor=None)


def test_what_another_post_carries_goes_on():
    focal_point = FocalPointFactory()
    person = focal_point.person
    unit = OrganisationFactory(parent=focal_point.organisation)
    Post.objects.create(person=person, organisation=unit, is_primary=False)
    ended = actions.end_post(person.posts.get(is_primary=True), on=MAY, actor=None)
    connection.check_constraints()
    focal_point.refresh_from_db()
    assert ended.focal_points == []
    assert focal_point.valid_to is None


def test_correcting_a_post_ends_what_it_no_longer_carries():
    focal_point = FocalPointFactory(valid_from=date(2025, 1, 1))
    post = focal_point.person.posts.get()
    connection.check_constraints()
    post.valid_to = MAY
    assert actions.change_post(post, actor=None) == [focal_point]
    connection.check_constraints()
    assert FocalPoint.objects.get().valid_to == MAY


def test_a_post_that_begins_later_lets_the_focal_point_begin_with_it():
    focal_point = FocalPointFactory(valid_from=date(2025, 1, 1))
    connection.check_constraints()
    post = focal_point.person.posts.get()
    post.valid_from = date(2025, 7, 1)
    assert actions.change_post(post, actor=None) == []
    connection.check_constraints()
    assert FocalPoint.objects.get().valid_from == date(2025, 7, 1)


@pytest.mark.parametrize("since", [None, date(2025, 1, 1)])
def test_a_post_that_was_never_there_takes_its_focal_point_along(since):
    focal_point = FocalPointFactory(valid_from=since)
    connection.check_constraints()
    post = focal_point.person.posts.get()
    post.organisation = OrganisationFactory()
    assert len(actions.change_post(post, actor=None)) == 1
    connection.check_constraints()
    assert FocalPoint.objects.count() == 0


def test_a_break_between_two_posts_ends_the_focal_point():
    focal_point = FocalPointFactory(valid_from=date(2025, 1, 1))
    person = focal_point.person
    Post.objects.create(
        person=person, organisation=focal_point.organisation, is_primary=False, valid_from=date(2026, 8, 1)
    )
    connection.check_constraints()
    ended = actions.end_post(person.posts.get(is_primary=True), on=MAY, actor=None)
    connection.check_constraints()
    assert ended.focal_points == [focal_point]
    assert FocalPoint.objects.get().valid_to == MAY


def test_moving_passes_on_the_focal_point(liaison):
    focal_point = FocalPointFactory(valid_from=date(2024, 1, 1))
    person, ministry = focal_point.person, focal_point.organisation
    successor = PersonFactory(organisation=ministry)
    to = Post(organisation=OrganisationFactory(), title="Director", valid_from=JUNE)
    moved = actions.Move(
        person.posts.get(), MAY, to=to, email="new@agency.example", successors={focal_point.pk: successor}
    )
    actions.move(person, moved, actor=liaison)
    connection.check_constraints()
    assert [(post.valid_from, post.valid_to) for post in person.posts.order_by("pk")] == [(None, MAY), (JUNE, None)]
    follows = FocalPoint.objects.get(person=successor)
    assert (follows.valid_from, follows.role) == (JUNE, "PRIMARY")
    assert person.emails.get(is_primary=True).address == "new@agency.example"
    assert Task.objects.count() == 0
    assert Message.objects.count() == 0


def test_without_a_successor_a_task_asks_again(liaison):
    focal_point = FocalPointFactory()
    last_day = clock.today() + timedelta(days=30)
    actions.move(focal_point.person, actions.Move(focal_point.person.posts.get(), last_day), actor=liaison)
    task = Task.objects.get()
    assert task.title.startswith("Name a focal point for Labour")
    assert task.due_on > last_day
    assert (task.assignee, task.organisation) == (liaison, focal_point.organisation)


def test_a_move_with_a_wrong_successor_changes_nothing(liaison):
    focal_point = FocalPointFactory()
    person = focal_point.person
    moved = actions.Move(person.posts.get(), MAY, successors={focal_point.pk: PersonFactory()})
    with pytest.raises(ValidationError) as refusal:
        actions.move(person, moved, actor=liaison)
    assert list(refusal.value.message_dict) == [f"successor_{focal_point.pk}"]
    assert person.posts.get().valid_to is None
    assert FocalPoint.objects.get().valid_to is None


# Addresses and logins ------------------------------------------------------------------------------------------------


def test_an_address_not_in_use_gives_up_its_place():
    person = PersonFactory(email="old@health.example")
    new = PersonEmail.objects.create(person=person, address="new@health.example")
    old = person.emails.get(is_primary=True)
    actions.mark_address(old, AddressState.NOT_IN_USE, actor=None)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, old.state_on, old.is_primary) == ("NOT_IN_USE", clock.today(), False)
    assert new.is_primary


def test_inviting_somebody_to_the_portal_links_the_login(liaison):
    person = PersonFactory(name="Amina Haddad", email="amina@labour.example")
    user = actions.invite_to_portal(person, email="amina@labour.example", actor=liaison)
    person.refresh_from_db()
    assert (person.user, user.roles, user.name) == (user, ["expert"], "Amina Haddad")
    assert Message.objects.get().recipient == user
    with pytest.raises(ValidationError):
        actions.invite_to_portal(person, email="amina@labour.example", actor=liaison)


def test_a_login_is_never_linked_by_an_equal_address(liaison):
    PersonFactory(email=liaison.email)
    assert Person.objects.filter(user=liaison).count() == 0


def test_a_login_of_somebody_else_is_not_linked(liaison):
    PersonFactory(user=liaison)
    with pytest.raises(ValidationError):
        actions.link(PersonFactory(), liaison, actor=None)


def test_a_new_name_is_the_name_of_the_login_too(liaison):
    person = PersonFactory(user=liaison, name="Nadia Rahmani")
    person.name = "Nadia Rahmani-Costa"
    actions.edit(person, actor=None)
    liaison.refresh_from_db()
    assert liaison.name == "Nadia Rahmani-Costa"
