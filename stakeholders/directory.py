"""What the directory shows on shared pages: the side bar, search, choices, histories, panels."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.accounts.models import User
from nso_contacts.audit import history
from nso_contacts.audit.history import Child
from nso_contacts.office import clock, places
from nso_contacts.pages import navigation, panels, picks, search

from . import bodies, wishes
from .models import (
    ExpertAssignment,
    FocalPoint,
    Objection,
    Organisation,
    OrganisationEmail,
    OrganisationName,
    Person,
    PersonDomain,
    PersonEmail,
    PersonName,
    Post,
    StatisticalDomain,
    UserGroup,
    UserGroupMembership,
)
from .models.organisation import below

PEOPLE_SHOWN = 50
KEY_PEOPLE = 5


def register() -> None:
    """Tell the shared pages about organisations, people and domains."""
    place_in_side_bar()
    offer_choices()
    let_search()
    keep_histories()
    add_panels()
    bodies.register()


def place_in_side_bar() -> None:
    """Organisations and people under Directory, domains among the settings."""
    for title, url_name, icon, order, key in (
        (_("Organisations"), "stakeholders:organisation_list", "building", 10, "o"),
        (_("People"), "stakeholders:person_list", "people", 20, "p"),
    ):
        navigation.register(
            navigation.NavItem("directory", title, url_name, icon, capability="view_directory", order=order, key=key)
        )
    places.register(
        places.SettingsPlace(
            _("Statistical domains"), "stakeholders:domain_list", capability="change_code_lists", order=50
        )
    )


# Choosing and searching ----------------------------------------------------------------------------------------------


def with_main_post(rows: QuerySet[Person]) -> QuerySet[Person]:
    """People with their present posts, the main one first, for `post_line`."""
    held = Post.objects.current().select_related("organisation").order_by("-is_primary", "pk")
    return rows.prefetch_related(Prefetch("posts", held, to_attr="current_posts"))


def post_line(person: Person) -> str:
    """“Analyst, Ministry of Labour”; empty for somebody without a present post."""
    return str(person.current_posts[0]) if person.current_posts else ""


def organisation_line(organisation: Organisation) -> str:
    """What tells two organisations of one name apart: what they are part of, else their region, else their kind."""
    where = ", ".join(filter(None, (organisation.town, organisation.region)))
    return str(organisation.parent or where or organisation.get_kind_display())


def offer_choices() -> None:
    """Let forms choose organisations, people, colleagues who sign in, and domains."""
    picks.register(
        picks.PickSource(
            "organisation",
            _("Organisation"),
            lambda user: Organisation.objects.visible_to(user).active().select_related("parent"),
            detail=organisation_line,
            order=("name",),
            capability="view_directory",
        )
    )
    picks.register(
        picks.PickSource(
            "person",
            _("Person"),
            lambda user: with_main_post(Person.objects.visible_to(user).active()),
            detail=post_line,
            order=("sort_name",),
            capability="view_directory",
        )
    )
    picks.register(
        picks.PickSource(
            "user",
            _("Colleague"),
            lambda user: User.objects.staff() if user.has_perm("access.view_directory") else User.objects.none(),
            detail=lambda colleague: colleague.email,
            fields=("name", "email"),
            order=("name",),
            capability="view_directory",
        )
    )
    picks.register(
        picks.PickSource(
            "domain",
            _("Statistical domain"),
            lambda user: StatisticalDomain.objects.visible_to(user).filter(scheme__is_default=True),
            text=lambda domain: f"{domain.code} {domain}",
            fields=("code", "title", "local_title"),
            order=("sort_key",),
            capability="view_directory",
        )
    )

    picks.register(
        picks.PickSource(
            "group",
            _("User group"),
            lambda user: UserGroup.objects.visible_to(user).active(),
            fields=("name",),
            order=("name",),
            capability="view_directory",
        )
    )


def let_search() -> None:
    """Let people search organisations and people, archived ones on request."""
    search.register(
        search.SearchSource(
            "organisation",
            _("Organisations"),
            "building",
            lambda user: Organisation.objects.visible_to(user).active().select_related("parent").order_by("name"),
            order=10,
            detail=organisation_line,
            capability="view_directory",
            archived=lambda user: Organisation.objects.visible_to(user).exclude(archived_at=None),
            list_url_name="stakeholders:organisation_list",
        )
    )
    search.register(
        search.SearchSource(
            "person",
            _("People"),
            "people",
            lambda user: with_main_post(Person.objects.visible_to(user).active().order_by("sort_name")),
            order=20,
            detail=post_line,
            capability="view_directory",
            archived=lambda user: with_main_post(
                Person.objects.visible_to(user).filter(anonymised_at=None).exclude(archived_at=None)
            ),
            list_url_name="stakeholders:person_list",
        )
    )


def keep_histories() -> None:
    """Give both a history that also tells of their names, addresses, posts and roles."""
    history.register(
        "organisation",
        Organisation,
        "view_directory",
        children=[
            Child(OrganisationName, "organisation"),
            Child(OrganisationEmail, "organisation"),
            Child(Post, "organisation"),
            Child(FocalPoint, "organisation"),
            Child(ExpertAssignment, "organisation"),
        ],
    )
    history.register(
        "person",
        Person,
        "view_directory",
        children=[
            Child(PersonName, "person"),
            Child(PersonEmail, "person"),
            Child(PersonDomain, "person"),
            Child(Post, "person"),
            Child(FocalPoint, "person"),
            Child(UserGroupMembership, "person"),
        ],
    )
    history.register("domain", StatisticalDomain, "view_directory")


# Parts of the two pages ----------------------------------------------------------------------------------------------


def add_panels() -> None:
    """The directory's own parts of the pages of an organisation and a person."""
    own = [
        (
            "organisation",
            panels.Panel(
                "people",
                _("People"),
                "stakeholders/panels/organisation_people.html",
                organisation_people,
                place="tab",
                order=10,
                count=count_people,
            ),
        ),
        (
            "organisation",
            panels.Panel(
                "roles",
                _("Focal points and experts"),
                "stakeholders/panels/organisation_roles.html",
                organisation_roles,
                place="tab",
                order=20,
                count=lambda organisation, user: (
                    organisation.focal_points.current().count() + organisation.expert_assignments.current().count()
                ),
            ),
        ),
        (
            "organisation",
            panels.Panel(
                "experts",
                _("Our experts for them"),
                "stakeholders/panels/our_experts.html",
                our_experts,
                place="rail",
                order=20,
            ),
        ),
        (
            "organisation",
            panels.Panel(
                "key_people",
                _("Key people"),
                "stakeholders/panels/key_people.html",
                key_people,
                place="rail",
                order=30,
            ),
        ),
        (
            "organisation",
            panels.Panel(
                "groups",
                _("Groups and committees"),
                "stakeholders/panels/organisation_groups.html",
                organisation_groups,
                place="rail",
                order=40,
            ),
        ),
        (
            "person",
            panels.Panel(
                "roles", _("Roles"), "stakeholders/panels/person_roles.html", person_roles, place="rail", order=20
            ),
        ),
        (
            "person",
            panels.Panel(
                "agreed",
                _("What they agreed to"),
                "stakeholders/panels/person_agreed.html",
                person_agreed,
                place="rail",
                order=30,
            ),
        ),
        (
            "person",
            panels.Panel(
                "portal", _("Portal"), "stakeholders/panels/person_portal.html", person_portal, place="rail", order=40
            ),
        ),
        (
            "user",
            panels.Panel("person", _("Person"), "stakeholders/panels/user_person.html", user_person, order=50),
        ),
    ]
    for page, panel in own:
        panels.register(page, panel)


