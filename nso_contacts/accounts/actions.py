"""Every change of who may sign in, and with which roles and preferences."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.access.roles import ROLES
from nso_contacts.audit.trail import action
from nso_contacts.mail import links, outbox

from .models import User

INVITATION = "accounts.invitation"
INVITATION_DAYS = 14


class LastAdministrator(ValidationError):
    """Without anybody who may invite people and change settings the office could never be changed again."""

    def __init__(self) -> None:
        super().__init__(_("The office needs at least one administrator. Make somebody else an administrator first."))


def invitation_expires(invited_at: datetime) -> datetime:
    """When the link of an invitation sent at `invited_at` ends."""
    return invited_at + timedelta(days=INVITATION_DAYS)


@action
def invite(user: User, roles: Iterable[str], *, actor: User | None) -> User:
    """Make a login for somebody new and send them a link to choose a password."""
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    _hold(user, roles)
    return send_invitation(user, actor=actor)


@action
def send_invitation(user: User, *, actor: User | None) -> User:
    """Send a link to choose a password; an earlier one ends."""
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    links.end(INVITATION, user)
    outbox.post(
        INVITATION,
        subject=user,
        recipient=user,
        address=user.email,
        language=user.language,
        version=user.invited_at.isoformat(),
    )
    return user


@action
def make_invitation_link(user: User, *, actor: User | None) -> str:
    """Make a link to choose a password, to be handed over by other means than e-mail, and return its token."""
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    links.end(INVITATION, user)
    return links.make(INVITATION, user, invitation_expires(user.invited_at))


@action
def create_administrator(email: str, *, actor: User | None) -> User:
    """Find or make the login of an administrator. Doing it twice changes nothing."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User(email=User.objects.normalize_email(email))
        user.set_unusable_password()
        user.full_clean(exclude=["password"])
        user.save()
    user.groups.add(Group.objects.get(name="administrator"))
    return user


@action
def accept_invitation(user: User, *, name: str, password: str, actor: User | None) -> User:
    """Let the invited person in with the password they chose; their link ends."""
    user.name = name or user.name
    user.set_password(password)
    user.joined_at = timezone.now()
    user.full_clean(exclude=["password"])
    user.save()
    links.end(INVITATION, user)
    return user


@action
def change_roles(user: User, roles: Iterable[str], *, actor: User | None) -> User:
    """Give somebody exactly these roles."""
    chosen = set(roles)
    if "administrator" not in chosen:
        _keep_an_administrator(user)
    _hold(user, chosen)
    return user


@action
def deactivate(user: User, *, actor: User | None) -> User:
    """Keep somebody from signing in and end their sessions. Doing it twice changes nothing."""
    _keep_an_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    links.end(INVITATION, user)
    end_sessions(user, actor=actor)
    return user


@action
def reactivate(user: User, *, actor: User | None) -> User:
    """Let somebody sign in again, with the password they had."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    return user


@action
def save_preferences(user: User, *, actor: User | None) -> User:
    """Save what somebody set for themselves: language, zone, appearance, keys, absence."""
    user.full_clean(exclude=["password"])
    user.save()
    return user


@action
def end_sessions(user: User, *, actor: User | None) -> int:
    """Sign somebody out wherever they are signed in, and return in how many places."""
    return end_other_sessions(user, keep="", actor=actor)


@action
def end_other_sessions(user: User, *, keep: str, actor: User | None) -> int:
    """Sign somebody out wherever they are signed in but in the session `keep`, and return in how many places."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in sessions:
        session.end()
    return len(sessions)


@action
def reset_two_step(user: User, *, actor: User | None) -> User:
    """Remove the authenticator app and the recovery codes of somebody who lost their device."""
    Authenticator.objects.filter(user=user).delete()
    return user


def _hold(user: User, roles: Iterable[str]) -> None:
    chosen = set(roles)
    unknown = chosen - set(ROLES)
    if unknown or not chosen:
        raise ValueError(f"Not in the table of roles: {', '.join(sorted(unknown)) or 'nothing'}")
    user.groups.set(Group.objects.filter(name__in=chosen))
    user.__dict__.pop("_roles", None)  # what `has_role` remembered
    user.__dict__.pop("_prefetched_objects_cache", None)


def _keep_an_administrator(leaving: User) -> None:
    """Refuse to lose the last administrator. The group's row is locked, so that two cannot leave at once."""
    administrators = Group.objects.select_for_update().get(name="administrator")
    held_by = administrators.user_set.filter(is_active=True)
    if held_by.filter(pk=leaving.pk).exists() and not held_by.exclude(pk=leaving.pk).exists():
        raise LastAdministrator
