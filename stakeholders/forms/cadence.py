"""Moving the next contact with somebody to another day."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from nso_contacts.office import clock
from nso_contacts.pages.form import OfficeForm


class MoveDueForm(OfficeForm):
    """The day of the next contact; empty to go by the agreed rhythm again."""

    due_on = forms.DateField(
        label=_("Next contact due"), required=False, help_text=_("Leave it empty to go by the agreed rhythm again.")
    )
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day and day < clock.today():
            raise ValidationError(_("Enter today or a later day."))
        return day
