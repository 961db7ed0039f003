"""User groups: standing groups of the most important users of one statistical area."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked

from ..permissions import directory_edit_scope, directory_scope
from .domain import StatisticalDomain
from .organisation import Organisation
from .person import Person
from .validity import ValidityQuerySet, ends_after_start


class UserGroupQuerySet(models.QuerySet):
    """User groups."""

    def visible_to(self, user):
        return self.filter(directory_scope(user))

    def editable_by(self, user):
        return self.filter(directory_edit_scope(user))

    def active(self):
        return self.filter(archived_at=None)


@tracked(exclude=["revision", "last_substantive_on", "next_due_on"])
class UserGroup(models.Model):
    """A standing group of users of one or several statistical areas."""

    class Status(models.TextChoices):
        PROPOSED = "PROPOSED", _("Proposed")
        ACTIVE = "ACTIVE", _("Active")
        DORMANT = "DORMANT", _("Dormant")
        DISSOLVED = "DISSOLVED", _("Dissolved")

    name = models.CharField(_("name"), max_length=200, unique=True)
    purpose = models.TextField(_("purpose"), blank=True)
    terms_of_reference = models.TextField(_("terms of reference"), blank=True)
    domains = models.ManyToManyField(
        StatisticalDomain, blank=True, related_name="user_groups", verbose_name=_("statistical domains")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.ACTIVE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_groups",
        verbose_name=_("owner at the office"),
    )
    cadence_days = models.PositiveSmallIntegerField(_("meets every … days"), null=True, blank=True)
    last_substantive_on = models.DateField(_("last substantive contact"), null=True, blank=True, editable=False)
    next_due_on = models.DateField(_("next contact due"), null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()

    objects = UserGroupQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cadence_days=None) | Q(cadence_days__gte=1),
                name="usergroup_cadence_positive",
                violation_error_message=_("Enter at least 1 day, or leave the rhythm empty."),
            ),
        ]
        triggers = [revision_trigger(ignore=["last_substantive_on", "next_due_on"])]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("stakeholders:group", args=[self.pk])


@tracked()
class GroupDomain(UserGroup.domains.through):
    """A statistical area of a user group: the plain link, tracked like a record."""

    class Meta:
        proxy = True
        verbose_name = _("statistical domain")
        verbose_name_plural = _("statistical domains")


@tracked(exclude=["revision"])
class UserGroupMembership(models.Model):
    """Somebody's membership of a user group, and for which organisation they sit in it."""

    class Role(models.TextChoices):
        CHAIR = "CHAIR", _("Chair")
        MEMBER = "MEMBER", _("Member")
        OBSERVER = "OBSERVER", _("Observer")
        SECRETARY = "SECRETARY", _("Secretary")

    group = models.ForeignKey(UserGroup, models.CASCADE, related_name="memberships", verbose_name=_("user group"))
    person = models.ForeignKey(Person, models.CASCADE, related_name="group_memberships", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="group_memberships",
        verbose_name=_("for the organisation"),
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.MEMBER)
    importance = models.PositiveSmallIntegerField(
        _("importance"), default=2, choices=[(1, _("1, high")), (2, _("2")), (3, _("3, low"))]
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    revision = RevisionField()

    objects = ValidityQuerySet.as_manager()

    class Meta:
        ordering = ["group", "importance", "person", "pk"]
        constraints = [
            ends_after_start("usergroupmembership_ends_after_start"),
            models.UniqueConstraint(
                fields=["group", "person"],
                condition=Q(valid_to=None),
                name="usergroupmembership_once",
                violation_error_message=_("This person is already a member of the group."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return f"{self.person}: {self.group}"
