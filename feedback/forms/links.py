"""The form for whoever lost a link."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm


class LinksForm(OfficeForm):
    """The address at which our letters arrive."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("The one at which our messages reach you."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Enter the address at which our messages reach you.")},
    )
