"""Row rules of workshops: one `Q` per rule, used by lists, pages, search, export and counts."""

from django.db.models import Q

EVERYTHING = Q()
NOTHING = Q(pk__in=[])


def event_scope(user):
    """Workshops and meetings: all staff see all of them. Guests reach theirs through their invitation only."""
    return EVERYTHING if user.has_perm("access.view_workshops") else NOTHING


def event_edit_scope(user):
    """Who may plan workshops may change every one of them."""
    return EVERYTHING if user.has_perm("access.change_workshops") else NOTHING


def own_invitation_scope(user):
    """The invitations of the person who signs in with `user`: sent ones, whoever else sees them."""
    return Q(person__user=user, invited_at__isnull=False) if user.is_authenticated else NOTHING