def may_change(user: User) -> bool:
    """Whether `user` may change the directory at all; which rows, `editable_by` says."""
    return user.has_perm("access.change_directory")


def _people_of(organisation: Organisation, user: User) -> QuerySet[Person]:
    held = Post.objects.current().filter(person=OuterRef("pk"), organisation__in=below(organisation.pk))
    return Person.objects.visible_to(user).active().filter(Exists(held))


def count_people(organisation: Organisation, user: User) -> int:
    """How many people hold a post there or in a unit."""
    return _people_of(organisation, user).count()


def organisation_people(organisation: Organisation, user: User) -> dict[str, Any]:
    """The first people of an organisation and its units, by name, with their posts there."""
    there = (
        Post.objects.current()
        .filter(organisation__in=below(organisation.pk))
        .select_related("organisation")
        .order_by("-is_primary", "pk")
    )
    main = PersonEmail.objects.filter(is_primary=True)
    people = list(
        _people_of(organisation, user)
        .order_by("sort_name", "pk")
        .prefetch_related(
            "domains", Prefetch("posts", there, to_attr="posts_there"), Prefetch("emails", main, to_attr="main_emails")
        )[: PEOPLE_SHOWN + 1]
    )
    return {
        "organisation": organisation,
        "people": people[:PEOPLE_SHOWN],
        "more": len(people) > PEOPLE_SHOWN,
        "may_change": may_change(user),
    }


