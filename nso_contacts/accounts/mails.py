"""What is sent to people who sign in. All of it is SECURITY: no body is kept, and links are made while sending."""

from typing import Any

from allauth.account import app_settings as allauth_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from nso_contacts.mail import links, purposes
from nso_contacts.mail.models import Message
from nso_contacts.mail.purposes import MessageClass, Purpose

from .actions import INVITATION, INVITATION_DAYS, invitation_expires
from .models import User

PASSWORD_RESET = "accounts.password_reset"  # noqa: S105 (the name of a purpose)
SECURITY_CHANGE = "accounts.security_change"

# django-allauth's names of what happened, in the reader's words.
CHANGES = {
    "account/email/password_changed": gettext_noop("Your password was changed."),
    "account/email/password_reset": gettext_noop("Your password was set anew."),
    "account/email/password_set": gettext_noop("A password was set for your account."),
    "mfa/email/totp_activated": gettext_noop("An authenticator app was added to your account."),
    "mfa/email/totp_deactivated": gettext_noop("The authenticator app was removed from your account."),
    "mfa/email/recovery_codes_generated": gettext_noop("New recovery codes were made for your account."),
}


def register() -> None:
    """Make the purposes known; called at start-up."""
    purposes.register(
        Purpose(
            INVITATION,
            title=_("Invitation to sign in"),
            message_class=MessageClass.SECURITY,
            template="accounts/invitation",
            still_wanted=is_still_invited,
            personal_link=invitation_link,
            context=lambda message: {"days": INVITATION_DAYS, "user": message.subject},
            about=name_of,
        )
    )
    purposes.register(
        Purpose(
            PASSWORD_RESET,
            title=_("New password"),
            message_class=MessageClass.SECURITY,
            template="accounts/password_reset",
            still_wanted=is_active,
            personal_link=password_reset_link,
            about=name_of,
        )
    )
    purposes.register(
        Purpose(
            SECURITY_CHANGE,
            title=_("Change of sign-in"),
            message_class=MessageClass.SECURITY,
            template="accounts/security_change",
            still_wanted=is_active,
            about=name_of,
        )
    )


def name_of(user: User) -> tuple[str, str]:
    """Name the login, and its page for those who manage users."""
    return str(user), reverse("accounts:user", args=[user.pk])


def is_active(message: Message) -> str:
    """Drop what is meant for somebody who may not sign in any more."""
    user = message.subject
    return "" if isinstance(user, User) and user.is_active else "may not sign in"


def is_still_invited(message: Message) -> str:
    """Drop an invitation that was accepted, or replaced by a newer one."""
    user: Any = message.subject
    if reason := is_active(message):
        return reason
    if user.invited_at is None or user.invited_at.isoformat() != message.version:
        return "replaced by a newer invitation"
    return "accepted already" if user.joined_at and user.joined_at > user.invited_at else ""


def invitation_link(message: Message) -> str:
    """Make the link to choose a password."""
    user: Any = message.subject
    token = links.make(INVITATION, user, invitation_expires(user.invited_at), message=message)
    return settings.BASE_URL + reverse("accounts:invitation", args=[token])


def password_reset_link(message: Message) -> str:
    """Make the link to set a new password; it ends when the password changes, at the latest after three days."""
    user: Any = message.subject
    key = allauth_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return settings.BASE_URL + reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
