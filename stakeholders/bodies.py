"""What user groups, committees and products show on shared pages: the side bar, search, choices, histories."""

from django.utils.translation import gettext_lazy as _

from nso_contacts.audit import history
from nso_contacts.audit.history import Child
from nso_contacts.pages import navigation, search

from .models import UserGroup, UserGroupMembership


def register() -> None:
    """Tell the shared pages about groups, committees and products."""
    groups()


def groups() -> None:
    """User groups."""
    navigation.register(
        navigation.NavItem(
            "directory", _("User groups"), "stakeholders:group_list", "diagram-3", capability="view_directory", order=30
        )
    )
    search.register(
        search.SearchSource(
            "group",
            _("User groups"),
            "diagram-3",
            lambda user: UserGroup.objects.visible_to(user).active().order_by("name"),
            order=30,
            fields=("name",),
            capability="view_directory",
            archived=lambda user: UserGroup.objects.visible_to(user).exclude(archived_at=None),
            list_url_name="stakeholders:group_list",
        )
    )
    history.register("group", UserGroup, "view_directory", children=[Child(UserGroupMembership, "group")])
