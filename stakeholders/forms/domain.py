"""The forms of statistical domains."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm, OfficeModelForm

from ..models import StatisticalDomain

MOST_BYTES = 1_000_000


class DomainForm(OfficeModelForm):
    """What this office calls a domain."""

    class Meta:
        model = StatisticalDomain
        fields = ["local_title", "local_code", "description"]
        widgets = {"description": forms.Textarea({"rows": 3})}


class SchemeForm(OfficeForm):
    """A classification and the file that holds it."""

    code = forms.CharField(label=_("Code of the scheme"), max_length=40, help_text=_("For example CSA-2.1."))
    title = forms.CharField(label=_("Title"), max_length=200)
    version = forms.CharField(label=_("Edition"), max_length=20, required=False)
    file = forms.FileField(
        label=_("File"), help_text=_("CSV in UTF-8 with the columns code, parent, title and description.")
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 1 MB. A scheme of domains is not."))
        return upload
