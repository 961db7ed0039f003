"""django-allauth's forms in the words of this office: no placeholders, help where it is needed, one new password."""

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

NEW_PASSWORD_HELP = _("At least 12 characters. A sentence you remember is best.")
# What Django's validator says, named here for our catalogues: its Arabic is for an earlier wording and is not found.
TOO_SHORT = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
    12,
)


class OurWords:
    """Sets labels, help and messages, and takes the placeholders out."""

    words = {}  # name of the field: (label, help, message when it is empty)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Who types a long password with one hand on a phone should see it, not type it twice.
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.words:
                field.label, field.help_text, field.error_messages["required"] = self.words[name]


class LoginForm(OurWords, account.LoginForm):
    """Sign in."""

    words = {
        "login": (_("E-mail address"), "", _("Enter your e-mail address.")),
        "password": (_("Password"), "", _("Enter your password.")),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ReauthenticateForm(OurWords, account.ReauthenticateForm):
    """Type the password again before something important."""

    words = {"password": (_("Password"), "", _("Enter your password."))}


class ResetPasswordForm(OurWords, account.ResetPasswordForm):
    """Ask for a link to set a new password."""

    words = {"email": (_("E-mail address"), _("The one you sign in with."), _("Enter your e-mail address."))}


class ResetPasswordKeyForm(OurWords, account.ResetPasswordKeyForm):
    """Set a new password after following the link."""

    words = {"password1": (_("New password"), NEW_PASSWORD_HELP, _("Choose a password."))}


class ChangePasswordForm(OurWords, account.ChangePasswordForm):
    """Change the password."""

    words = {
        "oldpassword": (_("Current password"), "", _("Enter your current password.")),
        "password1": (_("New password"), NEW_PASSWORD_HELP, _("Choose a password.")),
    }


class CodeForm(OurWords):
    """A code from the app; typed or pasted with the space that apps show in the middle."""

    words = {"code": (_("6-digit code"), "", _("Type the code your app shows."))}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        widget = self.fields["code"].widget
        widget.attrs.update({"class": "num code", "inputmode": "numeric", "autocomplete": "one-time-code"})

    def clean_code(self):
        self.cleaned_data["code"] = self.cleaned_data["code"].replace(" ", "")
        return super().clean_code()


class AuthenticateForm(CodeForm, mfa.AuthenticateForm):
    """The second step of signing in."""

    trust = forms.BooleanField(label=_("Do not ask again on this device for 12 hours"), required=False)


class CodeAgainForm(CodeForm, mfa.ReauthenticateForm):
    """Type a code again before something important."""


class ActivateTOTPForm(CodeForm, totp.ActivateTOTPForm):
    """Prove that the app shows the right codes."""
