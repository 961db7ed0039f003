"""How django-allauth behaves in this office."""

import time
from typing import Any

from allauth.account import app_settings as allauth_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth_context
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts.mail import outbox
from nso_contacts.office.models import Office

from . import mails


class OfficeAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation only, and everybody lands on their own first page."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not right. Check both and try again."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "incorrect_password": _("That is not your password. Try again."),
        "enter_current_password": _("That is not your password. Try again."),
        "account_inactive": _("This account is not in use. Ask the office to open it again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: accounts are made by invitation."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff see their work, ministry experts the portal, whoever sets up the office its first page."""
        user: Any = request.user
        if not user.is_staff_member:
            return "/portal/"
        if user.has_perm("access.change_office") and Office.objects.current().set_up_at is None:
            return reverse("office:first_run", args=["office"])
        return "/"

    def get_login_stages(self) -> list[str]:
        """Without the extra page that asks whether to trust a browser: the code's own page asks that."""
        return [stage for stage in super().get_login_stages() if not stage.endswith("TrustStage")]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not again within minutes of signing in: whoever is led to setting up an app has just typed the password."""
        request = allauth_context.request
        records = get_authentication_records(request, request.user)
        just_now = time.time() - allauth_settings.REAUTHENTICATION_TIMEOUT
        if any(record["at"] > just_now for record in records):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Post the message; its link is made while sending, so that no token is ever stored."""
        if user.is_active:
            outbox.post(
                mails.PASSWORD_RESET,
                subject=user,
                recipient=user,
                address=user.email,
                language=user.language,
                version=timezone.now().isoformat(),
            )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing else: what django-allauth would write is written by the purposes of `mails`."""

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell somebody that their password or their second step changed, in case it was not they."""
        what = mails.CHANGES.get(template_prefix)
        if what:
            outbox.post(
                mails.SECURITY_CHANGE,
                subject=user,
                recipient=user,
                address=user.email,
                language=user.language,
                version=timezone.now().isoformat(),
                context={"what": what},
            )
