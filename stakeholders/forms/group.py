"""The forms of user groups and their members."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.office import clock
from nso_contacts.pages.picks import Pick, PickMany

from ..models import UserGroup, UserGroupMembership
from .directory import DirectoryForm


class WithDomains(DirectoryForm):
    """A record filed under statistical domains, which the actions take beside it."""

    domains = PickMany("domain", label=_("Statistical domains"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["domains"] = list(self.instance.domains.order_by("sort_key"))

    @property
    def details(self):
        """What the actions take beside the record."""
        return {"domains": self.cleaned_data["domains"]}


class UserGroupForm(WithDomains):
    """What the office knows of a user group."""

    sections = [
        (_("The group"), ("name", "purpose", "domains", "status")),
        (_("How we keep in touch"), ("owner", "cadence_days")),
        (_("More"), ("terms_of_reference",)),
    ]
    beside = {"": "cadence_days"}

    owner = Pick("user", label=_("Convenor at the office"), required=False)

    class Meta:
        model = UserGroup
        fields = ["name", "purpose", "status", "owner", "cadence_days", "terms_of_reference"]
        widgets = {"purpose": forms.Textarea({"rows": 2}), "terms_of_reference": forms.Textarea({"rows": 4})}


class MembershipForm(DirectoryForm):
    """Adds somebody to a user group."""

    beside = {"": "person", "usergroupmembership_ends_after_start": "valid_to"}

    person = Pick("person", label=_("Person"))
    organisation = Pick(
        "organisation",
        label=_("For the organisation"),
        required=False,
        help_text=_("Leave empty for somebody who sits for themselves."),
    )

    class Meta:
        model = UserGroupMembership
        fields = ["person", "organisation", "role", "importance", "valid_from", "valid_to"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["valid_from"].initial = clock.today()

    def _get_validation_exclusions(self):
        """The group is given, not chosen: constraints that name it are checked all the same."""
        return super()._get_validation_exclusions() - {"group"}
