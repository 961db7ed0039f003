"""The bargain with each ministry: its focal points for us, our experts for it."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked

from ..permissions import directory_edit_scope, directory_scope
from ..triggers import FOCAL_POINT_BELONGS
from .domain import StatisticalDomain
from .organisation import Organisation
from .person import Person
from .validity import Validity, ValidityQuerySet, ends_after_start, validity_range


class RelationQuerySet(ValidityQuerySet):
    """Focal points and expert assignments."""

    def visible_to(self, user):
        return self.filter(directory_scope(user))

    def editable_by(self, user):
        return self.filter(directory_edit_scope(user))


@tracked(exclude=["revision"])
class FocalPoint(Validity):
    """A ministry's named person for a statistical domain."""

    class Role(models.TextChoices):
        PRIMARY = "PRIMARY", _("Primary")
        ALTERNATE = "ALTERNATE", _("Alternate")
        TECHNICAL = "TECHNICAL", _("Technical")
        DATA_DELIVERY = "DATA_DELIVERY", _("Data delivery")

    person = models.ForeignKey(Person, models.CASCADE, related_name="focal_points", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="focal_points", verbose_name=_("organisation")
    )
    domain = models.ForeignKey(
        StatisticalDomain, models.PROTECT, related_name="focal_points", verbose_name=_("statistical domain")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.PRIMARY)
    nominated_by = models.CharField(_("nominated by"), max_length=200, blank=True)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    revision = RevisionField()

    objects = RelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("focal point")
        verbose_name_plural = _("focal points")
        ordering = ["organisation", "domain", "role", "pk"]
        constraints = [
            ends_after_start("focalpoint_ends_after_start"),
            ExclusionConstraint(
                name="focalpoint_one_primary",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("domain", RangeOperators.EQUAL),
                    (validity_range(), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(role="PRIMARY"),
                violation_error_code="focalpoint_one_primary",
                violation_error_message=_("This organisation already has a primary focal point for that domain then."),
            ),
            ExclusionConstraint(
                name="focalpoint_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("domain", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (validity_range(), RangeOperators.OVERLAPS),
                ],
                violation_error_code="focalpoint_once",
                violation_error_message=_("This person already is that focal point then."),
            ),
        ]
        triggers = [revision_trigger(), FOCAL_POINT_BELONGS]

    def __str__(self):
        return f"{self.person}: {self.domain}"


@tracked(exclude=["revision"])
class ExpertAssignment(Validity):
    """The office's named expert for an organisation and a statistical domain."""

    class Role(models.TextChoices):
        RELATIONSHIP_MANAGER = "RELATIONSHIP_MANAGER", _("Relationship manager")
        SUBJECT_EXPERT = "SUBJECT_EXPERT", _("Subject expert")
        BACKUP = "BACKUP", _("Backup")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="expert_assignments", verbose_name=_("expert")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="expert_assignments", verbose_name=_("organisation")
    )
    domain = models.ForeignKey(
        StatisticalDomain,
        models.PROTECT,
        related_name="expert_assignments",
        verbose_name=_("statistical domain"),
    )
    role = models.CharField(_("role"), max_length=24, choices=Role, default=Role.SUBJECT_EXPERT)
    response_days = models.PositiveSmallIntegerField(_("answers within … working days"), null=True, blank=True)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    revision = RevisionField()

    objects = RelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("expert of ours")
        verbose_name_plural = _("experts of ours")
        ordering = ["organisation", "domain", "role", "pk"]
        constraints = [
            ends_after_start("expertassignment_ends_after_start"),
            ExclusionConstraint(
                name="expertassignment_one_manager",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("domain", RangeOperators.EQUAL),
                    (validity_range(), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(role="RELATIONSHIP_MANAGER"),
                violation_error_code="expertassignment_one_manager",
                violation_error_message=_("That organisation and domain already have a relationship manager then."),
            ),
            ExclusionConstraint(
                name="expertassignment_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("domain", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (validity_range(), RangeOperators.OVERLAPS),
                ],
                violation_error_code="expertassignment_once",
                violation_error_message=_("This colleague already has that assignment then."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return f"{self.user}: {self.organisation}, {self.domain}"
