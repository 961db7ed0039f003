"""Attendance: who took part, and who did not."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked
from stakeholders.models import Organisation, Person

from ..permissions import event_edit_scope, event_scope
from .event import Event

PRESENT = ("PRESENT_IN_PERSON", "PRESENT_ONLINE", "PARTIAL")


class AttendanceQuerySet(models.QuerySet):
    """Attendance."""

    def visible_to(self, user):
        return self.filter(event__in=Event.objects.filter(event_scope(user)))

    def editable_by(self, user):
        return self.filter(event__in=Event.objects.filter(event_edit_scope(user)))

    def present(self):
        """Those who took part, in any way and for any time."""
        return self.filter(state__in=PRESENT)

    def missed(self):
        """Those who were expected and stayed away without a word."""
        return self.filter(state=Attendance.State.NO_SHOW)


@tracked(exclude=["revision"])
class Attendance(models.Model):
    """Whether one person took part in one event."""

    class State(models.TextChoices):
        PRESENT_IN_PERSON = "PRESENT_IN_PERSON", _("Attended, in the room")
        PRESENT_ONLINE = "PRESENT_ONLINE", _("Attended, online")
        PARTIAL = "PARTIAL", _("Attended in part")
        NO_SHOW = "NO_SHOW", _("Did not attend")
        EXCUSED = "EXCUSED", _("Excused")

    event = models.ForeignKey(Event, models.CASCADE, related_name="attendances", verbose_name=_("workshop"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="attendances", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name=_("organisation at that time"),
    )
    state = models.CharField(_("attendance"), max_length=18, choices=State)
    walk_in = models.BooleanField(_("walk-in"), default=False)
    # The start of the event, kept here so that a timeline is one index range.
    occurred_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(editable=False)
    revision = RevisionField()

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["event", "person__sort_name", "pk"]
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        indexes = [
            models.Index(F("person"), F("occurred_at").desc(), name="attendance_person_recent"),
            models.Index(F("organisation"), F("occurred_at").desc(), name="attendance_organ_recent"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "person"],
                name="attendance_once",
                violation_error_message=_("This person is already on the attendance list."),
            ),
            models.CheckConstraint(
                condition=Q(walk_in=False) | Q(state__in=PRESENT),
                name="attendance_walk_in_was_there",
                violation_error_message=_("Somebody who came without an invitation was there."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return f"{self.person}: {self.get_state_display()}"

    @property
    def was_there(self):
        """Whether they took part."""
        return self.state in PRESENT
