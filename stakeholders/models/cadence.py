"""The rhythm of contacts: a due date that somebody moved by hand."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked

from .group import UserGroup
from .organisation import Organisation
from .person import Person


@tracked(exclude=["revision"])
class MovedDue(models.Model):
    """The next contact with an organisation, a person or a group is due on another day than their rhythm says.

    It holds until the next substantive contact: `after` is the last one at the time of moving, and once the record's
    own last contact differs from it, the rhythm counts again.
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, null=True, blank=True, related_name="moved_due", editable=False
    )
    person = models.OneToOneField(
        Person, models.CASCADE, null=True, blank=True, related_name="moved_due", editable=False
    )
    group = models.OneToOneField(
        UserGroup, models.CASCADE, null=True, blank=True, related_name="moved_due", editable=False
    )
    after = models.DateField(null=True, blank=True, editable=False)
    due_on = models.DateField(_("next contact due"))
    reason = models.CharField(_("why"), max_length=200, blank=True)
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    moved_at = models.DateTimeField(auto_now=True)
    revision = RevisionField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person=None, group=None)
                | Q(organisation=None, person__isnull=False, group=None)
                | Q(organisation=None, person=None, group__isnull=False),
                name="moveddue_of_one_record",
                violation_error_message=_("A moved date belongs to one organisation, person or group."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return f"{self.organisation or self.person or self.group}: {self.due_on}"
