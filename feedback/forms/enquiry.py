"""The public contact form, and what staff do with what arrives through it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm, OfficeModelForm
from nso_contacts.pages.picks import Pick

from ..models import Enquiry


class ContactForm(OfficeModelForm):
    """What anybody may ask without an account."""

    # A field no person sees; what fills it in is a machine.
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Enquiry
        fields = ["topic", "text", "name", "email", "organisation_name"]
        widgets = {"topic": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "text": _("Which figures, for which place and which years?"),
            "email": _("The answer goes here."),
        }
        error_messages = {
            "text": {"required": _("Write your question first.")},
            "email": {"required": _("Enter the address the answer should go to.")},
            "topic": {"required": _("Choose what it is about.")},
        }

    def __init__(self, *args, **kwargs):
        """Offer the topics without an empty one, and help browsers to fill in."""
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = Enquiry.Topic.choices
        for name, token in {"name": "name", "email": "email", "organisation_name": "organization"}.items():
            self.fields[name].widget.attrs["autocomplete"] = token

    @property
    def by_machine(self):
        """Whether the hidden field was filled in."""
        return bool(self.data.get("website"))


class AnswerForm(OfficeForm):
    """The answer to an enquiry."""

    text = forms.CharField(label=_("Answer"), widget=forms.Textarea(attrs={"rows": 6}))


class TurnIntoRequestForm(OfficeForm):
    """Who asks, and for what."""

    subject = forms.CharField(label=_("The data in one sentence"), max_length=200)
    requester = Pick(
        "person",
        label=_("Person on file"),
        required=False,
        help_text=_("Only if you know it is them: an equal address proves nothing. Leave empty otherwise."),
    )
    organisation = Pick("organisation", label=_("Organisation"), required=False)
