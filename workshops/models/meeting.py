"""What belongs to meetings: papers, decisions, and what somebody undertook to do."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked
from stakeholders.models import Task

from ..permissions import event_edit_scope, event_scope
from .event import Event


class OfMeetingQuerySet(models.QuerySet):
    """Rows of a meeting: seen and changed by whoever may see and change the meeting."""

    def visible_to(self, user):
        return self.filter(event__in=Event.objects.filter(event_scope(user)))

    def editable_by(self, user):
        return self.filter(event__in=Event.objects.filter(event_edit_scope(user)))


@tracked()
class Paper(models.Model):
    """A file for a meeting or from it."""

    class Kind(models.TextChoices):
        PAPER = "PAPER", _("Paper")
        MINUTES = "MINUTES", _("Minutes")

    event = models.ForeignKey(Event, models.CASCADE, related_name="papers", verbose_name=_("meeting"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PAPER)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", verbose_name=_("file"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["event", "kind", "pk"]
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "file"],
                name="paper_once",
                violation_error_message=_("This file is attached to the meeting already."),
            ),
        ]

    def __str__(self):
        return str(self.file)


@tracked(exclude=["revision"])
class Decision(models.Model):
    """What a meeting decided. Numbers count within the meeting and are not given twice."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="decisions", verbose_name=_("meeting"))
    number = models.PositiveSmallIntegerField(_("number"), editable=False)
    text = models.TextField(_("decision"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["event", "number"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "number"],
                name="decision_number_once",
                violation_error_message=_("The meeting already has a decision with this number."),
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="decision_says_something", violation_error_message=_("Write the decision.")
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return self.text

    def get_absolute_url(self):
        return f"{self.event.get_absolute_url()}?tab=decisions"


@tracked()
class ActionItem(models.Model):
    """What somebody undertook at a meeting: a task like any other, and which meeting it comes from."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="action_items", verbose_name=_("meeting"))
    task = models.OneToOneField(Task, models.CASCADE, related_name="action_item", verbose_name=_("task"))

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["event", "task__due_on", "pk"]
        verbose_name = _("action")
        verbose_name_plural = _("actions")

    def __str__(self):
        return str(self.task)
