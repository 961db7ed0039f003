"""The password that everybody knows: good for trying the product out, and for nothing else."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from nso_contacts.office.models import Office

PASSWORD = "stakeholders"  # noqa: S105 (published on purpose: README, the start's own output)


class OfficeBackend(AuthenticationBackend):
    """Sign-in by e-mail and password; the published password opens a demonstration office only."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        """Find the user, unless the password is the published one and the office a real one."""
        if credentials.get("password") == PASSWORD and not Office.objects.current().is_demonstration:
            return None
        return super().authenticate(request, **credentials)


class NotPublished:
    """Refuses the published password wherever one is chosen."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for the published password."""
        if password == PASSWORD and not Office.objects.current().is_demonstration:
            raise ValidationError(_("Everybody knows this password from the demonstration. Choose another."))

    def get_help_text(self) -> str:
        """Nothing to explain in advance."""
        return ""
