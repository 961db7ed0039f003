"""The forms of the catalogue."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm
from nso_contacts.pages.picks import Pick

from ..models import DataItem, Product, ProductKeyUserGroup
from .directory import DirectoryForm
from .group import WithDomains

MOST_BYTES = 5_000_000


class ProductForm(WithDomains):
    """What the catalogue says of a product."""

    beside = {"": "code", "product_code_unique": "code"}

    unit = Pick("organisation", label=_("Responsible unit"), required=False)
    website = forms.URLField(label=_("Web address"), required=False, assume_scheme="https")

    class Meta:
        model = Product
        fields = ["code", "title", "kind", "periodicity", "unit", "website", "status", "description"]
        widgets = {"description": forms.Textarea({"rows": 3})}


class ItemForm(DirectoryForm):
    """One data item of a product."""

    beside = {"": "code"}

    class Meta:
        model = DataItem
        fields = ["code", "label", "concept", "breakdowns", "unit", "is_active"]

    def _get_validation_exclusions(self):
        """The product is given, not chosen: constraints that name it are checked all the same."""
        return super()._get_validation_exclusions() - {"product"}


class KeyGroupForm(DirectoryForm):
    """How much a user group depends on a product."""

    beside = {"": "group"}

    group = Pick("group", label=_("User group"))

    class Meta:
        model = ProductKeyUserGroup
        fields = ["group", "importance", "purposes"]

    def _get_validation_exclusions(self):
        """The product is given, not chosen: constraints that name it are checked all the same."""
        return super()._get_validation_exclusions() - {"product"}


class ProductFileForm(OfficeForm):
    """A file that holds a catalogue."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV in UTF-8 with the columns code, title, kind and domains (codes with ; between). "
            "Kind and domains may be missing."
        ),
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 5 MB. A catalogue of products is not."))
        return upload