def organisation_roles(organisation: Organisation, user: User) -> dict[str, Any]:
    """Focal points and our experts, those of today first, by domain."""
    today = clock.today()
    order = ("domain__sort_key", "role", "-valid_from", "pk")
    focal_points = organisation.focal_points.visible_to(user).select_related("person", "domain").order_by(*order)
    experts = organisation.expert_assignments.visible_to(user).select_related("user", "domain").order_by(*order)
    ended = Q(valid_to__lt=today)
    return {
        "organisation": organisation,
        "today": today,
        "focal_points": focal_points.exclude(ended),
        "past_focal_points": focal_points.filter(ended),
        "experts": experts.exclude(ended),
        "past_experts": experts.filter(ended),
        "may_change": may_change(user),
    }


def our_experts(organisation: Organisation, user: User) -> dict[str, Any]:
    """Our experts by domain, and the domains of their focal points for which we have named nobody."""
    experts: dict[StatisticalDomain, list[ExpertAssignment]] = {}
    rows = organisation.expert_assignments.visible_to(user).current().select_related("domain", "user")
    for assignment in rows.order_by("domain__sort_key", "role", "pk"):
        experts.setdefault(assignment.domain, []).append(assignment)
    asked = StatisticalDomain.objects.filter(focal_points__in=organisation.focal_points.current())
    missing = [domain for domain in asked.distinct().order_by("sort_key") if domain not in experts]
    return {
        "organisation": organisation,
        "experts": list(experts.items()),
        "missing": missing,
        "may_change": may_change(user),
    }


def key_people(organisation: Organisation, user: User) -> dict[str, Any]:
    """Focal points first, then key users, then everybody else; five of them."""
    named = organisation.focal_points.current().filter(person=OuterRef("pk"))
    there = (
        Post.objects.current()
        .filter(organisation__in=below(organisation.pk))
        .select_related("organisation")
        .order_by("-is_primary", "pk")
    )
    people = _people_of(organisation, user).annotate(is_focal_point=Exists(named))
    people = people.order_by("-is_focal_point", "-is_key_user", "sort_name", "pk")
    shown = list(people.prefetch_related(Prefetch("posts", there, to_attr="posts_there"))[: KEY_PEOPLE + 1])
    return {"organisation": organisation, "people": shown[:KEY_PEOPLE], "more": len(shown) > KEY_PEOPLE}


def organisation_groups(organisation: Organisation, user: User) -> dict[str, Any] | None:
    """The user groups in which it is represented, and its seats in committees."""
    memberships = organisation.group_memberships.current().filter(group__archived_at=None)
    seats = organisation.committee_seats.filter(archived_at=None, committee__archived_at=None)
    shown = {
        "memberships": list(memberships.select_related("group", "person").order_by("group__name", "pk")),
        "seats": list(
            seats.select_related("committee").prefetch_related("holders__person").order_by("committee__name")
        ),
        "today": clock.today(),
    }
    return shown if shown["memberships"] or shown["seats"] else None


def person_roles(person: Person, user: User) -> dict[str, Any]:
    """Focal points, seats and memberships of today."""
    return {
        "focal_points": person.focal_points.visible_to(user)
        .current()
        .select_related("domain", "organisation")
        .order_by("domain__sort_key", "pk"),
        "seats": person.seats.current()
        .filter(seat__archived_at=None)
        .select_related("seat__committee", "seat__organisation")
        .order_by("seat__committee__name", "pk"),
        "memberships": person.group_memberships.current()
        .select_related("group", "organisation")
        .order_by("group__name", "pk"),
    }


def person_agreed(person: Person, user: User) -> dict[str, Any]:
    """What may be sent to somebody, who objected to what and when, and why the office keeps their data."""
    made = wishes.objected(person)
    return {
        "person": person,
        "objections": [(one.label, one in person.objections, made.get(one)) for one in Objection],
        "may_change": may_change(user),
    }


def person_portal(person: Person, user: User) -> dict[str, Any]:
    """Whether somebody can sign in, and how to let them."""
    return {
        "person": person,
        "login": person.user,
        "may_invite": may_change(user) and person.archived_at is None and person.user_id is None,
    }


def user_person(login: User, user: User) -> dict[str, Any]:
    """The person a login belongs to, for the page of the login."""
    return {
        "login": login,
        "person": Person.objects.filter(user=login).first(),
        "link_url": reverse("stakeholders:user_person", args=[login.pk]),
    }
