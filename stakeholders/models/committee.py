"""Committees: bodies of seats, held by organisations and filled by people."""

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


class CommitteeQuerySet(models.QuerySet):
    """Committees."""

    def visible_to(self, user):
        return self.filter(directory_scope(user))

    def editable_by(self, user):
        return self.filter(directory_edit_scope(user))

    def active(self):
        return self.filter(archived_at=None)


@tracked(exclude=["revision"])
class Committee(models.Model):
    """A standing body with a mandate: an advisory council, an interagency committee, a liaison group."""

    class Kind(models.TextChoices):
        STATISTICAL_ADVISORY_COUNCIL = "STATISTICAL_ADVISORY_COUNCIL", _("Statistical advisory council")
        INTERAGENCY_COMMITTEE = "INTERAGENCY_COMMITTEE", _("Interagency committee")
        TECHNICAL_COMMITTEE = "TECHNICAL_COMMITTEE", _("Technical committee")
        SECTORAL_STATISTICAL_COMMITTEE = "SECTORAL_STATISTICAL_COMMITTEE", _("Sectoral statistical committee")
        JOINT_LIAISON_GROUP = "JOINT_LIAISON_GROUP", _("Joint liaison group")
        WORKING_GROUP = "WORKING_GROUP", _("Working group")
        TASK_FORCE = "TASK_FORCE", _("Task force")

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=40, choices=Kind, default=Kind.INTERAGENCY_COMMITTEE)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    purpose = models.TextField(_("purpose"), blank=True)
    terms_of_reference = models.TextField(_("terms of reference"), blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subcommittees", verbose_name=_("reports to")
    )
    domains = models.ManyToManyField(
        StatisticalDomain, blank=True, related_name="committees", verbose_name=_("statistical domains")
    )
    mandate_from = models.DateField(_("mandate from"), null=True, blank=True)
    mandate_to = models.DateField(_("mandate until"), null=True, blank=True)
    quorum_percent = models.PositiveSmallIntegerField(_("quorum, % of voting seats"), default=50)
    cadence_days = models.PositiveSmallIntegerField(_("meets every … days"), null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quorum_percent__gte=1, quorum_percent__lte=100),
                name="committee_quorum_is_a_percentage",
                violation_error_message=_("Enter a quorum between 1 and 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(mandate_from=None) | Q(mandate_to=None) | Q(mandate_to__gte=models.F("mandate_from")),
                name="committee_mandate_ends_after_start",
                violation_error_message=_("The mandate cannot end before it starts."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=models.F("pk")),
                name="committee_not_its_own_parent",
                violation_error_message=_("A committee cannot report to itself."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("stakeholders:committee", args=[self.pk])


@tracked()
class CommitteeDomain(Committee.domains.through):
    """A statistical area of a committee: the plain link, tracked like a record."""

    class Meta:
        proxy = True
        verbose_name = _("statistical domain")
        verbose_name_plural = _("statistical domains")


@tracked(exclude=["revision"])
class CommitteeSeat(models.Model):
    """A seat in a committee. People move; the seat stays with its organisation."""

    class Role(models.TextChoices):
        CHAIR = "CHAIR", _("Chair")
        CO_CHAIR = "CO_CHAIR", _("Co-chair")
        VICE_CHAIR = "VICE_CHAIR", _("Vice-chair")
        MEMBER = "MEMBER", _("Member")
        OBSERVER = "OBSERVER", _("Observer")
        SECRETARY = "SECRETARY", _("Secretary")
        CO_SECRETARY = "CO_SECRETARY", _("Co-secretary")

    committee = models.ForeignKey(Committee, models.CASCADE, related_name="seats", verbose_name=_("committee"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="committee_seats", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.MEMBER)
    label = models.CharField(_("name of the seat"), max_length=100, blank=True)
    is_voting = models.BooleanField(_("votes"), default=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    revision = RevisionField()

    class Meta:
        ordering = ["committee", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "organisation", "label"],
                condition=Q(archived_at=None),
                name="committeeseat_unique",
                violation_error_message=_("That organisation already has this seat; give the second one a name."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return f"{self.committee}: {self.organisation}"


@tracked(exclude=["revision"])
class SeatHolder(models.Model):
    """Who fills a seat, as principal or alternate, from when to when."""

    class Position(models.TextChoices):
        PRINCIPAL = "PRINCIPAL", _("Principal")
        ALTERNATE = "ALTERNATE", _("Alternate")

    seat = models.ForeignKey(CommitteeSeat, models.CASCADE, related_name="holders", verbose_name=_("seat"))
    person = models.ForeignKey(Person, models.CASCADE, related_name="seats", verbose_name=_("person"))
    position = models.CharField(_("position"), max_length=10, choices=Position, default=Position.PRINCIPAL)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    revision = RevisionField()

    objects = ValidityQuerySet.as_manager()

    class Meta:
        ordering = ["seat", "position", "pk"]
        constraints = [
            ends_after_start("seatholder_ends_after_start"),
            models.UniqueConstraint(
                fields=["seat", "position"],
                condition=Q(valid_to=None, position="PRINCIPAL"),
                name="seatholder_one_principal",
                violation_error_message=_("This seat already has a principal; end that one first."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return f"{self.person}: {self.seat}"
