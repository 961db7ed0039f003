"""What is asked before many records are changed at once."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm
from nso_contacts.pages.picks import Pick

from ..models import Organisation


class BulkForm(OfficeForm):
    """What every bulk change is asked: why."""

    reason = forms.CharField(
        label=_("Why"), max_length=200, required=False, help_text=_("It stands in the history of each record.")
    )

    field_order = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"])


class OwnerForm(BulkForm):
    """Who keeps in touch with the chosen records from now on."""

    owner = Pick("user", label=_("New owner"), required=False, help_text=_("Nobody, if you choose none."))


class DomainForm(BulkForm):
    """A statistical domain."""

    domain = Pick("domain", label=_("Statistical domain"))


class GroupForm(BulkForm):
    """A user group."""

    group = Pick("group", label=_("User group"))


class TierForm(BulkForm):
    """How important organisations are."""

    tier = forms.ChoiceField(label=_("Importance"), choices=Organisation.Tier.choices, widget=forms.RadioSelect)


class CadenceForm(BulkForm):
    """The rhythm of contacts."""

    cadence_days = forms.IntegerField(
        label=_("Contact every … days"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=_("Leave empty if no rhythm is agreed."),
    )


class LanguageForm(BulkForm):
    """The language for messages."""

    language = forms.ChoiceField(label=_("Language for messages"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("Not known")), *settings.LANGUAGES]
