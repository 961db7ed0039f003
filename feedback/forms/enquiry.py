"""The public contact form, and what staff do with what arrives through it."""

from datetime import timedelta

from django import forms
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm, OfficeModelForm
from nso_contacts.pages.picks import Pick

from ..models import Enquiry

SOONEST = timedelta(seconds=2)
SIGNER = TimestampSigner(salt="feedback.contact")


def stamp():
    """The moment a form is opened."""
    return SIGNER.sign("contact")


def was_open_for_a_while(opened):
    """Whether a form was sent by somebody who may have read it."""
    try:
        SIGNER.unsign(opened)
    except BadSignature:
        return False
    try:
        SIGNER.unsign(opened, max_age=SOONEST)
    except SignatureExpired:
        return True
    return False


class ContactForm(OfficeModelForm):
    """What anybody may ask without an account."""

    # A field no person sees; what fills it in is a machine.
    website = forms.CharField(required=False, widget=forms.HiddenInput)
    # When the page was opened, signed. Nobody reads, writes and sends within two seconds; a machine does.
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    text = forms.CharField(
        label=_("Your message"),
        help_text=_("Which figures, for which place and which years?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your question first.")},
    )

    class Meta:
        model = Enquiry
        fields = ["topic", "text", "name", "email", "organisation_name"]
        widgets = {"topic": forms.RadioSelect}
        help_texts = {"email": _("The answer goes here.")}
        error_messages = {
            "email": {"required": _("Enter the address the answer should go to.")},
            "topic": {"required": _("Choose what it is about.")},
        }

    def __init__(self, *args, **kwargs):
        """Offer the topics without an empty one, and help browsers to fill in."""
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = Enquiry.Topic.choices
        for name, token in {"name": "name", "email": "email", "organisation_name": "organization"}.items():
            self.fields[name].widget.attrs["autocomplete"] = token
        self.initial["opened"] = stamp()

    def clean(self):
        """Nothing is lost for a person who was that quick, or whose page had no stamp: they press once more."""
        values = super().clean()
        opened = self.data.get("opened", "")
        self.data["opened"] = stamp()
        if not was_open_for_a_while(opened):
            raise forms.ValidationError(_("Please press “Send question” once more. What you wrote is still here."))
        return values

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
