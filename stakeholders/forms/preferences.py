"""The form by which somebody outside the office says what may be sent to them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm

from ..models import Objection


class PreferencesForm(OfficeForm):
    """One box for each class of messages that can be refused; ticked means wanted."""

    INVITATION = forms.BooleanField(
        label=_("Invitations"),
        help_text=_("To workshops and meetings, with their reminders and what came of them."),
        required=False,
    )
    SURVEY = forms.BooleanField(
        label=_("Surveys"),
        help_text=_("A few questions after a workshop you attended, with one reminder."),
        required=False,
    )
    NEWS = forms.BooleanField(
        label=_("News"), help_text=_("What is new in our statistics and services."), required=False
    )

    def __init__(self, *args: Any, objections: Iterable[str], **kwargs: Any) -> None:
        """Tick what is not objected to."""
        super().__init__(*args, **kwargs)
        for one in Objection.values:
            self.fields[one].initial = one not in objections

    @property
    def objections(self) -> list[str]:
        """What was left without a tick."""
        return [one for one in Objection.values if not self.cleaned_data[one]]
