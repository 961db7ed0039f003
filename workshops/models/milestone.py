"""Milestones: the steps of an event's message schedule, each with its day, done once for each date of the event."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..permissions import event_edit_scope, event_scope
from .event import Event


class MilestoneQuerySet(models.QuerySet):
    """Milestones."""

    def visible_to(self, user):
        return self.filter(event__in=Event.objects.filter(event_scope(user)))

    def editable_by(self, user):
        return self.filter(event__in=Event.objects.filter(event_edit_scope(user)))

    def planned(self):
        return self.filter(state=Milestone.State.PLANNED)

    def due(self, now):
        """Planned steps whose time has come."""
        return self.planned().filter(due_at__lte=now)


class Milestone(models.Model):
    """One step: an invitation, a reminder, a confirmation … sent to whom it then concerns.

    A planned step moves with the event. A sent one stays as the record of what went out for which date.
    """

    class Kind(models.TextChoices):
        SAVE_THE_DATE = "SAVE_THE_DATE", _("Save the date")
        INVITATION = "INVITATION", _("Invitation")
        REMINDER = "REMINDER", _("Reminder")
        LAST_REMINDER = "LAST_REMINDER", _("Last reminder")
        CALLS = "CALLS", _("Call list for key users")
        CONFIRMATION = "CONFIRMATION", _("Confirmation and papers")
        JOINING_LINK = "JOINING_LINK", _("Joining link")
        THANKS = "THANKS", _("Thanks")
        MISSED = "MISSED", _("Sorry we missed you")
        OUTCOMES = "OUTCOMES", _("Outcomes")

    class State(models.TextChoices):
        PLANNED = "PLANNED", _("Scheduled")
        SENT = "SENT", _("Sent")
        SKIPPED = "SKIPPED", _("Left out: its day had passed")
        DROPPED = "DROPPED", _("Cancelled")

    # These go out only after a person has released them; the first one is always sent by hand.
    RELEASED_BY_HAND = (Kind.SAVE_THE_DATE, Kind.INVITATION, Kind.OUTCOMES)

    event = models.ForeignKey(Event, models.CASCADE, related_name="milestones", verbose_name=_("workshop"))
    kind = models.CharField(_("message"), max_length=14, choices=Kind)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    due_at = models.DateTimeField(_("due"))
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    done_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    date_version = models.PositiveIntegerField(null=True, blank=True)
    recipients = models.PositiveIntegerField(_("people"), default=0)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["event", "due_at", "pk"]
        indexes = [models.Index(fields=["due_at"], name="milestone_due", condition=Q(state="PLANNED"))]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind"],
                condition=Q(state="PLANNED"),
                name="milestone_planned_once",
                violation_error_message=_("This message is already planned."),
            ),
            models.UniqueConstraint(
                fields=["event", "kind", "date_version"],
                condition=Q(state="SENT"),
                name="milestone_sent_once_per_date",
                violation_error_message=_("This message was already sent for this date."),
            ),
            models.CheckConstraint(
                condition=Q(state="SENT", done_at__isnull=False, date_version__isnull=False)
                | ~Q(state="SENT") & Q(done_at=None, date_version=None),
                name="milestone_sent_has_a_time",
                violation_error_message=_("A sent message has the time at which it was sent."),
            ),
        ]

    def __str__(self):
        return str(self.get_kind_display())

    @property
    def may_be_sent(self):
        """Whether it is still to be sent. A day to keep free may also be told later than planned."""
        late = self.kind == self.Kind.SAVE_THE_DATE and self.state == self.State.SKIPPED
        return late or self.state == self.State.PLANNED

    @property
    def awaits_release(self):
        """Whether a person must release it first."""
        return self.state == self.State.PLANNED and self.kind in self.RELEASED_BY_HAND and self.released_at is None
