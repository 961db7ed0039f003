"""The form of an organisation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.picks import Pick

from ..models import Organisation
from .directory import DirectoryForm
from .rows import AddressRowsMixin, RowKind

NAMES = RowKind("names", _("Other names"), "name", ("name", "kind", "language"))


class OrganisationForm(AddressRowsMixin, DirectoryForm):
    """What the office knows of an organisation."""

    sections = [
        (_("Name and place in the tree"), ("name", "short_name", "parent", "kind", "government_level", "segment")),
        (_("What it is for us"), ("is_user", "is_data_holder", "is_data_supplier", "is_producer", "is_funder")),
        (_("How we keep in touch"), ("owner", "tier", "cadence_days")),
        (_("Where it is"), ("country", "region", "town", "website", "phone")),
        (_("More"), ("code", "verified_on", "note")),
    ]
    order = (
        _("Name and place in the tree"),
        "emails",
        _("How we keep in touch"),
        "names",
        _("What it is for us"),
        _("Where it is"),
        _("More"),
    )
    row_kinds = (NAMES, AddressRowsMixin.emails)
    beside = {
        "organisation_code_unique": "code",
        "organisation_has_a_name": "name",
        "organisation_not_its_own_parent": "parent",
        "organisation_supplier_holds_data": "is_data_holder",
        "organisation_cadence_positive": "cadence_days",
    }

    parent = Pick("organisation", label=_("Part of"), required=False)
    owner = Pick("user", label=_("Owner at the office"), required=False)
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    class Meta:
        model = Organisation
        fields = [
            "name",
            "short_name",
            "parent",
            "kind",
            "government_level",
            "segment",
            "is_user",
            "is_data_holder",
            "is_data_supplier",
            "is_producer",
            "is_funder",
            "owner",
            "tier",
            "cadence_days",
            "country",
            "region",
            "town",
            "website",
            "phone",
            "code",
            "verified_on",
            "note",
        ]
        widgets = {"note": forms.Textarea({"rows": 3})}
        help_texts = {"country": _("Two letters, for example FR.")}

    def clean_country(self):
        return self.cleaned_data["country"].upper()

    def clean(self):
        found = super().clean()
        self.refuse_doubles(NAMES, ["name", "kind"])
        return found

    @property
    def details(self):
        """The rows, as the actions take them."""
        return {"names": self.cleaned_rows(NAMES), "emails": self.cleaned_rows(self.emails)}
