"""The list of those who sign in."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.access.roles import ROLE_NAMES, ROLES
from nso_contacts.office import places
from nso_contacts.pages.listing import Action, Column, Empty, Listing

from .models import User

STATES = {
    "active": Q(is_active=True) & (Q(invited_at=None) | Q(joined_at__isnull=False)),
    "invited": Q(is_active=True, invited_at__isnull=False, joined_at=None),
    "inactive": Q(is_active=False),
}


class UserFilter(django_filters.FilterSet):
    """By role and by state."""

    role = django_filters.ChoiceFilter(
        label=_("Role"), choices=[(role, ROLE_NAMES[role]) for role in ROLES], method="with_role"
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("active", _("Active")), ("invited", _("Invited")), ("inactive", _("Deactivated"))],
        method="in_state",
    )

    class Meta:
        model = User
        fields = []

    def with_role(self, queryset, name, value):
        """Those who hold the role."""
        return queryset.with_role(value)

    def in_state(self, queryset, name, value):
        """Those in the state."""
        return queryset.filter(STATES[value])


class UserListing(Listing):
    """Everybody who signs in, or was invited to."""

    title = _("Users")
    policy = ("manage_users",)
    queryset = User.objects.prefetch_related("groups")
    columns = [
        Column("name", _("Name"), value=str, order=("name", "email"), link=True),
        Column("email", _("E-mail address"), order=("email",)),
        Column("roles", _("Roles"), value=lambda user: ", ".join(str(name) for name in user.role_names)),
        Column(
            "state",
            _("State"),
            value=lambda user: user.state,
            template="accounts/cells/state.html",
            order=("is_active", "joined_at"),
        ),
        Column("last_login", _("Last sign-in"), template="accounts/cells/last_login.html", order=("last_login",)),
    ]
    filters = UserFilter
    search = ("name", "email")
    default_sort = "name"
    noun = ngettext_lazy("%(shown)s user", "%(shown)s users", "n")
    empty = Empty(
        "people", _("Nobody yet"), _("Invite your colleagues by e-mail."), "accounts:user_invite", _("Invite")
    )
    buttons = [Action(_("Invite somebody"), "accounts:user_invite", "person-plus", "manage_users", primary=True)]
    template = "accounts/users.html"

    def context(self):
        """Add the tabs of the settings."""
        return {
            "tabs": places.tabs(self.user, self.request.path),
            "crumbs": [],
            "title": self.title,
        }
