"""The forms of committees, their seats and who fills them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.office import clock
from nso_contacts.pages.picks import Pick

from ..models import Committee, CommitteeSeat, SeatHolder
from .directory import DirectoryForm
from .group import WithDomains


class CommitteeForm(WithDomains):
    """What the office knows of a committee."""

    sections = [
        (_("The committee"), ("name", "kind", "purpose", "parent", "domains")),
        (_("Mandate"), ("legal_basis", "mandate_from", "mandate_to")),
        (_("Meetings"), ("quorum_percent", "cadence_days")),
        (_("More"), ("terms_of_reference",)),
    ]

    parent = Pick("committee", label=_("Reports to"), required=False)

    class Meta:
        model = Committee
        fields = [
            "name",
            "kind",
            "purpose",
            "parent",
            "legal_basis",
            "mandate_from",
            "mandate_to",
            "quorum_percent",
            "cadence_days",
            "terms_of_reference",
        ]
        widgets = {"purpose": forms.Textarea({"rows": 2}), "terms_of_reference": forms.Textarea({"rows": 4})}


class SeatForm(DirectoryForm):
    """Gives an organisation a seat."""

    beside = {"": "label"}

    organisation = Pick("organisation", label=_("Organisation"))

    class Meta:
        model = CommitteeSeat
        fields = ["organisation", "role", "label", "is_voting"]
        help_texts = {"label": _("Only for an organisation with several seats.")}

    def _get_validation_exclusions(self):
        """The committee is given, not chosen: constraints that name it are checked all the same."""
        return super()._get_validation_exclusions() - {"committee", "label", "archived_at"}


class HolderForm(DirectoryForm):
    """Names who fills a seat."""

    beside = {"": "position", "seatholder_ends_after_start": "valid_to"}

    person = Pick("person", label=_("Person"))

    class Meta:
        model = SeatHolder
        fields = ["person", "position", "valid_from", "valid_to"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = clock.today()

    def _get_validation_exclusions(self):
        """The seat is given, not chosen: constraints that name it are checked all the same."""
        return super()._get_validation_exclusions() - {"seat"}
