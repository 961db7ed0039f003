"""The policies themselves: what a view must declare, and what the roles hold."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test.utils import override_settings
from django.urls import include, path

from nso_contacts.access import checks, roles
from nso_contacts.access.policy import open_to_all, requires, signed_in


def page(request, **kwargs):
    """Answer anything."""
    return HttpResponse("in")


def guarded(request):
    """A page of its own for each decorator."""
    return HttpResponse("in")


class Undeclared:
    """A URLconf with one route that says nothing."""

    urlpatterns = [
        path("open/", open_to_all(because="a test")(lambda request: HttpResponse())),
        path("forgotten/", page),
    ]


def test_a_route_without_a_policy_stops_the_start():
    with override_settings(ROOT_URLCONF=Undeclared):
        errors = [error for error in run_checks() if error.id == "access.E001"]
    assert [error.msg for error in errors] == ["The route /forgotten/ has no access policy."]


def test_every_route_of_the_project_declares_one():
    assert checks.every_route_has_a_policy(None) == []


def test_a_capability_that_does_not_exist_is_refused_at_once():
    with pytest.raises(ImproperlyConfigured, match="fly"):
        requires("view_directory", "fly")
    with pytest.raises(ImproperlyConfigured, match="nothing"):
        requires()


def test_policies_are_readable():
    assert requires("view_needs", "decide_needs")(page).access_policy == ("view_needs", "decide_needs")
    assert signed_in(because="of this")(lambda request: None).access_policy == "signed in: of this"
    assert open_to_all(because="of that")(lambda request: None).access_policy == "open: of that"


def test_routes_are_found_in_nested_urlconfs_with_their_names():
    inner = [path("two/<int:pk>/", page, name="two")]
    patterns = [path("one/", include((inner, "inner"))), path("three/", page)]
    found = [(route.name, route.path, route.parameters) for route in checks.routes(patterns)]
    assert found == [("inner:two", "one/two/<int:pk>/", ("pk",)), ("three/", "three/", ())]


@pytest.mark.django_db
def test_the_groups_equal_the_table():
    held = {
        group.name: set(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.prefetch_related("permissions")
    }
    assert held == roles.ROLES


@pytest.mark.django_db
def test_the_groups_are_put_right_after_each_migration():
    from django.apps import apps

    Group.objects.get(name="expert").permissions.clear()
    Group.objects.filter(name="manager").delete()
    roles.sync(sender=apps.get_app_config("access"))
    test_the_groups_equal_the_table()


@pytest.mark.django_db
def test_roles_add_up_and_are_asked_for_once(make_user, django_assert_num_queries):
    user = make_user("liaison", "manager")
    assert user.has_perm("access.change_directory")
    assert user.has_perm("access.decide_needs")
    assert not user.has_perm("access.manage_users")
    with django_assert_num_queries(1):
        assert roles.has_role(user, "manager")
        assert roles.has_role(user, "liaison", "expert")
        assert not roles.has_role(user, "administrator", "expert")


def test_nobody_has_no_role():
    assert not roles.has_role(AnonymousUser(), *roles.ROLES)


def test_ministry_experts_hold_no_capability_of_the_staff():
    staff = set().union(*(roles.ROLES[role] for role in roles.STAFF_ROLES))
    assert roles.ROLES["expert"].isdisjoint(staff)
    assert set(roles.ROLE_NAMES) == set(roles.ROLES)
