"""The forms of focal points and of our experts."""

from django.utils.translation import gettext_lazy as _

from nso_contacts.office import clock
from nso_contacts.pages.picks import Pick

from ..models import ExpertAssignment, FocalPoint
from .directory import DirectoryForm


class RelationForm(DirectoryForm):
    """A person, a domain, a role and a time, for one organisation."""

    domain = Pick("domain", label=_("Statistical domain"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = clock.today()

    def _get_validation_exclusions(self):
        """The organisation is given, not chosen: constraints that name it are checked all the same."""
        return super()._get_validation_exclusions() - {"organisation"}


class FocalPointForm(RelationForm):
    """Names a ministry's person for a domain."""

    beside = {
        "focalpoint_one_primary": "role",
        "focalpoint_once": "person",
        "focalpoint_ends_after_start": "valid_to",
    }

    person = Pick("person", label=_("Person"))

    class Meta:
        model = FocalPoint
        fields = ["person", "domain", "role", "nominated_by", "valid_from", "valid_to"]


class ExpertForm(RelationForm):
    """Names the office's person for an organisation and a domain."""

    beside = {
        "expertassignment_one_manager": "role",
        "expertassignment_once": "user",
        "expertassignment_ends_after_start": "valid_to",
    }

    user = Pick("user", label=_("Expert"))

    class Meta:
        model = ExpertAssignment
        fields = ["user", "domain", "role", "response_days", "valid_from", "valid_to"]
