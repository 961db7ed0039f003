"""Changes of many records at once, as somebody ordered them from a list."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..permissions import directory_edit_scope, directory_scope


class BulkChangeQuerySet(models.QuerySet):
    """Bulk changes."""

    def visible_to(self, user):
        return self.filter(directory_scope(user))

    def editable_by(self, user):
        return self.filter(directory_edit_scope(user))

    def waiting(self):
        """Those a worker has to carry out."""
        return self.filter(state=BulkChange.State.WAITING)


class BulkChange(models.Model):
    """One bulk action: what was to be done to which records, what became of it, and whether it was taken back.

    What it did to each record stands in the history under the batch `bulk:<key>`. `key` is drawn when the page that
    asks for confirmation is shown, so that sending it twice is one change.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("Under way")
        DONE = "DONE", _("Done")
        FAILED = "FAILED", _("Failed")
        UNDONE = "UNDONE", _("Undone")

    key = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(max_length=40, editable=False)
    subject = models.CharField(max_length=20, editable=False)
    options = models.TextField(blank=True, editable=False)
    title = models.CharField(_("change"), max_length=300, editable=False)
    targets = ArrayField(models.BigIntegerField(), editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING, editable=False)
    changed = models.PositiveIntegerField(_("changed"), default=0, editable=False)
    # What was left out, in words → how many.
    skipped = models.JSONField(default=dict, editable=False)
    failure = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"), editable=False
    )
    created_at = models.DateTimeField(_("ordered"), default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    # What undoing could not put back: name of the record → why.
    kept = models.JSONField(default=dict, editable=False)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["id"], name="bulkchange_waiting", condition=Q(state="WAITING"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["DONE", "UNDONE"], done_at__isnull=False) | Q(done_at=None),
                name="bulkchange_done_says_when",
                violation_error_message=_("Only a change that was carried out says when."),
            ),
            models.CheckConstraint(
                condition=Q(state="UNDONE", undone_at__isnull=False, undone_by__isnull=False)
                | ~Q(state="UNDONE") & Q(undone_at=None, undone_by=None),
                name="bulkchange_undone_says_who",
                violation_error_message=_("A change that was undone says when and by whom."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("stakeholders:bulk_change", args=[self.pk])

    @property
    def batch(self):
        """What its history rows are marked with."""
        return f"bulk:{self.key.hex}"
