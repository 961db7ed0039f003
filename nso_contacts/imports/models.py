"""Files on their way in: a batch per file, its rows as they were read, and the records that they become."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts.files.models import StoredFile

from .permissions import batch_scope


class BatchQuerySet(models.QuerySet["Batch"]):
    """Reading imports, and finding those that a worker has to go on with."""

    def visible_to(self, user: Any) -> Self:
        """Those `user` may read."""
        return self.filter(batch_scope(user))

    def editable_by(self, user: Any) -> Self:
        """Those `user` may carry on."""
        return self.filter(batch_scope(user))

    def unfinished(self) -> Self:
        """Those a worker has to go on with, and which none holds at the moment."""
        return self.filter(state__in=Batch.AT_WORK)

    def finished(self) -> Self:
        """Those that changed records, be it undone since, the latest first."""
        return self.filter(state__in=[Batch.State.APPLIED, Batch.State.UNDONE]).order_by("-applied_at")


class Batch(models.Model):
    """One file and what becomes of it."""

    class State(models.TextChoices):
        """How far an import has come."""

        UPLOADED = "UPLOADED", _("Choose columns")
        MAPPED = "MAPPED", _("Waiting to be checked")
        CHECKING = "CHECKING", _("Being checked")
        CHECKED = "CHECKED", _("Checked")
        APPLYING = "APPLYING", _("Being applied")
        APPLIED = "APPLIED", _("Applied")
        UNDOING = "UNDOING", _("Being undone")
        UNDONE = "UNDONE", _("Undone")
        FAILED = "FAILED", _("Failed")
        DISCARDED = "DISCARDED", _("Discarded")

    AT_WORK = (State.MAPPED, State.CHECKING, State.APPLYING, State.UNDOING)
    OPEN = (State.UPLOADED, State.CHECKED, State.FAILED)

    kind = models.CharField(_("kind"), max_length=40, editable=False)
    preset = models.CharField(max_length=40, blank=True, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("file"), editable=False)
    shape = models.JSONField(default=dict, editable=False)
    header = models.JSONField(default=list, editable=False)
    columns = models.JSONField(default=list, editable=False)
    row_count = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    mapping = models.JSONField(default=list, editable=False)
    options = models.JSONField(default=dict, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    failure = models.TextField(blank=True, editable=False)
    counts = models.JSONField(default=dict, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"), editable=False
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    checked_in = models.DurationField(default=timedelta, editable=False)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    started_at = models.DateTimeField(null=True, editable=False)
    applied_at = models.DateTimeField(_("applied"), null=True, editable=False)
    applied_in = models.DurationField(default=timedelta, editable=False)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)
    # How many records were removed, got back what they held, and stayed, be it in part.
    undone = models.JSONField(default=dict, editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["id"],
                name="import_batch_at_work",
                condition=Q(state__in=["MAPPED", "CHECKING", "APPLYING", "UNDOING"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="import_batch_applied_once",
                condition=Q(state__in=["APPLIED", "UNDOING", "UNDONE"], applied_at__isnull=False)
                | ~Q(state__in=["APPLIED", "UNDOING", "UNDONE"]) & Q(applied_at=None),
                violation_error_message=_("An import that was applied says when, and stays applied."),
            ),
            models.CheckConstraint(
                name="import_batch_undone_once",
                condition=Q(state="UNDONE", undone_at__isnull=False) | ~Q(state="UNDONE") & Q(undone_at=None),
                violation_error_message=_("An import that was undone says when, and stays undone."),
            ),
        ]

    def __str__(self) -> str:
        return self.file.name

    def get_absolute_url(self) -> str:
        """Where it is carried on and looked up."""
        return reverse("imports:batch", args=[self.pk])

    @property
    def label(self) -> str:
        """What the history of records calls this import."""
        return f"import:{self.pk}"

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has it, or is asked to take it."""
        return self.state in self.AT_WORK

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide how it goes on."""
        return self.state in self.OPEN


class Correction(models.Model):
    """A file of corrected rows that take the place of rows in error, by their number."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="corrections")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    shape = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.file.name


class Verdict(models.TextChoices):
    """What becomes of a row."""

    CREATE = "CREATE", _("Create")
    JOINS = "JOINS", _("Joins a row above")
    UPDATE = "UPDATE", _("Update")
    CHECK = "CHECK", _("Check")
    UNCHANGED = "UNCHANGED", _("Unchanged")
    ERROR = "ERROR", _("In error")


class ImportRowQuerySet(models.QuerySet["ImportRow"]):
    """Rows of files."""

    def visible_to(self, user: Any) -> Self:
        """Rows of the imports `user` may read."""
        return self.filter(batch__in=Batch.objects.visible_to(user))


class ImportRow(models.Model):
    """One row of a file: its cells as they were, what is wrong with them, and what they say about which records.

    `number` is the row's number in a spreadsheet, the header being 1. `faults` are lists of column, value and reason.
    `entries` say for each record concerned: its key, kind and parent (k, l, p) and the values of the row for it (v).
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    cells = models.JSONField()
    heading = models.CharField(max_length=300, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    faults = models.JSONField(default=list)
    entries = models.JSONField(default=list)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict, blank=True)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "number"]
        indexes = [
            # What people look for among many rows. Every check writes all verdicts anew, so the rest is left out.
            models.Index(
                fields=["batch", "verdict", "number"],
                name="import_row_to_look_at",
                condition=Q(verdict__in=["ERROR", "CHECK"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "number"],
                name="import_row_once",
                violation_error_message=_("A row of a file is read once."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}"


class ImportRecordQuerySet(models.QuerySet["ImportRecord"]):
    """Records that imports concern."""

    def visible_to(self, user: Any) -> Self:
        """Records of the imports `user` may read."""
        return self.filter(batch__in=Batch.objects.visible_to(user))


class ImportRecord(models.Model):
    """What one or several rows of a file say about one record.

    `label` is the kind of record within the importer, `target_id` the record it is or has become. `values` are what the
    rows say together, `changes` what of it is news: field → [before, after].
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="records")
    label = models.CharField(max_length=20)
    key = models.CharField(max_length=700)
    parent_key = models.CharField(max_length=700, blank=True)
    first_row = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField()
    target_id = models.BigIntegerField(null=True)
    values = models.JSONField()
    changes = models.JSONField(default=dict)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    look = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=20, blank=True)
    # What of it stayed when the import was undone: lists of what, and why.
    kept = models.JSONField(default=list)

    objects = ImportRecordQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "first_row", "pk"]
        indexes = [models.Index(fields=["batch", "first_row"], name="import_record_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "key"],
                name="import_record_once",
                violation_error_message=_("A record stands once in an import."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.values.get("name", "")) or self.key


class ColumnMapping(models.Model):
    """The choices made for a file, offered again for the next file with the same columns."""

    kind = models.CharField(max_length=40)
    signature = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=100)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "signature"],
                name="import_mapping_once",
                violation_error_message=_("The choices for these columns are remembered once."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
