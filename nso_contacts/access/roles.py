"""The one table of who may do what: capabilities, and the roles that hold them.

A capability opens a page or an action; which *rows* somebody reaches through it is decided by `visible_to` and
`editable_by` on the QuerySets. Roles add up. After every migration the groups are made equal to this table.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

CAPABILITIES = {
    "view_directory": gettext_noop("See organisations, people, groups, committees and the contact log"),
    "change_directory": gettext_noop("Change organisations, people, groups and committees"),
    "log_interactions": gettext_noop("Log contacts and keep tasks"),
    "change_catalogue": gettext_noop("Change products and data items"),
    "change_code_lists": gettext_noop("Change statistical domains and other code lists"),
    "run_imports": gettext_noop("Import files"),
    "view_workshops": gettext_noop("See workshops"),
    "change_workshops": gettext_noop("Plan workshops, invite and record attendance"),
    "view_messages": gettext_noop("See outgoing messages"),
    "change_messages": gettext_noop("Retry messages and resolve doubtful ones"),
    "approve_messages": gettext_noop("Approve messages that are held"),
    "view_requests": gettext_noop("See data requests and enquiries"),
    "triage_requests": gettext_noop("Triage, assign and close data requests and enquiries"),
    "answer_requests": gettext_noop("Answer data requests"),
    "sign_disclosure": gettext_noop("Sign disclosure checks of somebody else's work"),
    "view_needs": gettext_noop("See the needs register"),
    "raise_needs": gettext_noop("Record and assess data needs"),
    "decide_needs": gettext_noop("Decide on data needs"),
    "change_responses": gettext_noop("Write responses to users"),
    "publish_responses": gettext_noop("Publish responses to users"),
    "view_surveys": gettext_noop("See surveys"),
    "change_surveys": gettext_noop("Change surveys and their waves"),
    "view_insight": gettext_noop("See figures about users"),
    "change_office": gettext_noop("Change the office's settings"),
    "manage_users": gettext_noop("Invite people and change their roles"),
    "use_portal": gettext_noop("Use the portal of ministry experts"),
}

STAFF_VIEW = {
    "view_directory",
    "view_workshops",
    "view_requests",
    "view_needs",
    "view_surveys",
    "view_insight",
}

ROLES = {
    "administrator": STAFF_VIEW
    | {"change_code_lists", "change_catalogue", "view_messages", "change_messages", "change_office", "manage_users"},
    "manager": STAFF_VIEW
    | {
        "view_messages",
        "approve_messages",
        "sign_disclosure",
        "decide_needs",
        "change_responses",
        "publish_responses",
    },
    "liaison": STAFF_VIEW
    | {
        "change_directory",
        "log_interactions",
        "change_catalogue",
        "run_imports",
        "change_workshops",
        "view_messages",
        "change_messages",
        "triage_requests",
        "answer_requests",
        "raise_needs",
        "change_responses",
        "change_surveys",
    },
    "statistician": STAFF_VIEW | {"log_interactions", "answer_requests", "sign_disclosure", "raise_needs"},
    "expert": {"use_portal"},
}

STAFF_ROLES = ("administrator", "manager", "liaison", "statistician")

ROLE_NAMES = {
    "administrator": _("Administrator"),
    "manager": _("Manager"),
    "liaison": _("Liaison officer"),
    "statistician": _("Statistician"),
    "expert": _("Ministry expert"),
}


def sync(**kwargs: Any) -> None:
    """Make the groups and their permissions equal to `ROLES`. Runs after every migration; safe to repeat."""
    from django.contrib.auth.management import create_permissions  # noqa: PLC0415 (needs loaded models)
    from django.contrib.auth.models import Group, Permission  # noqa: PLC0415

    create_permissions(kwargs["sender"], verbosity=0)
    permissions = {
        permission.codename: permission
        for permission in Permission.objects.filter(content_type__app_label="access", codename__in=CAPABILITIES)
    }
    for role, capabilities in ROLES.items():
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set(permissions[codename] for codename in capabilities)


def has_role(user: Any, *roles: str) -> bool:
    """Whether `user` is in one of `roles`; one query per user object, then remembered."""
    if not hasattr(user, "_roles"):
        user._roles = frozenset(user.groups.values_list("name", flat=True)) if user.is_authenticated else frozenset()
    return not user._roles.isdisjoint(roles)
