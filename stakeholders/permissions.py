"""Row rules of the directory and the contact log: one `Q` per rule, used by lists, pages, search, export and counts."""

from django.db.models import Exists, OuterRef, Q

from nso_contacts.access.roles import has_role

EVERYTHING = Q()
NOTHING = Q(pk__in=[])


def directory_scope(user):
    """Organisations, people, groups, committees, products and domains: all staff see all of them."""
    return EVERYTHING if user.has_perm("access.view_directory") else NOTHING


def directory_edit_scope(user):
    """Who may change the directory may change every record in it."""
    return EVERYTHING if user.has_perm("access.change_directory") else NOTHING


def interaction_scope(user):
    """Interactions somebody may see: all ordinary ones; a restricted one only for its author, the inside
    participants and administrators. For others it does not exist.
    """
    if not user.has_perm("access.view_directory"):
        return NOTHING
    if has_role(user, "administrator"):
        return EVERYTHING
    from .models import Participant  # noqa: PLC0415 (models import this module)

    took_part = Participant.objects.filter(interaction=OuterRef("pk"), side=Participant.Side.INSIDE, person__user=user)
    return Q(restricted=False) | Q(author=user) | Q(Exists(took_part))


def interaction_edit_scope(user):
    """Somebody may change an interaction they logged or took part in."""
    if not user.has_perm("access.log_interactions"):
        return NOTHING
    from .models import Participant  # noqa: PLC0415 (models import this module)

    took_part = Participant.objects.filter(interaction=OuterRef("pk"), side=Participant.Side.INSIDE, person__user=user)
    return Q(author=user) | Q(Exists(took_part))


def task_scope(user):
    """Tasks: staff see their own, and all others but those that follow from an interaction they may not see."""
    if not user.has_perm("access.view_directory"):
        return NOTHING
    from .models import Interaction  # noqa: PLC0415 (models import this module)

    seen = Exists(Interaction.objects.visible_to(user).filter(pk=OuterRef("interaction_id")))
    return Q(assignee=user) | Q(interaction=None) | Q(seen)


def task_edit_scope(user):
    """Tasks somebody may settle or move: those they may see, if they keep tasks at all."""
    return task_scope(user) if user.has_perm("access.log_interactions") else NOTHING
