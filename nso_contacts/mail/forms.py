"""Input about messages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm


class ReleaseForm(OfficeForm):
    """What becomes of the messages that were written while mail was held."""

    SEND, CANCEL = "send", "cancel"

    waiting = forms.ChoiceField(
        label=_("Messages written while mail was held"),
        choices=[(SEND, _("Send them")), (CANCEL, _("Cancel them: they may have gone out before the restore"))],
        widget=forms.RadioSelect,
    )
