"""The addresses of django-allauth that this office uses, each with its policy. Their names have no prefix."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, re_path
from django.views.generic import RedirectView

from nso_contacts.access.policy import View, open_to_all, signed_in

from .views import CodeView


def refusing(view: View) -> View:
    """Answer 422, as all pages of this office do, where django-allauth shows a refused form with 200."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 200:
            response.status_code = 422
        return response

    return answered


def door(view: View) -> View:
    """Let in those who are about to sign in."""
    return open_to_all(because="somebody who signs in is not signed in yet")(refusing(view))


def own(view: Callable[..., Any]) -> View:
    """Let everybody keep their own sign-in."""
    return signed_in(because="everybody keeps their own password and second step")(refusing(view))


urlpatterns = [
    path("login/", door(account.login), name="account_login"),
    path("logout/", door(account.logout), name="account_logout"),
    path("inactive/", door(account.account_inactive), name="account_inactive"),
    path("password/reset/", door(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", door(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        door(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        door(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("2fa/authenticate/", door(CodeView.as_view()), name="mfa_authenticate"),
    path("reauthenticate/", own(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", own(account.password_change), name="account_change_password"),
    path("2fa/reauthenticate/", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", own(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", own(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        own(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        own(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    # Where django-allauth leads after a change of the second step: its page is part of "Your settings".
    path("2fa/", own(RedirectView.as_view(pattern_name="accounts:me")), name="mfa_index"),
]
